"""What is in data/ is what DVC can read, and sees when it changes."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stages.common.errors import StageError
from stages.source.data_folder import check_data_folder, locate

if TYPE_CHECKING:
    from collections.abc import Callable


def message_of(call: Callable[[], object]) -> str:
    with pytest.raises(StageError) as caught:
        call()
    return str(caught.value)


def bind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path.as_posix())


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (os.mkfifo, "data/a/b: a pipe, a socket or a device; remove it"),
        (bind, "data/a/b: a pipe, a socket or a device; remove it"),
        (
            lambda path: path.symlink_to("/dev/zero"),
            "data/a/b: a pipe, a socket or a device; remove it",
        ),
        (
            lambda path: path.symlink_to("b"),
            "data/a/b: a symbolic link that leads nowhere: Too many levels of symbolic links",
        ),
        (
            lambda path: path.symlink_to("none"),
            "data/a/b: a symbolic link that leads nowhere: No such file or directory",
        ),
        *[
            (
                lambda path, target=target: path.symlink_to(target),
                "data/a/b: a symbolic link that leads out of data/; put the files themselves there",
            )
            for target in ("../../outside", "../../outside/1.png")
        ],
        (
            lambda path: (path.parent / os.fsdecode(b"\xe9")).touch(),
            "'data/a/\\udce9': a name that is not UTF-8 or has a control character; rename it",
        ),
        (
            lambda path: (path.parent / "a\nb").mkdir(),
            "'data/a/a\\nb': a name that is not UTF-8 or has a control character; rename it",
        ),
    ],
)
def test_what_dvc_can_not_read_or_see_is_refused(
    spoil: Callable[[Path], object], message: str, data: Path
) -> None:
    Path("outside").mkdir()
    Path("outside/1.png").touch()
    (data / "a").mkdir()
    (data / "a/Icon\r").touch()  # of macOS
    check_data_folder()
    spoil(data / "a/b")
    assert message_of(check_data_folder) == message
    assert message_of(lambda: locate("data/a")) == message


def test_links_within_data_are_right_but_to_a_folder_elsewhere_in_it(data: Path) -> None:
    for name in ("oak", "leaves/elm"):
        (data / name).mkdir(parents=True)
        (data / name / "1.png").touch()
    (data / "leaves/elm/2.png").symlink_to("../../oak/1.png")
    (data / "leaves/ash").symlink_to("elm")
    (data / "yew").symlink_to("leaves")
    assert locate("data/./yew/") == data / "yew"
    (data / "leaves/oak").symlink_to("../oak")
    check_data_folder()
    assert message_of(lambda: locate("data/leaves")) == (
        "data/leaves/oak: a symbolic link that leads out of data/leaves/; put the files themselves "
        "there"
    )


def test_there_may_be_no_data(data: Path) -> None:
    data.rmdir()
    check_data_folder()


@pytest.mark.parametrize(
    "location",
    ["/etc", "leaves", "data", "data/", "../data/leaves", "data/../x", "data/a\\b", ""],
)
@pytest.mark.usefixtures("data")
def test_a_path_is_below_data(location: str) -> None:
    expected = f"{location}: expected a path below data/, as data/leaves is"
    assert message_of(lambda: locate(location)) == expected


@pytest.mark.parametrize("location", ["data/none", "data/none/1.png", f"data/{'long' * 100}"])
@pytest.mark.usefixtures("data")
def test_a_path_that_is_not_there_is_said(location: str) -> None:
    assert message_of(lambda: locate(location)).startswith(f"{location}: ")
