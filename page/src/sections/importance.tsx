import { Boundary } from "../boundary";
import { BestValues } from "../figures/best_values";
import { Marginals } from "../figures/marginals";
import { Pairs } from "../figures/pairs";
import { rungs_with_importance, Shares } from "../figures/shares";
import { count, percent } from "../format";
import { RungName } from "../parts";
import { at_rung } from "../study";
import { useView } from "../view";

const kFew = 30; // trials, below which a forest's shares change much with every further one

export function Importance() {
  const { study } = useView();
  const rungs = rungs_with_importance(study);
  if (rungs.length === 0) {
    return <p class="note">No importance: it needs finished trials with different losses, and there are {study.finished.length} finished ones here.</p>;
  }
  const few = rungs.filter((rung) => study.raw.importance![rung]!.trials < kFew);
  return (
    <>
      <p class="lead">
        Shares of the variance of the {study.raw.loss.name} over the whole space, from{" "}
        {rungs.map((rung, place) => {
          const { trials, failed, covered } = study.raw.importance![rung]!;
          return (
            <>
              {place > 0 && "; "}{count(trials, "trial")}{failed > 0 ? ` (${failed} failed)` : ""}{at_rung(study, rung) && <> at <RungName study={study} rung={rung} /></>}
              , whose values span {covered < 0.01 ? "less than 1\u00a0%" : percent(covered, 2)} of its volume
            </>
          );
        })}; what they do not span is extrapolated.
      </p>
      {few.length > 0 && (
        <p class="note">
          Rough{at_rung(study, few[0]!) && ` at ${few.map((rung) => study.labels[rung]).join(", ")}`}: shares of fewer than {kFew} trials change much with every further one.
        </p>
      )}
      <Boundary part="Which parameters matter"><Shares /></Boundary>
      <Boundary part="The loss along each parameter"><Marginals /></Boundary>
      <Boundary part="Interactions"><Pairs /></Boundary>
      <Boundary part="Best values"><BestValues /></Boundary>
    </>
  );
}
