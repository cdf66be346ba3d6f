// The convergence figure of Hinz et al. 2018: the best error so far at the size at work, over time, with increasing
// image sizes and without. Where the size grows a curve starts anew, for errors of two sizes are no series.

import { loss_axis } from "../axes";
import type { Option } from "../charts";
import { Figure } from "../figure";
import { seconds } from "../format";
import type { Subject } from "../groups";
import { base, group_colour, legend, legend_height, rung_symbol, tip, value_axis, type Look } from "../look";
import { loss_text, records, type Study } from "../study";
import { time_axis } from "./compare";

interface Leg {
  rung: number;
  steps: [number, number][]; // seconds, loss
}

/// A curve for each rung, from its first trial until the next one's first.
export function legs(study: Study): Leg[] {
  const found: Leg[] = study.raw.rungs.map((_, rung) => ({
    rung, steps: records(study, rung).map((trial): [number, number] => [study.end[trial]!, study.raw.trials.loss[trial]!]),
  })).filter(({ steps }) => steps.length > 0);
  return found.map((leg, place) => {
    const until = found[place + 1]?.steps[0]![0] ?? study.raw.elapsed_seconds;
    const steps = leg.steps.filter(([time], step) => step === 0 || time <= until);
    return { rung: leg.rung, steps: [...steps, [Math.max(until, steps.at(-1)![0]), steps.at(-1)![1]]] };
  });
}

function draw(subject: Subject, log: boolean, look: Look, width: number): Option {
  const raw = subject.groups[0]!.members[0]!.raw;
  const { axis, name, at } = time_axis(subject, log);
  const names = subject.groups.map((group) => group.name);
  const lines = subject.groups.flatMap((group, place) => group.members.flatMap((study) => legs(study).map((leg) => ({ group, place, study, leg }))));
  const y = loss_axis(raw, lines.flatMap(({ leg }) => leg.steps.map(([, loss]) => loss)));
  const shared = base(look);
  return {
    ...shared,
    legend: { ...legend(look), data: names },
    grid: { left: 56, right: 16, top: legend_height(names, width) + 28, bottom: 42 },
    xAxis: value_axis(look, axis, "x", { name, most: 8 }),
    yAxis: value_axis(look, y, "y", { name: raw.loss.name, most: 6, lines: true }),
    series: lines.map(({ group, place, study, leg }) => {
      const colour = group_colour(look, place);
      return {
        type: "line", name: group.name, step: "end", itemStyle: { color: colour },
        lineStyle: { color: colour, width: 1 + (2 * (leg.rung + 1)) / (study.top + 1), opacity: 0.85, type: group.iis ? "solid" : "dashed" },
        symbol: rung_symbol(leg.rung), symbolSize: (_: unknown, { dataIndex }: { dataIndex: number }) => (dataIndex === 0 ? 8 : 0), showSymbol: true,
        data: leg.steps.map(([time, loss]) => [at(time), Math.min(Math.max(loss, y.low), y.high)]),
        tooltip: { formatter: ({ dataIndex }: { dataIndex: number }) => {
          const [time, loss] = leg.steps[dataIndex]!;
          return tip(study.raw.name, [["at", study.labels[leg.rung]!], ["after", seconds(time)], [study.raw.loss.name, loss_text(study.raw, loss)]]);
        } },
      };
    }),
  };
}

export function Convergence({ subject, log }: { subject: Subject; log: boolean }) {
  const { level } = subject.groups[0]!.members[0]!;
  const raw = subject.groups[0]!.members[0]!.raw;
  return (
    <Figure
      name="convergence" title={`Convergence, with and without lower ${level}s`} height={380} items={500}
      caption={`The best ${raw.loss.name} so far at the ${level} at work, as in Hinz et al. 2018; a mark is where a ${level} began, the thicker the line the higher the ${level}; dashed without lower ones.`}
      alt={`Curves of ${subject.groups.map(({ name }) => name).join(", ")} over time.`}
      option={(look, width) => draw(subject, log, look, width)} drawn_from={[subject, log]}
      numbers={() => ({
        columns: ["group", "study", "rung", "seconds", raw.loss.name],
        rows: subject.groups.flatMap((group) => group.members.flatMap((study) => legs(study).flatMap(({ rung, steps }) =>
          steps.map(([time, loss]) => [group.name, study.raw.name, study.labels[rung], time, loss])))),
      })}
    />
  );
}
