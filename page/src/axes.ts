// How values become positions. Every axis is even in its own coordinate: the value, its logarithm, or the place of a
// choice. What is not there (an inactive parameter, the loss of a failed trial) has a slot of its own below the axis.

import { clip, percent, short, value_text } from "./format";
import type { Parameter, StudySnapshot, Value } from "./snapshot";

export interface Axis {
  name: string;
  label: string;
  kind: "linear" | "log" | "choices";
  low: number; // in coordinates, as all below
  high: number;
  missing: string | null; // what the slot below is called; null where nothing can be missing
  whole: boolean;
  choices: Value[];
  text(coordinate: number): string;
}

/// Room that the slot of what is missing takes, as a share of the axis.
const kSlot = 0.14;
const kFew = 20;

/// Half the width of a value's cell: 0 on axes where values lie dense.
export function half_cell(axis: Axis): number {
  return axis.kind === "choices" || (axis.whole && axis.kind === "linear" && axis.high - axis.low <= kFew + 1) ? 0.5 : 0;
}

export function slot(axis: Axis): number {
  return axis.low - kSlot * (axis.high - axis.low);
}

/// Null where the value is not on the axis.
export function coordinate(axis: Axis, value: Value | undefined): number | null {
  if (axis.kind === "choices") {
    const place = axis.choices.indexOf(value ?? null);
    return place < 0 ? null : place;
  }
  if (typeof value !== "number" || !Number.isFinite(value)) return null;
  if (axis.kind === "log") return value > 0 ? Math.log10(value) : null;
  return value;
}

export function parameter_axis(parameter: Parameter): Axis {
  const base = { name: parameter.name, label: clip(parameter.name), missing: parameter.active_when?.length ? "off" : null };
  if (parameter.choices) {
    const choices = parameter.choices;
    return {
      ...base, kind: "choices", whole: true, choices, low: -0.5, high: Math.max(choices.length, 1) - 0.5,
      text: (at) => clip(value_text(parameter, choices[Math.round(at)]), 14),
    };
  }
  const log = parameter.log === true && (parameter.low ?? 0) > 0;
  const place = (value: number) => (log ? Math.log10(value) : value);
  let [low, high] = [place(parameter.low ?? 0), place(parameter.high ?? 1)];
  const whole = parameter.kind === "int";
  // Whole numbers that are few are cells as choices are, and need room at both ends.
  if (low === high || (whole && !log && high - low <= kFew)) [low, high] = [low - 0.5, high + 0.5];
  return {
    ...base, kind: log ? "log" : "linear", whole, choices: [], low, high,
    text: (at) => short(log ? 10 ** at : at),
  };
}

/// From the least to the largest loss, without outliers that would press all others together: those are drawn at its end.
export function loss_axis(study: StudySnapshot, losses: number[]): Axis {
  const sorted = losses.filter(Number.isFinite).sort((a, b) => a - b);
  let [low, high] = [sorted[0] ?? 0, sorted.at(-1) ?? 1];
  // Shares have no outliers. Else the better three quarters say how far the axis reaches.
  const part = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  if (!(study.loss.share && low >= 0 && high <= 1)) {
    if (study.loss.maximize) low = Math.max(low, high - (5 * (high - part(0.25)) || Infinity));
    else high = Math.min(high, low + (5 * (part(0.75) - low) || Infinity));
  }
  const room = (high - low) * 0.05 || Math.abs(high) * 0.1 || 0.5;
  const positive = low >= 0, share = study.loss.share;
  low = Math.max(low - room, positive ? 0 : -Infinity);
  high = Math.min(high + room, share && high <= 1 ? 1 : Infinity);
  return {
    name: study.loss.name, label: clip(study.loss.name), kind: "linear", low, high, missing: "failed", whole: false, choices: [],
    text: (at) => (share ? percent(at) : short(at)),
  };
}

/// Round coordinates, at most about `most` of them.
export function ticks(axis: Axis, most: number): number[] {
  const { low, high } = axis;
  if (axis.kind === "choices") {
    const skip = Math.ceil(axis.choices.length / Math.max(most, 2));
    return axis.choices.map((_, place) => place).filter((place) => place % skip === 0);
  }
  if (axis.kind === "log") {
    const decades = high - low, whole = steps(Math.ceil(low - 1e-9), high, Math.max(1, Math.ceil(decades / most)));
    if (whole.length >= 3) return whole;
    const parts = steps(Math.floor(low), high, 1).flatMap((power) => [1, 2, 5].map((times) => power + Math.log10(times)));
    const inside = parts.filter((at) => at >= low - 1e-9 && at <= high + 1e-9);
    return inside.length >= 3 ? inside : nice(10 ** low, 10 ** high, most).filter((value) => value > 0).map(Math.log10);
  }
  return nice(low, high, most, axis.whole ? 1 : 0);
}

function steps(from: number, to: number, step: number): number[] {
  const found: number[] = [];
  for (let place = 0; from + place * step <= to + 1e-9 * Math.abs(step); ++place) found.push(from + place * step);
  return found;
}

function nice(low: number, high: number, most: number, least = 0): number[] {
  const rough = (high - low) / (Math.max(most, 1) + 0.9);
  if (!(rough > 0) || !Number.isFinite(rough)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(least, ([1, 2, 5, 10].find((times) => times * power >= rough) ?? 10) * power);
  return steps(Math.ceil(low / step - 1e-9) * step, high, step).map((at) => Number(at.toPrecision(12)));
}
