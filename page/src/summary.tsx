// The first screen's answer: what was searched, the best, how long it took, what was saved.

import { saved_factor } from "./figures/saved";
import { count, last_part, seconds, short } from "./format";
import { loss_text, type Study } from "./study";

function sentence(study: Study): string {
  const { raw } = study, { name, options } = raw.objective;
  const program = options.run;
  const what = program !== undefined ? `The program ${program}` : name === "cnn" ? `A CNN on ${last_part(options.data)}` : name === "external" ? "A program that asks and tells" : name;
  const sizes = study.used.map((rung) => study.labels[rung]).join(" → ");
  return `${what}, ${count(raw.parameters.length, "parameter")}; sampler ${raw.sampler.name}, schedule ${raw.schedule.name}${sizes ? `, ${sizes}` : ""}; seed ${raw.seed}.`;
}

function Key({ name, value, says, title }: { name: string; value: string; says: string; title?: string }) {
  return <div class="key"><dt>{name}</dt><dd><span class="value" title={title}>{value}</span><span class="quiet-text">{says}</span></dd></div>;
}

export function Summary({ study }: { study: Study }) {
  const { raw } = study, { best } = raw;
  const running = raw.trials.state.filter((state) => state === "running").length;
  const factor = saved_factor(study);
  const counts = [study.failed.length > 0 && `${short(study.failed.length)} failed`, running > 0 && `${short(running)} running`].filter(Boolean).join(", ");
  return (
    <section class="summary">
      <h1 title={raw.name}>{raw.name}</h1>
      <p class="lead" title={String(raw.objective.options.data ?? "")}>{sentence(study)}</p>
      <dl class="keys">
        <Key name={`best ${raw.loss.name}`} value={loss_text(raw, best?.loss)} title={String(best?.loss ?? "")}
             says={best ? `trial ${best.trial} at ${study.labels[best.rung]}${best.test_error === null ? "" : `; test error ${loss_text({ ...raw, loss: { ...raw.loss, share: true } }, best.test_error)}`}`
                        : "nothing has finished"} />
        <Key name="trials" value={short(study.count)} says={counts || "none failed"} />
        <Key name="time" value={seconds(raw.elapsed_seconds)} title={`${raw.elapsed_seconds} s`} says={`${seconds(raw.cpu_seconds)} of CPU time`} />
        {factor !== null && (
          <Key name="saved by starting small" value={factor >= 1 ? `${short(factor, 2)} × less` : "nothing"}
               says={`${seconds(raw.saved!.seconds)} of trials; all at ${study.labels[study.top]}: about ${seconds(raw.saved!.top_seconds)}`} />
        )}
      </dl>
    </section>
  );
}
