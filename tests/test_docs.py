"""What the README and the other pages show is what a reader gets."""

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.lib.format import open_memmap
from PIL import Image

import tinydatasets
from benchmarks import read_inputs
from benchmarks.seeds import accuracies
from tests.conftest import ROOT, Repository
from tests.pipeline.test_released import PUBLISHED
from tools import pictures

PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for pattern in ("*.md", "docs/*.md", "datasets/*.md", "datasets/*/*.md", "*/README.md")
    for path in sorted(ROOT.glob(pattern))
}
ABOUT = sorted(ROOT.glob("datasets/*/about.yaml"))
PARAMS = (ROOT / "params.yaml").read_text(encoding="utf-8")
PROSE = {page: re.sub(r"```.*?```", "", text, flags=re.DOTALL) for page, text in PAGES.items()}
# Tests in tests/docs and tests/validators run the code of these: it needs a dataset, or frameworks.
RUN_ELSEWHERE = [f"docs/{x}.md" for x in ("from-dvc", "images", "large", "recipes", "texts")]


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGES[page], re.DOTALL)


def pages_with(language: str, begin: str = "") -> list[str]:
    return [p for p in PAGES if any(block.startswith(begin) for block in blocks(p, language))]


def rows(header: str) -> list[list[str]]:
    """Return the cells of all tables whose header begins with `header`, on whatever page."""
    table = re.compile(rf"^\| {re.escape(header)}.*\n\|[-| ]+\n((?:\|.*\n)+)", re.M)
    lines = "".join(rows for text in PAGES.values() for rows in table.findall(text)).splitlines()
    assert lines, f"no page has a table {header}"
    return [[cell.strip() for cell in line[1:-1].split(" | ")] for line in lines]


def below_its_part(entry: str, params: str) -> str:
    """Put an entry of a page below the part of params.yaml that its first line names."""
    line, _, rest = entry.partition("\n")
    part = line.removeprefix("# below `").removesuffix(":`")
    params, times = re.subn(rf"\n{part}:( {{}})?\n", f"\n{part}:\n{rest}", params, count=1)
    assert times == 1, line
    return params


def check(folder: Path, params: str) -> subprocess.CompletedProcess[str]:
    """Run the gate of `make repro`, which reads no images, on a params.yaml in a folder."""
    for name in ("tinytalks", "tinytalks-1200"):
        shutil.copytree(ROOT / "datasets" / name, folder / "datasets" / name)
    (folder / "params.yaml").write_text(params, encoding="utf-8")
    for path in re.findall(r"path: (data/\S+)", params):
        (folder / path).mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "stages.check", "--out", "checked"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=folder, env=environ, text=True, capture_output=True, check=False
    )


