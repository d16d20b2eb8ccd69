"""The report: one page about all datasets."""
