import { TrialPanel } from "../trial_panel";
import { TrialTable } from "../trial_table";
import { useStudy } from "../view";

export function Trials() {
  const { study } = useStudy();
  if (study.count === 0) return <p class="note">No trial has begun yet.</p>;
  return <><TrialTable /><TrialPanel /></>;
}
