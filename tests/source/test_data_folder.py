"""What is in data/ is what DVC can read, and sees when it changes."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from stages.common.errors import StageError
from stages.source.data_folder import check_data_folder, locate


def message_of(call: Callable[[], object]) -> str:
    with pytest.raises(StageError) as caught:
        call()
    return str(caught.value)


def link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


PIPE = "data/a/b: a pipe, a socket or a device; remove it"
NOWHERE = "data/a/b: a symbolic link that leads nowhere: "
OUTSIDE = "data/a/b: a symbolic link that leads out of data/; put the files themselves there"
WINDOWS = ": Windows allows no file or folder of this name; rename it"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"


def named(name: str) -> Callable[[Path], None]:
    return lambda path: (path.parent / name).mkdir()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (os.mkfifo, PIPE),
        (lambda path: os.mknod(path, stat.S_IFSOCK), PIPE),
        (link("/dev/zero"), PIPE),
        (link("b"), f"{NOWHERE}Too many levels of symbolic links"),
        (link("none"), f"{NOWHERE}No such file or directory"),
        (link("../../outside.png"), OUTSIDE),
        (named(os.fsdecode(b"\xe9")), r"'data/a/\udce9': its name has U+DCE9 (not UTF-8)"),
        (named("a\nb"), r"'data/a/a\nb': its name has U+000A (a control character); rename it"),
        *[
            (named(f"oak{letter}"), f"'data/a/oak{code}': its name has ")
            for letter, code in (("\u202e", r"\u202e"), ("\u061c", r"\u061c"), ("\xad", r"\xad"))
        ],
        *[
            (named(name), f"data/a/{name}{WINDOWS}")
            for name in ("con", "NUL", "Com1.png", "lpt³", "a:b", "a?", 'a"', "a\\b", "a.", "a ")
        ],
        (named("Ä"), "data/a/ä: some systems take its name for that of Ä; rename one"),
    ],
)
def test_what_dvc_can_not_read_or_see_is_refused(
    spoil: Callable[[Path], object], message: str, data: Path
) -> None:
    Path("outside.png").touch()
    (data / "a").mkdir()
    # Of macOS; and names of any alphabet, of which the last has a joiner.
    letters = ("ä", "شجرة", "עץ", "橡", "\u0645\u06cc\u200c\u062e")
    for name in ("Icon\r", "Screenshot 1.30\u202fPM", *letters):
        (data / "a" / name).touch()
    check_data_folder()
    spoil(data / "a/b")
    assert message_of(check_data_folder).startswith(message)
    assert message_of(lambda: locate("data/a")).startswith(message)


def test_all_that_is_wrong_is_said_at_once_and_a_pointer_only_of_what_is_used(data: Path) -> None:
    (data / "a").mkdir()
    for number in range(12):
        (data / f"a/{number:02}.png").write_bytes(POINTER)
    check_data_folder()
    (data / "a/con").touch()
    assert message_of(check_data_folder) == f"data/a/con{WINDOWS}"
    found = "a pointer of Git LFS, not the file; run `git lfs pull`"
    lines = ["13 problems:", *(f"data/a/{number:02}.png: {found}" for number in range(10))]
    assert message_of(lambda: locate("data/a")) == "\n  ".join([*lines, "and 3 more"])
    assert message_of(lambda: locate("data/a/01.png")) == f"data/a/01.png: {found}"


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
