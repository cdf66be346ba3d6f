// What a reader can do with the report's page, in Debian's Chromium.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { address, brush, close, count_of, draw_all, fits, has_no_serious_fault, kPage, kSettled, open_browser, saved, sees_every_figure, shown as shown_in } from "./pages.mjs";
import { kOdd, several, snapshot, study } from "./snapshots.mjs";

const kSections = ["search", "space", "importance", "trials"];
let browser;

before(async () => {
  browser = await open_browser();
});
after(async () => {
  await browser?.close();
  close();
});

const shown = (...args) => shown_in(browser, ...args);
const usual = snapshot(study({ trials: 400 }));

test("the page with its scripts and styles is at most 300 kB compressed", () => {
  const bytes = gzipSync(readFileSync(kPage), { level: 9 }).length;
  console.log(`# ${(bytes / 1000).toFixed(1)} kB compressed`);
  assert.ok(bytes <= 300_000);
});

for (const [section, least] of [["search", 2], ["space", 3], ["importance", 3], ["trials", 0]]) {
  for (const [width, dark] of [[1280, false], [390, true]]) {
    test(`${section} draws every figure, fits and has no serious fault at ${width} px ${dark ? "in the dark" : "in the light"}`, async () => {
      await shown(usual, { hash: `#${section}`, width, dark }, async (page) => {
        await sees_every_figure(page, least);
        await fits(page);
        await has_no_serious_fault(page);
      });
    });
  }
}

test("numbers are those of the snapshot", async () => {
  const { best, saved: gain } = usual.studies[0];
  await shown(usual, {}, async (page) => {
    const text = await page.locator(".keys").innerText();
    assert.ok(text.includes(`${(best.loss * 100).toFixed(1)}\u00a0%`), text);
    assert.ok(text.includes(`trial ${best.trial} at 128 px`), text);
    assert.ok(text.includes(`${(gain.top_seconds / gain.seconds).toFixed(1)} × less`), text);
    const { name, text: csv } = await saved(page, () => page.getByRole("button", { name: "Save the numbers of How the search went as CSV" }).click());
    assert.equal(name, "clothing10.32-128.ramp.random.0.history.csv");
    const rows = csv.trim().split("\r\n").slice(1).map((line) => line.split(","));
    assert.deepEqual(rows.map((row) => (row[5] === "" ? null : Number(row[5]))), usual.studies[0].trials.loss);
  });
});

test("every figure is saved as an SVG that draws and as a CSV with rows", async () => {
  for (const section of kSections) {
    await shown(usual, { hash: `#${section}` }, async (page) => {
      if (section === "trials") await page.locator(".rows button.link").first().click();
      await draw_all(page);
      for (const button of await page.getByRole("button", { name: /as SVG$/ }).all()) {
        const { name, text } = await saved(page, () => button.click());
        assert.match(name, /\.svg$/);
        const faults = await page.evaluate((svg) => {
          const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
          return [parsed.querySelectorAll("parsererror").length, parsed.querySelectorAll("path, text, rect").length];
        }, text);
        assert.equal(faults[0], 0, `${name} is no XML`);
        assert.ok(faults[1] > 12, `${name} is empty`);
      }
      for (const button of await page.getByRole("button", { name: /as CSV$/ }).all()) {
        const { name, text } = await saved(page, () => button.click());
        assert.match(name, /\.csv$/);
        assert.ok(text.split("\r\n").length > 2, `${name} has no rows`);
      }
    });
  }
});

test("names of any kind stay whole in a saved SVG", async () => {
  await shown(snapshot(kOdd.names()), { hash: "#space" }, async (page) => {
    await draw_all(page);
    for (const button of await page.getByRole("button", { name: /as SVG$/ }).all()) {
      const { name, text } = await saved(page, () => button.click());
      assert.equal(await page.evaluate((svg) => new DOMParser().parseFromString(svg, "image/svg+xml").querySelectorAll("parsererror").length, text), 0, name);
    }
  });
});

