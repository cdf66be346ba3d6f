// Confusion matrix of one trial: of each true class, what its pictures were taken for.

import type { Option } from "../charts";
import { Figure } from "../figure";
import { percent, short } from "../format";
import { base, name_axis, tip, type Look } from "../look";
import { useView } from "../view";

function draw(classes: string[], counts: number[][], look: Look, width: number): Option {
  const cells = counts.flatMap((row, of) => {
    const all = row.reduce((sum, one) => sum + one, 0) || 1;
    return row.map((one, as) => [as, of, one / all, one]);
  });
  const few = classes.length <= 12, length = few ? 14 : 8;
  const room = 12 + Math.min(length, Math.max(...classes.map((name) => name.length))) * 5; // below, of the slanted names
  const axis = name_axis(look, classes, { length });
  const shared = base(look), labels = axis.axisLabel as Option;
  return {
    ...shared,
    tooltip: { ...(shared.tooltip as Option), formatter: ({ data }: { data: number[] }) =>
      tip(`${classes[data[1]!]} taken for ${classes[data[0]!]}`, [["", `${short(data[3]!)} pictures, ${percent(data[2]!)} of the class`]]) },
    grid: { left: Math.min(110, width * 0.28), right: 8, top: 8, bottom: room + 24 },
    xAxis: { ...axis, name: "predicted", nameLocation: "middle", nameGap: room + 4, nameTextStyle: { color: look.quiet },
             axisLabel: { ...labels, rotate: 45, interval: few ? 0 : "auto" } },
    yAxis: { ...axis, inverse: true, axisLabel: { ...labels, interval: few ? 0 : "auto" } },
    visualMap: { show: false, type: "continuous", min: 0, max: 1, dimension: 2, inRange: { color: look.ramp } },
    series: [{
      type: "heatmap", data: cells, itemStyle: { borderColor: look.paper, borderWidth: few ? 1 : 0 },
      label: { show: few && width > 300, fontSize: 10, formatter: ({ data }: { data: number[] }) => (data[3]! > 0 ? short(data[3]!) : "") },
    }],
  };
}

export function Confusion({ trial }: { trial: number }) {
  const { study } = useView();
  const found = study.raw.details?.[trial]?.confusion;
  if (!found) return null;
  const { classes, confusion } = found;
  const wrong = confusion.flatMap((row, of) => row.map((count, as) => ({ of, as, count }))).filter(({ of, as }) => of !== as);
  const most = wrong.reduce((a, b) => (b.count > a.count ? b : a), { of: 0, as: 0, count: 0 });
  return (
    <Figure
      name={`confusion-${trial}`} title={`Confusion, trial ${trial}`} height={(width) => Math.min(Math.max(width * 0.85, 280), 460)} items={classes.length ** 2}
      caption="Validation pictures of each true class (rows) by the class that was predicted (columns), the shade as share of the row."
      alt={most.count > 0 ? `The most frequent mistake: ${short(most.count)} of class ${classes[most.of]} were taken for ${classes[most.as]}.` : "No picture was taken for another class."}
      option={(look, width) => draw(classes, confusion, look, width)} drawn_from={[found]}
      numbers={() => ({ columns: ["true \\ predicted", ...classes], rows: confusion.map((row, of) => [classes[of]!, ...row]) })}
    />
  );
}
