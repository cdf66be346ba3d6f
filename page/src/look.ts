// Colours, symbols and axes of all figures. The colours are those of Okabe and Ito, which colour-blind readers tell
// apart; rungs and groups have symbols too, so that nothing hangs on colour alone.

import { slot, ticks, type Axis } from "./axes";
import type { Option } from "./charts";
import { clip, escaped } from "./format";

export interface Look {
  dark: boolean;
  paper: string;
  ink: string;
  quiet: string; // secondary text
  line: string; // axes
  faint: string; // marks that a brush leaves out
  accent: string;
  ramp: string[]; // from little to much, on this paper
}

const kFont = "Helvetica Neue, Helvetica, Liberation Sans, Arial, sans-serif"; // without quotes, which would end the attributes of a saved SVG

export const kLight: Look = {
  dark: false, paper: "#ffffff", ink: "#1b1e22", quiet: "#5b636c", line: "#c3c8ce", faint: "#dcdfe3", accent: "#0072b2",
  ramp: ["#f1f5f8", "#c6dcea", "#8cbbd8", "#4a93bf", "#0d6aa3", "#063f66"],
};
export const kDark: Look = {
  dark: true, paper: "#15181b", ink: "#e6e8ea", quiet: "#a0a8b0", line: "#454c54", faint: "#343a41", accent: "#56b4e9",
  ramp: ["#1d242b", "#1f3c52", "#25597c", "#3580ac", "#56a9db", "#b4def8"],
};

const kLowerRungs = ["#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9"];
const kGroups = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a8a8a"];
const kSymbols = ["circle", "triangle", "rect", "diamond", "pin", "arrow"];
const kSigns = ["●", "▲", "■", "◆", "⬟", "▼"];

/// The top rung always has the accent and so looks the same in all studies.
export function rung_colour(look: Look, rung: number, top: number): string {
  if (rung === top) return look.accent;
  const colour = kLowerRungs[rung % kLowerRungs.length]!;
  return look.dark && colour === "#56b4e9" ? "#0072b2" : colour;
}

export function group_colour(look: Look, group: number): string {
  const colour = kGroups[group % kGroups.length]!;
  return look.dark && colour === "#0072b2" ? "#56b4e9" : look.dark && colour === "#56b4e9" ? "#3b8fd0" : colour;
}

export const rung_symbol = (rung: number): string => kSymbols[rung % kSymbols.length]!;
export const rung_sign = (rung: number): string => kSigns[rung % kSigns.length]!;

export function ramp_at(look: Look, share: number): string {
  return look.ramp[Math.min(Math.max(Math.round(share * (look.ramp.length - 1)), 0), look.ramp.length - 1)]!;
}

/// What all figures share: font, paper, tooltip.
export function base(look: Look): Option {
  return {
    animation: false,
    backgroundColor: look.paper,
    textStyle: { fontFamily: kFont, color: look.ink, fontSize: 12 },
    tooltip: {
      trigger: "item", confine: true, backgroundColor: look.paper, borderColor: look.line, borderWidth: 1, padding: [6, 10],
      textStyle: { color: look.ink, fontSize: 12, fontFamily: kFont }, extraCssText: "box-shadow:none;max-width:340px;white-space:normal",
    },
  };
}

export function legend(look: Look, names?: string[]): Option {
  return {
    type: "plain", left: 0, top: 0, itemWidth: 16, itemHeight: 9, itemGap: 16, icon: undefined,
    textStyle: { color: look.ink, fontSize: 12 }, inactiveColor: look.line, data: names,
    formatter: (name: string) => clip(name, 40),
  };
}

/// How high a legend of these names is, which breaks into lines where the figure is narrow.
export function legend_height(names: string[], width: number): number {
  let lines = 1, used = 0;
  for (const name of names) {
    const own = clip(name, 40).length * 6.6 + 38;
    if (used > 0 && used + own > width) [lines, used] = [lines + 1, 0];
    used += own;
  }
  return lines * 24;
}

