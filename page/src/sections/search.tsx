import { Boundary } from "../boundary";
import { History } from "../figures/history";
import { Saved } from "../figures/saved";
import { seconds, short, value_text } from "../format";
import { CopyButton, RungName } from "../parts";
import { point_command, point_toml } from "../point";
import { loss_text, value_of, type Study } from "../study";
import { useView } from "../view";

function Rungs({ study }: { study: Study }) {
  const failed = (rung: number) => study.failed.filter((trial) => study.raw.trials.rung[trial] === rung).length;
  return (
    <section class="figure">
      <header><h3>{study.level === "size" ? "Sizes" : "Rungs"}</h3></header>
      <div class="scroll" tabIndex={0} role="region" aria-label="Rungs">
        <table class="plain">
          <thead><tr>
            <th scope="col">{study.level}</th><th scope="col" class="number">trials</th><th scope="col" class="number">failed</th>
            <th scope="col" class="number">trial time</th><th scope="col" class="number">best {study.raw.loss.name}</th>
          </tr></thead>
          <tbody>
            {study.raw.rungs.map((rung, place) => (
              <tr>
                <th scope="row"><RungName study={study} rung={place} /></th>
                <td class="number">{short(rung.trials)}</td>
                <td class="number">{short(failed(place))}</td>
                <td class="number" title={String(rung.seconds)}>{seconds(rung.seconds)}</td>
                <td class="number" title={String(rung.best_loss)}>{loss_text(study.raw, rung.best_loss)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function BestPoint({ study }: { study: Study }) {
  const { open_trial } = useView();
  const { best } = study.raw;
  if (!best) return null;
  return (
    <section class="figure">
      <header>
        <h3>Best point</h3>
        <div class="tools">
          <CopyButton text={() => point_toml(study, best.trial)}>Copy as TOML</CopyButton>
          <CopyButton text={() => point_command(study, best.trial)}>Copy as command</CopyButton>
        </div>
      </header>
      <dl class="point">
        {study.parameters.map((parameter) => {
          const value = value_of(study, parameter.name, best.trial);
          return value === null && !parameter.choices?.includes(null) ? null
            : <div><dt title={parameter.name}>{parameter.name}</dt><dd title={String(value)}>{value_text(parameter, value)}</dd></div>;
        })}
      </dl>
      <p class="note">
        {best.trials.length > 1 ? <>The mean of {best.trials.length} executions: </> : <>Executed once: </>}
        {best.trials.map((trial, place) => <>{place > 0 && ", "}<button type="button" class="link" onClick={() => open_trial(trial)}>trial {trial}</button></>)}.
      </p>
    </section>
  );
}

export function Search() {
  const { study } = useView();
  if (study.count === 0) return <p class="note">No trial has begun yet.</p>;
  const only_failed = study.failed.length === study.count;
  return (
    <>
      {only_failed && <p class="warning">All trials failed. The last one: {study.raw.trials.reason[study.count - 1] ?? "it gave no reason"}</p>}
      <Boundary part="How the search went"><History /></Boundary>
      <Boundary part="What starting small saved"><Saved /></Boundary>
      <div class="beside">
        <Boundary part="The sizes"><Rungs study={study} /></Boundary>
        <Boundary part="The best point"><BestPoint study={study} /></Boundary>
      </div>
    </>
  );
}
