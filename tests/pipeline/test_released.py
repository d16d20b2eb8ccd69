"""What a user holds after a clone and one command: every dataset, byte for byte."""

import hashlib
import re

import pytest

from tests.conftest import PIPELINES, ROOT, Repository


def sums_of(table: str) -> dict[str, tuple[int, str]]:
    """Return the bytes and the sum of each file that a table names."""
    lines = [line.split() for line in table.splitlines()]
    return {f"datasets/{name}": (int(size), sha256) for sha256, size, name in lines}


# Published with TinyDigits: sha256, bytes.
PUBLISHED = sums_of("""\
254293630e549113002cdc3f7f1542715e0a40288a3a8a0358fb8e478dce1e54 264255 tinydigits/train.pkl
767ea1644a12dac6f3f94f63536de4deace8a0fa1f5c54f80a9419a267c7802d  53044 tinydigits/test.pkl
4bfcce69e3abe29ca91a7709b4fd7ace1303dc8a980117ee7c081cdcc317df24  39844 tinydigits-150/train.pkl
3ed68c0c10b91f5f255dc1e450396c277de7e9d89bd3f9776e68273d3a478f87  12652 tinydigits-150/test.pkl
""")
# Written here, so that nobody else has published sums.
RELEASED = PUBLISHED | sums_of("""\
1aee3c1f8a2d5f94850769fbbd3be4df1fc2f0b15defab2e58770a274a1ea337  12637 tinytalks/train.txt
95bf8e72875240883d0d5e60659a21132c0597ccc1e952ff758b9d52125f97e4   2702 tinytalks/val.txt
067da15a420acb4635f98e8be6aa74aaf773e14c8635d1bc025e82891b255652   2633 tinytalks/test.txt
d126a11e0f42496bd69ce9fd118650cf922d3eeafdb43ad1f232f4f795cd3310  22850 tinytalks/train.jsonl
be25a4f0630045fcb3a5e929cdfbfe05977ae1b24b4652d035bd09d2158e38ff   4822 tinytalks/val.jsonl
ab02a47e76ebe1a47664a847d8b7814f53b602056c601ba59ea4fdd84e8ff529   4751 tinytalks/test.jsonl
f4220234f4782faaa85171171fa33e8804b2a24e213285b085a39382b249c886  57059 tinytalks-1200/train.txt
b234fda3863d0453db10718063d98758c748557712a45ebbf35daa6d06f6f284  12189 tinytalks-1200/val.txt
2695e36a170014c7ec9f0e3159cf522a6bc38da3db25a8bf87d4b2d6f237436a  12428 tinytalks-1200/test.txt
04c58589868ad5b1a29366acd640402933073abef82a1400d7c5ac8e004767b2  97910 tinytalks-1200/train.jsonl
54e18b92fd166052120b4658423abb9ccbf042fa9d557b143944afefb6179187  20943 tinytalks-1200/val.jsonl
0e4198821e16fdcea6bdab2decba422605faa450aae9e893a254e92fa9c3a4ec  21184 tinytalks-1200/test.jsonl
66851a638a3ccf14b39059795d1df44e21f1c21425093326467868e5daca5518 792257 tinymnist/train.pkl
9db388ea59b9dc788928069cffa813f6397b7ba1b2a587751ce68e333f73759c 158655 tinymnist/test.pkl
f7b6728726f4dc4955743f71def4af6aade46203f06f14f9902c6620abb7369f  31684 tinydigits/samples.csv
5a16ae4b6a914167ba6f13fabae5982c468375323e793d3124cb6c2846111f97   5220 tinydigits-150/samples.csv
f333a4df15801eed47edfe7d3001ccd1bdf013c19c49bdd48345dff5bd2d8d30  32153 tinymnist/samples.csv
8a1a2392a9699bbc285d415297447a76d9a7c8a96e6cf3b80846748ef56d3a7b    229 tinydigits/SHA256SUMS
677523e49eaf9813c2adf06a3abffa8f8f81a56ed9891bbacc665e204e04cbbe    229 tinydigits-150/SHA256SUMS
ea74101ae2e25fe513e424e66a52d4ce14b5f3f50aab365647e61b18186f37f6    229 tinymnist/SHA256SUMS
edc6ebf7ff4901b280c907a8ff536c56403717e7918a17f9286a619d94aafaa7    456 tinytalks/SHA256SUMS
08f1ee157815db414e09ef654dead150f540dc29ad2e30d5f1d6ef0d6bcd743e    456 tinytalks-1200/SHA256SUMS
""")
BSD = "AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE"
DIGITS = [
    "doi.org/10.24432/C50P49",
    "creativecommons.org/licenses/by/4.0/",
    "Copyright (c) 2025 TinyTorch Project",
    "The scikit-learn developers",
    BSD,
]
TALKS = ["Copyright (c) 2026, tinydatasets contributors", "creativecommons.org/licenses/by/4.0/"]
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


def test_a_stage_that_fails_leaves_the_released_files(built: Repository) -> None:
    before = built.contents("datasets", "metrics")
    for room, stage in (
        ("serialize/__main__", "serialize@tinydigits"),
        ("evaluate", "evaluate@tinydigits"),
        ("texts/serialize_text", "serialize_text@tinytalks"),
        ("texts/evaluate_text", "evaluate_text@tinytalks"),
    ):
        (built.folder / f"stages/{room}.py").write_text("raise OSError\n")
        printed = built.run("dvc", "repro", "--single-item", stage, status=255)
        assert f"failed to reproduce '{stage}'" in printed
    assert built.contents("datasets", "metrics") == before
