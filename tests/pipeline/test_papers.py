"""Papers and report follow the data, the author and the parameters, with no other edit."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.conftest import PIPELINES
from tests.pipeline.test_subsets import ZEROS_AND_ONES

if TYPE_CHECKING:
    from tests.conftest import Repository

PAPERS = ("CITATION.bib", "DATASHEET.md", "LICENSE", "README.md", "croissant.json")


def section(repository: Repository, name: str) -> str:
    """Give the section of a dataset of the report."""
    page = repository.read("report/index.html")
    found = re.search(rf'<section aria-labelledby="dataset-{name}">.*?</section>', page, re.DOTALL)
    assert found is not None, f"the report has no section {name}"
    return found[0]


def test_a_fresh_clone_writes_the_papers_that_are_committed(clone: Repository) -> None:
    paths = [path for name in PAPERS for path in clone.folder.glob(f"datasets/*/{name}")]
    assert len(paths) == 20
    for path in [*paths, clone.folder / "report/index.html", clone.folder / "datasets/README.md"]:
        path.unlink()
    clone.run("dvc", "repro", *PIPELINES)
    assert clone.changes() == ""


def test_a_dataset_of_a_user_gets_papers_and_a_section(digits: Repository) -> None:
    before = digits.read("report/index.html")
    digits.set_param("datasets.zeros-and-ones", ZEROS_AND_ONES)
    assert "report" not in str(digits.repro())
    assert (digits.folder / "datasets/zeros-and-ones/about.yaml").exists()
    digits.repro(*PIPELINES)
    card = digits.read("datasets/zeros-and-ones/README.md")
    assert "**This is a draft.**" in card
    # What is known of the source stands there already.
    assert "license: cc-by-4.0\n" in card
    assert "https://doi.org/10.24432/C50P49" in card
    licence = digits.read("datasets/zeros-and-ones/LICENSE")
    assert "The scikit-learn developers" in licence
    assert "TinyTorch" not in licence
    assert "This is a draft" in section(digits, "zeros-and-ones")
    assert 'href="#dataset-zeros-and-ones"' in digits.read("report/index.html")
    assert "| `zeros-and-ones` | 80 + 20 |" in digits.read("datasets/README.md")
    # The curves of its source are of all classes.
    assert "Accuracy by optimizer steps" not in section(digits, "zeros-and-ones")
    assert "has 2 of the 10 classes" in section(digits, "zeros-and-ones")
    assert "2 training images of class" not in section(digits, "zeros-and-ones")

    path = "datasets/zeros-and-ones/about.yaml"
    digits.replace(path, "\ntitle:\n", "\ntitle: Zeros & Ones\n")
    assert digits.repro(*PIPELINES) == {
        "report/dvc.yaml:describe@zeros-and-ones",
        "report/dvc.yaml:report",
    }
    assert '<h2 id="dataset-zeros-and-ones">Zeros &amp; Ones</h2>' in section(
        digits, "zeros-and-ones"
    )

    papers = digits.contents("datasets/zeros-and-ones", "report")
    digits.replace(path, "\nyear:\n", "\nyear: last\n")
    printed = digits.run("dvc", "repro", *PIPELINES, status=255)
    line = digits.read(path).splitlines().index("year: last") + 1
    assert f"{path}, line {line}: year: 'last': expected a whole number\n" in printed
    assert "Traceback" not in printed
    after = digits.contents("datasets/zeros-and-ones", "report")
    assert {name for name in after if after[name] != papers[name]} == {path}

    digits.run("git", "checkout", "params.yaml")
    digits.run("rm", path)
    printed = digits.run("python", "-m", "tools.prune")
    assert "kept" not in printed
    digits.repro(*PIPELINES)
    assert digits.read("report/index.html") == before


def test_a_description_that_is_gone_is_drafted_again(digits: Repository) -> None:
    digits.run("rm", "datasets/tinydigits-150/about.yaml")
    printed = digits.run("python", "-m", "tools.doctor")
    assert "datasets/tinydigits-150/about.yaml is missing" in printed
    digits.run("dvc", "repro", *PIPELINES)
    assert "This is a draft" in section(digits, "tinydigits-150")


def test_a_recipe_of_a_user_appears(digits: Repository) -> None:
    recipe = {**digits.params()["recipes"]["tuned"], "epochs": 2}
    digits.set_param("recipes.short", recipe)
    digits.repro(*PIPELINES)
    assert "<code>short</code>" in section(digits, "tinydigits")
    assert "| `short` |" in digits.read("datasets/tinydigits/README.md")
    # Curves that were measured with a recipe of another name are not shown.
    params = digits.params()
    params["recipes"] = {"only": recipe}
    digits.write_params(params)
    digits.repro(*PIPELINES)
    assert "No learning curve was measured with these recipes" in section(digits, "tinydigits")
    assert "claim" not in digits.read("report/index.html")


def test_the_figures_are_those_of_the_scores(built: Repository) -> None:
    for name in ("tinydigits", "tinydigits-150", "tinymnist"):
        details = json.loads(built.read(f"build/{name}/details.json"))
        card, of_report = built.read(f"datasets/{name}/README.md"), section(built, name)
        for recipe, scores in details.items():
            cells = []
            for score in scores.values():
                low, high = (f"{100 * bound:.1f}" for bound in score["interval_95"])
                accuracy = f"{100 * score['accuracy']:.1f}"
                cells.append(f"{accuracy} ({low} to {high})")
                assert f"{accuracy} <small>({low} to {high})</small>" in of_report
            assert f"| `{recipe}` | {' | '.join(cells)} |" in card
        predictions = built.read(f"build/{name}/predictions/tuned.csv").splitlines()[1:]
        test = [line.split(",") for line in predictions if line.startswith("test,")]
        wrong = [(actual, said) for _, _, actual, said in test if actual != said]
        shown = re.findall(r"(\d), said (\d)</li>", of_report.rpartition("<code>tuned</code>: ")[2])
        assert shown[: len(wrong)] == wrong


def test_all_pairs_of_a_text_are_in_the_report(built: Repository) -> None:
    shown = section(built, "tinytalks")
    for split in ("train", "val", "test"):
        for line in built.read(f"datasets/tinytalks/{split}.jsonl").splitlines():
            pair = json.loads(line)
            cells = f"<td>{split}</td><td>{pair['question']}</td><td>{pair['answer']}</td>"
            assert cells in shown


def test_there_need_be_no_texts(digits: Repository) -> None:
    assert digits.params()["texts"] == {}
    before = digits.contents("report", "datasets")
    digits.run("rm", "-rf", "build", "report/index.html", "datasets/README.md")
    digits.repro(*PIPELINES)
    assert digits.contents("report", "datasets") == before


def test_what_was_measured_with_other_values_is_left_out(built: Repository) -> None:
    """A curve of a recipe that was changed since, and a transformer that learned other pairs."""
    assert "20 epochs" in section(built, "tinydigits")
    assert "109,440 parameters" in built.read("datasets/tinytalks/README.md")
    built.set_param("recipes.classroom.epochs", 40)
    built.set_param("texts.tinytalks.seed", 7)
    built.repro(*PIPELINES)
    shown = section(built, "tinydigits")
    assert "tuned, 20 epochs" in shown
    assert (
        "classroom, "
        not in shown.partition("What the baselines get wrong")[0].partition(
            "More samples, or more steps?"
        )[2]
    )
    assert "81.7%" not in built.read("report/index.html")
    assert "parameters" not in built.read("datasets/tinytalks/README.md")
    assert "transformer on" not in built.read("datasets/README.md")


def test_a_page_of_many_datasets_stays_small(digits: Repository) -> None:
    for seed in range(6):
        entry = {**ZEROS_AND_ONES, "seed": seed, "train_per_class": {0: 150, 1: 150}}
        digits.set_param(f"datasets.more-{seed}", entry)
    digits.repro(*PIPELINES)
    assert len(digits.read("report/index.html").encode()) < 2_000_000
    assert "All training images" in section(digits, "more-5")
