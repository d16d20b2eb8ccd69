"""Choose what gets into a wheel, and write its metadata.

Who installs the wheel comes for the data and gets NumPy alone. Who runs ``pip install -e .`` has
the whole repository and comes to run ``dvc repro``.
"""

import hashlib
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

# What a dataset has besides the files that its SHA256SUMS lists.
PAPERS = ("CITATION.bib", "DATASHEET.md", "LICENSE", "README.md", "SHA256SUMS", "croissant.json")


class CustomMetadataHook(MetadataHookInterface):
    """Make the README's links and ADDRESS lead to the address in pyproject.toml."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the URLs and the long description of `metadata`."""
        address = self.config["address"]
        version = metadata["version"]
        commit = "HEAD" if ".dev" in version else f"v{version}"
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        for begin, kind in ((r"!\[[^]]*\]\(", "raw"), (r"\]\(", "blob")):
            relative = rf"({begin})(?![a-z]+:|#)"
            text = re.sub(relative, rf"\g<1>{address}/{kind}/{commit}/", text)
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": text.replace("ADDRESS", address),
        }
        metadata["urls"] = {
            "Source": address,
            "Documentation": f"{address}/blob/{commit}/README.md#documentation",
            "Changelog": f"{address}/blob/{commit}/CHANGELOG.md",
        }


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Add data and SBOM to a wheel, or the extra ``pipeline`` to an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Extend `build_data`; `version` is ``"standard"`` or ``"editable"``."""
        self.scratch = TemporaryDirectory()
        if version == "editable":
            extras = self.metadata.core.optional_dependencies
            build_data["dependencies"].extend(extras["pipeline"])
            return
        sbom = Path(self.scratch.name, "tinydatasets.cdx.json")
        sbom.write_bytes(json.dumps(self.sbom(), indent=2).encode())
        build_data["sbom_files"] = [str(sbom)]
        for sums in Path(self.root).glob("datasets/*/SHA256SUMS"):
            released = [line[66:] for line in sums.read_text(encoding="utf-8").splitlines()]
            for path in filter(Path.exists, map(sums.with_name, (*PAPERS, *released))):
                name = path.relative_to(self.root).as_posix()
                build_data["force_include"][name] = f"tinydatasets/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove what `initialize` wrote."""
        self.scratch.cleanup()

    def sbom(self) -> dict[str, Any]:
        """Return what the wheel holds, as CycloneDX: itself and the datasets, with their licences.

        It has neither date nor serial number, so that a wheel built again is the same bytes.
        """
        core = self.metadata.core
        components = []
        for sums in sorted(Path(self.root).glob("datasets/*/SHA256SUMS")):
            about = sums.with_name("about.yaml")  # which a dataset of a user's own may lack
            text = about.read_text(encoding="utf-8") if about.exists() else ""
            stated = dict(re.findall(r"^(version|licence): *(.+)$", text, re.MULTILINE))
            # Of SHA256SUMS, which has the sums of the files.
            digest = hashlib.sha256(sums.read_bytes()).hexdigest()
            component = {
                "type": "data",
                "name": sums.parent.name,
                "version": stated.get("version", ""),
                "hashes": [{"alg": "SHA-256", "content": digest}],
                "licenses": [{"expression": stated["licence"]}] if "licence" in stated else [],
            }
            components.append(component)
        package = {
            "type": "library",
            "name": core.name,
            "version": self.metadata.version,
            "purl": f"pkg:pypi/{core.name}@{self.metadata.version}",
            "licenses": [{"expression": core.license_expression}],
        }
        return {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "metadata": {"component": package},
            "components": components,
        }
