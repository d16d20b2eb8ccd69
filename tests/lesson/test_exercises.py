"""Every figure in bold in the teacher's answers is what the exercise comes to."""

import json
import re
from dataclasses import asdict
from typing import Any

import numpy as np

from stages.params.read import read_recipes
from stages.train_mlp import exact, mlp
from tests.conftest import ROOT
from tests.lesson.test_notebook import NOTEBOOK
from tinydatasets import load

NAMES = "tinydigits", "tinydigits-150"
LARGE, SMALL = ([(s.images.astype(float), s.labels) for s in load(n, shape="flat")] for n in NAMES)
(X, LABELS), TEST = LARGE
WANTED, SEEDS = np.eye(10)[LABELS], range(10)


def span(values: Any) -> str:
    low, *_, high = sorted(values)
    return f"{low:.1f}" if low == high else f"{low:.1f} to {high:.1f}"


def on_page(edition: Any = LARGE, name: str = "classroom", **changed: Any) -> float:
    """Return the accuracy of a training on the page, whose weights are these bit for bit."""
    recipe = {**asdict(read_recipes()[name]), **changed}
    logits = mlp.logits(mlp.train(*edition[0], **recipe), edition[1][0])
    return 100 * float((logits.argmax(axis=1) == edition[1][1]).mean())


def questions() -> list[str]:
    leaked = sum((image == X).all(axis=1).any() for image in SMALL[1][0])
    runs: Any = {}, {"name": "tuned"}, {"name": "tuned", "epochs": 80}
    spans = [span(on_page(seed=seed, **run) for seed in SEEDS) for run in runs]
    return [*spans, f"{leaked}", without_chance()[0]]


def learning_rate() -> list[str]:
    *most, last = [f"{on_page(learning_rate=rate):.1f}" for rate in (0.001, 0.01, 0.1, 1, 10)]
    ten = [span(on_page(learning_rate=r, seed=seed) for seed in SEEDS) for r in (10, 1, 0.1)]
    return [f"{', '.join(most)} and {last}", *ten]


def samples_or_steps() -> list[str]:
    trained = {image.tobytes() for (images, _), _ in (LARGE, SMALL) for image in images}
    new = [image.tobytes() not in trained for image in TEST[0]]
    large, small = [(train, (TEST[0][new], TEST[1][new])) for train, _ in (LARGE, SMALL)]
    runs = [on_page(small), on_page(large), on_page(small, epochs=128)]
    runs += [on_page(small, "tuned"), on_page(small, "tuned", epochs=128), on_page(large, "tuned")]
    return [f"{accuracy:.1f}" for accuracy in runs]


def in_notebook() -> list[list[str]]:
    book: dict[str, Any] = {}
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    exec("\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code"), book)  # noqa: S102
    train, accuracy, chosen = (book[name] for name in ("train", "accuracy", "is_unused"))
    images = np.roll(TEST[0].reshape(-1, 8, 8), 1, axis=2).reshape(-1, 64)
    one, *ten = [accuracy(train(X, LABELS, seed=s), images, TEST[1]) for s in (42, *SEEDS)]
    networks = [train(*SMALL[0], epochs=128, seed=seed) for seed in SEEDS]
    parts = SMALL[1], (book["x"][chosen], book["y"][chosen])
    luck = [span(accuracy(network, *part) for network in networks) for part in parts]
    return [[f"{one:.1f}", span(ten)], luck]


def one_layer() -> list[str]:
    x, w, losses = np.insert(X, 64, 1, axis=1), np.zeros((65, 10)), []
    for _ in range(101):
        losses.append(-exact.log_softmax(x @ w)[WANTED == 1].mean())
        last, w = w, w - 0.5 * x.T @ (exact.softmax(x @ w) - WANTED) / 1000
    right = (np.insert(TEST[0], 64, 1, axis=1) @ last).argmax(axis=1) == TEST[1]
    return [f"{losses[0]:.3f}", f"{losses[-1]:.3f}", f"{100 * right.mean():.1f}"]


def without_chance() -> list[str]:
    weights = mlp.Network(*(np.zeros(shape) for shape in ((64, 32), 32, (32, 10), 10)))
    for _ in range(100):
        gradient = mlp.backward(weights, X, WANTED)
        weights = mlp.Network(*(w - 0.5 * g for w, g in zip(weights, gradient, strict=True)))
    right = mlp.forward(weights, TEST[0])[1].argmax(axis=1) == TEST[1]
    return [f"{sum(w.size for w in weights):,}", f"{100 * right.mean():.1f}"]


def test_each_figure_is_what_it_comes_to() -> None:
    page = (ROOT / "lesson/README.md").read_text(encoding="utf-8")
    answers = page.partition("## What students ask")[2].split("\n### ")
    figures = [questions(), learning_rate(), samples_or_steps(), *in_notebook()]
    figures += [one_layer(), without_chance()]
    assert [re.findall(r"\*\*(\d[^*]*)\*\*", answer) for answer in answers] == figures
