"""Tables of how good the points are, from the rows of bench/search.

Regret: (best so far - best known) / (median of random points - best known), never below 0.
"""

import random
import statistics

BUDGETS = (50, 100, 200)
TITLES = {"optuna_tpe": "Optuna 5.0", "smac3": "SMAC3 2.4", "optuna_random": "Optuna 5.0, random",
          "optuna_3.1_random": "Optuna 3.1, random", "optuna_3.1_tpe": "Optuna 3.1, tpe",
          "optuna_3.1_tpe_mv": "multivariate", "optuna_3.1_cmaes": "cmaes", "hyperopt_0.3": "hyperopt 0.3",
          "smac3_2.3": "SMAC3 2.3"}
OURS = ("random", "quasi", "tpe", "smac", "genetic")
PEERS = ("optuna_tpe", "smac3")
EARLIER = ("optuna_3.1_random", "optuna_3.1_tpe", "optuna_3.1_tpe_mv", "optuna_3.1_cmaes", "hyperopt_0.3",
           "smac3_2.3")
BUILT_IN = ("mixed10", "branin", "hartmann6", "rosenbrock5", "ackley5")
RESAMPLES = 4000


def title(sampler):
    return TITLES.get(sampler, sampler)


class Regrets:
    """Normalised regrets of every search at the budgets, by problem and sampler."""

    def __init__(self, rows):
        self.scales = {row["problem"]: row for row in rows if "sampler" not in row}
        self.origins = {}
        cells = {}
        for row in rows:
            if "sampler" in row:
                cells[row["problem"], row["sampler"], row["seed"]] = row
                self.origins.setdefault(row["sampler"], set()).add(origin(row))
        self.found = {}
        for (problem, sampler, _), row in sorted(cells.items()):
            at = self.regrets(row)
            if at is not None:
                self.found.setdefault((problem, sampler), []).append(at)
        self.resampled = {}

    def regrets(self, row):
        """At each budget; None at those that the search did not reach."""
        scale = self.scales[row["problem"]]
        span = scale["random_median"] - scale["best"]
        evaluated = row.get("evaluated", row["trials"])
        at = []
        for budget in BUDGETS:
            losses = [loss for trial, loss in row["curve"] if trial <= budget]
            # No trial that did not fail is as good as a random point.
            regret = max(0.0, (losses[-1] - scale["best"]) / span) if losses else 1.0
            at.append(regret if evaluated >= budget else None)
        return at

    def problems(self):
        return [name for name in self.scales if any(problem == name for problem, _ in self.found)]

    def seeds(self, problem, sampler):
        return len(self.found.get((problem, sampler), []))

    def mean(self, problem, sampler, budget):
        """Over the seeds; None where there is none, or one that ended before."""
        values = [at[budget] for at in self.found.get((problem, sampler), [])]
        return None if not values or None in values else statistics.fmean(values)

    def means(self, problem, sampler):
        """Of the seeds drawn again and again: [budget][resample]."""
        key = problem, sampler
        if key not in self.resampled:
            rng = random.Random(f"{problem} {sampler}")
            found = self.found[key]
            count = len(found)
            columns = [[at[budget] for at in found] for budget in range(len(BUDGETS))]
            drawn = [[], [], []]
            for _ in range(RESAMPLES):
                chosen = rng.choices(range(count), k=count)
                for column, means in zip(columns, drawn):
                    means.append(sum(map(column.__getitem__, chosen)) / count)
            self.resampled[key] = drawn
        return self.resampled[key]


def origin(row):
    if "versions" in row:
        return ", ".join(f"{name} {version}" for name, version in row["versions"].items())
    return f"commit {row['commit']}" if "commit" in row else row.get("source", "")


def regret_text(value):
    if value is None:
        return "-"
    if value >= 0.0995:
        return f"{value:.2f}".lstrip("0")
    return f"{value:.3f}".lstrip("0") if value >= 0.00995 else f"{value:.4f}".lstrip("0") if value >= 0.00005 else "0"


def ranks(values):
    """The mean of the places that equal values share; None stays none."""
    known = sorted(value for value in values if value is not None)
    return [None if value is None else known.index(value) + (known.count(value) + 1) / 2 for value in values]


