"""Errors that a user can fix. `stages.common.command.run` shows them; anything else is a defect."""

from collections.abc import Sequence
from functools import partial
from typing import Any

MOST_SHOWN = 10


class StageError(Exception):
    """An error that the user can fix; the message is all that they need to read."""


class ParamError(StageError):
    """A value of ``params.yaml`` that is wrong, at the `keys` that lead to it, or their last ones.

    Examples
    --------
    >>> error = ParamError("resize", message="[0, 8]: expected 1 or more").within("own", "leaves")
    >>> error.keys, str(error)
    (('own', 'leaves', 'resize'), 'own.leaves.resize: [0, 8]: expected 1 or more')
    """

    def __init__(self, *keys: str | int, message: str) -> None:
        self.keys, self.message = keys, message
        super().__init__(keys, message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to make it anew: it comes from other processes too."""
        return partial(type(self), *self.keys, message=self.message), ()

    def __str__(self) -> str:
        """Return the dotted key and the message."""
        dotted = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.keys)
        return f"{dotted.removeprefix('.') or 'the whole file'}: {self.message}"

    def within(self, *keys: str | int) -> "ParamError":
        """Return the same error below further keys."""
        return ParamError(*keys, *self.keys, message=self.message)


def raise_all(errors: Sequence[StageError]) -> None:
    """Raise one StageError of all `errors`, which shows the first ten of them; else do nothing.

    Examples
    --------
    >>> raise_all([StageError("a.png: damaged"), StageError("b.png: too large")])
    Traceback (most recent call last):
    stages.common.errors.StageError: 2 problems:
      a.png: damaged
      b.png: too large
    """
    if len(errors) == 1:
        raise errors[0]
    lines = [f"{len(errors):,} problems:", *map(str, errors[:MOST_SHOWN])]
    if len(errors) > MOST_SHOWN:
        lines.append(f"and {len(errors) - MOST_SHOWN:,} more")
    if errors:
        raise StageError("\n  ".join(lines))


class WorkersError(Exception):
    """Work can't run where the environment says: no `StageError`, as no file or key is wrong."""
