"""Run every program with five seeds, and write what to expect: ``python -m milestones.measure``."""

from __future__ import annotations

import json
from importlib import import_module
from statistics import mean, stdev

from milestones.lesson import METRICS

PROGRAMS = (
    "forward_pass",
    "perceptron_trained",
    "xor_crisis",
    "xor_solved",
    "mlp_digits",
    "mlp_mnist",
)
SEEDS = range(5)


def measure(name: str) -> dict[str, dict[str, float]]:
    """Give the mean and the standard deviation of each figure of a program over the seeds."""
    main = import_module(f"milestones.{name}").main
    found = [main(seed=seed) for seed in SEEDS]
    return {
        key: {
            "mean": round(mean(one[key] for one in found), 4),
            "sd": round(stdev(one[key] for one in found), 4),
        }
        for key in found[0]
    }


def main() -> None:
    """Measure all programs, and write metrics/milestones.json."""
    figures = {name: measure(name) for name in PROGRAMS}
    METRICS.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
