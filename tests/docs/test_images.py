"""The page on one's own images: its commands, its entries and its pictures."""

import re

from PIL import Image

from tests.conftest import ROOT, Repository, link_environment
from tests.test_docs import below_its_part

PAGE = (ROOT / "docs/images.md").read_text(encoding="utf-8")
TUTORIAL = PAGE.partition("\n## The kinds\n")[0]
STAGES = ("sample", "split", "normalize", "serialize", "train_mlp", "evaluate")
CHAIN = [f"{stage}@mydigits" for stage in STAGES]


def test_the_tutorial_prints_what_it_shows(built: Repository) -> None:
    link_environment(built.folder)
    printed = {}
    console = "".join(re.findall(r"```console\n(.*?)```", TUTORIAL, re.DOTALL))
    for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", console, re.M):
        printed[command] = built.run("bash", "-c", command)
        if shown:
            assert [line.rstrip() for line in printed[command].splitlines()] == shown.splitlines()
        if command.startswith("make new"):
            assert built.changes() == "?? data/mydigits/\n"
            params = built.read("params.yaml").replace("\nown: {}\n", "\nown:\n")
            for entry in re.findall(r"# below `\w+:`.*?\n((?:  .*\n)+)", shown):
                part = "datasets" if "seed" in entry else "own"
                params = below_its_part(f"# below `{part}:`\n{entry}", params)
            (built.folder / "params.yaml").write_text(params, encoding="utf-8")
    ran = {*re.findall(r"^Running stage '(.*)'", printed["make repro"], re.M)}
    report = {"report/dvc.yaml:describe@mydigits", "report/dvc.yaml:report"}
    assert ran == {"check", "own@mydigits", *CHAIN, *report}
    assert "mydigits: 1000 images of 28 x 28 pixels" in printed["make repro"]
    assert built.changes() == ""

    (code,) = re.findall(r"```python\n(.*?)```", TUTORIAL, re.DOTALL)
    comments = re.findall(r"^print\(.*\)  # (.*)$", code, re.M)
    assert built.run("python", "-c", code).splitlines() == comments

    built.run("python", "-m", "tools.pictures")
    drawn = [Image.open(folder / "docs/mydigits.png") for folder in (ROOT, built.folder)]
    assert drawn[0].tobytes() == drawn[1].tobytes()
    # Another image, as the page says that one may.
    released = built.contents("datasets", "metrics")
    seven = next((built.folder / "data/mydigits/train/7").iterdir())
    Image.new("L", (28, 28)).save(seven)
    assert built.repro("serialize@mydigits") == {"own@mydigits", *CHAIN[:4]}
    now = built.contents("datasets", "metrics")
    changed = {path for path in now if now[path] != released[path]}
    assert "datasets/mydigits/SHA256SUMS" in changed
    assert all("mydigits" in path for path in changed)
