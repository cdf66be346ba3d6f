// What a reader takes along: figures as SVG, numbers as CSV, points as text.

import type { Value } from "./snapshot";

export type Cell = Value | undefined;
export interface Table {
  columns: string[];
  rows: Cell[][];
}

function cell_text(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/// RFC 4180, numbers in full precision, an empty cell where there is no value.
export function csv(table: Table): string {
  return [table.columns, ...table.rows].map((row) => row.map(cell_text).join(",")).join("\r\n") + "\r\n";
}

export function file_name(...parts: string[]): string {
  return parts.map((part) => part.replace(/[^A-Za-z0-9._+-]+/g, "-").replace(/^[-.]+/, "").slice(0, 60)).filter(Boolean).join(".");
}

export function save(name: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/// Pages from disk may lack the clipboard of secure pages; there a text field is copied from.
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
