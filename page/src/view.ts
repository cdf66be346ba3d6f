// What the reader looks at. It outlives a new snapshot: study, brush and selected trials stay where they still exist.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Brush, Study } from "./study";

export interface View {
  studies: Study[];
  study: Study;
  dark: boolean;
  printing: boolean; // every figure is drawn at once, on paper's colours
  brush: Brush;
  kept: Uint8Array | null; // of the trials, what the brush keeps; null: all
  selected: number[]; // opened trials, at most kMostSelected
  set_brush(brush: Brush): void;
  select(trials: number[]): void;
  open_trial(trial: number): void; // and go there
}

export const kMostSelected = 4;

export const ViewContext = createContext<View | null>(null);

export function useView(): View {
  const view = useContext(ViewContext);
  if (!view) throw new Error("A figure stands outside the page's view.");
  return view;
}
