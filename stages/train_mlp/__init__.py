"""The baselines of images."""