test("brushing filters the table and the other figures, and a click on the axis takes the brush away", async () => {
  const given = snapshot(study({ trials: 200 }));
  await shown(given, { hash: "#space" }, async (page) => {
    await draw_all(page);
    await brush(page, 1, 0.2, 0.5);
    const { learning_rate } = given.studies[0].trials.point;
    const kept = await count_of(page);
    assert.ok(kept > 10 && kept < 190, `${kept} trials kept`);
    const { text } = await saved(page, () => page.getByRole("button", { name: "Save the trials as CSV" }).click());
    const rows = text.trim().split("\r\n").slice(1).map((line) => line.split(","));
    assert.equal(rows.length, kept);
    // From a fifth to a half of the axis, of 0.0001 to 0.1 on a logarithmic scale.
    const inside = (room) => learning_rate.filter((rate) => Math.log10(rate) <= -1.6 + room && Math.log10(rate) >= -2.5 - room).length;
    assert.ok(kept >= inside(-0.06) && kept <= inside(0.06), `${kept} kept, ${inside(0)} lie there`);
    assert.ok(await page.locator("#figure-slices .drawing svg path[fill='#dcdfe3']").count() > 0, "slices show what is left out");
    await page.locator('a[href="#trials"]').click();
    assert.equal(await count_of(page), kept, "the table of the trials is filtered too");
    await page.locator('a[href="#space"]').click();
    await page.locator(".catch").nth(1).click();
    await page.waitForTimeout(kSettled);
    assert.equal(await page.locator("#figure-trials").count(), 0);
  });
});

test("the brush moves with the keyboard", async () => {
  await shown(usual, { hash: "#space" }, async (page) => {
    const upper = page.getByRole("slider", { name: "upper end of the brush on learning_rate" });
    await upper.focus();
    for (let press = 0; press < 10; ++press) await page.keyboard.press("ArrowDown");
    await page.waitForTimeout(kSettled);
    const kept = await count_of(page);
    assert.ok(kept > 0 && kept < 400, `${kept} trials kept`);
    await page.keyboard.press("Escape");
    await page.waitForTimeout(kSettled);
    assert.equal(await page.locator("#figure-trials").count(), 0);
  });
});

test("the table sorts, filters and opens trials, up to four side by side", async () => {
  const { loss, state } = usual.studies[0].trials;
  await shown(usual, { hash: "#trials" }, async (page) => {
    const column = (place) => page.locator(`.rows tbody tr:not([aria-hidden]) td:nth-child(${place})`).allInnerTexts();
    await page.getByRole("button", { name: "validation error", exact: true }).click();
    const first = Number(await page.locator(".rows button.link").first().innerText());
    assert.equal(loss[first], Math.min(...loss.filter((one) => one !== null)));
    await page.getByRole("button", { name: "validation error ↑" }).click();
    assert.equal(loss[Number(await page.locator(".rows button.link").first().innerText())], Math.max(...loss.filter((one) => one !== null)));
    await page.getByLabel("State", { exact: true }).selectOption("failed");
    assert.equal(await count_of(page), state.filter((one) => one === "failed").length);
    assert.ok((await column(4)).every((text) => text === "failed"));
    await page.getByLabel("State", { exact: true }).selectOption("");
    await page.getByLabel("Find trials").fill("128 diverged");
    assert.ok((await count_of(page)) < 10);
    await page.getByLabel("Find trials").fill("");
    for (let place = 0; place < 5; ++place) await page.locator(".rows input").nth(place).click();
    assert.equal(await page.locator("table.sides thead th").count(), 5, "four trials and the names of the fields");
    assert.match(await page.locator(".refused").innerText(), /was not opened: 4 trials are compared at most/);
    assert.deepEqual(await page.locator(".rows input").evaluateAll((boxes) => boxes.slice(0, 5).map((box) => box.checked)), [true, true, true, true, false]);
    await page.locator(".rows input").nth(0).click();
    assert.equal(await page.locator(".refused").innerText(), "");
  });
});

