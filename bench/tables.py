#!/usr/bin/env python3
"""Makes the documents' tables from the raw rows in bench/results.

    bench/tables.py            exit status 1, with the differences, where a document differs from the rows
    bench/tables.py --write    writes them anew
    bench/tables.py --search FILE...    prints the tables of rows of bench/search that stand elsewhere

A table stands between the lines <!-- table: NAME --> and <!-- end --> in README.md or docs/*.md. Of several runs in the
rows the latest complete one counts, network by network. --root FOLDER works on another tree.
"""

import argparse
import difflib
import itertools
import json
import math
import pathlib
import re
import statistics
import sys

import fidelity_tables
import search_tables
import size_tables

NETWORKS = ["s32", "m32", "s64", "l64", "m128", "l128", "fc64", "odd64"]
BLOCK = re.compile(r"(<!-- table: ([^\n]*?) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


class BadInput(Exception):
    pass


def read_rows(root, name):
    file = root / "bench" / "results" / f"{name}.jsonl"
    return read_file(file) if file.exists() else []


def read_file(file):
    rows = []
    for number, line in enumerate(file.read_text().splitlines(), 1):
        try:
            rows.append(json.loads(line))
        except ValueError as error:
            raise BadInput(f"{file}: line {number} is no JSON: {error}") from error
    return rows


def table(header, rows):
    """header: titles; one that begins with '>' is aligned to the right."""
    lines = ["| " + " | ".join(title.lstrip(">") for title in header) + " |"]
    lines.append("|" + "|".join("--:" if title.startswith(">") else "---" for title in header) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def rate(value):
    """Three digits are enough, and no rate of a thousand needs its decimals."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def times(value):
    return "-" if value is None else f"{value:.2f}"


def percent(value, digits=1):
    return f"{100 * value:.{digits}f} %"


def geometric_mean(values):
    values = [value for value in values if value is not None]
    return math.exp(statistics.fmean(map(math.log, values))) if values else None


def ratio(a, b):
    return a / b if a and b else None


# Training: bench/train.


class Contest:
    """The rows of one run on one network."""

    def __init__(self, rows):
        self.rows = {row["who"]: row for row in rows}

    def value(self, who, field="median"):
        """who: a contestant, or the tuned form of a product: the best of its tuned forms."""
        prefix = who + "_" if who.endswith("_tuned") else who
        forms = [row for name, row in self.rows.items() if name == who or prefix != who and name.startswith(prefix)]
        best = max(forms, key=lambda row: row["median"], default={})
        return best.get(field)

    def ratio(self, who, field="median"):
        return ratio(self.value("ours", field), self.value(who, field))


def contests(rows, mode, isa, needed):
    """The latest run of each network in which all of `needed` took part."""
    found = {}
    for network in NETWORKS:
        runs = {}
        for row in rows:
            if (row["mode"], row["isa"], row["network"]) == (mode, isa, network):
                runs.setdefault(row["date"], []).append(row)
        complete = [date for date, run in runs.items() if needed <= {row["who"] for row in run}]
        if complete:
            found[network] = Contest(runs[max(complete)])
    return found


def provenance(found):
    """What the numbers were measured with, all the runs' words."""
    rows = [row for contest in found.values() for row in contest.rows.values()]

    def all_of(values):
        return ", ".join(sorted(set(values)))

    peaks = [row["peak_gflops"] for row in rows]
    peak = f"{min(peaks):.0f}" if max(peaks) - min(peaks) < 1 else f"{min(peaks):.0f} to {max(peaks):.0f}"
    libraries = {f"{name} {version}" for row in rows for name, version in row["versions"].items()
                 if name not in ("compiler", "python")}
    return (f"{all_of(row['machine'] for row in rows)}, {all_of(row['isa'] for row in rows)}, peak of one core {peak} "
            f"GFLOP/s; {all_of(row['compiler'] for row in rows)}{''.join(', ' + one for one in sorted(libraries))}; "
            f"commit {all_of(row['commit'] for row in rows)}, {all_of(row['date'][:10] for row in rows)}.\n")


def not_measured(isa, command):
    return f"Not measured yet with {isa}: `{command}`.\n"


def command_of(mode, isa):
    option = "" if mode == "train" else f" --mode {mode}"
    return f"build/release/bench/train{option} --isa {isa} --rows bench/results/train.jsonl"


def rates_table(root, mode, isa):
    found = contests(read_rows(root, "train"), mode, isa, {"ours", "pytorch_default"})
    if not found:
        return not_measured(isa, command_of(mode, isa))
    rivals = [("pytorch_default", "PyTorch, default"), ("pytorch_tuned", "tuned"),
              ("debian_pytorch_default", "Debian's PyTorch, default"), ("debian_pytorch_tuned", "tuned"),
              ("onednn", "oneDNN")]
    rivals = [(who, title) for who, title in rivals if any(contest.value(who) for contest in found.values())]
    header = ["network", ">ours"]
    if mode != "trial":
        header.append(">of the peak")
    for _, title in rivals:
        header += [f">{title}", ">ours is"]
    lines = []
    for network, contest in found.items():
        line = [network, rate(contest.value("ours"))]
        if mode != "trial":
            line.append(percent(contest.value("ours", "fraction_of_peak"), 0))
        for who, _ in rivals:
            line += [rate(contest.value(who)), times(contest.ratio(who))]
        lines.append(line)
    means, by_best = ["**geometric mean**"] + [""] * (1 if mode == "trial" else 2), []
    for who, title in rivals:
        mean = geometric_mean(contest.ratio(who) for contest in found.values())
        means += ["", f"**{times(mean)}**"]
        by_best.append(times(geometric_mean(contest.ratio(who, "best") for contest in found.values())))
    text = table(header, lines + [means])
    text += f"\nBy the best windows instead of the medians the means are {', '.join(by_best)}. {provenance(found)}"
    if mode == "trial":
        imports = [row["import_seconds"] for contest in found.values() for who, row in contest.rows.items()
                   if who.startswith("pytorch_")]
        text += f"PyTorch's import, {statistics.median(imports):.1f} s of CPU time (median), is not counted.\n"
    return text


def memory_table(root, isa):
    found = contests(read_rows(root, "train"), "train", isa, {"ours", "pytorch_default"})
    if not found:
        return not_measured(isa, command_of("train", isa))
    rivals = [("pytorch_default", "PyTorch, default"), ("pytorch_tuned", "tuned"), ("onednn", "oneDNN")]
    lines = [[network] + [rate(contest.value(who, "memory_mib")) for who in ["ours"] + [who for who, _ in rivals]]
             for network, contest in found.items()]
    before = statistics.median(contest.value("pytorch_default", "before_mib") for contest in found.values())
    text = table(["network", ">ours, MiB"] + [f">{title}" for _, title in rivals], lines)
    return text + f"\nPyTorch's process holds {before:.0f} MiB before the network is made, which are not counted.\n"


def bf16_table(root):
    found = contests(read_rows(root, "train"), "train", "avx512", {"ours", "onednn", "onednn_bf16"})
    if not found:
        return not_measured("avx512", command_of("train", "avx512"))
    lines = []
    for network, contest in found.items():
        ours, fp32, bf16 = (contest.value(who) for who in ("ours", "onednn", "onednn_bf16"))
        lines.append([network, rate(ours), rate(fp32), rate(bf16), times(bf16 / fp32), times(bf16 / ours)])
    lines.append(["**geometric mean**", "", "", "",
                  times(geometric_mean(c.value("onednn_bf16") / c.value("onednn") for c in found.values())),
                  times(geometric_mean(c.value("onednn_bf16") / c.value("ours") for c in found.values()))])
    header = ["network", ">ours, fp32", ">oneDNN, fp32", ">oneDNN, bf16", ">bf16 / fp32", ">bf16 / ours"]
    return table(header, lines) + "\n" + provenance(found)


def pair_table(root, isa):
    found = contests(read_rows(root, "train"), "pair", isa, {"ours"})
    if not found:
        return not_measured(isa, command_of("pair", isa))
    lines = []
    for network, contest in found.items():
        row = contest.rows["ours"]
        alone = statistics.median(row["alone"])
        lines.append([network, rate(alone), rate(row["median"]), times(row["median"] / alone)])
    gains = [c.rows["ours"]["median"] / statistics.median(c.rows["ours"]["alone"]) for c in found.values()]
    lines.append(["**geometric mean**", "", "", f"**{times(geometric_mean(gains))}**"])
    return table(["network", ">one", ">two, together", ">gain"], lines) + "\n" + provenance(found)


def prototype_table(root):
    rows = read_rows(root, "prototype")
    lines = [[row["isa"], row["network"], rate(row["ours"]), rate(row["prototype"]),
              times(row["ours"] / row["prototype"])] for row in rows]
    origin = sorted({f"{row['machine']}, {row['compiler']}, commit {row['commit']}" for row in rows})
    header = ["instruction set", "network", ">ours, images/s", ">prototype", ">ratio"]
    return table(header, lines) + f"\n{'; '.join(origin)}.\n"


# Learning: bench/learning.


def final_error(curve, epochs):
    """A training that diverged has learned nothing."""
    return curve["errors"][-1] if len(curve["errors"]) == epochs else 1.0


def root_mean_square(values):
    return math.sqrt(statistics.fmean(value * value for value in values))


def learning_table(root):
    rows = read_rows(root, "learning")
    if not rows:
        return "Not measured yet: `build/release/bench/learning --rows bench/results/learning.jsonl DATA...`.\n"
    names = sorted({row["data"] for row in rows})
    lines = []
    for name in names + ([None] if len(names) > 1 else []):
        chosen = [row for row in rows if name in (row["data"], None)]
        ours = [[final_error(curve, row["epochs"]) for curve in row["ours"]] for row in chosen]
        theirs = [final_error(row["pytorch"], row["epochs"]) for row in chosen]
        differences = [seeds[0] - other for seeds, other in zip(ours, theirs)]
        standard_error = statistics.stdev(differences) / math.sqrt(len(differences)) if len(differences) > 1 else 0
        seeds_apart = math.sqrt(statistics.fmean(2 * statistics.variance(seeds) for seeds in ours))
        first_losses = [abs(row["ours"][0]["training_losses"][0] / row["pytorch"]["training_losses"][0] - 1)
                        for row in chosen if row["ours"][0]["training_losses"] and row["pytorch"]["training_losses"]]
        lines.append([name or "both", str(len(chosen)), percent(statistics.fmean(seeds[0] for seeds in ours)),
                      percent(statistics.fmean(theirs)),
                      f"{100 * statistics.fmean(differences):+.2f} ± {100 * standard_error:.2f}",
                      f"{100 * root_mean_square(differences):.2f}", f"{100 * seeds_apart:.2f}",
                      f"{statistics.median(first_losses):.0e}"])
    header = ["data set", ">points", ">ours, error", ">PyTorch, error", ">mean difference ± standard error, points",
              ">typical difference", ">of two of our seeds", ">first epoch's loss"]
    # Of the last line, which is all rows.
    within = sum(abs(difference) <= max(seeds) - min(seeds) for difference, seeds in zip(differences, ours))
    pairs = [abs(a - b) for seeds in ours for a, b in itertools.combinations(seeds, 2)]
    epochs = ", ".join(sorted({str(row["epochs"]) for row in rows}))
    versions = ", ".join(sorted({f"torch {row['versions']['torch']}" for row in rows}))
    commits = ", ".join(sorted({row["commit"] for row in rows}))
    machines = ", ".join(sorted({f"{row['machine']}, {row['isa']}" for row in rows}))
    return table(header, lines) + (
        f"\nIn {within} of {len(rows)} points PyTorch's error is no further from ours than our own seeds' lie apart. "
        f"The median difference is {100 * statistics.median(map(abs, differences)):.2f} points, of two of our seeds "
        f"{100 * statistics.median(pairs):.2f}. {epochs} epochs; {versions}; {machines}; commit {commits}.\n")


# A search against random points: bench/first_search.sh.


def split_first_search(root):
    rows = read_rows(root, "first_search")
    return next(row for row in rows if "study" in row), [row["result"] for row in rows if "random_point" in row]


def minutes(seconds):
    return f"{int(seconds) // 60} min {int(seconds + 0.5) % 60} s"


def test_errors(random_points):
    """In the order of validation error, those that failed last, as 1."""
    finished = [point for point in random_points if "failed" not in point]
    finished.sort(key=lambda point: point["validation_error"]["mean"])
    return [point["test_error"]["mean"] for point in finished] + [1.0] * (len(random_points) - len(finished))


def first_search_table(root):
    search, _ = split_first_search(root)
    lines = [[f"{rung['image_side']} px", str(rung["trials"]), f"{rung['seconds']:.1f}", percent(rung["best_loss"])]
             for rung in search["rungs"]]
    text = table([f"search, {search['trials']} trials", ">trials", ">trial seconds", ">best validation error"], lines)
    best = search["best"]
    return text + (f"\n{minutes(search['seconds'])} in all. Best point, mean of its executions: validation "
                   f"{percent(best['loss'])}, test **{percent(best['test_error'])}**.\n")


def listed(errors):
    """'37.1, 38.7, 86.0 (4 times), one that failed (100)'."""
    counts = {}
    for error in errors:
        counts.setdefault(f"{100 * error:.1f}", []).append(error)
    words = []
    for text, same in counts.items():
        if text == "100.0":
            words.append(f"{len(same)} that diverged (100)")
        else:
            words.append(text if len(same) == 1 else f"{text} ({len(same)} times)")
    return ", ".join(words)


def first_search_random_table(root):
    _, random_points = split_first_search(root)
    errors = test_errors(random_points)
    sides = f"{len(errors)} random points at 128 px"
    return table([sides, "test error, %"], [["each, in the order of validation error", listed(errors)],
                                            ["median", f"{100 * statistics.median(errors):.1f}"]])


def first_search_summary(root):
    search, random_points = split_first_search(root)
    errors = sorted(test_errors(random_points))
    return table(["", ">test error", ""], [
        ["the best point of the search", f"**{percent(search['best']['test_error'])}**",
         f"mean of its executions; the whole search took {minutes(search['seconds'])}"],
        [f"{len(errors)} random points at 128 px, median", percent(statistics.median(errors)), listed(errors)]])


def seconds(value):
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def reading_table(root):
    words = {"first": "first: every picture decoded", "second": "second: from the cache"}
    return table(["start", ">seconds"], [[words[row["start"]], seconds(row["seconds"])]
                                         for row in read_rows(root, "reading")])


# Samplers: bench/micro_samplers.


PARTS = {
    "tpe_100": ("a proposal of tpe, 100 trials", "ms"),
    "tpe_1000": ("a proposal of tpe, 1,000 trials", "ms"),
    "tpe_10000": ("a proposal of tpe, 10,000 trials", "ms"),
    "smac_1000": ("a proposal of smac, 1,000 trials", "ms"),
    "gp_300": ("a proposal of gp, 300 trials", "ms"),
    "differential_1000": ("a proposal of differential, 1,000 trials", "ms"),
    "cmaes_1000": ("a proposal of cmaes, 1,000 trials", "ms"),
    "swarm_1000": ("a proposal of swarm, 1,000 trials", "ms"),
    "reinforce_1000": ("a proposal of reinforce, 1,000 trials", "ms"),
    "loop_1000": ("a search by tpe, 1,000 trials", "s"),
    "loop_10000": ("a search by tpe, 10,000 trials", "s"),
}
SEARCHERS = {"rustuna": "rustuna", "optuna": "Optuna", "smac": "SMAC3"}


def digits(value):
    """Three of them."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.{1 if value >= 10 else 2 if value >= 1 else 3}f}"


def samplers_table(root):
    latest = {}  # of each part, the rows of the last run
    for row in read_rows(root, "samplers"):
        run = latest.setdefault(row["part"], {})
        if run and next(iter(run.values()))["date"] < row["date"]:
            run.clear()
        run[row["who"].removesuffix("_gp")] = row  # beside ours, whatever they have for it
    if not latest:
        return "Not measured yet: `build/release/bench/micro_samplers --rows bench/results/samplers.jsonl`.\n"
    lines = []
    for part, (title, unit) in PARTS.items():
        run = latest.get(part)
        if not run:
            continue
        line = [title, f"{digits(run['ours']['median'] * (1000 if unit == 'ms' else 1))} {unit}"]
        for who in SEARCHERS:
            if who in run:
                times_ours = run[who]["median"] / run["ours"]["median"]
                line += [f"{digits(run[who]['median'] * (1000 if unit == 'ms' else 1))} {unit}", digits(times_ours)]
            else:
                line += ["-", "-"]
        lines.append(line)
    header = ["CPU time of", ">ours"]
    for title in SEARCHERS.values():
        header += [f">{title}", ">times ours"]
    rows = [row for run in latest.values() for row in run.values()]
    versions = {f"{name} {version}" for row in rows for name, version in row["versions"].items()}

    def all_of(field):
        return ", ".join(sorted({row[field][:10] if field == "date" else row[field] for row in rows}))

    return table(header, lines) + (f"\n{all_of('machine')}; {all_of('compiler')}, {', '.join(sorted(versions))}; commit "
                                   f"{all_of('commit')}, {all_of('date')}.\n")


# How good the points are: bench/search.


def search_table(root, name):
    rows = read_rows(root, "search")
    made = search_tables.tables_of(rows, table)
    if name not in made:
        return "Not measured yet: `build/release/bench/search`.\n"
    return made[name]()


def print_search_tables(files):
    rows = [row for file in files for row in read_file(file)]
    for name, make in search_tables.tables_of(rows, table).items():
        print(f"{name}\n\n{make()}")


# What a ladder is worth: bench/fidelity.


def fidelity_table(root, name):
    made = fidelity_tables.tables_of(read_rows(root, "fidelity"), table)
    if name not in made:
        return "Not measured yet: `build/release/bench/fidelity`.\n"
    return made[name]()


# Schedules at scale: bench/scale.


def scale_table(root):
    rows = read_rows(root, "scale")
    if not rows:
        return "Not measured yet: `build/release/bench/scale --rows bench/results/scale.jsonl`.\n"
    latest = {(row["schedule"], row["trials"]): row for row in rows}
    lines = [[schedule, f"{trials:,}", f"{row['step_us']:.2f}", f"{row['history_us']:.2f}", f"{row['whole_us']:.2f}",
              percent(row["idle"], 2)] for (schedule, trials), row in sorted(latest.items())]
    header = ["schedule", ">trials", ">a step, µs", ">keeping the history, µs", ">all, µs of CPU time", ">workers idle"]
    origin = sorted({f"{row['machine']}, {row['compiler']}, commit {row['commit']}, {row['date'][:10]}"
                     for row in latest.values()})
    workers = sorted({f"{row['trials_in_all']:,} trials, {row['workers']:,} workers" for row in latest.values()})
    return table(header, lines) + f"\n{'; '.join(workers)}. {'; '.join(origin)}.\n"


# What matters: bench/importance.

ANALYSTS = {"crescendo": "ours", "optuna_fast_fanova": "optuna-fast-fanova", "fanova": "automl/fanova",
            "optuna": "Optuna"}
IMPORTANCE_PARTS = {"main_1000": "main effects, 1,000 trials", "main_10000": "main effects, 10,000 trials",
                    "pairs_1000": "all 45 pairs too, 1,000 trials"}


def importance_origin(rows):
    def all_of(field):
        return ", ".join(sorted({row[field][:10] if field == "date" else row[field] for row in rows}))

    versions = sorted({f"{name} {version}" for row in rows for name, version in row["versions"].items()})
    made = ", ".join([all_of("compiler"), *versions])
    return f"\n{all_of('machine')}; {made}; commit {all_of('commit')}, {all_of('date')}.\n"


def importance_rows(root, key, parts):
    """The latest rows of these parts, by `key` and who was asked."""
    rows = [row for row in read_rows(root, "importance") if row["part"] in parts]
    return {(row[key], row["who"]): row for row in rows}


def importance_errors_table(root):
    latest = importance_rows(root, "problem", ["error"])
    if not latest:
        return "Not measured yet: `build/release/bench/importance --rows bench/results/importance.jsonl`.\n"
    who = [name for name in ANALYSTS if any(analyst == name for _, analyst in latest)]
    lines = []
    for problem in dict.fromkeys(problem for problem, _ in latest):
        line = [problem]
        for name in who:
            row = latest.get((problem, name))
            line += [f"{row['worst']:.4f}", f"{row['sum']:.3f}"] if row else ["-", "-"]
        pair = latest[problem, "crescendo"]["worst_pair"]
        lines.append([*line, "-" if pair is None else f"{pair:.4f}"])
    header = ["function"]
    for name in who:
        header += [f">{ANALYSTS[name]}, largest", ">sum"]
    return table([*header, ">ours, largest of a pair"], lines) + importance_origin(latest.values())


def importance_variants_table(root):
    latest = importance_rows(root, "problem", ["variants"])
    if not latest:
        return "Not measured yet: `build/release/bench/importance --parts variants`.\n"
    problems = list(dict.fromkeys(problem for problem, _ in latest))
    lines = [[who, *(f"{latest[problem, who]['worst']:.4f}" for problem in problems)]
             for who in dict.fromkeys(who for _, who in latest)]
    return table(["model", *(f">{problem}" for problem in problems)], lines) + importance_origin(latest.values())


def importance_times_table(root):
    latest = importance_rows(root, "part", IMPORTANCE_PARTS)
    if not latest:
        return "Not measured yet: `build/release/bench/importance --rows bench/results/importance.jsonl`.\n"
    who = [name for name in ANALYSTS if name != "crescendo" and any(analyst == name for _, analyst in latest)]
    lines = []
    for part, title in IMPORTANCE_PARTS.items():
        if (part, "crescendo") not in latest:
            continue
        ours = latest[part, "crescendo"]["cpu_seconds"]
        line = [title, f"{ours:.3f} s"]
        for name in who:
            row = latest.get((part, name))
            line += [f"{row['cpu_seconds']:.2f} s", f"{row['cpu_seconds'] / ours:.1f}"] if row else ["-", "-"]
        lines.append(line)
    header = ["CPU time of", ">ours"]
    for name in who:
        header += [f">{ANALYSTS[name]}", ">times ours"]
    return table(header, lines) + importance_origin(latest.values())


# What sizes do: bench/agreement and bench/iis.toml.


def agreement_table(root):
    rows = read_rows(root, "agreement")
    if not rows:
        return "Not measured yet: `build/release/bench/agreement`.\n"
    return size_tables.agreement_table(rows, table, percent)


def iis_methods_table(root):
    rows = read_rows(root, "iis")
    return size_tables.methods_table(rows, table, percent) if rows else "Not measured yet.\n"


def iis_table(root, schedule):
    rows = read_rows(root, "iis")
    if not rows:
        return "Not measured yet: `crescendo experiment bench/iis.toml`.\n"
    made = size_tables.iis_table(rows, schedule, table, percent, minutes)
    return f"{made}\n{size_tables.iis_summary(rows, schedule, percent)}"


def all_tables():
    made = {
        "agreement": agreement_table,
        "bf16": bf16_table,
        "first_search": first_search_table,
        "first_search_random": first_search_random_table,
        "first_search_summary": first_search_summary,
        "importance_errors": importance_errors_table,
        "importance_times": importance_times_table,
        "importance_variants": importance_variants_table,
        "learning": learning_table,
        "prototype": prototype_table,
        "reading": reading_table,
        "samplers": samplers_table,
        "scale": scale_table,
    }
    for isa in ("avx2", "avx512"):
        made[f"training {isa}"] = lambda root, isa=isa: rates_table(root, "train", isa)
        made[f"evaluation {isa}"] = lambda root, isa=isa: rates_table(root, "evaluate", isa)
        made[f"trial {isa}"] = lambda root, isa=isa: rates_table(root, "trial", isa)
        made[f"pair {isa}"] = lambda root, isa=isa: pair_table(root, isa)
        made[f"memory {isa}"] = lambda root, isa=isa: memory_table(root, isa)
    made["iis methods"] = iis_methods_table
    for schedule in ("ramp",):
        made[f"iis {schedule}"] = lambda root, schedule=schedule: iis_table(root, schedule)
    for name in fidelity_tables.NAMES:
        made[name] = lambda root, name=name: fidelity_table(root, name)
    for name in search_tables.NAMES:
        made[name] = lambda root, name=name: search_table(root, name)
    return made


def with_tables(root, document):
    """The document's text with every table made anew."""
    made = all_tables()
    text = document.read_text()
    if text.count("<!-- table:") != len(BLOCK.findall(text)):
        raise BadInput(f"{document}: a table's first line <!-- table: NAME --> has no <!-- end --> behind it")

    def fill(match):
        name = match.group(2)
        if name not in made:
            raise BadInput(f"{document}: no table called '{name}'; there are: {', '.join(sorted(made))}")
        return f"{match.group(1)}{made[name](root)}{match.group(4)}"

    return text, BLOCK.sub(fill, text)


def main():
    parser = argparse.ArgumentParser(description="Makes the documents' tables from the raw rows in bench/results.")
    parser.add_argument("--write", action="store_true", help="write the documents; else only say what differs")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--search", type=pathlib.Path, nargs="+", metavar="FILE",
                        help="print the tables of these rows of bench/search; nothing else")
    choice = parser.parse_args()
    if choice.search:
        print_search_tables(choice.search)
        return 0
    documents = [choice.root / "README.md", *sorted((choice.root / "docs").rglob("*.md"))]
    differs = False
    for document in documents:
        old, new = with_tables(choice.root, document)
        if old == new:
            continue
        differs = True
        if choice.write:
            document.write_text(new)
        else:
            name = str(document.relative_to(choice.root))
            lines = difflib.unified_diff(old.splitlines(True), new.splitlines(True), name, "the raw rows")
            sys.stdout.writelines(lines)
    if differs and not choice.write:
        print("tables.py: documents differ from the raw rows; bench/tables.py --write makes their tables anew")
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BadInput as error:
        print(f"tables.py: {error}", file=sys.stderr)
        sys.exit(2)
