"""Runs other products' searches, as bench/search asks for them.

A line in: {"sampler", "problem", "params", "command", "seed", "trials"}. A line out: {"curve", "evaluated", "failed",
"seconds", "versions"}, or {"error": sentence}. `command` starts a program that answers a line of parameters with a line
that has the loss, `objective`, or an `error`; `curve` holds [how many were evaluated, the loss] of each improvement.
`params` are those of a file of problems, with active_if as [[parameter, [values]], ...]: active if all have one of them.

The peers run as they come: no option is set but the seed, the number of trials, and for SMAC that a point needs no
second execution. Optuna has no ordinal parameters, so they are categories there.
"""

import importlib.metadata
import json
import logging
import math
import subprocess
import sys
import tempfile
import time
import warnings


class Failed(Exception):
    pass


class Server:
    """A program that evaluates points, and the best that it has said."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.evaluated, self.failed, self.curve = 0, 0, []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        self.process.wait()

    def evaluate(self, point):
        self.process.stdin.write(json.dumps(point) + "\n")
        reply = self.process.stdout.readline()
        if not reply:
            raise RuntimeError(f"{self.process.args[0]} has ended")
        loss = json.loads(reply).get("objective")
        self.evaluated += 1
        if loss is None or not math.isfinite(loss):
            self.failed += 1
            raise Failed(reply.strip())
        if not self.curve or loss < self.curve[-1][1]:
            self.curve.append([self.evaluated, loss])
        return loss


def suggest(trial, params):
    point = {}
    for p in params:
        name = p["name"]
        if not all(parent in point and point[parent] in values for parent, values in p.get("active_if", [])):
            continue
        if p["type"] == "float":
            point[name] = trial.suggest_float(name, p["low"], p["high"], log=p.get("log", False))
        elif p["type"] == "int":
            point[name] = trial.suggest_int(name, p["low"], p["high"], log=p.get("log", False))
        else:
            point[name] = trial.suggest_categorical(name, p["choices"])
    return point


def optuna(sampler, ask, server):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    samplers = {"optuna_tpe": optuna.samplers.TPESampler, "optuna_gp": optuna.samplers.GPSampler,
                "optuna_random": optuna.samplers.RandomSampler}
    study = optuna.create_study(sampler=samplers[sampler](seed=ask["seed"]))
    study.optimize(lambda trial: server.evaluate(suggest(trial, ask["params"])), ask["trials"], catch=(Failed,))


def configuration_space(ask):
    import ConfigSpace as cs

    space = cs.ConfigurationSpace(seed=ask["seed"])
    for p in ask["params"]:
        if p["type"] == "float":
            made = cs.UniformFloatHyperparameter(p["name"], p["low"], p["high"], log=p.get("log", False))
        elif p["type"] == "int":
            made = cs.UniformIntegerHyperparameter(p["name"], p["low"], p["high"], log=p.get("log", False))
        elif p["type"] == "ordinal":
            made = cs.OrdinalHyperparameter(p["name"], p["choices"])
        else:
            made = cs.CategoricalHyperparameter(p["name"], p["choices"])
        space.add(made)
        conditions = [cs.InCondition(made, space[parent], values) for parent, values in p.get("active_if", [])]
        if conditions:
            space.add(conditions[0] if len(conditions) == 1 else cs.AndConjunction(*conditions))
    return space


def plain(value):
    """ConfigSpace's numbers and texts are numpy's."""
    return value.item() if hasattr(value, "item") else value


def smac(ask, server):
    from smac import HyperparameterOptimizationFacade, Scenario

    def evaluate(configuration, seed=0):
        return server.evaluate({name: plain(value) for name, value in dict(configuration).items()})

    with tempfile.TemporaryDirectory() as folder:
        scenario = Scenario(configuration_space(ask), output_directory=folder, deterministic=True,
                            n_trials=ask["trials"], seed=ask["seed"])
        HyperparameterOptimizationFacade(scenario, evaluate, overwrite=True, logging_level=logging.ERROR).optimize()


def run(ask):
    began = time.process_time()
    with Server(ask["command"]) as server:
        if ask["sampler"] == "smac3":
            smac(ask, server)
        else:
            optuna(ask["sampler"], ask, server)
    products = ["smac", "ConfigSpace", "scikit-learn"] if ask["sampler"] == "smac3" else ["optuna"]
    return {"curve": server.curve, "evaluated": server.evaluated, "failed": server.failed,
            "seconds": round(time.process_time() - began, 2),
            "versions": {name: importlib.metadata.version(name) for name in products}}


def main():
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        try:
            answer = run(json.loads(line))
        except Exception as error:  # whatever a product throws is for bench/search to tell
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
