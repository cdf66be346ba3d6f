// The snapshot as docs/formats.md promises it. Whatever is drawn comes from here.

export type Value = number | string | boolean | null;
export type Options = Record<string, unknown>;
export type State = "running" | "complete" | "pruned" | "failed";

export interface Named {
  name: string;
  options: Options;
}

export interface Parameter {
  name: string;
  kind: "float" | "int" | "categorical" | "ordinal";
  low: number | null;
  high: number | null;
  log: boolean | null;
  step: number | null;
  choices: Value[] | null;
  active_when: string[];
}

export interface Box {
  number: number;
  reason: string;
  sides: Record<string, Value[]>;
}

export interface Rung {
  label: string;
  fidelity: Record<string, number>;
  trials: number;
  seconds: number;
  cpu_seconds: number;
  best_loss: number | null;
  boxes: Box[];
}

export interface Trials {
  rung: number[];
  parent: (number | null)[];
  box: (number | null)[];
  state: State[];
  loss: (number | null)[];
  seconds: number[];
  cpu_seconds: number[];
  begun: number[];
  point: Record<string, Value[]>;
  tag: Record<string, Record<string, number>>;
  reason: Record<string, string>;
  curve: Record<string, number[]>;
  stopped_early?: number[]; // older programs do not say
}

export interface Share {
  share: number;
  std: number;
}

export interface Surface {
  a: string;
  b: string;
  values_a: Value[];
  values_b: Value[];
  loss: number[][]; // by values of a, then of b
  std: number[][];
}

export interface RungImportance {
  trials: number;
  failed: number;
  covered: number;
  main: Record<string, Share>;
  pairs: ({ a: string; b: string } & Share)[];
  total: Record<string, Share>;
  conditions?: Record<string, { probability: number; condition: Share; where_active: Share }>;
  best_values: Record<string, Value>;
  ped_anova: Record<string, number>;
  permutation: Record<string, number>;
  curves?: Record<string, { value: Value; weight: number; loss: number; std: number }[]>;
  surfaces?: Surface[];
}

export interface Epoch {
  epoch: number;
  loss: number;
  training_loss?: number;
  validation_loss?: number;
  learning_rate?: number;
  seconds?: number;
}

export interface Mistake {
  picture: string | number;
  class: string;
  predicted: string;
  probability: number;
  side: number;
  png: string;
}

export interface Details {
  curve?: Epoch[];
  confusion?: { classes: string[]; confusion: number[][] };
  mistakes?: Mistake[];
}

export interface StudySnapshot {
  name: string;
  storage: string;
  objective: Named;
  sampler: Named;
  schedule: Named;
  seed: number;
  budget: Options;
  continues: boolean;
  loss: { name: string; share: boolean; maximize: boolean };
  elapsed_seconds: number;
  cpu_seconds: number;
  parameters: Parameter[];
  rungs: Rung[];
  trials: Trials;
  best: { trial: number; trials: number[]; loss: number; test_error: number | null; rung: number } | null;
  saved: { seconds: number; top_seconds: number; measured: number } | null;
  importance: (RungImportance | null)[] | null;
  details: Record<string, Details> | null;
}

export interface Snapshot {
  format: string;
  version: number;
  written: string;
  program: string;
  studies: StudySnapshot[];
}

const kVersion = 1;

// A parameter may be called "constructor": tables by name have no names of their own.
function bare(table: object | undefined | null): void {
  if (table) Object.setPrototypeOf(table, null);
}

function bare_tables(study: StudySnapshot): void {
  bare(study.trials.point);
  study.rungs.forEach(({ boxes }) => boxes.forEach(({ sides }) => bare(sides)));
  for (const rung of study.importance ?? []) {
    if (rung) [rung.main, rung.total, rung.best_values, rung.ped_anova, rung.permutation, rung.curves].forEach(bare);
  }
}

/// What `value` says, or an Error with a sentence for the reader when it is no snapshot of a version that is known.
export function read_snapshot(value: unknown): Snapshot {
  const snapshot = value as Partial<Snapshot> | null;
  if (typeof snapshot !== "object" || snapshot === null || snapshot.format !== "crescendo snapshot") {
    throw new Error("This is no snapshot; what 'crescendo snapshot' prints would be one.");
  }
  if (snapshot.version !== kVersion) {
    throw new Error(`This snapshot has version ${snapshot.version}; this page reads version ${kVersion}.`);
  }
  if (!Array.isArray(snapshot.studies) || snapshot.studies.length === 0) {
    throw new Error("This snapshot holds no study; it should have at least one.");
  }
  snapshot.studies.forEach(bare_tables);
  return snapshot as Snapshot;
}
