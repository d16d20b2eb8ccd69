"""What a module needs, read from its text, covers all that it loads when it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stages.common.imports import Modules

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "stages/__init__.py": "",
    "stages/a.py": "from stages.common import b\nimport numpy\n",
    "stages/alone.py": "import numpy as stages\n",
    "stages/checked.py": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import stages.common.b\n"
        "else:\n    import stages.common.other\n"
    ),
    "stages/inside.py": "def f():\n    from stages.common.deep.c import x\n",
    "stages/submodule.py": "import tinydatasets.texts\n",
    "stages/name.py": "from tinydatasets import __version__\n",
    "stages/words.py": "import stages.common.deep.c\n",
    "stages/common/__init__.py": "",
    "stages/common/b.py": "import stages.common.other\n",
    "stages/common/other.py": "import stages.common.b  # a circle\n",
    "stages/common/deep/__init__.py": "",
    "stages/common/deep/c.py": "x = 1\n",
    "stages/common/deep/page.md.j2": "{{ one }}",
    "stages/common/deep/words.txt": "one",
    "tinydatasets/__init__.py": "from tinydatasets.types import T\n",
    "tinydatasets/types.py": "T = 1\n",
    "tinydatasets/texts.py": "",
    "tools/doctor.py": "",
}
TOP, LIB = "stages/__init__.py", "stages/common/__init__.py"
DEEP = [f"stages/common/deep/{name}" for name in ("__init__.py", "c.py", "page.md.j2", "words.txt")]
PACKAGE = ["tinydatasets/__init__.py", "tinydatasets/types.py"]


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("a", [LIB, "stages/common/b.py", "stages/common/other.py"]),
        ("alone", []),
        ("checked", [LIB, "stages/common/b.py", "stages/common/other.py"]),
        ("inside", [LIB, *DEEP]),
        ("submodule", ["tinydatasets/__init__.py", "tinydatasets/texts.py", PACKAGE[1]]),
        ("name", PACKAGE),
        ("words", [LIB, *DEEP]),
    ],
)
def test_modules_are_found(tmp_path: Path, name: str, others: list[str]) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    found = Modules(tmp_path).needed_by(f"stages.{name}")
    assert found == sorted([TOP, f"stages/{name}.py", *others])


def test_what_is_for_type_checkers_alone_is_not_needed(tmp_path: Path) -> None:
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import stages.other\n"
    (tmp_path / "stages").mkdir()
    (tmp_path / "stages/a.py").write_text(text)
    (tmp_path / "stages/other.py").touch()
    assert Modules(tmp_path).needed_by("stages.a") == ["stages/a.py"]
