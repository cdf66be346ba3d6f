// What increasing image sizes saved: the time that was used, by size, beside the estimate for the top size alone.

import type { Option } from "../charts";
import { Figure } from "../figure";
import { seconds, short, time_unit } from "../format";
import { base, legend, name_axis, rung_colour, tip, value_axis, type Look } from "../look";
import type { Study } from "../study";
import { useView } from "../view";

export function saved_factor(study: Study): number | null {
  const { saved } = study.raw;
  return saved && saved.seconds > 0 ? saved.top_seconds / saved.seconds : null;
}

function draw(study: Study, look: Look): Option {
  const saved = study.raw.saved!;
  const longest = Math.max(saved.seconds, saved.top_seconds), unit = time_unit(longest);
  const top = study.labels[study.top]!;
  const rows = [`all trials at ${top}, estimated`, "as searched"];
  const bars: { row: number; from: number; to: number; name: string; colour: string; open: boolean }[] = [];
  let from = 0;
  study.raw.rungs.forEach((rung, place) => {
    bars.push({ row: 1, from, to: from + rung.seconds / unit.seconds, name: study.labels[place]!, colour: rung_colour(look, place, study.top), open: false });
    from += rung.seconds / unit.seconds;
  });
  bars.push({ row: 0, from: 0, to: saved.top_seconds / unit.seconds, name: "estimate", colour: rung_colour(look, study.top, study.top), open: true });
  const axis = { name: "time", label: "", kind: "linear" as const, low: 0, high: (longest / unit.seconds) * 1.02 || 1, missing: null, whole: false, choices: [], text: (at: number) => short(at) };
  const shared = base(look);
  return {
    ...shared,
    tooltip: { ...(shared.tooltip as Option), formatter: ({ dataIndex, seriesIndex }: { dataIndex: number; seriesIndex: number }) => {
      const bar = bars.filter((other) => other.name === [...study.labels, "estimate"][seriesIndex])[dataIndex]!;
      return tip(bar.name, [["", seconds((bar.to - bar.from) * unit.seconds)]]);
    } },
    legend: { ...legend(look), data: study.used.map((rung) => study.labels[rung]!) },
    grid: { left: 190, right: 16, top: 34, bottom: 42 },
    xAxis: value_axis(look, axis, "x", { name: `trial time (${unit.name})` }),
    yAxis: { ...name_axis(look, rows, { length: 30 }), axisLabel: { color: look.ink, width: 176, overflow: "break", fontSize: 12 } },
    series: [...study.labels, "estimate"].map((name) => ({
      type: "custom", name, itemStyle: { color: bars.find((bar) => bar.name === name)!.colour },
      encode: { x: [1, 2], y: 0 },
      data: bars.filter((bar) => bar.name === name).map((bar) => [bar.row, bar.from, bar.to]),
      renderItem: (_: unknown, api: CustomApi) => {
        const [left, middle] = api.coord([api.value(1), api.value(0)]), [right] = api.coord([api.value(2), api.value(0)]);
        const bar = bars.find((other) => other.name === name)!;
        return {
          type: "rect", shape: { x: left, y: middle! - 13, width: Math.max(right! - left!, 1), height: 26 },
          style: bar.open ? { fill: bar.colour, fillOpacity: 0.15, stroke: bar.colour, lineDash: [4, 3] } : { fill: bar.colour },
        };
      },
    })),
  };
}

/// What ECharts hands to a custom series.
export interface CustomApi {
  value(dimension: number): number;
  coord(at: number[]): number[];
  visual(name: "color"): string;
}

export function Saved() {
  const { study } = useView();
  const { saved, rungs } = study.raw;
  if (!saved) return null;
  const factor = saved_factor(study), top = study.labels[study.top]!;
  const words = factor === null ? "" : factor >= 1
    ? `The trials took ${seconds(saved.seconds)}; as many at ${top} would have taken about ${seconds(saved.top_seconds)}, ${short(factor, 2)} times as long.`
    : `The trials took ${seconds(saved.seconds)}; as many at ${top} would have taken about ${seconds(saved.top_seconds)}: nothing was saved here.`;
  return (
    <Figure
      name="saved" title="What starting small saved" height={170} items={rungs.length}
      caption={`${words} The estimate rests on ${short(saved.measured)} pairs of trials of one point at two ${study.level}s.`}
      alt={words} option={(look) => draw(study, look)} drawn_from={[study]}
      numbers={() => ({
        columns: ["part", "seconds"],
        rows: [...rungs.map((rung, place) => [study.labels[place], rung.seconds]), [`estimate: all at ${top}`, saved.top_seconds]],
      })}
    />
  );
}
