"""A folder of images is a source: what Pillow reads of it, and what is said of what it can't."""

import hashlib
import struct
import unicodedata
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.source.conftest import look, refused

Array = npt.NDArray[np.uint8]

GENERATOR = np.random.RandomState(5)
GREY: Array = GENERATOR.randint(0, 256, (5, 4, 6)).astype(np.uint8)
COLOUR: Array = GENERATOR.randint(0, 256, (5, 4, 6, 3)).astype(np.uint8)
IN_COLOUR = np.repeat(GREY[..., None], 3, -1)
RED = np.full((4, 6, 3), (250, 10, 20), np.uint8)
LEAVES = Path("data/leaves")

pytestmark = pytest.mark.usefixtures("data")


def paint(name: str, pixels: Array, mode: str | None = None, **options: Any) -> None:
    """Save pixels as an image of the folder, in the format that its name ends with."""
    path = LEAVES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).convert(mode, palette=Image.Palette.ADAPTIVE).save(path, **options)


def leaves(images: Array = GREY, end: str = "png", **options: Any) -> None:
    """Save two images of elm and three of oak, not in the order of their names."""
    for row in (4, 2, 3, 1, 0):
        paint(f"{'elm' if row < 2 else 'oak'}/leaf {row}.{end}", images[row], **options)


@pytest.mark.parametrize("images", [GREY, COLOUR], ids=["grey", "colour"])
@pytest.mark.parametrize("end", ["png", "bmp", "tif", "ppm", "webp", "PNG"])
def test_images_are_read_as_they_were_drawn(images: Array, end: str) -> None:
    leaves(images, end, lossless=True)
    images = IN_COLOUR if end == "webp" and images is GREY else images  # WebP has no grey.
    facts, found, labels = look("folder")
    names = [f"{'elm' if row < 2 else 'oak'}/leaf {row}.{end}" for row in range(5)]
    sums = {name: hashlib.sha256((LEAVES / name).read_bytes()).hexdigest() for name in names}
    # As `sha256sum */*` prints it in the folder.
    printed = "".join(f"{total}  {name}\n" for name, total in sums.items())
    assert facts == {
        "classes": ["elm", "oak"],
        "image_shape": [*images.shape[1:]],
        "maximum": 255,
        "rows_per_class": [2, 3],
        "sha256": hashlib.sha256(printed.encode()).hexdigest(),
        "equal": {"within": 0, "across": 0, "examples": []},
    }
    np.testing.assert_array_equal(found, images)
    assert labels == [0, 0, 1, 1, 1]


@pytest.mark.parametrize(
    ("end", "mode", "near"),
    [
        *[("png", "P", 0), ("png", "RGBA", 0), ("tif", "CMYK", 0), ("gif", "P", 0)],
        *[("jpg", "CMYK", 4), ("jpg", "RGB", 4)],
    ],
)
def test_other_modes_of_colour_are_colours(end: str, mode: str, near: int) -> None:
    leaves(COLOUR)
    paint(f"elm/a.{end}", RED, mode, quality=100)
    assert abs(look("folder").images[0].astype(int) - RED).max() <= near


@pytest.mark.parametrize(("mode", "values"), [("1", [0, 255]), ("LA", [0, 200]), ("P", [9, 90])])
def test_other_modes_of_grey_are_grey(mode: str, values: list[int]) -> None:
    leaves()
    paint("elm/a.png", pixels := np.array([values * 3] * 4, np.uint8), mode)
    np.testing.assert_array_equal(look("folder").images[0], pixels)


def test_channels_are_those_of_the_files_or_those_that_are_stated() -> None:
    leaves()
    np.testing.assert_array_equal(look("folder", channels=3).images, IN_COLOUR)
    paint("oak/leaf 2b.png", COLOUR[0])
    mixed = np.insert(IN_COLOUR, 3, COLOUR[0], axis=0)
    np.testing.assert_array_equal(look("folder").images, mixed)
    # The weights of ITU-R BT.601: 0.299, 0.587 and 0.114.
    grey = look("folder", channels=1).images
    np.testing.assert_array_equal(np.delete(grey, 3, axis=0), GREY)
    assert abs(grey[3] - COLOUR[0] @ [0.299, 0.587, 0.114]).max() <= 0.51


