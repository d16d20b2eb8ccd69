"""A folder of images is a source: what Pillow reads of it, and what is said of what it can't."""

from __future__ import annotations

import hashlib
import os
import struct
import unicodedata
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from stages.source.folder import read_image

if TYPE_CHECKING:
    from collections.abc import Callable

    Array = npt.NDArray[np.uint8]

GENERATOR = np.random.RandomState(5)
GREY: Array = GENERATOR.randint(0, 256, (5, 4, 6)).astype(np.uint8)
COLOUR: Array = GENERATOR.randint(0, 256, (5, 4, 6, 3)).astype(np.uint8)
LEAVES = Path("data/leaves")
FOLDER = {"folder": "data/leaves"}


def paint(name: str, pixels: Array, mode: str = "", **options: Any) -> None:
    """Save pixels as an image of the folder, in the format that its name ends with."""
    path = LEAVES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(path, **options)


def leaves(images: Array = GREY, end: str = "png") -> None:
    """Save two images of elm and three of oak, not in the order of their names."""
    for row in (4, 2, 3, 1, 0):
        paint(f"{'elm' if row < 2 else 'oak'}/leaf {row}.{end}", images[row])


pytestmark = pytest.mark.usefixtures("data")


# --- What is read --------------------------------------------------------------------------------


@pytest.mark.parametrize("images", [GREY, COLOUR], ids=["grey", "colour"])
@pytest.mark.parametrize("end", ["png", "bmp", "tif", "ppm", "webp", "PNG"])
def test_images_are_read_as_they_were_drawn(
    images: Array, end: str, look: Callable[..., Any]
) -> None:
    for row in (4, 2, 3, 1, 0):
        paint(f"{'elm' if row < 2 else 'oak'}/leaf {row}.{end}", images[row], lossless=True)
    # WebP has no grey.
    shape = [4, 6] if images is GREY and end != "webp" else [4, 6, 3]
    expected = np.repeat(images[..., None], 3, -1) if len(shape) > images.ndim - 1 else images
    source = look(**FOLDER)
    names = [f"{'elm' if row < 2 else 'oak'}/leaf {row}.{end}" for row in range(5)]
    # As `sha256sum */*` prints it in the folder.
    printed = "".join(
        f"{hashlib.sha256((LEAVES / name).read_bytes()).hexdigest()}  {name}\n" for name in names
    )
    assert source.model_dump() == {
        **FOLDER,
        "size": None,
        "channels": None,
        "image_shape": shape,
        "maximum": 255,
        "rows_per_class": [2, 3],
        "classes": ["elm", "oak"],
        "sha256": hashlib.sha256(printed.encode()).hexdigest(),
    }
    found, labels = source.read()
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, expected)
    assert labels.tolist() == [0, 0, 1, 1, 1]


@pytest.mark.parametrize("end", ["jpg", "gif"])
def test_formats_with_loss_or_a_palette_are_read(end: str, look: Callable[..., Any]) -> None:
    leaves(np.full((5, 8, 8), 90, np.uint8), end)
    found, _ = look(**FOLDER).read()
    assert found.shape == (5, 8, 8)
    assert abs(found.astype(int) - 90).max() <= 2


def test_grey_and_colour_together_are_in_colour(look: Callable[..., Any]) -> None:
    leaves()
    paint("oak/red.png", COLOUR[0])
    found, _ = look(**FOLDER).read()
    np.testing.assert_array_equal(found[:5], np.repeat(GREY[..., None], 3, -1))
    np.testing.assert_array_equal(found[5], COLOUR[0])
    # The weights of ITU-R BT.601: 0.299, 0.587 and 0.114.
    grey, _ = look(**FOLDER, channels=1).read()
    np.testing.assert_array_equal(grey[:5], GREY)
    weighed = COLOUR[0] @ [0.299, 0.587, 0.114]
    assert abs(grey[5] - weighed).max() <= 0.51


def test_channels_make_grey_into_colour(look: Callable[..., Any]) -> None:
    leaves()
    found, _ = look(**FOLDER, channels=3).read()
    np.testing.assert_array_equal(found, np.repeat(GREY[..., None], 3, -1))


