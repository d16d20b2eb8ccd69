"""A folder of images is a source: what Pillow reads of it, and what is said of what it can't."""

from __future__ import annotations

import hashlib
import struct
import unicodedata
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.source.conftest import Written

    Array = npt.NDArray[np.uint8]
    Look = Callable[..., Written]

GENERATOR = np.random.RandomState(5)
GREY: Array = GENERATOR.randint(0, 256, (5, 4, 6)).astype(np.uint8)
COLOUR: Array = GENERATOR.randint(0, 256, (5, 4, 6, 3)).astype(np.uint8)
LEAVES = Path("data/leaves")

pytestmark = pytest.mark.usefixtures("data")


def paint(name: str, pixels: Array, mode: str = "", **options: Any) -> None:
    """Save pixels as an image of the folder, in the format that its name ends with."""
    path = LEAVES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(path, **options)


def leaves(images: Array = GREY, end: str = "png", **options: Any) -> None:
    """Save two images of elm and three of oak, not in the order of their names."""
    for row in (4, 2, 3, 1, 0):
        paint(f"{'elm' if row < 2 else 'oak'}/leaf {row}.{end}", images[row], **options)


# --- What is read --------------------------------------------------------------------------------


@pytest.mark.parametrize("images", [GREY, COLOUR], ids=["grey", "colour"])
@pytest.mark.parametrize("end", ["png", "bmp", "tif", "ppm", "webp", "PNG"])
def test_images_are_read_as_they_were_drawn(images: Array, end: str, look: Look) -> None:
    leaves(images, end, lossless=True)
    if end == "webp" and images is GREY:  # WebP has no grey.
        images = np.repeat(images[..., None], 3, -1)
    facts, found, labels = look("folder")
    names = [f"{'elm' if row < 2 else 'oak'}/leaf {row}.{end}" for row in range(5)]
    # As `sha256sum */*` prints it in the folder.
    printed = "".join(
        f"{hashlib.sha256((LEAVES / name).read_bytes()).hexdigest()}  {name}\n" for name in names
    )
    assert facts == {
        "classes": ["elm", "oak"],
        "image_shape": [*images.shape[1:]],
        "maximum": 255,
        "rows_per_class": [2, 3],
        "sha256": hashlib.sha256(printed.encode()).hexdigest(),
    }
    np.testing.assert_array_equal(found, images)
    assert labels == [0, 0, 1, 1, 1]


@pytest.mark.parametrize("end", ["jpg", "gif"])
def test_formats_with_loss_or_a_palette_are_read(end: str, look: Look) -> None:
    leaves(np.full((5, 8, 8), 90, np.uint8), end)
    assert look("folder").images.shape == (5, 8, 8)
    assert abs(look("folder").images.astype(int) - 90).max() <= 2


def test_channels_are_those_of_the_files_or_those_that_are_stated(look: Look) -> None:
    leaves()
    grey_in_colour = np.repeat(GREY[..., None], 3, -1)
    np.testing.assert_array_equal(look("folder", channels=3).images, grey_in_colour)
    paint("oak/leaf 2b.png", COLOUR[0])
    images = look("folder").images
    np.testing.assert_array_equal(images, np.insert(grey_in_colour, 3, COLOUR[0], axis=0))
    # The weights of ITU-R BT.601: 0.299, 0.587 and 0.114.
    grey = look("folder", channels=1).images
    np.testing.assert_array_equal(np.delete(grey, 3, axis=0), GREY)
    assert abs(grey[3] - COLOUR[0] @ [0.299, 0.587, 0.114]).max() <= 0.51


def test_resized_a_pixel_is_the_mean_of_the_area_that_it_covers(look: Look) -> None:
    leaves()
    paint("oak/wide.png", np.array([[10, 30, 0, 9], [20, 40, 0, 9]], np.uint8))
    images = look("folder", size=[1, 2]).images
    # Of 10, 30, 20 and 40; and of 0, 9, 0 and 9, which is 4.5.
    assert images[5].tolist() in ([[25, 4]], [[25, 5]])
    assert abs(images[:5, 0] - GREY.reshape(5, 4, 2, 3).mean((1, 3))).max() <= 1
    larger = look("folder", size=[4, 8]).images
    assert larger[5, 0].tolist() == [10, 10, 30, 30, 0, 0, 9, 9]


RED = np.full((4, 6, 3), (250, 10, 20), np.uint8)


@pytest.mark.parametrize(
    ("end", "mode", "near"),
    [("png", "P", 0), ("png", "RGBA", 0), ("tif", "CMYK", 0), ("jpg", "CMYK", 4), ("gif", "P", 0)],
)
def test_a_palette_an_opaque_alpha_channel_and_cmyk_are_colours(
    end: str, mode: str, near: int, look: Look
) -> None:
    leaves(COLOUR)
    image = Image.fromarray(RED).convert(mode, palette=Image.Palette.ADAPTIVE)
    image.save(LEAVES / f"elm/a.{end}", quality=100)
    assert abs(look("folder").images[0].astype(int) - RED).max() <= near


