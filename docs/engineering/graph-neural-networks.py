"""Evidence for graph-neural-networks: a GCN layer, equivariance, over-smoothing, and two graphs that look the same."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from qa import figure

Array = np.ndarray
CLASSES, PER_CLASS, FEATURES = 4, 75, 16


# --8<-- [start:gcn]
def normalized(adjacency: Array) -> Array:
    """D̃^(−1/2) (A + I) D̃^(−1/2): self-loops, symmetric normalization."""
    a = adjacency + np.eye(len(adjacency))
    scale = 1 / np.sqrt(a.sum(axis=1))
    return scale[:, None] * a * scale[None, :]


def gcn_layer(a_hat: Array, h: Array, w: Array) -> Array:
    """One layer: mix the neighbors' features, transform them, ReLU."""
    return np.maximum(a_hat @ h @ w, 0)
# --8<-- [end:gcn]


def equivariance_gap(n: int = 12) -> tuple[float, float]:
    """|GCN(renumbered) − renumbered GCN| for the nodes, and the same for their sum (which should not change at all)."""
    rng = np.random.default_rng(0)
    upper = np.triu(rng.random((n, n)) < 0.3, 1)
    a, x, w = (upper | upper.T).astype(float), rng.standard_normal((n, 5)), rng.standard_normal((5, 3))
    order = rng.permutation(n)
    before, after = gcn_layer(normalized(a), x, w), gcn_layer(normalized(a[order][:, order]), x[order], w)
    return float(np.abs(after - before[order]).max()), float(np.abs(after.sum(0) - before.sum(0)).max())


def communities(seed: int) -> tuple[Array, Array, Array]:
    """A stochastic block model with four classes and features that are mostly noise: Â, X, y."""
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(CLASSES), PER_CLASS)
    chance = np.where(y[:, None] == y[None, :], 0.06, 0.01)
    upper = np.triu(rng.random(chance.shape) < chance, 1)
    centers = rng.standard_normal((CLASSES, FEATURES))
    return normalized((upper | upper.T).astype(float)), 0.5 * centers[y] + rng.standard_normal((len(y), FEATURES)), y


def propagate(a_hat: Array, x: Array, depth: int, teleport: float) -> Array:
    """`depth` rounds of neighborhood averaging; a share `teleport` of the input is mixed in again in each."""
    h = x
    for _ in range(depth):
        h = (1 - teleport) * a_hat @ h + teleport * x
    return h


def likeness(h: Array, y: Array) -> float:
    """Mean |cosine| between nodes of different classes: 1 when all point the same way."""
    u = h / np.linalg.norm(h, axis=1, keepdims=True)
    return float(np.abs(u @ u.T)[y[:, None] != y[None, :]].mean())


def accuracy(h: Array, y: Array, seed: int, rescale: bool = False) -> float:
    """Test accuracy of logistic regression on unit-length rows, 5 labels per class; `rescale` standardizes the columns."""
    rng = np.random.default_rng(seed)
    train = np.concatenate([rng.choice(np.flatnonzero(y == c), 5, replace=False) for c in range(CLASSES)])
    rest = np.setdiff1d(np.arange(len(y)), train)
    u = h / np.linalg.norm(h, axis=1, keepdims=True)
    if rescale:
        u = (u - u.mean(axis=0)) / u.std(axis=0)
    return float(LogisticRegression(C=10, max_iter=500).fit(u[train], y[train]).score(u[rest], y[rest]))


def depth_study(depths: tuple[int, ...], teleport: float, rescale: bool = False, seeds: int = 10) -> list[tuple[float, float]]:
    """(accuracy, likeness) at each depth, averaged over graphs."""
    graphs = [communities(seed) for seed in range(seeds)]
    rows = []
    for depth in depths:
        hidden = [propagate(a, x, depth, teleport) for a, x, _ in graphs]
        rows.append((
            float(np.mean([accuracy(h, y, s, rescale) for s, (h, (_, _, y)) in enumerate(zip(hidden, graphs, strict=True))])),
            float(np.mean([likeness(h, y) for h, (_, _, y) in zip(hidden, graphs, strict=True)])),
        ))
    return rows


def ring(n: int) -> Array:
    return np.roll(np.eye(n), 1, axis=0) + np.roll(np.eye(n), -1, axis=0)


def two_triangles() -> Array:
    return np.kron(np.eye(2), ring(3))