def test_resized_a_pixel_is_the_mean_of_the_area_that_it_covers(look: Callable[..., Any]) -> None:
    leaves()
    paint("oak/wide.png", np.array([[10, 30, 0, 9], [20, 40, 0, 9]], np.uint8))
    source = look(**FOLDER, size=[1, 2])
    assert source.image_shape == [1, 2]
    found, _ = source.read()
    # Of 10, 30, 20 and 40; and of 0, 9, 0 and 9, which is 4.5.
    assert found[5].tolist() in ([[25, 4]], [[25, 5]])
    means = GREY.reshape(5, 4, 2, 3).mean((1, 3))
    assert abs(found[:5, 0] - means).max() <= 1
    larger, _ = look(**FOLDER, size=[4, 8]).read()
    assert larger[5, 0].tolist() == [10, 10, 30, 30, 0, 0, 9, 9]


RED = np.full((4, 6, 3), (250, 10, 20), np.uint8)


@pytest.mark.parametrize(
    ("end", "mode", "near"),
    [("png", "P", 0), ("png", "RGBA", 0), ("tif", "CMYK", 0), ("jpg", "CMYK", 4), ("gif", "P", 0)],
)
def test_a_palette_an_opaque_alpha_channel_and_cmyk_are_colours(
    end: str, mode: str, near: int, look: Callable[..., Any]
) -> None:
    leaves(COLOUR)
    image = Image.fromarray(RED).convert(mode, palette=Image.Palette.ADAPTIVE)
    image.save(LEAVES / f"elm/a.{end}", quality=100)
    found, _ = look(**FOLDER).read()
    assert abs(found[0].astype(int) - RED).max() <= near


@pytest.mark.parametrize(("mode", "values"), [("1", [0, 255]), ("LA", [0, 200])])
def test_bits_and_an_opaque_alpha_channel_are_grey(
    mode: str, values: list[int], look: Callable[..., Any]
) -> None:
    leaves()
    pixels = np.array([values * 3] * 4, np.uint8)
    paint("elm/a.png", pixels, mode)
    source = look(**FOLDER)
    assert source.image_shape == [4, 6]
    np.testing.assert_array_equal(source.read()[0][0], pixels)


def test_of_an_animation_the_first_picture_is_read(look: Callable[..., Any]) -> None:
    leaves()
    first, second = Image.new("L", (6, 4), 7), Image.new("L", (6, 4), 99)
    first.save(LEAVES / "elm/a.gif", save_all=True, append_images=[second])
    first.save(LEAVES / "elm/b.tif", save_all=True, append_images=[second])
    assert look(**FOLDER).read()[0][:2].tolist() == np.full((2, 4, 6), 7).tolist()


@pytest.mark.parametrize("end", ["png", "tif", "webp"])
def test_an_image_that_exif_turns_is_turned(end: str, look: Callable[..., Any]) -> None:
    leaves(COLOUR)
    turned = Image.Exif()
    turned[0x0112] = 6  # The camera was held so that what is up is at the right.
    Image.fromarray(np.rot90(COLOUR[3])).save(LEAVES / f"elm/a.{end}", exif=turned, lossless=True)
    np.testing.assert_array_equal(look(**FOLDER).read()[0][0], COLOUR[3])


def test_what_systems_put_into_folders_is_passed_over(look: Callable[..., Any]) -> None:
    leaves()
    before = look(**FOLDER)
    for folder in (LEAVES, LEAVES / "oak"):
        for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._leaf 2.png", "Icon\r"):
            (folder / name).write_bytes(b"x")
        (folder / ".ipynb_checkpoints").mkdir()
    assert look(**FOLDER) == before


def test_classes_may_be_in_another_order(look: Callable[..., Any]) -> None:
    leaves()
    source = look(**FOLDER, classes=["oak", "elm"])
    assert source.rows_per_class == [3, 2]
    images, labels = source.read()
    np.testing.assert_array_equal(images, GREY[[2, 3, 4, 0, 1]])
    assert labels.tolist() == [0, 0, 0, 1, 1]


def test_names_are_of_any_alphabet_and_the_same_composed_or_not(look: Callable[..., Any]) -> None:
    names = ["سنديان", "érable à sucre", "橡", "🍁 ' \"", "-Ω"]
    found = []
    for form in ("NFC", "NFD"):
        LEAVES.rename(f"data/{form}") if LEAVES.exists() else None
        for row, name in enumerate(names):
            paint(unicodedata.normalize(form, f"{name}/é ل {row}.png"), GREY[row])
            paint(unicodedata.normalize(form, f"{name}/e.png"), GREY[row])
        found.append(look(**FOLDER))
    assert found[0] == found[1]
    assert found[0].classes == sorted(names)
    assert look(**FOLDER, classes=[unicodedata.normalize("NFD", n) for n in names]).classes == names


