"""Float64 arithmetic whose every bit is prescribed, whatever the processor, BLAS or compiler.

It is built from two kinds of operation:

1. Elementwise ``+``, ``-``, ``*``, ``/``, square root, comparison, maximum, ``rint``, ``frexp`` and
   ``ldexp``, each a NumPy call of its own, so that no compiler can fuse two of them. IEEE 754
   prescribes each result.
2. Products of matrices of whole numbers so small that every sum of products is exact. Then the
   order of the sum does not matter, nor do the kernel, the number of threads or a fused
   multiply-add.

NumPy's ``exp``, ``log`` and sums along an axis differ in the last bit between processors, so this
module has its own. ``docs/exact-training.md`` is the contract for other languages.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

# Operands of a product lie below 2^RANGE, and a matrix that lies below 2^-RANGE is rounded as if
# it reached that. So neither a product nor its square overflows, and no product is subnormal.
RANGE: Final = 200

# The logarithm of 2 in two parts: the upper ends in 21 zero bits, so that its product with a
# whole number of up to 11 bits is exact (fdlibm, e_exp.c).
_LN2_HIGH: Final = float.fromhex("0x1.62e42feep-1")
_LN2_LOW: Final = float.fromhex("0x1.a39ef35793c76p-33")
_LOG2_E: Final = float.fromhex("0x1.71547652b82fep+0")
# 1/13!, 1/12!, ..., 1/2!: Python prescribes that each quotient is rounded correctly.
_EXP: Final = [1 / math.factorial(k) for k in range(13, 1, -1)]
# 1/21, 1/19, ..., 1/3.
_LOG: Final = [1 / k for k in range(21, 1, -2)]
_SQRT_HALF: Final = float.fromhex("0x1.6a09e667f3bcdp-1")
# Below, exp(x) would be subnormal, with fewer bits.
_SMALLEST_EXPONENT: Final = -708.0


def bits(inner: int) -> int:
    """Return how many bits an operand may have where each sum is one of `inner` products.

    It is the largest b for which `inner` products of two whole numbers of up to 2^b in size sum to
    2^53 at most, up to where float64 has every whole number; `inner` is 1 to 2^51.

    Examples
    --------
    >>> bits(32), bits(64), bits(784)
    (24, 23, 21)
    """
    ceiling_of_log2 = (inner - 1).bit_length()
    return (53 - ceiling_of_log2) // 2


def _whole(matrix: Floats, b: int) -> tuple[Floats, int]:
    """Return whole numbers of up to 2^b, and the exponent of two that they are to be scaled by."""
    largest = float(np.abs(matrix).max())
    # Written so that a NaN, for which every comparison is false, does not pass.
    if not largest < 2.0**RANGE:
        raise FloatingPointError(f"a value is 2^{RANGE} or more in size, or not a number")
    exponent = max(math.frexp(largest)[1], -RANGE) - b
    return np.rint(matrix * math.ldexp(1.0, -exponent)), exponent


def matmul(a: Floats, b: Floats) -> Floats:
    """Multiply two matrices, both rounded so coarsely that the product of what is left is exact.

    Each matrix is rounded, half to even, to a multiple of the power of two that is ``bits(k)``
    bits below the one above its largest magnitude (or below 2^-200, if that is larger). The
    product of the rounded matrices has no error, and every zero in it is positive. It differs from
    that of `a` and `b` by at most ``k * A * B / 2**bits(k)``, A and B being the two powers of two
    that the rounding starts from.

    The matrices, of shapes (n, k) and (k, m), are not empty. Raises FloatingPointError if a value
    is 2^200 or more in size, infinite or not a number.

    References
    ----------
    K. Ozaki, T. Ogita, S. Oishi, S. M. Rump, "Error-free transformations of matrix multiplication
    by using fast routines of matrix multiplication and its applications", Numerical Algorithms 59
    (2012), 95-118.

    Examples
    --------
    >>> matmul(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.5], [-0.25]]))
    array([[0. ],
           [0.5]])
    """
    width = bits(a.shape[1])
    whole_a, exponent_a = _whole(a, width)
    whole_b, exponent_b = _whole(b, width)
    # A sum of zeros is -0 or 0 by where it starts from: adding 0 makes it 0.
    product: Floats = (whole_a @ whole_b) * math.ldexp(1.0, exponent_a + exponent_b) + 0.0
    return product


def row_sums(x: Floats) -> Floats:
    """Sum each row from left to right, into a column: NumPy's order depends on the processor.

    Examples
    --------
    >>> row_sums(np.array([[1.0, 2.0, 3.0]]))
    array([[6.]])
    """
    total = x[:, :1]
    for column in range(1, x.shape[1]):
        total = total + x[:, column : column + 1]
    return total


def exp(x: Floats) -> Floats:
    """Return e to the power of each number, all at most 709 and not NaN.

    Each power is less than 1 unit in the last place from the real one; 0 for an `x` below -708.

    References
    ----------
    W. J. Cody, W. Waite, "Software manual for the elementary functions", Prentice-Hall (1980),
    chapter 6: x = n ln 2 + r with a small r, for which the Taylor series is short.

    Examples
    --------
    >>> exp(np.array([0.0, 1.0, -1000.0]))
    array([1.        , 2.71828183, 0.        ])
    """
    bounded = np.maximum(x, _SMALLEST_EXPONENT)
    n = np.rint(bounded * _LOG2_E)
    high = bounded - n * _LN2_HIGH
    low = n * _LN2_LOW
    r = high - low
    series = np.full_like(r, _EXP[0])
    for coefficient in _EXP[1:]:
        series = series * r + coefficient
    # exp(r) = 1 + r + r^2 series, the smallest terms first.
    power = 1.0 + (high + (r * r * series - low))
    return np.where(x < _SMALLEST_EXPONENT, 0.0, np.ldexp(power, n.astype(np.int32)))


def log(x: Floats) -> Floats:
    """Return the natural logarithm of each number, all positive and finite.

    Each logarithm is less than 3 units in the last place from the real one.

    References
    ----------
    W. J. Cody, W. Waite, "Software manual for the elementary functions", Prentice-Hall (1980),
    chapter 5: x = 2^n m with m near 1, and the series of the inverse hyperbolic tangent of
    t = (m - 1) / (m + 1).

    Examples
    --------
    >>> log(np.array([1.0, 10.0]))
    array([0.        , 2.30258509])
    """
    mantissa, exponent = np.frexp(x)
    small = mantissa < _SQRT_HALF
    m = np.where(small, mantissa * 2.0, mantissa)
    n = np.where(small, exponent - 1, exponent).astype(np.float64)
    t = (m - 1.0) / (m + 1.0)
    square = t * t
    series = np.full_like(t, _LOG[0])
    for coefficient in _LOG[1:]:
        series = series * square + coefficient
    logarithm: Floats = n * _LN2_HIGH + (n * _LN2_LOW + 2.0 * (t + t * square * series))
    return logarithm


def softmax(logits: Floats) -> Floats:
    """Turn the logits of each row into probabilities, whose sum is 1 within `classes` times 2^-52.

    Raises FloatingPointError if a logit is infinite or not a number.

    Examples
    --------
    >>> softmax(np.array([[5.0, 5.0], [-2000.0, 0.0]]))
    array([[0.5, 0.5],
           [0. , 1. ]])
    """
    powers = exp(_below_zero(logits))
    return powers / row_sums(powers)


def log_softmax(logits: Floats) -> Floats:
    """Return the logarithms of the probabilities, also of those that are 0 in float64.

    Raises FloatingPointError as `softmax` does.

    Examples
    --------
    >>> log_softmax(np.array([[5.0, 5.0], [-2000.0, 0.0]]))
    array([[-6.93147181e-01, -6.93147181e-01],
           [-2.00000000e+03,  0.00000000e+00]])
    """
    shifted = _below_zero(logits)
    return shifted - log(row_sums(exp(shifted)))


def _below_zero(logits: Floats) -> Floats:
    """Subtract from each row its largest logit: the probabilities stay, no power overflows."""
    if not np.isfinite(logits).all():
        raise FloatingPointError("a logit is not finite")
    below: Floats = logits - logits.max(axis=1, keepdims=True)
    return below
