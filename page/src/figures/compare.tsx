// Several studies: the best loss at the top size over time, a line a group with the spread over its seeds.

import type { Axis } from "../axes";
import { loss_axis } from "../axes";
import type { Option } from "../charts";
import { Figure } from "../figure";
import { count, seconds, short, time_unit } from "../format";
import { band_of, type Subject } from "../groups";
import { base, group_colour, legend, rung_symbol, tip, value_axis, type Look } from "../look";
import { loss_text } from "../study";
import type { CustomApi } from "./saved";

export function time_axis(subject: Subject): { axis: Axis; unit: { name: string; seconds: number } } {
  const longest = subject.groups.flatMap(({ members }) => members).reduce((most, study) => Math.max(most, study.raw.elapsed_seconds, ...study.end.slice(-1)), 0);
  const unit = time_unit(longest);
  return { unit, axis: { name: "time", label: "", kind: "linear", low: 0, high: longest / unit.seconds || 1, missing: null, whole: false, choices: [], text: (at) => short(at) } };
}

function draw(subject: Subject, look: Look): Option {
  const raw = subject.groups[0]!.members[0]!.raw;
  const { axis, unit } = time_axis(subject);
  const bands = subject.groups.map(band_of);
  const y = loss_axis(raw, bands.flat().flatMap(({ low, high }) => [low, high]));
  const inside = (loss: number) => Math.min(Math.max(loss, y.low), y.high);
  const shared = base(look);
  return {
    ...shared,
    legend: { ...legend(look), data: subject.groups.map(({ name }) => name) },
    grid: { left: 56, right: 16, top: 26 + 20 * Math.ceil(subject.groups.length / 2) + 14, bottom: 42 },
    xAxis: value_axis(look, axis, "x", { name: `time (${unit.name})`, most: 8 }),
    yAxis: value_axis(look, y, "y", { name: raw.loss.name, most: 6, lines: true }),
    series: subject.groups.flatMap((group, place): Option[] => {
      const band = bands[place]!, colour = group_colour(look, place);
      if (band.length === 0) return [];
      return [{
        type: "custom", name: group.name, silent: true, clip: true, z: 1, itemStyle: { color: colour }, tooltip: { show: false },
        data: group.members.length > 1 ? [[band[0]!.time / unit.seconds, inside(band[0]!.middle)]] : [],
        renderItem: (_: unknown, api: CustomApi) => {
          const side = (of: "low" | "high") => band.flatMap((at, step) => [
            ...(step > 0 ? [api.coord([at.time / unit.seconds, inside(band[step - 1]![of])])] : []), api.coord([at.time / unit.seconds, inside(at[of])])]);
          return { type: "polygon", shape: { points: [...side("high"), ...side("low").reverse()] }, style: { fill: colour, opacity: 0.15 } };
        },
      }, {
        type: "line", name: group.name, step: "end", z: 3, symbol: rung_symbol(place), symbolSize: 6, itemStyle: { color: colour },
        lineStyle: { color: colour, width: 2.2, type: group.iis ? "solid" : "dashed" },
        data: band.map(({ time, middle }) => [time / unit.seconds, inside(middle)]),
        tooltip: { formatter: ({ dataIndex }: { dataIndex: number }) => {
          const at = band[dataIndex]!;
          return tip(group.name, [["after", seconds(at.time)], ["median", loss_text(raw, at.middle)], ["from, to", `${loss_text(raw, at.low)}, ${loss_text(raw, at.high)}`]]);
        } },
      }];
    }),
  };
}

export function Compare({ subject }: { subject: Subject }) {
  const raw = subject.groups[0]!.members[0]!.raw;
  return (
    <Figure
      name="compare" title={`Best at the top size over time: ${subject.name}`} height={380} items={200}
      caption={`The best ${raw.loss.name} so far at the top size: the median over the seeds, the band from the best to the worst of them; dashed without smaller sizes.`}
      alt={subject.groups.map((group) => {
        const last = band_of(group).at(-1);
        return `${group.name}, ${count(group.members.length, "seed")}: ${last ? loss_text(raw, last.middle) : "nothing finished at the top size"}.`;
      }).join(" ")}
      option={(look) => draw(subject, look)}
      numbers={() => ({
        columns: ["group", "seeds", "seconds", "median", "low", "high"],
        rows: subject.groups.flatMap((group) => band_of(group).map(({ time, low, middle, high }) => [group.name, group.members.length, time, middle, low, high])),
      })}
    />
  );
}
