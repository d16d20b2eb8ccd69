"""What the speed figures of the README are measured with."""

import stages  # noqa: F401 - Ctrl-C ends these with one line too
