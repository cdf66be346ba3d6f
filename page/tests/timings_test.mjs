// How long a reader waits, at the promised limits; alone on its machine, or it measures the others.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { brush, close, draw_all, open_browser, shown as shown_in } from "./pages.mjs";
import { snapshot, study } from "./snapshots.mjs";

let browser;

before(async () => {
  browser = await open_browser();
});
after(async () => {
  await browser?.close();
  close();
});

const shown = (...args) => shown_in(browser, ...args);

for (const [trials, limit] of [[1_000, 1_000], [20_000, 3_000]]) {
  test(`the first paint of ${trials} trials`, async () => {
    const given = snapshot(study({ trials }));
    const times = [];
    for (let time = 0; time < 3; ++time) {
      await shown(given, {}, async (page) => {
        await page.locator("#figure-history .drawing[data-drawn=yes]").waitFor();
        times.push(await page.evaluate(() => [performance.getEntriesByName("first-contentful-paint")[0].startTime,
                                              performance.getEntriesByName("drawn history")[0].startTime]));
      });
    }
    const middle = (place) => Math.round(times.map((both) => both[place]).sort((a, b) => a - b)[1]);
    console.log(`# ${trials} trials: first paint after ${middle(0)} ms, history drawn after ${middle(1)} ms (median of 3)`);
    assert.ok(middle(1) <= limit);
  });
}

test("20,000 trials sort, scroll and brush in a moment", async () => {
  await shown(snapshot(study({ trials: 20_000 })), { hash: "#space" }, async (page) => {
    await draw_all(page);
    const took = async (act) => {
      const begun = Date.now();
      await act();
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      return Date.now() - begun;
    };
    const brushed = await took(() => brush(page, 1, 0.2, 0.5));
    await page.locator('a[href="#trials"]').click();
    await page.getByRole("button", { name: "Clear the brush" }).click();
    const sorted = await took(() => page.getByRole("button", { name: "validation error", exact: true }).click());
    const scrolled = await took(() => page.locator(".rows").evaluate((rows) => (rows.scrollTop = 300_000)));
    assert.equal(await page.locator(".rows tbody tr").count() < 80, true, "only rows in view exist");
    console.log(`# 20,000 trials: brush ${brushed} ms, sort ${sorted} ms, scroll ${scrolled} ms`);
    assert.ok(Math.max(brushed, sorted, scrolled) <= 2_000);
  });
});
