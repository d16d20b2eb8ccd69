"""Stages `source` and `own`: read the images of a source; check what params.yaml states of them.

How near each image is to those of every class depends on the source alone, so it is written too.
"""

import shutil
from dataclasses import asdict
from pathlib import Path

from stages.common import command
from stages.common.arrays import write_array
from stages.common.blocks import Data, npy_blocks
from stages.common.distances import nearest
from stages.common.equal import named
from stages.common.files import write_json
from stages.params.model import LARGE, Benchmark, Own
from stages.params.read import AnySource, read_source
from stages.source.data_folder import locate
from stages.source.facts import Facts, as_stated, errors_of
from stages.source.folder import read_folder
from stages.source.large import read_large
from stages.source.tables import read_benchmark, read_csv_table, read_idx, read_npy, read_package

# The kinds of a user's own images that fit into memory.
READERS = {"folder": read_folder, "npy": read_npy, "idx": read_idx, "csv": read_csv_table}


def write_source(entry: AnySource, out: Path) -> Facts:
    """Read a source once; write its images and all that is known of them to the folder `out`.

    Of one that may be larger than memory, no image is written, but where they are: the entry.
    """
    if isinstance(entry, Own) and entry.kind in LARGE:
        files = None
        data, facts, equal = read_large(entry, locate(entry.path))
        shutil.rmtree(out, ignore_errors=True)
        write_json(out / "entry.json", asdict(entry))
        if data.ids is not None:
            write_array(out / "ids.npy", data.ids)
    else:
        if isinstance(entry, Own):
            images = READERS[entry.kind](entry, locate(entry.path))
        else:
            images = read_benchmark(entry) if isinstance(entry, Benchmark) else read_package(entry)
        facts, equal, files = as_stated(images.facts, entry), images.equal, images.files
        # Else an `entry.json` of before would be taken for this source's, where DVC does not run.
        shutil.rmtree(out, ignore_errors=True)
        write_array(out / "images.npy", images.pixels)
        if files:
            write_json(out / "files.json", files)
        data = Data(npy_blocks(out / "images.npy"), images.labels, groups=images.groups)
    # What was done to the images, too: the papers say it.
    changes = {key: getattr(entry, key, None) for key in ("resize", "channels")}
    known = {**asdict(facts), **changes}
    written = {key: value for key, value in known.items() if value is not None}
    if data.groups:
        written["groups"]["by"] = getattr(entry, "groups", None)
        write_array(out / "groups.npy", data.groups.of_row)
        write_json(out / "groups.json", data.groups.names)
    examples = named(equal.examples, files)
    counted = {"within": equal.within, "across": equal.across, "examples": examples}
    write_json(out / "facts.json", {**written, "equal": counted})
    write_array(out / "labels.npy", data.labels)
    write_array(out / "repeats.npy", equal.repeats)
    if not data.is_large or (isinstance(entry, Own) and entry.difficulty):
        write_array(out / "nearest.npy", nearest(data.blocks, data.labels))
    return facts


def main(name: str) -> None:
    """Read the source `name` of params.yaml; write it to ``build/sources/NAME``."""
    entry = read_source(name)
    part = "own" if isinstance(entry, Own) else "sources"
    with errors_of(part, name):
        facts = write_source(entry, Path("build/sources", name))
    if part == "own":
        print(f"{name}: {facts}; sha256 {facts.sha256}")


if __name__ == "__main__":
    command.run(main)
