"""Images as PNG, the same bytes everywhere.

An encoder that compresses writes other bytes with another version of zlib. Here the pixels are in
blocks that are stored as they are: tiny images lose little by that.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt

_LONGEST_BLOCK = 65_535


def to_bytes(images: npt.NDArray[np.float32 | np.uint8]) -> npt.NDArray[np.uint8]:
    """Return pixels in [0, 1] as whole numbers from 0 to 255; those that are uint8 are so already.

    Examples
    --------
    >>> to_bytes(np.array([0.0, 0.5, 1.0]))
    array([  0, 128, 255], dtype=uint8)
    """
    scaled = images if images.dtype == np.uint8 else np.rint(images * np.float32(255))
    return scaled.astype(np.uint8, copy=False)


def png(image: npt.NDArray[np.uint8], bits: int = 8) -> bytes:
    r"""Encode an image as the W3C's recommendation (third edition) has it, in one chunk of data.

    It is of shape (height, width), or (height, width, 3) in colour. With 4 `bits`, an image in grey
    takes half the space, and has 16 levels of grey.

    Examples
    --------
    >>> png(np.zeros((8, 8), np.uint8))[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    height, width = image.shape[:2]
    lines: npt.NDArray[np.uint8] = image.reshape(height, -1)
    if bits == 4:
        levels = np.rint(lines / 17).astype(np.uint8)
        levels = np.pad(levels, ((0, 0), (0, width % 2)))
        lines = (levels[:, ::2] << 4 | levels[:, 1::2]).astype(np.uint8)
    # Each line begins with the number of its filter, 0 for none.
    data = np.pad(lines, ((0, 0), (1, 0))).tobytes()
    kind = 0 if image.ndim == 2 else 2  # grey or colour
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", _stored(data)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def _stored(data: bytes) -> bytes:
    """Return data as zlib has it (RFC 1950), in blocks that are not compressed (RFC 1951)."""
    blocks = [data[at : at + _LONGEST_BLOCK] for at in range(0, len(data), _LONGEST_BLOCK)]
    stream = b"\x78\x01"
    for number, block in enumerate(blocks, 1):
        length = len(block)
        stream += struct.pack("<BHH", number == len(blocks), length, length ^ 0xFFFF) + block
    return stream + struct.pack(">I", zlib.adler32(data))
