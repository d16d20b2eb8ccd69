"""Small transformers that learn questions and answers; two of the modules need PyTorch."""
