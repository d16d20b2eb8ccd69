"""The programs that need PyTorch, and what runs all: `make test-pytorch` runs these tests."""

import io
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch

import tinydatasets
from milestones import OFFLINE, measure, run_all
from milestones.vaswani_chatgpt import Transformer
from tests.fetch.conftest import Publish, home, mirror, publish  # noqa: F401 - fixtures
from tests.fetch.published import (
    CIFAR_NAME,
    cifar_members,
    mnist_arrays,
    mnist_files,
    small_cifar10,
    small_mnist,
    tar,
)
from tests.fetch.server import Mirror
from tests.milestones.test_programs import PUBLISHED, check_another_seed, run

PROGRAMS = OFFLINE[6:]


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
    check_another_seed(name)


def test_word_by_word_with_a_cache_gives_the_logits_of_all_at_once() -> None:
    torch.manual_seed(0)
    model = Transformer(words=9, width=16, layers=2).eval()
    text = torch.tensor([[1, 5, 3, 8, 2, 7]])
    caches: list[Any] = [{}, {}]
    parts = [model(part, caches) for part in text.split([3, 1, 1, 1], dim=1)]
    assert torch.allclose(torch.cat(parts, dim=1), model(text), atol=1e-5)


def test_a_chat_replies_up_to_an_empty_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("who are you?\nWho is Zorro?\n\nHello!\n"))
    import_module("milestones.vaswani_chatgpt").main(epochs=60)
    printed = capsys.readouterr().out
    talks = tinydatasets.load_text("tinytalks")
    answer_of = {pair.question: pair.answer for pair in talks.val + talks.test}
    answered = re.findall(r"^  (.*) - (.*)$", printed, re.M)
    # Two of them are about the same two people.
    assert len(answered) == 8
    assert "WRONG" in printed  # too few epochs
    for question, said in answered:
        answer = answer_of[question]
        assert said == answer or said.endswith(f" WRONG: {answer}")
    # Where it looked, for each of the two.
    columns = [*zip(*re.findall(r"^  \S.{11} +(\d+) +(\d+)$", printed, re.M))]
    assert [sum(map(int, column)) for column in columns] == [pytest.approx(100, abs=7)] * 2
    chat = printed[printed.index("An empty line ends this.") :].split("\n> ".lstrip("\n"))[1:]
    assert chat[0].startswith("I am ")
    assert chat[1].strip() == "I do not know the word 'Zorro'."
    assert len(chat) == 3


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("vaswani_copilot", "--width 65", "--width must be a multiple of 4, found 65"),
        ("profile_kv_cache", "--length 95", "--length must be at least 96, found 95"),
    ],
)
def test_an_option_that_does_not_fit_the_model_is_named(
    name: str, options: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit, match=f"^{message}$"):
        run(name, options, monkeypatch)


def test_cifar10_is_downloaded_and_learned(
    publish: Publish,  # noqa: F811
    mirror: Mirror,  # noqa: F811
    home: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match=r"^Run with --download to fetch CIFAR-10"):
        run("lecun_cifar10", "", monkeypatch)
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
    with pytest.raises(SystemExit, match="is damaged"):
        run("lecun_cifar10", "", monkeypatch)


@pytest.mark.usefixtures("home")
def test_mlp_mnist_takes_all_of_mnist_once_it_is_fetched(
    publish: Publish,  # noqa: F811
    mirror: Mirror,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from tinydatasets.__main__ import main  # noqa: PLC0415

    with pytest.raises(SystemExit, match="`tinydatasets fetch mnist --download` fetches it"):
        run("mlp_mnist", "--full", monkeypatch)
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
    table = capsys.readouterr().out.split("here   expected\n")[1].splitlines()
    assert [line.split()[0] for line in table] == ["forward_pass"] * 2 + ["perceptron_trained"] * 3
    assert all("±" in line for line in table)


def test_figures_are_means_and_standard_deviations(tmp_path: Path) -> None:
    runs = [{"accuracy": value} for value in (0.5, 0.6, 0.7)]
    assert measure.summarize(runs) == {"accuracy": {"mean": 0.6, "sd": 0.1, "seeds": 3}}
    measure.run("forward_pass", 0, tmp_path)
    first = (tmp_path / "forward_pass.svg").read_bytes()
    measure.run("forward_pass", 0, tmp_path)
    assert (tmp_path / "forward_pass.svg").read_bytes() == first
