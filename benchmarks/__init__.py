"""What the speed figures of the README are measured with."""
