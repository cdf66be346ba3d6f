// Optimisation history: every trial's loss, the best so far at each rung, and which size was at work when.

import { useState } from "preact/hooks";
import { loss_axis, type Axis } from "../axes";
import { kManyMarks, type Option } from "../charts";
import { Figure } from "../figure";
import { count, seconds, short, time_unit } from "../format";
import { base, legend, legend_height, rung_colour, rung_symbol, tip, value_axis, type Look } from "../look";
import { better, loss_text, records, type Study } from "../study";
import { Choice } from "../parts";
import { useView } from "../view";

interface Stretch {
  rung: number;
  from: number;
  to: number;
}

/// Where one rung did most of the work, as stretches of the axis; none where rungs take turns, as with asynchronous halving.
export function stretches(study: Study, at: (trial: number) => number, last: number): Stretch[] {
  const kBins = 80, kMost = 12;
  const work = Array.from({ length: kBins }, () => new Float64Array(study.top + 1));
  for (const trial of study.finished) {
    const bin = Math.min(kBins - 1, Math.floor((at(trial) / (last || 1)) * kBins));
    work[bin]![study.raw.trials.rung[trial]!]! += Math.max(study.raw.trials.seconds[trial]!, 1e-9);
  }
  const found: Stretch[] = [];
  work.forEach((share, bin) => {
    const most = Math.max(...share);
    const rung = most > 0 ? share.indexOf(most) : found.at(-1)?.rung ?? study.raw.trials.rung[study.finished[0] ?? 0] ?? 0;
    const from = (bin / kBins) * last, to = ((bin + 1) / kBins) * last;
    if (found.at(-1)?.rung === rung) found.at(-1)!.to = to;
    else found.push({ rung, from, to });
  });
  return found.length > kMost || study.top === 0 ? [] : found;
}

function x_axis(study: Study, time: boolean): { axis: Axis; at: (trial: number) => number; name: string; last: number } {
  const end = study.end.reduce((most, one) => Math.max(most, one), study.raw.elapsed_seconds || 0);
  const unit = time_unit(end);
  const last = time ? end / unit.seconds : Math.max(study.count - 1, 1);
  const axis: Axis = {
    name: "x", label: "", kind: "linear", low: 0, high: last || 1, missing: null, whole: !time, choices: [], text: (at) => short(at),
  };
  return time ? { axis, last, name: `time (${unit.name})`, at: (trial) => study.end[trial]! / unit.seconds }
              : { axis, last, name: "trial", at: (trial) => trial };
}

/// The axis of the better half of all losses, which the others would press together.
function close_axis(study: Study): Axis {
  const sorted = study.finished.map((trial) => study.raw.trials.loss[trial]!).sort((a, b) => (better(study.raw, a, b) ? -1 : 1));
  return loss_axis(study.raw, sorted.slice(0, Math.ceil(sorted.length / 2)));
}

