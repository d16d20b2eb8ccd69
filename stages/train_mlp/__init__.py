"""The baselines of images: training and scores."""
