#!/usr/bin/env python3
"""Stands for a program that is slow to start: one process for all trials of a worker. Run by Crescendo as

    python3 examples/server/evaluate.py
"""
import json
import math
import sys

for line in sys.stdin:
    point = json.loads(line)  # {"learning_rate": 0.01, "units": 64, "epochs": 10}
    loss = 0.1 + 0.1 * (math.log10(point["learning_rate"]) + 2) ** 2 + 0.02 * (math.log2(point["units"]) - 6) ** 2
    print(json.dumps({"loss": loss + 0.5 / point["epochs"]}), flush=True)  # unflushed, it would never arrive
