import { Boundary } from "../boundary";
import { BestValues } from "../figures/best_values";
import { Marginals } from "../figures/marginals";
import { Pairs } from "../figures/pairs";
import { rungs_with_importance, Shares } from "../figures/shares";
import { count, percent } from "../format";
import { RungName } from "../parts";
import { useView } from "../view";

export function Importance() {
  const { study } = useView();
  const rungs = rungs_with_importance(study);
  if (rungs.length === 0) {
    return <p class="note">No importance: it needs finished trials with different losses, and there are {study.finished.length} finished ones here.</p>;
  }
  return (
    <>
      <p class="lead">
        Shares of the variance of the {study.raw.loss.name} over the whole space, from{" "}
        {rungs.map((rung, place) => {
          const { trials, failed, covered } = study.raw.importance![rung]!;
          return <>{place > 0 && "; "}{count(trials, "trial")}{failed > 0 ? ` (${failed} failed)` : ""} at <RungName study={study} rung={rung} />, which cover {percent(covered, 2)} of it</>;
        })}.
      </p>
      <Boundary part="Which parameters matter"><Shares /></Boundary>
      <Boundary part="The loss along each parameter"><Marginals /></Boundary>
      <Boundary part="Interactions"><Pairs /></Boundary>
      <Boundary part="Best values"><BestValues /></Boundary>
    </>
  );
}
