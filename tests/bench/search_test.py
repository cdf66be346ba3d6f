"""bench/search: one row for each search and never twice, other programs' problems, and peers.

usage: search_test.py SEARCH
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SEARCH = sys.argv.pop(1)

# A program that evaluates: refuses what is not active, fails for x above 0.9, and logs what it was started with.
EVALUATOR = """#!{python}
import json, sys
for line in sys.stdin:
    point = json.loads(line)
    right = {{"x", "kind", *{{"a": ["rate"], "b": ["rate", "n"], "c": []}}[point["kind"]]}}
    if set(point) != right or point["x"] > 0.9:
        print(json.dumps({{"error": "no such point"}}), flush=True)
    else:
        print(json.dumps({{"objective": point["x"] + len(sys.argv[2]), "target": "t"}}), flush=True)
"""

PROBLEM = {
    "id": "toy", "args": ["four"], "best_known": 4, "random_median": 4.5,
    "params": [
        {"name": "n", "type": "int", "low": 1, "high": 9, "active_if": {"kind": "b"}},
        {"name": "rate", "type": "float", "low": 1e-3, "high": 1, "log": True,
         "active_if": {"parent": "kind", "values": ["a", "b"]}},
        {"name": "x", "type": "float", "low": 0, "high": 1, "log": False},
        {"name": "kind", "type": "categorical", "choices": ["a", "b", "c"]},
    ],
}

# In place of the Python in which the peers are: says what it was asked.
PEERS = """#!/bin/sh
read -r ask
echo "$ask" > "$(dirname "$0")/ask.json"
echo '{"curve": [[1, 0.5], [7, 0.1234567891234]], "evaluated": 9, "failed": 1, "versions": {"optuna": "5"}}'
cat > /dev/null
"""


class SearchTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        self.rows_file = self.folder / "rows.jsonl"

    def tearDown(self):
        self.temporary.cleanup()

    def program(self, name, text):
        file = self.folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        file.chmod(0o755)
        return file

    def search(self, *options):
        command = [SEARCH, "--rows", str(self.rows_file), "--trials", "30", *options]
        return subprocess.run(command, capture_output=True, text=True,
                              env=os.environ | {"CRESCENDO_PEERS": str(self.folder / "peers")})

    def search_toy(self, *options):
        problems = self.folder / "problems.json"
        problems.write_text(json.dumps([PROBLEM]))
        evaluator = self.program("evaluate", EVALUATOR.format(python=sys.executable))
        return self.search("--problems-file", str(problems), "--evaluator", str(evaluator), "--problems", "toy", *options)

    def rows(self):
        return [json.loads(line) for line in self.rows_file.read_text().splitlines()]

    def test_each_search_has_one_row_and_is_run_once(self):
        options = ["--problems", "branin,mixed10", "--samplers", "random,tpe:joint=false", "--seeds", "2", "--jobs", "2"]
        self.assertIn("8 searches", self.search(*options).stdout)
        rows = self.rows()
        cells = {(row["sampler"], row["problem"], row["seed"]) for row in rows if "sampler" in row}
        self.assertEqual(len(cells), 8)
        self.assertIn(("tpe:joint=false", "mixed10", 1), cells)
        self.assertEqual(len(rows), 8 + 2)
        self.assertIn("0 searches", self.search(*options).stdout)
        self.assertEqual(self.rows(), rows)

    def test_a_curve_holds_improvements_alone_and_is_the_same_each_time(self):
        options = ["--problems", "branin", "--samplers", "random", "--seeds", "1"]
        self.search(*options)
        (curve,) = [row["curve"] for row in self.rows() if "sampler" in row]
        self.assertEqual(curve[0][0], 1)
        for before, after in zip(curve, curve[1:]):
            self.assertLess(before[0], after[0])
            self.assertGreater(before[1], after[1])
        self.assertIn("1 searches", self.search(*options, "--again").stdout)
        self.assertEqual([row["curve"] for row in self.rows() if "sampler" in row], [curve])

    def test_a_scale_is_the_files_or_that_of_random_points(self):
        self.search_toy("--samplers", "random", "--seeds", "1")
        self.search("--problems", "branin", "--samplers", "random", "--seeds", "1")
        toy, branin = [row for row in self.rows() if "sampler" not in row]
        self.assertEqual(toy, {"problem": "toy", "best": 4, "random_median": 4.5})
        self.assertAlmostEqual(branin["best"], 0.397887)
        self.assertAlmostEqual(branin["random_median"], 35.5, delta=2)

    def test_conditions_are_kept_and_failures_are_no_improvements(self):
        self.assertEqual(self.search_toy("--samplers", "random", "--seeds", "1").returncode, 0)
        (row,) = [row for row in self.rows() if "sampler" in row]
        self.assertTrue(0 < row["failed"] < 12, "a tenth of 30: above x = 0.9 alone")
        self.assertTrue(4 <= row["curve"][-1][1] < 4.2)

    def test_peers_are_told_the_problem_and_their_answer_is_the_row(self):
        self.program("peers-search/python", PEERS)
        (self.folder / "peers-search" / "bin").symlink_to(".")
        run = self.search_toy("--samplers", "none", "--peers", "optuna_tpe", "--seeds", "3-3")
        self.assertEqual(run.returncode, 0, run.stderr)
        ask = json.loads((self.folder / "peers-search" / "ask.json").read_text())
        self.assertEqual((ask["sampler"], ask["seed"], ask["trials"]), ("optuna_tpe", 3, 30))
        self.assertEqual([p["name"] for p in ask["params"]], ["x", "kind", "n", "rate"])
        self.assertEqual(ask["params"][3]["active_if"], [["kind", ["a", "b"]]])
        self.assertEqual(ask["command"][-1], "four")
        self.assertEqual(self.rows()[-1], {"sampler": "optuna_tpe", "versions": {"optuna": "5"}, "problem": "toy",
                                           "seed": 3, "trials": 30, "evaluated": 9, "failed": 1,
                                           "curve": [[1, 0.5], [7, 0.123456789]]})

    def test_built_in_problems_answer_other_programs(self):
        point = '{"x": 0, "y": 0}\n{"x": 0}\n'
        run = subprocess.run([SEARCH, "--serve", "branin"], input=point, capture_output=True, text=True)
        first, second = map(json.loads, run.stdout.splitlines())
        self.assertAlmostEqual(first["objective"], 55.602113, places=5)
        self.assertIn("y", second["error"])

    def test_what_is_not_there_is_bad_input(self):
        for options, word in ((["--problems", "brannin"], "branin"), (["--samplers", "tpee"], "tpe"),
                              (["--samplers", "tpe:clipp=3"], "clip"), (["--peers", "optuna_tpe"], "make peers"),
                              (["--seeds", "none"], "--seeds")):
            with self.subTest(options):
                run = self.search("--problems", "branin", *options)
                self.assertEqual(run.returncode, 2)
                self.assertIn(word, run.stderr)


if __name__ == "__main__":
    unittest.main()
