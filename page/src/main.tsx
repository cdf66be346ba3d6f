// The page: reads the snapshot that stands in it, and every other that `window.crescendo.show` is given.

import { render } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import "./style.css";
import { Boundary } from "./boundary";
import { Select } from "./parts";
import { Compare } from "./sections/compare";
import { Importance } from "./sections/importance";
import { Search } from "./sections/search";
import { Space } from "./sections/space";
import { Trials } from "./sections/trials";
import { read_snapshot, type Snapshot } from "./snapshot";
import { brush_axes, derive, kept_by, type Brush } from "./study";
import { Summary } from "./summary";
import { useTheme, ThemeSwitch } from "./theme";
import { ViewContext, type View } from "./view";
import { Welcome } from "./welcome";

declare global {
  interface Window {
    crescendo: { show(snapshot: unknown): void };
  }
}

const kSections = [
  { name: "Search", draw: Search },
  { name: "Space", draw: Space },
  { name: "Importance", draw: Importance },
  { name: "Trials", draw: Trials },
  { name: "Compare", draw: Compare },
];

function section_in_address(): string {
  const name = location.hash.slice(1);
  return kSections.find((section) => section.name.toLowerCase() === name)?.name ?? "Search";
}

function useSection(): [string, (name: string) => void] {
  const [section, set_section] = useState(section_in_address);
  useEffect(() => {
    const changed = () => set_section(section_in_address());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return [section, (name) => (location.hash = name.toLowerCase())];
}

function Report({ snapshot, printing }: { snapshot: Snapshot; printing: boolean }) {
  const [dark, theme, set_theme] = useTheme(printing);
  const [chosen, go_to] = useSection();
  const [name, set_name] = useState(snapshot.studies[0]!.name);
  const [wanted_brush, set_brush] = useState<Brush>(new Map());
  const [wanted, select] = useState<number[]>([]);
  const studies = useMemo(() => snapshot.studies.map(derive), [snapshot]);
  const place = Math.max(0, studies.findIndex((study) => study.raw.name === name));
  const study = studies[place]!;
  const brush = useMemo(() => {
    const axes = brush_axes(study).map((axis) => axis.name);
    return new Map([...wanted_brush].filter(([axis]) => axes.includes(axis)));
  }, [study, wanted_brush]);
  const kept = useMemo(() => kept_by(study, brush), [study, brush]);
  const sections = kSections.filter((section) => section.name !== "Compare" || studies.length > 1);
  const section = sections.find((other) => other.name === chosen) ?? sections[0]!;
  const view: View = {
    studies, study, dark, printing, brush, kept, set_brush, select,
    selected: wanted.filter((trial) => trial < study.count),
    open_trial: (trial) => {
      select(section.name === "Trials" && wanted.includes(trial) ? wanted : [trial]);
      go_to("Trials");
    },
  };
  useEffect(() => {
    document.title = `${study.raw.name} · Crescendo`;
  }, [study.raw.name]);
  return (
    <ViewContext.Provider value={view}>
      <header class="top">
        <span class="mark">Crescendo</span>
        {studies.length > 1 && (
          <Select label="study" value={place} options={studies.map(({ raw }) => raw.name)} on_change={(at) => {
            set_name(studies[at]!.raw.name);
            select([]);
          }} />
        )}
        <ThemeSwitch theme={theme} on_change={set_theme} />
      </header>
      <main>
        <Boundary part="The summary"><Summary study={study} /></Boundary>
        <nav aria-label="Sections">
          {sections.map((other) => (
            <a href={`#${other.name.toLowerCase()}`} aria-current={other === section ? "page" : undefined}>{other.name}</a>
          ))}
        </nav>
        <Boundary part={`The section ${section.name}`}><section.draw key={section.name + study.raw.name} /></Boundary>
      </main>
      <footer>
        <span>{snapshot.program}, written {snapshot.written}</span>
        <span class="address">{study.raw.storage}</span>
      </footer>
    </ViewContext.Provider>
  );
}

const kPage = document.getElementById("page")!;

let shown: Snapshot | null = null;

function draw(printing: boolean): void {
  if (shown) render(<Report snapshot={shown} printing={printing} />, kPage);
}

function show(value: unknown): void {
  shown = read_snapshot(value);
  draw(false);
}

window.crescendo = { show };
addEventListener("beforeprint", () => draw(true));
addEventListener("afterprint", () => draw(false));
try {
  const given: unknown = JSON.parse(document.getElementById("snapshot")!.textContent ?? "null");
  if (given === null) render(<Welcome on_open={show} message="" />, kPage);
  else show(given);
} catch (error) {
  render(<Welcome on_open={show} message={error instanceof Error ? error.message : String(error)} />, kPage);
}
