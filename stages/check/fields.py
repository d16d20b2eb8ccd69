"""Types of values that entries of ``params.yaml`` have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from stages.check.wording import lacks_space, put_a_space, show

# Files and folders are named after entries, so that a name is one on every system.
NAME, LONGEST_NAME = r"^[a-z][a-z0-9_-]*$", 64


def check_class_counts(value: object, of: str = "class", first: int = 0) -> object:
    """Report the first wrong count: pydantic would report one error for each form of `Counts`."""
    if isinstance(value, dict):
        for label in value:
            if lacks_space(label):
                raise PydanticCustomError("counts", "{said}", {"said": put_a_space(label)})
            if type(label) is not int:
                raise PydanticCustomError(
                    "counts",
                    "{label} is not a label: labels are whole numbers without quotes, as in "
                    "{example}",
                    {"label": show(label), "example": f"{{{first}: 40, {first + 1}: 40}}"},
                )
        counts = [(f"{of} {label}", count) for label, count in value.items()]
    elif isinstance(value, list):
        counts = [(f"{of} {label}", count) for label, count in enumerate(value, first)]
    else:
        counts = [(f"every {of}", value)]
    for place, count in counts:
        if type(count) is not int or count < 0:
            raise PydanticCustomError(
                "counts",
                "{count} for {place}: expected a whole number, 0 or more (or a list of them, one "
                "for each {of}, or a mapping of label to number)",
                {"count": show(count), "place": place, "of": of},
            )
    return value


def check_level_counts(value: object) -> object:
    """Check counts per level."""
    return check_class_counts(value, "level", 1)


Count = Annotated[int, Field(ge=0)]
Counts = Annotated[Count | list[Count] | dict[int, Count], BeforeValidator(check_class_counts)]
LevelCounts = Annotated[Count | list[Count] | dict[int, Count], BeforeValidator(check_level_counts)]
Name = Annotated[str, StringConstraints(pattern=NAME, max_length=LONGEST_NAME)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
