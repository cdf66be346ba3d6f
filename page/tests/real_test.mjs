// The report of a study that was really searched, opened from disk: its figures, and its numbers beside those that the
// program prints. Usage: CRESCENDO_PROGRAM=build/release/crescendo node --test page/tests/real_test.mjs

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { brush, close, count_of, fits, has_no_serious_fault, open_browser, open_file, saved, seen, sees_every_figure } from "./pages.mjs";

const kPictures = "/usr/share/datasets/fashion-mnist"; // of Debian's dataset-fashion-mnist, as in the other tests
const program = resolve(process.env.CRESCENDO_PROGRAM ?? "build/release/crescendo");
const folder = mkdtempSync(join(tmpdir(), "crescendo-report-"));
const storage = `sqlite:///${folder}/out/study.db`;
const run = (...options) => execFileSync(program, options, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] });
const json = (...options) => JSON.parse(run(...options));
let browser;

before(async () => {
  run("tune", "--data", kPictures, "--sizes", "7,14", "--share", "0.01", "--trials", "24", "--jobs", "1", "--epochs", "3", "--seed", "1", "--out", join(folder, "out"));
  run("report", "--storage", storage, "--out", join(folder, "report.html"));
  browser = await open_browser();
});
after(async () => {
  await browser?.close();
  close();
  rmSync(folder, { recursive: true, force: true });
});

const shown = async (hash, see) => seen(await open_file(browser, pathToFileURL(join(folder, "report.html")).href + hash), see);

async function saved_rows(page, button) {
  const { text } = await saved(page, () => page.getByRole("button", { name: button }).click());
  const [head, ...rows] = text.trim().split("\r\n").map((line) => line.split(","));
  return rows.map((row) => Object.fromEntries(head.map((column, place) => [column, row[place]])));
}

/// A file's lines by their table, without comments and in one order, and a whole number always as 1, for the page and the
/// program may write their fields in their own orders, and the page does not know which numbers could have a fraction.
function fields(toml) {
  let table = "";
  return toml.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#")).flatMap((line) => {
    if (!line.startsWith("[")) return [`${table} ${line.replace(/ = (-?[\d.]+(e[-+]?\d+)?)$/, (_, value) => ` = ${Number(value)}`)}`];
    table = line;
    return [];
  }).sort();
}

const number = (text) => (text === "" ? null : Number(text));

for (const [section, least] of [["#search", 2], ["#space", 2], ["#importance", 3], ["#trials", 1]]) {
  test(`${section} draws every figure, fits and has no serious fault`, async () => {
    await shown(section, async (page) => {
      if (section === "#trials") {
        await page.getByRole("button", { name: /^error/ }).first().click();
        await page.locator(".rows button.link").first().click();
      }
      await sees_every_figure(page, least);
      await fits(page);
      await has_no_serious_fault(page);
    });
  });
}

test("a brush keeps the trials that pass there", async () => {
  const trials = json("trials", "--storage", storage, "--json");
  await shown("#space", async (page) => {
    // The upper part of the first axis, which are the rungs: from the top down to its middle is the higher one.
    await brush(page, 0, 0, 0.45);
    assert.equal(await count_of(page), trials.filter(({ fidelity }) => fidelity.image_side === 14).length);
    const rows = await saved_rows(page, "Save the trials as CSV");
    assert.ok(rows.length > 0 && rows.length < trials.length);
    assert.deepEqual(rows.map((row) => Number(row.trial)), trials.filter(({ fidelity }) => fidelity.image_side === 14).map(({ trial }) => trial));
  });
});

test("'Copy as TOML' is the point that 'crescendo best --trial' writes", async () => {
  const { best } = json("best", "--storage", storage, "--json");
  const [other] = json("trials", "--storage", storage, "--json").filter(({ trial }) => trial !== best.trial);
  for (const trial of [best.trial, other.trial]) {
    await shown("#trials", async (page) => {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.getByLabel("Find trials").fill(String(trial));
      await page.locator(".rows button.link").getByText(String(trial), { exact: true }).click();
      await page.locator(".panel").getByRole("button", { name: "Copy as TOML" }).click();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.deepEqual(fields(copied), fields(run("best", "--storage", storage, "--trial", String(trial))));
      const path = join(folder, "copied.toml");
      writeFileSync(path, copied);
      run("train", "--point", path, "--data", kPictures, "--share", "0.01");
    });
  }
});

test("the trials are those of 'crescendo trials --json'", async () => {
  const trials = json("trials", "--storage", storage, "--json");
  await shown("#trials", async (page) => {
    const rows = await saved_rows(page, "Save the trials as CSV");
    assert.equal(rows.length, trials.length);
    trials.forEach((trial, place) => {
      const row = rows[place];
      assert.deepEqual([Number(row.trial), row.state, number(row.error), number(row.parent), number(row.seconds)],
                       [trial.trial, trial.state, trial.loss, trial.parent, trial.seconds]);
      for (const [name, value] of Object.entries(trial.point)) assert.equal(row[name], String(value), `trial ${place}, ${name}`);
    });
  });
});

test("the importance is that of 'crescendo importance --json'", async () => {
  const { rungs } = json("importance", "--storage", storage, "--json");
  await shown("#importance", async (page) => {
    const rows = await saved_rows(page, "Save the numbers of Which parameters matter as CSV");
    const told = rungs.flatMap((rung) => Object.entries(rung.main).map(([name, { share, std }]) => [name, share, std, rung.total[name].share]));
    assert.ok(told.length > 10);
    const by = (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]);
    assert.deepEqual(rows.map((row) => [row.parameter, number(row.main), number(row.main_std), number(row.total)]).sort(by), told.sort(by));
  });
});

test("the best is that of 'crescendo best --json'", async () => {
  const { best } = json("best", "--storage", storage, "--json");
  await shown("", async (page) => {
    const text = await page.locator(".keys").innerText();
    assert.match(text, new RegExp(`trial ${best.trial}('s point)? at ${best.fidelity.image_side} px`));
    assert.equal(Number(await page.locator(".key .value").first().getAttribute("title")), best.loss);
  });
});
