"""Tests that need PyTorch: `make test-neural` runs them."""
