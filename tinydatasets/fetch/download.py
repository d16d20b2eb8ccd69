"""Download published files with pooch, going on with what an earlier run left."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pooch
import requests
import urllib3
from tqdm import tqdm

from tinydatasets.fetch.errors import FetchError
from tinydatasets.fetch.storage import make_room

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tinydatasets.fetch.benchmarks import Benchmark, RemoteFile

# Seconds without an answer, or without a byte, after which a connection counts as lost.
_PATIENCE: Final = 30
_BLOCK: Final = 2**16


def download(benchmark: Benchmark, mirrors: Sequence[str], folder: Path) -> None:
    """Download the files of a benchmark that a folder lacks or that are damaged there.

    Parameters
    ----------
    benchmark : Benchmark
        What to download.
    mirrors : sequence of str
        Addresses that have the files, each ending in a slash; the next is asked where one fails.
    folder : Path
        Where the files go.

    Raises
    ------
    FetchError
        If there is no room, or no mirror gives a file with the right sum. What came of a file
        before the connection was lost stays there as ``.part``.
    OSError
        If a file can't be written. What came of it stays there as ``.part``.
    """
    kept = [folder / name for file in benchmark.files for name in (file.name, _part(file.name))]
    there = sum(path.stat().st_size for path in kept if path.is_file())
    needed = max(benchmark.download_size - there, 0) + benchmark.unpacked_size
    make_room(folder, needed)
    for file in benchmark.files:
        _download(file, mirrors, folder)


class _BrokenOffError(requests.RequestException):
    """What a server sent is not the whole of the file; pooch tries again, as for its like."""


def _download(file: RemoteFile, mirrors: Sequence[str], folder: Path) -> None:
    failures: list[str] = []
    for mirror in mirrors:
        if failures:
            print(failures[-1], file=sys.stderr)
        # Pooch checks the sum, moves the file into place, and tries once more if that or the
        # connection fails: from where it was cut, or anew if the sum was wrong.
        store = pooch.Pooch(folder, mirror, {file.name: f"sha256:{file.sha256}"}, retry_if_failed=1)
        try:
            store.fetch(file.name, downloader=_Resuming(file))
        except (ValueError, requests.RequestException) as error:
            failures.append(f"{mirror}{file.name}: {_reason(error)}")
        else:
            return
    raise FetchError(
        f"{file.name} could not be downloaded:\n  "
        + "\n  ".join(failures)
        + "\nThe same command goes on from what has come. `--mirror URL` names another place,"
        " `--from PATH` files that you have."
    )


def _reason(error: Exception) -> str:
    """Say in a few words why a mirror failed."""
    if isinstance(error, _BrokenOffError):
        return str(error)
    if isinstance(error, requests.HTTPError):
        return f"{error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout):
        return f"no answer within {_PATIENCE} s"
    if isinstance(error, requests.RequestException):
        return f"no connection ({type(error).__name__})"
    return "another sha256 than the published one, so it was deleted"


def _part(name: str) -> str:
    return f"{name}.part"


@dataclass(frozen=True)
class _Resuming:
    """A downloader for pooch that resumes; pooch has none.

    Whether the part and the rest belong together is for the sum of the whole to say, so that a
    part from one mirror serves with the next, and no validator (``If-Range``) has to be kept.
    """

    file: RemoteFile

    def __call__(self, url: str, output_file: str, _pooch: pooch.Pooch) -> None:
        """Complete the part and move it to where pooch checks it."""
        part = Path(output_file).with_name(_part(self.file.name))
        have = part.stat().st_size if part.exists() else 0
        if have < self.file.size:
            self._go_on(url, part, have)
            have = part.stat().st_size
        if have < self.file.size:
            raise _BrokenOffError(
                f"the connection was cut after {have:,} of {self.file.size:,} bytes"
            )
        # If it is too long, its sum is wrong and pooch deletes it.
        part.replace(output_file)

    def _go_on(self, url: str, part: Path, have: int) -> None:
        """Append to a part what a server has after the first `have` bytes."""
        # As it is: a server that labels .gz as an encoding would have it decompressed here.
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        with requests.get(url, headers=headers, stream=True, timeout=_PATIENCE) as response:
            response.raise_for_status()
            if response.status_code != requests.codes.partial_content:
                have = 0  # the server ignores Range, and sends all of it
            rest = response.headers.get("Content-Length", "")
            if rest.isdecimal() and have + int(rest) != self.file.size:
                raise _BrokenOffError(
                    f"expected {self.file.size:,} bytes, the server has {have + int(rest):,}"
                )
            with part.open("ab" if have else "wb") as file, self._bar(have) as bar:
                try:
                    for block in response.raw.stream(_BLOCK, decode_content=False):
                        file.write(block)
                        bar.update(len(block))
                        if file.tell() > self.file.size:
                            break
                except urllib3.exceptions.HTTPError:
                    pass  # cut: the length of the part tells

    def _bar(self, have: int) -> tqdm[Any]:
        """Draw progress where there is a terminal."""
        return tqdm(
            desc=self.file.name,
            total=self.file.size,
            initial=have,
            unit="B",
            unit_scale=True,
            disable=None,
        )
