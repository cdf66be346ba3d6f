"""Rival importance analyses, for bench/importance, which says what it asks.

usage: importance_peers.py WHO     WHO: optuna_fast_fanova | fanova | optuna

First a line {"versions", "pairs": whether it knows pairs}. Then each line {"space", "points", "losses", "pairs", "seed"}
is answered by {"main": [share of each parameter], "pairs": [[a, b, share]], "cpu": seconds}. 64 trees each. Optuna's
two see the parameters as Optuna declares them; automl/fanova sees numbers on the scale they are searched on, 0 to 1, as
ConfigSpace encodes them.
"""

import itertools
import json
import math
import sys
import time
import warnings
from importlib.metadata import version

TREES = 64


def distribution(optuna, parameter):
    kinds = optuna.distributions
    if parameter["type"] == "categorical":
        return kinds.CategoricalDistribution(parameter["choices"])
    if parameter["type"] == "ordinal":
        return kinds.IntDistribution(0, len(parameter["choices"]) - 1)
    kind = kinds.FloatDistribution if parameter["type"] == "float" else kinds.IntDistribution
    return kind(parameter["low"], parameter["high"], log=parameter.get("log", False))


def of_optuna(who):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if who == "optuna":
        from optuna.importance import FanovaImportanceEvaluator
    else:
        from optuna_fast_fanova import FanovaImportanceEvaluator

    def analyse(ask):
        space = {p["name"]: distribution(optuna, p) for p in ask["space"]}
        places = {p["name"]: p["choices"] for p in ask["space"] if p["type"] == "ordinal"}
        study = optuna.create_study()
        study.add_trials([
            optuna.trial.create_trial(
                params={n: places[n].index(v) if n in places else v for n, v in point.items()},
                distributions=space, value=loss)
            for point, loss in zip(ask["points"], ask["losses"])])
        begin = time.process_time()
        evaluator = FanovaImportanceEvaluator(n_trees=TREES, max_depth=TREES, seed=ask["seed"])
        shares = optuna.importance.get_param_importances(study, evaluator=evaluator)
        return time.process_time() - begin, [shares[p["name"]] for p in ask["space"]], []

    packages = ["optuna"] if who == "optuna" else ["optuna", "optuna-fast-fanova"]
    return analyse, packages, False


def unit(parameter, value):
    """A value in 0..1, each whole number in the middle of its part; a category's position."""
    if parameter["type"] == "categorical":
        return parameter["choices"].index(value)
    if parameter["type"] == "ordinal":
        return (parameter["choices"].index(value) + 0.5) / len(parameter["choices"])
    half = 0.5 if parameter["type"] == "int" else 0
    scale = math.log if parameter.get("log") else float
    low, high = scale(parameter["low"] - half), scale(parameter["high"] + half)
    return (scale(value) - low) / (high - low)


def of_fanova():
    import ConfigSpace
    import numpy

    numpy.float = float  # the name that fanova 2.0.19 still uses
    from fanova import fANOVA

    def analyse(ask):
        space = ConfigSpace.ConfigurationSpace()
        for number, p in enumerate(ask["space"]):
            name = f"{number:03}"  # ConfigSpace sorts by name
            if p["type"] == "categorical":
                space.add(ConfigSpace.CategoricalHyperparameter(name, list(range(len(p["choices"])))))
            else:
                space.add(ConfigSpace.UniformFloatHyperparameter(name, 0, 1))
        x = numpy.array([[unit(p, point[p["name"]]) for p in ask["space"]] for point in ask["points"]], dtype=float)
        begin = time.process_time()
        model = fANOVA(x, numpy.array(ask["losses"]), config_space=space, n_trees=TREES, seed=ask["seed"])
        width = range(len(ask["space"]))
        main = [model.quantify_importance((i,))[(i,)]["individual importance"] for i in width]
        pairs = []
        if ask["pairs"]:
            pairs = [[a, b, model.quantify_importance((a, b))[(a, b)]["individual importance"]]
                     for a, b in itertools.combinations(width, 2)]
        return time.process_time() - begin, main, pairs

    return analyse, ["fanova", "pyrfr", "ConfigSpace"], True


def main():
    warnings.simplefilter("ignore")
    who = sys.argv[1]
    analyse, packages, pairs = of_fanova() if who == "fanova" else of_optuna(who)
    print(json.dumps({"versions": {name: version(name) for name in packages}, "pairs": pairs}), flush=True)
    for line in sys.stdin:
        cpu, shares, interactions = analyse(json.loads(line))
        print(json.dumps({"main": [float(s) for s in shares], "pairs": interactions, "cpu": cpu}), flush=True)


try:
    main()
except Exception as error:  # the one who asked shows it
    print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
    sys.exit(1)
