// A figure: title, drawing, one sentence, and the ways to take it along. It is drawn when it comes into view.

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { chart_svg, kManyMarks, open_chart, type Chart, type Option } from "./charts";
import { short } from "./format";
import { kDark, kLight, type Look } from "./look";
import { csv, file_name, save, type Cell, type Table } from "./save";
import { useView } from "./view";

export interface FigureProps {
  name: string; // of the saved files
  title: string;
  caption: string;
  alt: string; // what it shows, for who cannot see it
  numbers: () => Table;
  option?: (look: Look, width: number) => Option;
  drawn_from?: unknown[]; // what `option` takes: it is drawn anew when one of these is another
  height?: number | ((width: number) => number);
  items?: number; // how many marks it has
  on_pick?: (item: unknown) => void;
  controls?: ComponentChildren;
  svg?: () => string; // of a drawing that is not ECharts'
  children?: ComponentChildren;
}

export function Figure(props: FigureProps) {
  const { study, dark } = useView();
  const [open, set_open] = useState(false);
  const file = file_name(study.raw.name, props.name);
  const save_svg = () => {
    const width = 900, height = typeof props.height === "function" ? props.height(width) : props.height ?? 320;
    save(`${file}.svg`, "image/svg+xml", props.svg ? props.svg() : chart_svg(props.option!(kLight, width), width, height));
  };
  return (
    <figure class="figure" id={`figure-${props.name}`} data-figure={props.name}>
      <header>
        <h3>{props.title}</h3>
        <div class="tools">
          {props.controls}
          {(props.option || props.svg) && (
            <button type="button" class="quiet" onClick={save_svg} aria-label={`Save ${props.title} as SVG`}>SVG</button>
          )}
          <button type="button" class="quiet" onClick={() => save(`${file}.csv`, "text/csv", csv(props.numbers()))}
                  aria-label={`Save the numbers of ${props.title} as CSV`}>CSV</button>
        </div>
      </header>
      {props.option && <Drawing {...props} option={props.option} drawn_from={props.drawn_from ?? [props.option]} look={dark ? kDark : kLight} />}
      {props.children}
      <figcaption>{props.caption}</figcaption>
      <details class="numbers" onToggle={(event) => set_open((event.target as HTMLDetailsElement).open)}>
        <summary>Numbers</summary>
        {open && <Numbers table={props.numbers()} title={props.title} />}
      </details>
    </figure>
  );
}

const kShown = 200;
export const kPaper = 700; // px, which A4 and Letter have room for

function Numbers({ table, title }: { table: Table; title: string }) {
  const text = (cell: Cell) => (cell == null ? "–" : typeof cell === "number" ? short(cell, 4) : String(cell));
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`Numbers of ${title}`}>
      <table>
        <thead><tr>{table.columns.map((column) => <th scope="col">{column}</th>)}</tr></thead>
        <tbody>
          {table.rows.slice(0, kShown).map((row) => (
            <tr>{row.map((cell) => <td title={typeof cell === "number" ? String(cell) : undefined}>{text(cell)}</td>)}</tr>
          ))}
        </tbody>
      </table>
      {table.rows.length > kShown && <p>The first {kShown} of {short(table.rows.length)} rows; all are in the CSV.</p>}
    </div>
  );
}

interface DrawingProps extends FigureProps {
  option: (look: Look, width: number) => Option;
  drawn_from: unknown[];
  look: Look;
}

function Drawing({ option, drawn_from, look, height, items = 0, alt, on_pick, name }: DrawingProps) {
  const { printing } = useView();
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | null>(null);
  const pick = useRef(on_pick);
  const [own_width, set_width] = useState(0);
  const width = printing ? kPaper : own_width;
  const [seen, set_seen] = useState(false);
  pick.current = on_pick;
  const high = typeof height === "function" ? height(width || 800) : height ?? 320;
  const canvas = items > kManyMarks;

  useLayoutEffect(() => {
    const element = frame.current!;
    set_width(element.clientWidth);
    const resized = new ResizeObserver(() => set_width(element.clientWidth));
    resized.observe(element);
    const near = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && set_seen(true),
                                          { rootMargin: "300px" });
    near.observe(element);
    return () => {
      resized.disconnect();
      near.disconnect();
    };
  }, []);

  useEffect(() => () => {
    chart.current?.dispose();
    chart.current = null;
  }, [canvas]);

  const paint = () => {
    const element = frame.current!;
    if (!chart.current) {
      chart.current = open_chart(element, canvas);
      chart.current.on("click", (event) => pick.current?.(event.data));
      chart.current.on("finished", () => {
        element.dataset.drawn = "yes";
        performance.mark(`drawn ${name}`);
      });
    }
    delete element.dataset.drawn;
    chart.current.resize({ width, height: high });
    chart.current.setOption(option(look, width), { notMerge: true });
  };

  useEffect(() => {
    if (seen && width > 0) paint();
  }, [...drawn_from, look, width, high, seen, canvas]);

  // The paper does not wait for the next frame.
  useLayoutEffect(() => {
    if (!printing) return;
    paint();
    chart.current!.getZr().flush();
  }, [printing]);

  return <div ref={frame} class="drawing" role="img" aria-label={alt} style={{ height: `${high}px` }} />;
}
