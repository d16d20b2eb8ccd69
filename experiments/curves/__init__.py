"""The learning curves: one training, the sweep of all of them, and what they sum up to."""
