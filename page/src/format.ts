// Numbers and names as people read them: three significant digits, percent for shares, times in words.

import type { Parameter, Value } from "./snapshot";

const kSpace = "\u00a0"; // unbreakable, between a number and its unit

/// `digits` significant digits; whole numbers below a million in full.
export function short(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return value.toLocaleString("en-US").replace("-", "−");
  const text = size >= 1e6 || size < 1e-4
    ? value.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e")
    : String(Number(value.toPrecision(digits)));
  return text.replaceAll("-", "−");
}

export function percent(share: number, digits = 3): string {
  return Math.abs(share) < 5e-5 ? `0${kSpace}%` : `${short(Number((share * 100).toPrecision(digits)), digits)}${kSpace}%`;
}

/// A share in a column: always as many decimals as its size warrants, so that rows can be compared.
export function percent_in_full(share: number): string {
  const value = Math.abs(share * 100);
  return `${(share * 100).toFixed(value >= 9.995 ? 1 : 2).replace("-", "−")}${kSpace}%`;
}

// Up to how many seconds a time is said in two units: the smaller one, its seconds, and how many make the larger.
const kUnits: { below: number; small: string; seconds: number; large: string; each: number }[] = [
  { below: 3600, small: "s", seconds: 1, large: "min", each: 60 },
  { below: 48 * 3600, small: "min", seconds: 60, large: "h", each: 60 },
  { below: Infinity, small: "h", seconds: 3600, large: "d", each: 24 },
];

export function seconds(value: number): string {
  if (!Number.isFinite(value)) return short(value);
  if (Number(value.toPrecision(3)) < 60) return `${short(value)}${kSpace}s`;
  // Rounded first and then split: 59.9 min are an hour, not 60 min.
  const rounded = (unit: { seconds: number }) => Math.round(value / unit.seconds);
  const unit = kUnits.find((other) => rounded(other) * other.seconds < other.below)!;
  const whole = rounded(unit), rest = whole % unit.each;
  return `${Math.floor(whole / unit.each)}${kSpace}${unit.large}${rest > 0 ? ` ${rest}${kSpace}${unit.small}` : ""}`;
}

/// The unit in which times up to `longest` seconds read well, and how many seconds it has.
export function time_unit(longest: number): { name: string; seconds: number } {
  if (longest < 180) return { name: "s", seconds: 1 };
  if (longest < 3 * 3600) return { name: "min", seconds: 60 };
  return longest < 72 * 3600 ? { name: "h", seconds: 3600 } : { name: "days", seconds: 86400 };
}

export function count(number: number, one: string, several = `${one}s`): string {
  return `${short(number)} ${number === 1 ? one : several}`;
}

export function clip(text: string, length = 28): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/// The folder that a path names.
export function last_part(path: unknown): string {
  return String(path).replace(/\/+$/, "").split("/").at(-1) || String(path);
}

export function value_text(parameter: Parameter | null, value: Value | undefined): string {
  if (value === undefined || (value === null && !parameter?.choices?.includes(null))) return "–";
  return typeof value === "number" ? short(value, 4) : String(value);
}

/// For tooltips, which are HTML: names come from studies and may hold anything.
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
