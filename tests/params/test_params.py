"""What a mistake in params.yaml is answered with: the line, the key, the value, what is allowed."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from stages.common.errors import ParamError, StageError
from stages.common.yaml_file import read_yaml
from stages.params.model import Dataset
from stages.params.read import PARAMS, rows_per_split
from stages.params.validate import read_params
from tools.schema import main as write_schema

ROOT = Path(__file__).parents[2]
# A file with an entry of every kind, in which each case below changes one thing.
EXAMPLE = """\
sources:
  digits:
    package: scikit-learn
    file: digits.csv.gz
    sha256: 09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22
    image_shape: [8, 8]
    maximum: 16
    rows_per_class: [178, 182, 177]
  fetched:
    benchmark: cifar10
    image_shape: [32, 32, 3]
    maximum: 255
    rows_per_class: [5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000]
own:
  leaves:
    kind: folder
    path: data/leaves
    resize: [32, 24]
  cells:
    kind: zarr
    path: data/cells
datasets:
  mine:
    source: digits
    seed: 42
    train_per_class: 100
    test_per_class: {0: 20, 2: 10}
recipes:
  tuned:
    hidden: 32
    optimizer: adam
    learning_rate: 0.1
    batch_size: 32
    epochs: 20
    seed: 42
texts:
  talks:
    source: datasets/talks/pairs.tsv
    seed: 1
    train_per_level: 9
    val_per_level: 0
    test_per_level: [3, 3]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a text that an entry of `texts` may name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "datasets/talks").mkdir(parents=True)
    (tmp_path / "datasets/talks/pairs.tsv").touch()
    return tmp_path


def message_of(text: str) -> str:
    """Return what the check says of a params.yaml."""
    PARAMS.write_text(text, encoding="utf-8")
    with pytest.raises(StageError) as error:
        read_params()
    return str(error.value)


