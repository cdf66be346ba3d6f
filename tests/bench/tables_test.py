"""bench/tables.py: a document that differs from the raw rows is found, and the rows' numbers reach the tables.

usage: tables_test.py TABLES_PY
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

TABLES = sys.argv.pop(1)


class Tree:
    """A source tree with one document and its raw rows."""

    def __init__(self, document, rows):
        self.folder = tempfile.TemporaryDirectory()
        root = pathlib.Path(self.folder.name)
        (root / "docs").mkdir()
        (root / "bench" / "results").mkdir(parents=True)
        (root / "README.md").write_text("# Nothing\n")
        self.document = root / "docs" / "page.md"
        self.document.write_text(document)
        for name, lines in rows.items():
            file = root / "bench" / "results" / f"{name}.jsonl"
            file.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def run(self, *options):
        command = [sys.executable, TABLES, "--root", self.folder.name, *options]
        return subprocess.run(command, capture_output=True, text=True)


def block(name, content=""):
    return f"before\n\n<!-- table: {name} -->\n{content}<!-- end -->\n\nafter\n"


READING = {"reading": [{"start": "first", "seconds": 3.715}, {"start": "second", "seconds": 0.101}]}


def steps(date, network, who, median, isa="avx2"):
    return {"date": date, "machine": "Processor", "isa": isa, "peak_gflops": 100.0, "commit": "c0ffee",
            "compiler": "g++", "versions": {}, "mode": "train", "network": network, "who": who, "median": median, "best": 2 * median,
            "memory_mib": 10.0, "before_mib": 5.0, "fraction_of_peak": 0.5}


def trained(point, side, error, seed=0):
    return {"machine": "Processor", "isa": "avx2", "compiler": "g++", "commit": "c0ffee", "data": "shirts",
            "variant": "usual", "point": point, "side_px": side, "seed": seed, "epochs": 15, "error": error, "constant_error": 0.8}


def cell(schedule, cpu, curve, test):
    return {"objective": "shirts", "ladder": "small", "sampler": "tpe", "seed": 0, "schedule": schedule,
            "cpu_seconds": cpu, "curve": curve, "loss": curve[-1][3], "test_errors": test}


class TablesTest(unittest.TestCase):
    def test_sizes_that_rank_alike_have_tau_one_and_a_group_that_is_not_whole_is_left_out(self):
        rows = [trained(point, side, 0.1 * point + side / 1000 + 0.5 * (point == 3))
                for point in range(4) for side in (16, 32)]
        tree = Tree(block("agreement"), {"agreement": rows})
        self.assertEqual(tree.run("--write").returncode, 0)
        self.assertIn("| shirts | `usual` | 1 | 25 % / 25 % | 1.6 % / 3.2 % |", tree.document.read_text())
        self.assertIn("| 1.00 | - | 0.0 % |", tree.document.read_text())
        tree = Tree(block("agreement"), {"agreement": rows[:-1]})
        tree.run("--write")
        self.assertNotIn("shirts", tree.document.read_text())

    def test_the_ladder_is_compared_with_flat_cell_by_cell(self):
        tree = Tree(block("iis ramp"), {"iis": [cell("flat", 1000, [[100, 90, 1, 0.5], [1000, 900, 50, 0.3]], [0.4, 0.2]),
                                                cell("ramp", 300, [[110, 100, 40, 0.3]], [0.28, 0.28])]})
        self.assertEqual(tree.run("--write").returncode, 0)
        text = tree.document.read_text()
        self.assertIn("| shirts | small | tpe | 1 | 16 min 40 s | 30 % | 30.0 % | 30.0 % | 30.0 % | 28.0 % | 10 % |", text)
        self.assertIn("`ramp` takes 30.0 % of flat's CPU time; its test error less flat's is -2.00 points", text)

    def test_other_methods_are_compared_with_flat_random_points_of_the_same_seed(self):
        flat = cell("flat", 1000, [[100, 90, 1, 0.5], [1000, 900, 50, 0.3]], [0.4, 0.2]) | {"sampler": "random"}
        own = cell("ramp", 100, [[60, 50, 40, 0.3]], [0.28, 0.28]) | {"sampler": "auto"}
        tree = Tree(block("iis methods"), {"iis": [flat, own, own | {"seed": 1}]})
        self.assertEqual(tree.run("--write").returncode, 0)
        self.assertIn("| shirts | small | ramp + auto | 1 | 10 % | 30.0 % | 30.0 % | 30.0 % | 28.0 % | 5 % |",
                      tree.document.read_text())

    def test_the_picture_is_that_of_the_rows(self):
        flat = cell("flat", 1000, [[100, 90, 1, 0.5], [1000, 900, 50, 0.3]], [0.4, 0.2]) | {"sampler": "random"}
        own = cell("ramp", 100, [[60, 50, 40, 0.3]], [0.28, 0.28]) | {"sampler": "auto"}
        tree = Tree(block("iis methods"), {"iis": [flat, own]})
        curves = [sys.executable, str(pathlib.Path(TABLES).parent / "size_curves.py"), "--root", tree.folder.name]
        self.assertEqual(subprocess.run([*curves, "--check"], capture_output=True).returncode, 1)
        self.assertEqual(subprocess.run(curves).returncode, 0)
        self.assertEqual(subprocess.run([*curves, "--check"]).returncode, 0)
        picture = tree.document.with_name("iis.svg")
        self.assertEqual(picture.read_text().count("<polyline"), 2)
        rows = tree.document.parent.parent / "bench" / "results" / "iis.jsonl"
        rows.write_text(rows.read_text().replace("0.3", "0.4"))
        self.assertEqual(subprocess.run([*curves, "--check"], capture_output=True).returncode, 1)

    def test_a_document_that_is_right_passes(self):
        tree = Tree(block("reading"), READING)
        self.assertEqual(tree.run("--write").returncode, 0)
        self.assertIn("| second: from the cache | 0.10 |", tree.document.read_text())
        self.assertEqual(tree.run().returncode, 0)

    def test_a_number_that_was_changed_fails_and_is_shown(self):
        tree = Tree(block("reading"), READING)
        tree.run("--write")
        tree.document.write_text(tree.document.read_text().replace("3.7", "3.6"))
        check = tree.run()
        self.assertEqual(check.returncode, 1)
        self.assertIn("-| first: every picture decoded | 3.6 |", check.stdout)
        self.assertIn("+| first: every picture decoded | 3.7 |", check.stdout)

    def test_writing_leaves_the_rest_of_the_document_alone(self):
        tree = Tree(block("reading", "old\n"), READING)
        tree.run("--write")
        text = tree.document.read_text()
        self.assertTrue(text.startswith("before\n\n<!-- table: reading -->\n| start |"))
        self.assertTrue(text.endswith("<!-- end -->\n\nafter\n"))
        self.assertNotIn("old", text)

    def test_an_unknown_table_and_one_without_an_end_are_bad_input(self):
        self.assertEqual(Tree(block("riding"), READING).run().returncode, 2)
        self.assertEqual(Tree("<!-- table: reading -->\n", READING).run().returncode, 2)

    def test_training_rows_become_ratios_and_their_geometric_mean(self):
        rows = []
        for network, ours in (("s32", 800.0), ("m32", 200.0)):
            rows += [steps("2026-01-01", network, "ours", ours), steps("2026-01-01", network, "pytorch_default", 100.0),
                     steps("2026-01-01", network, "pytorch_tuned_channels_last", 25.0),
                     steps("2026-01-01", network, "pytorch_tuned_plain_layout_malloc", 50.0)]
        tree = Tree(block("training avx2"), {"train": rows})
        tree.run("--write")
        text = tree.document.read_text()
        self.assertIn("| s32 | 800 | 50 % | 100 | 8.00 | 50.0 | 16.00 |", text)
        self.assertIn("| **geometric mean** |  |  |  | **4.00** |  | **8.00** |", text)

    def test_the_latest_complete_run_of_the_instruction_set_counts(self):
        rows = [steps("2026-01-01", "s32", "ours", 1.0), steps("2026-01-01", "s32", "pytorch_default", 1.0),
                steps("2026-01-02", "s32", "ours", 300.0), steps("2026-01-02", "s32", "pytorch_default", 150.0),
                steps("2026-01-03", "s32", "ours", 5.0),
                steps("2026-01-04", "s32", "ours", 7.0, "avx512"),
                steps("2026-01-04", "s32", "pytorch_default", 7.0, "avx512")]
        tree = Tree(block("training avx2"), {"train": rows})
        tree.run("--write")
        self.assertIn("| s32 | 300 | 50 % | 150 | 2.00 |", tree.document.read_text())

    def test_without_rows_a_table_says_how_to_measure(self):
        tree = Tree(block("training avx512"), {})
        tree.run("--write")
        self.assertIn("Not measured yet with avx512: `build/release/bench/train", tree.document.read_text())

    def test_samplers_are_told_as_times_and_as_multiples_of_ours_by_the_last_run_of_each_part(self):
        def row(date, part, who, median):
            return {"date": date, "machine": "Processor", "commit": "c0ffee", "compiler": "g++", "part": part, "who": who,
                    "median": median, "versions": {} if who == "ours" else {who: "2.4"}}

        rows = [row("2026-01-01", "tpe_1000", "ours", 1.0), row("2026-01-01", "tpe_1000", "rustuna", 1.0),
                row("2026-01-02", "tpe_1000", "ours", 0.0001), row("2026-01-02", "tpe_1000", "rustuna", 0.002),
                row("2026-01-01", "loop_1000", "ours", 0.05), row("2026-01-01", "loop_1000", "optuna", 50.0)]
        tree = Tree(block("samplers"), {"samplers": rows})
        tree.run("--write")
        text = tree.document.read_text()
        self.assertIn("| a proposal of tpe, 1,000 trials | 0.100 ms | 2.00 ms | 20.0 | - | - | - | - |", text)
        self.assertIn("| a search by tpe, 1,000 trials | 0.050 s | - | - | 50.0 s | 1,000 | - | - |", text)
        self.assertIn("optuna 2.4, rustuna 2.4", text)

    def test_the_last_row_of_each_schedule_and_length_reaches_the_table_of_scale(self):
        row = {"date": "2026-01-01T00", "machine": "Processor", "compiler": "g++", "commit": "c0ffee", "schedule": "asha",
               "workers": 1000, "trials_in_all": 100000, "idle": 0.0, "trials": 1000, "step_us": 9.0,
               "history_us": 0.5, "whole_us": 2.0}
        tree = Tree(block("scale"), {"scale": [row, {**row, "step_us": 0.25}]})
        tree.run("--write")
        self.assertIn("| asha | 1,000 | 0.25 | 0.50 | 2.00 | 0.00 % |", tree.document.read_text())

    def test_a_training_that_diverged_counts_as_an_error_of_one(self):
        curve = {"errors": [0.5, 0.4], "training_losses": [2.0, 1.0]}
        diverged = {"errors": [0.5], "training_losses": [2.0]}
        row = {"data": "d", "point": 0, "epochs": 2, "isa": "avx2", "machine": "Processor", "commit": "c0ffee",
               "versions": {"torch": "2"}, "ours": [curve, curve, curve], "pytorch": diverged}
        tree = Tree(block("learning"), {"learning": [row]})
        tree.run("--write")
        self.assertIn("| d | 1 | 40.0 % | 100.0 % | -60.00 ± 0.00 | 60.00 | 0.00 |", tree.document.read_text())


def search_row(sampler, problem, seed, curve, **more):
    return {"sampler": sampler, "commit": "c0ffee", "problem": problem, "seed": seed, "trials": 200, "curve": curve} | more


class SearchTablesTest(unittest.TestCase):
    SCALE = {"problem": "p", "best": 1.0, "random_median": 3.0}

    def document(self, name, rows):
        tree = Tree(block(name), {"search": rows})
        self.assertEqual(tree.run("--write").returncode, 0)
        return tree.document.read_text()

    def test_regrets_are_those_at_the_budgets_and_their_means(self):
        rows = [self.SCALE, search_row("tpe", "p", 0, [[1, 5.0], [50, 2.0], [51, 1.5], [200, 1.0]]),
                search_row("tpe", "p", 1, [[3, 2.0], [101, 0.5]]), search_row("random", "p", 0, [[1, 3.0]])]
        text = self.document("search regret problems", rows)
        self.assertIn("| p | 1.00 / 1.00 / 1.00 | .50 / .38 / 0 |", text)
        self.assertIn("| **mean rank** | 2.0 / 2.0 / 2.0 | 1.0 / 1.0 / 1.0 |", text)
        self.assertIn("| seeds | 1 | 2 |", text)

    def test_the_last_row_of_a_search_counts(self):
        rows = [self.SCALE, search_row("tpe", "p", 0, [[1, 3.0]]), search_row("tpe", "p", 0, [[1, 2.0]])]
        self.assertIn("| p | .50 / .50 / .50 |", self.document("search regret problems", rows))

    def test_a_search_that_ended_early_has_no_regret_after_that_and_one_that_only_failed_is_as_bad_as_random(self):
        rows = [self.SCALE, search_row("tpe", "p", 0, [[1, 2.0]], evaluated=120), search_row("smac", "p", 0, [])]
        self.assertIn("| p | .50 / .50 / - | 1.00 / 1.00 / 1.00 |", self.document("search regret problems", rows))

    def test_ratios_are_of_means_over_problems_with_the_spread_of_seeds(self):
        rows = [self.SCALE, dict(self.SCALE, problem="q")]
        for seed in range(20):
            rows += [search_row("tpe", "p", seed, [[1, 2.0]]), search_row("tpe", "q", seed, [[1, 3.0]]),
                     search_row("optuna_tpe", "p", seed, [[1, 3.0]]),
                     search_row("optuna_tpe", "q", seed, [[1, 2.0 if seed % 2 else 4.0]])]
        text = self.document("search ratio problems", rows)
        self.assertIn("|  | p | 0.50 (0.50 to 0.50) |", text)
        found = re.search(r"mean of all\*\* \| 0.75 \((\S+) to (\S+)\)", text)
        # The sum of theirs is 2 with a standard error of 0.5 / sqrt(20): 1.82 to 2.18 nine times in ten.
        self.assertAlmostEqual(float(found[1]), 1.5 / 2.18, delta=0.02)
        self.assertAlmostEqual(float(found[2]), 1.5 / 1.82, delta=0.02)

    def test_where_both_always_find_the_best_point_their_ratio_is_one(self):
        rows = [self.SCALE, search_row("tpe", "p", 0, [[1, 1.5], [60, 1.0]]), search_row("optuna_tpe", "p", 0, [[1, 1.0]])]
        text = self.document("search ratio problems", rows)
        self.assertIn("|  | p | inf (inf to inf) | 1.00 (1.00 to 1.00) | 1.00 (1.00 to 1.00) |", text)

    def test_rows_that_stand_elsewhere_can_be_printed(self):
        tree = Tree("", {"other": [self.SCALE, search_row("tpe", "p", 0, [[1, 2.0]])]})
        file = pathlib.Path(tree.folder.name) / "bench" / "results" / "other.jsonl"
        self.assertIn("| p | .50 / .50 / .50 |", tree.run("--search", str(file)).stdout)

    def test_the_best_at_the_top_is_read_at_half_and_all_of_the_budget(self):
        def row(seed, curve, method="asha+tpe"):
            return {"problem": "lcbench/167168", "method": method, "ladder": "epoch=4,13,52", "continues": True,
                    "full": 50, "seed": seed, "used": 2600.0, "rungs": [1, 1, 1], "curve": curve, "commit": "c0ffee"}

        rows = [row(0, [[1300, -70.0], [1301, -80.0], [2601, -99.0]]), row(1, [[52, -60.0]]),
                row(0, [[1400, -50.0]], "tpe")]
        tree = Tree(block("fidelity known"), {"fidelity": rows})
        self.assertEqual(tree.run("--write").returncode, 0)
        text = tree.document.read_text()
        self.assertIn("| `asha+tpe` | 4, 13, 52 | 65.0 | 70.0 | 65.0 to 75.0 | - | - | - | 2 |", text)
        self.assertIn("| `tpe` | 52 | - | 50.0 | - | - | - | - | 1 |", text)

    def test_a_method_that_was_not_run_on_every_problem_has_no_mean(self):
        def row(problem, method):
            return {"problem": problem, "method": method, "ladder": "epoch=4,52", "continues": False, "full": 50,
                    "seed": 0, "used": 2600.0, "rungs": [1, 1], "curve": [[52, -60.0]], "commit": "c0ffee"}

        tree = Tree(block("fidelity others"), {"fidelity": [row("lcbench/1", "bohb"), row("lcbench/2", "bohb"),
                                                            row("lcbench/1", "asha")]})
        tree.run("--write")
        self.assertIn("| `bohb` | 4, 52, begun anew | 60.0 | 60.0 | **60.0** | 1 |", tree.document.read_text())
        self.assertNotIn("`asha`", tree.document.read_text())


if __name__ == "__main__":
    unittest.main()
