"""What takes minutes or PyTorch: learning curves and transformers, each a pipeline of its own."""
