// The report of a study that was really searched, opened from disk: its figures, and its numbers beside those that the
// program prints. Usage: CRESCENDO_PROGRAM=build/release/crescendo node --test page/tests/real_test.mjs

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { close, draw_all, open_browser, open_file } from "./pages.mjs";

const kPictures = "/usr/share/datasets/fashion-mnist"; // of Debian's dataset-fashion-mnist, as in the other tests
const program = resolve(process.env.CRESCENDO_PROGRAM ?? "build/release/crescendo");
const folder = mkdtempSync(join(tmpdir(), "crescendo-report-"));
const storage = `sqlite:///${folder}/out/study.db`;
const run = (...options) => execFileSync(program, options, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] });
const json = (...options) => JSON.parse(run(...options));
let browser;

before(async () => {
  run("tune", "--data", kPictures, "--sizes", "7,14", "--share", "0.01", "--trials", "24", "--jobs", "2", "--epochs", "3", "--seed", "1", "--out", join(folder, "out"));
  run("report", "--storage", storage, "--out", join(folder, "report.html"));
  browser = await open_browser();
});
after(async () => {
  await browser?.close();
  close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (hash) => open_file(browser, pathToFileURL(join(folder, "report.html")).href + hash);

async function saved_rows(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: button }).click()]);
  const [head, ...rows] = readFileSync(await download.path(), "utf8").trim().split("\r\n").map((line) => line.split(","));
  return rows.map((row) => Object.fromEntries(head.map((column, place) => [column, row[place]])));
}

const number = (text) => (text === "" ? null : Number(text));

test("all sections draw every figure and the console is silent", async () => {
  for (const section of ["#search", "#space", "#importance", "#trials"]) {
    const page = await open(section);
    if (section === "#trials") {
      await page.getByRole("button", { name: /^error/ }).first().click();
      await page.locator(".rows button.link").first().click();
    }
    await draw_all(page);
    assert.ok(section === "#trials" || (await page.locator(".drawing").count()) > 1);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
});

test("the trials are those of 'crescendo trials --json'", async () => {
  const trials = json("trials", "--storage", storage, "--json");
  const page = await open("#trials");
  const rows = await saved_rows(page, "Save the trials as CSV");
  assert.equal(rows.length, trials.length);
  trials.forEach((trial, place) => {
    const row = rows[place];
    assert.deepEqual([Number(row.trial), row.state, number(row.error), number(row.parent), number(row.seconds)],
                     [trial.trial, trial.state, trial.loss, trial.parent, trial.seconds]);
    for (const [name, value] of Object.entries(trial.point)) assert.equal(row[name], String(value), `trial ${place}, ${name}`);
  });
  await page.context().close();
});

test("the importance is that of 'crescendo importance --json'", async () => {
  const { rungs } = json("importance", "--storage", storage, "--json");
  const page = await open("#importance");
  const rows = await saved_rows(page, "Save the numbers of Which parameters matter as CSV");
  const told = rungs.flatMap((rung) => Object.entries(rung.main).map(([name, { share, std }]) => [name, share, std, rung.total[name].share]));
  assert.ok(told.length > 10);
  const by = (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]);
  assert.deepEqual(rows.map((row) => [row.parameter, number(row.main), number(row.main_std), number(row.total)]).sort(by), told.sort(by));
  await page.context().close();
});

test("the best is that of 'crescendo best --json'", async () => {
  const { best } = json("best", "--storage", storage, "--json");
  const page = await open("");
  const text = await page.locator(".keys").innerText();
  assert.ok(text.includes(`trial ${best.trial} at ${best.fidelity.image_side} px`), text);
  assert.equal(Number(await page.locator(".key .value").first().getAttribute("title")), best.loss);
  await page.context().close();
});
