import { Contours } from "../figures/contours";
import { Narrowing } from "../figures/narrowing";
import { Parallel } from "../figures/parallel";
import { Slices } from "../figures/slices";
import { count } from "../format";
import { TrialTable } from "../trial_table";
import { useStudy } from "../view";

export function Space() {
  const { study, kept } = useStudy();
  if (study.finished.length === 0) {
    return <><p class="note">{study.count === 0 ? "No trial has begun yet." : `None of ${count(study.count, "trial")} has finished.`}</p><Narrowing /></>;
  }
  return (
    <>
      <Parallel />
      {kept && <TrialTable />}
      <Slices />
      <Contours />
      <Narrowing />
    </>
  );
}
