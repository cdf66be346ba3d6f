import { open_browser, open, draw_all, close } from "./pages.mjs";
import { snapshot, study, several, kOdd } from "./snapshots.mjs";
import { readFileSync } from "node:fs";
const browser = await open_browser();
const [what, hashes, width = "1280", dark = ""] = process.argv.slice(2);
const snap = what.endsWith(".json") ? JSON.parse(readFileSync(what)) : what === "several" ? several() : what.match(/^\d+$/) ? snapshot(study({ trials: Number(what) })) : what === "null" ? null : snapshot(kOdd[what]());
for (const hash of hashes.split(",")) {
  const page = await open(browser, snap, { hash: "#" + hash, width: Number(width), dark: dark === "dark" });
  if (hash === "trials") { const b = page.locator(".rows button.link"); if (await b.count()) { await b.nth(0).click(); } const c = page.locator(".rows input"); if (await c.count() > 2) await c.nth(2).click(); }
  await draw_all(page).catch((e) => console.log(String(e).slice(0, 300)));
  await page.evaluate(() => scrollTo(0, 0));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  await page.screenshot({ path: `/tmp/shots/${what.replace(/.*\//, "")}-${hash}-${width}${dark}.png`, fullPage: true });
  console.log(hash, wide, page.faults);
  await page.context().close();
}
await browser.close(); close();
