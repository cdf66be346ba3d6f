// Marginals: the mean loss along each parameter, averaged over all others, with its spread.

import { coordinate } from "../axes";
import type { Option } from "../charts";
import { Figure } from "../figure";
import { base, legend, panel_title, panels, rung_colour, rung_symbol, tip, value_axis, type Look } from "../look";
import { loss_text, type Study } from "../study";
import { useView } from "../view";
import type { CustomApi } from "./saved";
import { by_importance, rungs_with_importance } from "./shares";

interface Curve {
  rung: number;
  points: { at: number; loss: number; std: number }[];
}

const form = (number: number, width: number) => panels(number, width, { least: 230, height: 140 });

function curves_of(study: Study, name: string): Curve[] {
  const axis = study.axes.find((other) => other.name === name)!;
  return rungs_with_importance(study).flatMap((place) => {
    const points = (study.raw.importance![place]!.curves?.[name] ?? []).flatMap(({ value, loss, std }) => {
      const at = coordinate(axis, value);
      return at === null ? [] : [{ at, loss, std }];
    });
    return points.length > 0 ? [{ rung: place, points }] : [];
  });
}

function draw(study: Study, names: string[], look: Look, width: number): Option {
  const { places } = form(names.length, width);
  const curves = names.map((name) => curves_of(study, name));
  const all = curves.flat().flatMap(({ points }) => points);
  // One scale for all, so that a flat curve looks flat.
  const low = Math.min(...all.map(({ loss, std }) => loss - std)), high = Math.max(...all.map(({ loss, std }) => loss + std));
  const loss_axis = { ...study.loss, low: study.raw.loss.share ? Math.max(low, 0) : low, high };
  const shared = base(look);
  const series = names.flatMap((name, place) => curves[place]!.flatMap(({ rung, points }): Option[] => {
    const axis = study.axes.find((other) => other.name === name)!, colour = rung_colour(look, rung, study.top);
    const aside = axis.kind === "choices" ? (rung - study.top / 2) * 0.16 : 0;
    const grid = { xAxisIndex: place, yAxisIndex: place };
    return [{
      type: "custom", ...grid, name: study.labels[rung], itemStyle: { color: colour }, silent: true, clip: true, data: [[points[0]!.at, points[0]!.loss]], z: 1, tooltip: { show: false },
      renderItem: (_: unknown, api: CustomApi) => {
        if (axis.kind === "choices") {
          return { type: "group", children: points.map(({ at, loss, std }) => {
            const [x, y1] = api.coord([at + aside, loss - std]), [, y2] = api.coord([at + aside, loss + std]);
            return { type: "line", shape: { x1: x, y1, x2: x, y2 }, style: { stroke: colour, lineWidth: 2, opacity: 0.6 } };
          }) };
        }
        const upper = points.map(({ at, loss, std }) => api.coord([at, loss + std]));
        const lower = points.map(({ at, loss, std }) => api.coord([at, loss - std])).reverse();
        return { type: "polygon", shape: { points: [...upper, ...lower] }, style: { fill: colour, opacity: 0.16 } };
      },
    }, {
      type: "line", ...grid, name: study.labels[rung], symbol: rung_symbol(rung), symbolSize: axis.kind === "choices" ? 8 : 5, z: 3,
      showSymbol: axis.kind === "choices" || points.length < 12, lineStyle: { width: axis.kind === "choices" ? 0 : 1.8, color: colour },
      itemStyle: { color: colour }, data: points.map(({ at, loss }) => [at + aside, loss]),
      tooltip: { formatter: ({ dataIndex }: { dataIndex: number }) => {
        const { at, loss, std } = points[dataIndex]!;
        return tip(`${name} ${axis.text(at)}`, [[study.labels[rung]!, `${loss_text(study.raw, loss)} ± ${loss_text(study.raw, std)}`]]);
      } },
    }];
  }));
  return {
    ...shared,
    legend: { ...legend(look), data: study.used.map((rung) => study.labels[rung]!) },
    title: places.map((at, place) => panel_title(look, names[place]!, at)),
    grid: places,
    xAxis: names.map((name, grid) => value_axis(look, study.axes.find((axis) => axis.name === name)!, "x", { grid, most: 4 })),
    yAxis: names.map((_, grid) => value_axis(look, loss_axis, "y", { grid, most: 4, lines: true })),
    series,
  };
}

export function Marginals() {
  const { study } = useView();
  const names = by_importance(study).filter((name) => curves_of(study, name).length > 0);
  if (names.length === 0) return null;
  return (
    <Figure
      name="marginals" title="Along each parameter" height={(width) => form(names.length, width).height} items={names.length * 100}
      caption={`The mean ${study.raw.loss.name} along one parameter, averaged over all others, the most important first; the bands are one standard deviation over the trees.`}
      alt={`Mean ${study.raw.loss.name} along ${names.join(", ")} at each ${study.level}.`}
      option={(look, width) => draw(study, names, look, width)} drawn_from={[study]}
      numbers={() => ({
        columns: ["rung", "parameter", "value", "weight", "mean", "std"],
        rows: (study.raw.importance ?? []).flatMap((rung, place) => Object.entries(rung?.curves ?? {}).flatMap(([name, points]) =>
          points.map(({ value, weight, loss, std }) => [study.labels[place], name, value, weight, loss, std]))),
      })}
    />
  );
}
