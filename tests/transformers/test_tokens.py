"""Questions and answers as tokens, and back."""

from __future__ import annotations

import pytest

import tinydatasets
from experiments.transformers.tokens import Vocabulary
from tinydatasets import Pair


@pytest.mark.parametrize("unit", ["words", "characters"])
def test_every_answer_of_tinytalks_comes_back_as_it_was(unit: str) -> None:
    pairs = [pair for split in tinydatasets.load_text("tinytalks") for pair in split]
    vocabulary = Vocabulary(pairs, unit)
    for pair in pairs:
        encoded = vocabulary.encode(pair)
        start = len(vocabulary.question(pair.question))
        assert encoded[:start] == vocabulary.question(pair.question)
        assert vocabulary.decode(encoded[start:]) == pair.answer
        assert [vocabulary.is_end(number) for number in encoded].index(True) == len(encoded) - 1
        # Number 0 is padding.
        assert 0 < min(encoded) <= max(encoded) < len(vocabulary)


@pytest.mark.parametrize(
    "answer",
    [
        "It's a well-known cat (Tom).",
        "मेरा नाम टाइनी है।",
        "Ça va très bien, merci.",
        "天空是蓝色的。",
    ],
)
def test_words_keep_what_belongs_to_them(answer: str) -> None:
    pair = Pair("1-01", 1, "Who?", answer)
    vocabulary = Vocabulary([pair], "words")
    assert vocabulary.decode(vocabulary.encode(pair)[len(vocabulary.question("Who?")) :]) == answer


def test_characters_are_those_of_the_text_and_three_more() -> None:
    pairs = [pair for split in tinydatasets.load_text("tinytalks") for pair in split]
    characters = {character for pair in pairs for text in pair[2:] for character in text}
    assert len(Vocabulary(pairs, "characters")) == len(characters) + 3
