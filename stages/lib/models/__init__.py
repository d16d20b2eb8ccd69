"""Models and their arithmetic."""
