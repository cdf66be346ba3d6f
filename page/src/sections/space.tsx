import { Boundary } from "../boundary";
import { Contours } from "../figures/contours";
import { Narrowing } from "../figures/narrowing";
import { Parallel } from "../figures/parallel";
import { Slices } from "../figures/slices";
import { count } from "../format";
import { TrialTable } from "../trial_table";
import { useView } from "../view";

export function Space() {
  const { study, kept } = useView();
  if (study.finished.length === 0) {
    return <><p class="note">{study.count === 0 ? "No trial has begun yet." : `None of ${count(study.count, "trial")} has finished.`}</p><Boundary part="How the space narrowed"><Narrowing /></Boundary></>;
  }
  return (
    <>
      <Boundary part="All parameters at once"><Parallel /></Boundary>
      {kept && <TrialTable />}
      <Boundary part="Slices"><Slices /></Boundary>
      <Boundary part="Pairs"><Contours /></Boundary>
      <Boundary part="How the space narrowed"><Narrowing /></Boundary>
    </>
  );
}
