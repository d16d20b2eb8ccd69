"""Add to a wheel the data of its clone, and to an editable install what the pipeline needs.

Who installs the wheel comes for the data and gets NumPy alone. Who runs ``pip install -e .`` has
the whole repository and comes to run ``dvc repro``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Add the data to a wheel, or the extra ``pipeline`` to an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Extend `build_data`; `version` is ``"standard"`` or ``"editable"``."""
        if version == "editable":
            extras = self.metadata.core.optional_dependencies
            build_data["dependencies"].extend(extras["pipeline"])
            return
        named = ("CITATION.bib", "LICENSE", "SHA256SUMS", "classes.json", "croissant.json")
        for pattern in (*named, "*.csv", "*.jsonl", "*.md", "*.pkl", "*.txt"):
            for path in sorted(Path(self.root).glob(f"datasets/*/{pattern}")):
                name = path.relative_to(self.root).as_posix()
                build_data["force_include"][name] = f"tinydatasets/{name}"
