// Several studies: the best loss at the top size over time, a line a group with the spread over its seeds.

import type { Axis } from "../axes";
import { loss_axis } from "../axes";
import type { Option } from "../charts";
import { Figure } from "../figure";
import { count, seconds, short, time_unit } from "../format";
import { band_of, type Subject } from "../groups";
import { base, group_colour, legend, legend_height, rung_symbol, tip, value_axis, type Look } from "../look";
import { loss_text } from "../study";
import type { CustomApi } from "./saved";

export interface TimeAxis {
  axis: Axis;
  name: string;
  at(seconds: number): number;
}

/// The common axis of all curves of a subject; a logarithmic one begins with the first trial that ended.
export function time_axis(subject: Subject, log: boolean): TimeAxis {
  const studies = subject.groups.flatMap(({ members }) => members);
  const longest = studies.reduce((most, study) => Math.max(most, study.raw.elapsed_seconds), 0) || 1;
  const first = studies.reduce((least, study) => (study.finished.length > 0 ? Math.min(least, study.end[study.finished[0]!]!) : least), longest);
  const unit = time_unit(longest);
  const at = (time: number) => (log ? Math.log10(Math.max(time, first, 1e-3) / unit.seconds) : time / unit.seconds);
  return {
    at, name: `time (${unit.name})`,
    axis: { name: "time", label: "", kind: log ? "log" : "linear", low: log ? at(first) : 0, high: at(longest), missing: null, whole: false, choices: [],
            text: (place) => short(log ? 10 ** place : place) },
  };
}

function draw(subject: Subject, log: boolean, look: Look, width: number): Option {
  const raw = subject.groups[0]!.members[0]!.raw;
  const { axis, name, at: place_of } = time_axis(subject, log);
  const names = subject.groups.map((group) => group.name);
  const bands = subject.groups.map(band_of);
  const y = loss_axis(raw, bands.flat().flatMap(({ low, high }) => [low, high]));
  const inside = (loss: number) => Math.min(Math.max(loss, y.low), y.high);
  const shared = base(look);
  return {
    ...shared,
    legend: { ...legend(look), data: names },
    grid: { left: 56, right: 16, top: legend_height(names, width) + 28, bottom: 42 },
    xAxis: value_axis(look, axis, "x", { name, most: 8 }),
    yAxis: value_axis(look, y, "y", { name: raw.loss.name, most: 6, lines: true }),
    series: subject.groups.flatMap((group, place): Option[] => {
      const band = bands[place]!, colour = group_colour(look, place);
      if (band.length === 0) return [];
      return [{
        type: "custom", name: group.name, silent: true, clip: true, z: 1, itemStyle: { color: colour }, tooltip: { show: false },
        data: group.members.length > 1 ? [[place_of(band[0]!.time), inside(band[0]!.middle)]] : [],
        renderItem: (_: unknown, api: CustomApi) => {
          const side = (of: "low" | "high") => band.flatMap((at, step) => [
            ...(step > 0 ? [api.coord([place_of(at.time), inside(band[step - 1]![of])])] : []), api.coord([place_of(at.time), inside(at[of])])]);
          return { type: "polygon", shape: { points: [...side("high"), ...side("low").reverse()] }, style: { fill: colour, opacity: 0.15 } };
        },
      }, {
        type: "line", name: group.name, step: "end", z: 3, symbol: rung_symbol(place), symbolSize: 6, itemStyle: { color: colour },
        lineStyle: { color: colour, width: 2.2, type: group.iis ? "solid" : "dashed" },
        data: band.map(({ time, middle }) => [place_of(time), inside(middle)]),
        tooltip: { formatter: ({ dataIndex }: { dataIndex: number }) => {
          const at = band[dataIndex]!;
          return tip(group.name, [["after", seconds(at.time)], ["median", loss_text(raw, at.middle)], ["from, to", `${loss_text(raw, at.low)}, ${loss_text(raw, at.high)}`]]);
        } },
      }];
    }),
  };
}

export function Compare({ subject, log }: { subject: Subject; log: boolean }) {
  const { level } = subject.groups[0]!.members[0]!;
  const raw = subject.groups[0]!.members[0]!.raw;
  return (
    <Figure
      name="compare" title={`Best at the top ${level} over time: ${subject.name}`} height={380} items={200}
      caption={`The best ${raw.loss.name} so far at the top ${level}, of trials that ran to their end, without repetitions: the median over the seeds, the band from the best to the worst of them; dashed where that was the only one.`}
      alt={subject.groups.map((group) => {
        const last = band_of(group).at(-1);
        return `${group.name}, ${count(group.members.length, "seed")}: ${last ? loss_text(raw, last.middle) : "nothing finished there"}.`;
      }).join(" ")}
      option={(look, width) => draw(subject, log, look, width)} drawn_from={[subject, log]}
      numbers={() => ({
        columns: ["group", "seeds", "seconds", "median", "low", "high"],
        rows: subject.groups.flatMap((group) => band_of(group).map(({ time, low, middle, high }) => [group.name, group.members.length, time, middle, low, high])),
      })}
    />
  );
}
