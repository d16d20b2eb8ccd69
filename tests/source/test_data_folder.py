"""What is in data/ is what DVC can read, and sees when it changes."""

from __future__ import annotations

import os
import stat
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


def link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


PIPE = "data/a/b: a pipe, a socket or a device; remove it"
NOWHERE = "data/a/b: a symbolic link that leads nowhere: "
OUTSIDE = "data/a/b: a symbolic link that leads out of data/; put the files themselves there"
NAME = ": a name that is not UTF-8 or has a control character; rename it"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (os.mkfifo, PIPE),
        (lambda path: os.mknod(path, stat.S_IFSOCK), PIPE),
        (link("/dev/zero"), PIPE),
        (link("b"), f"{NOWHERE}Too many levels of symbolic links"),
        (link("none"), f"{NOWHERE}No such file or directory"),
        (link("../../outside.png"), OUTSIDE),
        (lambda path: (path.parent / os.fsdecode(b"\xe9")).touch(), rf"'data/a/\udce9'{NAME}"),
        (lambda path: (path.parent / "a\nb").mkdir(), rf"'data/a/a\nb'{NAME}"),
    ],
)
def test_what_dvc_can_not_read_or_see_is_refused(
    spoil: Callable[[Path], object], message: str, data: Path
) -> None:
    Path("outside.png").touch()
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
    message = message_of(lambda: locate("data/leaves"))
    assert message.startswith("data/leaves/oak: a symbolic link that leads out of data/leaves/")


@pytest.mark.parametrize("location", ["/etc", "leaves", "data/", "data/../x", "data/a\\b", ""])
def test_a_path_is_below_data(location: str) -> None:
    expected = f"{location}: expected a path below data/, as data/leaves is"
    assert message_of(lambda: locate(location)) == expected
