"""What the names of files, folders and classes may be."""

import re
import unicodedata
from collections.abc import Iterable

from stages.common.errors import StageError, raise_all
from tinydatasets.folders import WINDOWS_DEVICES
from tinydatasets.texts import JOINERS

# What Windows refuses in the name of a file.
WINDOWS_REFUSES = re.compile(r'[<>:"|?*\\]|[. ]$')
# Categories of Unicode whose characters are not seen, or turn the direction of what is: controls,
# formats, bytes that are not UTF-8 as Python shows them, separators of lines.
HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def find_hidden(name: str) -> str:
    r"""Return which character of a name is not seen, or turns the writing direction; "" if none.

    Examples
    --------
    >>> find_hidden("oak\u202e"), find_hidden("شجرة")
    ('U+202E (RIGHT-TO-LEFT OVERRIDE)', '')
    """
    for letter in "" if name.isprintable() else name:
        if unicodedata.category(letter) in HIDDEN and letter not in JOINERS:
            known = "not UTF-8" if "\ud800" <= letter <= "\udfff" else "a control character"
            return f"U+{ord(letter):04X} ({unicodedata.name(letter, known)})"
    return ""


def check_classes(names: Iterable[str]) -> None:
    """Raise a StageError if the name of a class has a hidden character."""
    wrong = ((name, find_hidden(name)) for name in names)
    raise_all(
        [StageError(f"class {name!a} has {what}; take it out") for name, what in wrong if what]
    )


def is_for_windows(name: str) -> bool:
    """Return whether Windows, too, allows a file or folder of a name.

    Examples
    --------
    >>> [name for name in ("oak", "Con.png", "a:b", "oak.") if is_for_windows(name)]
    ['oak']
    """
    device = name.partition(".")[0].strip().lower()
    return device not in WINDOWS_DEVICES and not WINDOWS_REFUSES.search(name)
