// What the page derives from a snapshot, without a browser.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";
import { study } from "./snapshots.mjs";

let vite, format, groups, derived;

before(async () => {
  vite = await createServer({ root: fileURLToPath(new URL("..", import.meta.url)), logLevel: "error", appType: "custom",
                              server: { middlewareMode: true, ws: false, watch: null }, optimizeDeps: { noDiscovery: true } });
  [format, groups, derived] = await Promise.all(["format", "groups", "study"].map((name) => vite.ssrLoadModule(`/src/${name}.ts`)));
});
after(() => vite?.close());

test("times are rounded before they are split", () => {
  const said = { 0: "0 s", 59.94: "59.9 s", 59.97: "1 min", 3599.4: "59 min 59 s", 3599.6: "1 h", 7175: "2 h", 7169: "1 h 59 min",
                 86399: "24 h", 172769: "47 h 59 min", 172799: "2 d", 258800: "3 d", 257000: "2 d 23 h" };
  for (const [value, text] of Object.entries(said)) assert.equal(format.seconds(Number(value)).replaceAll("\u00a0", " "), text, value);
});

/// A study of one rung whose trials end one after another with these losses.
function with_losses(losses, { seed, tag = {}, stopped_early, best }) {
  const made = study({ name: `ramp.${seed}`, seed, trials: losses.length, sides: [64], fail: 0, importance: false, details: 0 });
  Object.assign(made.trials, { loss: losses, begun: losses.map((_, trial) => trial * 10), seconds: losses.map(() => 10), tag, stopped_early });
  return derived.derive({ ...made, elapsed_seconds: losses.length * 10, best: best && { trial: 0, trials: [0], test_error: null, rung: 0, ...best } });
}

test("a best so far counts neither repetitions nor what was stopped early", () => {
  const one = with_losses([0.5, 0.1, 0.4, 0.2], { seed: 1, tag: { 3: { repeat: 1 } }, stopped_early: [1] });
  assert.deepEqual(derived.records(one, 0), [0, 2]);
  assert.deepEqual(groups.top_steps(one), [{ time: 10, loss: 0.5 }, { time: 30, loss: 0.4 }]);
  assert.deepEqual(derived.records(with_losses([0.5, 0.1], { seed: 1 }), 0), [0, 1], "a snapshot that does not say what was stopped");
});

test("final losses are those of the studies' best points, the curve's end is another thing", () => {
  const seeds = [[1, 0.42], [2, 0.44], [3, 0.48]].map(([seed, loss]) => with_losses([0.5, 0.4], { seed, best: { loss, test_error: loss + 0.01 } }));
  const [subject] = groups.subjects_of(seeds);
  assert.equal(subject.groups.length, 1);
  const [final] = groups.finals(subject);
  assert.deepEqual([final.loss, final.low, final.high], [0.44, 0.42, 0.48]);
  assert.equal(final.test_error, 0.45);
  assert.equal(final.to_worst, 20);
  assert.equal(groups.finals(groups.subjects_of([with_losses([0.5], { seed: 1 })])[0])[0].loss, null);
});

test("NOTICE holds the licences of what the page carries, and the page holds NOTICE", () => {
  const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
  const notice = read("../NOTICE");
  for (const path of ["echarts/NOTICE", "echarts/licenses/LICENSE-d3", "zrender/LICENSE", "preact/LICENSE"]) {
    assert.ok(notice.includes(read(`node_modules/${path}`).trim()), `${path} is missing in NOTICE`);
  }
  for (const [name, title] of [["echarts", "Apache ECharts"], ["zrender", "zrender"], ["preact", "Preact"]]) {
    const { version } = JSON.parse(read(`node_modules/${name}/package.json`));
    assert.ok(notice.includes(`=== ${title} ${version} ===`), `NOTICE names another version of ${title} than ${version}`);
  }
  assert.ok(read("../src/report/page.html").includes(`<!--\n${notice}-->`));
});
