// Pairs: how much of the variance each two parameters explain together that neither explains alone.

import { useState } from "preact/hooks";
import type { Option } from "../charts";
import { Figure } from "../figure";
import { percent } from "../format";
import { base, name_axis, tip, type Look } from "../look";
import { Select } from "../parts";
import type { RungImportance } from "../snapshot";
import { useView } from "../view";
import { by_importance, rungs_with_importance } from "./shares";

function draw(importance: RungImportance, names: string[], look: Look, width: number): Option {
  const cells = importance.pairs.map(({ a, b, share, std }) => {
    const [x, y] = [names.indexOf(a), names.indexOf(b)].sort((p, q) => p - q);
    return [x!, y! - 1, share, std]; // a triangle: no column for the last name, no row for the first
  }).filter(([x]) => x! >= 0);
  const most = Math.max(1e-9, ...cells.map(([, , share]) => share!));
  const room = Math.min(150, width * 0.32), small = width < 500;
  const shared = base(look);
  const length = small ? 13 : 22;
  const across = name_axis(look, names.slice(0, -1), { length }), down = name_axis(look, names.slice(1), { length });
  return {
    ...shared,
    tooltip: { ...(shared.tooltip as Option), formatter: ({ data }: { data: number[] }) =>
      tip(`${names[data[0]!]} × ${names[data[1]! + 1]}`, [["", `${percent(data[2]!)} ± ${percent(data[3]!)}`]]) },
    grid: { left: room, right: 12, top: 8, bottom: 16 + Math.min(small ? 13 : 22, Math.max(...names.map((name) => name.length))) * 4.9 },
    xAxis: { ...across, axisLabel: { ...(across.axisLabel as Option), rotate: 45 } },
    yAxis: { ...down, inverse: true },
    visualMap: {
      type: "continuous", min: 0, max: most, dimension: 2, inRange: { color: look.ramp }, orient: "horizontal", right: 12, top: 0, calculable: false,
      itemWidth: 10, itemHeight: 110, text: [percent(most), "0"], textStyle: { color: look.ink, fontSize: 11 },
    },
    series: [{
      type: "heatmap", data: cells, itemStyle: { borderColor: look.paper, borderWidth: 1 },
      label: { show: names.length <= 12 && !small, fontSize: 10, formatter: ({ data }: { data: number[] }) => (data[2]! >= 0.005 ? percent(data[2]!, 2) : "") },
    }],
  };
}

export function Pairs() {
  const { study } = useView();
  const rungs = rungs_with_importance(study).filter((rung) => study.raw.importance![rung]!.pairs.length > 0);
  const [chosen, choose] = useState(rungs.length - 1);
  if (rungs.length === 0) return null;
  const place = Math.min(Math.max(chosen, 0), rungs.length - 1), rung = rungs[place]!;
  const importance = study.raw.importance![rung]!, names = by_importance(study);
  const strongest = importance.pairs.reduce((most, pair) => (pair.share > most.share ? pair : most));
  return (
    <Figure
      name="pairs" title="Interactions" height={(width) => Math.min(150 + names.length * 30, Math.max(320, width * 0.7))} items={importance.pairs.length}
      controls={<Select label="at" value={place} options={rungs.map((at) => study.labels[at]!)} on_change={choose} />}
      caption={`The share of the variance of the ${study.raw.loss.name} that two parameters explain together and neither alone, at ${study.labels[rung]}.`}
      alt={`The strongest interaction at ${study.labels[rung]} is of ${strongest.a} and ${strongest.b}: ${percent(strongest.share)}.`}
      option={(look, width) => draw(importance, names, look, width)} drawn_from={[study, rung]}
      numbers={() => ({
        columns: ["rung", "a", "b", "share", "std"],
        rows: rungs.flatMap((at) => study.raw.importance![at]!.pairs.map(({ a, b, share, std }) => [study.labels[at], a, b, share, std])),
      })}
    />
  );
}