test("an opened trial shows its curve, confusion, mistakes and kin, and its point is copied", async () => {
  const { best, trials } = usual.studies[0];
  await shown(usual, {}, async (page) => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: `trial ${best.trial}` }).click();
    await sees_every_figure(page, 2);
    assert.equal(await page.locator(".mistakes img").count(), 12);
    assert.ok(await page.locator(".mistakes img").evaluateAll((images) => images.every((image) => image.naturalWidth === 28)));
    const panel = page.locator(".panel");
    await panel.getByRole("button", { name: "Copy as TOML" }).click();
    const toml = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(toml, /\n\[fidelity\]\nimage_side = 128\nepochs = 8\n/);
    assert.match(toml, /\n\[training\]\nchannels = 1\nfit = "crop"\n/);
    assert.ok(toml.includes(`\n[point]\nlearning_rate = ${trials.point.learning_rate[best.trial]}\n`), toml);
    await panel.getByRole("button", { name: "Copy as command" }).click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()),
      `crescendo best --storage sqlite:///out/study.db --study clothing10.32-128.ramp.random.0 --trial ${best.trial} > trial-${best.trial}.toml`
      + ` && crescendo train --point trial-${best.trial}.toml --data data/clothing10`);
    const parent = trials.parent[best.trial];
    if (parent !== null) {
      await panel.getByRole("button", { name: String(parent), exact: true }).click();
      await page.getByRole("heading", { name: `Trial ${parent}` }).waitFor();
    }
  });
});

test("the history shows the better half alone, by time and by trials", async () => {
  await shown(usual, {}, async (page) => {
    const ticks = () => page.locator("#figure-history .drawing svg text").allTextContents();
    await draw_all(page);
    assert.ok((await ticks()).includes("80\u00a0%"));
    await page.getByRole("button", { name: "better half" }).click();
    await page.getByRole("button", { name: "trials", exact: true }).click();
    await draw_all(page);
    const close = await ticks();
    assert.ok(!close.includes("80\u00a0%") && close.includes("20\u00a0%"), close.join(" "));
    assert.ok(close.includes("trial"));
  });
});

test("a new snapshot is drawn in place: section, brush and opened trials stay", async () => {
  const small = snapshot(study({ trials: 100 })), large = snapshot(study({ trials: 400 }));
  await shown(small, { hash: "#space" }, async (page) => {
    await draw_all(page);
    await brush(page, 1, 0.2, 0.5);
    const before = await count_of(page);
    await page.locator(".rows button.link").first().click();
    const opened = await page.locator(".panel-title").innerText();
    await page.evaluate((given) => window.crescendo.show(given), large);
    await page.locator(".keys", { hasText: "400" }).waitFor();
    assert.equal(await page.locator("nav a[aria-current]").innerText(), "Trials");
    assert.equal(await page.locator(".panel-title").innerText(), opened);
    assert.ok((await count_of(page)) > before, "the brush holds for the new trials too");
  });
});

test("several studies are compared: seeds are one line, subjects are kept apart", async () => {
  for (const width of [1280, 390]) {
    await shown(several(), { hash: "#compare", width }, async (page) => {
      await sees_every_figure(page, 2);
      await fits(page);
      await has_no_serious_fault(page);
      const rows = await page.locator("#figure-finals table.plain tbody tr").allInnerTexts();
      assert.deepEqual(rows.map((row) => row.split("\t").slice(0, 2).join(" ").trim()), ["flat · random 3", "ramp · random 3", "ramp · tpe 3"]);
      await page.getByLabel("searched").selectOption("1");
      assert.equal(await page.locator("#figure-finals table.plain tbody tr").count(), 1);
    });
  }
});

