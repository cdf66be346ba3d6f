// A browser, pages with a snapshot in them as the report puts it there, and what a test does with any page.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const kPage = new URL("../../src/report/page.html", import.meta.url);
const kSlot = '<script id="snapshot" type="application/json">null</script>';
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const kSettled = 400; // milliseconds, until the other figures follow a brush
const folder = mkdtempSync(join(tmpdir(), "crescendo-page-"));
let pages = 0;

export async function open_browser() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) throw new Error(`there is no browser at ${executablePath}; 'tools/setup test' installs it, or CHROMIUM names another`);
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

/// The address of a file that shows `snapshot`; null: the page as it is built.
export function address(snapshot) {
  const text = readFileSync(kPage, "utf8");
  if (text.split(kSlot).length !== 2) throw new Error("the page must hold the line for the snapshot exactly once");
  const json = JSON.stringify(snapshot).replaceAll("<", "\\u003c");
  const path = join(folder, `${++pages}.html`);
  writeFileSync(path, text.replace(kSlot, () => kSlot.replace("null", () => json)));
  return pathToFileURL(path).href;
}

export function open(browser, snapshot, { hash = "", ...options } = {}) {
  return open_file(browser, address(snapshot) + hash, options);
}

/// Opens it; `page.faults` gathers what the console says is wrong.
export async function open_file(browser, url, { width = 1280, height = 900, dark = false } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? "dark" : "light", acceptDownloads: true });
  const page = await context.newPage();
  page.faults = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && page.faults.push(message.text()));
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("request", (request) => /^https?:/.test(request.url()) && page.faults.push(`asked for ${request.url()}`));
  await page.goto(url);
  return page;
}

/// Goes down the page until every figure has been drawn.
export async function draw_all(page) {
  for (const figure of await page.locator(".drawing").all()) {
    await figure.scrollIntoViewIfNeeded();
    await figure.and(page.locator("[data-drawn=yes]")).waitFor({ timeout: 20_000 });
  }
}

/// Lets `see` look at a page and closes it.
export async function seen(page, see) {
  try {
    await see(page);
    assert.deepEqual(page.faults, [], "the console is silent and nothing is fetched");
  } finally {
    await page.context().close();
  }
}

export const shown = async (browser, given, options, see) => seen(await open(browser, given, options), see);

export const count_of = (page) => page.locator("[data-count]").getAttribute("data-count").then(Number);

/// How many marks a drawing has: elements of an SVG beyond its background, or colours on a canvas.
const marks = (drawing) => drawing.evaluate((element) => {
  const canvas = element.querySelector("canvas");
  if (!canvas) return element.querySelectorAll("svg path, svg text, svg rect").length;
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const colours = new Set();
  for (let at = 0; at < data.length; at += 4 * 7) colours.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
  return colours.size;
});

export async function sees_every_figure(page, least) {
  await draw_all(page);
  const drawings = await page.locator(".drawing").all();
  assert.ok(drawings.length >= least, `${drawings.length} figures, at least ${least} expected`);
  for (const drawing of drawings) {
    const name = await drawing.locator("xpath=ancestor::figure").getAttribute("data-figure");
    const number = await marks(drawing);
    assert.ok(number > 12, `figure ${name} is empty: ${number} marks`);
    assert.ok((await drawing.getAttribute("aria-label")).length > 10, `figure ${name} has no text alternative`);
  }
}

export async function has_no_serious_fault(page) {
  // The page's own policy forbids evaluating texts, so the checker comes as a script of the test.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html).join(" ")}`), []);
}

export async function fits(page) {
  const [page_width, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(page_width <= width, `the page is ${page_width} px wide in a window of ${width}`);
}

export async function saved(page, press) {
  const [download] = await Promise.all([page.waitForEvent("download"), press()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}

/// Drags along an axis of the parallel coordinates, from one share of its height to another, 0 being its top.
export async function brush(page, axis, from, to) {
  await page.locator(".catch").nth(axis).evaluate((element) => element.scrollIntoView({ block: "center" }));
  const box = await page.locator(".catch").nth(axis).boundingBox();
  const x = box.x + box.width / 2, y = (share) => box.y + 8 + share * (box.height - 16);
  await page.mouse.move(x, y(from));
  await page.mouse.down();
  await page.mouse.move(x, y((from + to) / 2));
  await page.mouse.move(x, y(to));
  await page.mouse.up();
  await page.waitForTimeout(kSettled);
}

export function close() {
  rmSync(folder, { recursive: true, force: true });
}
