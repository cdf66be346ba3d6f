// What the groups of studies came to, and how long each took to the worst one's final loss.

import { Figure } from "../figure";
import { seconds, short } from "../format";
import { finals, type Subject } from "../groups";
import { loss_text } from "../study";

export function Finals({ subject }: { subject: Subject }) {
  const rows = finals(subject);
  const raw = subject.groups[0]!.members[0]!.raw;
  const slowest = rows.reduce((most, { to_worst }) => Math.max(most, to_worst ?? 0), 0);
  return (
    <Figure
      name="finals" title="What they came to"
      caption={`Medians over the seeds, with the least and the largest in brackets, of the best point's mean over its executions; the last columns say when the curve below was as good as the worst one at its end.`}
      alt="" numbers={() => ({
        columns: ["group", "seeds", "trials", "seconds", raw.loss.name, "low", "high", "test_error", "seconds_to_the_worst_final"],
        rows: rows.map(({ group, trials, seconds, loss, low, high, test_error, to_worst }) =>
          [group.name, group.members.length, trials, seconds, loss, Number.isNaN(low) ? null : low, Number.isNaN(high) ? null : high, test_error, to_worst]),
      })}
    >
      <div class="scroll" tabIndex={0} role="region" aria-label="Final results">
        <table class="plain">
          <thead><tr>
            <th scope="col">search</th><th scope="col" class="number">seeds</th><th scope="col" class="number">trials</th><th scope="col" class="number">time</th>
            <th scope="col" class="number">{raw.loss.name}</th><th scope="col" class="number">test error</th>
            <th scope="col" class="number">to the worst's final</th><th scope="col" class="number">sooner by</th>
          </tr></thead>
          <tbody>
            {rows.map((row) => (
              <tr>
                <th scope="row" class="name">{row.group.name}</th>
                <td class="number">{row.group.members.length}</td>
                <td class="number">{short(row.trials)}</td>
                <td class="number">{seconds(row.seconds)}</td>
                <td class="number" title={String(row.loss)}>
                  {loss_text(raw, row.loss)}{row.group.members.length > 1 && row.loss !== null && <span class="quiet-text"> ({loss_text(raw, row.low)} to {loss_text(raw, row.high)})</span>}
                </td>
                <td class="number">{row.test_error === null ? "–" : loss_text({ ...raw, loss: { ...raw.loss, share: true } }, row.test_error)}</td>
                <td class="number">{row.to_worst === null ? "–" : seconds(row.to_worst)}</td>
                <td class="number">{row.to_worst ? `${short(slowest / row.to_worst, 2)} ×` : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Figure>
  );
}
