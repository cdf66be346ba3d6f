// A browser, and pages with a snapshot in them as the report puts it there.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const kPage = new URL("../../src/report/page.html", import.meta.url);
const kSlot = '<script id="snapshot" type="application/json">null</script>';
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

export function close() {
  rmSync(folder, { recursive: true, force: true });
}
