"""A small transformer that learns questions and answers. Two of the modules need PyTorch."""
