// The table of all trials: only the rows in view exist, so that twenty thousand stay fluid.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { clip, count, seconds, short, value_text } from "./format";
import { RungName } from "./parts";
import { csv, file_name, save, type Cell } from "./save";
import { loss_text, value_of, type Study } from "./study";
import { kMostSelected, useView } from "./view";

interface Column {
  key: string; // unlike its name, no other column's
  name: string;
  saved?: string; // its name in the CSV, where another
  number: boolean;
  cell(trial: number): Cell; // what is sorted by and saved
  text(trial: number): string;
}

const kRowHeight = 30, kRowsBeyond = 12;

function columns_of(study: Study): Column[] {
  const { raw } = study, { trials } = raw;
  return [
    { key: "trial", name: "trial", number: true, cell: (trial) => trial, text: (trial) => String(trial) },
    { key: "rung", name: study.level, saved: "rung", number: false, cell: (trial) => trials.rung[trial]!, text: (trial) => study.labels[trials.rung[trial]!] ?? "" },
    { key: "state", name: "state", number: false, cell: (trial) => trials.state[trial]!, text: (trial) => trials.state[trial]! },
    { key: "loss", name: raw.loss.name, number: true, cell: (trial) => trials.loss[trial], text: (trial) => loss_text(raw, trials.loss[trial]) },
    { key: "seconds", name: "time", saved: "seconds", number: true, cell: (trial) => trials.seconds[trial]!, text: (trial) => seconds(trials.seconds[trial]!) },
    { key: "parent", name: "parent", number: true, cell: (trial) => trials.parent[trial], text: (trial) => String(trials.parent[trial] ?? "–") },
    ...study.parameters.map((parameter): Column => ({
      key: `parameter ${parameter.name}`, name: parameter.name, number: parameter.kind !== "categorical" && !parameter.choices?.some((choice) => typeof choice !== "number"),
      cell: (trial) => value_of(study, parameter.name, trial), text: (trial) => value_text(parameter, value_of(study, parameter.name, trial)),
    })),
  ];
}

function sorted(rows: number[], column: Column, down: boolean): number[] {
  const cells = new Map(rows.map((trial) => [trial, column.cell(trial)]));
  return [...rows].sort((trial, other) => {
    const a = cells.get(trial), b = cells.get(other);
    // What is not there comes last, whichever way is sorted.
    if (a == null || b == null) return Number(a == null) - Number(b == null) || trial - other;
    const order = typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : Number(String(a) > String(b));
    return (down ? -order : order) || trial - other;
  });
}

interface Filter {
  text: string; // words that stand in a trial's number, state, reason or any value
  rung: number; // -1: all
  state: string; // empty: all
}

function filtered(study: Study, columns: Column[], kept: Uint8Array | null, filter: Filter): number[] {
  const { trials } = study.raw;
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const said = (trial: number) => [...columns.map((column) => column.text(trial)), trials.reason[trial] ?? ""].join(" ").toLowerCase();
  return trials.rung.map((_, trial) => trial).filter((trial) => {
    if ((kept && !kept[trial]) || (filter.rung >= 0 && trials.rung[trial] !== filter.rung) || (filter.state && trials.state[trial] !== filter.state)) return false;
    if (words.length === 0) return true;
    const text = said(trial);
    return words.every((word) => text.includes(word));
  });
}

function Filters({ filter, on_change, left }: { filter: Filter; on_change: (filter: Filter) => void; left: number }) {
  const { study, kept, set_brush } = useView();
  const value = (event: Event) => (event.target as HTMLInputElement | HTMLSelectElement).value;
  return (
    <div class="filters">
      <input type="search" placeholder="number, value or reason" aria-label="Find trials" value={filter.text}
             onInput={(event) => on_change({ ...filter, text: value(event) })} />
      <select aria-label="Rung" value={filter.rung} onChange={(event) => on_change({ ...filter, rung: Number(value(event)) })}>
        <option value={-1}>all {study.level}s</option>
        {study.labels.map((label, place) => <option value={place}>{label}</option>)}
      </select>
      <select aria-label="State" value={filter.state} onChange={(event) => on_change({ ...filter, state: value(event) })}>
        <option value="">all states</option>
        {[...new Set(study.raw.trials.state)].map((name) => <option value={name}>{name}</option>)}
      </select>
      {kept && <button type="button" onClick={() => set_brush(new Map())}>Clear the brush</button>}
      <span class="quiet-text" role="status" data-count={left}>{left === study.count ? count(left, "trial") : `${short(left)} of ${count(study.count, "trial")}`}</span>
    </div>
  );
}

