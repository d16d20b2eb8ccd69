"""What is said of a value, a key or a name that is wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT = "    train_per_class: 100\n"
PER_LEVEL = "    train_per_level: 42\n"
NUMBER = "expected a whole number, 0 or more"
NAME = "not a name; a name is a lower-case letter followed by"
# What to replace in the example, by what, and what the message says.
WRONG = {
    "negative count": (
        COUNT,
        "    train_per_class: -1\n",
        f"datasets.tinydigits.train_per_class: -1 for every class: {NUMBER}",
    ),
    "fractional count": (
        COUNT,
        "    train_per_class: 10.5\n",
        f"datasets.tinydigits.train_per_class: 10.5 for every class: {NUMBER}",
    ),
    "boolean count": (
        COUNT,
        "    train_per_class: {0: 9, 1: true}\n",
        f"datasets.tinydigits.train_per_class: true for class 1: {NUMBER}",
    ),
    "missing count": (
        COUNT,
        "",
        "datasets.tinydigits.train_per_class: missing. Training rows: a number for every class",
    ),
    "empty count": (
        COUNT,
        "    train_per_class:\n",
        f"datasets.tinydigits.train_per_class: nothing for every class: {NUMBER}",
    ),
    "wrong count in a list": (
        "[5, 5,",
        "[5, x,",
        f"datasets.tinydigits-150.test_per_class: 'x' for class 1: {NUMBER}",
    ),
    "label that is no number": (
        COUNT,
        "    train_per_class: {0: 4, one: 5}\n",
        (
            "datasets.tinydigits.train_per_class: 'one' is not a label: labels are whole numbers "
            "without quotes, as in {0: 40, 1: 40}"
        ),
    ),
    "unknown test_draw": (
        "test_draw: choice",
        "test_draw: chioce",
        (
            "datasets.tinydigits-150.test_draw: unknown value 'chioce'; allowed: next, choice. "
            "Did you mean 'choice'?"
        ),
    ),
    "unknown optimizer": (
        "optimizer: sgd",
        "optimizer: adan",
        (
            "recipes.classroom.optimizer: unknown value 'adan'; allowed: sgd, adam. "
            "Did you mean 'adam'?"
        ),
    ),
    "unknown key": (
        "    seed: 42",
        "    sede: 42",
        (
            "datasets.tinydigits.sede: unknown key 'sede'; allowed: source, strategy, seed, "
            "train_per_class, test_per_class, val_per_class, draw, test_draw, normalize. "
            "Did you mean 'seed'?"
        ),
    ),
    "seed too large": (
        "seed: 42",
        "seed: 4294967296",
        "datasets.tinydigits.seed: 4294967296: expected less than or equal to 4294967295",
    ),
    "negative seed": (
        "seed: 42",
        "seed: -1",
        "datasets.tinydigits.seed: -1: expected greater than or equal to 0",
    ),
    "seed that YAML 1.1 and 1.2 read differently": (
        "seed: 42",
        "seed: 052",
        "datasets.tinydigits.seed: '052': expected a valid integer",
    ),
    "label that YAML 1.1 and 1.2 read differently": (
        COUNT,
        "    train_per_class: {0: 5, 1: 5, 010: 5}\n",
        "datasets.tinydigits.train_per_class: '010' is not a label",
    ),
    "quoted count": (
        COUNT,
        "    train_per_class: '100'\n",
        f"datasets.tinydigits.train_per_class: '100' for every class: {NUMBER}",
    ),
    "upper-case optimizer": (
        "optimizer: sgd",
        "optimizer: SGD",
        (
            "recipes.classroom.optimizer: unknown value 'SGD'; allowed: sgd, adam. "
            "Did you mean 'sgd'?"
        ),
    ),
    "fractional seed": (
        "seed: 42",
        "seed: 4.2",
        "datasets.tinydigits.seed: 4.2: expected a valid integer",
    ),
    "name with a dot": ("  tinydigits:", "  tiny.digits:", f"datasets.'tiny.digits': {NAME}"),
    "name with a space": ("  tinydigits:", "  Tiny Digits:", f"datasets.'Tiny Digits': {NAME}"),
    "name with a dollar": ("  tinydigits:", "  a$b:", f"datasets.'a$b': {NAME}"),
    "numeric name, which DVC drops": ("  tinydigits:", "  2024:", f"datasets.2024: {NAME}"),
    "boolean name, which DVC drops": ("  tinydigits:", "  true:", f"datasets.true: {NAME}"),
    "numeric name, quoted": ("  tinydigits:", "  '2024':", f"datasets.'2024': {NAME}"),
    "learning rate that is no number": (
        "learning_rate: 0.01",
        "learning_rate: fast",
        "recipes.classroom.learning_rate: 'fast': expected a valid number",
    ),
    "infinite learning rate": (
        "learning_rate: 0.01",
        "learning_rate: .inf",
        "recipes.classroom.learning_rate: inf: expected a finite number",
    ),
    "negative count of a level": (
        PER_LEVEL,
        "    train_per_level: -1\n",
        f"texts.tinytalks.train_per_level: -1 for every level: {NUMBER}",
    ),
    "wrong count in a list of levels": (
        PER_LEVEL,
        "    train_per_level: [9, 9, 9, x, 9]\n",
        f"texts.tinytalks.train_per_level: 'x' for level 4: {NUMBER}",
    ),
    "level that is no number": (
        PER_LEVEL,
        "    train_per_level: {one: 9}\n",
        (
            "texts.tinytalks.train_per_level: 'one' is not a label: labels are whole numbers "
            "without quotes, as in {1: 40, 2: 40}"
        ),
    ),
    "missing count of a level": (
        PER_LEVEL,
        "",
        "texts.tinytalks.train_per_level: missing. Training pairs: a number for every level",
    ),
    "unknown draw of a text": (
        PER_LEVEL,
        f"    draw: combinations\n{PER_LEVEL}",
        (
            "texts.tinytalks.draw: unknown value 'combinations'; allowed: shuffle, combination. "
            "Did you mean 'combination'?"
        ),
    ),
    "unknown key of a text": (
        PER_LEVEL,
        "    train_per_class: 42\n",
        (
            "texts.tinytalks.train_per_class: unknown key 'train_per_class'; allowed: source, "
            "draw, seed, train_per_level, val_per_level, test_per_level. Did you mean "
            "'train_per_level'?"
        ),
    ),
    "missing source": (
        "    source: digits\n",
        "",
        "datasets.tinydigits.source: missing. The name of one of `sources`.",
    ),
    "empty dataset": (
        "datasets:\n",
        "datasets:\n  mine:\n",
        (
            "datasets.mine: nothing: expected a mapping with the keys source, strategy, seed, "
            "train_per_class, test_per_class, val_per_class, draw, test_draw, normalize"
        ),
    ),
    "name with a slash and an at": ("  tinydigits:", "  a/b@c:", f"datasets.'a/b@c': {NAME}"),
    "a benchmark and a package": (
        "  digits:\n",
        "  digits:\n    benchmark: mnist\n",
        "sources.digits.benchmark: mnist, but package too: a source is of one kind",
    ),
    "a benchmark with a key of a package": (
        "    package: scikit-learn\n",
        "    benchmark: mnist\n",
        "sources.digits.file: only a source with package has this key",
    ),
    "neither a benchmark nor a package": (
        "    package: scikit-learn\n",
        "",
        "sources.digits.package: missing. The package's name, as pip knows it.",
    ),
    "an unknown benchmark": (
        "sources:\n",
        (
            "sources:\n  mine: {benchmark: emnist, image_shape: [2, 2], maximum: 9, "
            "rows_per_class: [1, 1]}\n"
        ),
        "sources.mine.benchmark: unknown value 'emnist'; allowed: mnist, cifar10. Did you mean",
    ),
    "a size of one number": (
        "sources:\n",
        "sources:\n  mine: {folder: data/leaves, size: 28}\n",
        "sources.mine.size: 28: expected height and width, as in [28, 32]",
    ),
    "misspelt strategy": (
        "strategy: curated",
        "strategy: curate",
        (
            "datasets.tinymnist.strategy: unknown value 'curate'; allowed: random, curated. "
            "Did you mean 'curated'?"
        ),
    ),
    "normalize as a word": (
        "normalize: false",
        "normalize: 'no'",
        "datasets.tinymnist.normalize: 'no': expected a valid boolean",
    ),
    "misspelt part": (
        "recipes:",
        "recipe:",
        (
            "recipe: unknown key 'recipe'; allowed: sources, datasets, recipes, texts. "
            "Did you mean 'recipes'?"
        ),
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said(
    said: Callable[[str, str], str], old: str, new: str, message: str
) -> None:
    assert re.match(rf", line \d+: {re.escape(message)}", said(old, new))
