"""Which rows of a source a dataset takes: the draw, difficulty and curation."""
