// A study's snapshot with what several figures derive from it, computed once.

import { coordinate, loss_axis, parameter_axis, slot, type Axis } from "./axes";
import { percent_in_full, short } from "./format";
import type { Parameter, StudySnapshot, Value } from "./snapshot";

export interface Study {
  raw: StudySnapshot;
  count: number;
  top: number; // the highest rung
  level: "size" | "rung"; // what a rung is called: a size where the pictures' sides are what differs
  labels: string[]; // of the rungs, each another
  used: number[]; // rungs that have a trial
  parameters: Parameter[];
  axes: Axis[]; // of the parameters
  loss: Axis;
  end: number[]; // seconds of the study when a trial ended
  finished: number[]; // trials with a loss, in the order in which they ended
  in_full: number[]; // of them what a best so far counts: not stopped early, and no repetitions, of which the luckiest would win
  failed: number[];
  children: Map<number, number[]>; // the trials that execute its point again
  heirs: Map<number, number[]>; // those that go on from its end with another point
}

export function better(study: StudySnapshot, a: number, b: number): boolean {
  return study.loss.maximize ? a > b : a < b;
}

function level_of({ rungs }: StudySnapshot): "size" | "rung" {
  const sides = new Set(rungs.map(({ fidelity }) => fidelity.image_side).filter((side) => side !== undefined));
  return sides.size === rungs.length ? "size" : "rung";
}

export function derive(raw: StudySnapshot): Study {
  const { trials } = raw;
  const count = trials.rung.length;
  const every = Array.from({ length: count }, (_, trial) => trial);
  const end = every.map((trial) => (trials.begun[trial] ?? 0) + (trials.seconds[trial] ?? 0));
  const finished = every.filter((trial) => typeof trials.loss[trial] === "number").sort((a, b) => end[a]! - end[b]! || a - b);
  const stopped = new Set(trials.stopped_early);
  const in_full = finished.filter((trial) => !stopped.has(trial) && !((trials.tag[trial]?.repeat ?? 0) > 0));
  const children = new Map<number, number[]>(), heirs = new Map<number, number[]>();
  for (const trial of every) {
    const parent = trials.parent[trial];
    if (parent == null) continue;
    const of = trials.box[trial] == null ? children : heirs;
    of.set(parent, [...(of.get(parent) ?? []), trial]);
  }
  const labels = raw.rungs.map((rung, place) =>
    raw.rungs.some((other, at) => at !== place && other.label === rung.label)
      ? `${rung.label}, rung ${place + 1}` : rung.label || (raw.rungs.length > 1 ? `rung ${place + 1}` : "all trials"));
  return {
    raw, count, labels, end, level: level_of(raw), finished, in_full,
    used: raw.rungs.flatMap((_, rung) => (trials.rung.includes(rung) ? [rung] : [])),
    children, heirs, top: raw.rungs.length - 1, parameters: raw.parameters,
    axes: raw.parameters.map(parameter_axis),
    loss: loss_axis(raw, finished.map((trial) => trials.loss[trial]!)),
    failed: every.filter((trial) => trials.state[trial] === "failed"),
  };
}

/// The executions in full at `rung` that were better than all before them there, in the order in which they ended.
export function records(study: Study, rung: number): number[] {
  const found: number[] = [];
  let best: number | null = null;
  for (const trial of study.in_full) {
    const loss = study.raw.trials.loss[trial]!;
    if (study.raw.trials.rung[trial] !== rung || (best !== null && !better(study.raw, loss, best))) continue;
    best = loss;
    found.push(trial);
  }
  return found;
}

export function value_of(study: Study, parameter: string, trial: number): Value {
  return study.raw.trials.point[parameter]?.[trial] ?? null;
}

export function point_of(study: Study, trial: number): Record<string, Value> {
  const values = study.parameters.map(({ name, choices }) => ({ name, choices, value: value_of(study, name, trial) }));
  return Object.fromEntries(values.filter(({ value, choices }) => value !== null || choices?.includes(null)).map(({ name, value }) => [name, value]));
}

export function loss_text(study: StudySnapshot, loss: number | null | undefined): string {
  return loss == null ? "–" : study.loss.share ? percent_in_full(loss) : short(loss, 4);
}

/// Whether there is a word for the rung: not where the study has only one that needed none.
export const is_named = (study: Study, rung: number): boolean => study.top > 0 || Boolean(study.raw.rungs[rung]?.label);

/// " at 64 px", for sentences; nothing where the rung has no name.
export const at_rung = (study: Study, rung: number): string => (is_named(study, rung) ? ` at ${study.labels[rung]}` : "");

/// ", at each size", for sentences; nothing without a ladder.
export const at_each = (study: Study, before = " "): string => (study.top > 0 ? `${before}at each ${study.level}` : "");

/// Which executions the best loss is of: it is the mean over all of its point's.
export function best_words(study: Study): string {
  const { best } = study.raw;
  if (!best) return "nothing has finished";
  const trial = `trial ${best.trial}`;
  return (best.trials.length > 1 ? `mean of ${best.trials.length} executions of ${trial}'s point` : trial) + at_rung(study, best.rung);
}

/// At most `most` of the finished trials: the best half of that, and of the others every so many-th.
export function sample(study: Study, most: number): number[] {
  const { finished } = study;
  if (finished.length <= most) return finished;
  const loss = study.raw.trials.loss;
  const sorted = [...finished].sort((a, b) => (better(study.raw, loss[a]!, loss[b]!) ? -1 : 1));
  const half = Math.floor(most / 2);
  const skip = (sorted.length - half) / half;
  return [...sorted.slice(0, half), ...Array.from({ length: half }, (_, place) => sorted[half + Math.floor(place * skip)]!)]
    .sort((a, b) => a - b);
}

/// What a brush keeps on an axis: from and to in its coordinates. An axis is named by its parameter, or one of these.
export type Brush = ReadonlyMap<string, [number, number]>;
export const kLossAxis = "\u0000loss", kRungAxis = "\u0000rung";

export function rung_axis(study: Study): Axis {
  return {
    name: kRungAxis, label: study.level, kind: "choices", low: -0.5, high: study.labels.length - 0.5, missing: null, whole: true,
    choices: study.labels, text: (at) => study.labels[Math.round(at)] ?? "",
  };
}

/// A trial's place on an axis of the parallel coordinates, in the slot where it has none.
export function place_on(study: Study, axis: Axis, trial: number): number {
  if (axis.name === kRungAxis) return study.raw.trials.rung[trial]!;
  const value = axis.name === kLossAxis ? study.raw.trials.loss[trial]! : value_of(study, axis.name, trial);
  const at = coordinate(axis, value);
  return at === null ? slot(axis) : Math.min(Math.max(at, axis.low), axis.high);
}

export function brush_axes(study: Study): Axis[] {
  return [...(study.top > 0 ? [rung_axis(study)] : []), ...study.axes, { ...study.loss, name: kLossAxis, missing: study.failed.length > 0 ? study.loss.missing : null }];
}

/// For each trial whether the brush keeps it; null without a brush.
export function kept_by(study: Study, brush: Brush): Uint8Array | null {
  const axes = brush_axes(study).filter((axis) => brush.has(axis.name));
  if (axes.length === 0) return null;
  const kept = new Uint8Array(study.count).fill(1);
  for (const axis of axes) {
    const [from, to] = brush.get(axis.name)!;
    for (let trial = 0; trial < study.count; ++trial) {
      const at = place_on(study, axis, trial);
      if (at < from || at > to) kept[trial] = 0;
    }
  }
  return kept;
}
