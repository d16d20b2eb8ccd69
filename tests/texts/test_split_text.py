"""Stage `split_text`: what it draws, and the counts and questions that stop it."""
# ruff: noqa: RUF001 - the letters of other scripts are meant

from collections import Counter
from itertools import combinations, product
from typing import Any

import pytest

from stages.common.errors import ParamError, StageError
from stages.params.model import Text
from stages.texts import split_text
from stages.texts.pairs import Combination, Table
from tinydatasets import Pair

SOURCE = "datasets/mine/pairs.tsv"


def draw(table: Table, train: Any, val: Any, test: Any, **entry: Any) -> dict[str, list[Pair]]:
    counts = {"train_per_level": train, "val_per_level": val, "test_per_level": test}
    return split_text.split_text(Text(**{"source": SOURCE, "seed": 0, **counts, **entry}), table)


def ask(*questions: str) -> Table:
    """Return a table of one level with these questions."""
    return Table([Pair(f"1-{n:02}", 1, text, "Yes.") for n, text in enumerate(questions, 1)], [])


def grid(lines: int, templates: int, level: int = 1) -> Table:
    """Return every combination of some fillers and templates, each with a word of its own."""
    made = [(f"f{n}l{level}", f"t{m}l{level}") for n, m in product(range(lines), range(templates))]
    return Table(
        [Pair(f"{level}-{n:02}", level, f"{f} {t}?", "So.") for n, (f, t) in enumerate(made, 1)],
        [Combination(f, t, t, group=f"{f} {t}") for f, t in made],
    )


def made_of(*combinations: str) -> Table:
    """Return pairs of this, as in `fillers template phrasing group`; their one word is frequent."""
    questions = [f"{'so ' * n}so?" for n in range(len(combinations))]
    return Table(ask(*questions).pairs, [Combination(*line.split()) for line in combinations])


FIVE_LEVELS = Table(
    [Pair(f"{n}-0{m}", n, f"Question{n} word{m}?", "A.") for n in range(1, 6) for m in range(1, 5)],
    [],
)
# Sums, each in both orders.
SUMS = Table(
    [
        Pair(f"1-{n:02}", 1, f"What is {numbers[order]} plus {numbers[1 - order]}?", "I know.")
        for n, (numbers, order) in enumerate(product(combinations("12345", 2), (0, 1)), 1)
    ],
    [Combination(f"f{n}", f"t{m}", f"t{m}", f"{n} {m}") for n, m in product(range(10), (0, 1))],
)


# --- Shuffled -----------------------------------------------------------------------------------


def test_a_shuffled_draw_is_what_it_always_was() -> None:
    drawn = draw(FIVE_LEVELS, [2, 1, 0, 2, 3], {4: 1, 2: 1}, [1, 1, 0, 1, 1], seed=42)
    assert {split: " ".join(pair.id for pair in pairs) for split, pairs in drawn.items()} == {
        "train": "1-02 1-04 2-02 4-01 4-04 5-01 5-02 5-04",
        "val": "2-04 4-03",
        "test": "1-01 2-01 4-02 5-03",
    }


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ((2, {2: 1, 4: 2}, 1), ": level 4 has 4 pairs available, but 5 are asked (2 for train, 2 "),
        ((2, [1, 1], 1), ".val_per_level: a list of 2 numbers, but the source has 5 levels"),
        (({1: 2, 6: 1}, 1, 1), ".train_per_level: unknown label 6; the source's are 1 to 5"),
        ((2, 1, {0: 1}), ".test_per_level: unknown label 0; the source's are 1 to 5"),
    ],
)
def test_counts_that_do_not_fit_stop_with_their_key(
    counts: tuple[Any, Any, Any], message: str
) -> None:
    with pytest.raises(ParamError) as caught:
        draw(FIVE_LEVELS, *counts)
    assert str(caught.value.within("texts", "mine")).startswith(f"texts.mine{message}")


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("Hello!", "hello", "ask the same: 'hello' and 'Hello!'"),
        ("What is 1 plus 2?", "What is 2 plus 1?", "ask nearly the same (Jaccard index 1.00, al"),
        ("How old are they, you?", "How old are you?", "ask nearly the same (Jaccard index 0.8"),
        ("Comment ça va?", "COMMENT C\u0327A VA !", "ask the same"),
        ("Wie groß ist das?", "Wie GROSS ist das?", "ask the same"),
        ("What’s up?", "What's up?", "ask the same"),
        ("你叫什么名字？", "你叫什么名字!", "ask the same"),
        ("तुम्हारा नाम क्या है?", "तुम्हारा नाम क्या है।", "ask the same"),
        ("می\u200cخواهم", "میخواهم؟", "ask the same"),
        ("What is 2 + 3?", "What is 2 - 3?", "ask the same"),
    ],
)
def test_questions_that_are_alike_stop_in_every_script(
    first: str, second: str, message: str
) -> None:
    with pytest.raises(StageError) as caught:
        draw(ask(first, second), 1, 0, 1)
    assert str(caught.value).startswith(f"{SOURCE}: 1-02 (in train) and 1-01 (in test) {message}")


def test_marks_and_letters_tell_questions_apart() -> None:
    questions = ["की?", "का?", "Où?", "Ou?", "Кто?", "Что?", "你好吗？", "他好吗？"]
    assert len(draw(ask(*questions), 7, 0, 1)["train"]) == 7


