"""What a user holds after a clone and one command: every dataset, byte for byte."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PIPELINES, ROOT

if TYPE_CHECKING:
    from tests.conftest import Repository

# Published with TinyDigits: bytes, sha256.
PUBLISHED = {
    "datasets/tinydigits/train.pkl": (
        264_255,
        "254293630e549113002cdc3f7f1542715e0a40288a3a8a0358fb8e478dce1e54",
    ),
    "datasets/tinydigits/test.pkl": (
        53_044,
        "767ea1644a12dac6f3f94f63536de4deace8a0fa1f5c54f80a9419a267c7802d",
    ),
    "datasets/tinydigits-150/train.pkl": (
        39_844,
        "4bfcce69e3abe29ca91a7709b4fd7ace1303dc8a980117ee7c081cdcc317df24",
    ),
    "datasets/tinydigits-150/test.pkl": (
        12_652,
        "3ed68c0c10b91f5f255dc1e450396c277de7e9d89bd3f9776e68273d3a478f87",
    ),
}
# Written here, so that nobody else has published sums.
TEXTS = {
    "datasets/tinytalks/train.txt": (
        12_710,
        "a2be58302ede7607ebdfd96d483284644677f0b9c112a6888420bafe2ff14274",
    ),
    "datasets/tinytalks/val.txt": (
        2_696,
        "1cd1a1936e00228e7d44b1e773f00bc4541838baa0c45f17df13584a1a0e8271",
    ),
    "datasets/tinytalks/test.txt": (
        2_650,
        "585fcdc4a634ac8933963ab20e9a284621f8d0eefb747f741f4386cbcf8d4d0f",
    ),
    "datasets/tinytalks/train.jsonl": (
        22_923,
        "c59d3b39b2256a6b495336465dd8c2b368db2c3212f18086d4d48dd7bb4ecc75",
    ),
    "datasets/tinytalks/val.jsonl": (
        4_816,
        "9a3abddfcfef48b985b0f11aa2727ebfc88662366920706f2426ea46f672490d",
    ),
    "datasets/tinytalks/test.jsonl": (
        4_768,
        "9f1e6c82ffc888fb211eb996a722d3acf58f306d130382df299f68954b0c9fc9",
    ),
    "datasets/tinytalks-1200/train.txt": (
        57_115,
        "abef402136cab7f55b6a107fed7913623d57c8d7a7de094f9cd52d0ce2635fca",
    ),
    "datasets/tinytalks-1200/val.txt": (
        12_284,
        "76ed6d111c2932c123ac1cf5eed480cba4af92ca0c37be140ac9305d8db19194",
    ),
    "datasets/tinytalks-1200/test.txt": (
        12_454,
        "a7e4c4c70845afb9e0482080a0a6536ce9f11b7c658a76939264018cf44ed939",
    ),
    "datasets/tinytalks-1200/train.jsonl": (
        97_966,
        "9e9b10b98840b5fadfd28154ca0a40143dcbac980cdec9aa346173f86de85250",
    ),
    "datasets/tinytalks-1200/val.jsonl": (
        21_038,
        "e11351a797539d29a26bcf98850a4c76d7606badf2edf4447bcdd5d7dc27cd49",
    ),
    "datasets/tinytalks-1200/test.jsonl": (
        21_210,
        "fe592b7f1debe8d2347bfa66a5de6f6e31eb9dac49e05d3f2c04e81bff4ec6ed",
    ),
}
RELEASED = {
    **PUBLISHED,
    **TEXTS,
    "datasets/tinymnist/train.pkl": (
        792_257,
        "66851a638a3ccf14b39059795d1df44e21f1c21425093326467868e5daca5518",
    ),
    "datasets/tinymnist/test.pkl": (
        158_655,
        "9db388ea59b9dc788928069cffa813f6397b7ba1b2a587751ce68e333f73759c",
    ),
    "datasets/tinydigits/samples.csv": (
        29_278,
        "095bd581528fb6c4bff3de4dbd2a03a091a4cbcce88c5b737b6f2049db53a99f",
    ),
    "datasets/tinydigits-150/samples.csv": (
        4_820,
        "a48c46c5cc61b26ef25a94d2c15a7b64d8674ba729dfb7bb6718f390cc9d6464",
    ),
    "datasets/tinymnist/samples.csv": (
        29_747,
        "8bfbcf3ec79f6594bea7b981c0f0909ca8f95f4c1502f27592d4c4e8ff437ca0",
    ),
    "datasets/tinydigits/SHA256SUMS": (
        229,
        "e2c9a0a2b26b587ce916f22725424ffc5febc5b32c93f1a36a33ea2bc53902b2",
    ),
    "datasets/tinydigits-150/SHA256SUMS": (
        229,
        "cf39dabfbd76c2329eda22e8bb0f7181cefd13fb029006bb1cbb20b59600e664",
    ),
    "datasets/tinymnist/SHA256SUMS": (
        229,
        "82fc41cc2c7e631cd6661c166b1bbf9a79978c6deaa71921d1e9b71212f1cbe4",
    ),
    "datasets/tinytalks/SHA256SUMS": (
        456,
        "7c14c8db25fd886724b313cd811102a3b648ae6aab51a54bcbaa86128fb265f1",
    ),
    "datasets/tinytalks-1200/SHA256SUMS": (
        456,
        "e6855e38206ee3300b5bece3e19b8eb94833756b7c70c105e2a06262d2ff3c50",
    ),
}
# Mean and standard deviation in percent, over 20 seeds other than those of docs/baselines.md and
# with another implementation of the same recipes: an independent check of the released figures.
REFERENCE = {
    ("tinydigits-150", "classroom", "test"): (23.8, 6.4),
    ("tinydigits-150", "classroom", "unused"): (24.9, 5.9),
    ("tinydigits-150", "tuned", "test"): (90.4, 2.0),
    ("tinydigits-150", "tuned", "unused"): (90.2, 0.6),
    ("tinydigits", "classroom", "test"): (77.0, 4.1),
    ("tinydigits", "classroom", "unused"): (78.4, 3.3),
    ("tinydigits", "tuned", "test"): (96.5, 1.1),
    ("tinydigits", "tuned", "unused"): (96.2, 0.7),
}
BSD = "AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE"
DIGITS = [
    "doi.org/10.24432/C50P49",
    "creativecommons.org/licenses/by/4.0/",
    "Copyright (c) 2025 TinyTorch Project",
    "The scikit-learn developers",
    BSD,
]
TALKS = [
    "Copyright (c) 2026, tinydatasets contributors",
    "creativecommons.org/licenses/by/4.0/",
]
NOTICES = {
    "tinydigits": DIGITS,
    "tinydigits-150": DIGITS,
    "tinymnist": [
        "Y. LeCun and C. Cortes",
        "creativecommons.org/licenses/by-sa/3.0/",
        "MIT",
        "Sebastian Raschka",
        BSD,
    ],
    "tinytalks": TALKS,
    "tinytalks-1200": TALKS,
}


def released(repository: Repository) -> dict[str, tuple[int, str]]:
    return {
        name: (len(data), hashlib.sha256(data).hexdigest())
        for name, data in repository.contents("datasets").items()
        if name.endswith((".csv", ".jsonl", ".pkl", ".txt", "SHA256SUMS", "classes.json"))
    }


def test_a_fresh_clone_builds_to_what_is_committed(built: Repository, clone: Repository) -> None:
    assert released(clone) == RELEASED
    assert released(built) == RELEASED
    # The last commit is of what was built, the one before of the clone.
    assert built.run("git", "diff", "--stat", "HEAD~1", "HEAD") == ""
    assert "up to date" in built.run("dvc", "status", *PIPELINES)
    assert built.repro(*PIPELINES) == set()


def test_what_ships_is_small_and_as_large_as_is_said() -> None:
    sizes = {path: path.stat().st_size for path in ROOT.glob("datasets/*/*")}
    # Its author's own text of a dataset is not part of the package.
    assert sum(size for path, size in sizes.items() if path.suffix != ".yaml") <= 1_850_000
    page = (ROOT / "datasets/PHILOSOPHY.md").read_text(encoding="utf-8")
    for name in NOTICES:
        of = {path: size for path, size in sizes.items() if path.parent.name == name}
        assert sum(of.values()) < 2**20
        kinds = (".pkl", ".txt", ".jsonl")
        samples = sum(size for path, size in of.items() if path.suffix in kinds)
        assert f"| `{name}` | {samples:,} |" in page


@pytest.mark.parametrize(("dataset", "recipe", "split"), REFERENCE)
def test_accuracies_lie_within_three_standard_deviations(
    built: Repository, dataset: str, recipe: str, split: str
) -> None:
    mean, deviation = REFERENCE[dataset, recipe, split]
    accuracy = json.loads(built.read(f"metrics/{dataset}.json"))[recipe][split]
    assert abs(100 * accuracy - mean) <= 3 * deviation


def test_metrics_are_a_table_of_one_row_per_dataset(built: Repository) -> None:
    table = built.run("dvc", "metrics", "show").splitlines()
    header, *rows = [line.split() for line in table]
    images = ["classroom.test", "classroom.unused", "tuned.test", "tuned.unused"]
    assert header == ["Path", *sorted(["bits", "nearest", *images])]
    names = ["tinydigits", "tinydigits-150", "tinymnist", "tinytalks", "tinytalks-1200"]
    assert [row[0] for row in rows] == [f"metrics/{name}.json" for name in names]
    # A dash where a dataset of images has no figure of a text, and the other way round.
    for row in rows:
        figures = [column for column, cell in zip(header[1:], row[1:]) if cell != "-"]
        assert figures == (["bits", "nearest"] if "tinytalks" in row[0] else images)
    assert max(map(len, table)) <= 120


@pytest.mark.parametrize(("dataset", "notices"), NOTICES.items())
def test_the_notices_belong_to_the_data(dataset: str, notices: list[str]) -> None:
    licence = (ROOT / f"datasets/{dataset}/LICENSE").read_text(encoding="utf-8")
    for notice in notices:
        assert notice in licence
    # And the licence that it names is there in full.
    (named,) = re.findall(r"LICENSES/[\w.-]+\.txt", licence)
    full = (ROOT / named).read_text(encoding="utf-8")
    assert full.startswith("Creative Commons")
    assert len(full) > 15_000


@pytest.mark.parametrize(
    "room",
    ["serialize/__main__", "evaluate", "texts/serialize_text", "texts/evaluate_text"],
)
def test_a_stage_that_fails_leaves_the_released_files(built: Repository, room: str) -> None:
    before = built.contents("datasets", "metrics")
    (built.folder / f"stages/{room}.py").write_text("raise OSError\n")
    assert "failed to reproduce '" in built.run("dvc", "repro", status=255)
    assert built.contents("datasets", "metrics") == before
