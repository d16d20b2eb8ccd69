"""Tests of the historic programs."""
