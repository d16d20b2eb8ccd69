"""What the README and the pages of docs/ show is what a reader gets."""

from __future__ import annotations

import csv
import functools
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import yaml
from PIL import Image

import tinydatasets
from tests.pipeline.test_released import RELEASED
from tools.pictures import learning_curves

if TYPE_CHECKING:
    from tests.conftest import Repository

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for pattern in ("*.md", "docs/*.md", "datasets/*.md", "datasets/*/*.md")
    for path in sorted(ROOT.glob(pattern))
}
SPLITS = {"pkl": ("train", "test"), "jsonl": ("train", "val", "test")}


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGES[page], re.DOTALL)


def rows(page: str, header: str) -> list[list[str]]:
    """Give the cells of the table whose header begins with `header`."""
    table = re.search(rf"^\| {re.escape(header)}.*\n\|[-|]+\n((?:\|.*\n)+)", PAGES[page], re.M)
    assert table is not None, f"{page} has no table {header}"
    return [[cell.strip() for cell in line[1:-1].split(" | ")] for line in table[1].splitlines()]


# --- The README ---------------------------------------------------------------------------------


def test_the_readme_is_short() -> None:
    assert len(README.split()) <= 900


def test_the_first_screen_has_a_picture_a_command_and_three_lines_that_load() -> None:
    screen, _, _ = README.partition("\n## ")
    assert len(screen.splitlines()) <= 35
    assert "](docs/tinydigits.png)" in screen
    assert "$ git clone " in screen
    (code, *_) = re.findall(r"```python\n(.*?)```", screen, re.DOTALL)
    assert len([line for line in code.splitlines() if line]) == 3


def test_the_table_of_datasets_is_that_of_the_files() -> None:
    urls = {"CC BY 4.0": "/licenses/by/4.0/", "CC BY-SA 3.0": "/licenses/by-sa/3.0/"}
    found = rows("README.md", "name | what")
    names = [re.findall(r"\[`(.*?)`\]", name)[0] for name, *_ in found]
    assert sorted(names) == sorted(path.parent.name for path in ROOT.glob("datasets/*/README.md"))
    for name, (_, _, samples, sizes, licence) in zip(names, found, strict=True):
        kind = "pkl" if (ROOT / f"datasets/{name}/train.pkl").exists() else "jsonl"
        loaded: Any = (tinydatasets.load if kind == "pkl" else tinydatasets.load_text)(name)
        counts = [len(s.labels) if kind == "pkl" else len(s) for s in loaded]
        assert samples == " + ".join(map(str, counts))
        paths = [ROOT / f"datasets/{name}/{split}.{kind}" for split in SPLITS[kind]]
        assert sizes == " + ".join(f"{path.stat().st_size:,}" for path in paths)
        assert urls[licence] in (ROOT / f"datasets/{name}/LICENSE").read_text(encoding="utf-8")


def test_the_table_of_results_is_that_of_the_metrics() -> None:
    found = rows("README.md", "dataset | `classroom`, test")
    expected = []
    for path in sorted(ROOT.glob("metrics/*.json")):
        metrics = json.loads(path.read_text(encoding="utf-8"))
        if "tuned" in metrics:
            parts = [(r, s) for r in ("classroom", "tuned") for s in ("test", "unused")]
            expected.append([f"`{path.stem}`", *(f"{100 * metrics[r][s]:.1f}" for r, s in parts)])
    assert sorted(found) == sorted(expected)


def test_the_picture_shows_the_data() -> None:
    picture = np.asarray(Image.open(ROOT / "docs/tinydigits.png").convert("L"))
    train = tinydatasets.load("tinydigits").train
    side = 8 * 4 + 2 * 3  # pixels of 4 x 4, a margin of 3
    assert picture.shape == (10 * side, 20 * side)
    for label in (0, 4, 9):
        for column in (0, 11, 19):
            tile = picture[label * side :, column * side :][5 : side - 3 : 4, 5 : side - 3 : 4]
            image = train.images[train.labels == label][column]
            np.testing.assert_allclose(1 - tile / 255, image, atol=0.003)


