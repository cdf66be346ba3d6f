"""Tables of what pictures' sizes do, from the rows of bench/agreement and of the experiment bench/iis.toml."""

import math
import random
import statistics

FAILS = 0.95  # of the constant answer's error: a training that ends above it has not learned
RESAMPLES = 4000


def kendall_tau(a, b):
    """tau-b of two lists of numbers."""
    concordant = discordant = ties_a = ties_b = 0
    for i in range(len(a)):
        for j in range(i):
            x, y = a[i] - a[j], b[i] - b[j]
            if x == 0 or y == 0:
                ties_a += x == 0 and y != 0
                ties_b += y == 0 and x != 0
            elif (x > 0) == (y > 0):
                concordant += 1
            else:
                discordant += 1
    pairs = concordant + discordant
    whole = math.sqrt((pairs + ties_a) * (pairs + ties_b))
    return (concordant - discordant) / whole if whole else float("nan")


def two_digits(value):
    return "-" if math.isnan(value) else f"{value:.2f}"


def origins(rows):
    """Where the rows come from, one sentence."""
    return "; ".join(sorted({f"{row['machine']}, {row['compiler']}, {row['isa']}" for row in rows})) + ", commits " + \
        ", ".join(sorted({row["commit"] for row in rows})) + "."


class Agreement:
    """The trainings of one data set under one variant."""

    def __init__(self, rows):
        self.rows = rows
        self.sides = sorted({row["side_px"] for row in rows})
        self.seeds = sorted({row["seed"] for row in rows})
        self.points = sorted({row["point"] for row in rows})
        self.error = {(row["side_px"], row["seed"], row["point"]): row["error"] for row in rows}
        self.constant = rows[0]["constant_error"]

    def whole(self):
        return len(self.error) == len(self.sides) * len(self.seeds) * len(self.points)

    def mean(self, side, point):
        return statistics.fmean(self.error[side, seed, point] for seed in self.seeds)

    def failed(self, side):
        """Share of the trainings that do not learn."""
        errors = [self.error[side, seed, point] for seed in self.seeds for point in self.points]
        return statistics.fmean(error > FAILS * self.constant for error in errors)

    def median(self, side):
        return statistics.median(self.mean(side, point) for point in self.points)

    def best(self, side):
        return min(self.mean(side, point) for point in self.points)

    def tau(self, low, high):
        """Of one seed below and another above, as a search meets them; mean over the pairs of seeds."""
        taus = [kendall_tau([self.error[low, a, p] for p in self.points], [self.error[high, b, p] for p in self.points])
                for a in self.seeds for b in self.seeds if low != high or a < b]
        return statistics.fmean(taus) if taus else float("nan")

    def loss_of_quarter(self, low, high):
        """How much worse than the best at `high` is the best of the quarter that is best at `low`, by one seed."""
        count = math.ceil(len(self.points) / 4)
        gaps = []
        for seed in self.seeds:
            kept = sorted(self.points, key=lambda p: self.error[low, seed, p])[:count]
            gaps.append(min(self.mean(high, p) for p in kept) - self.best(high))
        return statistics.fmean(gaps)


def agreements(rows):
    groups = {}
    for row in rows:
        groups.setdefault((row["data"], row["variant"], row["epochs"]), []).append(row)
    return {key: Agreement(group) for key, group in groups.items() if Agreement(group).whole()}


def agreement_table(rows, table, percent):
    found = agreements(rows)
    header = ["pictures", "training", ">seeds", ">fail to learn", ">best error", ">median error"]
    sides = next(iter(found.values())).sides if found else []
    top = sides[-1] if sides else 0
    header += [f">tau {low} → {top}" for low in sides] + [f">lost, quarter at {low}" for low in sides[:-1]]
    lines = []
    for (data, variant, _), one in sorted(found.items()):
        lines.append([data, f"`{variant}`", str(len(one.seeds)), " / ".join(percent(one.failed(s), 0) for s in sides),
                      " / ".join(percent(one.best(s)) for s in sides), " / ".join(percent(one.median(s)) for s in sides)]
                     + [two_digits(one.tau(low, top)) for low in sides]
                     + [percent(one.loss_of_quarter(low, top)) for low in sides[:-1]])
    return table(header, lines) + f"\n{origins(rows)}\n"


class Cells:
    """The rows of an experiment, by objective, ladder, sampler and seed, then schedule."""

    def __init__(self, rows):
        self.cells = {}
        for row in rows:
            key = row["objective"], row["ladder"], row["sampler"], row["seed"]
            self.cells.setdefault(key, {})[row["schedule"]] = row

    def pairs(self, flat, other):
        """{(objective, ladder, sampler): [(flat's row, the other's)]} of those that have both."""
        found = {}
        for (objective, ladder, sampler, _), methods in sorted(self.cells.items()):
            if flat in methods and other in methods:
                found.setdefault((objective, ladder, sampler), []).append((methods[flat], methods[other]))
        return found


