"""Evidence for curse-of-dimensionality: distances concentrate, volume runs away, and structure decides who suffers."""

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.neighbors import KNeighborsRegressor

from qa import figure

Array = np.ndarray
DIMENSIONS, COUNTS, SEEDS, UNITS = (2, 8, 32), (1, 500), range(3), 32


# --8<-- [start:contrast]
def contrast(x: Array) -> float:
    """Median over 50 queries of (farthest - nearest) / nearest."""
    gap = cdist(x[:50], x[50:])
    near, far = gap.min(axis=1), gap.max(axis=1)
    return float(np.median((far - near) / near))


def surface(n: int, ambient: int, rng: np.random.Generator) -> Array:
    """Points of a curved surface: 2 coordinates, bent into many."""
    w = rng.standard_normal((2, ambient))
    phase = rng.uniform(0, 2 * np.pi, ambient)
    return np.cos(rng.uniform(size=(n, 2)) @ w + phase)


# --8<-- [end:contrast]


def show_distances() -> dict[int, Array]:
    """Spread and contrast of 1,000 points, filling the cube or lying on a surface; return distances over their mean."""
    found = {}
    for d in (2, 10, 100, 1000):
        rng = np.random.default_rng(0)
        x, bent = rng.uniform(size=(1050, d)), surface(1050, d, rng)
        gaps = np.linalg.norm(x[:525] - x[525:], axis=1)
        found[d] = gaps / gaps.mean()
        spread = f"spread {found[d].std():.2f} theory {np.sqrt(7 / 20 / d):.2f}"
        surfaced = f"  surface {contrast(bent):.0f}" if d > 2 else ""
        print(f"d {d:4}  {spread}  contrast: cube {contrast(x):4.1f}{surfaced}")
    return found


def show_volume() -> None:
    """Edge of the cube that holds a tenth of the data, and the price of halving the error at smoothness 2."""
    for d in (2, 10, 100):
        print(f"d {d:3}  edge {0.1 ** (1 / d):.2f}  data to halve the error × {2 ** ((4 + d) / 4):.2g}")


# --8<-- [start:field]
def waves(x: Array, count: int, rng: np.random.Generator) -> Array:
    """Sum of `count` equally fast waves in random directions."""
    w = rng.standard_normal((x.shape[1], count))
    w *= 1.5 / np.linalg.norm(w, axis=0)
    phase = rng.uniform(0, 2 * np.pi, count)
    return np.sqrt(2 / count) * np.cos(x @ w + phase).sum(axis=1)


# --8<-- [end:field]


class Networks:
    """One hidden layer of 32 ReLU units, one network per target; squared loss, Adam on batches of 50."""

    def __init__(self, shape: tuple[int, int], rng: np.random.Generator) -> None:
        count, inputs = shape
        w = rng.standard_normal((count, inputs, UNITS)) * np.sqrt(2 / inputs)
        v = rng.standard_normal((count, UNITS, 1)) / np.sqrt(UNITS)
        self.p = [w, np.zeros((count, 1, UNITS)), v, np.zeros((count, 1, 1))]

    def forward(self, x: Array) -> tuple[Array, Array]:
        h = np.maximum(x @ self.p[0] + self.p[1], 0)
        return h, h @ self.p[2] + self.p[3]

    def gradients(self, x: Array, y: Array) -> list[Array]:
        h, out = self.forward(x)
        e = (out - y) / y.shape[1]
        back = (e @ self.p[2].mT) * (h > 0)
        return [x.mT @ back, back.sum(axis=1, keepdims=True), h.mT @ e, e.sum(axis=1, keepdims=True)]

    def fit(self, x: Array, y: Array, rng: np.random.Generator, steps: int = 2500) -> None:
        """The rate falls linearly to zero."""
        m, v = [np.zeros_like(p) for p in self.p], [np.zeros_like(p) for p in self.p]
        for t in range(steps):
            pick = rng.integers(0, x.shape[1], 50)
            for i, g in enumerate(self.gradients(x[:, pick], y[:, pick])):
                m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.99 * v[i] + 0.01 * g**2
                self.p[i] = self.p[i] - 0.02 * (1 - t / steps) * m[i] / (np.sqrt(v[i]) + 1e-8)


def errors(d: int, n: int = 1000) -> Array:
    """Test errors of 5 nearest neighbors and of the network, a row per target; predicting the mean gives 1."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2 * len(SEEDS), 2 * n, d))
    y = np.array([waves(one, count, rng) for one, count in zip(x, np.repeat(COUNTS, len(SEEDS)), strict=True)])
    networks = Networks((len(x), d), rng)
    networks.fit(x[:, :n], y[:, :n, None], rng)
    near = [KNeighborsRegressor(5).fit(a[:n], b[:n]).predict(a[n:]) for a, b in zip(x, y, strict=True)]
    guesses = np.stack([np.array(near), networks.forward(x[:, n:])[1][..., 0]])
    return (((guesses - y[:, n:]) ** 2).mean(axis=2) / y[:, n:].var(axis=1)).T


def show_learning() -> dict[int, Array]:
    """Medians over the seeds for one wave and for 500: rows are dimensions, columns neighbors and network."""
    every = np.array([np.median(errors(d).reshape(2, len(SEEDS), 2), axis=1) for d in DIMENSIONS])
    found = {count: every[:, i] for i, count in enumerate(COUNTS)}
    for count, rows in found.items():
        for d, (near, net) in zip(DIMENSIONS, rows, strict=True):
            print(f"waves {count:3}  d {d:2}  neighbors {near:.1f}  network {net:.1f}")
    return found


def draw(distances: dict[int, Array], learned: dict[int, Array]) -> None:
    """Left: distances over their mean. Right: test errors against the dimension."""
    fig, (left, right) = figure.new(1, 2, height=3.0)
    for (d, gaps), color in zip(distances.items(), figure.PALETTE, strict=False):
        left.hist(gaps, bins=np.linspace(0, 2.4, 49), histtype="step", density=True, color=color, linewidth=1.5)
        left.plot([], [], color=color, label=f"d = {d}")
    left.set(title="距离 ÷ 平均 distance ÷ mean", xlim=(0, 2.4), yticks=[])
    left.legend(fontsize=9)
    for count, style in ((1, "-"), (500, "--")):
        for column, color in enumerate((figure.RED, figure.BLUE)):
            right.plot(DIMENSIONS, learned[count][:, column], style, color=color, marker="o", markersize=4)
    for name, color, style in (
        ("近邻 k-NN", figure.RED, "-"),
        ("网络 network", figure.BLUE, "-"),
        ("1 个波 wave", figure.GREY, "-"),
        ("500 个波 waves", figure.GREY, "--"),
    ):
        right.plot([], [], style, color=color, label=name)
    right.set(title="测试误差 test error", xlabel="d", xscale="log", xticks=DIMENSIONS, ylim=(0, 1.75))
    right.set_xticks(DIMENSIONS, [str(d) for d in DIMENSIONS])
    right.set_xticks([], minor=True)
    right.legend(fontsize=9, ncols=2, loc="upper left")
    figure.save(fig, "curse-of-dimensionality.svg")


if __name__ == "__main__":
    distances = show_distances()
    show_volume()
    draw(distances, show_learning())
