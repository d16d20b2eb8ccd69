"""What docs/exact-training.md says, once more: plain Python, without NumPy, number by number."""

import json
import math
import random
from pathlib import Path
from typing import Any

Matrix = list[list[float]]
Network = list[Matrix]

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "docs/exact-training.json").read_text(encoding="utf-8")
)


def from_hex(value: Any) -> Any:
    """Return what lists of hexadecimal numbers, in lists of any depth, stand for."""
    return float.fromhex(value) if isinstance(value, str) else [from_hex(item) for item in value]


def transpose(a: Matrix) -> Matrix:
    return [list(column) for column in zip(*a, strict=True)]


def product(a: Matrix, b: Matrix) -> Matrix:
    bits = (53 - (len(b) - 1).bit_length()) // 2

    def whole(matrix: Matrix) -> tuple[list[list[int]], int]:
        largest = max(abs(value) for row in matrix for value in row)
        exponent = max(math.frexp(largest)[1], -200) - bits
        return [[round(math.ldexp(value, -exponent)) for value in row] for row in matrix], exponent

    rows, exponent_a = whole(a)
    columns, exponent_b = whole(transpose(b))
    return [
        [
            # Whole numbers of Python, without bounds: the sum is exact by itself.
            math.ldexp(
                sum(x * y for x, y in zip(row, column, strict=True)), exponent_a + exponent_b
            )
            for column in columns
        ]
        for row in rows
    ]


def exp(x: float) -> float:
    if x < -708:
        return 0.0
    n = round(x * float.fromhex("0x1.71547652b82fep+0"))
    high = x - n * float.fromhex("0x1.62e42feep-1")
    low = n * float.fromhex("0x1.a39ef35793c76p-33")
    r = high - low
    series = 1 / math.factorial(13)
    for k in range(12, 1, -1):
        series = series * r + 1 / math.factorial(k)
    return math.ldexp(1 + (high + (r * r * series - low)), n)


def log(x: float) -> float:
    m, n = math.frexp(x)
    if m < float.fromhex("0x1.6a09e667f3bcdp-1"):
        m, n = 2 * m, n - 1
    t = (m - 1) / (m + 1)
    series = 1 / 21
    for k in range(19, 1, -2):
        series = series * (t * t) + 1 / k
    low = n * float.fromhex("0x1.a39ef35793c76p-33")
    return n * float.fromhex("0x1.62e42feep-1") + (low + 2 * (t + t * (t * t) * series))


def softmax(logits: list[float]) -> list[float]:
    powers = [exp(logit - max(logits)) for logit in logits]
    total = powers[0]
    for power in powers[1:]:
        total = total + power
    return [power / total for power in powers]


def add(a: Matrix, row: list[float]) -> Matrix:
    return [[x + y for x, y in zip(line, row, strict=True)] for line in a]


def forward(weights: Network, x: Matrix) -> tuple[Matrix, Matrix]:
    entered = add(product(x, weights[0]), weights[1][0])
    hidden = [[max(value, 0.0) for value in row] for row in entered]
    return hidden, add(product(hidden, weights[2]), weights[3][0])


def backward(weights: Network, x: Matrix, wanted: Matrix) -> Network:
    hidden, logits = forward(weights, x)
    output = [
        [(p - w) / len(x) for p, w in zip(softmax(row), line, strict=True)]
        for row, line in zip(logits, wanted, strict=True)
    ]
    entered = [
        [value if unit > 0 else 0.0 for value, unit in zip(row, units, strict=True)]
        for row, units in zip(product(output, transpose(weights[2])), hidden, strict=True)
    ]
    ones = [[1.0] * len(x)]
    return [
        product(transpose(x), entered),
        product(ones, entered),
        product(transpose(hidden), output),
        product(ones, output),
    ]


class Generator:
    """MT19937, from a seed as its authors' `init_genrand` takes it."""

    def __init__(self, seed: int) -> None:
        key = [seed]
        for i in range(1, 624):
            key.append((1812433253 * (key[-1] ^ (key[-1] >> 30)) + i) % 2**32)
        self.stream = random.Random()  # noqa: S311 - the same generator, with another seeding
        self.stream.setstate((3, (*key, 624), None))

    def permutation(self, n: int) -> list[int]:
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = n
            while j > i:
                j = self.stream.getrandbits(32) % 2 ** i.bit_length()
            order[i], order[j] = order[j], order[i]
        return order


def initialize(pixels: int, hidden: int, classes: int, generator: Generator) -> Network:
    weights: Network = []
    for inputs, outputs in ((pixels, hidden), (hidden, classes)):
        bound = math.sqrt(6 / (inputs + outputs))
        for rows in (inputs, 1):
            weights.append(
                [
                    [generator.stream.random() * (2 * bound) - bound for _ in range(outputs)]
                    for _ in range(rows)
                ]
            )
    return weights


def train(x: Matrix, labels: list[int], recipe: dict[str, Any]) -> Network:
    generator = Generator(recipe["seed"])
    classes = sorted(set(labels))
    wanted = [[float(label == other) for other in classes] for label in labels]
    weights = initialize(len(x[0]), recipe["hidden"], len(classes), generator)
    first: Network = [[[0.0] * len(row) for row in matrix] for matrix in weights]
    second: Network = [[[0.0] * len(row) for row in matrix] for matrix in weights]
    rate, momentum = recipe["learning_rate"], recipe.get("momentum", 0.0)
    power_1 = power_2 = 1.0
    order = list(range(len(x)))
    for _ in range(recipe["epochs"]):
        order = [order[i] for i in generator.permutation(len(x))]
        for start in range(0, len(x), recipe["batch_size"]):
            batch = order[start : start + recipe["batch_size"]]
            gradient = backward(weights, [x[i] for i in batch], [wanted[i] for i in batch])
            power_1, power_2 = power_1 * 0.9, power_2 * 0.999
            adam_rate = rate * math.sqrt(1 - power_2) / (1 - power_1)
            for a, matrix in enumerate(weights):
                for b, row in enumerate(matrix):
                    for c in range(len(row)):
                        g, m, s = gradient[a][b][c], first[a][b][c], second[a][b][c]
                        if recipe["optimizer"] == "sgd":
                            m = momentum * m - rate * g
                            row[c] = row[c] + m
                        else:
                            m = 0.9 * m + (1 - 0.9) * g
                            s = 0.999 * s + (1 - 0.999) * (g * g)
                            row[c] = row[c] + -adam_rate * m / (math.sqrt(s) + 1e-8)
                        first[a][b][c], second[a][b][c] = m, s
    return weights
