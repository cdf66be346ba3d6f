import { useMemo, useState } from "preact/hooks";
import { Boundary } from "../boundary";
import { Compare as CompareFigure } from "../figures/compare";
import { Convergence } from "../figures/convergence";
import { Finals } from "../figures/finals";
import { count } from "../format";
import { subjects_of } from "../groups";
import { Choice, Select } from "../parts";
import { useView } from "../view";

export function Compare() {
  const { studies } = useView();
  const subjects = useMemo(() => subjects_of(studies), [studies]);
  const [chosen, choose] = useState(0);
  const [log, set_log] = useState(false);
  const subject = subjects[Math.min(chosen, subjects.length - 1)]!;
  const number = subject.groups.reduce((sum, { members }) => sum + members.length, 0);
  return (
    <>
      <p class="lead">{count(number, "study", "studies")} in {count(subject.groups.length, "group")}: studies that differ in nothing but the seed are one.</p>
      <div class="filters">
        {subjects.length > 1 && <Select label="searched" value={subjects.indexOf(subject)} options={subjects.map(({ name }) => name)} on_change={choose} />}
        <Choice label="Time axis" value={log ? "logarithm of time" : "time"} options={["time", "logarithm of time"]} on_change={(value) => set_log(value !== "time")} />
      </div>
      <Boundary part="What the searches came to"><Finals subject={subject} /></Boundary>
      <Boundary part="The best over time"><CompareFigure subject={subject} log={log} /></Boundary>
      <Boundary part="Convergence"><Convergence subject={subject} log={log} /></Boundary>
    </>
  );
}