@pytest.mark.parametrize(("mode", "values"), [("1", [0, 255]), ("LA", [0, 200])])
def test_bits_and_an_opaque_alpha_channel_are_grey(
    mode: str, values: list[int], look: Look
) -> None:
    leaves()
    paint("elm/a.png", pixels := np.array([values * 3] * 4, np.uint8), mode)
    np.testing.assert_array_equal(look("folder").images[0], pixels)


def test_of_an_animation_the_first_picture_is_read(look: Look) -> None:
    leaves()
    first, second = Image.new("L", (6, 4), 7), Image.new("L", (6, 4), 99)
    for name in ("a.gif", "b.tif"):
        first.save(LEAVES / "elm" / name, save_all=True, append_images=[second])
    assert look("folder").images[:2].tolist() == np.full((2, 4, 6), 7).tolist()


@pytest.mark.parametrize("end", ["png", "tif", "webp"])
def test_an_image_that_exif_turns_is_turned(end: str, look: Look) -> None:
    leaves(COLOUR)
    turned = Image.Exif()
    turned[0x0112] = 6  # The camera was held so that what is up is at the right.
    Image.fromarray(np.rot90(COLOUR[3])).save(LEAVES / f"elm/a.{end}", exif=turned, lossless=True)
    np.testing.assert_array_equal(look("folder").images[0], COLOUR[3])


def test_what_systems_put_into_folders_is_passed_over(look: Look) -> None:
    leaves()
    before = look("folder").facts
    for folder in (LEAVES, LEAVES / "oak"):
        for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._leaf 2.png", "Icon\r"):
            (folder / name).write_bytes(b"x")
        (folder / ".ipynb_checkpoints").mkdir()
    assert look("folder").facts == before


