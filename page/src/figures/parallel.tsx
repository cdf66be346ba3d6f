// Parallel coordinates: a line a trial, an axis a parameter. Dragging along an axis, or its two handles with the arrow
// keys, brushes: what is kept is shown everywhere else. ECharts' own has no keyboard and no place for inactive values.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { slot, ticks, type Axis } from "../axes";
import { Figure } from "../figure";
import { clip, count, short } from "../format";
import { kDark, kLight, ramp_at, type Look } from "../look";
import { better, brush_axes, kept_by, kLossAxis, kRungAxis, place_on, sample, value_of, type Study } from "../study";
import { useStudy } from "../view";

const kRest = 120; // milliseconds
const kMostLines = 3000, kMostFailed = 300, kChunk = 40, kClasses = 5;
const kLeftOut = -2, kFailed = -1; // beside the classes from 0
const kFailedColour = "#d55e00";
const kLeast = 54; // px between axes
const kTop = 48, kHeight = 300, kBottom = 22;

interface Geometry {
  axes: Axis[];
  x: number[];
  width: number;
  y(axis: Axis, at: number): number;
  at(axis: Axis, y: number): number;
}

const foot = (axis: Axis) => (axis.missing === null ? axis.low : slot(axis));

function geometry(axes: Axis[], width: number): Geometry {
  const kLeft = 26, kRight = 74;
  const wide = Math.max(width, kLeft + kRight + (axes.length - 1) * kLeast);
  return {
    axes, width: wide,
    x: axes.map((_, place) => kLeft + (axes.length > 1 ? (place * (wide - kLeft - kRight)) / (axes.length - 1) : 0)),
    y: (axis, at) => kTop + kHeight * (1 - (at - foot(axis)) / (axis.high - foot(axis))),
    at: (axis, y) => foot(axis) + (1 - (y - kTop) / kHeight) * (axis.high - foot(axis)),
  };
}

/// Of each trial, by its loss among the trials of its rung, a class from 0 (worst) to kClasses - 1 (best).
function classes(study: Study): Map<number, number> {
  const loss = study.raw.trials.loss, found = new Map<number, number>();
  for (let rung = 0; rung <= study.top; ++rung) {
    const own = study.finished.filter((trial) => study.raw.trials.rung[trial] === rung)
      .sort((a, b) => (better(study.raw, loss[b]!, loss[a]!) ? -1 : better(study.raw, loss[a]!, loss[b]!) ? 1 : a - b));
    own.forEach((trial, place) => found.set(trial, Math.min(kClasses - 1, Math.floor(((place + 0.999) / own.length) * kClasses))));
  }
  return found;
}

interface Line {
  trial: number;
  path: string;
}

function lines_of(study: Study, form: Geometry, trials: number[]): Line[] {
  return trials.map((trial) => ({
    trial, path: form.axes.map((axis, place) => `${place > 0 ? "L" : "M"}${form.x[place]!.toFixed(1)} ${form.y(axis, place_on(study, axis, trial)).toFixed(1)}`).join(""),
  }));
}

// Lines share paths, for some thousand elements would not be fluid; within a path they do not darken each other, so no
// path has many.
function paths(lines: Line[], kept: Uint8Array | null, class_of: Map<number, number>) {
  const groups = new Map<number, string[]>();
  for (const { trial, path } of lines) {
    const group = kept && !kept[trial] ? kLeftOut : class_of.get(trial) ?? kFailed;
    const own = groups.get(group);
    if (own) own.push(path);
    else groups.set(group, [path]);
  }
  return [...groups.entries()].sort((a, b) => a[0] - b[0]).flatMap(([group, own]) =>
    Array.from({ length: Math.ceil(own.length / kChunk) }, (_, chunk) => ({ group, path: own.slice(chunk * kChunk, (chunk + 1) * kChunk).join("") })));
}

interface AxisProps {
  axis: Axis;
  x: number;
  form: Geometry;
  look: Look;
  range: [number, number] | undefined;
  title: string;
  letters: number; // of the title, that there is room for
  high: boolean; // whether the title stands in the upper of two lines, so that each has the room of two axes
  on_change: (range: [number, number] | null) => void;
}

function step_of(axis: Axis): number {
  return axis.kind === "choices" || (axis.whole && axis.kind === "linear" && axis.high - axis.low < 60) ? 1 : (axis.high - axis.low) / 40;
}