def test_resized_a_pixel_is_the_mean_of_the_area_that_it_covers() -> None:
    leaves()
    paint("oak/wide.png", np.array([[10, 30, 0, 9], [20, 40, 0, 9]], np.uint8))
    written = look("folder", resize=[1, 2])
    images = written.images
    assert written.facts["resize"] == [1, 2]  # for the papers
    # Of 10, 30, 20 and 40; and of 0, 9, 0 and 9, which is 4.5.
    assert images[5].tolist() in ([[25, 4]], [[25, 5]])
    assert abs(images[:5, 0] - GREY.reshape(5, 4, 2, 3).mean((1, 3))).max() <= 1
    larger = look("folder", resize=[4, 8]).images
    assert larger[5, 0].tolist() == [10, 10, 30, 30, 0, 0, 9, 9]


@pytest.mark.parametrize("end", ["png", "tif", "webp"])
def test_an_image_that_exif_turns_is_turned(end: str) -> None:
    leaves(COLOUR)
    turned = Image.Exif()
    turned[0x0112] = 6  # The camera was held so that what is up is at the right.
    paint(f"elm/a.{end}", np.rot90(COLOUR[3]), exif=turned, lossless=True)
    np.testing.assert_array_equal(look("folder").images[0], COLOUR[3])


def test_of_a_phones_photo_the_first_picture_is_read_and_what_systems_add_is_not() -> None:
    leaves()
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._leaf 2.png", "Icon\r"):
        (LEAVES / name).touch()
        (LEAVES / "oak" / name).touch()
    first, second = Image.new("L", (6, 4), 7), Image.new("L", (6, 4), 99)
    first.save(LEAVES / "elm/a.mpo", save_all=True, append_images=[second])
    facts, images, _ = look("folder")
    assert images[0].tolist() == np.full((4, 6), 7).tolist()
    assert facts["rows_per_class"] == [3, 3]


