"""The notebook holds what it prints; ``python -m tests.lesson.test_notebook`` renews that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tests.conftest import ROOT

NOTEBOOK = ROOT / "lesson/first_lesson.ipynb"
# Runs cells in turn and returns, as Jupyter stores it, what each prints and what its last line is.
RUN = """
import ast, base64, contextlib, io, json, sys
names, outputs = {}, []
for number, source in enumerate(json.load(sys.stdin), 1):
    *lines, last = ast.parse(source).body
    printed, shown = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        if isinstance(last, ast.Expr):
            exec(compile(ast.Module(lines, []), "cell", "exec"), names)
            shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        else:
            exec(source, names)
    text = printed.getvalue().splitlines(keepends=True)
    stream = {"name": "stdout", "output_type": "stream", "text": text}
    cell = [stream] * bool(text)
    if shown is not None:
        image = base64.b64encode(shown._repr_png_()).decode()
        result = {"execution_count": number, "metadata": {}, "output_type": "execute_result"}
        cell.append({"data": {"image/png": image, "text/plain": ["a picture"]}, **result})
    outputs.append(cell)
json.dump(outputs, sys.stdout)
"""


def run(python: str = sys.executable, **variables: str) -> dict[str, Any]:
    """Return the notebook with the outputs of a fresh process, in which a warning is an error."""
    notebook: dict[str, Any] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    printed = subprocess.check_output(
        [python, "-W", "error", "-c", RUN],
        input=json.dumps(["".join(cell["source"]) for cell in cells]),
        env={**os.environ, **variables},
        text=True,
    )
    for number, (cell, outputs) in enumerate(zip(cells, json.loads(printed), strict=True), 1):
        cell.update(execution_count=number, metadata={}, outputs=outputs)
    return notebook


def test_every_output_is_what_its_cell_returns() -> None:
    stored = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert run(PYTHONPATH=str(ROOT)) == stored
    assert stored["metadata"].keys() == {"kernelspec", "language_info"}


if __name__ == "__main__":
    NOTEBOOK.write_text(json.dumps(run(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
