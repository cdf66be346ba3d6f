// The opened trials side by side: what they are, where they come from, their points, curves, and mistakes.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Boundary } from "./boundary";
import { clip, seconds, value_text } from "./format";
import { Confusion } from "./figures/confusion";
import { LearningCurves } from "./figures/learning_curves";
import { Mistakes } from "./figures/mistakes";
import { CopyButton, RungName } from "./parts";
import { point_command, point_toml } from "./point";
import { is_named, loss_text, value_of, type Study } from "./study";
import { useView } from "./view";

function Kin({ study, trials }: { study: Study; trials: number[] }) {
  const { open_trial } = useView();
  return trials.length === 0 ? <>–</> : (
    <>
      {trials.map((trial, place) => (
        <>{place > 0 && ", "}<button type="button" class="link" title={`${is_named(study, study.raw.trials.rung[trial]!) ? `${study.labels[study.raw.trials.rung[trial]!]}, ` : ""}${loss_text(study.raw, study.raw.trials.loss[trial])}`}
                                     onClick={() => open_trial(trial)}>{trial}</button></>
      ))}
    </>
  );
}

export function TrialPanel() {
  const { study, selected, select } = useView();
  const heading = useRef<HTMLHeadingElement>(null);
  const { raw } = study, { trials } = raw;
  const first = selected.at(-1);
  useEffect(() => heading.current?.scrollIntoView({ block: "nearest" }), [first]);
  if (selected.length === 0) {
    return <p class="note">Choose a trial in the table to see its point, learning curve and mistakes here, or up to four to compare them.</p>;
  }
  const row = (name: string, cell: (trial: number) => ComponentChildren) => (
    <tr><th scope="row">{name}</th>{selected.map((trial) => <td>{cell(trial)}</td>)}</tr>
  );
  const differs = (name: string) => new Set(selected.map((trial) => String(value_of(study, name, trial)))).size > 1;
  return (
    <section class="panel" aria-label="Opened trials">
      <h3 ref={heading} tabIndex={-1} class="panel-title">{selected.length === 1 ? `Trial ${first}` : `Trials ${selected.join(", ")}`}</h3>
      <div class="scroll" tabIndex={0} role="region" aria-label="Points of the opened trials">
        <table class="plain sides">
          <thead>
            <tr>
              <th scope="col"><span class="hidden">field</span></th>
              {selected.map((trial) => (
                <th scope="col">trial {trial} <button type="button" class="quiet" aria-label={`Close trial ${trial}`} onClick={() => select(selected.filter((other) => other !== trial))}>×</button></th>
              ))}
            </tr>
          </thead>
          <tbody>
            {row(raw.loss.name, (trial) => <b title={String(trials.loss[trial])}>{loss_text(raw, trials.loss[trial])}</b>)}
            {row("state", (trial) => <>{trials.state[trial]}{trials.reason[trial] && <span class="quiet-text">: {trials.reason[trial]}</span>}</>)}
            {study.top > 0 && row(study.level, (trial) => <RungName study={study} rung={trials.rung[trial]!} />)}
            {row("time", (trial) => seconds(trials.seconds[trial]!))}
            {row("parent", (trial) => <Kin study={study} trials={trials.parent[trial] == null ? [] : [trials.parent[trial]!]} />)}
            {row("executed again as", (trial) => <Kin study={study} trials={study.children.get(trial) ?? []} />)}
            {selected.some((trial) => study.heirs.has(trial)) && row("with another point", (trial) => <Kin study={study} trials={study.heirs.get(trial) ?? []} />)}
            {selected.some((trial) => trials.tag[trial]) && row("tag", (trial) => Object.entries(trials.tag[trial] ?? {}).map(([name, value]) => `${name} ${value}`).join(", ") || "–")}
            {study.parameters.map((parameter) => (
              <tr class={differs(parameter.name) ? "differs" : ""}>
                <th scope="row" title={parameter.name}>{clip(parameter.name, 24)}</th>
                {selected.map((trial) => {
                  const value = value_of(study, parameter.name, trial);
                  return <td title={String(value ?? "not active")}>{clip(value_text(parameter, value), 40)}</td>;
                })}
              </tr>
            ))}
            {row("", (trial) => (
              <div class="copies">
                <CopyButton text={() => point_toml(study, trial)}>Copy as TOML</CopyButton>
                <CopyButton text={() => point_command(study, trial)}>Copy as command</CopyButton>
              </div>
            ))}
          </tbody>
        </table>
      </div>
      <Boundary part="Learning curves"><LearningCurves trials={selected} /></Boundary>
      <div class="beside">{selected.map((trial) => <Boundary key={trial} part={`The confusion of trial ${trial}`}><Confusion trial={trial} /></Boundary>)}</div>
      {selected.map((trial) => <Boundary key={trial} part={`What trial ${trial} got wrong`}><Mistakes trial={trial} /></Boundary>)}
    </section>
  );
}
