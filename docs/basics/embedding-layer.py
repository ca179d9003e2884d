"""Evidence for embedding-layer: look-up and one-hot product, sparse gradients, tying, and the learned geometry."""

import numpy as np
from numpy.typing import NDArray

from qa import figure

Array = NDArray[np.float64]
Ids = NDArray[np.int64]


def show_lookup() -> None:
    """The same output and the same gradient, by look-up and by one-hot product."""
    rng = np.random.default_rng(0)
    # --8<-- [start:lookup]
    vocabulary, d = 50, 8
    table = rng.standard_normal((vocabulary, d))
    ids = np.array([7, 3, 7, 41])
    one_hot = np.eye(vocabulary)[ids]  # 4 × 50

    looked_up = table[ids]  # 4 × 8
    print("same output:", np.array_equal(looked_up, one_hot @ table))

    g = rng.standard_normal(looked_up.shape)  # gradient from above
    dense = one_hot.T @ g  # 50 × 8
    scattered = np.zeros_like(table)
    np.add.at(scattered, ids, g)  # row 7 receives two
    overwritten = np.zeros_like(table)
    overwritten[ids] += g  # the bug: row 7 receives one
    print("scatter-add equals the product:", np.allclose(scattered, dense))
    print("plain += equals the product:", np.allclose(overwritten, dense))
    print("rows with a gradient:", np.count_nonzero(dense.any(axis=1)))
    # --8<-- [end:lookup]


def softmax(logits: Array) -> Array:
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def show_tying() -> None:
    """Rows of the table with a gradient when the output layer shares it."""
    rng = np.random.default_rng(0)
    table = rng.standard_normal((50, 8))
    ids, targets = np.array([7, 3, 7, 41]), np.array([3, 7, 41, 2])
    h = np.tanh(table[ids])
    error = (softmax(h @ table.T) - np.eye(50)[targets]) / len(ids)
    from_output = error.T @ h
    from_input = np.zeros_like(table)
    np.add.at(from_input, ids, error @ table * (1 - h**2))
    counts = [np.count_nonzero(g.any(axis=1)) for g in (from_input, from_output, from_input + from_output)]
    print(f"rows with a gradient: input {counts[0]}, output {counts[1]}, tied {counts[2]} of 50")


def show_adam() -> None:
    """How far a row moves in the step after its token was last seen, in units of the learning rate."""
    m = v = 0.0
    for step, g in enumerate((1.0, 0.0), 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        move = m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
        print(f"Adam, step {step}, gradient {g:.0f}: moves {move:.2f} rates")


def show_counts() -> None:
    """What a shared table saves in a window model, and what a product with one-hot vectors would cost."""
    vocabulary, d, window, hidden = 50_000, 300, 5, 1_000
    shared = vocabulary * d + window * d * hidden
    print(f"first layer on one-hot: {window * vocabulary * hidden:,} weights; with a table: {shared:,}")
    print(f"one token: product {vocabulary * d:,} multiply-adds, look-up {d} numbers read")


def contexts(n: int = 12) -> Array:
    """Row i: how often each month is mentioned with month i; nearer on the circle is likelier."""
    gap = np.abs(np.arange(n)[:, None] - np.arange(n))
    p = np.exp(-(np.minimum(gap, n - gap) ** 2) / 4.0)
    return np.asarray(p / p.sum(axis=1, keepdims=True))


# --8<-- [start:train]
def train(
    seed: int, p: Array, d: int, steps: int, rate: float = 4.0
) -> tuple[Array, Array]:
    """Predict the context of token i from row i of the table alone."""
    rng = np.random.default_rng(seed)
    table, output = 0.3 * rng.standard_normal((2, len(p), d))
    start = table.copy()
    for _ in range(steps):
        error = (softmax(table @ output.T) - p) / len(p)
        step = rate * error @ output
        output = output - rate * error.T @ table
        table = table - step
    return start, table
# --8<-- [end:train]


def circle_share(table: Array) -> float:
    """Share of tokens whose two nearest rows belong to their two neighbours on the circle."""
    n, hits = len(table), 0
    distance = np.linalg.norm(table[:, None] - table, axis=2) + 1e9 * np.eye(n)
    for i in range(n):
        hits += set(np.argsort(distance[i])[:2]) == {(i - 1) % n, (i + 1) % n}
    return hits / n


def plane(table: Array) -> Array:
    """The table in its first two principal directions, signed so that row 1 has positive coordinates."""
    centered = table - table.mean(axis=0)
    u, s, _ = np.linalg.svd(centered, full_matrices=False)
    return np.asarray(u[:, :2] * s[:2] * np.sign(u[0, :2]))


def show_geometry() -> tuple[Array, Array]:
    """Neighbours before and after training, over ten seeds; one run is drawn."""
    runs = [train(seed, contexts(), 6, 3000) for seed in range(10)]
    before, after = (np.mean([circle_share(run[k]) for run in runs]) for k in (0, 1))
    print(f"both nearest rows are the neighbors: before {before:.2f}, after {after:.2f} (10 seeds)")
    return runs[9]


def draw(start: Array, end: Array) -> None:
    """The twelve rows before and after training, joined in the order of the circle."""
    fig, axes = figure.new(1, 2, height=3.0)
    for ax, table, title in ((axes[0], start, "训练前 before"), (axes[1], end, "训练后 after")):
        xy = plane(table)
        loop = np.vstack([xy, xy[:1]])
        ax.plot(loop[:, 0], loop[:, 1], color=figure.GREY, linewidth=0.8, clip_on=False)
        ax.plot(xy[:, 0], xy[:, 1], "o", color=figure.BLUE, markersize=5, clip_on=False)
        span = np.ptp(xy, axis=0).max()
        for i, (x, y) in enumerate(xy):
            away = xy[i] - xy.mean(axis=0)
            away = away / np.linalg.norm(away) * 0.09 * span
            ax.text(x + away[0], y + away[1], str(i + 1), ha="center", va="center", fontsize=9)
        ax.set(title=title, aspect="equal", xticks=[], yticks=[])
        ax.margins(0.2)
    figure.save(fig, "embedding-layer.svg")


if __name__ == "__main__":
    show_lookup()
    show_tying()
    show_adam()
    show_counts()
    draw(*show_geometry())
