"""Tables of how good the points are, from the rows of bench/search.

Regret: (best so far - best known) / (median of random points - best known), never below 0.
"""

import math
import random
import statistics

BUDGETS = (50, 100, 200)
OURS = ("random", "quasi", "tpe", "smac", "gp", "auto")
FAMILIES = ("genetic", "differential", "cmaes", "swarm", "reinforce")
PEERS = ("optuna_tpe", "optuna_gp", "smac3")
EARLIER = ("optuna_3.1_random", "optuna_3.1_tpe", "optuna_3.1_tpe_mv", "optuna_3.1_cmaes", "hyperopt_0.3",
           "smac3_2.3")
TITLES = {"optuna_tpe": "Optuna 5.0", "optuna_gp": "Optuna 5.0, GP", "smac3": "SMAC3 2.4", "optuna_random": "Optuna 5.0, random",
          "optuna_3.1_random": "Optuna 3.1, random", "optuna_3.1_tpe": "tpe", "optuna_3.1_tpe_mv": "tpe, multivariate",
          "optuna_3.1_cmaes": "cmaes", "hyperopt_0.3": "hyperopt 0.3", "smac3_2.3": "SMAC3 2.3"}
PAIRS = (("auto", "optuna_tpe"), ("auto", "optuna_gp"), ("gp", "optuna_tpe"), ("tpe", "optuna_tpe"),
         ("tpe", "tpe:clip=100"), ("smac", "optuna_tpe"), ("smac", "smac3"), ("smac", "smac:startup_share=0.25"))
AGAINST_RANDOM = tuple((family, "random") for family in FAMILIES)
BUILT_IN = ("mixed10", "branin", "hartmann6", "rosenbrock5", "ackley5")
NAMES = ("search regret problems", "search ratio problems", "search earlier problems", "search regret functions",
         "search ratio functions", "search auto", "search left out", "search families", "search families ratio")
RESAMPLES = 4000


def title(sampler):
    return TITLES.get(sampler, sampler)


def origin(row):
    if "versions" in row:
        return ", ".join(f"{name} {version}" for name, version in row["versions"].items())
    return f"commit {row['commit']}" if "commit" in row else ""


def quotient(a, b):
    """Of regrets: two searches that found the best point are alike."""
    if b > 0:
        return a / b
    return math.inf if a > 0 else 1.0


