// Snapshots for the tests, by the contract of docs/formats.md: searches that never ran, with losses from a formula.
// Usage: node snapshots.mjs NAME [TRIALS]   prints one of those below

import { deflateSync } from "node:zlib";

function random(seed) {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const number = (name, kind, low, high, more = {}) =>
  ({ name, kind, low, high, log: false, step: null, choices: null, active_when: [], ...more });
const choice = (name, kind, choices, more = {}) =>
  ({ name, kind, low: null, high: null, log: null, step: null, choices, active_when: [], ...more });

const kPictureSpace = [
  number("learning_rate", "float", 1e-4, 0.1, { log: true }),
  number("batch_size", "int", 16, 128, { log: true }),
  number("conv_layers", "int", 1, 5),
  number("filters_1", "int", 8, 64, { step: 8 }),
  choice("filter_size_1", "ordinal", [3, 5, 7]),
  number("filters_3", "int", 8, 64, { step: 8, active_when: ["conv_layers >= 3"] }),
  number("fc_layers", "int", 0, 2),
  choice("use_l2", "categorical", [false, true]),
  number("l2", "float", 1e-6, 1e-2, { log: true, active_when: ["use_l2 == true"] }),
];

function draw(parameter, uniform) {
  const u = uniform();
  if (parameter.choices) return parameter.choices[Math.floor(u * parameter.choices.length)];
  const { low, high, log, kind, step } = parameter;
  const value = log ? low * (high / low) ** u : low + u * (high - low);
  if (step) return low + Math.round((value - low) / step) * step;
  return kind === "int" ? Math.round(value) : value;
}

function active(parameter, point) {
  return parameter.active_when.every((text) => {
    const [name, sign, value] = text.split(" ");
    return sign === ">=" ? point[name] >= Number(value) : String(point[name]) === value;
  });
}

function draw_point(parameters, uniform) {
  const point = {};
  for (const parameter of parameters) point[parameter.name] = active(parameter, point) ? draw(parameter, uniform) : null;
  return point;
}

// Worse far from a good learning rate, better with more layers and filters; less of an error the larger the pictures.
function picture_loss(point, rung, uniform) {
  const rate = Math.log10(point.learning_rate ?? 0.01) + 2;
  const loss = 0.1 + 0.07 * (2 - rung) + 0.13 * rate * rate + 0.02 * (5 - (point.conv_layers ?? 3)) + (point.filters_1 ? 1.2 / point.filters_1 : 0.05);
  return Math.min(0.9, loss * (0.92 + 0.16 * uniform()));
}

function png(side, uniform) {
  const crc_table = Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; ++k) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n >>> 0;
  });
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    let crc = 0xffffffff;
    for (const byte of body) crc = crc_table[(crc ^ byte) & 255] ^ (crc >>> 8);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE((crc ^ 0xffffffff) >>> 0, 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const tilt = uniform() * 3;
  const rows = Buffer.concat(Array.from({ length: side }, (_, y) => Buffer.from([0, ...Array.from({ length: side }, (_, x) =>
    Math.round(127 + 90 * Math.sin((x * Math.cos(tilt) + y * Math.sin(tilt)) / 2.5) + 30 * uniform()))])));
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]).toString("base64");
}

function curve_to(loss, epochs, uniform) {
  return Array.from({ length: epochs }, (_, epoch) => loss + (0.9 - loss) * Math.exp(-epoch / 2.2) * (0.9 + 0.2 * uniform()));
}

const share = (value) => ({ share: value, std: 0.12 * value });

