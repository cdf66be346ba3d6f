// The pictures of docs/report.md: the first screen of a report, wide and light, narrow and dark.
// Usage: node page/tests/pictures.mjs REPORT.html FOLDER   writes report-wide.png and report-narrow.png there

import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { close, draw_all, open_browser, open_file } from "./pages.mjs";

const kMostBytes = 250_000;
const [report, folder] = process.argv.slice(2);
if (!folder) throw new Error("say which report is pictured and the folder that the pictures go to");

const browser = await open_browser();
try {
  for (const [name, look] of [["wide", { width: 1280, height: 1010 }], ["narrow", { width: 390, height: 1180, dark: true }]]) {
    const page = await open_file(browser, pathToFileURL(resolve(report)).href, look);
    await draw_all(page);
    await page.evaluate(() => scrollTo(0, 0));
    const path = join(folder, `report-${name}.png`);
    await page.screenshot({ path });
    const { size } = statSync(path);
    console.log(`${path}: ${Math.round(size / 1000)} kB`);
    if (size > kMostBytes) throw new Error(`${path} has ${size} bytes; a picture of the documents has at most ${kMostBytes}`);
  }
} finally {
  await browser.close();
  close();
}
