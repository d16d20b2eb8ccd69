"""A small transformer: it predicts each token from those before it."""

from __future__ import annotations

import torch
from torch import nn


class Transformer(nn.Module):
    """A decoder with attention that is biased to what is near, and tied embeddings.

    Parameters
    ----------
    tokens : int
        How many tokens there are; padding stands at the end, where nothing attends to it.
    width : int
        Numbers that stand for a token; a multiple of `heads`.
    layers, heads : int
        How many layers, and heads of each.
    dropout : float
        The fraction of numbers that training drops.

    References
    ----------
    A. Vaswani et al., "Attention is all you need", NeurIPS 2017. The normalization comes before
    each part, as in A. Radford et al., "Language models are unsupervised multitask learners", 2019.
    The bias takes the place of positions: O. Press, N. A. Smith and M. Lewis, "Train short, test
    long: attention with linear biases enables input length extrapolation", ICLR 2022.

    Examples
    --------
    >>> model = Transformer(tokens=100, width=32, layers=2, heads=4, dropout=0.0)
    >>> model(torch.zeros(5, 7, dtype=torch.long)).shape
    torch.Size([5, 7, 100])
    """

    def __init__(self, tokens: int, width: int, layers: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.embedding = nn.Embedding(tokens, width)
        nn.init.normal_(self.embedding.weight, std=width**-0.5)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(_Layer(width, heads, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give the logits of the token after each.

        Parameters
        ----------
        x : Tensor of shape (n, length), dtype int64
            Tokens.

        Returns
        -------
        Tensor of shape (n, length, tokens), dtype float32
        """
        bias = _bias(self.heads, x.shape[1])
        y = self.dropout(self.embedding(x) * self.embedding.embedding_dim**0.5)
        for layer in self.layers:
            y = layer(y, bias)
        return nn.functional.linear(self.norm(y), self.embedding.weight)


class _Layer(nn.Module):
    """Attention, then a perceptron that is twice as wide, each added to what went in."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.queries_keys_values = nn.Linear(width, 3 * width, bias=False)
        self.projection = nn.Linear(width, width, bias=False)
        self.perceptron = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        n, length, width = x.shape
        heads = self.queries_keys_values(self.norm(x)).view(n, length, 3, self.heads, -1)
        queries, keys, values = heads.permute(2, 0, 3, 1, 4)
        attended = nn.functional.scaled_dot_product_attention(queries, keys, values, attn_mask=bias)
        x = x + self.dropout(self.projection(attended.transpose(1, 2).reshape(n, length, width)))
        y: torch.Tensor = x + self.dropout(self.perceptron(x))
        return y


def _bias(heads: int, length: int) -> torch.Tensor:
    """Give what is added to attention: less for what is far, and nothing of what comes after."""
    slopes = 2.0 ** (-8 * torch.arange(1, heads + 1) / heads)
    distance = torch.arange(length)[:, None] - torch.arange(length)
    return (-slopes[:, None, None] * distance).masked_fill(distance < 0, -torch.inf)