function importance_of(parameters, rung, trials, maximize) {
  const weights = parameters.map((_, place) => 0.6 / (1 + place) ** 1.6 + 0.01 * ((place + rung) % 3));
  const by_name = (make) => Object.fromEntries(parameters.map((parameter, place) => [parameter.name, make(parameter, place)]));
  const points = (parameter) => {
    if (parameter.choices) return parameter.choices;
    const count = parameter.kind === "int" ? Math.min(parameter.high - parameter.low + 1, 20) : 20;
    return Array.from({ length: count }, (_, at) => {
      const u = count > 1 ? at / (count - 1) : 0;
      const value = parameter.log ? parameter.low * (parameter.high / parameter.low) ** u : parameter.low + u * (parameter.high - parameter.low);
      return parameter.kind === "int" ? Math.round(value) : value;
    });
  };
  const level = (u, place) => (maximize ? 0.8 - 0.3 * (u - 0.6) ** 2 : 0.25 - 0.05 * rung + (0.5 / (1 + place)) * (u - 0.6) ** 2);
  const pairs = parameters.flatMap((a, i) => parameters.slice(i + 1).map((b, j) => ({ a: a.name, b: b.name, ...share(0.05 / (1 + i + j) ** 1.5) })));
  return {
    trials, failed: 2, covered: 0.93,
    main: by_name((_, place) => share(weights[place])), pairs, total: by_name((_, place) => share(weights[place] * 1.3)), conditions: {},
    best_values: by_name((parameter) => { const all = points(parameter); return all[Math.floor(all.length * 0.6)]; }),
    ped_anova: by_name((_, place) => weights[place] * 0.9), permutation: by_name((_, place) => weights[place] * 0.8),
    curves: by_name((parameter, place) => {
      const all = points(parameter);
      return all.map((value, at) => ({ value, weight: 1 / all.length, loss: level(at / Math.max(all.length - 1, 1), place), std: 0.015 }));
    }),
    surfaces: pairs.slice(0, 4).map(({ a, b }) => {
      const [of_a, of_b] = [a, b].map((name) => points(parameters.find((parameter) => parameter.name === name)));
      const grid = (make) => of_a.map((_, i) => of_b.map((_, j) => make(i / Math.max(of_a.length - 1, 1), j / Math.max(of_b.length - 1, 1))));
      return { a, b, values_a: of_a, values_b: of_b, loss: grid((u, v) => level(u, 0) + 0.3 * (v - u) ** 2), std: grid(() => 0.01) };
    }),
  };
}

function boxes_of(parameters, rung) {
  if (rung === 0) return [{ number: 0, reason: "the whole space", sides: {} }];
  const sides = {};
  for (const parameter of parameters.slice(0, 4)) {
    const place = (u) => (parameter.log ? parameter.low * (parameter.high / parameter.low) ** u : parameter.low + u * (parameter.high - parameter.low));
    sides[parameter.name] = parameter.choices ? parameter.choices.slice(0, Math.max(1, parameter.choices.length - rung)) : [place(0.2 * rung), place(1 - 0.15 * rung)];
  }
  return [{ number: rung, reason: `the best quarter of ${40 / rung} trials a size below lay there, with a margin of a tenth`, sides }];
}

