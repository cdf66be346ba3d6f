#!/usr/bin/env python3
"""Draws docs/iis.svg from the rows of the experiment bench/iis.toml: the best validation error at the full size over CPU
time, as a share of what flat with random points takes, the mean over the seeds that all shown methods have.

usage: size_curves.py [--root ROOT] [--check]     --check: only say whether the picture is that of the rows
"""

import argparse
import json
import pathlib
import statistics
import sys
from xml.sax.saxutils import escape

METHODS = (("flat", "random", "everything at the full size, random points", "#888888"),
           ("ramp", "random", "increasing sizes, random points", "#2b6cb0"),
           ("ramp", "auto", "increasing sizes, auto (the default of tune)", "#c05621"))
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 400, 250, 56, 30, 24, 40
STEPS = 200


def best_until(row, seconds):
    """None before anything has ended at the full size."""
    losses = [step[3] for step in row["curve"] if step[1] <= seconds]
    return losses[-1] if losses else None


class Panel:
    """One data set and ladder."""

    def __init__(self, name, rows):
        self.name = name
        by_method = {(schedule, sampler): {row["seed"]: row for row in rows
                                           if (row["schedule"], row["sampler"]) == (schedule, sampler)}
                     for schedule, sampler, _, _ in METHODS}
        self.shown = [method for method in METHODS if by_method[method[:2]]]
        self.seeds = sorted(set.intersection(*(set(by_method[method[:2]]) for method in self.shown)))
        self.by_method = by_method
        flat = by_method["flat", "random"]
        self.flat_seconds = statistics.fmean(flat[seed]["cpu_seconds"] for seed in self.seeds) if self.seeds else 0

    def curve(self, method):
        """[(share of flat's time, mean error)], as long as the longest of its searches."""
        rows = [self.by_method[method[:2]][seed] for seed in self.seeds]
        end = max(row["cpu_seconds"] for row in rows)
        points = []
        for step in range(STEPS + 1):
            seconds = end * step / STEPS
            errors = [best_until(row, seconds) for row in rows]
            if None not in errors:
                points.append((seconds / self.flat_seconds, statistics.fmean(errors)))
        return points

    def svg(self, x):
        curves = [(method, self.curve(method)) for method in self.shown]
        errors = [error for _, points in curves for _, error in points]
        low, high = min(errors), min(max(errors), 2.5 * min(errors))
        right = max([1.0] + [share for _, points in curves for share, _ in points])

        def place(share, error):
            inner = HEIGHT - TOP - BOTTOM
            return (LEFT + share / right * (WIDTH - LEFT - RIGHT),
                    TOP + inner * (1 - (min(error, high) - low) / (high - low or 1)))

        parts = [f'<g transform="translate({x} 0)">',
                 f'<text x="{LEFT}" y="16" font-weight="bold">{escape(self.name)}, {len(self.seeds)} '
                 f'seed{"s" if len(self.seeds) > 1 else ""}</text>',
                 f'<rect x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" height="{HEIGHT - TOP - BOTTOM}" '
                 'fill="none" stroke="#cccccc"/>']
        for error in (low, (low + high) / 2, high):
            y = place(0, error)[1]
            parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{100 * error:.1f} %</text>')
        for share in (0, 0.25, 0.5, 0.75, 1):
            at = place(share, low)[0]
            parts.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{100 * share:.0f} %</text>')
        for (_, _, label, colour), points in curves:
            path = " ".join(f"{a:.1f},{b:.1f}" for a, b in (place(*point) for point in points))
            parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2">'
                         f'<title>{escape(label)}</title></polyline>')
            x_end, y_end = place(*points[-1])
            parts.append(f'<circle cx="{x_end:.1f}" cy="{y_end:.1f}" r="4" fill="{colour}"/>')
        parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">CPU time, of what flat '
                     'takes</text></g>')
        return "\n".join(parts)


def picture(rows):
    groups = {}
    for row in rows:
        groups.setdefault(f'{row["objective"]}, {row["ladder"].replace("-", " to ")} px', []).append(row)
    panels = [panel for panel in (Panel(name, group) for name, group in sorted(groups.items()))
              if panel.seeds and len(panel.shown) > 1 and panel.shown[0][0] == "flat"]
    width = max(1, len(panels)) * WIDTH
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT + 22 * len(METHODS)}" '
             'font-family="sans-serif" font-size="12">',
             '<title>Best validation error at the full size over CPU time</title>',
             '<rect width="100%" height="100%" fill="white"/>']
    parts += [panel.svg(i * WIDTH) for i, panel in enumerate(panels)]
    for i, (_, _, label, colour) in enumerate(METHODS):
        y = HEIGHT + 22 * i + 6
        parts.append(f'<line x1="{LEFT}" y1="{y}" x2="{LEFT + 26}" y2="{y}" stroke="{colour}" stroke-width="3"/>'
                     f'<text x="{LEFT + 34}" y="{y + 4}">{escape(label)}</text>')
    return "\n".join(parts) + "\n</svg>\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--check", action="store_true")
    choice = parser.parse_args()
    rows = [json.loads(line) for line in (choice.root / "bench/results/iis.jsonl").read_text().splitlines()]
    file, made = choice.root / "docs/iis.svg", picture(rows)
    if not choice.check:
        file.write_text(made)
        return 0
    if file.exists() and file.read_text() == made:
        return 0
    print(f"{file} is not the picture of the rows: run bench/size_curves.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
