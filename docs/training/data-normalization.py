"""Evidence for data-normalization: condition numbers and training on the wine data, outliers, fitting on the wrong rows."""

from collections.abc import Callable

import numpy as np
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from qa import figure

Array = np.ndarray
Fit = Callable[[Array], tuple[Array, Array]]  # training data → what to subtract, what to divide by


# --8<-- [start:scalers]
def raw(x: Array) -> tuple[Array, Array]:
    return np.zeros(x.shape[1]), np.ones(x.shape[1])


def standard(x: Array) -> tuple[Array, Array]:
    return x.mean(axis=0), x.std(axis=0)


def min_max(x: Array) -> tuple[Array, Array]:
    return x.min(axis=0), x.max(axis=0) - x.min(axis=0)


def robust(x: Array) -> tuple[Array, Array]:
    low, middle, high = np.quantile(x, (0.25, 0.5, 0.75), axis=0)
    return middle, high - low


def apply(x: Array, fitted: tuple[Array, Array]) -> Array:
    shift, scale = fitted
    return (x - shift) / scale
# --8<-- [end:scalers]


def scale_only(x: Array) -> tuple[Array, Array]:
    return np.zeros(x.shape[1]), x.std(axis=0)


SCALERS: dict[str, Fit] = {
    "raw": raw,
    "divided by σ": scale_only,
    "min-max": min_max,
    "robust": robust,
    "standardized": standard,
}


def with_bias(x: Array) -> Array:
    return np.c_[x, np.ones(len(x))]


def whiten(x: Array) -> Array:
    """Centred, uncorrelated, unit variance."""
    centred = x - x.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov(centred.T, bias=True))
    turned = centred @ vectors
    return turned / turned.std(axis=0)


def condition(x: Array) -> float:
    """Largest over smallest eigenvalue of XᵀX/n, bias column included: the Hessian of least squares."""
    s = np.linalg.svd(with_bias(x), compute_uv=False)
    return float((s[0] / s[-1]) ** 2)


def softmax_gradient(w: Array, x: Array, t: Array) -> tuple[float, Array]:
    z = x @ w
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return float(-np.log((p * t).sum(axis=1) + 1e-300).mean()), x.T @ (p - t) / len(x)


def descend(x: Array, labels: Array, steps: int) -> tuple[Array, Array]:
    """Losses and weights of softmax regression by gradient descent with rate 1/L, L = λmax/2 bounding the curvature."""
    x, t = with_bias(x), np.eye(3)[labels]
    rate = 2 * len(x) / np.linalg.norm(x, 2) ** 2
    w, losses = np.zeros((x.shape[1], 3)), []
    for _ in range(steps):
        loss, gradient = softmax_gradient(w, x, t)
        losses.append(loss)
        w = w - rate * gradient
    return np.array(losses), w


def adam_steps(x: Array, labels: Array, rate: float, target: float = 0.1, limit: int = 3000) -> int:
    """Full-batch Adam: steps until the loss is at most `target` and stays there for twenty more."""
    x, t = with_bias(x), np.eye(3)[labels]
    w, m, v, below = np.zeros((x.shape[1], 3)), 0.0, 0.0, 0
    for k in range(1, limit + 1):
        loss, g = softmax_gradient(w, x, t)
        below = below + 1 if loss <= target else 0
        if below == 20:
            return k - 20
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        w = w - rate * (m / (1 - 0.9**k)) / (np.sqrt(v / (1 - 0.999**k)) + 1e-8)
    return limit


def show_conditions(x: Array, labels: Array, steps: int = 2000) -> dict[str, Array]:
    print(f"features: standard deviations from {x.std(axis=0).min():.2f} to {x.std(axis=0).max():.0f}")
    print(f"{'':13} condition   loss after 2000   steps to 0.1")
    curves = {}
    for name, fit in SCALERS.items():
        scaled = apply(x, fit(x))
        curves[name] = descend(scaled, labels, steps)[0]
        print(row(name, condition(scaled), curves[name]))
    curves["whitened"] = descend(whiten(x), labels, steps)[0]
    print(row("whitened", condition(whiten(x)), curves["whitened"]))
    return curves


