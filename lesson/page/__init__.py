"""The page `lesson/index.html`: data, training and pictures in one file that needs no network."""
