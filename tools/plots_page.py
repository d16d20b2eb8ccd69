"""Write the page into which ``dvc plots show`` puts its plots, with all of Vega in it.

DVC's own page loads Vega from a server. With this one, plots are drawn without a network. It is
committed, so that plain ``dvc plots show`` works in any clone; renew it for a new version of Vega::

    npm install --prefix FOLDER vega@5.33.1 vega-lite@5.23.0 vega-embed@6.29.0
    python -m tools.plots_page --packages FOLDER/node_modules --out .dvc/plots/page.html

The versions are the newest that read DVC's templates, which are of Vega-Lite 5.
"""

from __future__ import annotations

import json
from pathlib import Path

from stages.common import command
from stages.common.errors import StageError
from stages.common.files import write_bytes

# The libraries that the page runs, in the order in which they build on each other.
LIBRARIES = ("vega", "vega-lite", "vega-embed")
# What is built into them besides packages named vega-* and d3-*.
BUILT_IN = (
    "delaunator",
    "fast-json-patch",
    "internmap",
    "json-stringify-pretty-compact",
    "robust-predicates",
    "semver",
    "topojson-client",
    "tslib",
)
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
    {refresh_tag}
    <meta charset="utf-8">
    <title>Plots</title>
    <!--
    Made by tools/plots_page.py. The scripts are as published, under these licences:

LICENCES
    -->
SCRIPTS
    <style>body { font-family: sans-serif; } body > div { margin: 1em 0 3em; }</style>
</head>
<body>
    {plot_divs}
</body>
</html>
"""


def licences(packages: Path) -> str:
    """Give the licence of every package that is in the page, each text once.

    Parameters
    ----------
    packages : Path
        The folder ``node_modules`` that npm filled.

    Returns
    -------
    str
        The texts, each below the names and versions of the packages that have it.
    """
    names: dict[str, list[str]] = {}
    for package in sorted(packages.iterdir()):
        name = package.name
        if not name.startswith(("d3-", "vega")) and name not in BUILT_IN:
            continue
        files = sorted(package.glob("LICENSE*"))
        # Some of Vega's own packages come without the file: that of the project is theirs.
        file = files[0] if files else packages / "vega-view" / "LICENSE"
        text = "\n".join(line.rstrip() for line in file.read_text(encoding="utf-8").splitlines())
        version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
        names.setdefault(text.strip(), []).append(f"{name} {version}")
    return "\n\n".join(f"=== {', '.join(of)} ===\n\n{text}" for text, of in names.items())


def main(*, packages: Path, out: Path) -> None:
    """Write the page `out` with the libraries in the folder `packages`."""
    scripts = [
        (packages / name / "build" / f"{name}.min.js").read_text(encoding="utf-8")
        for name in LIBRARIES
    ]
    for script in scripts:
        if "</script" in script or "{plot_divs}" in script:
            raise StageError("a library has text in it that would end its script")
    # A comment of HTML ends at two hyphens and `>`, of which no licence has the `>`.
    page = PAGE.replace("LICENCES", licences(packages).replace("-->", "-- >"))
    page = page.replace("SCRIPTS", "\n".join(f"<script>{script}</script>" for script in scripts))
    write_bytes(out, page.encode())


if __name__ == "__main__":
    command.run(main)