def anchors(page: str) -> set[str]:
    """Return the anchors that GitHub makes of the headings of a page."""
    titles = re.findall(r"^#+ (.*)$", PROSE[page], re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    dead = []
    for target in re.findall(r"\]\((?!https?:|mailto:)(.*?)\)", PROSE[page]):
        name, _, anchor = target.partition("#")
        path = (ROOT / page).parent.joinpath(name).resolve() if name else ROOT / page
        there = path.exists() and path.is_relative_to(ROOT)
        if not there or (anchor and anchor not in anchors(path.relative_to(ROOT).as_posix())):
            dead.append(target)
    assert dead == []


def test_every_file_and_command_that_is_named_exists() -> None:
    text = "".join(text for page, text in PAGES.items() if page != "CHANGELOG.md")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    shown = set(re.findall(r"(?:`|^\$ )make ([a-z-]+)", text, re.M))
    assert shown
    assert shown <= targets
    rooms = "benchmarks|experiments|milestones|requirements|stages|tests|tinydatasets|tools"
    modules = re.findall(rf"python -m ((?:{rooms})[\w.]*\w)", text)
    folders = [ROOT / module.replace(".", "/") for module in modules]
    assert folders
    assert [
        folder.name
        for folder in folders
        if not folder.with_suffix(".py").is_file() and not (folder / "__main__.py").is_file()
    ] == []
    paths = re.findall(rf"`((?:{rooms})/[\w./-]+)`", text)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", [p for p in pages_with("python") if p not in RUN_ELSEWHERE])
def test_python_runs_and_prints_what_its_comments_say(page: str, tmp_path: Path) -> None:
    # In a folder of its own, because some of it writes files.
    benchmark = tmp_path / "mnist"
    benchmark.mkdir()
    for split, rows in (("train", 60_000), ("test", 10_000)):
        for kind, dtype, image in (("images", np.uint8, (28, 28)), ("labels", np.int64, ())):
            # Zeros that take no room on the disk.
            open_memmap(benchmark / f"{split}-{kind}.npy", "w+", dtype, (rows, *image))
    code = "".join(blocks(page, "python"))
    environ = {**os.environ, "TINYDATASETS_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    python = [sys.executable, "-W", "error", "-c", code]
    printed = subprocess.check_output(python, cwd=tmp_path, env=environ, text=True)
    assert printed.splitlines() == re.findall(r"^print\(.*\)  # (.*)$", code, re.M)


def test_the_draw_in_plain_numpy_writes_the_published_files(tmp_path: Path) -> None:
    (code,) = (block for block in blocks("docs/reproducibility.md", "python") if "pickle" in block)
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, check=True)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    published = {
        path.removeprefix("datasets/").replace("/", "-"): of for path, of in PUBLISHED.items()
    }
    assert {
        name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in written.items()
    } == published


@pytest.mark.parametrize("page", pages_with("yaml", "# below `"))
def test_entries_of_params_are_right(page: str, tmp_path: Path) -> None:
    params = PARAMS
    for entry in [block for block in blocks(page, "yaml") if block.startswith("# below `")]:
        params = below_its_part(entry, params)
    checked = check(tmp_path, params)
    assert checked.returncode == 0, checked.stderr


def test_every_key_of_params_is_in_a_table_with_its_default() -> None:
    schema = json.loads((ROOT / "stages/params/params.schema.json").read_text(encoding="utf-8"))
    entries = [entry["properties"] for entry in schema["$defs"].values() if "properties" in entry]
    shown = {
        key: default.strip("`")
        for keys, _, default in rows("key of a ")
        for key in re.findall(r"`(\w+)`", keys)
    }
    assert shown.keys() == {key for entry in entries for key in entry}
    for key, value in [item for entry in entries for item in entry.items()]:
        if (default := value.get("default")) is not None:
            assert shown[key] == (default if isinstance(default, str) else json.dumps(default))


def test_the_error_that_is_shown_is_what_is_printed(tmp_path: Path) -> None:
    wrong = PARAMS.replace("train_per_class: 100", "train_per_class: 170", 1)
    assert pages_with("console", f"$ make check\n{check(tmp_path, wrong).stderr}")


def test_the_table_of_datasets_is_that_of_the_files() -> None:
    shown = rows("name | what")
    names = [re.findall(r"\[`(.*?)`\]", cells[0])[0] for cells in shown]
    assert sorted(names) == sorted(path.parent.name for path in ROOT.glob("datasets/*/README.md"))
    for name, (_, _, samples, sizes, licence) in zip(names, shown, strict=True):
        folder = ROOT / "datasets" / name
        is_text = (folder / "train.jsonl").exists()
        splits: Any = (tinydatasets.load_text if is_text else tinydatasets.load)(name)
        counts = [len(split if is_text else split.labels) for split in splits]
        assert samples == " + ".join(map(str, counts))
        files = [f"{s}.jsonl" for s in splits._fields] if is_text else ["train.pkl", "test.pkl"]
        assert sizes == " + ".join(f"{(folder / file).stat().st_size:,}" for file in files)
        url = licence.lower().replace("cc ", "/licenses/").replace(" ", "/")
        assert url in (folder / "LICENSE").read_text(encoding="utf-8")


def test_the_table_of_released_models_is_that_of_the_metrics() -> None:
    for name, *shown in rows("released model |"):
        metrics = json.loads((ROOT / f"metrics/{name.strip('`')}.json").read_text(encoding="utf-8"))
        figures = [metrics[r][s] for r in ("classroom", "tuned") for s in ("test", "unused")]
        assert shown == [f"{100 * figure:.1f}" for figure in figures]


def test_the_spread_over_seeds_is_what_the_benchmark_measures(
    built: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the smallest dataset, whose 60 trainings take a second or two."""
    monkeypatch.chdir(built.folder)
    (shown,) = (line for line in rows("dataset, rows of test") if "tinydigits-150" in line[0])
    recipes = yaml.safe_load(PARAMS)["recipes"]
    measured = [accuracies("tinydigits-150", recipes[name]) for name in ("classroom", "tuned")]
    assert " / ".join(shown[1:]) == " / ".join(measured)
    counts = [len(read_inputs("tinydigits-150", split)[1]) for split in ("test", "unused")]
    assert shown[0] == "`tinydigits-150`, {} / {}".format(*counts)
    longer = accuracies("tinydigits-150", {**recipes["classroom"], "epochs": 128})
    assert re.findall(r"\d+\.\d ± \d+\.\d", PROSE["docs/baselines.md"]) == longer.split(" / ")


def curve(source: str) -> dict[tuple[str, str, str], dict[str, float]]:
    """Return the points of a learning curve by recipe, budget and size."""
    path = ROOT / f"experiments/curves/results/{source}.csv"
    points = csv.DictReader(path.read_text(encoding="ascii").splitlines())
    return {
        (point["recipe"], point["budget"], point["size"]): {
            key: 100 * float(point[key]) for key in ("mean", "low", "high")
        }
        for point in points
    }


def test_the_tables_of_curves_are_those_of_the_files() -> None:
    budgets = {"20 epochs": "epochs", "640 steps": "steps"}
    for source, recipe, budget, *cells in rows("source | recipe |"):
        for size, cell in zip(("2", "15", "50", "100", "150"), cells, strict=True):
            point = curve(source.strip("`"))[recipe.strip("`"), budgets[budget], size]
            assert cell == f"{point['mean']:.1f} ± {(point['high'] - point['low']) / 2:.1f}"
    for source, cells in zip(("digits", "mnist-5k"), rows("samples | 150"), strict=True):
        points = [curve(source)["tuned", "epochs", size] for size in ("15", "50", "100", "150")]
        assert cells[1:] == [f"{point['mean']:.1f}" for point in points]


def test_the_pictures_are_those_of_the_data() -> None:
    for name in ("tinydigits", "tinymnist"):
        shown = Image.open(ROOT / f"docs/{name}.png")
        drawn: Image.Image = getattr(pictures, name)()
        assert np.array_equal(np.asarray(shown.convert("RGB")), np.asarray(drawn.convert("RGB")))
    assert (ROOT / "docs/curves.svg").read_text(encoding="utf-8") == pictures.learning_curves()


def test_the_version_that_is_cited_is_the_one_that_there_is() -> None:
    """A release has a date; what comes after it is ``.dev0`` of the next, and has none."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    version, date = tinydatasets.__version__, str(citation.get("date-released", ""))
    assert citation["version"] == version
    following, is_next, _ = version.partition(".dev")
    commit = ", commit HASH" if is_next else ""
    assert f"version {version}{commit}." in PAGES["README.md"].replace("\n> ", " ")
    assert ("This version is not released yet" in PAGES["README.md"]) == bool(is_next)
    headings = re.findall(r"^## \[(.*?)\](?: - (.*))?$", PAGES["CHANGELOG.md"], re.M)
    assert headings[0] == ("Unreleased" if is_next else version, date)
    last = next(name for name, _ in headings if name != "Unreleased")
    assert (last != following) == bool(is_next)
    # A dataset that is not released has the version of the release that it waits for.
    versions = [yaml.safe_load(path.read_text("utf-8"))["version"] for path in ABOUT]
    waiting = {name for name in versions if "-" in name}
    assert waiting <= ({f"{following}-dev"} if is_next else set())
    papers = [json.loads(path.with_name("croissant.json").read_text("utf-8")) for path in ABOUT]
    assert [paper["version"] for paper in papers] == versions
    tags = ["git", "tag", "--points-at", "HEAD", "v*"]  # none in an archive that was unpacked
    tag = subprocess.run(tags, cwd=ROOT, text=True, capture_output=True, check=False).stdout
    assert tag.split() in ([], [f"v{version}"])
    # Several licences would mean that one may choose.
    assert citation["license"] == "BSD-3-Clause"
