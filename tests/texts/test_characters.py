"""Bits per character of what was never seen."""

from __future__ import annotations

import math

from stages.texts.characters import bits_per_character, train_characters


def test_a_character_that_train_lacks_costs_finitely_much() -> None:
    model = train_characters("abab")
    # Add-one: 4 characters and the 96 of the alphabet, none of them "z"; "b" is always after "a".
    assert bits_per_character(model, "z", 6) == round(math.log2(100), 6)
    assert bits_per_character(model, "az", 1) == round((math.log2(100 / 3) + math.log2(100)) / 2, 6)


def test_a_character_that_only_test_has_costs_finitely_much() -> None:
    model = train_characters("abab", "é你é")
    assert bits_per_character(model, "é", 6) == round(math.log2(102), 6)
