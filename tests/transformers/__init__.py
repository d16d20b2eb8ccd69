"""Tests of what the transformers need apart from PyTorch."""
