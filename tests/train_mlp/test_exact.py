"""The arithmetic, held against whole numbers and decimals without bounds."""

import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stages.train_mlp.exact import bits, exp, log, log_softmax, matmul, row_sums, softmax
from tests.train_mlp import plain

Floats = npt.NDArray[np.float64]

# Under 2^200 in size, down to the smallest subnormal numbers.
VALUES = st.floats(-(2.0**200), 2.0**200, exclude_min=True, exclude_max=True)


@st.composite
def operands(draw: st.DrawFn) -> tuple[Floats, Floats]:
    n, k, m = draw(st.tuples(st.integers(1, 4), st.integers(1, 70), st.integers(1, 4)))
    # Often of one scale, so that no operand is rounded away by a single large one.
    values = [draw(st.sampled_from([VALUES, st.floats(-4, 4), st.floats(1, 2)])) for _ in "ab"]
    a = draw(hnp.arrays(np.float64, (n, k), elements=values[0]))
    b = draw(hnp.arrays(np.float64, (k, m), elements=values[1]))
    return a, b


@given(operands())
@settings(deadline=None)
def test_a_product_is_that_of_whole_numbers_without_bounds(pair: tuple[Floats, Floats]) -> None:
    a, b = pair
    product = matmul(a, b)
    assert product.tolist() == plain.product(a.tolist(), b.tolist())
    assert not np.signbit(product[product == 0]).any()
    # However an operand lies in memory.
    assert matmul(np.asfortranarray(a), b).tobytes() == product.tobytes()


@pytest.mark.parametrize("inner", [1, 2, 3, 32, 33, 64, 200, 784, 1000, 3072])
def test_the_largest_sums_still_fit(inner: int) -> None:
    width = bits(inner)
    assert inner * 4**width <= 2**53 < inner * 4 ** (width + 1)
    largest = np.full((1, inner), math.nextafter(1.0, 0.0))
    assert matmul(largest, largest.T).item() == inner
    # Odd whole numbers of full width: one bit more than there is, and the order would show.
    generator = np.random.RandomState(inner)
    a, b = (2.0 ** (width - 1) + 1 + 2 * generator.randint(0, 2 ** (width - 2), (2, inner))).astype(
        np.float64
    )
    expected = sum(int(x) * int(y) for x, y in zip(a, b, strict=True))
    assert Fraction(matmul(a[np.newaxis], b[:, np.newaxis]).item()) == expected


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2.0**200, -(2.0**200)])
def test_a_product_refuses_what_is_too_large(value: float) -> None:
    good, bad = np.ones((2, 2)), np.array([[1.0, value], [0.0, 0.0]])
    for pair in ((good, bad), (bad, good)):
        with pytest.raises(FloatingPointError, match=r"2\^200 or more in size, or not a number"):
            matmul(*pair)


def units_off(
    function: Callable[[Floats], Floats], real: Callable[[Decimal], Decimal], x: float
) -> float:
    """Return how many units in the last place a function is off at a point."""
    found = function(np.array([x])).item()
    with localcontext() as context:
        context.prec = 60
        expected = real(Decimal(x))
        return float(abs(Decimal(found) - expected) / Decimal(math.ulp(float(expected))))


@given(
    st.floats(-708, 709)
    | st.floats(-2, 2)
    | st.integers(-1021, 1021).map(lambda n: (n + 0.5) * math.log(2))
)
@settings(max_examples=500)
def test_exp_is_off_by_less_than_a_unit_in_the_last_place(x: float) -> None:
    assert units_off(exp, Decimal.exp, x) < 1


def test_exp_at_its_ends() -> None:
    x = np.array([0.0, -0.0, -708.0, math.nextafter(-708.0, -math.inf), -1e300, -math.inf])
    assert exp(x).tolist() == [1.0, 1.0, plain.exp(-708.0), 0.0, 0.0, 0.0]
    assert plain.exp(-708.0) > np.finfo(np.float64).tiny


@given(st.floats(0, exclude_min=True, allow_infinity=False) | st.floats(0.5, 2))
@settings(max_examples=500)
def test_log_is_off_by_less_than_3_units_in_the_last_place(x: float) -> None:
    assert units_off(log, Decimal.ln, x) < 3


def test_row_sums_go_from_left_to_right() -> None:
    x = np.array([[1e16, 1.0, 1.0, -1e16], [1.0, 1.0, 1e16, -1e16]])
    assert row_sums(x).tolist() == [[0.0], [2.0]]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_probabilities_of_what_is_no_number_are_refused(value: float) -> None:
    for function in (softmax, log_softmax):
        with pytest.raises(FloatingPointError, match="a logit is not finite"):
            function(np.array([[0.0, value]]))


@given(st.floats(-800, 709))
def test_plain_python_gives_the_same_exp_and_log(x: float) -> None:
    assert exp(np.array([x])).item() == plain.exp(x)
    if x > 0:
        assert log(np.array([x])).item() == plain.log(x)


def test_the_vectors_of_the_contract() -> None:
    a, b, result = (plain.from_hex(plain.VECTORS["product"][name]) for name in ("a", "b", "result"))
    assert matmul(np.array(a), np.array(b)).tolist() == plain.product(a, b) == result
    for name, function, by_hand in (("exp", exp, plain.exp), ("log", log, plain.log)):
        for x, expected in plain.from_hex(plain.VECTORS[name]):
            assert function(np.array([x])).item() == by_hand(x) == expected