# --- Every page ---------------------------------------------------------------------------------


def anchors(page: str) -> set[str]:
    """Give the anchors that GitHub makes of the headings of a page."""
    prose = re.sub(r"```.*?```", "", PAGES[page], flags=re.DOTALL)
    titles = re.findall(r"^#+ (.*)$", prose, re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    prose = re.sub(r"```.*?```", "", PAGES[page], flags=re.DOTALL)
    dead = []
    for target in re.findall(r"\]\((?!https?:)(.*?)\)", prose):
        name, _, anchor = target.partition("#")
        path = (ROOT / page).parent.joinpath(name).resolve() if name else ROOT / page
        if not path.exists() or (
            anchor and anchor not in anchors(path.relative_to(ROOT).as_posix())
        ):
            dead.append(target)
    assert dead == []


# Tests in tests/docs run the code of these: it needs a dataset, or writes one.
WITH_A_DATASET = ("docs/images.md", "docs/large.md", "docs/texts.md")


@pytest.mark.parametrize(
    "page", [page for page in PAGES if "```python" in PAGES[page] and page not in WITH_A_DATASET]
)
def test_python_runs_and_prints_what_its_comments_say(page: str, tmp_path: Path) -> None:
    benchmark = tmp_path / "mnist"
    benchmark.mkdir()
    for split in ("train", "test"):
        np.save(benchmark / f"{split}-images.npy", np.zeros((2, 28, 28), np.uint8))
        np.save(benchmark / f"{split}-labels.npy", np.zeros(2, np.int64))
    code = "".join(blocks(page, "python"))
    printed = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env={**os.environ, "TINYDATASETS_HOME": str(tmp_path)},
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    )
    assert printed.stdout.splitlines() == re.findall(r"^print\(.*\)  # (.*)$", code, re.M)


def test_every_command_that_is_shown_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    shown = {name for page in PAGES.values() for name in re.findall(r"`make ([a-z-]+)`", page)}
    assert shown
    assert shown <= targets
    modules = {
        name
        for page in PAGES.values()
        for name in re.findall(r"python -m ((?:stages|tools|benchmarks|tests)\.[\w.]*\w)", page)
    }
    assert modules
    assert [m for m in modules if not (ROOT / f"{m.replace('.', '/')}.py").is_file()] == []
    for _, without in rows("docs/windows.md", "with make"):
        for command in re.findall("`(.*?)`", without):
            assert command in makefile


@pytest.mark.parametrize("name", [path.parent.name for path in ROOT.glob("datasets/*/README.md")])
def test_the_page_of_a_dataset_has_its_sums(name: str) -> None:
    page = f"datasets/{name}/README.md"
    sizes = {
        file.strip("`"): int(size.replace(",", "")) for file, _, size in rows(page, "file | h")
    }
    sums = {file.strip("`"): sha256.strip("`") for file, sha256 in rows(page, "file | sha256")}
    found = {f"datasets/{name}/{file}": (sizes[file], sums[file]) for file in sums}
    assert sizes.keys() == sums.keys()
    assert found == {
        path: published
        for path, published in RELEASED.items()
        if path.split("/")[1] == name and not path.endswith("SHA256SUMS")
    }


