"""The folder of a class, on any system."""

import re
from typing import Final
from urllib.parse import quote

# Windows allows no file or folder of these names, with any suffix.
WINDOWS_DEVICES: Final = {"aux", "con", "nul", "prn"} | {
    f"{port}{digit}" for port in ("com", "lpt") for digit in "123456789¹²³"
}


def folder_of(name: str) -> str:
    """Return the folder of a class: its name, with a code for what a path may not have.

    Examples
    --------
    >>> folder_of("red oak"), folder_of("n/a"), folder_of("\u00e9rable"), folder_of("con")
    ('red oak', 'n%2Fa', '%C3%A9rable', '%63on')
    """
    # Only ASCII is the same everywhere: which other letters there are depends on Python.
    coded = re.sub("^ | $", "%20", quote(name, safe="").replace("%20", " ")).replace(".", "%2E")
    return f"%{ord(coded[0]):02X}{coded[1:]}" if coded.lower() in WINDOWS_DEVICES else coded
