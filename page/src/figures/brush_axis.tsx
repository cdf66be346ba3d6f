// One axis of the parallel coordinates, on which a pointer's drag, or the arrow keys on its two handles, brush.

import { useRef } from "preact/hooks";
import { slot, ticks, type Axis } from "../axes";
import { clip } from "../format";
import type { Look } from "../look";
import { foot, kHeight, kTop, type Geometry } from "./parallel_lines";

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
export function BrushAxis({ axis, x, form, look, range, title, letters, high, on_change }: AxisProps) {
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
      <text x={x} y={high ? 12 : 27} fill={look.ink} font-size="12" font-weight="600" text-anchor="start" transform="translate(-6 0)">
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