/// A study with `trials` trials over the rungs, more at the lower ones, each rung after the other.
export function study({ name = "clothing10.32-128.ramp.random.0", trials = 400, seed = 0, sides = [32, 64, 128], parameters = kPictureSpace, fail = 0.02,
                        details = 5, importance = true, sampler = "random", schedule = sides.length > 1 ? "ramp" : "flat", maximize = false, extra = {} } = {}) {
  const uniform = random(seed + 17), top = sides.length - 1;
  const weights = sides.map((_, rung) => (top > 0 ? [0.6, 0.3, 0.1][rung + (3 - sides.length)] ?? 0.1 : 1)), sum = weights.reduce((a, b) => a + b, 0);
  const columns = { rung: [], parent: [], box: [], state: [], loss: [], seconds: [], cpu_seconds: [], begun: [], point: Object.fromEntries(parameters.map((p) => [p.name, []])), tag: {}, reason: {}, curve: {} };
  let now = 0;
  sides.forEach((side, rung) => {
    const below = columns.rung.flatMap((at, trial) => (at === rung - 1 && columns.loss[trial] !== null ? [trial] : []))
      .sort((a, b) => (maximize ? columns.loss[b] - columns.loss[a] : columns.loss[a] - columns.loss[b]));
    const count = rung === top ? trials - columns.rung.length : Math.round((weights[rung] / sum) * trials);
    for (let place = 0; place < count; ++place) {
      const trial = columns.rung.length, parent = place < count / 4 && below[place] !== undefined ? below[place] : null;
      const point = parent === null ? draw_point(parameters, uniform) : Object.fromEntries(parameters.map((p) => [p.name, columns.point[p.name][parent]]));
      const failed = uniform() < fail;
      const error = picture_loss(point, rung + 2 - top, uniform);
      const seconds = (side * side) / 400 * (0.5 + uniform());
      columns.rung.push(rung);
      columns.parent.push(parent);
      columns.box.push(parent === null ? rung : null);
      columns.state.push(failed ? "failed" : rung === top ? "complete" : "pruned");
      columns.loss.push(failed ? null : maximize ? 1 - error : error);
      columns.seconds.push(seconds);
      columns.cpu_seconds.push(seconds * 0.98);
      columns.begun.push(now);
      for (const p of parameters) columns.point[p.name].push(point[p.name]);
      if (failed) columns.reason[trial] = "the training diverged in epoch 2";
      if (parent !== null) columns.tag[trial] = { generation: rung };
      now += seconds / 2;
    }
  });
  const finished = columns.loss.flatMap((loss, trial) => (loss === null ? [] : [trial]));
  const order = [...finished].sort((a, b) => (maximize ? columns.loss[b] - columns.loss[a] : columns.loss[a] - columns.loss[b]));
  for (const trial of order.slice(0, 500)) columns.curve[trial] = curve_to(columns.loss[trial], 8, uniform);
  const best_trial = order.find((trial) => columns.rung[trial] === top) ?? order[0];
  const best = best_trial === undefined ? null
    : { trial: best_trial, trials: [best_trial], loss: columns.loss[best_trial], test_error: maximize ? null : columns.loss[best_trial] + 0.013, rung: columns.rung[best_trial] };
  const classes = ["dress", "hat", "longsleeve", "outwear", "pants", "shirt", "shoes", "shorts", "skirt", "t-shirt"];
  const shown = best ? [best.trial, ...order.filter((trial) => trial !== best.trial)].slice(0, details) : [];
  const total = columns.seconds.reduce((a, b) => a + b, 0);
  const of = (rung) => columns.rung.flatMap((at, trial) => (at === rung ? [trial] : []));
  return {
    name, storage: "sqlite:///out/study.db", seed, continues: false,
    objective: { name: "cnn", options: { data: "data/clothing10", channels: 1, fit: "crop", patience: 5, momentum: 0.9, share: 1, classes: 0, memory_mib: 384, backend: "native", fingerprint: "be7496812f212e28" } },
    sampler: { name: sampler, options: {} }, schedule: { name: schedule, options: {} }, budget: { trials },
    loss: { name: maximize ? "validation accuracy" : "validation error", share: true, maximize },
    elapsed_seconds: now, cpu_seconds: total * 0.98, parameters,
    rungs: sides.map((side, rung) => ({
      label: `${side} px`, fidelity: { image_side: side, epochs: 8 }, trials: of(rung).length, seconds: of(rung).reduce((a, trial) => a + columns.seconds[trial], 0),
      cpu_seconds: of(rung).reduce((a, trial) => a + columns.cpu_seconds[trial], 0),
      best_loss: columns.loss[order.find((trial) => columns.rung[trial] === rung)] ?? null, boxes: boxes_of(parameters, rung),
    })),
    trials: columns, best,
    saved: top > 0 && finished.length > 1 ? { seconds: total, top_seconds: trials * (sides[top] ** 2 / 400), measured: Math.round(trials * 0.1) } : null,
    importance: importance ? sides.map((_, rung) => (of(rung).length > 2 ? importance_of(parameters, rung, of(rung).length, maximize) : null)) : null,
    details: Object.fromEntries(shown.map((trial) => [trial, {
      curve: curve_to(columns.loss[trial], 8, uniform).map((loss, at) => ({ epoch: at + 1, loss, training_loss: loss * 2, validation_loss: loss * 2.3, learning_rate: 0.01, seconds: 3.1, images_per_second: 900 })),
      confusion: { classes, confusion: classes.map((_, row) => classes.map((_, column) => (row === column ? 40 + row : Math.floor(uniform() * 5)))) },
      mistakes: Array.from({ length: 12 }, (_, at) => ({ picture: `validation/${at}.jpg`, class: classes[at % 10], predicted: classes[(at + 3) % 10], probability: 0.99 - at * 0.03, side: 28, png: png(28, uniform) })),
    }])),
    ...extra,
  };
}