def test_the_page_of_tinytalks_has_its_figures_and_pairs() -> None:
    page = PAGES["datasets/tinytalks/README.md"]
    metrics = json.loads((ROOT / "metrics/tinytalks.json").read_text(encoding="utf-8"))
    shown = re.findall(r"\| (\d\.\d+)(?: \(.*?\))? \| (\d\.\d+)(?: \(.*?\))? \|\n", page)
    measured = [*metrics["characters"], *metrics["retrieval"]]
    assert len(shown) == len(measured)
    for pair, figures in zip(shown, measured, strict=True):
        for text, split in zip(pair, ("val", "test"), strict=True):
            assert text == f"{figures[split]:.{len(text) - 2}f}"
    authored = {
        (str(pair.level), pair.question, pair.answer)
        for split in tinydatasets.load_text("tinytalks")
        for pair in split
    }
    examples = re.findall(r"\| (\d): .*? \| Q: (.*?) A: (.*?) \|", page)
    assert [level for level, *_ in examples] == list("12345")
    assert set(examples) <= authored
    said = " ".join(split for pair in authored for split in pair[1:]).lower()
    assert f"have {len(set(re.findall('[a-z0-9]+', said)))} words" in " ".join(page.split())


def test_the_page_of_tinytalks_has_the_figures_of_the_transformers() -> None:
    page = PAGES["datasets/tinytalks/README.md"]
    neural = json.loads(
        (ROOT / "experiments/transformers/tinytalks.json").read_text(encoding="utf-8")
    )
    splits = ("train", "val", "test")

    def exact(row: dict[str, Any]) -> str:
        return f"{100 * row['exact']:.1f} ± {100 * row['exact_sd']:.1f}"

    def rows(unit: str, level: object) -> list[dict[str, Any]]:
        return [row for row in neural[unit]["levels"] if row["level"] == level]

    by_level = re.findall(r"^\| (\d|all)(?:: [a-z ]+)? \| (.*± .*) \|$", page, re.M)
    assert [level for level, _ in by_level] == [*"12345", "all"]
    for level, cells in by_level:
        key = int(level) if level.isdigit() else level
        found = [exact(row) for unit in ("words", "characters") for row in rows(unit, key)]
        assert cells.split(" | ") == found
    for unit, of_unit in neural.items():
        bits = [f"{row['bits']:.2f} ± {row['bits_sd']:.2f}" for row in rows(unit, "all")]
        assert f"\n| {unit} | {' | '.join(bits)} |\n" in page
        assert f"{of_unit['parameters']:,}" in page
        for row in of_unit["time"]:
            line = re.search(
                rf"^\| {unit} \| {row['steps']} \| {row['seconds']:.0f} \| (.*) \|$", page, re.M
            )
            assert line is not None
            assert line[1].split(" | ")[splits.index(row["split"])] == exact(row)


# --- docs/transformers.md -----------------------------------------------------------------------


def test_the_page_of_transformers_has_the_recipes() -> None:
    params = yaml.safe_load(
        (ROOT / "experiments/transformers/params.yaml").read_text(encoding="utf-8")
    )
    rows = re.findall(r"^\| (.+) \| (.+) \| (.+) \|$", PAGES["docs/transformers.md"], re.M)
    shown = {name: cells for name, *cells in rows}
    recipes = [params["recipes"][unit] for unit in ("words", "characters")]
    size = [f"{r['layers']}, {r['width']}, {r['heads']}" for r in recipes]
    assert shown["layers, width, heads"] == size
    for name, key in (("dropout", "dropout"), ("weight decay", "weight_decay")):
        assert shown[name] == [str(recipe[key]) for recipe in recipes]
    assert shown["steps of 32 pairs"] == [str(recipe["steps"]) for recipe in recipes]
    assert {recipe["batch_size"] for recipe in recipes} == {32}
    assert "rises to 0.006 for" in PAGES["docs/transformers.md"]
    assert {recipe["learning_rate"] for recipe in recipes} == {0.006}
    assert shown["loss"] == [
        "the answer's tokens",
        "the answer's tokens, and the question's by 0.3",
    ]
    assert [recipe["question_weight"] for recipe in recipes] == [0.0, 0.3]


# --- docs/baselines.md --------------------------------------------------------------------------


