// Learning curves of the opened trials.

import type { Option } from "../charts";
import { Figure } from "../figure";
import { short } from "../format";
import { base, group_colour, legend, rung_symbol, tip, value_axis, type Look } from "../look";
import { loss_text, type Study } from "../study";
import { useView } from "../view";

function curve_of(study: Study, trial: number): [number, number][] {
  const epochs = study.raw.details?.[trial]?.curve;
  if (epochs?.length) return epochs.filter(({ loss }) => typeof loss === "number").map(({ epoch, loss }) => [epoch, loss]);
  return (study.raw.trials.curve[trial] ?? []).map((loss, place) => [place + 1, loss]);
}

function draw(study: Study, trials: number[], look: Look): Option {
  const curves = trials.map((trial) => curve_of(study, trial));
  const all = curves.flat();
  const losses = all.map(([, loss]) => loss), epochs = all.map(([epoch]) => epoch);
  const low = Math.min(...losses), high = Math.max(...losses), room = (high - low) * 0.06 || 0.01;
  const y = { ...study.loss, low: Math.max(low - room, low >= 0 ? 0 : -Infinity), high: high + room };
  const last = Math.max(...epochs, 2);
  const x = { name: "epoch", label: "", kind: "linear" as const, low: Math.min(1, ...epochs), high: last, missing: null, whole: true, choices: [], text: (at: number) => short(at) };
  const shared = base(look);
  return {
    ...shared,
    legend: { ...legend(look), data: trials.map((trial) => `trial ${trial}`) },
    grid: { left: 56, right: 16, top: 56, bottom: 42 },
    xAxis: value_axis(look, x, "x", { name: "epoch", most: 8 }),
    yAxis: value_axis(look, y, "y", { name: study.raw.loss.name, most: 5, lines: true }),
    series: curves.map((curve, place) => ({
      type: "line", name: `trial ${trials[place]}`, data: curve, symbol: rung_symbol(place), symbolSize: 6,
      lineStyle: { color: group_colour(look, place), width: 1.8 }, itemStyle: { color: group_colour(look, place) },
      tooltip: { formatter: ({ data }: { data: [number, number] }) => tip(`trial ${trials[place]}`, [["epoch", short(data[0])], [study.raw.loss.name, loss_text(study.raw, data[1])]]) },
    })),
  };
}

export function LearningCurves({ trials }: { trials: number[] }) {
  const { study } = useView();
  const shown = trials.filter((trial) => curve_of(study, trial).length > 0);
  if (shown.length === 0) return <p class="note">The snapshot holds no learning curve of {trials.length === 1 ? "this trial" : "these trials"}.</p>;
  const fields = ["training_loss", "validation_loss", "learning_rate", "seconds"] as const;
  return (
    <Figure
      name="learning-curves" title="Learning curves" height={280} items={shown.length * 30}
      caption={`The ${study.raw.loss.name} after each epoch${shown.length < trials.length ? `; the snapshot holds no curve of trial ${trials.filter((trial) => !shown.includes(trial)).join(", ")}` : ""}.`}
      alt={shown.map((trial) => {
        const curve = curve_of(study, trial);
        return `Trial ${trial}: from ${loss_text(study.raw, curve[0]![1])} to ${loss_text(study.raw, curve.at(-1)![1])} in ${curve.length} epochs.`;
      }).join(" ")}
      option={(look) => draw(study, shown, look)} drawn_from={[study, shown.join()]}
      numbers={() => ({
        columns: ["trial", "epoch", study.raw.loss.name, ...fields],
        rows: shown.flatMap((trial) => curve_of(study, trial).map(([epoch, loss], place) =>
          [trial, epoch, loss, ...fields.map((field) => study.raw.details?.[trial]?.curve?.[place]?.[field])])),
      })}
    />
  );
}
