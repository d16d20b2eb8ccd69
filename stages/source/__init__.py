"""Where images come from: how each kind of source is read, and what is found in it."""
