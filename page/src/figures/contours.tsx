// Pair contours: the mean loss over two parameters, whatever the others are, of the pairs that interact most.

import { useState } from "preact/hooks";
import { coordinate, type Axis } from "../axes";
import type { Option } from "../charts";
import { Figure } from "../figure";
import { clip } from "../format";
import { base, panel_title, panels, tip, value_axis, type Look } from "../look";
import { Select } from "../parts";
import type { Surface } from "../snapshot";
import { loss_text, type Study } from "../study";
import { useView } from "../view";
import { isolines } from "./isolines";
import type { CustomApi } from "./saved";
import { rungs_with_importance } from "./shares";

const kMostPairs = 6, kLevels = 6;
const form = (number: number, width: number) => panels(number, width, { least: 300, height: 210, gap: 86, left: 62, most: 3, top: 34 });

// A cell reaches halfway to its neighbours, and at the ends to the end of the axis.
function edges(axis: Axis, at: number[]): number[] {
  return [axis.low, ...at.slice(1).map((value, place) => (value + at[place]!) / 2), axis.high];
}

export function grid_of(study: Study, surface: Surface) {
  const a = study.axes.find(({ name }) => name === surface.a)!, b = study.axes.find(({ name }) => name === surface.b)!;
  const on_a = surface.values_a.map((value, place) => ({ place, at: coordinate(a, value) })).filter(({ at }) => at !== null);
  const on_b = surface.values_b.map((value, place) => ({ place, at: coordinate(b, value) })).filter(({ at }) => at !== null);
  const height = on_a.map(({ place }) => on_b.map((other) => surface.loss[place]![other.place]!));
  return { a, b, x: on_a.map(({ at }) => at!), y: on_b.map(({ at }) => at!), height };
}

function draw(study: Study, surfaces: Surface[], look: Look, width: number): Option {
  const { places } = form(surfaces.length, width);
  const grids = surfaces.map((surface) => grid_of(study, surface));
  const heights = grids.flatMap(({ height }) => height.flat());
  const low = heights.reduce((least, at) => Math.min(least, at), Infinity), high = heights.reduce((most, at) => Math.max(most, at), -Infinity);
  const levels = Array.from({ length: kLevels }, (_, place) => low + ((place + 1) * (high - low)) / (kLevels + 1));
  const shared = base(look);
  const series = grids.flatMap((grid, place): Option[] => {
    const x = edges(grid.a, grid.x), y = edges(grid.b, grid.y);
    const cells = grid.height.flatMap((row, i) => row.map((height, j) => [grid.x[i]!, grid.y[j]!, height, i, j]));
    const lines = grid.a.kind === "choices" || grid.b.kind === "choices" ? []
      : levels.flatMap((level) => isolines(grid.x, grid.y, grid.height, level));
    return [{
      type: "custom", xAxisIndex: place, yAxisIndex: place, clip: true, encode: { x: 0, y: 1 }, data: cells,
      tooltip: { formatter: ({ data }: { data: number[] }) => tip(loss_text(study.raw, data[2]!), [
        [grid.a.name, grid.a.text(data[0]!)], [grid.b.name, grid.b.text(data[1]!)]]) },
      renderItem: (_: unknown, api: CustomApi) => {
        const i = api.value(3), j = api.value(4);
        const [left, bottom] = api.coord([x[i]!, y[j]!]), [right, top] = api.coord([x[i + 1]!, y[j + 1]!]);
        const colour = api.visual("color");
        return { type: "rect", shape: { x: left, y: top, width: right! - left! + 0.5, height: bottom! - top! + 0.5 }, style: { fill: colour } };
      },
    }, {
      type: "custom", xAxisIndex: place, yAxisIndex: place, clip: true, silent: true, tooltip: { show: false }, data: lines.length > 0 ? [[0, 0, 0]] : [],
      renderItem: (_: unknown, api: CustomApi) => ({
        type: "group", children: lines.map(([from, to]) => {
          const [x1, y1] = api.coord(from), [x2, y2] = api.coord(to);
          return { type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: look.ink, lineWidth: 0.8, opacity: 0.55 } };
        }),
      }),
    }];
  });
  const ramp = study.raw.loss.maximize ? look.ramp : [...look.ramp].reverse();
  return {
    ...shared,
    title: places.map((at, place) => panel_title(look, `${clip(surfaces[place]!.a, 22)} × ${clip(surfaces[place]!.b, 22)}`, at)),
    grid: places,
    xAxis: grids.map(({ a }, grid) => value_axis(look, a, "x", { grid, most: 4, name: a.label })),
    yAxis: grids.map(({ b }, grid) => value_axis(look, b, "y", { grid, most: 5 })),
    visualMap: {
      type: "continuous", dimension: 2, min: low, max: high, seriesIndex: series.map((_, place) => place).filter((place) => place % 2 === 0),
      inRange: { color: ramp }, orient: "horizontal", left: 0, top: 0, itemWidth: 10, itemHeight: 130, calculable: false,
      text: [loss_text(study.raw, high), loss_text(study.raw, low)], textStyle: { color: look.ink, fontSize: 11 },
    },
    series,
  };
}

export function Contours() {
  const { study } = useView();
  const rungs = rungs_with_importance(study).filter((rung) => study.raw.importance![rung]!.surfaces?.length);
  const [chosen, choose] = useState(rungs.length - 1);
  if (rungs.length === 0) return null;
  const place = Math.min(Math.max(chosen, 0), rungs.length - 1), rung = rungs[place]!;
  const surfaces = study.raw.importance![rung]!.surfaces!.filter(({ a, b }) =>
    [a, b].every((name) => study.axes.some((axis) => axis.name === name))).slice(0, kMostPairs);
  return (
    <Figure
      name="contours" title="Pairs" height={(width) => form(surfaces.length, width).height} items={surfaces.length * 400}
      controls={<Select label="at" value={place} options={rungs.map((at) => study.labels[at]!)} on_change={choose} />}
      caption={`The mean ${study.raw.loss.name} over two parameters, averaged over all others, of the ${surfaces.length} pairs with the strongest interaction at ${study.labels[rung]}.`}
      alt={`Maps of the mean ${study.raw.loss.name} over ${surfaces.map(({ a, b }) => `${a} and ${b}`).join("; ")}.`}
      option={(look, width) => draw(study, surfaces, look, width)} drawn_from={[study, rung]}
      numbers={() => ({
        columns: ["rung", "a", "b", "value_a", "value_b", "mean", "std"],
        rows: surfaces.flatMap((surface) => surface.values_a.flatMap((value_a, i) => surface.values_b.map((value_b, j) =>
          [study.labels[rung], surface.a, surface.b, value_a, value_b, surface.loss[i]![j], surface.std[i]?.[j]]))),
      })}
    />
  );
}
