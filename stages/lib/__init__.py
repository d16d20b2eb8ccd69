"""Pure functions that the stages call: no paths, no files."""
