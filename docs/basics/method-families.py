"""Evidence for method-families: what each layer assumes, tested by symmetry, and what it costs; the map of families."""

import numpy as np

from qa import figure

Array = np.ndarray
N, D = 12, 6  # positions, channels
RNG = np.random.default_rng(0)
A, B, C, W = (RNG.normal(0, D**-0.5, (D, D)) for _ in range(4))
FULL = RNG.normal(0, (N * D) ** -0.5, (N * D, N * D))


# --8<-- [start:layers]
def dense(x: Array) -> Array:
    return np.tanh(x.reshape(-1) @ FULL).reshape(N, D)


def convolution(x: Array) -> Array:  # kernel 3 on a ring
    return np.tanh(np.roll(x, 1, 0) @ A + x @ B + np.roll(x, -1, 0) @ C)


def recurrent(x: Array) -> Array:
    states = [np.zeros(D)]
    for row in x:
        states.append(np.tanh(row @ A + states[-1] @ B))
    return np.array(states[1:])


def attention(x: Array) -> Array:  # without positions
    weights = np.exp((x @ A) @ (x @ B).T / D**0.5)
    return weights / weights.sum(1, keepdims=True) @ (x @ C)


def graph(x: Array, links: Array) -> Array:  # sum over neighbors
    return np.tanh(x @ A + links @ x @ B)
# --8<-- [end:layers]


def ring() -> Array:
    links = np.roll(np.eye(N), 1, 0) + np.roll(np.eye(N), -1, 0)
    links[3, 8] = links[8, 3] = 1  # one chord, so that the graph is no plain ring
    return links


def bump(row: int) -> Array:
    """A change of one row."""
    return np.eye(N)[:, [row]] * np.ones(D)


def properties(name: str) -> list[bool]:
    """Shift and permutation equivariance, independence of later positions, and reach from row 0 to row 6."""
    links = ring()

    def layer(x: Array, order: Array) -> Array:
        return graph(x, links[np.ix_(order, order)]) if name == "graph" else globals()[name](x)

    x, same = np.random.default_rng(1).normal(size=(N, D)), np.arange(N)
    shift, mixed = np.roll(same, 1), np.random.default_rng(2).permutation(N)
    y = layer(x, same)
    last, first = (np.abs(layer(x + bump(row), same) - y).max(1) > 1e-9 for row in (N - 1, 0))
    equal = [np.allclose(layer(x[order], order), y[order]) for order in (shift, mixed)]
    return [*equal, not last[:-1].any(), bool(first[6])]


COSTS = (  # weights, multiplications and steps in sequence for n positions of d channels; kernel 3, four links a node
    ("dense", lambda n, d: (n * n * d * d, n * n * d * d, 1)),
    ("convolution", lambda n, d: (3 * d * d, 3 * n * d * d, 1)),
    ("recurrent", lambda n, d: (2 * d * d, 2 * n * d * d, n)),
    ("attention", lambda n, d: (3 * d * d, 3 * n * d * d + 2 * n * n * d, 1)),
    ("graph", lambda n, d: (2 * d * d, 2 * n * d * d + 4 * n * d, 1)),
)

COLUMNS = ("MLP", "CNN", "RNN", "transformer", "GNN")
ROWS = ("supervised\n监督", "autoencoding\n自编码", "autoregressive\n自回归", "adversarial\n对抗", "diffusion\n扩散")
CELLS = (
    ("tables 表格", "ResNet", "CTC speech", "ViT", "GCN"),
    ("VAE", "conv AE", "seq2seq AE", "BERT, MAE", "–"),
    ("–", "WaveNet", "LSTM-LM", "GPT", "–"),
    ("GAN, 2014", "DCGAN", "–", "–", "–"),
    ("–", "DDPM", "–", "DiT", "molecules"),
)


def draw() -> None:
    fig, ax = figure.blank(height=3.6, width_units=12.6, height_units=6.2)
    for j, column in enumerate(COLUMNS):
        ax.text(3.3 + 2.0 * j, 5.75, column, ha="center", va="center", weight="bold")
    for i, (row, cells) in enumerate(zip(ROWS, CELLS, strict=True)):
        y = 4.45 - 1.07 * i
        ax.text(1.0, y + 0.45, row, ha="center", va="center", fontsize=9, linespacing=1.3)
        color = figure.PALETTE[i]
        for j, cell in enumerate(cells):
            figure.box(ax, 2.37 + 2.0 * j, y, 1.86, 0.9, cell, "black" if cell == "–" else color, fontsize=9)
    figure.save(fig, "method-families.svg")


if __name__ == "__main__":
    print("layer          shift  permute  causal  far   weights  products  steps")
    for name, cost in COSTS:
        flags = ["yes" if flag else "no" for flag in properties(name)]
        w, products, steps = cost(1024, 512)
        row = f"{name:15}{flags[0]:7}{flags[1]:9}{flags[2]:8}{flags[3]:5}"
        print(f"{row}{w:8.0e}{products:10.0e}{steps:7}")
    draw()