export function TrialTable() {
  const { study, kept, selected, select, open_trial } = useView();
  const [order, set_order] = useState<{ column: string; down: boolean } | null>(null);
  const [filter, set_filter] = useState<Filter>({ text: "", rung: -1, state: "" });
  const [scroll, set_scroll] = useState({ top: 0, height: 480 });
  const frame = useRef<HTMLDivElement>(null);
  const columns = useMemo(() => columns_of(study), [study]);
  const rows = useMemo(() => {
    const all = filtered(study, columns, kept, filter);
    const column = columns.find(({ key }) => key === order?.column);
    return column ? sorted(all, column, order!.down) : all;
  }, [study, columns, kept, filter, order]);

  useEffect(() => {
    if (frame.current) frame.current.scrollTop = 0;
    set_scroll((now) => ({ ...now, top: 0 }));
  }, [filter, kept, order]);

  const from = Math.max(0, Math.floor(scroll.top / kRowHeight) - kRowsBeyond);
  const to = Math.min(rows.length, Math.ceil((scroll.top + scroll.height) / kRowHeight) + kRowsBeyond);
  const gap = (number: number) => number > 0 && <tr aria-hidden="true" style={{ height: `${number * kRowHeight}px` }}><td colSpan={columns.length + 1} /></tr>;
  const toggle = (trial: number) => select(selected.includes(trial) ? selected.filter((other) => other !== trial) : [...selected, trial].slice(-kMostSelected));
  const arrow = (column: Column) => (order?.column !== column.key ? "" : order.down ? " ↓" : " ↑");
  const next = (column: Column) => set_order(order?.column !== column.key ? { column: column.key, down: false } : order.down ? null : { column: column.key, down: true });

  return (
    <section class="figure trials" id="figure-trials">
      <header>
        <h3>All trials</h3>
        <div class="tools">
          <button type="button" class="quiet" aria-label="Save the trials as CSV" onClick={() => save(file_name(study.raw.name, "trials.csv"), "text/csv", csv({
            columns: [...columns.map(({ name, saved }) => saved ?? name), "reason"],
            rows: rows.map((trial) => [...columns.map((column) => (column.key === "rung" ? column.text(trial) : column.cell(trial))), study.raw.trials.reason[trial]]),
          }))}>CSV</button>
        </div>
      </header>
      <Filters filter={filter} on_change={set_filter} left={rows.length} />
      <div ref={frame} class="scroll rows" tabIndex={0} role="region" aria-label="Trials"
           onScroll={(event) => {
             const { scrollTop: top, clientHeight: height } = event.target as HTMLElement;
             set_scroll({ top, height });
           }}>
        <table aria-rowcount={rows.length + 1}>
          <thead>
            <tr>
              <th scope="col"><span class="hidden">open</span></th>
              {columns.map((column) => (
                <th scope="col" class={column.number ? "number" : ""} aria-sort={order?.column !== column.key ? undefined : order.down ? "descending" : "ascending"}>
                  <button type="button" onClick={() => next(column)} title={column.name}>{clip(column.name, 20)}{arrow(column)}</button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {gap(from)}
            {rows.slice(from, to).map((trial, place) => (
              <tr key={trial} aria-rowindex={from + place + 2} class={selected.includes(trial) ? "chosen" : ""} title={study.raw.trials.reason[trial]}>
                <td><input type="checkbox" checked={selected.includes(trial)} aria-label={`Compare trial ${trial}`} onChange={() => toggle(trial)} /></td>
                {columns.map((column) => (
                  <td class={column.number ? "number" : ""} title={String(column.cell(trial) ?? "")}>
                    {column.key === "trial" ? <button type="button" class="link" onClick={() => open_trial(trial)}>{trial}</button>
                      : column.key === "rung" ? <RungName study={study} rung={study.raw.trials.rung[trial]!} /> : clip(column.text(trial), 24)}
                  </td>
                ))}
              </tr>
            ))}
            {gap(rows.length - to)}
          </tbody>
        </table>
        {rows.length === 0 && <p class="note">No trial is left by these filters.</p>}
      </div>
    </section>
  );
}
