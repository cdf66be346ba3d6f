"""bench/schedules: one row for each simulated search, never twice, of the table and noise that it names.

usage: schedules_test.py SCHEDULES
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCHEDULES = sys.argv.pop(1)


class SchedulesTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.rows_file = pathlib.Path(self.temporary.name) / "rows.jsonl"

    def tearDown(self):
        self.temporary.cleanup()

    def run_schedules(self, *options):
        command = [SCHEDULES, "--rows", str(self.rows_file), "--trials", "18", "--seeds", "2", *options]
        return subprocess.run(command, capture_output=True, text=True)

    def rows(self):
        return [json.loads(line) for line in self.rows_file.read_text().splitlines()]

    def test_each_search_has_one_row_and_is_run_once(self):
        for _ in range(2):
            self.assertEqual(self.run_schedules("--methods", "flat+random,iis").returncode, 0)
            self.assertEqual(len(self.rows()), 4)
        self.run_schedules("--methods", "flat+random", "--noise", "0.5")
        self.assertEqual(len(self.rows()), 6)

    def test_flat_spends_its_trials_at_the_top_and_ramp_its_share_of_that_time(self):
        self.run_schedules("--methods", "flat+random,iis", "--share", "0.5")
        seconds = {(row["method"], row["seed"]): row["seconds"] for row in self.rows()}
        for row in self.rows():
            if row["method"] == "iis":
                self.assertTrue(all(row["rungs"]))
                self.assertLess(row["seconds"], seconds["flat+random", row["seed"]])
            else:
                self.assertEqual(row["rungs"], [0, 0, 18])
            losses = [loss for _, loss, _ in row["curve"]]
            self.assertEqual(losses, sorted(losses, reverse=True))

    def test_unknown_methods_and_data_are_bad_input(self):
        self.assertEqual(self.run_schedules("--methods", "iiss").returncode, 2)
        self.assertIn("no trials of 'nothing'", self.run_schedules("--data", "nothing").stderr)


if __name__ == "__main__":
    unittest.main()
