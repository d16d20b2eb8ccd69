"""Names of classes stay what they are, from the folder of images to every file that has them."""

import csv
import json

import numpy as np
from PIL import Image
from pyarrow import parquet

from tests.conftest import Repository

# In the order of their labels. YAML, JSON and readers of CSV take each for something else, or, as
# the last two, for nothing.
NAMES = ["01", "1.50", "10", "1e5", "2026-11-29", "NA", "no", "null", "true", "\u00a0", "\u2800"]


def column(table: str, name: str) -> set[str]:
    return {line[name] for line in csv.DictReader(table.splitlines())}


def test_a_name_that_looks_like_something_else_is_the_same_everywhere(clone: Repository) -> None:
    for label, name in enumerate(NAMES):
        (clone.folder / "data/odd" / name).mkdir(parents=True)
        for n in range(8):
            pixels = np.full((4, 4), n, np.uint8)
            pixels.flat[label] = 255
            Image.fromarray(pixels).save(clone.folder / f"data/odd/{name}/{n}.png")
    recipe = clone.params()["recipes"]["tuned"]
    counts = {
        f"{split}_per_class": dict.fromkeys(NAMES, n) for split, n in {"train": 5, "val": 1}.items()
    }
    dataset = {"source": "odd", "seed": 1, **counts, "test_per_class": "rest"}
    own, datasets = {"kind": "folder", "path": "data/odd"}, {"odd": dataset}
    parts = {"sources": {}, "own": {"odd": own}, "datasets": datasets, "recipes": {"tuned": recipe}}
    # YAML as users write it: what is text is in quotation marks.
    (clone.folder / "params.yaml").write_text(json.dumps({**parts, "texts": {}}))

    printed = clone.run("python", "-m", "stages.check")
    for label, name in enumerate(NAMES):
        assert f"{label:>5}  {name:10}       8\n" in printed
    clone.repro("dvc.yaml", "report/dvc.yaml")
    assert "up to date" in clone.run("dvc", "status", "dvc.yaml", "report/dvc.yaml")

    folder = clone.folder / "datasets/odd"
    assert json.loads((folder / "classes.json").read_bytes()) == NAMES
    lines = [*csv.DictReader(clone.read("datasets/odd/samples.csv").splitlines())]
    assert len(lines) == 8 * len(NAMES)
    assert all(line["class"] == NAMES[int(line["label"])] for line in lines)
    details = json.loads(clone.read("build/odd/details.json"))
    assert [*details["tuned"]["test"]["by_class"]] == NAMES
    predictions = "build/odd/predictions/tuned.csv"
    assert column(clone.read(predictions), "actual") == {*NAMES}
    (plot,) = json.loads(clone.run("dvc", "plots", "show", "--json"))["data"][predictions]
    assert {row["actual"] for row in plot["content"]["data"]["values"]} == {*NAMES}

    samples, classes = json.loads(clone.read("datasets/odd/croissant.json"))["recordSet"]
    assert [tuple(row.values()) for row in classes["data"]] == [*enumerate(NAMES)]
    assert "samples/class" not in [field["@id"] for field in samples["field"]]
    for page, cell in (
        ("datasets/odd/README.md", "\n| {} | 5 |"),
        ("report/index.html", '<th scope="row">{}</th>'),
    ):
        assert all(cell.format(name) in clone.read(page) for name in NAMES)

    for kind in ("csv", "parquet"):
        clone.run("python", "-m", "tinydatasets", "export", "odd", "--to", kind, kind)
    assert column(clone.read("csv/test.csv"), "class") == {*NAMES}
    features = json.loads(
        parquet.read_schema(clone.folder / "parquet/test.parquet").metadata[b"huggingface"]
    )
    assert features["info"]["features"]["label"]["names"] == NAMES
    assert json.loads(clone.read("parquet/croissant.json"))["recordSet"][-1] == classes
