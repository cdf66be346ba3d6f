// A point as what `crescendo train --point` reads, and the command that trains it.

import type { Value } from "./snapshot";
import { loss_text, point_of, type Study } from "./study";

// Options of the CNN that say where and on what it is trained; a point's file carries the others.
const kNotOfThePoint = ["data", "fingerprint", "share", "classes", "fold", "frames", "memory_mib", "backend"];

function quoted(text: string): string {
  const escapes: Record<string, string> = { '"': '\\"', "\\": "\\\\" };
  return `"${text.replace(/["\\\u0000-\u001f\u007f]/g, (sign) =>
    escapes[sign] ?? `\\u${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`)}"`;
}

const key = (name: string) => (/^[A-Za-z0-9_-]+$/.test(name) ? name : quoted(name));

function toml_value(value: Value): string {
  if (value === null) return "{ null = true }";
  return typeof value === "string" ? quoted(value) : String(value);
}

function toml_table(name: string, values: Record<string, unknown>): string {
  const lines = Object.entries(values)
    .filter(([, value]) => value === null || ["string", "number", "boolean"].includes(typeof value))
    .map(([field, value]) => `${key(field)} = ${toml_value(value as Value)}\n`);
  return `\n[${name}]\n${lines.join("")}`;
}

export function point_toml(study: Study, trial: number): string {
  const { raw } = study, loss = raw.trials.loss[trial];
  const point = point_of(study, trial);
  let text = `# Trial ${trial} of study '${raw.name.replace(/[\u0000-\u001f\u007f]/g, " ")}'`;
  if (loss != null) text += `, ${raw.loss.name.replace(/[\u0000-\u001f\u007f]/g, " ")} ${loss_text(raw, loss)}`;
  text += `\n${toml_table("fidelity", raw.rungs[raw.trials.rung[trial]!]!.fidelity)}`;
  if (raw.objective.name === "cnn") {
    const carried = Object.entries(raw.objective.options).filter(([name]) => !kNotOfThePoint.includes(name) && !Object.hasOwn(point, name));
    text += toml_table("training", Object.fromEntries(carried));
  }
  return text + toml_table("point", point);
}

const shell = (text: string) => (/^[A-Za-z0-9_./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/// The point's file, made from the store, and for pictures its training.
export function point_command(study: Study, trial: number): string {
  const { raw } = study, options = raw.objective.options;
  const file = `trial-${trial}.toml`;
  const made = `crescendo best --storage ${shell(raw.storage)} --study ${shell(raw.name)} --trial ${trial} > ${file}`;
  if (raw.objective.name !== "cnn") return made;
  const share = typeof options.share === "number" && options.share !== 1 ? ` --share ${options.share}` : "";
  const classes = typeof options.classes === "number" && options.classes > 0 ? ` --classes ${options.classes}` : "";
  return `${made} && crescendo train --point ${file} --data ${shell(String(options.data ?? "PICTURES"))}${share}${classes}`;
}