const axis_style = (look: Look) => ({
  axisLine: { show: true, onZero: false, lineStyle: { color: look.line } },
  axisLabel: { color: look.quiet, fontSize: 11, hideOverlap: true },
  nameTextStyle: { color: look.quiet, fontSize: 12 },
  splitLine: { show: false },
  minorTick: { show: false },
});

export interface AxisPlace {
  name?: string; // with the unit
  most?: number; // ticks
  gap?: number; // between axis and name
  grid?: number;
  slot?: boolean; // whether there is room for what is missing
  lines?: boolean;
  labels?: boolean;
}

/// An axis in its own coordinates, with round values of the user's scale at its ticks.
export function value_axis(look: Look, axis: Axis, side: "x" | "y", place: AxisPlace = {}): Option {
  const style = axis_style(look);
  const own = ticks(axis, place.most ?? 6);
  const with_slot = place.slot === true && axis.missing !== null;
  const at = with_slot ? [slot(axis), ...own] : own;
  return {
    type: "value", gridIndex: place.grid ?? 0,
    min: with_slot ? slot(axis) - (axis.high - axis.low) * 0.04 : axis.low, max: axis.high,
    ...(place.name === undefined ? {} : side === "x"
      ? { name: place.name, nameLocation: "middle", nameGap: place.gap ?? 28 }
      : { name: place.name, nameLocation: "end", nameGap: 10 }),
    ...style,
    nameTextStyle: { ...style.nameTextStyle, ...(side === "y" ? { align: "left", padding: [0, 0, 0, -30] } : {}) },
    axisTick: { show: true, lineStyle: { color: look.line }, length: 4, customValues: at },
    axisLabel: {
      ...style.axisLabel, show: place.labels !== false, customValues: at,
      formatter: (value: number) => (with_slot && value < axis.low ? axis.missing! : axis.text(value)),
    },
    splitLine: { show: place.lines === true, lineStyle: { color: look.line, opacity: 0.4 } },
  };
}

/// An axis of names.
export function name_axis(look: Look, names: string[], place: AxisPlace & { length?: number } = {}): Option {
  const style = axis_style(look);
  return {
    type: "category", gridIndex: place.grid ?? 0, data: names, ...style, axisTick: { show: false },
    axisLabel: { ...style.axisLabel, show: place.labels !== false, hideOverlap: false, color: look.ink, interval: 0,
                 formatter: (name: string) => clip(name, place.length ?? 22) },
    ...(place.name === undefined ? {} : { name: place.name, nameLocation: "middle", nameGap: place.gap ?? 28 }),
  };
}

/// Small figures side by side: where each stands, and how high all are together.
export function panels(number: number, width: number, size: { least: number; height: number; top?: number; gap?: number; left?: number; most?: number }) {
  const left = size.left ?? 46, gap = size.gap ?? 62, top = size.top ?? 40;
  const columns = Math.max(1, Math.min(number, size.most ?? 4, Math.floor(width / size.least)));
  const each = Math.floor(width / columns);
  const places = Array.from({ length: number }, (_, place) => ({
    left: (place % columns) * each + left,
    top: top + 22 + Math.floor(place / columns) * (size.height + gap),
    width: Math.max(each - left - 18, 40),
    height: size.height,
  }));
  return { places, height: top + Math.ceil(number / columns) * (size.height + gap) };
}

export function panel_title(look: Look, text: string, place: { left: number; top: number; width: number }): Option {
  return {
    text, left: place.left, top: place.top - 24, padding: 0,
    textStyle: { color: look.ink, fontSize: 12, fontWeight: 600, fontFamily: kFont, width: place.width, overflow: "truncate" },
  };
}

/// A tooltip's text: a heading and lines of a name and a value.
export function tip(heading: string, lines: [string, string][]): string {
  return `<b>${escaped(clip(heading, 80))}</b>` + lines.map(([name, value]) =>
    `<br>${escaped(clip(name, 40))}&ensp;${escaped(clip(value, 200))}`).join("");
}
