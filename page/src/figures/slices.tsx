// Slices: the loss over each parameter alone, by size.

import { useMemo } from "preact/hooks";
import { coordinate, half_cell, slot } from "../axes";
import type { Option } from "../charts";
import { Figure } from "../figure";
import { short } from "../format";
import { base, legend, panel_title, panels, rung_colour, rung_symbol, value_axis, type Look } from "../look";
import { sample, value_of, type Study } from "../study";
import { useView } from "../view";
import { trial_tip } from "./history";

const kMostMarks = 2000;
const form = (study: Study, width: number) => panels(study.parameters.length, width, { least: 230, height: 150 });

function draw(study: Study, marks: number[], kept: Uint8Array | null, look: Look, width: number): Option {
  const { raw, loss, top } = study;
  const { places } = form(study, width);
  const series: Option[] = [];
  study.axes.forEach((axis, place) => {
    const data = (rung: number, inside: boolean) => marks
      .filter((trial) => (rung < 0 || raw.trials.rung[trial] === rung) && (!kept || Boolean(kept[trial])) === inside)
      .map((trial) => {
        const own = coordinate(axis, value_of(study, axis.name, trial));
        const at = own ?? (axis.missing === null ? null : slot(axis));
        // Trials with one value would hide each other: each is a little aside, always by as much.
        const aside = ((trial * 0.618034) % 1) - 0.5;
        return at === null ? null : [at + aside * (own === null ? 0.06 * (axis.high - axis.low) : half_cell(axis)), Math.min(Math.max(raw.trials.loss[trial]!, loss.low), loss.high), trial];
      }).filter((mark) => mark !== null);
    const shared = { type: "scatter", xAxisIndex: place, yAxisIndex: place, symbolSize: marks.length > 600 ? 3 : 5, large: marks.length > 600, largeThreshold: 1 };
    if (kept) series.push({ ...shared, name: "left out by the brush", itemStyle: { color: look.faint }, data: data(-1, false) });
    for (let rung = 0; rung <= top; ++rung) {
      series.push({ ...shared, name: study.labels[rung], symbol: rung_symbol(rung),
                    itemStyle: { color: rung_colour(look, rung, top), opacity: 0.65 }, data: data(rung, true) });
    }
  });
  const shared = base(look);
  return {
    ...shared,
    tooltip: { ...(shared.tooltip as Option), formatter: (item: { data: number[] }) => trial_tip(study, item.data[2]!) },
    legend: { ...legend(look), data: study.used.map((rung) => study.labels[rung]!) },
    title: places.map((at, place) => panel_title(look, study.parameters[place]!.name, at)),
    grid: places,
    xAxis: study.axes.map((axis, grid) => value_axis(look, axis, "x", { grid, most: 4, slot: true })),
    yAxis: study.axes.map((_, grid) => value_axis(look, loss, "y", { grid, most: 4, lines: true })),
    series,
  };
}

export function Slices() {
  const { study, kept, open_trial } = useView();
  const marks = useMemo(() => sample(study, kMostMarks), [study]);
  const { raw } = study;
  return (
    <Figure
      name="slices" title="Slices" height={(width) => form(study, width).height} items={marks.length * study.parameters.length}
      caption={`The ${raw.loss.name} of each trial over one parameter at a time; “off” is where a parameter is not active.`
        + (marks.length < study.finished.length ? ` Drawn are ${short(marks.length)} of ${short(study.finished.length)} trials: the best half of them, and evenly chosen others.` : "")}
      alt={`Scatter plots of ${raw.loss.name} over ${study.parameters.map(({ name }) => name).join(", ")}.`}
      option={(look, width) => draw(study, marks, kept, look, width)} drawn_from={[study, kept]}
      on_pick={(item) => Array.isArray(item) && open_trial(item[2] as number)}
      numbers={() => ({
        columns: ["trial", "rung", raw.loss.name, ...study.parameters.map(({ name }) => name)],
        rows: study.finished.filter((trial) => !kept || kept[trial]).map((trial) =>
          [trial, study.labels[raw.trials.rung[trial]!], raw.trials.loss[trial], ...study.parameters.map(({ name }) => value_of(study, name, trial))]),
      })}
    />
  );
}
