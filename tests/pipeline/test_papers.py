"""Papers and report follow the data, the author and the parameters, with no other edit."""

import json
import re

from stages.papers.render import PAPERS
from tests.conftest import PIPELINES, Repository
from tests.pipeline.test_subsets import ZEROS_AND_ONES

# What papers say of a dataset that its author has not described.
DRAFT = {
    "README.md": "**This is a draft.** Its author has yet to write, in `about.yaml`: title, ",
    "DATASHEET.md": "*Missing in this draft. The author knows: ",
    "CITATION.bib": "% A draft: ",
    "croissant.json": '"description": "A draft: ',
}


def section(repository: Repository, name: str) -> str:
    """Return the section of a dataset of the report."""
    page = repository.read("report/index.html")
    found = re.search(rf'<section aria-labelledby="dataset-{name}">.*?</section>', page, re.DOTALL)
    assert found is not None, f"the report has no section {name}"
    return found[0]


def test_papers_that_are_gone_come_back_as_they_are_committed(built: Repository) -> None:
    paths = [path for name in PAPERS for path in built.folder.glob(f"datasets/*/{name}")]
    assert len(paths) == 25
    pages = ("datasets/README.md", "docs/paper.md", "report/index.html")
    for path in [*paths, *map(built.folder.joinpath, pages)]:
        path.unlink()
    built.repro(*PIPELINES)
    assert built.changes() == ""


def test_a_dataset_of_a_user_gets_papers_and_a_section(digits: Repository) -> None:
    before, for_papers = digits.read("report/index.html"), digits.read("docs/paper.md")
    digits.set_param("datasets.zeros-and-ones", ZEROS_AND_ONES)
    assert "report" not in str(digits.repro())
    digits.repro(*PIPELINES)
    for paper, words in DRAFT.items():
        assert words in digits.read(f"datasets/zeros-and-ones/{paper}")
    # What is known of the source stands there already.
    licence = digits.read("datasets/zeros-and-ones/LICENSE")
    assert "The scikit-learn developers" in licence
    assert "TinyTorch" not in licence
    assert 'href="#dataset-zeros-and-ones"' in digits.read("report/index.html")
    scores = r"test [\d.]+ \(.*\) of 20, unused [\d.]+ \(.*\) of 260, "
    line = r"\| `zeros-and-ones` \|.*\| 80 \+ 20 \|.*\| " + scores
    assert re.search(line, digits.read("datasets/README.md"))
    # The section for papers is about what ships.
    assert digits.read("docs/paper.md") == for_papers
    # The curves of its source are of all classes.
    assert "Accuracy by optimizer steps" not in section(digits, "zeros-and-ones")
    assert "has 2 of the 10 classes" in section(digits, "zeros-and-ones")

    path = "datasets/zeros-and-ones/about.yaml"
    digits.replace(path, "\ntitle:\n", "\ntitle: Zeros & <b>Ones</b>\n")
    ran = digits.repro(*PIPELINES)
    assert ran == {"report/dvc.yaml:describe@zeros-and-ones", "report/dvc.yaml:report"}
    title = '<h2 id="dataset-zeros-and-ones">Zeros &amp; &lt;b&gt;Ones&lt;/b&gt;</h2>'
    assert title in section(digits, "zeros-and-ones")

    # Without its entry the report is what it was, whatever is left of it.
    digits.run("git", "checkout", "params.yaml")
    digits.repro(*PIPELINES)
    assert digits.read("report/index.html") == before


def test_the_page_has_what_was_built(built: Repository) -> None:
    for name in ("tinydigits", "tinydigits-150", "tinymnist"):
        details = json.loads(built.read(f"build/{name}/details.json"))
        card, shown = built.read(f"datasets/{name}/README.md"), section(built, name)
        for recipe, scores in details.items():
            cells = []
            for score in scores.values():
                low, high = (f"{100 * bound:.1f}" for bound in score["interval_95"])
                accuracy = f"{100 * score['accuracy']:.1f}"
                cells.append(f"{accuracy} ({low} to {high})")
                assert f"{accuracy} <small>({low} to {high})</small>" in shown
            assert f"| `{recipe}` | {' | '.join(cells)} |" in card
        predictions = built.read(f"build/{name}/predictions/tuned.csv").splitlines()[1:]
        cells_of_test = [line.split(",") for line in predictions if line.startswith("tuned,test,")]
        wrong = [(actual, guess) for *_, actual, guess in cells_of_test if actual != guess]
        mistakes = re.findall(r"(\d), said (\d)</li>", shown.rpartition("<code>tuned</code>: ")[2])
        assert mistakes[: len(wrong)] == wrong
    shown = section(built, "tinytalks")
    for split in ("train", "val", "test"):
        for line in built.read(f"datasets/tinytalks/{split}.jsonl").splitlines():
            pair = json.loads(line)
            row = f"<td>{split}</td><td>{pair['question']}</td><td>{pair['answer']}</td>"
            assert row in shown


def test_what_was_measured_with_other_values_is_left_out(built: Repository) -> None:
    """A curve of a recipe that was changed since, and a transformer that learned other pairs."""
    assert "classroom, 20 epochs" in section(built, "tinydigits")
    assert "The transformer on words has" in built.read("datasets/tinytalks/README.md")
    params = built.params()
    # These two would take the longest.
    del params["datasets"]["tinymnist"], params["texts"]["tinytalks-1200"]
    params["recipes"]["classroom"]["epochs"] = 40
    params["recipes"]["short"] = {**params["recipes"]["tuned"], "epochs": 2}
    params["texts"]["tinytalks"]["seed"] = 7
    built.write_params(params)
    built.repro(*PIPELINES)
    shown = section(built, "tinydigits")
    curves = shown.partition("More samples, or more steps?")[2].partition("What the baselines")[0]
    assert "tuned, 20 epochs" in curves
    assert "classroom, " not in curves
    # The new recipe is scored, but has no curve.
    assert "<code>short</code>" in shown
    assert "short, " not in curves
    assert 'id="claim"' not in built.read("report/index.html")
    assert "The transformer on" not in built.read("datasets/tinytalks/README.md")
    (line,) = re.findall("^. `tinytalks` .*$", built.read("datasets/README.md"), re.M)
    assert "transformer on" not in line