def test_the_released_figures_are_what_dvc_prints(built: Repository) -> None:
    (shown,) = blocks("docs/baselines.md", "console")
    lines = [line.rstrip() for line in built.run("dvc", "metrics", "show").splitlines()]
    assert shown.splitlines() == ["$ dvc metrics show", *lines]

    page = " ".join(PAGES["docs/baselines.md"].split())
    shown_rows = re.search(
        r"take: (\d+) rows for `tinydigits`, (\d+) for `tinydigits-150`, (\d+) for `tinymnist`",
        page,
    )
    assert shown_rows is not None
    details = {
        name: json.loads(built.read(f"build/{name}/details.json"))["tuned"]
        for name in ("tinydigits", "tinydigits-150", "tinymnist")
    }
    assert [int(n) for n in shown_rows.groups()] == [d["unused"]["rows"] for d in details.values()]
    few = details["tinydigits-150"]["test"]
    low, high = few["interval_95"]
    assert (
        f"an accuracy of {few['accuracy']:.3f} on {few['rows']} rows has a 95% interval of "
        f"{low:.3f} to {high:.3f}"
    ) in page


def test_the_spread_over_seeds_says_where_it_is_from() -> None:
    page = PAGES["docs/baselines.md"]
    section = page[page.index("## Over training seeds") :]
    assert "`python -m benchmarks.seeds` prints these figures" in section.partition("\n|")[0]
    recipes = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["recipes"]
    shown = [cells[0] for cells in rows("docs/baselines.md", "recipe")]
    assert shown[: len(recipes)] == [f"`{name}`" for name in recipes]


# --- docs/curves.md -----------------------------------------------------------------------------


def curve(source: str) -> dict[tuple[str, str, str], dict[str, str]]:
    """Give the points of a learning curve by recipe, budget and size."""
    with (ROOT / f"curves/{source}.csv").open(encoding="ascii", newline="") as file:
        return {(p["recipe"], p["budget"], p["size"]): p for p in csv.DictReader(file)}


def test_the_table_of_curves_is_that_of_the_files() -> None:
    budgets = {"20 epochs": "epochs", "640 steps": "steps"}
    found = rows("docs/curves.md", "source | recipe")
    assert len(found) == 8
    for source, recipe, budget, *cells in found:
        points = curve(source.strip("`"))
        for size, cell in zip(("2", "15", "50", "100", "150"), cells, strict=True):
            point = points[recipe.strip("`"), budgets[budget], size]
            half = 100 * (float(point["high"]) - float(point["low"])) / 2
            assert cell == f"{100 * float(point['mean']):.1f} ± {half:.1f}"


def test_the_claim_is_what_the_curves_show() -> None:
    page = " ".join(PAGES["docs/curves.md"].split())
    digits = curve("digits")
    many, few, longer = (
        digits["classroom", budget, size]
        for budget, size in (("epochs", "100"), ("epochs", "15"), ("steps", "15"))
    )
    shown = [f"{100 * float(point['mean']):.1f}%" for point in (many, few, longer)]
    assert f"For 20 epochs the recipe `classroom` reaches {shown[0]} and {shown[1]}." in page
    assert f"it reaches {shown[0]} and {shown[2]}, and the two intervals overlap." in page
    assert float(few["high"]) < float(longer["low"]) < float(longer["mean"])
    assert float(many["low"]) < float(longer["high"])


def test_the_picture_of_curves_is_drawn_from_the_files() -> None:
    assert (ROOT / "docs/curves.svg").read_text(encoding="utf-8") == learning_curves()


# --- docs/subsets.md ----------------------------------------------------------------------------


def below_its_part(entry: str, params: str) -> str:
    """Put an entry of a page below the part of params.yaml that its first line names."""
    part, _, rest = entry.partition("\n")
    key = re.fullmatch(r"# below `(\w+):`", part)
    assert key is not None, part
    assert f"\n{key[1]}:\n" in params
    return params.replace(f"\n{key[1]}:\n", f"\n{key[1]}:\n{rest}", 1)


