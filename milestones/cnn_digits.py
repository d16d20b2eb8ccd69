"""1998, the convolutional network: TinyDigits, beside a multilayer perceptron.

A perceptron would have to learn a stroke anew at each place; a convolution looks for the same
stroke everywhere. In 1989 Yann LeCun trained such a network by backpropagation, and it read zip
codes from letters. In 1998 he described LeNet-5, and a system that read several million bank checks
a day.

Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
recognition", Proceedings of the IEEE 86 (1998), 2278-2324. Run: python -m milestones.cnn_digits
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from milestones import lesson
from milestones.mlp_digits import editions
from milestones.pytorch import nn, torch

if TYPE_CHECKING:
    import tinydatasets

BATCH = 32


def make_cnn(side: int, *channels: int) -> nn.Module:
    """Look for patterns of 3 by 3 pixels, then for patterns of those, and name the class."""
    layers: list[nn.Module] = []
    for before, after in zip(channels, channels[1:]):  # first those of the image
        # How much of each pattern is at each place; then the most of it in each 2 by 2 places.
        layers += [nn.Conv2d(before, after, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        side //= 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(side * side * channels[-1], 10))


def make_mlp() -> nn.Module:
    """Return a network like that of `mlp_digits`, with about as many weights as the CNN."""
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 80), nn.ReLU(), nn.Linear(80, 10))


def tensors(split: tinydatasets.Split) -> tuple[torch.Tensor, torch.Tensor]:
    """Return images of shape (n, 1, height, width) and labels."""
    return torch.from_numpy(split.images).unsqueeze(1), torch.from_numpy(split.labels)


def step(
    model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor
) -> tuple[float, torch.Tensor]:
    """Take one step down the gradient of a batch; return its loss and its logits."""
    logits = model(x)
    loss = nn.functional.cross_entropy(logits, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item(), logits


@torch.no_grad()
def accuracy(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> float:
    """Return the fraction of images whose most probable class is right."""
    return float((model(x).argmax(dim=1) == y).float().mean())


def main(
    *, epochs: int = 20, learning_rate: float = 0.003, seed: int = 0, plot: Path | None = None
) -> dict[str, float]:
    """Train both networks on both editions, each for the same number of updates."""
    torch.set_num_threads(1)  # the products are small: two threads would wait for each other
    curves, accuracies = {}, {}
    for train, parts in editions().values():
        x, y = tensors(train)
        held_out = {part: tensors(split) for part, split in parts.items()}
        *_, most = held_out.values()  # of 150 samples, the unused: their curve is more certain
        # 1000 samples are 32 batches and 150 are 5: more epochs make up for it.
        its_epochs = epochs * 32 // -(-len(x) // BATCH)
        for kind in ("CNN", "MLP"):
            torch.manual_seed(seed)
            model = make_cnn(8, 1, 16, 32) if kind == "CNN" else make_mlp()
            weights = sum(p.numel() for p in model.parameters())
            print(f"{kind} of {weights:,} weights: {len(x)} samples, {its_epochs} epochs")
            optimizer = torch.optim.Adam(model.parameters(), learning_rate)
            curve = curves[f"{kind}, {len(x)} samples"] = [(0, accuracy(model, *most))]
            for epoch in range(1, its_epochs + 1):
                batches = torch.randperm(len(x)).split(BATCH)
                losses = [step(model, optimizer, x[batch], y[batch])[0] for batch in batches]
                lesson.progress(epoch, its_epochs, sum(losses) / len(losses), accuracy(model, x, y))
                curve.append((epoch * len(losses), accuracy(model, *most)))
            for part, (images, labels) in held_out.items():
                found = lesson.score(part, accuracy(model, images, labels), len(labels))
                accuracies[f"accuracy, {kind}, {len(x)} samples, {part}"] = found
    if plot:
        with lesson.picture(plot, 6) as plt:
            for name, curve in curves.items():
                color, line = "C0" if "CNN" in name else "C1", "-" if "1000" in name else ":"
                plt.plot(*zip(*curve), color=color, linestyle=line, label=name)
            axes = {"xlabel": "updates of the weights", "ylabel": "accuracy on held-out images"}
            plt.gca().set(ylim=(0, 1), **axes)
            plt.legend(loc="lower right")
    return accuracies


if __name__ == "__main__":
    lesson.run(main)