def regret_table(regrets, samplers, problems, table):
    samplers = [sampler for sampler in samplers if any(regrets.seeds(problem, sampler) for problem in problems)]
    lines = []
    all_ranks = [{sampler: [] for sampler in samplers} for _ in BUDGETS]
    for problem in problems:
        means = [[regrets.mean(problem, sampler, at) for sampler in samplers] for at in range(len(BUDGETS))]
        lines.append([problem] + [" / ".join(regret_text(means[at][i]) for at in range(len(BUDGETS)))
                                  for i in range(len(samplers))])
        for at in range(len(BUDGETS)):
            for sampler, rank in zip(samplers, ranks(means[at])):
                if rank is not None:
                    all_ranks[at][sampler].append(rank)

    def over_problems(text, value):
        return " / ".join(text(value(at)) for at in range(len(BUDGETS)))

    def mean_of(sampler):
        def value(at):
            means = [regrets.mean(problem, sampler, at) for problem in problems]
            return None if None in means else statistics.fmean(means)
        return value

    def rank_of(sampler):
        return lambda at: statistics.fmean(all_ranks[at][sampler]) if all_ranks[at][sampler] else None

    lines.append(["**mean**"] + [over_problems(regret_text, mean_of(sampler)) for sampler in samplers])
    lines.append(["**mean rank**"] + [over_problems(lambda rank: "-" if rank is None else f"{rank:.1f}", rank_of(sampler))
                                      for sampler in samplers])
    counts = []
    for sampler in samplers:
        numbers = sorted({regrets.seeds(problem, sampler) for problem in problems} - {0})
        counts.append(" to ".join(str(number) for number in {numbers[0], numbers[-1]}))
    lines.append(["seeds"] + counts)
    return table(["problem"] + [">" + title(sampler) for sampler in samplers], lines)


def ratio(regrets, a, b, problems, at):
    """Of the means over the problems, with the 5 % and 95 % quantiles; None where one of them did not run."""
    pairs = [(regrets.mean(problem, a, at), regrets.mean(problem, b, at)) for problem in problems]
    if any(None in pair for pair in pairs):
        return None
    below = sum(other for _, other in pairs)
    if below <= 0:
        return None
    ours = [regrets.means(problem, a)[at] for problem in problems]
    theirs = [regrets.means(problem, b)[at] for problem in problems]
    drawn = sorted(sum(x) / sum(y) for x, y in zip(zip(*ours), zip(*theirs)) if sum(y) > 0)
    if len(drawn) < RESAMPLES:
        return None
    return sum(one for one, _ in pairs) / below, drawn[RESAMPLES // 20], drawn[-1 - RESAMPLES // 20]


def ratio_text(found):
    return "-" if found is None else f"{found[0]:.2f} ({found[1]:.2f} to {found[2]:.2f})"


def ratio_table(regrets, pairs, problems, table):
    """All problems together and one by one."""
    lines = []
    for a, b in pairs:
        name = f"{a} / {title(b)}"
        everywhere = [ratio(regrets, a, b, problems, at) for at in range(len(BUDGETS))]
        if not any(everywhere):
            continue
        lines.append([f"**{name}**", "**mean of all**"] + [ratio_text(one) for one in everywhere])
        for problem in problems:
            lines.append(["", problem] + [ratio_text(ratio(regrets, a, b, [problem], at))
                                          for at in range(len(BUDGETS))])
    return table(["", "problem"] + [f">{budget} trials" for budget in BUDGETS], lines)


def provenance(regrets, samplers):
    origins = sorted({f"{title(sampler)}: {one}" if "commit" not in one else f"ours: {one}"
                      for sampler in samplers for one in regrets.origins.get(sampler, ())})
    return "; ".join(origins) + ".\n"


PAIRS = (("tpe", "optuna_tpe"), ("smac", "smac3"), ("smac", "optuna_tpe"), ("genetic", "random"))


def tables_of(rows, table):
    """Every table of these rows, by name."""
    regrets = Regrets(rows)
    theirs = [name for name in regrets.problems() if name not in BUILT_IN]
    own = [name for name in regrets.problems() if name in BUILT_IN]
    extra = sorted({sampler for _, sampler in regrets.found} - {*OURS, *PEERS, *EARLIER})
    samplers = [*OURS, *extra, *PEERS]
    made = {}
    for name, problems in (("problems", theirs), ("functions", own)):
        if not problems:
            continue
        made[f"search regret {name}"] = lambda problems=problems: (
            regret_table(regrets, samplers, problems, table) + "\n" + provenance(regrets, samplers))
        made[f"search ratio {name}"] = lambda problems=problems: ratio_table(
            regrets, (*PAIRS, *((one, "optuna_tpe") for one in extra)), problems, table)
        if any(sampler in EARLIER for problem, sampler in regrets.found if problem in problems):
            made[f"search earlier {name}"] = lambda problems=problems: regret_table(regrets, EARLIER, problems, table)
    return made