def test_error(row):
    return statistics.fmean(row["test_errors"])


def time_to(row, loss, column):
    """Seconds (column 0) or CPU seconds (1) until a loss no higher was reached at the top size; infinite: never."""
    return next((step[column] for step in row["curve"] if step[3] <= loss), math.inf)


def mean(pairs, value):
    return statistics.fmean(value(*pair) for pair in pairs)


def iis_table(rows, other, table, percent, minutes):
    lines = []
    pairs = Cells(rows).pairs("flat", other)
    for (objective, ladder, sampler), found in pairs.items():
        reached = [time_to(b, a["curve"][-1][3], 1) / a["cpu_seconds"] for a, b in found]
        lines.append([objective, ladder, sampler, str(len(found)), minutes(mean(found, lambda a, b: a["cpu_seconds"])),
                      percent(sum(b["cpu_seconds"] for _, b in found) / sum(a["cpu_seconds"] for a, _ in found), 0),
                      percent(mean(found, lambda a, b: a["loss"])), percent(mean(found, lambda a, b: b["loss"])),
                      percent(mean(found, lambda a, b: test_error(a))), percent(mean(found, lambda a, b: test_error(b))),
                      " ".join("-" if math.isinf(share) else percent(share, 0) for share in reached)])
    return table(["pictures", "sizes", "sampler", ">seeds", ">flat, CPU", f">{other}, of that", ">flat validation",
                  f">{other} validation", ">flat test", f">{other} test", ">reaches flat's after, of flat's time"], lines)


def methods_table(rows, table, percent):
    """What has no flat search by its own sampler, against flat with random points on the same pictures and seed."""
    cells = Cells(rows).cells
    flat = {(objective, ladder, seed): methods["flat"] for (objective, ladder, sampler, seed), methods in cells.items()
            if sampler == "random" and "flat" in methods}
    found = {}
    for (objective, ladder, sampler, seed), methods in sorted(cells.items()):
        for schedule, row in methods.items():
            if "flat" not in methods and (objective, ladder, seed) in flat:
                found.setdefault((objective, ladder, schedule, sampler), []).append((flat[objective, ladder, seed], row))
    lines = []
    for (objective, ladder, schedule, sampler), pairs in found.items():
        reached = [time_to(b, a["curve"][-1][3], 1) / a["cpu_seconds"] for a, b in pairs]
        lines.append([objective, ladder, f"{schedule} + {sampler}", str(len(pairs)),
                      percent(sum(b["cpu_seconds"] for _, b in pairs) / sum(a["cpu_seconds"] for a, _ in pairs), 0),
                      percent(mean(pairs, lambda a, b: a["loss"])), percent(mean(pairs, lambda a, b: b["loss"])),
                      percent(mean(pairs, lambda a, b: test_error(a))), percent(mean(pairs, lambda a, b: test_error(b))),
                      " ".join("-" if math.isinf(share) else percent(share, 0) for share in reached)])
    return table(["pictures", "sizes", "method", ">seeds", ">CPU, of flat's", ">flat validation", ">its validation",
                  ">flat test", ">its test", ">reaches flat's after, of flat's time"], lines)


def iis_summary(rows, other, percent):
    """One sentence on all pairs, with a bootstrap over them."""
    pairs = [pair for found in Cells(rows).pairs("flat", other).values() for pair in found]
    if not pairs:
        return "No pair of cells has been measured.\n"
    differences = [test_error(b) - test_error(a) for a, b in pairs]
    resample = random.Random(1)
    means = sorted(statistics.fmean(resample.choices(differences, k=len(differences))) for _ in range(RESAMPLES))
    share = sum(b["cpu_seconds"] for _, b in pairs) / sum(a["cpu_seconds"] for a, _ in pairs)
    reached = [time_to(b, a["curve"][-1][3], 1) / a["cpu_seconds"] for a, b in pairs]
    return (f"{len(pairs)} pairs: `{other}` takes {percent(share)} of flat's CPU time; its test error less flat's is "
            f"{100 * statistics.fmean(differences):+.2f} points in the mean, at most {100 * means[int(0.9 * RESAMPLES)]:+.2f} "
            f"(bootstrap, 90 %). It reaches flat's final validation error in {sum(map(math.isfinite, reached))} of them, "
            f"in the median after {percent(statistics.median(reached)) if math.isfinite(statistics.median(reached)) else 'more than it has'} "
            f"of flat's time.\n")
