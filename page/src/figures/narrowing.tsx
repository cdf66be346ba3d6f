// Narrowing: at each size, the part of each parameter in which new points could fall, and why.

import { coordinate, half_cell, type Axis } from "../axes";
import type { Option } from "../charts";
import { Figure } from "../figure";
import { base, name_axis, panel_title, panels, rung_colour, tip, value_axis, type Look } from "../look";
import type { Box, Value } from "../snapshot";
import { value_text } from "../format";
import { value_of, type Study } from "../study";
import { useView } from "../view";
import { RungName } from "../parts";
import type { CustomApi } from "./saved";

interface Row {
  rung: number;
  box: Box;
  name: string;
}

function rows_of(study: Study): Row[] {
  return study.raw.rungs.flatMap((rung, place) => rung.boxes.map((box, at) => ({
    rung: place, box, name: rung.boxes.length > 1 ? `${study.labels[place]} ${at + 1}` : study.labels[place]!,
  })));
}

/// The stretches of the axis that a side covers: one of a range, one for each choice. A side that is not said is all.
export function covered(axis: Axis, side: Value[] | undefined): [number, number][] {
  if (side === undefined) return [[axis.low, axis.high]];
  if (axis.kind === "choices") {
    return side.map((choice) => coordinate(axis, choice)).filter((at) => at !== null).map((at) => [at - 0.42, at + 0.42]);
  }
  const [low, high] = [coordinate(axis, side[0]), coordinate(axis, side[1])];
  const half = half_cell(axis);
  return [[Math.max((low ?? axis.low) - half, axis.low), Math.min((high ?? axis.high) + half, axis.high)]];
}

function form(study: Study, width: number) {
  const rows = rows_of(study).length;
  return panels(study.parameters.length, width, { least: 250, height: Math.max(34, Math.min(rows * (rows > 12 ? 9 : 18), 320)), top: 6, gap: 66, left: 70 });
}

function draw(study: Study, look: Look, width: number): Option {
  const { raw } = study;
  const rows = rows_of(study), { places } = form(study, width);
  const names = rows.map((row) => row.name);
  const shared = base(look);
  return {
    ...shared,
    title: places.map((at, place) => panel_title(look, study.parameters[place]!.name, at)),
    grid: places,
    xAxis: study.axes.map((axis, grid) => value_axis(look, axis, "x", { grid, most: 4 })),
    yAxis: study.axes.map((_, grid) => {
      const axis = name_axis(look, names, { grid, length: 11 });
      return rows.length > 12 ? { ...axis, axisLabel: { ...(axis.axisLabel as Option), interval: "auto", fontSize: 10 } } : axis;
    }),
    series: study.axes.map((axis, place) => {
      const bands = rows.flatMap((row, at) => covered(axis, row.box.sides[axis.name]).map(([from, to]) => ({ row, at, from, to })));
      const best = raw.best ? coordinate(axis, value_of(study, axis.name, raw.best.trial)) : null;
      return {
        type: "custom", xAxisIndex: place, yAxisIndex: place, clip: true, encode: { x: [1, 2], y: 0 },
        data: bands.map((band) => [band.at, band.from, band.to]),
        tooltip: { formatter: ({ dataIndex }: { dataIndex: number }) => {
          const { row } = bands[dataIndex]!;
          return tip(`${study.labels[row.rung]}, box ${row.box.number}`, [[axis.name, side_text(study, place, row.box)], ["", row.box.reason]]);
        } },
        renderItem: ({ dataIndex }: { dataIndex: number }, api: CustomApi & { size(of: number[]): number[] }) => {
          const band = bands[dataIndex]!;
          const [left, middle] = api.coord([band.from, band.at]), [right] = api.coord([band.to, band.at]);
          const height = Math.max(api.size([0, 1])[1]! * 0.62, 2);
          return { type: "rect", shape: { x: left, y: middle! - height / 2, width: Math.max(right! - left!, 1.5), height },
                   style: { fill: rung_colour(look, band.row.rung, study.top), opacity: 0.75 } };
        },
        markLine: best === null ? undefined : {
          silent: true, symbol: "none", label: { show: false }, lineStyle: { color: look.ink, type: "dashed", width: 1 }, data: [{ xAxis: best }],
        },
      };
    }),
  };
}

function side_text(study: Study, place: number, box: Box): string {
  const parameter = study.parameters[place]!, side = box.sides[parameter.name];
  if (!side) return "all of it";
  const text = side.map((value) => value_text(parameter, value));
  return parameter.choices ? text.join(", ") : text.join(" to ");
}

export function Narrowing() {
  const { study } = useView();
  const rows = rows_of(study);
  if (rows.length === 0) return null;
  return (
    <Figure
      name="narrowing" title="How the space narrowed" height={(width) => form(study, width).height} items={rows.length * study.parameters.length}
      caption={`The bands are where new points could fall at each ${study.level}, the lowest at the bottom; the dashed line is the best point.`}
      alt={`For each parameter the range searched at ${study.labels.join(", ")}.`}
      option={(look, width) => draw(study, look, width)} drawn_from={[study]}
      numbers={() => ({
        columns: ["rung", "box", "parameter", "from_or_choices", "to", "reason"],
        rows: rows.flatMap(({ rung, box }) => study.parameters.map((parameter) => {
          const side = box.sides[parameter.name];
          const ends = parameter.choices ? [(side ?? parameter.choices).join(" | "), null] : [side?.[0] ?? parameter.low, side?.[1] ?? parameter.high];
          return [study.labels[rung], box.number, parameter.name, ...ends, box.reason];
        })),
      })}
    >
      <details class="reasons" open={rows.length <= 4}>
        <summary>Why</summary>
        <ul>
          {rows.map(({ rung, box }) => <li><RungName study={study} rung={rung} />, box {box.number}: {box.reason || "the whole space"}</li>)}
        </ul>
      </details>
    </Figure>
  );
}