SEED, TRAIN, RESIZE = "    seed: 42\n    train", "train_per_class: 100", "resize: [32, 24]"
CASES = [
    # A key.
    (SEED, "    sed: 42\n    train", 25, "Did you mean 'seed'?"),
    (SEED, "    train", 23, "datasets.mine.seed: missing. What the draw"),
    (SEED, "  seed: 42\n    train", 26, "not readable as YAML"),
    (SEED, "     seed: 42\n    train", 25, "indent `seed: 42` as its neighb"),
    (SEED, "    seed 42\n    train", 26, "is a colon missing after `seed`?"),
    ("  mine:\n", "  mine\n", 24, "is a colon missing after `mine`?"),
    (SEED, "    seed: 42\n    seed: 1\n    train", 26, 'duplicate key "seed"'),
    (SEED, "    seed:42\n    train", 26, "put a space after the colon"),
    (SEED, "\tseed: 42\n    train", 25, "write spaces in place of the tab"),
    ("texts:\n", "seed: 7\ntexts:\n", 36, "seed: a key of an entry; indent it"),
    ("datasets:\n", "datasets:\n  seed: 7\n", 23, "datasets.seed: seed is a key of an entry"),
    ("  mine:", "  Mine:", 23, "datasets.Mine: not a name; a name is a lower-case letter"),
    ("  mine:", "  7:", 23, "not a name"),
    ("texts:\n", "new:\n  seed: 1\nnew:\n  kind: zarr\ntexts:\n", 38, "put each entry, indent"),
    ("texts:\n", "new:\n  source: a\n  train_per_level: 1\ntexts:\n", 36, "below `texts:`"),
    ("maximum: 16", "maximum: 300", 7, "maximum: 300: expected a number less than or equal"),
    ("own:\n", "owned:\n", 14, "owned: unknown key 'owned'; allowed: sources, own"),
    ("    file: digits.csv.gz\n", "", 2, "sources.digits.file: missing. The data file"),
    # A value.
    (SEED, "    seed: yes\n    train", 25, "seed: 'yes': expected a whole"),
    (SEED, "    seed: -1\n    train", 25, "datasets.mine.seed: -1: expected"),
    ("learning_rate: 0.1", "learning_rate: .nan", 32, "learning_rate: nan: expected a finite"),
    ("learning_rate: 0.1", "learning_rate: '0.1'", 32, "'0.1': expected a number"),
    ("optimizer: adam", "optimizer: adm", 31, "unknown value 'adm'; allowed: sgd, adam"),
    ("benchmark: cifar10", "benchmark: cifar", 10, "Did you mean 'cifar10'?"),
    ("kind: folder", "kind: foldr", 16, "own.leaves.kind: unknown value 'foldr'"),
    (RESIZE, "resize: 32", 18, "own.leaves.resize: 32: expected a list"),
    (RESIZE, "resize: [32]", 18, "[32]: expected 2 values or more"),
    (RESIZE, "resize: [0, 24]", 18, "own.leaves.resize[0]: 0: expected a number greater"),
    (TRAIN, "train_per_class: -1", 26, "-1: expected a whole number, 0 or more"),
    (TRAIN, "train_per_class: 1.5", 26, "1.5: expected a whole number"),
    ("{0: 20, 2: 10}", "{ten: 20}", 27, "unknown class 'ten'; allowed: 0, 1, 2"),
    ("{0: 20, 2: 10}", "{1e5: 20}", 27, '1e5: the name of a class is text; quote it: "1e5"'),
    ("{0: 20, 2: 10}", "{'0': 20, 1.50: 1}", 27, 'quote it: "1.50"'),
    ("{0: 20, 2: 10}", "{2026-11-29: 20}", 27, 'quote it: "2026-11-29"'),
    ("{0: 20, 2: 10}", "{0: 20, '2': 10}", 27, "labels and names in one mapping"),
    ("{0: 20, 2: 10}", "{size: 20}", 27, "DVC would not notice a change of 'size'"),
    (TRAIN, "train_per_class: rest\n    val_per_class: rest", 27, "rest, but train_per_class"),
    (
        TRAIN,
        "train_per_class: rest\n    draw: hash\n    strategy: curated",
        26,
        "curated with hash",
    ),
    ("test_per_level: [3, 3]", "test_per_level: rest", 42, "'rest': expected a whole number"),
    ("datasets:\n", "datasets: {}\nrest:\n", 23, "rest: unknown key"),
    # One entry against another.
    ("source: digits", "source: digit", 24, "unknown source 'digit'; allowed: digits, fetched"),
    ("source: digits", "source: cells\n    strategy: curated", 25, "add `difficulty: true`"),
    (TRAIN, "train_per_class: 170", 26, "class 0 of digits has 178 rows available"),
    (TRAIN, "train_per_class: [1, 2]", 26, "a list of 2 numbers, but the source has 3"),
    (TRAIN, "train_per_class: {0: 9}", 26, "rows of two classes or more"),
    ("{0: 20, 2: 10}", "{0: 20, 3: 10}", 27, "unknown label 3; the source's are 0 to 2"),
    ("{0: 20, 2: 10}", "0", 27, "no class has a test row"),
    (SEED, "    draw: hash\n    test_draw: next\n    seed: 1\n    train", 26, "leave it"),
    ("optimizer: adam", "optimizer: adam\n    momentum: 0.5", 32, "adam has no such momentum"),
    ("kind: zarr", "kind: zarr\n    resize: [8, 8]", 21, "only the kind folder has this key"),
    ("kind: zarr", "kind: zarr\n    label: first", 21, "only the kind csv has this key"),
    (
        RESIZE,
        "groups: tree-\\d+",
        18,
        "own.leaves.groups: tree-\\d+: expected folders or a regular",
    ),
    (RESIZE, "groups: (a)(b)", 18, "with one part in parentheses, as ^(tree-\\d+)"),
    (RESIZE, "groups: (a", 18, "missing ), unterminated subpattern"),
    ("kind: zarr", "kind: zarr\n    groups: ../a", 21, "groups: ../a: expected a name of letters"),
    (
        "path: data/cells\ndatasets:\n  mine:\n    source: digits",
        "path: data/cells\n    groups: tree\ndatasets:\n  mine:\n    source: cells",
        24,
        "mine.draw: cells has groups, which only `draw: hash` keeps apart; add `draw: hash`",
    ),
    ("kind: zarr", "kind: parquet", 19, "own.cells.image_shape: missing"),
    ("[32, 32, 3]", "[32, 32, 4]", 11, "height, width and 3 for colour"),
    ("maximum: 16", "maximum: 16\n    classes: [a, b]", 8, "2 names, but there are 3 classes"),
    ("maximum: 16", "maximum: 16\n    classes: [a, \u00e9, e\u0301]", 8, "expected each name once"),
    (
        "maximum: 16",
        'maximum: 16\n    classes: [a, b, "c\\u202e"]',
        8,
        r"sources.digits.classes: class 'c\u202e' has U+202E (RIGHT-TO-LEFT OVERRIDE); take it out",
    ),
    ("datasets/talks/pairs.tsv", "pairs.tsv", 38, "unknown file 'pairs.tsv'; allowed: datasets"),
    ("test_per_level: [3, 3]", "test_per_level: [0, 0]", 42, "no level has a pair"),
    # A name that is taken.
    ("  mine:", "  aux:", 23, "datasets.aux: Windows allows no file or folder of this name"),
    ("  mine:", "  size:", 23, "datasets.size: DVC leaves this name out of what it knows a run by"),
    ("  mine:", "  sources:", 23, "build/sources is the pipeline's own"),
    ("  mine:", "  mnist:", 23, "loads the benchmark of this name"),
    ("  talks:", "  mine:", 37, "datasets/mine is built by `datasets`"),
    ("  leaves:", "  digits:", 15, "build/sources/digits is built by `sources`"),
]


