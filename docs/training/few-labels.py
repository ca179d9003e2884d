"""Evidence for few-labels: what pseudo-labels, a neighbour graph and active learning add to a supervised baseline."""

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
SEEDS, POOL, COUNTS = 5, 600, (20, 40, 80, 160, 320)


def softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def fit(x: Array, targets: Array, steps: int = 100) -> Array:
    """Softmax regression with a little weight decay, gradient descent with momentum; 100 steps reach the optimum."""
    w = np.zeros((x.shape[1], targets.shape[1]))
    velocity = np.zeros_like(w)
    for _ in range(steps):
        velocity = 0.9 * velocity - x.T @ (softmax(x @ w) - targets) / len(x) - 3e-3 * w
        w = w + velocity
    return w


# --8<-- [start:pseudo]
def pseudo_label(x: Array, t: Array, unlabeled: Array, limit: float) -> Array:
    """Weights after three rounds: label what the model is sure of, then fit anew."""
    w = fit(x, t)
    for _ in range(3):
        p = softmax(unlabeled @ w)
        sure = p.max(axis=1) >= limit
        guesses = np.eye(t.shape[1])[p[sure].argmax(axis=1)]
        w = fit(np.vstack([x, unlabeled[sure]]), np.vstack([t, guesses]))
    return w
# --8<-- [end:pseudo]


# --8<-- [start:active]
def least_sure(w: Array, x: Array, count: int) -> Array:
    """Indices of the samples whose two best classes are closest."""
    p = np.sort(softmax(x @ w), axis=1)
    return np.argsort(p[:, -1] - p[:, -2], kind="stable")[:count]
# --8<-- [end:active]


def neighbours(a: Array, b: Array, k: int) -> Array:
    """Indices of the k nearest rows of b for every row of a."""
    distance = (a**2).sum(1)[:, None] - 2 * a @ b.T + (b**2).sum(1)
    return np.argpartition(distance, k, axis=1)[:, :k]


def diffusion(x: Array, k: int = 7) -> Array:
    """Matrix that spreads labels over the graph of the k nearest neighbours: the inverse of 1 − 0.8 S."""
    near, n = neighbours(x, x, k + 1), len(x)
    weights = np.zeros((n, n))
    weights[np.repeat(np.arange(n), k + 1), near.ravel()] = 1
    np.fill_diagonal(weights, 0)
    weights = np.maximum(weights, weights.T)
    root = np.sqrt(weights.sum(1))
    return np.linalg.inv(np.eye(n) - 0.8 * weights / root / root[:, None])


def spread(matrix: Array, t: Array, near: Array) -> Array:
    """Classes of test rows, whose neighbours in the pool are `near`, when the first rows of the pool have labels t."""
    scores = matrix[:, : len(t)] @ t
    scores /= scores.sum(axis=1, keepdims=True) + 1e-12
    return scores[near].mean(axis=1).argmax(axis=1)


def actively(x: Array, t: Array) -> dict[int, Array]:
    """Weights at each count when the labels are doubled by the samples of the pool that the model is least sure of."""
    chosen, found = list(range(COUNTS[0])), {}
    for count in COUNTS:
        if count > len(chosen):
            rest = np.setdiff1d(np.arange(len(x)), chosen)
            chosen += list(rest[least_sure(found[len(chosen)], x[rest], count - len(chosen))])
        found[count] = fit(x[chosen], t[chosen])
    return found


def one_split(x: Array, y: Array, seed: int) -> Array:
    """Test accuracy, methods by numbers of labels, for one split and one order of labelling."""
    order = np.random.default_rng(seed).permutation(len(y))
    pool, test = order[:POOL], order[POOL:1500]
    t = np.eye(y.max() + 1)[y[pool]]
    guess = actively(x[pool], t)
    matrix, near = diffusion(x[pool][:, :64]), neighbours(x[test][:, :64], x[pool][:, :64], 7)
    rows = []
    for n in COUNTS:
        weights = fit(x[pool[:n]], t[:n]), pseudo_label(x[pool[:n]], t[:n], x[pool[n:]], 0.9), guess[n]
        predictions = [(x[test] @ w).argmax(axis=1) for w in weights]
        predictions.insert(2, spread(matrix, t[:n], near))
        rows.append([(p == y[test]).mean() for p in predictions])
    return np.array(rows).T


