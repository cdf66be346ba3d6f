"""bench/train: what it prints, and what it does about rivals that are absent, fail or are left behind.

usage: train_test.py TRAIN
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

TRAIN = sys.argv.pop(1)

# In place of the Python that runs PyTorch: a contestant of known speed (bench/contestant.h).
FAKE = """#!/bin/sh
case "$*" in
  *--channels-last*) images=400 ;;
  *--tuned*) images=200 ;;
  *) images=100 ;;
esac
echo '{"versions": {"torch": "fake"}, "import_seconds": 1, "before_mib": 5, "first_results": []}'
while read -r line; do
  case $line in
    memory) echo '{"peak_mib": 12}' ;;
    *) FAILURE echo "{\\"images\\": $images, \\"cpu\\": 2, \\"wall\\": 4}" ;;
  esac
done
"""


def train(*options, peers="/nowhere"):
    command = [TRAIN, "--networks", "s32", "--seconds", "0.1", *options]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | {"CRESCENDO_PEERS": str(peers)})


def fake_peers(folder, failure=""):
    folder = pathlib.Path(folder)
    (folder / "bin").mkdir()
    (folder / "lib" / "python3" / "site-packages" / "torch").mkdir(parents=True)
    python = folder / "bin" / "python"
    python.write_text(FAKE.replace("FAILURE", failure))
    python.chmod(0o755)
    return folder


class TrainTest(unittest.TestCase):
    def test_the_report_names_the_peak_and_each_network(self):
        report = json.loads(train("--rivals", "none", "--json").stdout)
        self.assertGreater(report["peak_gflops"], 0)
        (network,) = report["networks"]
        self.assertEqual(network["name"], "s32")
        self.assertGreater(network["ours"], 0)
        self.assertGreater(network["fraction_of_peak"], 0)
        self.assertGreater(network["memory_mib"], 0)
        self.assertEqual(network["rivals"], {})

    def test_every_mode_reports_our_rate(self):
        for mode in ("evaluate", "trial", "pair"):
            with self.subTest(mode):
                run = train("--rivals", "none", "--mode", mode, "--rounds", "1", "--json")
                self.assertGreater(json.loads(run.stdout)["networks"][0]["ours"], 0)

    def test_rates_are_images_a_cpu_second_and_the_best_tuned_form_is_the_tuned_one(self):
        with tempfile.TemporaryDirectory() as folder:
            rows = pathlib.Path(folder) / "rows.jsonl"
            run = train("--rivals", "pytorch", "--json", "--rows", str(rows), peers=fake_peers(folder))
            (network,) = json.loads(run.stdout)["networks"]
            self.assertEqual(network["rivals"]["pytorch_default"], 50)
            self.assertEqual(network["rivals"]["pytorch_tuned_plain_layout"], 100)
            self.assertEqual(network["rivals"]["pytorch_tuned"], 200)
            self.assertEqual(network["rivals_memory_mib"]["pytorch_default"], 7)
            written = [json.loads(line) for line in rows.read_text().splitlines()]
            self.assertEqual([row["who"] for row in written][:2], ["ours", "pytorch_default"])
            self.assertEqual(written[1]["windows"], [50])

    def test_an_absent_rival_is_left_out_and_the_text_says_how_to_get_it(self):
        run = train("--rivals", "pytorch")
        self.assertEqual(run.returncode, 0)
        self.assertIn("make peers", run.stdout)
        self.assertNotIn("pytorch_default   ", run.stdout)

    def test_an_absent_rival_that_was_asked_for_by_name_is_bad_input(self):
        run = train("--rivals", "pytorch_default")
        self.assertEqual(run.returncode, 2)
        self.assertIn("make peers", run.stderr)

    def test_an_unknown_rival_is_bad_input(self):
        run = train("--rivals", "caffe")
        self.assertEqual(run.returncode, 2)
        self.assertIn("pytorch_default", run.stderr)

    def test_a_rival_that_fails_ends_the_run_with_its_name(self):
        with tempfile.TemporaryDirectory() as folder:
            run = train("--rivals", "pytorch_default", peers=fake_peers(folder, failure="exit 3;"))
            self.assertEqual(run.returncode, 1)
            self.assertIn("pytorch_default has ended", run.stderr)

    def test_contestants_end_with_a_bench_that_is_killed(self):
        bench = subprocess.Popen([TRAIN, "--rivals", "none", "--networks", "s32", "--seconds", "60"],
                                 stdout=subprocess.DEVNULL)
        children = pathlib.Path(f"/proc/{bench.pid}/task/{bench.pid}/children")
        deadline = time.monotonic() + 30
        while not (started := children.read_text().split()) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)  # the child is still the bench itself until it has become its own program
        bench.kill()
        bench.wait()
        self.assertTrue(started)
        while any(self.runs(child) for child in started) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertFalse(any(self.runs(child) for child in started))

    @staticmethod
    def runs(process):
        """A zombie has ended too."""
        try:
            return pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
        except FileNotFoundError:
            return False


if __name__ == "__main__":
    unittest.main()