@pytest.mark.parametrize(("old", "new", "line", "words"), CASES)
def test_a_mistake_is_named_with_its_line(
    folder: Path, old: str, new: str, line: int, words: str
) -> None:
    assert folder
    assert old in EXAMPLE
    message = message_of(EXAMPLE.replace(old, new, 1))
    assert message.startswith(f"params.yaml, line {line}")
    assert words in message
    assert "\n" not in message


OAKS, NUMBERS = ["oak", "\u00e9", "elm"], ["1", "10", "2"]
TABLE = "quote the name you mean:\nlabel  class  images\n    0  1           9\n    1  10          9"


@pytest.mark.parametrize(
    ("classes", "train", "test", "expected"),
    [
        (OAKS, {"oak": 4, "e\u0301": 2}, 1, ([4, 2, 0], [1, 1, 1])),
        (OAKS, {0: 4, 1: 2}, "rest", ([4, 2, 0], [5, 7, 9])),
        (NUMBERS, "rest", {"1": 4, "10": 9}, ([5, 0, 9], [4, 9, 0])),
        (["00", "01", "x"], {1: 4, 2: 3}, 1, ([0, 4, 3], [1, 1, 1])),
        (NUMBERS, {1: 4, 2: 3}, 1, TABLE),
        (["0x2", "a", "b"], {2: 4, 1: 3}, 1, "2: a label, but"),
        (["1.0", "2.0", "x"], {1: 4, 2: 3}, 1, "1: a label, but"),
        (OAKS, {"e\u0301": 4, "\u00e9": 2}, 1, "class 'é' is there twice; name it once"),
        (OAKS, {"Oak": 4}, 1, "unknown class 'Oak'; allowed: oak, é, elm. Did you mean 'oak'?"),
        (OAKS, "rest", 10, "class 0 (oak) of mine has 9 rows available, but 10 are asked"),
        (OAKS, 9, "rest", "no class has a test row"),
    ],
)
def test_a_class_is_counted_by_its_name_or_its_label(
    classes: list[str], train: Any, test: Any, expected: tuple[list[int], ...] | str
) -> None:
    dataset = Dataset(source="mine", seed=1, train_per_class=train, test_per_class=test)
    if isinstance(expected, str):
        with pytest.raises(ParamError) as error:
            rows_per_split(dataset, [9, 9, 9], classes)
        assert expected in error.value.message
    else:
        found = rows_per_split(dataset, [9, 9, 9], classes)
        assert ([*found["train"].values()], [*found["test"].values()]) == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the whole file: nothing: expected a mapping with the keys sources, own, datasets"),
        (b"- 1\n", "the whole file: [1]: expected a mapping"),
        (b"caf\xe9: 1\n", "params.yaml, line 1: not UTF-8; save the file as UTF-8"),
        (b"a: &a [*a]\n", "params.yaml"),
    ],
)
def test_a_file_that_is_something_else_is_refused(folder: Path, content: bytes, words: str) -> None:
    (folder / "params.yaml").write_bytes(content)
    with pytest.raises(StageError) as error:
        read_params()
    assert words in str(error.value)


def test_editors_check_the_file_by_the_same_model(folder: Path) -> None:
    committed = ROOT / "stages/params/params.schema.json"
    write_schema(out=folder / "schema.json")
    assert (folder / "schema.json").read_bytes() == committed.read_bytes()
    schema = json.loads(committed.read_bytes())
    validator = jsonschema.Draft202012Validator(schema)
    for text in (EXAMPLE, (ROOT / "params.yaml").read_text(encoding="utf-8")):
        (folder / "params.yaml").write_text(text)
        assert not [*validator.iter_errors(as_json(read_yaml(PARAMS)))]
    for old, new in ((SEED, "    sed: 42\n    train"), ("adam", "adm")):
        (folder / "params.yaml").write_text(EXAMPLE.replace(old, new, 1))
        assert [*validator.iter_errors(as_json(read_yaml(PARAMS)))]


def as_json(value: Any) -> Any:
    """Return a value as JSON has it: with keys that are text."""
    return json.loads(json.dumps(value))
