"""Evidence for svm-vs-deep-learning: a fixed kernel against learned features, two losses, and what grows with n."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.svm import SVC

from qa import figure

Array = np.ndarray
SIZES, SEEDS, UNITS = (100, 300, 1000), range(3), 32


# --8<-- [start:slopes]
def hinge_slope(margin: Array) -> Array:
    """Derivative of max(0, 1 - m): zero once m exceeds 1."""
    return -(margin < 1).astype(float)


def logistic_slope(margin: Array) -> Array:
    """Derivative of log(1 + exp(-m)): never quite zero."""
    return -0.5 * (1 - np.tanh(margin / 2))


# --8<-- [end:slopes]
SLOPES = {"hinge": hinge_slope, "logistic": logistic_slope}


class Network:
    """One hidden layer of ReLU units and one output; either loss; Adam on batches of 64."""

    def __init__(self, inputs: int, rng: np.random.Generator) -> None:
        w = rng.standard_normal((inputs, UNITS)) * np.sqrt(2 / inputs)
        self.p = [w, np.zeros(UNITS), rng.standard_normal(UNITS) / np.sqrt(UNITS), np.zeros(1)]

    def forward(self, x: Array) -> tuple[Array, Array]:
        h = np.maximum(x @ self.p[0] + self.p[1], 0)
        return h, h @ self.p[2] + self.p[3]

    def gradients(self, x: Array, y: Array, loss: str) -> list[Array]:
        h, out = self.forward(x)
        e = y * SLOPES[loss](y * out) / len(y)
        back = np.outer(e, self.p[2]) * (h > 0)
        return [x.T @ back, back.sum(axis=0), h.T @ e, e.sum(keepdims=True)]

    def fit(self, x: Array, y: Array, loss: str, rng: np.random.Generator, steps: int = 400) -> None:
        """AdamW: the rate falls linearly to zero, the weights decay."""
        m, v = [np.zeros_like(p) for p in self.p], [np.zeros_like(p) for p in self.p]
        for t in range(steps):
            pick, rate = rng.integers(0, len(x), 64), 0.02 * (1 - t / steps)
            for i, g in enumerate(self.gradients(x[pick], y[pick], loss)):
                m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.99 * v[i] + 0.01 * g**2
                self.p[i] = (1 - 0.1 * rate) * self.p[i] - rate * m[i] / (np.sqrt(v[i]) + 1e-8)


def band(n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """30 normal inputs; the class says whether their projection on one direction is small in size."""
    x = rng.standard_normal((n, 30))
    return x, np.where(np.abs(x.sum(axis=1)) < 0.6745 * np.sqrt(30), 1.0, -1.0)


def digits(n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Handwritten digits, even against odd."""
    data, labels = load_digits(return_X_y=True)
    pick = rng.permutation(len(data))[:n]
    return (data[pick] - data.mean()) / data.std(), np.where(labels[pick] % 2 == 0, 1.0, -1.0)


def best_svm(x: Array, y: Array, held: Array, truth: Array) -> SVC:
    """The one of four settings with the lowest error on held-out examples."""
    scale = x.shape[1] * x.var()
    grid = [SVC(C=c, gamma=width / scale) for c in (10, 100) for width in (0.3, 1.0)]
    return max(grid, key=lambda svm: svm.fit(x, y).score(held, truth))


def trial(task: str, n: int, seed: int) -> tuple[float, ...]:
    """Test errors of the SVM and of the network with either loss, and the number of support vectors."""
    rng = np.random.default_rng(seed)
    x, y = band(n + 1000, rng) if task == "band" else digits(n + 1000, rng)
    train, held, test = slice(n), slice(n, n + 300), slice(n + 300, None)
    svm = best_svm(x[train], y[train], x[held], y[held])
    errors = [1 - svm.score(x[test], y[test])]
    for loss in SLOPES:
        own = np.random.default_rng(seed + 100)
        net = Network(x.shape[1], own)
        net.fit(x[train], y[train], loss, own)
        errors.append(float((net.forward(x[test])[1] * y[test] <= 0).mean()))
    return *errors, int(svm.n_support_.sum())


def show(task: str, sizes: tuple[int, ...]) -> Array:
    rows = []
    for n in sizes:
        svm, hinge, logistic, support = np.median([trial(task, n, s) for s in SEEDS], axis=0)
        print(f"{task:6} n {n:4}  SVM {svm:.2f} ({support:.0f} sv)  net: hinge {hinge:.2f}  logistic {logistic:.2f}")
        rows.append((svm, hinge, logistic))
    return np.array(rows)


def show_cost() -> None:
    for n in (10_000, 1_000_000):
        print(f"kernel matrix for n = {n:,}: {n * n * 8 / 1e9:,.1f} GB")


def draw(rows: Array) -> None:
    fig, (left, right) = figure.new(1, 2, height=2.9)
    m = np.linspace(-2, 3, 101)
    left.plot(m, np.maximum(0, 1 - m), color=figure.RED, label="hinge")
    left.plot(m, np.log1p(np.exp(-m)), color=figure.BLUE, label="logistic")
    left.plot([-2, 0, 0, 3], [1, 1, 0, 0], color=figure.GREY, label="0–1", linewidth=1.2)
    left.set(title="损失 loss", xlabel="m = y f(x)")
    left.legend(fontsize=9)
    for column, (name, color, style) in enumerate(
        (("SVM, RBF", figure.ORANGE, "-"), ("网络 net, hinge", figure.RED, "-"), ("网络 net, logistic", figure.BLUE, "--"))
    ):
        right.plot(SIZES, rows[:, column], style, color=color, marker="o", markersize=4, label=name)
    right.set(title="测试错误率 test error", xlabel="n", xscale="log", ylim=(0, 0.55))
    right.set_xticks(SIZES, [str(n) for n in SIZES])
    right.set_xticks([], minor=True)
    right.legend(fontsize=9, loc="lower left")
    figure.save(fig, "svm-vs-deep-learning.svg")


if __name__ == "__main__":
    show("digits", SIZES[:2])
    rows = show("band", SIZES)
    show_cost()
    draw(rows)