class Regrets:
    """Normalised regrets of every search at the budgets, by problem and sampler."""

    def __init__(self, rows):
        self.scales = {row["problem"]: row for row in rows if "sampler" not in row}
        self.origins = {}  # by sampler
        cells = {}
        for row in rows:
            if "sampler" in row:
                cells[row["problem"], row["sampler"], row["seed"]] = row
                self.origins.setdefault(row["sampler"], set()).add(origin(row))
        self.found = {}
        for (problem, sampler, _), row in sorted(cells.items()):
            self.found.setdefault((problem, sampler), []).append(self.regrets(row))
        self.resampled = {}

    def regrets(self, row):
        """At each budget; None at those that the search did not reach."""
        scale = self.scales[row["problem"]]
        span = scale["random_median"] - scale["best"]
        at = []
        for budget in BUDGETS:
            losses = [loss for trial, loss in row["curve"] if trial <= budget]
            # Nothing but failures is as bad as the random point in the middle.
            regret = max(0.0, (losses[-1] - scale["best"]) / span) if losses else 1.0
            at.append(regret if row.get("evaluated", row["trials"]) >= budget else None)
        return at

    def problems(self):
        return [name for name in self.scales if any(problem == name for problem, _ in self.found)]

    def seeds(self, problem, sampler):
        return len(self.found.get((problem, sampler), []))

    def mean(self, problem, sampler, at):
        """Over the seeds; None where there is none, or one that ended before."""
        values = [found[at] for found in self.found.get((problem, sampler), [])]
        return None if not values or None in values else statistics.fmean(values)

    def means_drawn(self, problem, sampler, at):
        """Means over seeds that are drawn from those there are, again and again. A problem's draws are the same every
        time."""
        if (problem, sampler) not in self.resampled:
            rng = random.Random(f"{problem} {sampler}")
            found = self.found[problem, sampler]
            columns = list(zip(*found))
            drawn = [[] for _ in BUDGETS]
            for _ in range(RESAMPLES):
                chosen = rng.choices(range(len(found)), k=len(found))
                for column, means in zip(columns, drawn):
                    means.append(None if None in column else sum(map(column.__getitem__, chosen)) / len(found))
            self.resampled[problem, sampler] = drawn
        return self.resampled[problem, sampler][at]

    def ratio(self, a, b, problems, at):
        """Of the means over the problems, with the 5 % and 95 % quantiles; None where one of them is not known."""
        means = [(self.mean(problem, a, at), self.mean(problem, b, at)) for problem in problems]
        if any(None in pair for pair in means):
            return None
        drawn_a, drawn_b = ([sum(values) for values in zip(*(self.means_drawn(problem, sampler, at)
                                                             for problem in problems))] for sampler in (a, b))
        drawn = sorted(map(quotient, drawn_a, drawn_b))
        whole = quotient(sum(one for one, _ in means), sum(other for _, other in means))
        return whole, drawn[RESAMPLES // 20], drawn[-1 - RESAMPLES // 20]


def regret_text(value):
    if value is None:
        return "-"
    if value < 0.00005:
        return "0"
    digits = 2 if value >= 0.0995 else 3 if value >= 0.00995 else 4
    return f"{value:.{digits}f}".lstrip("0")


def at_budgets(text, values):
    return " / ".join("-" if value is None else text(value) for value in values)


def mean_or_none(values):
    return None if None in values or not values else statistics.fmean(values)


def ranks(values):
    """Places from 1; equal values share theirs. None stays None."""
    known = sorted(value for value in values if value is not None)
    return [None if value is None else known.index(value) + (known.count(value) + 1) / 2 for value in values]


def seeds_text(numbers):
    numbers = sorted(set(numbers))
    return f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"


def regret_table(regrets, samplers, problems, table):
    samplers = [sampler for sampler in samplers if any(regrets.seeds(problem, sampler) for problem in problems)]
    budgets = range(len(BUDGETS))
    means = {problem: [[regrets.mean(problem, sampler, at) for at in budgets] for sampler in samplers]
             for problem in problems}
    places = [[ranks([means[problem][i][at] for i in range(len(samplers))]) for problem in problems] for at in budgets]
    lines = [[problem] + [at_budgets(regret_text, found) for found in means[problem]] for problem in problems]
    mean_line, rank_line, seeds_line = ["**mean**"], ["**mean rank**"], ["seeds"]
    for i, sampler in enumerate(samplers):
        mean_line.append(at_budgets(regret_text, [mean_or_none([means[problem][i][at] for problem in problems])
                                                  for at in budgets]))
        rank_line.append(at_budgets("{:.1f}".format, [mean_or_none([place[i] for place in places[at]])
                                                      for at in budgets]))
        seeds_line.append(seeds_text(regrets.seeds(problem, sampler) for problem in problems
                                     if regrets.seeds(problem, sampler)))
    return table(["problem"] + [">" + title(sampler) for sampler in samplers],
                 lines + [mean_line, rank_line, seeds_line])


def ratio_text(found):
    return "{:.2f} ({:.2f} to {:.2f})".format(*found)


def ratio_table(regrets, pairs, problems, table):
    """All problems together, then each."""
    lines = []
    for a, b in pairs:
        rows = [[regrets.ratio(a, b, chosen, at) for at in range(len(BUDGETS))]
                for chosen in [problems] + [[problem] for problem in problems]]
        if not any(any(row) for row in rows):
            continue
        for name, row in zip(["**mean of all**"] + problems, rows):
            first = f"**{a} / {title(b)}**" if name == "**mean of all**" else ""
            lines.append([first, name] + ["-" if found is None else ratio_text(found) for found in row])
    return table(["", "problem"] + [f">{budget} trials" for budget in BUDGETS], lines)


def left_out_table(regrets, problems, table):
    """Of each problem: which of our samplers has the lowest mean regret over the other problems, and what it and `auto`
    come to on this one."""
    ours = [sampler for sampler in (*OURS, *FAMILIES) if all(regrets.seeds(problem, sampler) for problem in problems)]
    if "auto" not in ours:
        return "Not measured yet.\n"
    lines = []
    for problem in problems:
        others = [one for one in problems if one != problem]
        chosen = [min(ours, key=lambda s: statistics.fmean(regrets.mean(one, s, at) for one in others))
                  for at in range(len(BUDGETS))]
        lines.append([problem, " / ".join(chosen)] +
                     [at_budgets(regret_text, [regrets.mean(problem, who[at], at) for at in range(len(BUDGETS))])
                      for who in (chosen, ["auto"] * len(BUDGETS), ["optuna_tpe"] * len(BUDGETS))])
    return table(["problem", "best on the others", ">its regret", ">auto", ">Optuna 5.0"], lines)


def provenance(regrets, samplers):
    origins = sorted({one for sampler in samplers for one in regrets.origins.get(sampler, ()) if one})
    return "; ".join(origins) + ".\n"


def tables_of(rows, table):
    """What makes each table that these rows have something for, by name. `table`: as in tables.py."""
    regrets = Regrets(rows)
    extra = sorted({sampler for _, sampler in regrets.found} - {*OURS, *FAMILIES, *PEERS, *EARLIER})
    samplers = [*OURS, *extra, *PEERS]
    paired = {sampler for pair in PAIRS for sampler in pair}
    pairs = [*PAIRS, *((sampler, "optuna_tpe") for sampler in extra if sampler not in paired)]
    everywhere = regrets.problems()
    made = {}
    for name in ("problems", "functions"):
        problems = [one for one in everywhere if (one in BUILT_IN) == (name == "functions")]
        if not problems:
            continue
        made[f"search regret {name}"] = lambda problems=problems: (
            regret_table(regrets, samplers, problems, table) + "\n" + provenance(regrets, samplers))
        made[f"search ratio {name}"] = lambda problems=problems: ratio_table(regrets, pairs, problems, table)
        if any(problem in problems and sampler in EARLIER for problem, sampler in regrets.found):
            made[f"search earlier {name}"] = lambda problems=problems: regret_table(regrets, EARLIER, problems, table)
    if everywhere:
        made["search auto"] = lambda: ratio_table(regrets, PAIRS[:2], everywhere, table)
        made["search left out"] = lambda: left_out_table(regrets, everywhere, table)
        made["search families"] = lambda: (regret_table(regrets, ("random", *FAMILIES), everywhere, table) + "\n" +
                                           provenance(regrets, ("random", *FAMILIES)))
        made["search families ratio"] = lambda: ratio_table(regrets, AGAINST_RANDOM, everywhere, table)
    return made
