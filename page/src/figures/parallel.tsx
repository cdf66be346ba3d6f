// Parallel coordinates: a line a trial, an axis a parameter. Dragging along an axis, or its two handles with the arrow
// keys, brushes: what is kept is shown everywhere else. ECharts' own has no keyboard and no place for inactive values.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Axis } from "../axes";
import { Figure, kPaper } from "../figure";
import { count, short } from "../format";
import { kDark, kLight, ramp_at, type Look } from "../look";
import { brush_axes, kept_by, kLossAxis, kRungAxis, sample, value_of } from "../study";
import { useView } from "../view";
import { BrushAxis } from "./brush_axis";
import { classes, geometry, kBottom, kClasses, kFailed, kHeight, kLeftOut, kTop, lines_of, paths } from "./parallel_lines";

const kRest = 120; // milliseconds
const kMostLines = 3000, kMostFailed = 300;
const kFailedColour = "#d55e00";

export function Parallel() {
  const { study, dark, printing, brush: settled, set_brush } = useView();
  const [brush, set_live] = useState(settled);
  const settling = useRef(0);
  // The lines follow the pointer; the other figures, when it has rested.
  useEffect(() => {
    if (settling.current === 0) set_live(settled);
  }, [settled]);
  const kept = useMemo(() => kept_by(study, brush), [study, brush]);
  const frame = useRef<HTMLDivElement>(null);
  const [own_width, set_width] = useState(900);
  const width = printing ? kPaper : own_width;
  useLayoutEffect(() => {
    const resized = new ResizeObserver(() => set_width(frame.current?.clientWidth ?? 900));
    resized.observe(frame.current!);
    return () => resized.disconnect();
  }, []);
  const look = dark ? kDark : kLight;
  const lines = useMemo(() => sample(study, kMostLines), [study]);
  const class_of = useMemo(() => classes(study), [study]);
  const form = useMemo(() => geometry(brush_axes(study), width), [study, width]);
  const all = useMemo(() => lines_of(study, form, [...lines, ...study.failed.slice(0, kMostFailed)]), [study, form, lines]);
  const drawn = useMemo(() => paths(all, kept, class_of), [all, kept, class_of]);
  const title = (axis: Axis) => (axis.name === kLossAxis ? study.raw.loss.name : axis.name === kRungAxis ? study.level : axis.name);
  const change = (axis: Axis) => (range: [number, number] | null) => {
    const next = new Map(brush);
    if (range) next.set(axis.name, range);
    else next.delete(axis.name);
    set_live(next);
    clearTimeout(settling.current);
    settling.current = window.setTimeout(() => {
      settling.current = 0;
      set_brush(next);
    }, kRest);
  };
  const left = kept ? kept.reduce((sum, one) => sum + one, 0) : study.count;
  const letters = Math.floor((2 * (form.axes.length > 1 ? form.x[1]! - form.x[0]! : 150)) / 7) - 1;
  const drawing = (colours: Look) => (
    <svg width={form.width} height={kTop + kHeight + kBottom} viewBox={`0 0 ${form.width} ${kTop + kHeight + kBottom}`} class="parallel" xmlns="http://www.w3.org/2000/svg"
         font-family="Helvetica, Arial, sans-serif" data-drawn="yes">
      <g fill="none" stroke-width="1">
        {drawn.map(({ group, path }) => (
          <path d={path} stroke={group === kLeftOut ? colours.faint : group === kFailed ? kFailedColour : ramp_at(colours, 0.3 + (0.7 * group) / (kClasses - 1))}
                stroke-opacity={group < 0 ? 0.4 : lines.length > 1000 && !kept ? 0.14 : lines.length > 300 ? 0.35 : 0.6} />
        ))}
      </g>
      {form.axes.map((axis, place) => (
        <BrushAxis key={axis.name} axis={axis} x={form.x[place]!} form={form} look={colours} range={brush.get(axis.name)} title={title(axis)} high={place % 2 === 0}
                   letters={place === form.axes.length - 1 ? Math.min(letters, 11) : letters} on_change={change(axis)} />
      ))}
    </svg>
  );
  return (
    <Figure
      name="parallel" title="All parameters at once" items={lines.length}
      controls={brush.size > 0 && <button type="button" onClick={() => set_brush(new Map())}>Clear the brush</button>}
      caption={`A line is a trial, the darker${dark ? " (here: brighter)" : ""} the better among those of its ${study.level}${study.failed.length > 0 ? ", orange where it failed" : ""}; drag along an axis to keep only the trials that pass there`
        + `${kept ? `: ${count(left, "trial")} of ${short(study.count)} kept` : ""}.`
        + (lines.length < study.finished.length ? ` Drawn are ${short(lines.length)} of ${short(study.finished.length)} finished trials: the best half of them, and evenly chosen others.` : "")}
      alt={`Parallel coordinates of ${count(study.finished.length, "trial")} over ${form.axes.map(title).join(", ")}.`}
      svg={() => serialised(frame.current!)}
      numbers={() => ({
        columns: ["trial", "rung", ...study.parameters.map(({ name }) => name), study.raw.loss.name],
        rows: study.finished.filter((trial) => !kept || kept[trial]).map((trial) =>
          [trial, study.labels[study.raw.trials.rung[trial]!], ...study.parameters.map(({ name }) => value_of(study, name, trial)), study.raw.trials.loss[trial]]),
      })}
    >
      <div ref={frame} class="scroll" role="region" aria-label="Parallel coordinates with brushes" tabIndex={0}>{drawing(look)}</div>
    </Figure>
  );
}

function serialised(frame: Element): string {
  const copy = frame.querySelector("svg")!.cloneNode(true) as SVGElement;
  copy.querySelectorAll(".catch, .handle").forEach((part) => part.remove());
  copy.style.background = frame.closest("[data-theme=dark]") ? kDark.paper : kLight.paper;
  return new XMLSerializer().serializeToString(copy);
}
