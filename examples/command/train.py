#!/usr/bin/env python3
"""Stands for a training: one process a trial. Run by Crescendo as

    python3 examples/command/train.py --lr {learning_rate} --units {units} --epochs {epochs} --seed {seed}
"""
import argparse
import json
import math
import random

options = argparse.ArgumentParser()
options.add_argument("--lr", type=float, required=True)
options.add_argument("--units", type=int, required=True)
options.add_argument("--epochs", type=int, required=True)
options.add_argument("--seed", type=int, default=0)
options = options.parse_args()

noise = random.Random(options.seed)
floor = 0.1 + 0.1 * (math.log10(options.lr) + 2) ** 2 + 0.02 * (math.log2(options.units) - 6) ** 2
for epoch in range(1, options.epochs + 1):
    loss = floor + 0.5 / epoch + noise.gauss(0, 0.005)
    # A point of the curve: a trial without prospects is ended here.
    print(json.dumps({"step": epoch, "loss": loss}), flush=True)
print(json.dumps({"loss": loss, "size_kib": options.units / 4}))
