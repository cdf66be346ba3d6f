// Where the axes of the parallel coordinates stand, and the lines of the trials as paths between them.

import { slot, type Axis } from "../axes";
import { better, place_on, type Study } from "../study";

const kChunk = 40;
const kLeast = 54; // px between axes
export const kTop = 48, kHeight = 300, kBottom = 22;
export const kClasses = 5;
export const kLeftOut = -2, kFailed = -1; // groups of lines beside the classes from 0

export interface Geometry {
  axes: Axis[];
  x: number[];
  width: number;
  y(axis: Axis, at: number): number;
  at(axis: Axis, y: number): number;
}

export const foot = (axis: Axis) => (axis.missing === null ? axis.low : slot(axis));

export function geometry(axes: Axis[], width: number): Geometry {
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
export function classes(study: Study): Map<number, number> {
  const loss = study.raw.trials.loss, found = new Map<number, number>();
  for (let rung = 0; rung <= study.top; ++rung) {
    const own = study.finished.filter((trial) => study.raw.trials.rung[trial] === rung)
      .sort((a, b) => (better(study.raw, loss[b]!, loss[a]!) ? -1 : better(study.raw, loss[a]!, loss[b]!) ? 1 : a - b));
    own.forEach((trial, place) => found.set(trial, Math.min(kClasses - 1, Math.floor(((place + 0.999) / own.length) * kClasses))));
  }
  return found;
}

export interface Line {
  trial: number;
  path: string;
}

export function lines_of(study: Study, form: Geometry, trials: number[]): Line[] {
  return trials.map((trial) => ({
    trial, path: form.axes.map((axis, place) => `${place > 0 ? "L" : "M"}${form.x[place]!.toFixed(1)} ${form.y(axis, place_on(study, axis, trial)).toFixed(1)}`).join(""),
  }));
}

// Lines share paths, for some thousand elements would not be fluid; within a path they do not darken each other, so no
// path has many.
export function paths(lines: Line[], kept: Uint8Array | null, class_of: Map<number, number>) {
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
