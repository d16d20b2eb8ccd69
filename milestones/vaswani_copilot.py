"""2017 to 2021, the transformer writes code: it completes short patterns of Python.

To a transformer, a program is one more text to go on with. OpenAI trained GPT-3 once more, on the
public code of GitHub, and called it Codex. In 2021 GitHub Copilot brought it to the editors of
programmers.

M. Chen et al., "Evaluating large language models trained on code", arXiv:2107.03374 (2021). The
model is that of `vaswani_chatgpt`. Run: python -m milestones.vaswani_copilot
"""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

from milestones import lesson
from milestones.language import Vocabulary, accuracy, draw_attention, generate, train
from milestones.pytorch import torch
from milestones.vaswani_chatgpt import Transformer

# How a pattern begins, and how it goes on. Two names take the places of a and b.
PATTERNS = (
    ("for {a} in {b}:", "\n    print({a})"),
    ("for {a} in range(len({b})):", "\n    print({b}[{a}])"),
    ("for {a} in sorted({b}):", "\n    {b}.remove({a})"),
    ("if {a} > {b}:", "\n    {a} = {b}"),
    ("if {a} is None:", "\n    {a} = []"),
    ("if {a} not in {b}:", "\n    {b}.append({a})"),
    ("while {b}:", "\n    {b}.pop()"),
    ("while {a} < {b}:", "\n    {a} += 1"),
    ("def add({a}, {b}):", "\n    return {a} + {b}"),
    ("def swap({a}, {b}):", "\n    return {b}, {a}"),
    ("def largest({a}, {b}):", "\n    return {a} if {a} > {b} else {b}"),
    ("with open({a}) as {b}:", "\n    text = {b}.read()"),
    ("{a}, {b} =", " {b}, {a}"),
    ("assert {a} == {b},", ' f"{{{a}}} is not {{{b}}}"'),
)
NAMES = ("x", "y", "n", "item", "items", "left", "right", "total")
# A word brings the space before it, and a line its indentation.
WORD = r"\n *| ?\w+| ?[^\w\s]"


def main(
    *, epochs: int = 50, width: int = 64, layers: int = 3, seed: int = 0, plot: Path | None = None
) -> dict[str, float]:
    """Learn the patterns with some pairs of names; complete them with pairs that are new."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # the products are small: two threads would wait for each other
    orders = list(permutations(NAMES, 2))
    pairs = [orders[row] for row in torch.randperm(len(orders))]
    split = len(pairs) * 4 // 5
    codes = [
        (beginning.format(a=a, b=b), rest.format(a=a, b=b))
        for a, b in pairs
        for beginning, rest in PATTERNS
    ]
    vocabulary = Vocabulary(["".join(code) for code in codes], WORD)
    examples = [vocabulary.example(*code) for code in codes]
    known = examples[: split * len(PATTERNS)]
    # Some patterns use one name alone, and are known with each.
    new = [example for example in examples[split * len(PATTERNS) :] if example not in known]
    print(f"{len(PATTERNS)} patterns, {split} pairs of names to learn and {len(pairs) - split} new")
    model = Transformer(len(vocabulary.words), width, layers)
    train(model, known, epochs=epochs)

    def reply(beginning: str) -> str:
        if unknown := vocabulary.unknown(beginning):
            return f"I do not know {unknown[0].strip()!r}."
        rest = generate(model, vocabulary.encode(beginning))
        return beginning + "".join(vocabulary.decode(rest))

    code, right = reply(codes[-3][0]), "".join(codes[-3])
    print(code if code == right else f"{code}\nWRONG: {right}")
    begun = "\n".join(f"  {beginning}" for beginning, _ in codes[-4:])
    lesson.chat(f"Begin with the names {', '.join(NAMES)}, such as:\n{begun}", reply)
    if plot:
        draw_attention(model, vocabulary, examples[-13], plot)
    parts = {"known pairs": known, "new pairs": new}
    return {f"accuracy, {name}": accuracy(model, part) for name, part in parts.items()}


if __name__ == "__main__":
    lesson.run(main)
