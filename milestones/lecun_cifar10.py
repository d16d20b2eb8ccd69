"""1998 to 2009, the convolutional network sees the world: CIFAR-10, photographs in colour.

After digits, networks turned to photographs of things, which differ far more within a class. Alex
Krizhevsky, Vinod Nair and Geoffrey Hinton had students label 60,000 small ones, and published them
in 2009. In 2012 Krizhevsky's convolutional network won the ImageNet challenge by far.

A. Krizhevsky, "Learning multiple layers of features from tiny images", University of Toronto, 2009.
The network is like that of Y. LeCun et al. (1998). Run: python -m milestones.lecun_cifar10
"""

from __future__ import annotations

import sys
from pathlib import Path

import tinydatasets
from milestones import lesson
from milestones.cnn_digits import make_cnn, step
from milestones.pytorch import torch
from tinydatasets.__main__ import main as command

MISSING = """\
Run with --download to fetch CIFAR-10 (170 MB, 2-3 min).
If you have cifar-10-binary.tar.gz: python -m tinydatasets fetch cifar10 --from FILE"""


def prepare(images: torch.Tensor) -> torch.Tensor:
    """Turn bytes of shape (n, 32, 32, 3) into numbers in [-1, 1] of shape (n, 3, 32, 32)."""
    return images.permute(0, 3, 1, 2).float() / 127.5 - 1


def main(
    *,
    epochs: int = 5,
    learning_rate: float = 0.001,
    seed: int = 0,
    download: bool = False,
    plot: Path | None = None,
) -> dict[str, float]:
    """Train on the 50,000 images, half of which are mirrored anew in each epoch."""
    if download:
        command(["fetch", "cifar10", "--download"])
    try:
        data = tinydatasets.load("cifar10")
    except ValueError as error:
        sys.exit(str(error) if isinstance(error, tinydatasets.FormatError) else MISSING)
    (x, y), (x_test, y_test) = (map(torch.from_numpy, split) for split in data)
    torch.manual_seed(seed)
    model = make_cnn(32, 3, 32, 64, 64)  # red, green and blue; then three layers of patterns
    optimizer = torch.optim.Adam(model.parameters(), learning_rate)
    for epoch in range(1, epochs + 1):
        loss_sum, right = 0.0, 0
        for batch in torch.randperm(len(x)).split(64):
            images = prepare(x[batch])
            # A mirrored cat is a cat: mirroring half of each batch makes the data richer.
            images[::2] = images[::2].flip(3)
            loss, logits = step(model, optimizer, images, y[batch])
            loss_sum += loss * len(batch)
            right += int((logits.argmax(dim=1) == y[batch]).sum())
        lesson.progress(epoch, epochs, loss_sum / len(x), right / len(x), enough=0.5)
    with torch.no_grad():
        predicted = torch.cat([model(prepare(part)).argmax(dim=1) for part in x_test.split(500)])
    if plot:
        with lesson.picture(plot, 8, 3.5) as plt:
            for row in range(min(20, len(x_test))):
                plt.subplot(2, 10, row + 1, xticks=[], yticks=[])
                plt.imshow(x_test[row].numpy())
                plt.title(data.classes[predicted[row]], fontsize=7)
    return {"accuracy": float((predicted == y_test).float().mean())}


if __name__ == "__main__":
    lesson.run(main)
