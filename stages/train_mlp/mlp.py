"""A multilayer perceptron with one hidden layer of ReLU: its training and its logits.

The draws and the steps are those of scikit-learn's ``MLPClassifier``, in the arithmetic of
``stages/train_mlp/exact.py``: the same bytes on every machine, whatever the recipe.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from stages.train_mlp.exact import matmul, softmax

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Labels = npt.NDArray[np.int64]

# Adam's constants as its authors and scikit-learn have them.
BETA_1: Final = 0.9
BETA_2: Final = 0.999
EPSILON: Final = 1e-8


class Network(NamedTuple):
    """The weights of a network, or their gradient."""

    hidden_weight: Floats  # (pixels, hidden)
    hidden_bias: Floats  # (hidden,)
    output_weight: Floats  # (hidden, classes)
    output_bias: Floats  # (classes,)


class Sgd:
    """Gradient descent with plain (not Nesterov's) momentum."""

    def __init__(self, learning_rate: float, momentum: float) -> None:
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.velocity: list[Any] = [0.0] * len(Network._fields)

    def step(self, gradient: Network) -> list[Floats]:
        """Return what to add to each array of weights."""
        self.velocity = [
            self.momentum * v - self.learning_rate * g
            for v, g in zip(self.velocity, gradient, strict=True)
        ]
        return self.velocity


class Adam:
    """Adam with its authors' constants.

    References
    ----------
    D. P. Kingma, J. Ba, "Adam: A method for stochastic optimization", ICLR (2015).
    """

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate
        self.mean: list[Any] = [0.0] * len(Network._fields)
        self.square: list[Any] = [0.0] * len(Network._fields)
        # beta^t, by multiplication: the last bit of a power depends on the machine.
        self.power_1 = 1.0
        self.power_2 = 1.0

    def step(self, gradient: Network) -> list[Floats]:
        """Return what to add to each array of weights."""
        self.power_1 = self.power_1 * BETA_1
        self.power_2 = self.power_2 * BETA_2
        rate = self.learning_rate * math.sqrt(1 - self.power_2) / (1 - self.power_1)
        self.mean = [
            BETA_1 * m + (1 - BETA_1) * g for m, g in zip(self.mean, gradient, strict=True)
        ]
        self.square = [
            BETA_2 * s + (1 - BETA_2) * (g * g) for s, g in zip(self.square, gradient, strict=True)
        ]
        return [
            -rate * m / (np.sqrt(s) + EPSILON) for m, s in zip(self.mean, self.square, strict=True)
        ]


def initialize(pixels: int, hidden: int, classes: int, generator: np.random.RandomState) -> Network:
    """Draw the weights that training starts from.

    One number a weight, layer by layer, weights before biases: uniform in [-b, b), with
    b = sqrt(6 / (inputs + outputs)) of the layer.

    References
    ----------
    X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS (2010).

    Examples
    --------
    >>> weights = initialize(64, 32, 10, np.random.RandomState(42))
    >>> weights.hidden_weight.shape, weights.output_bias.shape
    ((64, 32), (10,))
    """
    drawn = []
    for inputs, outputs in ((pixels, hidden), (hidden, classes)):
        bound = math.sqrt(6 / (inputs + outputs))
        # Not `uniform`, where a compiler may fuse the product and the difference.
        drawn += [
            generator.random_sample(shape) * (2 * bound) - bound
            for shape in ((inputs, outputs), (outputs,))
        ]
    return Network(*drawn)


def forward(weights: Network, x: Floats) -> tuple[Floats, Floats]:
    """Return the hidden units, 0 or more, and the logits for pixels of shape (n, pixels).

    Raises FloatingPointError if a number is 2^200 or more in size, or not a number.
    """
    hidden = np.maximum(matmul(x, weights.hidden_weight) + weights.hidden_bias, 0.0)
    return hidden, matmul(hidden, weights.output_weight) + weights.output_bias


def backward(weights: Network, x: Floats, wanted: Floats) -> Network:
    """Return the derivative of the mean log-loss of a batch with respect to each weight.

    `wanted`, of shape (n, classes), is 1 for the class of a row and 0 for the others. Raises
    FloatingPointError as `forward` does.
    """
    hidden, logits = forward(weights, x)
    # With respect to the logits, then to what enters the hidden units.
    output = (softmax(logits) - wanted) / len(x)
    entered = matmul(output, weights.output_weight.T) * (hidden > 0)
    ones = np.ones((1, len(x)))
    return Network(
        hidden_weight=matmul(x.T, entered),
        hidden_bias=matmul(ones, entered)[0],
        output_weight=matmul(hidden.T, output),
        output_bias=matmul(ones, output)[0],
    )


def train(
    x: Floats,
    labels: Labels,
    *,
    hidden: int,
    optimizer: str,
    learning_rate: float,
    batch_size: int,
    epochs: int,
    seed: int,
    momentum: float = 0.0,
    steps: int | None = None,
) -> dict[str, npt.NDArray[np.float32 | np.int64]]:
    """Train a network by a recipe of ``params.yaml``, on pixels in [0, 1] and their labels.

    `steps`, in place of `epochs`, are those of the optimizer in all: the last pass ends where they
    are done.

    Returns
    -------
    dict of str to ndarray
        The model: ``hidden.weight`` (pixels, hidden), ``hidden.bias`` (hidden,),
        ``output.weight`` (hidden, classes), ``output.bias`` (classes,), all float32, and
        ``classes`` (classes,), int64, ascending, the label of each output. The model is
        ``relu(x @ hidden.weight + hidden.bias) @ output.weight + output.bias``, a logit a class.

    Raises FloatingPointError if training diverges: a number reaches 2^200 in size in training, or
    2^128, the end of float32, in the model.

    Examples
    --------
    >>> x, labels = np.array([[0.0, 1.0], [1.0, 0.0]] * 8), np.array([3, 7] * 8)
    >>> model = train(
    ...     x, labels, hidden=4, optimizer="adam", learning_rate=0.1, batch_size=8, epochs=9, seed=1
    ... )
    >>> model["classes"][logits(model, x[:2]).argmax(axis=1)]
    array([3, 7])
    """
    generator = np.random.RandomState(seed)
    classes = np.unique(labels)
    wanted = (labels[:, np.newaxis] == classes).astype(np.float64)
    weights = initialize(x.shape[1], hidden, len(classes), generator)
    rules: dict[str, Sgd | Adam] = {
        "sgd": Sgd(learning_rate, momentum),
        "adam": Adam(learning_rate),
    }
    rule = rules[optimizer]
    if steps is None:
        steps = epochs * math.ceil(len(x) / batch_size)
    # What overflows here, the next product refuses.
    with np.errstate(over="ignore", invalid="ignore"):
        for rows in islice(_batches(len(x), batch_size, generator), steps):
            step = rule.step(backward(weights, x[rows], wanted[rows]))
            weights = Network(*(w + s for w, s in zip(weights, step, strict=True)))
        stored = [array.astype(np.float32) for array in weights]
    if not all(np.isfinite(array).all() for array in stored):
        raise FloatingPointError("a weight is too large for float32")
    names = (name.replace("_", ".") for name in Network._fields)
    return {**dict(zip(names, stored, strict=True)), "classes": classes}


def _batches(n: int, batch_size: int, generator: np.random.RandomState) -> Iterator[Labels]:
    """Return the rows of each step, in a new order in each epoch, without end."""
    order = np.arange(n)
    while True:
        order = order[generator.permutation(n)]
        for start in range(0, n, batch_size):
            yield order[start : start + batch_size]


def logits(model: Mapping[str, npt.NDArray[Any]], x: Floats) -> Floats:
    """Return a logit for each row of pixels in [0, 1] and each of the model's ``classes``."""
    arrays = (model[name.replace("_", ".")].astype(np.float64) for name in Network._fields)
    return forward(Network(*arrays), x)[1]
