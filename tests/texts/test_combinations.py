"""Val and test are new combinations of what train has."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest

from stages.texts.combinations import split_combinations
from stages.texts.pairs import Combination, Table
from tinydatasets import Pair


def grid(lines: int, templates: int, level: int = 1) -> Table:
    """Give every combination of some fillers and templates, each with a word of its own."""
    made = list(product(range(lines), range(templates)))
    return Table(
        [
            Pair(f"{level}-{n:02}", level, f"f{line}l{level} t{template}l{level}?", "Yes.")
            for n, (line, template) in enumerate(made, 1)
        ],
        [Combination(f"f{line}l{level}", f"t{template}l{level}") for line, template in made],
    )


def counts(train: int, val: int, test: int, *levels: int) -> dict[str, dict[int, int]]:
    asked = {"train": train, "val": val, "test": test}
    return {split: dict.fromkeys(levels or (1,), count) for split, count in asked.items()}


@pytest.mark.parametrize("seed", range(20))
def test_train_has_each_word_three_times_and_half_of_all_combinations(seed: int) -> None:
    found = split_combinations(grid(6, 6), counts(20, 6, 10), seed)
    train = Counter(word for pair in found["train"] for word in pair.question[:-1].split())
    assert sorted(train.values())[0] >= 3
    assert [len(pairs) for pairs in found.values()] == [20, 6, 10, 0]
    assert sorted(pair for pairs in found.values() for pair in pairs) == grid(6, 6).pairs


def test_a_word_that_would_become_rare_is_never_held_out() -> None:
    """Each filler has three pairs, and so none may go."""
    message = (
        "level 1: 1 pairs are asked for val and test, but this draw could hold out only 0 so that "
        "train has their words 3 times, and half of the pairs of their templates and fillers"
    )
    with pytest.raises(ValueError, match=message):
        split_combinations(grid(5, 3), counts(14, 0, 1), 0)


def test_half_of_the_pairs_of_each_template_and_of_its_fillers_stay() -> None:
    """The words are frequent, but there are two templates: one of each line may go, and no more."""
    table = grid(8, 2)
    pairs = [pair._replace(question=f"So {n}?") for n, pair in enumerate(table.pairs)]
    often = [pair._replace(question="So?", answer=" ".join(map(str, range(16)))) for pair in pairs]
    table = Table(
        [*pairs, *(pair._replace(id=f"1-{n}") for n, pair in enumerate(often, 20))],
        [*table.combinations, *table.combinations],
    )
    with pytest.raises(ValueError, match="could hold out only 16 so"):
        split_combinations(table, counts(15, 0, 17), 1)
    found = split_combinations(table, counts(16, 0, 16), 1)
    made_of = dict(zip((pair.id for pair in table.pairs), table.combinations, strict=True))
    for part in (0, 1):
        train = Counter(made_of[pair.id][part] for pair in found["train"])
        test = Counter(made_of[pair.id][part] for pair in found["test"])
        assert train == test


def test_fillers_of_a_single_pair_may_be_held_out() -> None:
    pairs = [Pair(f"1-{n:02}", 1, f"a{n % 2} b{n // 2 % 2}?", "Yes.") for n in range(1, 17)]
    table = Table(pairs, [Combination(f"f{n}", "t") for n in range(16)])
    found = split_combinations(table, counts(8, 4, 4), 0)
    assert [len(split) for split in found.values()] == [8, 4, 4, 0]


def test_a_template_of_a_single_pair_is_never_held_out() -> None:
    pairs = [Pair(f"1-{n:02}", 1, f"a{n % 2} b{n // 2 % 2}?", "Yes.") for n in range(1, 17)]
    table = Table(pairs, [Combination("f", f"t{n}") for n in range(16)])
    with pytest.raises(ValueError, match="could hold out only 0 so"):
        split_combinations(table, counts(15, 0, 1), 0)


def test_words_count_in_whatever_level_train_has_them() -> None:
    table = grid(5, 3)
    again = [
        pair._replace(id=f"2-{n:02}", level=2, question=f"{pair.question} really?")
        for n, pair in enumerate(table.pairs, 1)
    ]
    both = Table([*table.pairs, *again], [*table.combinations, *grid(5, 3, 2).combinations])
    one = {"train": {1: 14, 2: 15}, "val": {1: 0, 2: 0}, "test": {1: 1, 2: 0}}
    assert [len(split) for split in split_combinations(both, one, 0).values()] == [29, 0, 1, 0]


def test_what_no_split_asks_is_left_out_and_does_not_count() -> None:
    found = split_combinations(grid(6, 6), counts(18, 0, 2), 3)
    train = Counter(word for pair in found["train"] for word in pair.question[:-1].split())
    assert [len(pairs) for pairs in found.values()] == [18, 0, 2, 16]
    assert all(train[word] >= 3 for p in found["test"] for word in p.question[:-1].split())


def test_more_than_a_level_has_is_said() -> None:
    message = (
        r"level 1 has 36 pairs available, but 37 are asked \(30 for train, 3 for val, 4 for test\)"
    )
    with pytest.raises(ValueError, match=message):
        split_combinations(grid(6, 6), counts(30, 3, 4), 0)
