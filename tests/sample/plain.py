"""What docs/hash-draw.md says, once more: plain Python, without NumPy, row by row."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path
from typing import Any

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "docs/hash-draw.json").read_text(encoding="utf-8")
)


def flat(image: Any) -> list[int]:
    return [image] if isinstance(image, int) else [pixel for line in image for pixel in flat(line)]


def shape(image: Any) -> list[int]:
    return [] if isinstance(image, int) else [len(image), *shape(image[0])]


def message_of_image(image: Any) -> bytes:
    return b"".join(n.to_bytes(4, "little") for n in shape(image)) + bytes(flat(image))


def message_of_id(identity: int | str) -> bytes:
    return str(identity).encode("utf-8")


def message_of_group(group: int | str) -> bytes:
    return unicodedata.normalize("NFC", str(group)).strip().encode("utf-8")


def priority(message: bytes, seed: int) -> int:
    digest = hashlib.blake2b(message, digest_size=8, key=seed.to_bytes(8, "little")).digest()
    return int.from_bytes(digest, "big")


def part(priority: int, *, has_val: bool) -> str:
    if priority >= 3 * 2**62:
        return "test"
    if has_val and priority >= 5 * 2**61:
        return "val"
    return "train"


def draw(
    labels: list[int],
    priorities: list[int],
    counts: dict[str, list[int]],
    of_groups: list[int] | None = None,
) -> dict[str, list[int]]:
    """Draw rows by their priorities, each in the part of its group where there is one."""
    has_val = any(counts["val"])
    splits: dict[str, list[int]] = {}
    for split, per_class in counts.items():
        taken: list[tuple[int, int, int]] = []
        for label, n in enumerate(per_class):
            there = [
                (priorities[row], label, row)
                for row in range(len(labels))
                if labels[row] == label
                and part((of_groups or priorities)[row], has_val=has_val) == split
            ]
            if len(there) < n:
                raise ValueError(f"class {label} has {len(there)} rows for {split}, not {n}")
            taken += sorted(there)[:n]
        splits[split] = [row for _, _, row in sorted(taken)]
    return splits
