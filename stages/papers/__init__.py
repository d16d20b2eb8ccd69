"""The papers of a dataset: its card, its datasheet, its licence, how to cite it, its metadata."""
