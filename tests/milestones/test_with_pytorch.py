"""The programs that need PyTorch, and what runs all: `make test-pytorch` runs these tests."""

from __future__ import annotations

import io
import json
import re
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
import torch

from milestones import OFFLINE, lesson, measure, run_all
from milestones.language import Vocabulary, generate
from milestones.vaswani_chatgpt import Transformer
from tests.conftest import ROOT
from tests.fetch.conftest import home, mirror, publish  # noqa: F401 - fixtures
from tests.fetch.published import (
    CIFAR_NAME,
    cifar_members,
    mnist_arrays,
    mnist_files,
    small_cifar10,
    small_mnist,
    tar,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fetch.conftest import Publish
    from tests.fetch.server import Mirror

PUBLISHED = json.loads((ROOT / "metrics/milestones.json").read_text("ascii"))
PROGRAMS = OFFLINE[6:]


def run(name: str, options: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [name, *options.split()])
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    lesson.run(import_module(f"milestones.{name}").main)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_few_epochs_end_with_a_table_and_a_picture(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(name, f"--epochs 1 --plot {tmp_path / 'picture.svg'}", monkeypatch)
    printed = capsys.readouterr().out
    assert re.search(r"epoch +1 of +1 \[#{20}\] loss \d\.\d{3}, accuracy ", printed)
    table = printed[printed.index("here   expected") :].splitlines()[1:-1]
    assert len(table) == len(PUBLISHED[name])
    for line, figure in zip(table, PUBLISHED[name], strict=True):
        assert re.fullmatch(rf"{figure} +[\d.]+%? +-", line)
    assert b"</svg>" in (tmp_path / "picture.svg").read_bytes()


@pytest.mark.parametrize("name", PROGRAMS[:3])
def test_another_seed_comes_near_what_is_published(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    for figure, value in import_module(f"milestones.{name}").main(seed=11).items():
        published = PUBLISHED[name][figure]
        assert abs(value - published["mean"]) <= 3 * published["sd"] + 0.03, figure


def test_word_by_word_with_a_cache_gives_the_logits_of_all_at_once() -> None:
    torch.manual_seed(0)
    model = Transformer(words=9, width=16, layers=2).eval()
    text = torch.tensor([[1, 5, 3, 8, 2, 7]])
    caches: list[Any] = [{}, {}]
    parts = [model(part, caches) for part in text.split([3, 1, 1, 1], dim=1)]
    assert torch.allclose(torch.cat(parts, dim=1), model(text), atol=1e-5)


def test_the_cache_changes_the_time_and_not_the_words() -> None:
    found = import_module("milestones.profile_kv_cache").main(epochs=1, length=300)
    assert found["accuracy, same words"] == 1.0
    assert PUBLISHED["profile_kv_cache"]["accuracy, same words"] == {"mean": 1.0, "sd": 0.0}


def test_no_word_depends_on_those_after_it() -> None:
    torch.manual_seed(0)
    model = Transformer(words=9, width=16, layers=2).eval()
    whole = model(torch.tensor([[1, 2, 3, 4, 5]]))
    other = model(torch.tensor([[1, 2, 3, 8, 8]]))
    assert torch.allclose(whole[:, :3], other[:, :3], atol=1e-6)
    assert not torch.allclose(whole[:, 3:], other[:, 3:], atol=1e-3)


def test_words_become_numbers_and_text_again() -> None:
    vocabulary = Vocabulary(["is a cat", "a dog"], r"\w+")
    assert vocabulary.words == ["<end>", "a", "cat", "dog", "is"]
    assert vocabulary.example("is a", "dog") == ([4, 1], [3, 0])
    assert vocabulary.decode([4, 1]) == ["is", "a"]
    assert vocabulary.unknown("is a bird") == ["bird"]


def test_generating_stops_at_the_end_or_at_the_greatest_length() -> None:
    class Counts(torch.nn.Module):
        """The next word is the number below."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.one_hot((x - 1).clamp(min=0), 9).float()

    assert generate(Counts(), [7, 5]) == [4, 3, 2, 1]
    assert generate(Counts(), [5], longest=2) == [4, 3]


def test_a_chat_replies_up_to_an_empty_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("who are you?\nWho is Zorro?\n\nHello!\n"))
    import_module("milestones.vaswani_chatgpt").main(epochs=60)
    printed = capsys.readouterr().out
    chat = printed[printed.index("An empty line ends this.") :].split("\n> ".lstrip("\n"))[1:]
    assert chat[0].startswith("I am ")
    assert chat[1].strip() == "I do not know the word 'Zorro'."
    assert len(chat) == 3


@pytest.mark.parametrize("name", ["vaswani_chatgpt", "vaswani_copilot", "profile_kv_cache"])
def test_a_width_that_the_heads_do_not_divide_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit) as caught:
        run(name, "--width 65", monkeypatch)
    assert str(caught.value) == "--width must be a multiple of 4, found 65"


def test_a_text_too_short_to_be_timed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit) as caught:
        run("profile_kv_cache", "--length 95", monkeypatch)
    assert str(caught.value) == "--length must be at least 96, found 95"
    assert import_module("milestones.profile_kv_cache").main(epochs=1, length=96)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("picture", "expected a name that ends in .png, .svg or .pdf"),
        ("picture.txt", "expected a name that ends in .png, .svg or .pdf"),
        ("nowhere/picture.svg", "there is no folder nowhere"),
        ("folder.svg", "folder.svg: no file can be written there"),
    ],
)
def test_a_picture_that_cannot_be_written_is_named_first(
    file: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(SystemExit) as caught:
        run("cnn_digits", f"--plot {file}", monkeypatch)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.usefixtures("home")
def test_without_cifar10_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit) as caught:
        run("lecun_cifar10", "", monkeypatch)
    assert caught.value.code == (
        "Run with --download to fetch CIFAR-10 (170 MB, 2-3 min).\n"
        "If you have cifar-10-binary.tar.gz: python -m tinydatasets fetch cifar10 --from FILE"
    )


def test_images_become_channels_from_minus_one_to_one() -> None:
    images = torch.zeros(1, 32, 32, 3, dtype=torch.uint8)
    images[0, 5, 7, 2] = 255
    prepared = import_module("milestones.lecun_cifar10").prepare(images)
    assert prepared.shape == (1, 3, 32, 32)
    assert prepared[0, 2, 5, 7] == 1.0
    assert prepared.sum() == 2 - 3 * 32 * 32


def test_cifar10_is_downloaded_and_learned(
    publish: Publish,  # noqa: F811
    mirror: Mirror,  # noqa: F811
    home: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    archive = tar(cifar_members())
    publish(small_cifar10(archive), {CIFAR_NAME: archive}, mirror)
    picture = home.parent / "picture.svg"
    run("lecun_cifar10", f"--download --epochs 1 --plot {picture}", monkeypatch)
    printed = capsys.readouterr().out
    assert "epoch 1 of 1" in printed
    # Random images: nothing can be learned but the most frequent class.
    (accuracy,) = re.findall(r"^accuracy +([\d.]+)% +-$", printed, re.M)
    assert 3 < float(accuracy) < 20
    assert picture.exists()
    (home / "cifar10/test-images.npy").write_bytes(b"")
    with pytest.raises(SystemExit) as caught:
        run("lecun_cifar10", "", monkeypatch)
    assert "is damaged" in str(caught.value.code)


@pytest.mark.usefixtures("home")
def test_mlp_mnist_takes_all_of_mnist_once_it_is_fetched(
    publish: Publish,  # noqa: F811
    mirror: Mirror,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from tinydatasets.__main__ import main  # noqa: PLC0415

    files = mnist_files(mnist_arrays())
    publish(small_mnist(files), files, mirror)
    main(["fetch", "mnist", "--download"])
    run("mlp_mnist", "--full --epochs 2", monkeypatch)
    assert re.search(r"^accuracy, 30 samples +[\d.]+% +-$", capsys.readouterr().out, re.M)


def test_all_programs_end_with_one_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_all, "OFFLINE", OFFLINE[:2])
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setattr(sys, "argv", ["run_all"])
    run_all.main()
    assert not sys.stdin.isatty()
    table = capsys.readouterr().out[-400:].split("here   expected\n")[1].splitlines()
    assert [line.split()[0] for line in table] == ["forward_pass"] * 2 + ["perceptron_trained"] * 3
    assert all("±" in line for line in table)


def test_figures_are_means_and_standard_deviations(tmp_path: Path) -> None:
    found: list[dict[str, Any]] = [{"accuracy": value} for value in (0.5, 0.6, 0.7)]
    assert measure.summarize(found) == {"accuracy": {"mean": 0.6, "sd": 0.1}}
    measure.run("forward_pass", 0, tmp_path)
    first = (tmp_path / "forward_pass.svg").read_bytes()
    measure.run("forward_pass", 0, tmp_path)
    assert (tmp_path / "forward_pass.svg").read_bytes() == first
