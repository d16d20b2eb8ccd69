"""Stage `serialize`: write the pickles that are released."""

from __future__ import annotations

from pathlib import Path

from stages import shell
from tinydatasets import Split, dumps


def main(*, arrays: Path, out: Path) -> None:
    """Write train and test of the folder `arrays` as pickles to the folder `out`."""
    for name in ("train", "test"):
        images = shell.read_array(arrays / name / "images.npy")
        labels = shell.read_array(arrays / name / "labels.npy")
        shell.write_bytes(out / f"{name}.pkl", dumps(Split(images, labels)))


if __name__ == "__main__":
    shell.run(main)
