"""Write build/stick: what a class needs without a network, in one folder to copy."""

import shutil
import subprocess
import sys
from difflib import get_close_matches
from pathlib import Path

from markdown_it import MarkdownIt

from stages.common import command
from stages.common.errors import StageError
from stages.common.templates import environment
from tinydatasets.types import listed_sums
from tools.release import build_wheel

FOLDER = Path("build/stick")
PAGE, REPORT = Path("lesson/index.html"), Path("report/index.html")
LESSON, TEACHER = Path("lesson/first_lesson.ipynb"), Path("lesson/README.md")
PICTURE = Path("docs/lesson.png")
# As pip names them: NumPy has a wheel for each.
SYSTEMS = {
    "win_amd64": "Windows",
    "win_arm64": "Windows on ARM",
    "macosx_11_0_arm64": "Macs with an M processor",
    "macosx_14_0_arm64": "Macs with an M processor, from macOS 14",
    "macosx_10_15_x86_64": "Macs with an Intel processor",
    "macosx_14_0_x86_64": "Macs with an Intel processor, from macOS 14",
    "manylinux_2_28_x86_64": "Linux, also that of Chromebooks",
    "manylinux_2_28_aarch64": "Linux on ARM",
}


def released() -> list[Path]:
    """Return the files of all datasets, their sums and their licences."""
    files = []
    for sums in sorted(Path("datasets").glob("*/SHA256SUMS")):
        files += [sums, *map(sums.with_name, [*listed_sums(sums.parent), "LICENSE"])]
    return [path for path in files if path.exists()]


def download_numpy(system: str, python: str, folder: Path) -> None:
    """Download the newest wheel of NumPy for a system and a version of Python."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--retries=1", "--no-deps"]
    wanted = ["--only-binary=:all:", f"--platform={system}", f"--python-version={python}"]
    # As older versions of NumPy name Linux.
    wanted += [f"--platform={system.replace('_2_28', '2014')}"] * ("_2_28" in system)
    done = subprocess.run(
        [*pip, *wanted, f"--dest={folder}", "numpy"], text=True, capture_output=True, check=False
    )
    if done.returncode:
        reason = done.stderr.strip().rpartition("\n")[2].removeprefix("ERROR: ")
        raise StageError(
            f"NumPy for {system} and Python {python} was not downloaded ({reason}). That takes a "
            "network, and a version of NumPy for both; `make stick` alone writes all but NumPy. "
            f"{FOLDER} is as it was."
        )


def write_html(path: Path, markdown: str) -> None:
    """Write Markdown as a page that a browser opens by double click."""
    body = MarkdownIt().enable("table").render(markdown)
    title = markdown.partition("\n")[0].removeprefix("# ")
    page = environment("tools").get_template("stick.html.j2").render(title=title, body=body)
    path.write_text(page, encoding="utf-8")


def main(systems: str, pythons: str) -> None:
    """Write build/stick, with NumPy for some systems and versions of Python if any are named."""
    for name in systems.split():
        if name not in SYSTEMS:
            meant = "".join(f"Did you mean {x}? " for x in get_close_matches(name, SYSTEMS, 1))
            known = "\n".join(f"  {key}: {what}" for key, what in SYSTEMS.items())
            raise StageError(f"SYSTEMS: {name} is unknown. {meant}These are known:\n{known}")
    if not PAGE.exists():
        raise StageError(f"{PAGE} is not there: run `make lesson` first")
    part, old = FOLDER.with_suffix(".part"), FOLDER.with_suffix(".old")
    for folder in (part, old):
        shutil.rmtree(folder, ignore_errors=True)
    build_wheel(part)
    for path in (PAGE, REPORT, LESSON, PICTURE, Path("LICENSE"), *released()):
        (part / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, part / path)
    for system in systems.split():
        for python in pythons.split():
            download_numpy(system, python, part)
    start = environment("tools").get_template("stick.md.j2")
    numpys = [SYSTEMS[name] for name in systems.split()]
    write_html(part / "START-HERE.html", start.render(numpys=numpys, pythons=pythons.split()))
    write_html(part / TEACHER.with_suffix(".html"), TEACHER.read_text(encoding="utf-8"))
    if FOLDER.exists():
        FOLDER.rename(old)
    part.rename(FOLDER)
    shutil.rmtree(old, ignore_errors=True)
    size = sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) / 1e6
    print(f"{FOLDER} is written, {size:.1f} MB. START-HERE.html in it says which file to open.")


if __name__ == "__main__":
    command.run(main)
