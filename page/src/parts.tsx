// Small controls that several sections use.

import { useEffect, useState } from "preact/hooks";
import { rung_colour, rung_sign, kDark, kLight } from "./look";
import { copy } from "./save";
import type { Study } from "./study";
import { useView } from "./view";

/// A choice of a few words, of which one holds.
export function Choice({ label, value, options, on_change }: {
  label: string; value: string; options: string[]; on_change: (value: string) => void;
}) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map((option) => (
        <button type="button" aria-pressed={option === value} onClick={() => on_change(option)}>{option}</button>
      ))}
    </div>
  );
}

/// A drop-down where the options are many or long.
export function Select({ label, value, options, on_change }: {
  label: string; value: number; options: string[]; on_change: (place: number) => void;
}) {
  return (
    <label class="select">
      <span>{label}</span>
      <select value={value} onChange={(event) => on_change(Number((event.target as HTMLSelectElement).value))}>
        {options.map((option, place) => <option value={place}>{option}</option>)}
      </select>
    </label>
  );
}

export function RungName({ study, rung }: { study: Study; rung: number }) {
  const { dark } = useView();
  return (
    <span class="rung">
      <span aria-hidden="true" style={{ color: rung_colour(dark ? kDark : kLight, rung, study.top) }}>{rung_sign(rung)}</span> {study.labels[rung]}
    </span>
  );
}

export function CopyButton({ text, children }: { text: () => string; children: string }) {
  const [said, set_said] = useState("");
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => set_said(""), 2000);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <button type="button" onClick={async () => set_said((await copy(text())) ? "Copied" : "The browser refused to copy")}>
      <span aria-live="polite">{said || children}</span>
    </button>
  );
}