for (const name of Object.keys(kOdd)) {
  test(`a study that is odd draws a sensible page: ${name}`, async () => {
    const given = snapshot(kOdd[name]());
    for (const section of kSections) {
      await shown(given, { hash: `#${section}`, width: 390 }, async (page) => {
        await draw_all(page);
        await fits(page);
        await has_no_serious_fault(page);
        const text = await page.locator("main").innerText();
        assert.doesNotMatch(text, /undefined|NaN|\[object|null,/);
        assert.ok(text.length > 150, text);
        if (section === "trials" && (await page.locator(".rows button.link").count()) > 0) {
          await page.locator(".rows button.link").first().click();
          await draw_all(page);
        }
      });
    }
  });
}

test("a study of one rung and two parameters has no word of rungs, and its one pair is a sentence", async () => {
  const given = snapshot(kOdd.pair()), { best } = given.studies[0];
  for (const section of kSections) {
    await shown(given, { hash: `#${section}` }, async (page) => {
      await draw_all(page);
      for (const numbers of await page.locator("details.numbers summary").all()) await numbers.click();
      const text = await page.locator("main").innerText();
      assert.doesNotMatch(text, /\brungs?\b|\bsizes?\b|px/);
      assert.ok(text.includes(`mean of 3 executions of trial ${best.trial}'s point`), text);
      if (section === "importance") assert.match(text, /learning_rate and batch_size together: 5/);
      if (section === "space") assert.equal(await page.locator("#figure-narrowing").count(), 0, "nothing narrowed");
      if (section === "space") assert.ok(!(await page.locator("svg.parallel").innerHTML()).includes("failed"), "nothing failed");
    });
  }
});

test("the narrowing names the whole range, and a size without new points says so", async () => {
  const made = study({ trials: 200 });
  made.rungs[1].boxes.push({ number: 5, reason: "the whole range for 10 % of the points", sides: {} });
  made.rungs[2].boxes = [];
  await shown(snapshot(made), { hash: "#space" }, async (page) => {
    await draw_all(page);
    const labels = await page.locator("#figure-narrowing .drawing svg text").allTextContents();
    for (const label of ["32 px", "64 px", "64 px, whole", "128 px"]) assert.ok(labels.includes(label), label);
    assert.match(await page.locator("#figure-narrowing .reasons").innerText(), /128 px: no new points here, its trials are promotions/);
  });
});

test("importance says where its trials are few and span little", async () => {
  const made = study({ trials: 200 });
  Object.assign(made.importance[2], { trials: 20, covered: 0.00001 });
  await shown(snapshot(made), { hash: "#importance" }, async (page) => {
    const text = (await page.locator("main").innerText()).replaceAll("\u00a0", " ");
    assert.match(text, /128 px, whose values span less than 1 % of its volume/);
    assert.match(text, /Rough at 128 px: shares of fewer than 30 trials/);
  });
});

test("without a finished trial the history is a sentence", async () => {
  await shown(snapshot(kOdd.begun()), {}, async (page) => {
    assert.equal(await page.locator("#figure-history").count(), 0);
    assert.match(await page.locator("main").innerText(), /No trial has finished yet, so there is no validation error to draw: 6 running\./);
  });
});

test("what is no snapshot, or of a later version, is said in a sentence", async () => {
  for (const [given, said] of [[{ format: "other" }, "This is no snapshot"], [{ ...usual, version: 9 }, "this page reads version 1"], [{ ...usual, studies: [] }, "holds no study"]]) {
    await shown(given, {}, async (page) => assert.ok((await page.getByRole("alert").innerText()).includes(said)));
  }
});

test("without a snapshot the page takes one from a file", async () => {
  await shown(null, {}, async (page) => {
    await has_no_serious_fault(page);
    await page.locator('input[type="file"]').setInputFiles({ name: "a.json", mimeType: "application/json", buffer: Buffer.from("{") });
    assert.ok((await page.getByRole("alert").innerText()).includes("a.json is no JSON"));
    await page.locator('input[type="file"]').setInputFiles({ name: "b.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(usual)) });
    await page.getByRole("heading", { level: 1, name: "clothing10" }).waitFor();
  });
});

test("a figure that cannot be drawn says so and the others are drawn", async () => {
  const given = structuredClone(usual), { best, details } = given.studies[0];
  details[best.trial].confusion = { classes: null, confusion: 3 };
  given.studies[0].importance[0].surfaces = [{ a: "learning_rate", b: "batch_size", values_a: [0.01], values_b: [32], loss: null, std: [] }];
  given.studies[0].importance[1] = given.studies[0].importance[2] = null;
  await shown(given, {}, async (page) => {
    await page.getByRole("button", { name: `trial ${best.trial}` }).click();
    const said = page.getByRole("alert");
    await said.waitFor();
    assert.match(await said.innerText(), new RegExp(`^The confusion of trial ${best.trial} cannot be drawn`));
    await sees_every_figure(page, 1);
    assert.equal(await page.locator(".mistakes img").count(), 12);
    await page.locator('a[href="#space"]').click();
    await page.getByRole("alert").getByText(/^Pairs cannot be drawn/).waitFor();  // the other section goes first
    assert.equal(await page.getByRole("alert").count(), 1);
    await sees_every_figure(page, 2);
    await page.evaluate((whole) => window.crescendo.show(whole), usual);
    await page.locator("#figure-contours").waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
  });
});

test("a figure is drawn anew only when what it shows has changed", async () => {
  await shown(usual, { hash: "#space" }, async (page) => {
    const drawn = (name) => page.evaluate((of) => performance.getEntriesByName(`drawn ${of}`).length, name);
    await draw_all(page);
    const before = await Promise.all(["slices", "narrowing"].map(drawn));
    await brush(page, 1, 0.2, 0.5);
    await draw_all(page);
    const after = await Promise.all(["slices", "narrowing"].map(drawn));
    assert.ok(after[0] > before[0], "slices show the brush");
    assert.equal(after[1], before[1], "the bands do not");
  });
});

test("paper shows every figure, those below the window too, in the light", async () => {
  await shown(usual, { hash: "#importance", height: 300, dark: true }, async (page) => {
    await page.emulateMedia({ media: "print" });
    const drawn = () => page.locator(".drawing svg").count();
    assert.ok((await drawn()) < 3, "not all have been seen");
    const paper = await page.evaluate(() => {
      dispatchEvent(new Event("beforeprint"));
      const drawings = [...document.querySelectorAll(".drawing")];
      const box = (one) => one.querySelector("svg").parentElement.getBoundingClientRect();
      return { theme: document.documentElement.dataset.theme, empty: drawings.filter((one) => one.querySelectorAll("svg path").length < 3).map((one) => one.ariaLabel),
               dark: drawings.filter((one) => !one.innerHTML.includes("#ffffff")).length, all: drawings.length,
               cut: drawings.filter((one) => box(one).width > 718 || box(one).height < 100 || box(one).height > one.clientHeight + 1).map((one) => one.ariaLabel) };
    });
    assert.ok(paper.all >= 3);
    assert.deepEqual([paper.theme, paper.empty, paper.dark, paper.cut], ["light", [], 0, []]);
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    await page.emulateMedia({ media: "screen" });
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    await sees_every_figure(page, 3);
  });
});

test("colours follow the system until the reader chooses", async () => {
  await shown(usual, { dark: true }, async (page) => {
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    assert.equal(await theme(), "dark");
    await page.getByRole("button", { name: /^Colours/ }).click();
    await page.getByRole("button", { name: /^Colours: dark/ }).click();
    assert.equal(await theme(), "light");
  });
});

test("the file of a study with 1,000 trials is at most 3 MB", () => {
  const bytes = readFileSync(new URL(address(snapshot(study({ trials: 1_000 }))))).length;
  console.log(`# ${(bytes / 1e6).toFixed(2)} MB`);
  assert.ok(bytes <= 3e6);
});
