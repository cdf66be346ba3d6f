// Importance: the share of the loss's variance that each parameter explains, the sizes side by side.

import { useState } from "preact/hooks";
import type { Option } from "../charts";
import { Figure } from "../figure";
import { percent } from "../format";
import { base, legend, name_axis, rung_colour, rung_sign, tip, value_axis, type Look } from "../look";
import { Select } from "../parts";
import type { RungImportance } from "../snapshot";
import type { Study } from "../study";
import { useView } from "../view";
import type { CustomApi } from "./saved";

interface Measure {
  name: string;
  says: string;
  of(rung: RungImportance, parameter: string): { share: number; std: number } | undefined;
}

const plain = (share: number | undefined) => (share === undefined ? undefined : { share, std: 0 });
const kMeasures: Measure[] = [
  { name: "alone", says: "due to each parameter alone", of: (rung, name) => rung.main[name] },
  { name: "with others", says: "due to each parameter with all interactions it takes part in", of: (rung, name) => rung.total[name] },
  { name: "permutation", says: "that a forest loses when a parameter's values are shuffled", of: (rung, name) => plain(rung.permutation[name]) },
  { name: "PED-ANOVA", says: "by how the best tenth of the trials differs from all", of: (rung, name) => plain(rung.ped_anova[name]) },
];

/// The parameters, the most important first: by the mean share over the rungs.
export function by_importance(study: Study): string[] {
  const mean = (name: string) => (study.raw.importance ?? []).reduce((sum, rung) => sum + (rung?.main[name]?.share ?? 0), 0);
  return study.parameters.map(({ name }) => name).sort((a, b) => mean(b) - mean(a));
}

/// Those whose losses vary: one trial alone has no variance to share out.
export function rungs_with_importance(study: Study): number[] {
  return (study.raw.importance ?? []).flatMap((rung, place) => (rung && Object.values(rung.main).some(({ share }) => share > 0) ? [place] : []));
}

const kRow = 15;
const high = (study: Study, rungs: number) => 84 + study.parameters.length * Math.max(rungs * kRow + 8, 22);

function draw(study: Study, measure: Measure, look: Look, width: number): Option {
  const rungs = rungs_with_importance(study);
  const names = by_importance(study).reverse();
  const bars = rungs.map((rung) => names.map((name, row) => ({ row, name, ...(measure.of(study.raw.importance![rung]!, name) ?? { share: 0, std: 0 }) })));
  const most = Math.max(0.01, ...bars.flat().map(({ share, std }) => share + std));
  const axis = { name: "share", label: "", kind: "linear" as const, low: 0, high: Math.min(most * 1.03, Math.max(1, most)), missing: null, whole: false, choices: [], text: (at: number) => percent(at) };
  const shared = base(look);
  return {
    ...shared,
    legend: { ...legend(look), data: rungs.map((rung) => study.labels[rung]) },
    grid: { left: Math.min(150, width * 0.32), right: 20, top: 34, bottom: 44 },
    xAxis: value_axis(look, axis, "x", { name: "share of the variance", most: width < 500 ? 4 : 8, lines: true }),
    yAxis: name_axis(look, names, { length: width < 500 ? 15 : 22 }),
    series: rungs.map((rung, place) => ({
      type: "custom", name: study.labels[rung], itemStyle: { color: rung_colour(look, rung, study.top) }, encode: { x: 1, y: 0 },
      data: bars[place]!.map(({ row, share }) => [row, share]),
      tooltip: { formatter: ({ dataIndex }: { dataIndex: number }) => {
        const { name, share, std } = bars[place]![dataIndex]!;
        return tip(name, [[study.labels[rung]!, `${percent(share)}${std > 0 ? ` ± ${percent(std)}` : ""}`]]);
      } },
      renderItem: ({ dataIndex }: { dataIndex: number }, api: CustomApi) => {
        const { row, share, std } = bars[place]![dataIndex]!;
        const [left, middle] = api.coord([0, row]), [right] = api.coord([Math.max(share, 0), row]);
        const [from] = api.coord([Math.max(share - std, 0), row]), [to] = api.coord([share + std, row]);
        // Lowest size on top, as the legend reads.
        const y = middle! - (rungs.length * kRow) / 2 + place * kRow;
        const line = (x1: number, y1: number, x2: number, y2: number) =>
          ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: look.ink, lineWidth: 1 } });
        return { type: "group", children: [
          { type: "rect", shape: { x: left, y, width: Math.max(right! - left!, 1), height: kRow - 4 }, style: { fill: rung_colour(look, rung, study.top) } },
          ...(std > 0 ? [line(from!, y + 5.5, to!, y + 5.5), line(from!, y + 2.5, from!, y + 8.5), line(to!, y + 2.5, to!, y + 8.5)] : []),
          { type: "text", style: { text: rung_sign(rung), x: Math.max(to!, right!) + 5, y: y + 5.5, fontSize: 8, fill: rung_colour(look, rung, study.top), verticalAlign: "middle" } },
        ] };
      },
    })),
  };
}

export function Shares() {
  const { study } = useView();
  const [chosen, choose] = useState(0);
  const measure = kMeasures[chosen]!;
  const rungs = rungs_with_importance(study), names = by_importance(study);
  const first = names[0];
  return (
    <Figure
      name="importance" title="Which parameters matter" height={high(study, rungs.length)} items={rungs.length * names.length}
      controls={<Select label="share" value={chosen} options={kMeasures.map(({ name }) => name)} on_change={choose} />}
      caption={`The share of the variance of the ${study.raw.loss.name} ${measure.says}, at each ${study.level}; the whiskers are one standard deviation over the trees.`}
      alt={first ? `The most important parameter is ${first}: ${rungs.map((rung) => `${percent(measure.of(study.raw.importance![rung]!, first)?.share ?? 0)} at ${study.labels[rung]}`).join(", ")}.` : "No importance."}
      option={(look, width) => draw(study, measure, look, width)} drawn_from={[study, measure]}
      numbers={() => ({
        columns: ["rung", "parameter", "main", "main_std", "total", "total_std", "ped_anova", "permutation"],
        rows: rungs.flatMap((rung) => names.map((name) => {
          const of = study.raw.importance![rung]!;
          return [study.labels[rung], name, of.main[name]?.share, of.main[name]?.std, of.total[name]?.share, of.total[name]?.std, of.ped_anova[name], of.permutation[name]];
        })),
      })}
    />
  );
}
