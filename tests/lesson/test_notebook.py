"""The notebook holds what it prints; ``python -m tests.lesson.test_notebook`` renews that."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

NOTEBOOK = ROOT / "lesson/first_lesson.ipynb"
# Reads a notebook, runs its cells in turn, and writes it with what they print and show, as Jupyter
# does, but with NumPy alone.
RUN = """
import ast, base64, contextlib, io, json, sys
notebook, names = json.load(sys.stdin), {}
cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
for number, cell in enumerate(cells, 1):
    *lines, last = ast.parse("".join(cell["source"])).body
    printed, shown = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        if isinstance(last, ast.Expr):
            exec(compile(ast.Module(lines, []), "cell", "exec"), names)
            shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        else:
            exec(compile(ast.Module([*lines, last], []), "cell", "exec"), names)
    cell.update(execution_count=number, metadata={}, outputs=[])
    if printed.getvalue():
        text = printed.getvalue().splitlines(keepends=True)
        cell["outputs"].append({"name": "stdout", "output_type": "stream", "text": text})
    if shown is not None:
        image = base64.b64encode(shown._repr_png_()).decode()
        result = {"execution_count": number, "metadata": {}, "output_type": "execute_result"}
        cell["outputs"].append({"data": {"image/png": image, "text/plain": ["Picture"]}, **result})
print(json.dumps(notebook, indent=1, ensure_ascii=False))
"""


def run(*python: str, folder: Path = ROOT) -> str:
    """Return the notebook with the outputs of a fresh process, in which a warning is an error."""
    command = [*python, "-X", "utf8", "-W", "error", "-c", RUN]
    text = NOTEBOOK.read_text(encoding="utf-8")
    return subprocess.check_output(command, input=text, cwd=folder, text=True, encoding="utf-8")


def test_every_output_is_what_its_cell_returns() -> None:
    assert run(sys.executable) == NOTEBOOK.read_text(encoding="utf-8")


if __name__ == "__main__":
    NOTEBOOK.write_text(run(sys.executable), encoding="utf-8")
