"""Give an editable install of a clone what the pipeline needs, and a wheel numpy alone.

Who runs ``pip install -e .`` has the whole repository and comes to run ``dvc repro``;
who installs the wheel comes for the data.
"""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PipelineDependencies(BuildHookInterface):  # type: ignore[type-arg]
    """Add the extra ``pipeline`` to the dependencies of an editable build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Extend `build_data` when `version` is ``"editable"``."""
        if version == "editable":
            extras = self.metadata.core.optional_dependencies
            build_data["dependencies"].extend(extras["pipeline"])