function draw(study: Study, kept: Uint8Array | null, time: boolean, close: boolean, look: Look, width: number): Option {
  const { raw, top } = study, loss = close ? close_axis(study) : study.loss;
  const shown = (trial: number) => !close || (raw.trials.loss[trial]! >= loss.low && raw.trials.loss[trial]! <= loss.high);
  const { axis, at, name, last } = x_axis(study, time);
  const inside = (value: number) => Math.min(Math.max(value, loss.low), loss.high);
  const point = (trial: number) => [at(trial), inside(raw.trials.loss[trial]!), trial];
  const large = study.finished.length > kManyMarks;
  const shaded = stretches(study, at, last);
  const series: Option[] = [];
  for (let rung = 0; rung <= top; ++rung) {
    const colour = rung_colour(look, rung, top);
    const own = study.finished.filter((trial) => raw.trials.rung[trial] === rung);
    series.push({
      type: "scatter", name: study.labels[rung], symbol: rung_symbol(rung), symbolSize: large ? 3 : study.count > 500 ? 5 : 7,
      large, largeThreshold: kManyMarks, itemStyle: { color: colour, opacity: large ? 0.5 : 0.75 }, z: 3,
      data: own.filter((trial) => (!kept || kept[trial]) && shown(trial)).map(point),
      markArea: {
        silent: true, itemStyle: { color: colour, opacity: look.dark ? 0.14 : 0.09 }, label: { show: false },
        data: shaded.filter((stretch) => stretch.rung === rung).map((stretch) => [{ xAxis: stretch.from }, { xAxis: stretch.to }]),
      },
    });
    const best = records(study, rung);
    const line = best.map((trial) => point(trial));
    if (line.length > 0) line.push([last, line.at(-1)![1]!, best.at(-1)!]);
    series.push({
      type: "line", name: study.labels[rung], step: "end", symbol: "none", data: line, z: rung === top ? 6 : 5,
      lineStyle: { color: colour, width: rung === top ? 2.5 : 1.5 }, itemStyle: { color: colour }, tooltip: { show: false },
    });
  }
  if (kept) {
    series.push({ type: "scatter", name: "left out by the brush", symbolSize: 3, large, largeThreshold: kManyMarks, z: 2,
                  itemStyle: { color: look.faint }, data: study.finished.filter((trial) => !kept[trial] && shown(trial)).map(point) });
  }
  if (study.failed.length > 0) {
    series.push({ type: "scatter", name: "failed", symbol: "path://M0 0L10 10M10 0L0 10", symbolSize: 6, z: 4,
                  itemStyle: { color: "transparent", borderColor: look.quiet, borderWidth: 1.2 },
                  data: study.failed.map((trial) => [at(trial), loss.high, trial]) });
  }
  const names = [...study.used.map((rung) => study.labels[rung]!), ...(study.failed.length > 0 ? ["failed"] : [])];
  const shared = base(look);
  return {
    ...shared,
    tooltip: { ...(shared.tooltip as Option), formatter: (item: { data: number[] }) => trial_tip(study, item.data[2]!) },
    legend: { ...legend(look, names), data: names },
    grid: { left: 54, right: 14, top: legend_height(names, width) + 28, bottom: 42 },
    xAxis: value_axis(look, axis, "x", { name, most: 8 }),
    yAxis: value_axis(look, loss, "y", { name: raw.loss.name, most: 6, lines: true }),
    series,
  };
}

export function trial_tip(study: Study, trial: number): string {
  const { trials } = study.raw;
  return tip(`trial ${trial}`, [
    [study.raw.loss.name, trials.state[trial] === "failed" ? `failed: ${trials.reason[trial] ?? "no reason given"}` : loss_text(study.raw, trials.loss[trial])],
    ["at", study.labels[trials.rung[trial]!] ?? ""],
    ["took", seconds(trials.seconds[trial]!)],
  ]);
}

export function History() {
  const { study, kept, open_trial } = useView();
  const [time, set_time] = useState(true);
  const [close, set_close] = useState(false);
  const { raw } = study;
  const outside = study.finished.filter((trial) => raw.trials.loss[trial]! > study.loss.high || raw.trials.loss[trial]! < study.loss.low).length;
  const best = raw.best;
  return (
    <Figure
      name="history" title="How the search went" items={study.count} height={360}
      controls={<>
        <Choice label="Trials shown" value={close ? "better half" : "all"} options={["all", "better half"]} on_change={(value) => set_close(value !== "all")} />
        <Choice label="Horizontal axis" value={time ? "time" : "trials"} options={["time", "trials"]} on_change={(value) => set_time(value === "time")} />
      </>}
      caption={`Each mark is a trial; the lines are the best so far at each ${study.level}${study.in_full.length < study.finished.length ? ", without repetitions and trials that were stopped early" : ""}${study.top > 0 ? `, the shades the ${study.level} at work` : ""}.`
        + (!close && outside > 0 ? ` ${count(outside, "trial lies", "trials lie")} beyond the axis and ${outside === 1 ? "is" : "are"} drawn at its end.` : "")}
      alt={`${count(study.finished.length, "finished trial")} and ${study.failed.length} failed ones over ${time ? "time" : "their number"}. `
        + (best ? `The best ${raw.loss.name}, ${loss_text(raw, best.loss)}, was reached with trial ${best.trial} at ${study.labels[best.rung]}.` : "Nothing has finished.")}
      option={(look, width) => draw(study, kept, time, close, look, width)} drawn_from={[study, kept, time, close]}
      on_pick={(item) => Array.isArray(item) && open_trial(item[2] as number)}
      numbers={() => ({
        columns: ["trial", "rung", "state", "ended_seconds", "seconds", raw.loss.name],
        rows: raw.trials.rung.map((rung, trial) => [trial, study.labels[rung], raw.trials.state[trial], study.end[trial], raw.trials.seconds[trial], raw.trials.loss[trial]]),
      })}
    />
  );
}