def test_what_is_stated_of_classes_and_of_the_largest_value_is_taken(look: Look) -> None:
    leaves(GREY // 16)
    facts, images, labels = look("folder", classes=["oak", "elm"], maximum=15)
    assert (facts["rows_per_class"], facts["maximum"]) == ([3, 2], 15)
    np.testing.assert_array_equal(images, GREY[[2, 3, 4, 0, 1]] // 16)
    assert labels == [0, 0, 0, 1, 1]


def test_names_are_of_any_alphabet_and_the_same_composed_or_not(look: Look) -> None:
    names = ["سنديان", "érable à sucre", "橡", "🍁 ' \"", "-Ω"]
    found = []
    for form in ("NFC", "NFD"):
        LEAVES.rename(f"data/{form}") if LEAVES.exists() else None
        for row, name in enumerate(names):
            paint(unicodedata.normalize(form, f"{name}/é ل {row}.png"), GREY[row])
            paint(unicodedata.normalize(form, f"{name}/e.png"), GREY[row])
        found.append(look("folder").facts)
    assert found[0] == found[1]
    assert found[0]["classes"] == sorted(names)
    stated = [unicodedata.normalize("NFD", name) for name in names]
    assert look("folder", classes=stated).facts["classes"] == names


def test_a_link_within_the_folder_is_followed(look: Look) -> None:
    leaves()
    (LEAVES / "ash").symlink_to("elm")
    (LEAVES / "oak/leaf 5.png").symlink_to("../elm/leaf 0.png")
    facts, images, _ = look("folder")
    assert facts["classes"] == ["ash", "elm", "oak"]
    np.testing.assert_array_equal(images, GREY[[0, 1, 0, 1, 2, 3, 4, 0]])


# --- What is refused -----------------------------------------------------------------------------


def png(width: int, height: int, depth: int = 8, colour: int = 0) -> bytes:
    """Give a PNG with pixels for one or two lines, whatever height it claims."""
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    line = b"\0" + bytes(min(width, 9) * channels * depth // 8)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(line * 2)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


def put(name: str, data: bytes) -> Callable[[], object]:
    return lambda: (LEAVES / name).write_bytes(data)


def cut(name: str, length: int) -> Callable[[], object]:
    """Save an image and cut off its end."""

    def do() -> None:
        paint(name, GENERATOR.randint(0, 256, (4, 6)).astype(np.uint8))
        (LEAVES / name).write_bytes((LEAVES / name).read_bytes()[:length])

    return do


def clear(name: str, mode: str, **options: Any) -> Callable[[], object]:
    return lambda: Image.new(mode, (6, 4)).save(LEAVES / name, **options)


DEEP = "more than 8 bits a channel; save it with 8"
LARGE = "more than 100,000,000 pixels; make it smaller"
CLEAR = "some pixels are transparent; save it without transparency"
UNREAD = "not an image that Pillow reads"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ((LEAVES / "yew").mkdir, "yew: a class without an image"),
        (put("README.md", b"# Leaves\n"), "README.md: not a folder; each image belongs in the fol"),
        ((LEAVES / "oak/b").mkdir, "oak/b: not a file; the folder of a class has images alone"),
        (put("oak/notes.txt", b"Found in May.\n"), f"oak/notes.txt: {UNREAD}"),
        (put("oak/a.png", b""), f"oak/a.png: {UNREAD}"),
        (put("oak/a.jpg", b"\xff\xd8\xff\xe0broken"), "oak/a.jpg: "),
        (cut("oak/a.png", 20), "oak/a.png: "),
        (cut("oak/a.png", 60), "oak/a.png: "),
        (cut("oak/a.jpg", -40), "oak/a.jpg: Truncated File Read"),
        (cut("oak/a.bmp", -3), "oak/a.bmp: image file is truncated"),
        (cut("oak/a.tif", -9), "oak/a.tif: "),
        (cut("oak/a.gif", 8), "oak/a.gif: "),
        (
            lambda: paint("oak/a.png", GREY[0, :, :5]),
            "oak/a.png has 4 x 5 pixels (height x width), but data/leaves/elm/leaf 0.png has 4 x "
            "6; state the size to resize all to, such as `size: [4, 6]`",
        ),
        *[(put("oak/a.png", png(6, 4, 16, n)), f"oak/a.png: {DEEP}") for n in (0, 2, 4, 6)],
        (put("oak/a.ppm", b"P6 6 4 65535\n" + bytes(6 * 4 * 6)), f"oak/a.ppm: {DEEP}"),
        (clear("oak/a.tif", "I;16"), f"oak/a.tif: {DEEP}"),
        (clear("oak/a.tif", "F"), f"oak/a.tif: {DEEP}"),
        (clear("oak/a.png", "RGBA"), f"oak/a.png: {CLEAR}"),
        (clear("oak/a.png", "LA"), f"oak/a.png: {CLEAR}"),
        (clear("oak/a.png", "P", transparency=0), f"oak/a.png: {CLEAR}"),
        (clear("oak/a.png", "L", transparency=0), f"oak/a.png: {CLEAR}"),
        (clear("oak/a.gif", "P", transparency=0), f"oak/a.gif: {CLEAR}"),
        (clear("oak/a.eps", "L"), "oak/a.eps: a drawing (EPS); save it as PNG"),
        # Pillow itself only warns of the first, and stops at the second.
        (put("oak/a.png", png(12_000, 9_000)), f"oak/a.png: {LARGE}"),
        (put("oak/a.png", png(2**31 - 1, 2**31 - 1)), f"oak/a.png: {LARGE}"),
        (put("oak/a.png", png(6, 0)), "oak/a.png: "),
        (
            lambda: paint("OAK/a.png", GREY[0]),
            "oak: some systems take its name for that of OAK; rename one",
        ),
        (
            lambda: [put(f"oak/{name}.png", b"")() for name in ("é", "e\u0301")],
            "oak/é.png: some systems take its name for that of e\u0301.png; rename one",
        ),
    ],
)
def test_what_is_wrong_is_said(
    spoil: Callable[[], object], message: str, refused: Callable[..., str]
) -> None:
    leaves()
    spoil()
    assert refused("folder").startswith(f"path: data/leaves/{message}")


@pytest.mark.parametrize(
    ("path", "keys", "message"),
    [
        ("data/leaves/elm/leaf 0.png", {}, "path: data/leaves/elm/leaf 0.png: not a folder"),
        ("data/leaves/elm", {}, "path: data/leaves/elm/leaf 0.png: not a folder; each image belo"),
        ("data/one", {}, "path: data/one: expected a folder for each of two classes or more, fou"),
        ("data/leaves", {"classes": ["oak", "yew"]}, "classes: ['oak', 'yew'], but the data has "),
        ("data/leaves", {"image_shape": [6, 4]}, "image_shape: [6, 4], but the data has [4, 6]"),
        ("data/leaves", {"size": [2, 2], "image_shape": [4, 6]}, "image_shape: [4, 6], but the d"),
        ("data/leaves", {"rows_per_class": [3, 2]}, "rows_per_class: [3, 2], but the data has [2"),
        ("data/leaves", {"maximum": 9}, "maximum: 9, but the data has 25"),
        ("data/leaves", {"sha256": "0" * 64}, f"sha256: {'0' * 64}, but the data has "),
    ],
)
def test_what_is_not_as_stated_is_said(
    path: str, keys: dict[str, Any], message: str, refused: Callable[..., str]
) -> None:
    leaves()
    Path("data/one/elm").mkdir(parents=True)
    assert refused("folder", path, **keys).startswith(message)
