"""Train the baseline of images, to the same bytes on every machine.

The last bits of a float64 weight depend on the BLAS kernel. Training in float64 and rounding the
result to a grid of 2^-16 removes them (a difference of 1e-13 against a step of 1.5e-5), and
changes no prediction.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from stages.lib.pixels import scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from tinydatasets.types import Split

GRID = 2.0**-16
# Up to here a multiple of GRID is exact in the 24 bits of a float32.
LARGEST_WEIGHT = 2.0**8
# A weight that lies closer than this to where rounding turns could be rounded apart by machines.
# Between four OpenBLAS kernels the weights of the digits' models differ by 1e-13 at most, those of
# TinyMNIST's by 4e-12 (with 20 other seeds by up to 6e-11). The closest released one is at 6e-11.
MARGIN = 1e-11


class MarginError(ArithmeticError):
    """A weight lies so close to where rounding turns that machines could round it apart."""


def train(
    split: Split,
    maximum: int,
    *,
    hidden: int,
    optimizer: str,
    learning_rate: float,
    batch_size: int,
    epochs: int,
    seed: int,
    momentum: float = 0.0,
) -> dict[str, npt.NDArray[np.float32 | np.int64]]:
    """Train a multilayer perceptron with one hidden layer of ReLU by a recipe.

    Parameters
    ----------
    split : Split
        The training rows.
    maximum : int
        What uint8 pixels are divided by, so that the inputs are in [0, 1].
    hidden : int
        Units of the hidden layer.
    optimizer : {"sgd", "adam"}
        Gradient descent with plain (not Nesterov's) momentum, or Adam.
    learning_rate : float
        The step size, the same in every epoch.
    batch_size : int
        Rows per step; fewer rows are one batch.
    epochs : int
        Passes over the training rows.
    seed : int
        What the weights and the shuffling of the batches start from.
    momentum : float
        The momentum of ``"sgd"``.

    Returns
    -------
    dict of str to ndarray
        The model: ``hidden.weight`` (pixels, hidden), ``hidden.bias`` (hidden,),
        ``output.weight`` (hidden, classes), ``output.bias`` (classes,), all float32 and multiples
        of 2^-16, and ``classes`` (classes,), int64, the label of each output. The model is
        ``relu(x @ hidden.weight + hidden.bias) @ output.weight + output.bias``, a logit a class.

    Raises
    ------
    FloatingPointError
        If training diverges: a weight is not finite, or is 256 or more in size.
    MarginError
        If a weight lies within 1e-11 of a rounding boundary.
    """
    model = MLPClassifier(
        hidden_layer_sizes=(hidden,),
        activation="relu",
        solver=optimizer,
        learning_rate_init=learning_rate,
        momentum=momentum,
        nesterovs_momentum=False,
        batch_size=min(batch_size, len(split.labels)),
        max_iter=epochs,
        random_state=seed,
        # No penalty, and no rule that could stop before the last epoch.
        alpha=0.0,
        tol=0.0,
        n_iter_no_change=epochs + 1,
    )
    x = scale(split.images, maximum).reshape(len(split.images), -1).astype(np.float64)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Reaching the last epoch is what we ask for.
        warnings.simplefilter("ignore", ConvergenceWarning)
        try:
            model.fit(x, split.labels)
        except ValueError as error:
            if "non-finite" not in str(error):
                raise
            raise FloatingPointError("a weight is not finite") from None
    hidden_weight, output_weight = model.coefs_
    hidden_bias, output_bias = model.intercepts_
    if len(model.classes_) == 2:
        # scikit-learn has one logit for two classes, that of the second: the first has logit 0.
        output_weight = np.hstack([np.zeros_like(output_weight), output_weight])
        output_bias = np.hstack([np.zeros_like(output_bias), output_bias])
    return {
        "hidden.weight": to_grid(hidden_weight),
        "hidden.bias": to_grid(hidden_bias),
        "output.weight": to_grid(output_weight),
        "output.bias": to_grid(output_bias),
        "classes": model.classes_.astype(np.int64),
    }


def to_grid(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Round to multiples of 2^-16, exact in float32, with one zero instead of two.

    Parameters
    ----------
    weights : ndarray of dtype float64
        Weights as trained.

    Returns
    -------
    ndarray of dtype float32
        Weights as stored, of the same shape.

    Raises
    ------
    FloatingPointError
        If a weight is 256 or more in size, where float32 has no bits for the grid, or no number.
    MarginError
        If a weight lies within 1e-11 of a rounding boundary.

    Examples
    --------
    >>> to_grid(np.array([0.3, -1e-9])) * 2**16
    array([19661.,     0.], dtype=float32)
    """
    # Written so that a NaN, for which every comparison is false, does not pass.
    if not np.abs(weights).max() < LARGEST_WEIGHT:
        raise FloatingPointError(f"a weight is {LARGEST_WEIGHT:g} or more in size, or not a number")
    steps = weights / GRID
    rounded = np.round(steps)
    if (0.5 - np.abs(steps - rounded)).min() * GRID < MARGIN:
        raise MarginError(f"a weight lies within {MARGIN:g} of a rounding boundary")
    return (rounded * GRID + 0.0).astype(np.float32)


def logits(
    model: Mapping[str, npt.NDArray[Any]], images: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    """Apply a model in float64.

    Parameters
    ----------
    model : mapping of str to ndarray
        As `train` gives it.
    images : ndarray of shape (n, height, width), dtype float32
        Pixels in [0, 1].

    Returns
    -------
    ndarray of shape (n, classes), dtype float64
        One logit for each entry of ``model["classes"]``.
    """
    weights = {name: array.astype(np.float64) for name, array in model.items()}
    x = images.reshape(len(images), -1).astype(np.float64)
    hidden = np.maximum(x @ weights["hidden.weight"] + weights["hidden.bias"], 0.0)
    scores: npt.NDArray[np.float64] = hidden @ weights["output.weight"] + weights["output.bias"]
    return scores
