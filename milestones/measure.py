"""Stage `measure`: run each program that is offline with several seeds; draw its picture."""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path
from statistics import mean, stdev

from milestones import OFFLINE

# The more a figure depends on the seed, and the less time a training takes, the more seeds.
SEEDS = dict(zip(OFFLINE, [100] * 4 + [20] * 3 + [5] * 3))


def run(name: str, seed: int, pictures: Path) -> dict[str, float]:
    """Return the figures of a program for one seed; draw its picture for the first."""
    plot = pictures / f"{name}.svg" if seed == 0 else None
    with redirect_stdout(StringIO()):
        return dict(import_module(f"milestones.{name}").main(seed=seed, plot=plot))


def summarize(runs: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return for each figure its mean and standard deviation over the seeds, and their number."""
    values = {figure: [run[figure] for run in runs] for figure in runs[0]}
    return {
        figure: {"mean": round(mean(of), 4), "sd": round(stdev(of), 4), "seeds": len(of)}
        for figure, of in values.items()
    }


def main(out: Path, pictures: Path) -> None:
    """Measure all programs; write the file `out`, and pictures to the folder `pictures`."""
    pictures.mkdir(parents=True, exist_ok=True)
    # Two at a time: each computes in one thread.
    with ProcessPoolExecutor(2) as pool:
        runs = {
            name: [pool.submit(run, name, seed, pictures) for seed in range(seeds)]
            for name, seeds in SEEDS.items()
        }
        figures = {name: summarize([run.result() for run in runs[name]]) for name in runs}
    out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    main(**vars(parser.parse_args()))
