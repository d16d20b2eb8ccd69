"""A small transformer: it predicts each token from those before it."""

import torch
from torch import nn

from experiments.transformers.params import Recipe


class Transformer(nn.Module):
    """A decoder with attention that is biased to what is near, and tied embeddings.

    It takes int64 tokens, (n, length), padded at the end, and returns the float32 logits of the
    token after each, (n, length, `tokens`).

    References
    ----------
    A. Vaswani et al., "Attention is all you need", NeurIPS 2017. The normalization comes before
    each part, as in A. Radford et al., "Language models are unsupervised multitask learners", 2019.
    The bias takes the place of positions: O. Press, N. A. Smith and M. Lewis, "Train short, test
    long: attention with linear biases enables input length extrapolation", ICLR 2022.
    """

    def __init__(self, tokens: int, recipe: Recipe) -> None:
        super().__init__()
        self.heads = recipe.heads
        self.embedding = nn.Embedding(tokens, recipe.width)
        nn.init.normal_(self.embedding.weight, std=recipe.width**-0.5)
        self.dropout = nn.Dropout(recipe.dropout)
        self.layers = nn.ModuleList(_Layer(recipe) for _ in range(recipe.layers))
        self.norm = nn.LayerNorm(recipe.width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the logits of the token after each."""
        # What is added to attention: less for what is far, and nothing of what comes after.
        slopes = 2.0 ** (-8 * torch.arange(1, self.heads + 1) / self.heads)
        distance = torch.arange(x.shape[1])[:, None] - torch.arange(x.shape[1])
        bias = (-slopes[:, None, None] * distance).masked_fill(distance < 0, -torch.inf)
        y = self.dropout(self.embedding(x) * self.embedding.embedding_dim**0.5)
        for layer in self.layers:
            y = layer(y, bias)
        return nn.functional.linear(self.norm(y), self.embedding.weight)


class _Layer(nn.Module):
    """Attention, then a perceptron that is twice as wide, each added to what went in."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        width, self.heads = recipe.width, recipe.heads
        self.norm = nn.LayerNorm(width)
        self.queries_keys_values = nn.Linear(width, 3 * width, bias=False)
        self.projection = nn.Linear(width, width, bias=False)
        self.perceptron = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.dropout = nn.Dropout(recipe.dropout)

    def forward(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        n, length, width = x.shape
        heads = self.queries_keys_values(self.norm(x)).view(n, length, 3, self.heads, -1)
        queries, keys, values = heads.permute(2, 0, 3, 1, 4)
        attended = nn.functional.scaled_dot_product_attention(queries, keys, values, attn_mask=bias)
        x = x + self.dropout(self.projection(attended.transpose(1, 2).reshape(n, length, width)))
        y: torch.Tensor = x + self.dropout(self.perceptron(x))
        return y