def test_the_largest_value_may_be_stated(look: Callable[..., Any]) -> None:
    leaves()
    assert look(**FOLDER, maximum=16).maximum == 16


def test_ten_thousand_images(look: Callable[..., Any]) -> None:
    leaves()
    for number in range(9995):
        os.link(LEAVES / "oak/leaf 2.png", LEAVES / f"oak/{number}.png")
    source = look(**FOLDER)
    assert source.rows_per_class == [2, 9998]
    assert len(source.read()[0]) == 10_000


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
        data = (LEAVES / name).read_bytes()
        (LEAVES / name).write_bytes(data[:length])

    return do


def transparent(name: str, mode: str, **options: Any) -> Callable[[], object]:
    def do() -> None:
        image = Image.new(mode, (6, 4))
        image.save(LEAVES / name, **options)

    return do


DEEP = "more than 8 bits a channel; save it with 8"
LARGE = "more than 100,000,000 pixels; make it smaller"
CLEAR = "some pixels are transparent; save it without transparency"
UNREAD = "not an image that Pillow reads"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ((LEAVES / "yew").mkdir, "data/leaves/yew: a class without an image"),
        (put("oak/notes.txt", b"Found in May.\n"), f"data/leaves/oak/notes.txt: {UNREAD}"),
        (put("oak/a.png", b""), f"data/leaves/oak/a.png: {UNREAD}"),
        (put("oak/a.jpg", b"\xff\xd8\xff\xe0broken"), "data/leaves/oak/a.jpg: "),
        (put("README.md", b"# Leaves\n"), "data/leaves/README.md: not a folder; each image belong"),
        ((LEAVES / "oak/b").mkdir, "data/leaves/oak/b: not a file; the folder of a clas"),
        (lambda: os.mkfifo(LEAVES / "oak/b"), "data/leaves/oak/b: not a file; the folder of a cla"),
        (lambda: (LEAVES / "oak/b").symlink_to("none"), "data/leaves/oak/b: No such file or direc"),
        (cut("oak/a.png", 20), "data/leaves/oak/a.png: "),
        (cut("oak/a.png", 60), "data/leaves/oak/a.png: "),
        (cut("oak/a.jpg", -40), "data/leaves/oak/a.jpg: Truncated File Read"),
        (cut("oak/a.bmp", -3), "data/leaves/oak/a.bmp: image file is truncated"),
        (cut("oak/a.tif", -9), "data/leaves/oak/a.tif: "),
        (cut("oak/a.gif", 8), "data/leaves/oak/a.gif: "),
        (
            lambda: paint("oak/a.png", GREY[0, :3]),
            "data/leaves/oak/a.png has 3 x 6 pixels (height ",
        ),
        *[
            (put("oak/a.png", png(6, 4, 16, colour)), f"data/leaves/oak/a.png: {DEEP}")
            for colour in (0, 2, 4, 6)
        ],
        (
            put("oak/a.ppm", b"P6 6 4 65535\n" + bytes(6 * 4 * 6)),
            f"data/leaves/oak/a.ppm: {DEEP}",
        ),
        (transparent("oak/a.tif", "I;16"), f"data/leaves/oak/a.tif: {DEEP}"),
        (transparent("oak/a.tif", "F"), f"data/leaves/oak/a.tif: {DEEP}"),
        (transparent("oak/a.png", "RGBA"), f"data/leaves/oak/a.png: {CLEAR}"),
        (transparent("oak/a.png", "LA"), f"data/leaves/oak/a.png: {CLEAR}"),
        (transparent("oak/a.png", "P", transparency=0), f"data/leaves/oak/a.png: {CLEAR}"),
        (transparent("oak/a.png", "L", transparency=0), f"data/leaves/oak/a.png: {CLEAR}"),
        (transparent("oak/a.gif", "P", transparency=0), f"data/leaves/oak/a.gif: {CLEAR}"),
        (transparent("oak/a.eps", "L"), "data/leaves/oak/a.eps: a drawing (EPS); save it as PNG"),
        # Pillow itself only warns of the first, and stops at the second.
        (put("oak/a.png", png(12_000, 9_000)), f"data/leaves/oak/a.png: {LARGE}"),
        (put("oak/a.png", png(2**31 - 1, 2**31 - 1)), f"data/leaves/oak/a.png: {LARGE}"),
        (put("oak/a.png", png(6, 0)), "data/leaves/oak/a.png: "),
        (
            lambda: paint("OAK/a.png", GREY[0]),
            "data/leaves/oak: some systems take its name for that of OAK; rename one",
        ),
        (
            lambda: [put(f"oak/{name}.png", b"")() for name in ("é", "e\u0301")],
            "data/leaves/oak/é.png: some systems take its name for that of e\u0301.png; rename one",
        ),
        (
            put(os.fsdecode(b"oak/\xe9.png"), b""),
            "'data/leaves/oak/\\udce9.png': a name ",
        ),
        (put("oak/a\nb.png", b""), "'data/leaves/oak/a\\nb.png': a name that is not UTF-8 or has "),
    ],
)
def test_what_is_wrong_is_said(
    spoil: Callable[[], object], message: str, refused: Callable[..., str]
) -> None:
    leaves()
    spoil()
    assert refused(**FOLDER).startswith(f"folder: {message}")