export function snapshot(...studies) {
  return { format: "crescendo snapshot", version: 1, written: "2026-11-26T20:00:00Z", program: "crescendo 0.1.0", studies };
}

const kProgramSpace = [
  number("rate", "float", 1e-5, 1, { log: true }), number("layers", "int", 1, 8), choice("kind", "categorical", ["plain", "</script><b>", null]),
];

/// The studies that pages stumble over, each by its name.
export const kOdd = {
  none: () => study({ trials: 0, importance: false, extra: { importance: [null, null, null] } }),
  one: () => study({ trials: 1, sides: [64], fail: 0, importance: false, details: 0, extra: { saved: null, importance: [null], details: {} } }),
  failed: () => study({ trials: 12, fail: 1, importance: false, details: 0 }),
  running: () => {
    const made = study({ trials: 30, importance: false });
    for (const trial of [28, 29]) {
      made.trials.state[trial] = "running";
      made.trials.loss[trial] = null;
      made.trials.seconds[trial] = 0;
      if (trial === 29) for (const values of Object.values(made.trials.point)) values[trial] = null;
    }
    if ([28, 29].includes(made.best?.trial)) made.best = null;
    return made;
  },
  names: () => study({ name: "</script><script>alert(1)</script> & 'a' \"very\" long name ".repeat(6), trials: 60, parameters: [
    number("</script><img src=x onerror=alert(1)>", "float", 1e-5, 1, { log: true }), number("a_parameter_with_a_name_that_nobody_would_like_to_read_".repeat(3), "int", 1, 1),
    choice("choices", "categorical", ["<b>", "${x}", "a choice that is quite a bit too long for any axis".repeat(2), "", null, true, 3]), number("constructor", "float", -5, 5)] }),
  program: () => study({ name: "program", trials: 80, sides: [3, 9, 27], parameters: kProgramSpace, maximize: true, details: 2, extra: {
    objective: { name: "command", options: { run: "./train --rate {rate} --layers '{layers}'" } }, loss: { name: "score", share: false, maximize: true } } }),
  wild: () => {
    const made = study({ name: "wild", trials: 60, parameters: kProgramSpace, extra: { loss: { name: "loss", share: false, maximize: false } } });
    made.trials.loss = made.trials.loss.map((loss, trial) => (loss === null ? null : trial % 9 === 0 ? 1e300 : trial % 10 === 0 ? -2.5 : loss * 1000));
    return made;
  },
  plain: () => study({ trials: 40, importance: false, details: 0, extra: { details: {}, saved: null } }),
};

export function several() {
  const studies = [];
  for (let seed = 0; seed < 3; ++seed) {
    studies.push(study({ name: `ramp.tpe.${seed}`, seed, trials: 120, sampler: "tpe" }));
    studies.push(study({ name: `ramp.random.${seed}`, seed: seed + 10, trials: 120 }));
    studies.push(study({ name: `flat.random.${seed}`, seed: seed + 20, trials: 24, sides: [128] }));
  }
  studies.push(study({ name: "signs.ramp.0", trials: 60, extra: { objective: { name: "cnn", options: { data: "data/signs" } } } }));
  return snapshot(...studies);
}

if (process.argv[1]?.endsWith("snapshots.mjs")) {
  const [name = "usual", trials = "400"] = process.argv.slice(2);
  const made = name === "usual" ? snapshot(study({ trials: Number(trials) })) : name === "several" ? several() : snapshot(kOdd[name]());
  process.stdout.write(JSON.stringify(made));
}
