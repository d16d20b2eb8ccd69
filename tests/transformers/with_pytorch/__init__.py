"""Tests that need PyTorch: `make test-pytorch` runs them."""
