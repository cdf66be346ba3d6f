// Best values: where the mean loss along each parameter is lowest, at each size.

import { Figure } from "../figure";
import { value_text } from "../format";
import { RungName } from "../parts";
import { useView } from "../view";
import { by_importance, rungs_with_importance } from "./shares";

export function BestValues() {
  const { study } = useView();
  const rungs = rungs_with_importance(study);
  const parameters = by_importance(study).map((name) => study.parameters.find((other) => other.name === name)!);
  const value = (rung: number, name: string) => study.raw.importance![rung]!.best_values[name];
  return (
    <Figure
      name="best-values" title="Best values"
      caption={`Where the mean ${study.raw.loss.name} along each parameter is ${study.raw.loss.maximize ? "highest" : "lowest"}; ${study.level}s agree where a row holds one value.`}
      alt="" numbers={() => ({
        columns: ["parameter", ...rungs.map((rung) => study.labels[rung]!)],
        rows: parameters.map(({ name }) => [name, ...rungs.map((rung) => value(rung, name))]),
      })}
    >
      <div class="scroll" tabIndex={0} role="region" aria-label="Best values">
        <table class="plain">
          <thead><tr><th scope="col">parameter</th>{rungs.map((rung) => <th scope="col" class="number"><RungName study={study} rung={rung} /></th>)}</tr></thead>
          <tbody>
            {parameters.map((parameter) => (
              <tr>
                <th scope="row" class="name">{parameter.name}</th>
                {rungs.map((rung) => <td class="number" title={String(value(rung, parameter.name) ?? "")}>{value_text(parameter, value(rung, parameter.name))}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Figure>
  );
}
