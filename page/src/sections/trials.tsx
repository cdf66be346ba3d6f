import { Boundary } from "../boundary";
import { TrialPanel } from "../trial_panel";
import { TrialTable } from "../trial_table";
import { useView } from "../view";

export function Trials() {
  const { study } = useView();
  if (study.count === 0) return <p class="note">No trial has begun yet.</p>;
  return <><Boundary part="The table of trials"><TrialTable /></Boundary><Boundary part="The opened trials"><TrialPanel /></Boundary></>;
}
