"""Tables of what a ladder is worth, from the rows of bench/fidelity.

A value is the best at the top rung by the time that a share of the budget was used; the sign is turned back, so that
higher is better.
"""

import statistics

KNOWN = ("lcbench/167168", "lcbench/189906")
FLAT = ("random", "tpe", "flat")
NAMES = ("fidelity known", "fidelity others", "fidelity rpart")


def ladder_values(row):
    return row["ladder"].partition("=")[2].split(",")


def best_at(row, share):
    """None while no trial at the top rung has ended."""
    limit = share * row["full"] * float(ladder_values(row)[-1])
    values = [-loss for used, loss in row["curve"] if used <= limit * (1 + 1e-9)]
    return values[-1] if values else None


def is_flat(row):
    return row["method"].partition("+")[0].partition(":")[0] in FLAT


def contest(row):
    """What is compared: a flat method climbs no ladder."""
    ladder = ladder_values(row)[-1] if is_flat(row) else ", ".join(ladder_values(row))
    return row["method"], ladder, row["continues"] or is_flat(row)


def cells_of(rows):
    """By contest and problem, the rows, a seed each."""
    cells = {}
    for row in rows:
        cells.setdefault(contest(row), {}).setdefault(row["problem"], {})[row["seed"]] = row
    return cells


def mean_text(rows, share, digits):
    values = [best_at(row, share) for row in rows]
    return "-" if None in values else f"{statistics.fmean(values):.{digits}f}"


def quartiles_text(rows, share, digits):
    values = [best_at(row, share) for row in rows]
    if None in values or len(values) < 2:
        return "-"
    lower, _, upper = statistics.quantiles(values, n=4, method="inclusive")
    return f"{lower:.{digits}f} to {upper:.{digits}f}"


def title(key):
    method, ladder, continues = key
    return [f"`{method}`", ladder + ("" if continues else ", begun anew")]


def order(key):
    method, ladder, continues = key
    return not continues, "," in ladder, ladder, method


def known_table(rows, table):
    cells = cells_of(row for row in rows if row["problem"] in KNOWN)
    header = ["method", "ladder"]
    for problem in KNOWN:
        header += [f">{problem}: half", ">all", ">quartiles"]
    lines = []
    for key in sorted(cells, key=order):
        line = title(key)
        for problem in KNOWN:
            seeds = list(cells[key].get(problem, {}).values())
            line += [mean_text(seeds, 0.5, 1), mean_text(seeds, 1, 1), quartiles_text(seeds, 1, 1)] if seeds else ["-"] * 3
        lines.append(line + [str(min(len(found) for found in cells[key].values()))])
    return table(header + [">seeds"], lines)


def others_table(rows, table, digits):
    """The mean of each problem, and of all; only of contests that took part in each."""
    problems = sorted({row["problem"] for row in rows})
    cells = cells_of(rows)
    lines = []
    for key in sorted(cells, key=order):
        if set(problems) != set(cells[key]):
            continue
        found = [list(cells[key][problem].values()) for problem in problems]
        values = [[best_at(row, 1) for row in seeds] for seeds in found]
        means = [statistics.fmean(each) for each in values if None not in each]
        whole = f"{statistics.fmean(means):.{digits}f}" if len(means) == len(problems) else "-"
        lines.append(title(key) + [mean_text(seeds, 1, digits) for seeds in found] +
                     [f"**{whole}**", str(min(map(len, found)))])
    return table(["method", "ladder"] + [f">{problem.partition('/')[2]}" for problem in problems] +
                 [">**mean**", ">seeds"], lines)


def provenance(rows):
    return f"\ncommit {', '.join(sorted({row['commit'] for row in rows}))}.\n"


def tables_of(rows, table):
    """What makes each table that these rows have something for, by name. `table`: as in tables.py."""
    known = [row for row in rows if row["problem"] in KNOWN]
    others = [row for row in rows if row["problem"].startswith("lcbench/") and row["problem"] not in KNOWN]
    rpart = [row for row in rows if row["problem"].startswith("rbv2_rpart/")]
    made = {}
    if known:
        made["fidelity known"] = lambda: known_table(known, table) + provenance(known)
    if others:
        made["fidelity others"] = lambda: others_table(others, table, 1) + provenance(others)
    if rpart:
        made["fidelity rpart"] = lambda: others_table(rpart, table, 4) + provenance(rpart)
    return made
