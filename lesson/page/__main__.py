"""Write the page of the first lesson, with the released images and everything else in it."""

import base64
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stages.common import command
from stages.common.files import read_csv, read_json, write_bytes
from stages.common.images import to_whole
from stages.common.templates import environment
from stages.params.read import read_recipes
from tinydatasets.pickles import read_split
from tinydatasets.types import FormatError, Split

CODE = Path("lesson", "page")
DATASETS = Path("datasets")
# The two editions, whose pixels the source counts from 0 to 16, with what people call them.
EDITIONS = {"tinydigits": "TinyDigits", "tinydigits-150": "TinyDigits-150"}
RECIPES = ("classroom", "tuned")
# What prints the sum of the weights that `make repro` trains.
COMMAND = """\
python -c "
from hashlib import sha256
from safetensors.numpy import load_file
model = load_file('build/EDITION/models/RECIPE.safetensors')
arrays = ['hidden.weight', 'hidden.bias', 'output.weight', 'output.bias']
print(sha256(b''.join(model[name].tobytes() for name in arrays)).hexdigest())
"
"""


def main(*, out: Path) -> None:
    """Write the page to `out`."""
    rows = {name: read_csv(DATASETS / name / "samples.csv") for name in EDITIONS}
    trained = {row["row"] for name in EDITIONS for row in rows[name] if row["split"] == "train"}
    test = [row["row"] for row in rows["tinydigits"] if row["split"] == "test"]
    recipes = read_recipes()
    lesson = {
        "words": read_json(CODE / "words.json"),
        "editions": {name: _edition(name, rows[name]) for name in EDITIONS},
        "mnist": _split(read_split(DATASETS / "tinymnist" / "test.pkl"), 255),
        "common": [index for index, row in enumerate(test) if row not in trained],
        "recipes": {name: asdict(recipes[name]) for name in RECIPES},
        "released": read_json(Path("docs", "exact-training.json"))["models"],
        "command": COMMAND,
    }
    values = {
        "lesson": lesson,
        "licence": Path("LICENSE").read_text(encoding="utf-8").strip(),
        "style": _text("style.css"),
        # The page runs from a file, where Chromium loads no module.
        "training": _text("training.js").replace("export ", ""),
        "worker": _text("worker.js"),
        "page": "".join(map(_text, ("pictures.js", "page.js", "people.js"))),
    }
    page = environment("lesson.page").get_template("page.html.j2").render(values)
    write_bytes(out, page.encode())


def _text(name: str) -> str:
    return (CODE / name).read_text(encoding="utf-8")


def _edition(name: str, samples: list[dict[str, str]]) -> dict[str, Any]:
    """Return the splits of an edition, and its training rows by difficulty."""
    folder = DATASETS / name
    splits = {split: _split(read_split(folder / f"{split}.pkl"), 16) for split in ("train", "test")}
    difficulty = [float(row["difficulty"]) for row in samples if row["split"] == "train"]
    order = sorted(range(len(difficulty)), key=difficulty.__getitem__)
    return {"title": EDITIONS[name], **splits, "easiest_first": order}


def _split(split: Split, maximum: int) -> dict[str, Any]:
    """Return images as base64 of their whole numbers, and a digit for each label."""
    images = to_whole(split.images, maximum)
    return {
        "images": base64.b64encode(images.tobytes()).decode(),
        "labels": "".join(map(str, split.labels)),
        "maximum": maximum,
    }


if __name__ == "__main__":
    command.run(main, FormatError)