def row(name: str, kappa: float, losses: Array) -> str:
    reached = np.flatnonzero(losses <= 0.1)
    steps = str(reached[0]) if len(reached) else "-"
    return f"{name:13} {kappa:9.1e}   {losses[-1]:15.3f}   {steps:>12}"


def show_adam(x: Array, labels: Array) -> None:
    """The best of four learning rates; scale and offset removed separately and together."""
    centred = x - x.mean(axis=0)
    kinds = {"raw": x, "divided by σ": x / x.std(axis=0), "centered": centred, "standardized": centred / x.std(axis=0)}
    for name, scaled in kinds.items():
        best = min(adam_steps(scaled, labels, rate) for rate in (0.001, 0.01, 0.1, 1.0))
        print(f"Adam, {name:12}: loss 0.1 after {best:3} steps")


def show_models(x: Array, labels: Array) -> None:
    """Test accuracy over twenty splits: nearest neighbours against a tree, raw and standardized."""
    for name in "raw", "standardized":
        scores = np.array([split_scores(x, labels, SCALERS[name], seed) for seed in range(20)]).mean(axis=0)
        print(f"{name:13}: 5 nearest neighbours {scores[0]:.2f}, decision tree {scores[1]:.2f}")


def split_scores(x: Array, labels: Array, fit: Fit, seed: int) -> tuple[float, float]:
    train, test, y, truth = train_test_split(x, labels, test_size=0.4, random_state=seed, stratify=labels)
    train, test = (apply(part, fitted) for fitted in [fit(train)] for part in (train, test))
    models = KNeighborsClassifier(5), DecisionTreeClassifier(random_state=0)
    a, b = (float(m.fit(train, y).score(test, truth)) for m in models)
    return a, b


def show_outlier() -> None:
    """A thousand normal values and one typing error: what spread the others keep."""
    x = np.random.default_rng(0).standard_normal((1000, 1))
    dirty = np.r_[x, [[1000.0]]]
    for name in "standardized", "min-max", "robust":
        clean, spoilt = (apply(x, SCALERS[name](data)).std() for data in (x, dirty))
        print(f"{name:13}: spread of the others {clean:.3f}, with one value of 1000: {spoilt:.3f}")


def show_wrong_fit(x: Array, labels: Array) -> None:
    """Accuracy when requests of one class are standardized with the training statistics, or with their own."""
    train, test, y, truth = train_test_split(x, labels, test_size=0.4, random_state=0, stratify=labels)
    fitted = standard(train)
    _, w = descend(apply(train, fitted), y, 500)
    for name, own in ("training statistics", False), ("own statistics", True):
        hits = []
        for c in range(3):
            part = test[truth == c]
            scaled = with_bias(apply(part, standard(part) if own else fitted))
            hits.append(((scaled @ w).argmax(axis=1) == c).mean())
        print(f"batches of one class, {name:19}: accuracy {np.mean(hits):.2f}")


def draw(curves: dict[str, Array]) -> None:
    fig, ax = figure.new(height=3.0)
    labels = {
        "raw": "原始 raw",
        "divided by σ": "只除以 σ only",
        "min-max": "最小-最大 min-max",
        "robust": "稳健 robust",
        "standardized": "标准化 standardized",
        "whitened": "白化 whitened",
    }
    marks = np.unique(np.round(np.geomspace(1, 2000, 60)).astype(int)) - 1
    for (name, losses), color, style in zip(
        curves.items(), figure.PALETTE[::-1], ("-", "--", "-.", ":", "-", "--"), strict=True
    ):
        ax.plot(marks + 1, losses[marks], style, color=color, label=labels[name])
    ax.set(xscale="log", yscale="log", xlabel="步 step", ylabel="训练损失 training loss", xlim=(1, 2000))
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=9)
    figure.save(fig, "data-normalization.svg")


if __name__ == "__main__":
    data, classes = load_wine(return_X_y=True)
    curves = show_conditions(data, classes)
    show_adam(data, classes)
    show_models(data, classes)
    show_outlier()
    show_wrong_fit(data, classes)
    draw(curves)
