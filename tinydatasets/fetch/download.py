"""Download published files with pooch."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import pooch
import requests
from tqdm import tqdm

from tinydatasets.fetch import FetchError
from tinydatasets.fetch.benchmarks import Benchmark, RemoteFile, make_room

# Seconds without an answer, or without a byte, after which a connection counts as lost.
_PATIENCE: Final = 30


def download(benchmark: Benchmark, mirrors: Sequence[str], folder: Path) -> None:
    """Download the files of a benchmark that a folder lacks or that are damaged there.

    Raises a FetchError if there is no room, or none of `mirrors` has a file with the right sum.
    """
    present = [folder / file.name for file in benchmark.files]
    size = sum(path.stat().st_size for path in present if path.is_file())
    make_room(folder, max(benchmark.download_size - size, 0) + benchmark.unpacked_size)
    for file in benchmark.files:
        _download_file(file, mirrors, folder)


def _download_file(file: RemoteFile, mirrors: Sequence[str], folder: Path) -> None:
    failures: list[str] = []
    for mirror in mirrors:
        if failures:
            print(failures[-1], file=sys.stderr)
        # Pooch checks the sum, moves the file into place, and tries once more if that or the
        # connection fails.
        store = pooch.Pooch(folder, mirror, {file.name: f"sha256:{file.sha256}"}, retry_if_failed=1)
        try:
            store.fetch(file.name, downloader=partial(_save, file))
        except requests.HTTPError as error:
            reason = f"{error.response.status_code} {error.response.reason}"
        except requests.RequestException as error:
            reason = f"the connection failed ({type(error).__name__})"
        except ValueError as error:  # of pooch, of another sum, or of `_save`
            reason = str(error)
        else:
            return
        failures.append(f"{mirror}{file.name}: {reason}")
    raise FetchError(
        f"{file.name} could not be downloaded:\n  "
        + "\n  ".join(failures)
        + "\nThe same command goes on from what is there. `--mirror URL` names another place,"
        " `--from PATH` files that you have."
    )


def _save(file: RemoteFile, url: str, output_file: str, _pooch: pooch.Pooch) -> None:
    """Save a file as it is stored on the server, and no more bytes than it was published with."""
    headers = {"Accept-Encoding": "identity"}
    with requests.get(url, headers=headers, stream=True, timeout=_PATIENCE) as response:
        response.raise_for_status()
        # Some servers take .gz for an encoding, which would be undone here.
        response.raw.headers.pop("Content-Encoding", None)
        # Pooch made it for its owner alone; a class may read the folder.
        Path(output_file).unlink()
        bar = tqdm(desc=file.name, total=file.size, unit="B", unit_scale=True, disable=None)
        with Path(output_file).open("xb") as out, bar:
            for block in response.iter_content(2**16):
                out.write(block)
                bar.update(len(block))
                if out.tell() > file.size:
                    break
            size = out.tell()
    if size != file.size:
        raise ValueError(f"expected {file.size:,} bytes, received {size:,}")