METHODS = ("labels alone", "pseudo-labels", "neighbor graph", "active choice")


def show(x: Array, y: Array, title: str) -> Array:
    """Mean accuracy for each method and number of labels, five splits; returns splits × methods × counts."""
    found = np.array([one_split(x, y, seed) for seed in range(SEEDS)])
    print(f"{title:14} " + "  ".join(f"{n:4}" for n in COUNTS))
    for k, method in enumerate(METHODS):
        print(f"{method:14} " + "  ".join(f"{v:.2f}" for v in found[:, k].mean(axis=0)))
    return found


def confirmation(x: Array, y: Array, n: int, seed: int) -> list[float]:
    """Share accepted and share right at 0.9, of a fit and of an unfinished fit; share of wrong labels that stay."""
    order = np.random.default_rng(seed).permutation(len(y))[:POOL]
    lab, rest = order[:n], order[n:]
    t, found = np.eye(10)[y[lab]], []
    for steps in (40, 100):
        p = softmax(x[rest] @ fit(x[lab], t, steps))
        sure, first = p.max(axis=1) >= 0.9, p.argmax(axis=1)
        found += [sure.mean(), (first == y[rest])[sure].mean()]
    wrong = first != y[rest]
    for limit, those in ((0.9, wrong & sure), (0.0, wrong)):
        last = (x[rest] @ pseudo_label(x[lab], t, x[rest], limit)).argmax(axis=1)
        found.append((last == first)[those].mean())
    return found


def show_confirmation(x: Array, y: Array, n: int = 40) -> None:
    """How good accepted pseudo-labels are, and how many wrong ones survive three rounds of training on them."""
    v = np.mean([confirmation(x, y, n, seed) for seed in range(SEEDS)], axis=0)
    print(f"{n} labels: {v[2]:.0%} of the pool above 0.9, {v[3]:.0%} of these right")
    print(f"fit stopped at 40 of 100 steps: {v[0]:.0%} above 0.9, {v[1]:.0%} right")
    print(f"wrong labels kept for three rounds: limit 0.9 {v[4]:.0%}, no limit {v[5]:.0%}")


def show_sizes(disagree: float = 0.05) -> None:
    """Size of a paired test set: models that disagree in their errors on 5% of the cases."""
    for delta in (0.02, 0.01, 0.005):
        print(f"difference {delta:.3f}: {1.96**2 * (disagree - delta**2) / delta**2:6.0f} test cases")
    print(f"1000 test cases: difference {1.96 * np.sqrt(disagree / (1000 + 1.96**2)):.3f}")


def draw(digits: Array, ink: Array) -> None:
    """Accuracy against the number of labels for both questions; thin lines are single splits of the graph method."""
    fig, axes = figure.new(1, 2, height=3.0, sharey=True)
    names = ("仅标签 labels alone", "伪标签 pseudo-labels", "近邻图 graph", "主动学习 active")
    colors = figure.GREY, figure.ORANGE, figure.GREEN, figure.BLUE
    for ax, found, title in ((axes[0], digits, "哪个数字 which digit"), (axes[1], ink, "笔墨多少 how much ink")):
        for k, (name, color) in enumerate(zip(names, colors, strict=True)):
            ax.fill_between(COUNTS, found[:, k].min(0), found[:, k].max(0), color=color, alpha=0.12, linewidth=0)
            ax.plot(COUNTS, found[:, k].mean(0), "o-", color=color, markersize=3, label=name)
        ax.set(xscale="log", title=title, xlabel="标签数 labels", ylim=(0.5, 1))
        ax.set_xticks(COUNTS, [str(n) for n in COUNTS])
        ax.minorticks_off()
    axes[0].set_ylabel("准确率 accuracy")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=9, columnspacing=1.2)
    figure.save(fig, "few-labels.svg")


if __name__ == "__main__":
    images, y = load_digits(return_X_y=True)
    jitter = 1e-5 * np.random.default_rng(0).standard_normal(images.shape)  # whole-number pixels make tied distances
    centered = (images / 16 - images.mean(axis=0) / 16) * 2 + jitter
    x = np.hstack([centered, np.ones((len(y), 1))])
    ink = (images.sum(axis=1) > np.median(images.sum(axis=1))).astype(int)
    found = show(x, y, "which digit")
    other = show(x, ink, "how much ink")
    show_confirmation(x, y)
    show_sizes()
    draw(found, other)
