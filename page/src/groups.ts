// Several studies as groups: those that differ in nothing but the seed are one, drawn as one line with its spread.

import { last_part } from "./format";
import { better, records, type Study } from "./study";

export interface Group {
  name: string;
  members: Study[];
  iis: boolean; // whether it used more than one rung
}

export interface Subject {
  name: string;
  groups: Group[];
}

const text = (value: unknown) => JSON.stringify(value) ?? "";

/// What was searched for: only losses of one subject can be compared.
function subject_of({ raw }: Study): string {
  const { options } = raw.objective;
  return text([raw.objective.name, options.data, options.run, options.fingerprint, raw.loss, raw.rungs.at(-1)?.fidelity]);
}

function subject_name({ raw }: Study): string {
  const { options } = raw.objective;
  const of = options.data ?? options.run;
  return (of === undefined ? raw.objective.name : last_part(of)) + (raw.rungs.length > 0 ? ` at ${raw.rungs.at(-1)!.label}` : "");
}

// Ways to say what is particular about a group, most telling first.
const kAspects: ((study: Study) => string)[] = [
  ({ raw }) => raw.schedule.name,
  ({ raw }) => raw.sampler.name,
  ({ labels, used }) => used.map((rung) => labels[rung]).join(" → "),
  ({ raw }) => Object.entries(raw.budget).map(([name, value]) => `${name} ${typeof value === "object" ? text(value) : value}`).join(", "),
  ({ raw }) => Object.entries(raw.schedule.options).map(([name, value]) => `${name} ${value}`).join(", "),
  ({ raw }) => Object.entries(raw.sampler.options).map(([name, value]) => `${name} ${value}`).join(", "),
];

function sameness({ raw }: Study): string {
  return text([raw.objective, raw.sampler, raw.schedule, raw.budget, raw.continues, raw.parameters, raw.rungs.map(({ fidelity }) => fidelity)]);
}

function collect<T>(items: T[], key: (item: T) => string): T[][] {
  const found = new Map<string, T[]>();
  for (const item of items) found.set(key(item), [...(found.get(key(item)) ?? []), item]);
  return [...found.values()];
}

// The aspects in which groups differ, added until the names do; then the studies' own names.
function names_of(groups: Study[][]): string[] {
  const firsts = groups.map((group) => group[0]!);
  const parts = firsts.map(() => [] as string[]);
  for (const aspect of kAspects) {
    const said = firsts.map(aspect);
    if (new Set(said).size > 1 || aspect === kAspects[0]) said.forEach((word, place) => word && parts[place]!.push(word));
    const names = parts.map((words) => words.join(" · "));
    if (new Set(names).size === names.length && aspect !== kAspects[0]) return names;
  }
  return firsts.map(({ raw }) => raw.name);
}

export function subjects_of(studies: Study[]): Subject[] {
  return collect(studies, subject_of).map((of_one) => {
    const groups = collect(of_one, sameness);
    const names = names_of(groups);
    const built = groups.map((members, place) => ({
      name: names[place]! || members[0]!.raw.name, members, iis: members.some(({ used }) => used.length > 1),
    }));
    return { name: subject_name(of_one[0]!), groups: built.sort((a, b) => Number(a.iis) - Number(b.iis) || (a.name < b.name ? -1 : 1)) };
  });
}

export interface Step {
  time: number; // seconds of the study
  loss: number;
}

/// The best loss so far at the top rung, of executions in full.
export function top_steps(study: Study): Step[] {
  return records(study, study.top).map((trial) => ({ time: study.end[trial]!, loss: study.raw.trials.loss[trial]! }));
}

export interface Band {
  time: number;
  low: number;
  middle: number;
  high: number;
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b), half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2;
}

/// Median, best and worst over the group's seeds at every time at which one of them changed, from when all have a loss on.
export function band_of(group: Group): Band[] {
  const curves = group.members.map(top_steps).filter((steps) => steps.length > 0);
  if (curves.length === 0) return [];
  const from = curves.reduce((latest, steps) => Math.max(latest, steps[0]!.time), 0);
  const end = group.members.reduce((latest, { raw }) => Math.max(latest, raw.elapsed_seconds), from);
  const times = [...new Set([from, ...curves.flat().map(({ time }) => time).filter((time) => time > from), end])].sort((a, b) => a - b);
  return times.map((time) => {
    const now = curves.map((steps) => steps.findLast((step) => step.time <= time)!.loss);
    return { time, low: Math.min(...now), middle: median(now), high: Math.max(...now) };
  });
}

export interface Final {
  group: Group;
  loss: number | null; // median over the seeds, of the best point at the top rung: of the mean of its executions
  low: number;
  high: number;
  test_error: number | null;
  seconds: number; // median
  trials: number; // of all seeds
  to_worst: number | null; // seconds until the group's band was in its middle as good as the worst one at its end
}

export function finals(subject: Subject): Final[] {
  const bands = subject.groups.map(band_of);
  const ends = bands.flatMap((band) => (band.length > 0 ? [band.at(-1)!.middle] : []));
  const raw = subject.groups[0]!.members[0]!.raw;
  const worst = ends.length > 0 ? ends.reduce((a, b) => (better(raw, a, b) ? b : a)) : null;
  return subject.groups.map((group, place) => {
    const bests = group.members.flatMap(({ raw: { best }, top }) => (best && best.rung === top ? [best] : []));
    const losses = bests.map(({ loss }) => loss), tests = bests.flatMap(({ test_error }) => test_error ?? []);
    const reached = worst === null ? undefined : bands[place]!.find(({ middle }) => !better(raw, worst, middle));
    return {
      group, loss: losses.length > 0 ? median(losses) : null,
      low: losses.length > 0 ? Math.min(...losses) : NaN, high: losses.length > 0 ? Math.max(...losses) : NaN,
      test_error: tests.length > 0 ? median(tests) : null,
      seconds: median(group.members.map((study) => study.raw.elapsed_seconds)),
      trials: group.members.reduce((sum, study) => sum + study.count, 0),
      to_worst: reached?.time ?? null,
    };
  });
}
