"""Rival searchers as contestants of bench/micro_samplers, which says what it asks (bench/micro/samplers.cc).

usage: search_times.py ASK     ASK: {"who": "rustuna" | "optuna" | "optuna_gp" | "smac", "trials": N, "seed": S}

The space and the loss are those of mixed10 in tests/problems.h. First N uniformly drawn points are told as finished
trials. Optuna and rustuna search with their TPE as it comes, jointly for all parameters; optuna_gp with Optuna's
GPSampler as it comes; SMAC3 with its facade for tuning parameters, fitting its forest anew for every point.
"""

import json
import logging
import math
import random
import sys
import tempfile
import time
import warnings
from importlib.metadata import version

SPACE = [
    ("lr", "float", 1e-05, 1.0, True),
    ("l1", "float", 1e-08, 0.01, True),
    ("l2", "float", 1e-08, 0.01, True),
    ("dropout", "float", 0.0, 0.8, False),
    ("n_conv", "int", 1, 6, False),
    ("n_fc", "int", 1, 4, False),
    ("filters", "int", 8, 512, True),
    ("units", "int", 16, 1024, True),
    ("fsize", "choice", [3, 5, 7, 9]),
    ("batch", "choice", [16, 32, 64, 128, 256]),
]


def loss(p):
    rate, batch = math.log10(p["lr"]) + 2.7, math.log2(p["batch"]) - 6
    return min(1.0, 0.08 + 0.06 * rate**2 + 0.004 * (math.log10(p["l1"]) + 6) ** 2
               + 0.004 * (math.log10(p["l2"]) + 5) ** 2 + 0.15 * (p["dropout"] - 0.3) ** 2
               + 0.01 * (p["n_conv"] - 4) ** 2 + 0.004 * (p["n_fc"] - 2) ** 2
               + 0.01 * (math.log2(p["filters"]) - 6.5) ** 2 + 0.003 * (math.log2(p["units"]) - 8) ** 2
               + {3: 0, 5: 0.01, 7: 0.04, 9: 0.08}[p["fsize"]] + 0.02 * abs(batch) + 0.01 * rate * batch)


def uniform_point(draws):
    point = {}
    for name, kind, *rest in SPACE:
        if kind == "choice":
            point[name] = draws.choice(rest[0])
            continue
        low, high, log = rest
        value = math.exp(draws.uniform(math.log(low), math.log(high))) if log else draws.uniform(low, high)
        point[name] = value if kind == "float" else min(high, max(low, round(value)))
    return point


class Suggesting:
    """Optuna, and rustuna, which has the same interface."""

    def __init__(self, package, distributions, study):
        self.versions = {package.__name__: version(package.__name__)}
        self.package, self.distributions, self.study = package, distributions, study

    def add(self, point):
        self.study.add_trial(self.package.trial.create_trial(params=point, distributions=self.distributions,
                                                              value=loss(point)))

    @staticmethod
    def suggested(trial):
        point = {}
        for name, kind, *rest in SPACE:
            if kind == "choice":
                point[name] = trial.suggest_categorical(name, rest[0])
                continue
            suggest = trial.suggest_float if kind == "float" else trial.suggest_int
            point[name] = suggest(name, rest[0], rest[1], log=rest[2])
        return point

    def propose(self):
        trial = self.study.ask()
        return trial, self.suggested(trial)

    def tell(self, trial, point):
        self.study.tell(getattr(trial, "number"), loss(point))

    def loop(self, trials):
        self.study.optimize(lambda trial: loss(self.suggested(trial)), n_trials=trials)
        return self.study.best_trial.values[0]


def optuna_with(sampler, seed):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    made = optuna.distributions
    kinds = {"float": made.FloatDistribution, "int": made.IntDistribution}
    distributions = {name: made.CategoricalDistribution(rest[0]) if kind == "choice"
                     else kinds[kind](rest[0], rest[1], log=rest[2]) for name, kind, *rest in SPACE}
    return Suggesting(optuna, distributions, optuna.create_study(sampler=getattr(optuna.samplers, sampler)(seed=seed)))


