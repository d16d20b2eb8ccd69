"""The model: what a token may depend on."""

from __future__ import annotations

import pytest
import torch

from experiments.transformers.transformer import Transformer


@pytest.fixture
def model() -> Transformer:
    torch.manual_seed(0)
    model = Transformer(tokens=50, width=32, layers=2, heads=4, dropout=0.5)
    model.eval()
    return model


def test_a_token_is_predicted_from_those_before_it_alone(model: Transformer) -> None:
    x = torch.randint(1, 50, (3, 12))
    changed = x.clone()
    changed[:, 8] = changed[:, 8] % 49 + 1
    with torch.no_grad():
        before, after = model(x), model(changed)
    assert torch.equal(before[:, :8], after[:, :8])
    for place in range(8, 12):
        assert not torch.equal(before[:, place], after[:, place])


def test_padding_at_the_end_changes_nothing(model: Transformer) -> None:
    x = torch.randint(1, 50, (3, 12))
    with torch.no_grad():
        padded = model(torch.cat([x, torch.zeros(3, 5, dtype=torch.long)], dim=1))
        torch.testing.assert_close(padded[:, :12], model(x))


def test_the_order_of_tokens_counts(model: Transformer) -> None:
    x = torch.tensor([[5, 6, 7, 8], [6, 5, 7, 8]])
    with torch.no_grad():
        first, second = model(x)[:, -1]
    assert not torch.allclose(first, second)


def test_it_has_as_many_parameters_as_its_parts() -> None:
    model = Transformer(tokens=50, width=32, layers=2, heads=4, dropout=0.0)
    layer = (32 + 32) + 32 * 96 + 32 * 32 + (32 + 32) + (32 * 64 + 64) + (64 * 32 + 32)
    assert sum(p.numel() for p in model.parameters()) == 50 * 32 + 2 * layer + (32 + 32)