# --- By combination -----------------------------------------------------------------------------


def combine(table: Table, train: Any, val: Any, test: Any, seed: int = 0) -> dict[str, list[Pair]]:
    return draw(table, train, val, test, seed=seed, draw="combination")


THREE_TEMPLATES = made_of(*(f"f{n} t{m} t{m} {n}-{m}" for n, m in product(range(4), range(3))))
ONE_LINE_EACH = made_of(*(f"f{n} t t {n}" for n in range(16)))
ONE_PHRASING_EACH = made_of(*(f"f t p{n} {n}" for n in range(16)))
# Two lines, two templates, three phrasings of each.
THREE_PHRASINGS = made_of(
    *(f"f{n} t{m} t{m}-{way} {n}-{m}-{way}" for n, m, way in product("12", "12", "123"))
)
WHOLE_LINES = made_of(*(f"f{n} t{m} t{m} f{n}" for n, m in product(range(8), range(2))))


@pytest.mark.parametrize(
    ("table", "possible", "rare"),
    [
        pytest.param(grid(5, 3), 0, "f0l1, f1l1, f2l1", id="each filler has three pairs"),
        pytest.param(THREE_TEMPLATES, 4, "", id="one of three templates of each line, and no more"),
        pytest.param(ONE_LINE_EACH, 8, "", id="fillers of a single pair, half of a phrasing"),
        pytest.param(ONE_PHRASING_EACH, 0, "", id="phrasings of a single pair may not"),
        pytest.param(THREE_PHRASINGS, 4, "", id="one of three phrasings of each question"),
        pytest.param(WHOLE_LINES, 8, "", id="whole lines may go, half of a phrasing"),
    ],
)
def test_no_more_is_held_out_than_train_can_teach(table: Table, possible: int, rare: str) -> None:
    total = len(table.pairs)
    group = total // len({made_of.group for made_of in table.combinations})
    drawn = combine(table, total - possible, 0, possible)
    assert [len(pairs) for pairs in drawn.values()] == [total - possible, 0, possible]
    asked = f"{possible + group} pair{'s' * (possible + group > 1)}"
    write = f"Write more phrasings or lines{f' with rare words ({rare})' * bool(rare)}, ask"
    with pytest.raises(ParamError) as caught:
        combine(table, total - possible - group, 0, possible + group)
    start = f"level 1: val and test ask for {asked}, but this draw could hold out only {possible}. "
    assert caught.value.message.startswith(start)
    assert write in caught.value.message
    assert caught.value.keys == ()


@pytest.mark.parametrize("seed", range(5))
def test_a_split_takes_whole_lines(seed: int) -> None:
    drawn = combine(WHOLE_LINES, 6, 2, 4, seed)
    assert [len(pairs) for pairs in drawn.values()] == [6, 2, 4]
    line_of = dict(zip(WHOLE_LINES.pairs, WHOLE_LINES.combinations, strict=True))
    for pairs in drawn.values():
        assert {*Counter(line_of[pair].fillers for pair in pairs).values()} == {2}


# A line of two pairs, and one of three.
UNEQUAL_LINES = made_of("a 1 1 a", "a 2 2 a", "b 1 1 b", "b 2 2 b", "b 3 3 b")


@pytest.mark.parametrize(
    ("table", "train", "val", "message"),
    [
        (WHOLE_LINES, 8, 5, ".val_per_level: 5 of level 1: whole_lines keeps the pairs of a line "),
        (UNEQUAL_LINES, 4, 0, ": level 1: this draw can't meet the counts with whole lines of "),
    ],
)
def test_counts_that_whole_lines_cannot_meet_stop(
    table: Table, train: int, val: int, message: str
) -> None:
    with pytest.raises(ParamError) as caught:
        combine(table, train, val, 0)
    assert str(caught.value.within("texts", "mine")).startswith(f"texts.mine{message}")


def test_words_count_in_whatever_level_train_has_them() -> None:
    table, other = grid(5, 3), grid(5, 3, 2)
    again = [
        pair._replace(id=f"2-{n:02}", level=2, question=f"Really {pair.question}")
        for n, pair in enumerate(table.pairs, 1)
    ]
    both = Table(table.pairs + again, table.combinations + other.combinations)
    drawn = combine(both, [14, 15], 0, [1, 0])
    assert [len(pairs) for pairs in drawn.values()] == [29, 0, 1]


def test_what_is_held_out_may_be_near_but_not_the_same() -> None:
    with pytest.raises(StageError, match=r"nearly the same .*; `draw: combination` allows what is"):
        draw(SUMS, 16, 0, 4)
    assert [len(pairs) for pairs in combine(SUMS, 16, 0, 4).values()] == [16, 0, 4]
    same = SUMS.pairs[1]._replace(question="what IS 1 plus 2")
    with pytest.raises(StageError, match=r"ask the same: 'What is 1 plus 2\?' and 'what IS 1 plus"):
        combine(SUMS._replace(pairs=[SUMS.pairs[0], same, *SUMS.pairs[2:]]), 16, 0, 4)


def test_a_draw_by_combination_needs_templates() -> None:
    with pytest.raises(ParamError) as caught:
        combine(FIVE_LEVELS, 2, 1, 1)
    assert str(caught.value) == (
        f"draw: combination: {SOURCE} does not say of which template and fillers each pair is "
        "made; write it as templates, or draw by shuffle"
    )