/// One axis with its ticks, the brush over it and the brush's two handles.
function BrushAxis({ axis, x, form, look, range, title, letters, high, on_change }: AxisProps) {
  const begun = useRef<number | null>(null);
  const { y } = form;
  const [from, to] = range ?? [foot(axis) - 1e-9, axis.high];
  const share = (at: number) => Math.round((100 * (at - foot(axis))) / (axis.high - foot(axis)));
  const text = (at: number) => (at < axis.low && axis.missing ? axis.missing : axis.text(at));
  const place = (event: PointerEvent) => {
    const frame = (event.currentTarget as Element).closest("svg")!.getBoundingClientRect();
    return form.at(axis, Math.min(Math.max(event.clientY - frame.top, kTop - 4), kTop + kHeight + 4));
  };
  const drag = (event: PointerEvent) => {
    if (begun.current === null) return;
    const at = place(event);
    on_change([Math.min(begun.current, at), Math.max(begun.current, at)]);
  };
  const move = (end: 0 | 1) => (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 5, PageDown: -5 };
    if (event.key === "Escape" || event.key === "Delete") return on_change(null);
    const delta = steps[event.key];
    if (delta === undefined) return;
    event.preventDefault();
    const bound = (at: number) => Math.min(Math.max(at, foot(axis)), axis.high);
    const step = delta * step_of(axis);
    on_change(end === 0 ? [Math.min(bound(from + step), to), to] : [from, Math.max(bound(to + step), from)]);
  };
  return (
    <g>
      <text x={x} y={high ? 12 : 27} fill={look.ink} font-size="12" font-weight="600" text-anchor="start" transform={`translate(-6 0)`}>
        <title>{title}</title>{clip(title, letters)}
      </text>
      <line x1={x} x2={x} y1={y(axis, axis.low)} y2={y(axis, axis.high)} stroke={look.quiet} stroke-width="1" />
      {[...(axis.missing === null ? [] : [slot(axis)]), ...ticks(axis, 6)].map((at) => (
        <g>
          <line x1={x} x2={x + 4} y1={y(axis, at)} y2={y(axis, at)} stroke={look.quiet} />
          <text x={x + 7} y={y(axis, at) + 4} font-size="11" fill={look.ink} stroke={look.paper} stroke-width="3" paint-order="stroke">
            {clip(text(at), Math.max(6, letters / 2))}
          </text>
        </g>
      ))}
      {range && <rect x={x - 8} width={16} y={y(axis, to)} height={Math.max(y(axis, from) - y(axis, to), 1)} fill={look.accent}
                      fill-opacity="0.22" stroke={look.accent} />}
      <rect class="catch" x={x - 14} width={28} y={kTop - 8} height={kHeight + 16} fill="transparent" data-axis={axis.name}
            onPointerDown={(event) => {
              begun.current = place(event);
              (event.currentTarget as Element).setPointerCapture(event.pointerId);
            }}
            onPointerMove={drag}
            onPointerUp={(event) => {
              // A click without a drag takes the brush away.
              if (begun.current !== null && Math.abs(y(axis, place(event)) - y(axis, begun.current)) < 3) on_change(null);
              begun.current = null;
            }} />
      {([0, 1] as const).map((end) => (
        <rect class="handle" role="slider" tabindex={0} x={x - 8} width={16} height={7} rx={2}
              y={(end === 0 ? y(axis, Math.max(from, foot(axis))) : y(axis, to) - 7)}
              fill={range ? look.accent : look.line} aria-label={`${end === 0 ? "lower" : "upper"} end of the brush on ${title}`}
              aria-orientation="vertical" aria-valuemin={0} aria-valuemax={100}
              aria-valuenow={share(end === 0 ? Math.max(from, foot(axis)) : to)} aria-valuetext={text(end === 0 ? from : to)} onKeyDown={move(end)} />
      ))}
    </g>
  );
}

export function Parallel() {
  const { study, dark, brush: settled, set_brush } = useStudy();
  const [brush, set_live] = useState(settled);
  const settling = useRef(0);
  // The lines follow the pointer; the other figures, when it has rested.
  useEffect(() => {
    if (settling.current === 0) set_live(settled);
  }, [settled]);
  const kept = useMemo(() => kept_by(study, brush), [study, brush]);
  const frame = useRef<HTMLDivElement>(null);
  const [width, set_width] = useState(900);
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
    <svg width={form.width} height={kTop + kHeight + kBottom} class="parallel" xmlns="http://www.w3.org/2000/svg"
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
      svg={() => serialised(frame.current!, kLight.paper)}
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

function serialised(frame: Element, paper: string): string {
  const copy = frame.querySelector("svg")!.cloneNode(true) as SVGElement;
  copy.querySelectorAll(".catch, .handle").forEach((part) => part.remove());
  copy.style.background = frame.closest("[data-theme=dark]") ? kDark.paper : paper;
  return new XMLSerializer().serializeToString(copy);
}
