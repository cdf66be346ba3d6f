// Pictures that a trial's network got wrong, the most certain of its answer first.

import { clip, percent } from "../format";
import { useView } from "../view";

export function Mistakes({ trial }: { trial: number }) {
  const { study } = useView();
  const mistakes = study.raw.details?.[trial]?.mistakes;
  if (!mistakes?.length) return null;
  return (
    <section class="mistakes">
      <h4>What trial {trial} got wrong</h4>
      <ul>
        {mistakes.map((mistake) => (
          <li>
            <img src={`data:image/png;base64,${mistake.png}`} width={96} height={96} title={String(mistake.picture)}
                 alt={`Picture ${mistake.picture}: ${mistake.class}, taken for ${mistake.predicted}`} />
            <span title={mistake.class}>{clip(mistake.class, 18)}</span>
            <span class="quiet-text" title={mistake.predicted}>taken for {clip(mistake.predicted, 18)}, {percent(mistake.probability, 2)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