def check(folder: Path, params: str) -> subprocess.CompletedProcess[str]:
    """Validate a params.yaml as `make check` does."""
    (folder / "datasets/tinytalks").mkdir(parents=True)
    (folder / "datasets/tinytalks/templates.yaml").touch()
    (folder / "params.yaml").write_text(params, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "stages.check"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def test_the_subset_of_the_readme_can_be_built(built: Repository) -> None:
    (entry,) = blocks("README.md", "yaml")
    assert entry in blocks("docs/subsets.md", "yaml")
    params = below_its_part(entry, built.read("params.yaml"))
    (built.folder / "params.yaml").write_text(params, encoding="utf-8")
    built.repro("serialize@zeros-and-ones")
    with (built.folder / "datasets/zeros-and-ones/samples.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    found = {
        split: [line["label"] for line in lines if line["split"] == split]
        for split in SPLITS["pkl"]
    }
    assert {split: [labels.count(c) for c in "01"] for split, labels in found.items()} == {
        "train": [40, 40],
        "test": [10, 10],
    }
    assert {label for labels in found.values() for label in labels} == {"0", "1"}


def test_all_entries_of_the_page_are_right(tmp_path: Path) -> None:
    params = (ROOT / "params.yaml").read_text(encoding="utf-8")
    for entry in blocks("docs/subsets.md", "yaml"):
        params = below_its_part(entry, params)
    checked = check(tmp_path, params)
    assert checked.returncode == 0, checked.stdout


def test_the_error_of_the_page_is_what_is_printed(tmp_path: Path) -> None:
    (shown,) = [
        text for text in blocks("docs/subsets.md", "console") if "params.yaml, line" in text
    ]
    params = (ROOT / "params.yaml").read_text(encoding="utf-8")
    checked = check(tmp_path, params.replace("train_per_class: 100", "train_per_class: 170", 1))
    assert checked.returncode == 1
    assert f"$ make check\n{checked.stdout}" == shown


def test_the_page_has_every_key_and_every_default() -> None:
    schema = json.loads((ROOT / "stages/check/params.schema.json").read_text(encoding="utf-8"))
    expected: dict[str, str] = {}
    for model in schema["$defs"].values():
        for key, about in model.get("properties", {}).items():
            default = about.get("default")
            text = json.dumps(default) if isinstance(default, (bool, float, int)) else default
            expected[key] = f"`{text}`" if text else ""
    found = {
        key: default
        for part in ("dataset", "source", "recipe", "text")
        for keys, _, default in rows("docs/subsets.md", f"key of a {part}")
        for key in re.findall(r"`(\w+)`", keys)
    }
    assert found == expected


# --- docs/reproducibility.md --------------------------------------------------------------------


@functools.cache
def stages() -> dict[str, Any]:
    loaded = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return {name: stage.get("do", stage) for name, stage in loaded.items()}


def named(path: str) -> str:
    """Put `<name>` for what dvc.yaml fills in."""
    return re.sub(r"\$\{.*?\}", "<name>", path)


def written(stage: dict[str, Any]) -> list[str]:
    """Give the paths that a stage writes, with the name of an entry as `<name>`."""
    listed = [*stage.get("outs", []), *stage.get("metrics", []), *stage.get("plots", [])]
    paths = [next(iter(path)) if isinstance(path, dict) else path for path in listed]
    return [named(path) for path in paths]


def test_the_table_of_stages_is_that_of_dvc_yaml() -> None:
    table = rows("docs/reproducibility.md", "stage")
    shown = {
        re.findall("`(.*?)`", name)[0]: re.findall("`(.*?)`", writes) for name, _, writes in table
    }
    assert list(shown) == list(stages())
    for name, stage in stages().items():
        for path in written(stage):
            assert any(f"{path}/".startswith(known.rstrip("/") + "/") for known in shown[name])
        for known in shown[name]:
            assert any(f"{path}/".startswith(known.rstrip("/") + "/") for path in written(stage))


def test_the_solid_arrows_are_the_data_of_dvc_yaml() -> None:
    # Texts have a chain of their own, whose files have the same names.
    chains: tuple[list[str], list[str]] = ([], [])
    for name in stages():
        if name not in ("code", "params"):
            chains[name.endswith("_text")].append(name)
    expected = {
        (earlier, later)
        for chain in chains
        for later in chain
        for dep in stages()[later].get("deps", [])
        for earlier in chain
        for path in written(stages()[earlier])
        if f"{named(dep)}/".startswith(f"{path}/")
    }
    (diagram,) = blocks("docs/reproducibility.md", "mermaid")
    shown = set()
    for line in diagram.splitlines()[1:]:
        names = line.strip().split(" --> ")
        shown |= set(zip(names, names[1:], strict=False))
    assert shown == expected


# --- docs/troubleshooting.md --------------------------------------------------------------------


def test_the_messages_are_those_of_the_code() -> None:
    files = [ROOT / "Makefile", ROOT / "tools/venv.sh"]
    for folder in ("stages", "tools", "tinydatasets"):
        files += sorted((ROOT / folder).rglob("*.py"))
    # As Python joins strings that stand one below the other.
    code = "".join(re.sub(r'"\s*\n\s*f?"', "", path.read_text(encoding="utf-8")) for path in files)
    code = code.replace("{NEEDED}", "").replace("$NEEDED", "Python 3.10 to 3.13")
    table = rows("docs/troubleshooting.md", "message | what to do")
    table += rows("docs/troubleshooting.md", "message | why")
    shown = [re.fullmatch("`(.*?)`", cells[0]) for cells in table]
    messages = [found[1] for found in shown if found]
    assert len(messages) > 8
    assert [m for m in messages if m.removesuffix("line …").strip(", ") not in code] == []


# --- Releases and the set-up of editors ---------------------------------------------------------


def test_version_and_date_are_the_same_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    released = re.findall(r"^## \[(\d[\w.]*)\] - (\d{4}-\d\d-\d\d)$", PAGES["CHANGELOG.md"], re.M)
    assert released[0] == (tinydatasets.__version__, citation["date-released"])
    assert citation["version"] == tinydatasets.__version__
    assert citation["cff-version"] == "1.2.0"
    (author,) = citation["authors"]
    version, date = released[0]
    shown = f"{author['name']} ({date[:4]}). {citation['title']}, version {version}."
    assert shown in " ".join(README.replace("\n> ", " ").split())
    assert "10.24432/C50P49" in [reference.get("doi") for reference in citation["references"]]


def test_the_hook_before_a_commit_runs_make_lint() -> None:
    settings = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (repository,) = settings["repos"]
    assert repository["repo"] == "local"
    (hook,) = repository["hooks"]
    assert (hook["entry"], hook["language"], hook["pass_filenames"]) == (
        "make lint",
        "system",
        False,
    )


# --- datasets/PHILOSOPHY.md --------------------------------------------------------------------


def test_the_philosophy_has_the_figures_of_the_curves() -> None:
    found = rows("datasets/PHILOSOPHY.md", "samples | 150")
    for source, cells in zip(("digits", "mnist-5k"), found, strict=True):
        points = curve(source)
        shown = [points["tuned", "epochs", size]["mean"] for size in ("15", "50", "100", "150")]
        assert cells[1:] == [f"{100 * float(mean):.1f}" for mean in shown]


def test_the_overview_names_every_dataset_and_benchmark() -> None:
    found = {name.strip("`"): cells for name, *cells in rows("datasets/README.md", "dataset | sam")}
    times = json.loads((ROOT / "benchmarks/training.json").read_text(encoding="utf-8"))
    assert set(found) == {*times, "tinytalks"}
    for name, time in times.items():
        assert found[name][2] == f"{time:g}"
    assert found["tinydigits"][:2] == ["1000 + 200", f"{264_255 + 53_044:,}"]
