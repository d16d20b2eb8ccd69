"""The gate: what is gone that Git has, what is hardly meant, and what is left of gone entries."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stages import check
from stages.common.errors import ParamError, StageError
from tests.conftest import ROOT, Repository

OWN = "own:\n  mine: {kind: folder, path: data/my images}"
OUT = Path("build/checked")


@pytest.fixture(autouse=True)
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Return the current folder, in which Git has what the gate reads."""
    clone = Repository(tmp_path / "clone")
    monkeypatch.chdir(shutil.copytree(ROOT / "datasets", clone.folder / "datasets").parent)
    for name in (".dvc/config", "dvc.yaml", "params.yaml"):
        Path(name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, name)
    for path in (Path("data/my images/a/1.png"), Path("data/my images/b/1.png")):
        path.parent.mkdir(parents=True)
        Image.new("L", (2, 3), ord(path.parent.name)).save(path)
    clone.replace("params.yaml", "own: {}", OWN)
    clone.run("git", "init", "--quiet")
    clone.commit()
    return clone


@pytest.mark.parametrize(
    ("gone", "named"),
    [
        (["datasets/tinydigits-150"], "datasets/tinydigits-150/about.yaml"),
        (["data"], "'data/my images'"),
        ([".dvc", "params.yaml", "dvc.yaml"], ".dvc/config dvc.yaml params.yaml"),
        (["datasets/tinytalks"], "datasets/tinytalks/templates.yaml datasets/tinytalks/about.yaml"),
        # What is built again, and what its author took away on purpose.
        (["datasets/tinydigits/train.pkl", "data/my images/b"], ""),
    ],
)
def test_what_git_has_and_is_gone_is_named_with_the_command(
    clone: Repository, gone: list[str], named: str
) -> None:
    clone.run("rm", "-r", *gone)
    before = clone.contents(".")
    for out in (None, OUT) if named else ():
        with pytest.raises(StageError) as caught:
            check.main(out=out)
        assert str(caught.value).splitlines()[1] == f"  git checkout -- {named}"
        assert clone.contents(".") == before
    if named:
        clone.run("sh", "-c", f"git checkout -- {named}")
    check.main(out=OUT)
    # Without Git, or once Git is told, nobody knows that it was there: a draft is right.
    Path("datasets/tinymnist/about.yaml").unlink()
    clone.run("git", "rm", "--quiet", "datasets/tinymnist/about.yaml")
    check.main(out=OUT)
    shutil.rmtree(".git")
    Path("datasets/tinymnist/about.yaml").unlink()
    check.main(out=OUT)
    assert Path("datasets/tinymnist/about.yaml").exists()


def test_a_class_that_is_scored_untrained_gets_a_warning(
    clone: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    check.main()
    assert capsys.readouterr().err == ""
    train = "[9, 9, 0, 9, 9, 9, 9, 9, 0, 9]"
    clone.replace("params.yaml", "train_per_class: 100", f"train_per_class: {train}")
    check.main()
    assert capsys.readouterr().err == (
        "warning: datasets.tinydigits.train_per_class: train has no row of 2, 8, which val or test "
        "has\n"
    )


def test_the_classes_of_own_images_are_shown_and_what_is_asked_of_them_is_checked(
    clone: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = "datasets:\n  mine: {source: mine, seed: 1, train_per_class: 1, test_per_class: {c: 1}}"
    check.main()
    assert capsys.readouterr().out.startswith(
        "mine: 2 images of 3 x 2 pixels from 0 to 255\n"
        "label  class  images\n    0  a           1\n    1  b           1\n\nparams.yaml is right"
    )
    clone.replace("params.yaml", "datasets:", mine)
    with pytest.raises(StageError, match=r" 26: datasets\.mine\.test_per_class: unknown class 'c'"):
        check.main()
    Path("data/my images/b/1.png").write_bytes(b"\x89PNG")
    with pytest.raises(ParamError, match=r"^own\.mine\.path: data/my images/b/1\.png: not an im"):
        check.main()


def test_what_a_draw_of_own_images_would_find_is_reported_before_it(
    clone: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    generator, copies = np.random.RandomState(1), 0
    for name, numbers in {"elm": np.arange(20), "oak": np.arange(20, 40)}.items():
        Path("data/trees", name).mkdir(parents=True)
        for number in numbers:  # every fifth image is the same
            image = Image.new("L", (2, 3), int(number) if number % 5 else 0)
            image.save(f"data/trees/{name}/{number // 5}-{number}.png")
        generator.shuffle(numbers)
        copies += sum(number % 5 == 0 for number in numbers[12:])
    clone.replace("params.yaml", OWN, "own:\n  trees: {kind: folder, path: data/trees}")
    trees = "datasets:\n  trees: {source: trees, seed: 1, train_per_class: 12, test_per_class: 8}"
    clone.replace("params.yaml", "datasets:", trees)
    check.main()
    of_source, of_dataset = capsys.readouterr().err.splitlines()
    assert of_source == (
        "warning: own.trees: 8 images have an equal one in their class, and 8 images in another "
        "class, such as elm/0-0.png and oak/4-20.png, elm/0-0.png and elm/1-5.png; docs/trust.md "
        "says what to do"
    )
    assert re.fullmatch(
        rf"warning: datasets.trees: {copies} images of test are equal to one of train, such as "
        r"((elm|oak)/\d-\d?[05]\.png( and |, |; )){6}docs/trust.md says what to do",
        of_dataset,
    )
    clone.replace("params.yaml", "path: data/trees", "path: data/trees, groups: '^(.)'")
    clone.replace("params.yaml", "seed: 1, train", "seed: 1, draw: hash, train")
    for strategy in ("random", "curated"):
        clone.replace("params.yaml", "seed: 1, ", f"seed: 1, strategy: {strategy}, ")
        message = r"^datasets.trees.\w+_per_class: the groups that seed 1"
        with pytest.raises(ParamError, match=message):
            check.main()
        clone.replace("params.yaml", f"strategy: {strategy}, ", "")