def optuna(seed, _):
    return optuna_with("TPESampler", seed)  # version 5 is multivariate by itself


def optuna_gp(seed, _):
    return optuna_with("GPSampler", seed)


def rustuna(seed, _):
    import rustuna

    kinds = {"float": rustuna.distributions.Distribution.float, "int": rustuna.distributions.Distribution.int}
    distributions = {name: rustuna.distributions.Distribution.categorical(rest[0]) if kind == "choice"
                     else kinds[kind](rest[0], rest[1], log=rest[2]) for name, kind, *rest in SPACE}
    return Suggesting(rustuna, distributions, rustuna.create_study(sampler=rustuna.samplers.TPESampler(seed=seed)))


class Smac:
    def __init__(self, seed, trials):
        import ConfigSpace
        import smac
        from smac.runhistory.dataclasses import TrialInfo, TrialValue

        self.versions = {"smac": version("smac")}
        self.info, self.value, self.configuration = TrialInfo, TrialValue, ConfigSpace.Configuration
        self.space = ConfigSpace.ConfigurationSpace(seed=seed)
        kinds = {"float": ConfigSpace.Float, "int": ConfigSpace.Integer}
        self.space.add([ConfigSpace.Categorical(name, rest[0]) if kind == "choice"
                        else kinds[kind](name, (rest[0], rest[1]), log=rest[2]) for name, kind, *rest in SPACE])
        self.folder = tempfile.TemporaryDirectory()
        scenario = smac.Scenario(self.space, deterministic=True, n_trials=10 * trials + 1000, seed=seed,
                                 output_directory=self.folder.name)
        facade = smac.HyperparameterOptimizationFacade
        self.search = facade(
            scenario, lambda point, seed: loss(point), logging_level=logging.ERROR, overwrite=True,
            initial_design=facade.get_initial_design(scenario, n_configs=0, additional_configs=[]) if trials else None,
            intensifier=facade.get_intensifier(scenario, max_config_calls=1),
            random_design=facade.get_random_design(scenario, probability=1e-9),
            config_selector=facade.get_config_selector(scenario, retrain_after=1))

    def add(self, point):
        self.search.tell(self.info(self.configuration(self.space, point), seed=0), self.value(cost=loss(point)))

    def propose(self):
        info = self.search.ask()
        return info, dict(info.config)

    def tell(self, info, point):
        self.search.tell(info, self.value(cost=loss(point)))


class Stopwatch:
    def __init__(self):
        self.cpu = self.wall = 0.0

    def __enter__(self):
        self.began = time.process_time(), time.perf_counter()

    def __exit__(self, *_):
        self.cpu += time.process_time() - self.began[0]
        self.wall += time.perf_counter() - self.began[1]


def proposals(search, count):
    watch = Stopwatch()
    for _ in range(count):
        with watch:
            asked, point = search.propose()
        search.tell(asked, point)
    return {"count": count, "cpu": watch.cpu, "wall": watch.wall}


def loop(search, trials):
    watch = Stopwatch()
    with watch:
        best = search.loop(trials)
    return {"count": trials, "cpu": watch.cpu, "wall": watch.wall, "best": best}


def main():
    warnings.simplefilter("ignore")
    ask = json.loads(sys.argv[1])
    search = {"optuna": optuna, "optuna_gp": optuna_gp, "rustuna": rustuna, "smac": Smac}[ask["who"]](ask["seed"], ask["trials"])
    draws = random.Random(ask["seed"])
    for _ in range(ask["trials"]):
        search.add(uniform_point(draws))
    print(json.dumps({"versions": search.versions}), flush=True)
    for line in sys.stdin:
        what, count = line.split()
        print(json.dumps({"proposals": proposals, "loop": loop}[what](search, int(count))), flush=True)


if __name__ == "__main__":
    try:
        main()
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
        sys.exit(1)