# --8<-- [start:gin]
def gin_embedding(
    a: Array, x: Array, layers: int = 4, width: int = 16
) -> Array:
    """Random-weight GIN: sum over neighbors, MLP; sum over nodes at the end."""
    rng, h = np.random.default_rng(7), x
    for _ in range(layers):
        w1 = rng.standard_normal((h.shape[1], width))
        w2 = rng.standard_normal((width, width))
        h = np.maximum((h + a @ h) @ w1, 0) @ w2 / width
    return h.sum(axis=0)
# --8<-- [end:gin]


def difference(x: Array, width: int = 16) -> float:
    """Relative distance of the two graphs' embeddings when their nodes carry the features x."""
    one, two = (gin_embedding(a, x, width=width) for a in (ring(6), two_triangles()))
    return float(np.linalg.norm(one - two) / np.linalg.norm(one))


def triangles(a: Array) -> int:
    return round(float(np.trace(a @ a @ a)) / 6)


Curve = list[tuple[float, float]]


def draw(depths: tuple[int, ...], plain: Curve, mixed: Curve, rescaled: Curve) -> None:
    fig, (left, right) = figure.new(1, 2, height=2.9, width_ratios=[1.35, 1])
    left.plot(depths, [r[0] for r in plain], marker="o", color=figure.RED, label="ÂᵏX")
    left.plot(depths, [r[0] for r in mixed], marker="s", color=figure.BLUE, label="0.8 ÂH + 0.2 X")
    left.plot(depths, [r[0] for r in rescaled], marker="^", color=figure.GREEN, label="(ÂᵏX − μ) / σ")
    left.axhline(1 / CLASSES, color=figure.GREY, linestyle=":", lw=1.2)
    left.set(xscale="symlog", xlim=(-0.1, 80), ylim=(0.2, 1.0), xlabel="传播次数 rounds k", ylabel="测试准确率 test accuracy")
    left.set_xticks(depths, [str(d) for d in depths])
    left.minorticks_off()
    left.legend(loc=(0.1, 0.11))
    shapes(right)
    figure.save(fig, "graph-neural-networks.svg")


def shapes(ax: figure.Axes) -> None:
    """A hexagon and two triangles, all six nodes of degree two."""
    turn = np.pi / 2 + 2 * np.pi * np.arange(6) / 6
    hexagon = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    turn3 = np.pi / 2 + 2 * np.pi * np.arange(3) / 3
    triangle = 0.75 * np.stack([np.cos(turn3), np.sin(turn3)], axis=1)
    for points in (hexagon, triangle + np.array([2.9, 0.75]), triangle + np.array([2.9, -0.75])):
        closed = np.concatenate([points, points[:1]])
        ax.plot(*closed.T, color=figure.GREY, lw=1.4)
        ax.plot(*points.T, "o", color=figure.PURPLE, markersize=8)
    ax.text(1.75, 0, "=?", ha="center", va="center", fontsize=12)
    ax.set(xlim=(-1.3, 3.9), ylim=(-1.6, 1.8), aspect="equal")
    ax.axis("off")


if __name__ == "__main__":
    nodes, total = equivariance_gap()
    print(f"nodes renumbered: outputs follow {nodes < 1e-12}, their sum stays {total < 1e-12} (1e-12)")
    depths = (0, 1, 2, 4, 8, 16, 32, 64)
    plain, mixed = depth_study(depths, 0.0), depth_study(depths, 0.2)
    rescaled = depth_study(depths, 0.0, rescale=True)
    print("rounds             " + "".join(f"{d:6}" for d in depths))
    for name, rows in (("plain", plain), ("with input", mixed)):
        print(f"{name:10} accuracy" + "".join(f"{r[0]:6.2f}" for r in rows))
        print(f"{name:10} likeness" + "".join(f"{r[1]:6.2f}" for r in rows))
    print("rescaled   accuracy" + "".join(f"{r[0]:6.2f}" for r in rescaled))
    print(f"triangles: hexagon {triangles(ring(6))}, two triangles {triangles(two_triangles())}")
    same, random = np.ones((6, 1)), np.random.default_rng(5).standard_normal((6, 1))
    widths = ", ".join(f"{difference(same, width):.2f}" for width in (4, 16, 256))
    print(f"equal node features: relative difference at widths 4, 16, 256: {widths}")
    print(f"a random number on each node: above 0.1: {difference(random) > 0.1}")
    draw(depths, plain, mixed, rescaled)
