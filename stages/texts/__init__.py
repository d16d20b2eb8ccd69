"""Questions and answers: the authored pairs, their splits and their baselines."""