@pytest.mark.parametrize("name", ["yew", "oak/a.png", "oak/b.png"])
def test_a_link_that_leads_out_is_refused(name: str, refused: Callable[..., str]) -> None:
    leaves()
    Path("outside").mkdir()
    paint("../../outside/1.png", GREY[0])
    outside = Path("outside" if name == "yew" else "outside/1.png")
    (LEAVES / name).symlink_to(os.path.relpath(outside, (LEAVES / name).parent))
    message = refused(**FOLDER)
    assert message.startswith(
        f"folder: data/leaves/{name}: a symbolic link that leads out of data/"
    )


def test_a_link_within_data_is_followed(look: Callable[..., Any]) -> None:
    leaves()
    (LEAVES / "ash").symlink_to("elm")
    (LEAVES / "oak/leaf 5.png").symlink_to("../elm/leaf 0.png")
    source = look(**FOLDER)
    assert source.classes == ["ash", "elm", "oak"]
    np.testing.assert_array_equal(source.read()[0], GREY[[0, 1, 0, 1, 2, 3, 4, 0]])


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"folder": "data/none"}, "folder: data/none: No such file or directory"),
        ({"folder": "data/leaves/elm/leaf 0.png"}, "folder: data/leaves/elm/leaf 0.png: not a fol"),
        ({"folder": "data/leaves/elm"}, "folder: data/leaves/elm/leaf 0.png: not a folder; each i"),
        ({"folder": "data/one"}, "folder: data/one: expected a folder for each of two classes or "),
        ({**FOLDER, "classes": ["oak", "yew"]}, "classes: ['oak', 'yew'], but the data has ['elm'"),
        ({**FOLDER, "image_shape": [6, 4]}, "image_shape: [6, 4], but the data has [4, 6]"),
        ({**FOLDER, "size": [2, 2], "image_shape": [4, 6]}, "image_shape: [4, 6], but the data ha"),
        ({**FOLDER, "rows_per_class": [3, 2]}, "rows_per_class: [3, 2], but the data has [2, 3]"),
        ({**FOLDER, "sha256": "0" * 64}, f"sha256: {'0' * 64}, but the data has "),
    ],
)
def test_what_is_not_as_stated_is_said(
    entry: dict[str, Any], message: str, refused: Callable[..., str]
) -> None:
    leaves()
    Path("data/one/elm").mkdir(parents=True)
    assert refused(**entry).startswith(message)


def test_sizes_that_differ_say_how_to_resize(refused: Callable[..., str]) -> None:
    leaves()
    paint("oak/a.png", GREY[0, :, :5])
    assert refused(**FOLDER) == (
        "folder: data/leaves/oak/a.png has 4 x 5 pixels (height x width), but data/leaves/elm/leaf "
        "0.png has 4 x 6; state the size to resize all to, such as `size: [4, 6]`"
    )


def test_an_image_of_another_size_is_not_forced() -> None:
    leaves()
    with pytest.raises(Exception, match=r"leaf 0.png: an image of shape \(4, 6\), expected \(4, 5"):
        read_image(LEAVES / "elm/leaf 0.png", [4, 5])
