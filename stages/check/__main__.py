"""Stage `params`: check ``params.yaml`` and write the values that the other stages read.

Every chain of the pipeline depends on this stage, so that a wrong parameter stops `dvc repro`
before anything is built or replaced. It writes one file for each entry, with every default filled
in, so that a change reruns only the chains whose entry it is in.
"""

from __future__ import annotations

from pathlib import Path

from stages.check.read import PARAMS, read_params
from stages.check.resolve import describe, resolve
from stages.common import command
from stages.common.files import write_json
from stages.papers.about import read_about
from stages.papers.draft import ABOUT, add_drafts
from stages.source.own import Own


def main(*, out: Path | None = None) -> None:
    """Check params.yaml; write the values of its entries to the folder `out`.

    Without it, write nothing, and check what authors say of the datasets too.
    """
    params = read_params()
    print(f"{PARAMS} is right; datasets: {', '.join([*params.datasets, *params.texts])}")
    files = resolve(params)
    for name, source in params.sources.items():
        if isinstance(source, Own):
            found = files[f"sources/{name}.json"]
            print(f"{name}: {describe(found)}; sha256 {found['sha256']}")
    if not out:
        for name in (*params.datasets, *params.texts):
            about = Path("datasets", name, ABOUT)
            if about.exists():
                read_about(about)
    else:
        for path in add_drafts(params):
            print(f"{path.as_posix()} is a draft: write in it what only you know of the dataset")
        for name, values in files.items():
            write_json(out / name, values, indent=2)
        for path in [*out.glob("*.json"), *out.glob("*/*.json")]:
            if path.relative_to(out).as_posix() not in files:
                path.unlink()


if __name__ == "__main__":
    command.run(main)