def test_what_is_stated_is_taken_and_a_link_followed() -> None:
    leaves(GREY // 16)
    (LEAVES / "ash").symlink_to("elm")
    facts, images, labels = look("folder", classes=["oak", "elm", "ash"], maximum=15)
    assert (facts["rows_per_class"], facts["maximum"]) == ([3, 2, 2], 15)
    np.testing.assert_array_equal(images, GREY[[2, 3, 4, 0, 1, 0, 1]] // 16)
    assert labels == [0, 0, 0, 1, 1, 2, 2]


def test_names_are_of_any_alphabet_and_the_same_composed_or_not() -> None:
    names = ["سنديان", "érable à sucre", "橡", "🍁 '", "-Ω"]
    found = []
    for form in ("NFC", "NFD"):
        LEAVES.rename(f"data/{form}") if LEAVES.exists() else None
        for row, name in enumerate(names):
            paint(unicodedata.normalize(form, f"{name}/é ل.png"), GREY[row])
        found.append(look("folder").facts)
    assert found[0] == found[1]
    assert found[0]["classes"] == sorted(names)
    stated = [unicodedata.normalize("NFD", name) for name in names]
    assert look("folder", classes=stated).facts["classes"] == names


# --- What is refused -----------------------------------------------------------------------------


def png(width: int, height: int, depth: int = 8, colour: int = 0) -> bytes:
    """Return a PNG with pixels for one or two lines, whatever height it claims."""
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


def cut(end: str, length: int) -> Callable[[], object]:
    """Save an image and cut off its end."""
    path = LEAVES / f"oak/a.{end}"

    def do() -> None:
        paint(f"oak/a.{end}", GREY[0])
        path.write_bytes(path.read_bytes()[:length])

    return do


def animate(end: str) -> Callable[[], object]:
    first, second = Image.new("L", (6, 4), 7), Image.new("L", (6, 4), 99)
    return lambda: first.save(LEAVES / f"oak/a.{end}", save_all=True, append_images=[second])


def clear(end: str, mode: str, **options: Any) -> Callable[[], object]:
    return lambda: Image.new(mode, (6, 4)).save(LEAVES / f"oak/a.{end}", **options)


DEEP = ": more than 8 bits a channel; save it with 8"
LARGE = ": more than 100,000,000 pixels; make it smaller"
CLEAR = ": some pixels are transparent; save it without transparency"
UNREAD = ": not an image that Pillow reads"
ALIKE = "some systems take its name for that of"
SIZES = ": 4 x 5 pixels (height x width), but 5 images have 4 x 6; state the size to resize all "
PICTURES = ": more than one picture; save the one that is meant"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ((LEAVES / "yew").mkdir, "yew: a class without an image"),
        (put("a.md", b"#"), "a.md: not a folder; each image belongs in the folder of its class"),
        ((LEAVES / "oak/b").mkdir, "oak/b: not a file; the folder of a class has images alone"),
        (put("oak/a.txt", b"Found in May.\n"), f"oak/a.txt{UNREAD}"),
        (put("oak/a.png", b""), f"oak/a.png{UNREAD}"),
        *[(cut("png", length), "oak/a.png: ") for length in (20, 60)],
        (cut("jpg", -40), "oak/a.jpg: Truncated File Read"),
        (cut("bmp", -3), "oak/a.bmp: image file is truncated"),
        (lambda: paint("oak/a.png", GREY[0, :, :5]), f"oak/a.png{SIZES}"),
        *[(animate(end), f"oak/a.{end}{PICTURES}") for end in ("gif", "png", "webp", "tif")],
        *[(put("oak/a.png", png(6, 4, 16, n)), f"oak/a.png{DEEP}") for n in (0, 2, 4, 6)],
        (put("oak/a.ppm", b"P6 6 4 65535\n" + bytes(6 * 4 * 6)), f"oak/a.ppm{DEEP}"),
        *[(clear("tif", mode), f"oak/a.tif{DEEP}") for mode in ("I;16", "F")],
        *[(clear("png", mode), f"oak/a.png{CLEAR}") for mode in ("RGBA", "LA")],
        *[(clear("png", mode, transparency=0), f"oak/a.png{CLEAR}") for mode in "PL"],
        (clear("gif", "P", transparency=0), f"oak/a.gif{CLEAR}"),
        (clear("eps", "L"), "oak/a.eps: a drawing (EPS); save it as PNG"),
        # Pillow itself only warns of the first, and stops at the second.
        *[(put("oak/a.png", png(n, n)), f"oak/a.png{LARGE}") for n in (12_000, 2**31 - 1)],
        (lambda: paint("OAK/a.png", GREY[0]), f"oak: {ALIKE} OAK; rename one"),
        (
            lambda: [put(f"oak/{name}.png", b"")() for name in ("é", "e\u0301")],
            f"oak/é.png: {ALIKE} e\u0301.png; rename one",
        ),
    ],
)
def test_what_is_wrong_is_said(spoil: Callable[[], object], message: str) -> None:
    leaves()
    spoil()
    assert refused("folder").startswith(f"path: data/leaves/{message}")


@pytest.mark.parametrize(
    ("path", "keys", "message"),
    [
        ("leaves/elm/leaf 0.png", {}, "path: data/leaves/elm/leaf 0.png: not a folder"),
        ("one", {}, "path: data/one: expected a folder for each of two classes or more, found 1"),
        ("leaves", {"classes": ["oak", "yew"]}, "classes: ['oak', 'yew'], but the data has ['el"),
        ("leaves", {"image_shape": [6, 4]}, "image_shape: [6, 4], but the data has [4, 6]"),
        ("leaves", {"sha256": "0" * 64}, f"sha256: {'0' * 64}, but the data has "),
    ],
)
def test_what_is_not_as_stated_is_said(path: str, keys: dict[str, Any], message: str) -> None:
    leaves()
    Path("data/one/elm").mkdir(parents=True)
    Path("data/one/elm/a.png").write_bytes((LEAVES / "elm/leaf 0.png").read_bytes())
    assert refused("folder", f"data/{path}", **keys).startswith(message)
