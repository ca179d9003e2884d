"""Evidence for gradient-descent-steps: a complete training loop in NumPy, its checks, and four ways to break it."""

from dataclasses import dataclass, field

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
Weights = list[Array]


@dataclass(frozen=True)
class Split:
    x: Array
    y: Array


def digits() -> tuple[Split, Split, Split]:
    """1,000 digits for training, 300 for validation, 497 for testing; scaled with the training split's numbers."""
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order], y[order]
    mean, std = x[:1000].mean(), x[:1000].std()
    x = (x - mean) / std
    return Split(x[:1000], y[:1000]), Split(x[1000:1300], y[1000:1300]), Split(x[1300:], y[1300:])


# --8<-- [start:model]
def initial(seed: int = 0, hidden: int = 32) -> Weights:
    rng = np.random.default_rng(seed)
    w1 = rng.standard_normal((64, hidden)) * np.sqrt(2 / 64)
    w2 = rng.standard_normal((hidden, 10)) * np.sqrt(1 / hidden)
    return [w1, np.zeros(hidden), w2, np.zeros(10)]


def loss_and_gradient(w: Weights, x: Array, y: Array) -> tuple[float, Weights]:
    """Mean cross-entropy and its gradient for each parameter."""
    w1, b1, w2, b2 = w
    a = x @ w1 + b1  # forward
    h = np.maximum(a, 0)
    z = h @ w2 + b2
    z = z - z.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    loss = -logp[np.arange(len(y)), y].mean()
    dz = (np.exp(logp) - np.eye(10)[y]) / len(y)  # backward
    da = (dz @ w2.T) * (a > 0)
    return loss, [x.T @ da, da.sum(axis=0), h.T @ dz, dz.sum(axis=0)]
# --8<-- [end:model]


@dataclass
class History:
    train: list[float] = field(default_factory=list)
    valid: list[float] = field(default_factory=list)


# --8<-- [start:loop]
def fit(
    w: Weights, train: Split, valid: Split, rate: float = 0.2, batch: int = 50,
    epochs: int = 60, patience: int = 8,
) -> tuple[Weights, History]:  # fmt: skip
    """Mini-batch gradient descent; returns the weights of the best epoch."""
    rng, best, seen = np.random.default_rng(1), w, History()
    for _ in range(epochs):
        order, total = rng.permutation(len(train.x)), 0.0
        for first in range(0, len(order), batch):
            rows = order[first : first + batch]
            loss, g = loss_and_gradient(w, train.x[rows], train.y[rows])
            w = [p - rate * d for p, d in zip(w, g, strict=True)]
            total += loss * len(rows)
        seen.train.append(total / len(order))
        seen.valid.append(loss_and_gradient(w, valid.x, valid.y)[0])
        since = len(seen.valid) - 1 - int(np.argmin(seen.valid))
        best = w if since == 0 else best
        if since >= patience:
            break
    return best, seen
# --8<-- [end:loop]


def accuracy(w: Weights, d: Split) -> float:
    w1, b1, w2, b2 = w
    return float(((np.maximum(d.x @ w1 + b1, 0) @ w2 + b2).argmax(axis=1) == d.y).mean())


# --8<-- [start:checks]
def worst_gradient_error(w: Weights, x: Array, y: Array) -> float:
    """Largest relative deviation from central differences over random directions."""
    rng, worst = np.random.default_rng(3), 0.0
    g = loss_and_gradient(w, x, y)[1]
    for _ in range(20):
        v = [rng.standard_normal(p.shape) for p in w]
        up, down = (
            loss_and_gradient([p + e * d for p, d in zip(w, v, strict=True)], x, y)[0]
            for e in (1e-5, -1e-5)
        )
        slope = sum(float((a * b).sum()) for a, b in zip(g, v, strict=True))
        worst = max(worst, abs((up - down) / 2e-5 - slope) / abs(slope))
    return worst
# --8<-- [end:checks]


def show_checks(train: Split) -> None:
    """Three checks before the first real run."""
    w = initial()
    error = worst_gradient_error(w, train.x[:50], train.y[:50])
    print(f"gradient check: relative error {'below 1e-6' if error < 1e-6 else f'{error:.0e}'}")
    small = [w[0], w[1], w[2] * 0.01, w[3]]
    print(f"first loss with small output weights: {loss_and_gradient(small, train.x, train.y)[0]:.2f} (ln 10 = {np.log(10):.2f})")
    for _ in range(400):
        g = loss_and_gradient(w, train.x[:50], train.y[:50])[1]
        w = [p - 0.2 * d for p, d in zip(w, g, strict=True)]
    print(f"one batch of 50 after 400 updates: loss {loss_and_gradient(w, train.x[:50], train.y[:50])[0]:.3f}")


def show_run(train: Split, valid: Split, test: Split) -> History:
    w, seen = fit(initial(), train, valid)
    for epoch in (1, 2, 5, 10, 20):
        print(f"epoch {epoch:2}: training loss {seen.train[epoch - 1]:.3f}, validation loss {seen.valid[epoch - 1]:.3f}")
    best = int(np.argmin(seen.valid))
    print(f"best epoch {best + 1} of {len(seen.valid)}: validation loss {seen.valid[best]:.3f}")
    print(f"weights of that epoch: test accuracy {accuracy(w, test):.2f}")
    return seen


def broken(train: Split, fault: str, epochs: int = 12) -> tuple[Weights, list[float]]:
    """The loop with one fault: no shuffling of sorted data, a gradient never reset, a sum for a mean, zero weights."""
    rng, w, every = np.random.default_rng(1), initial(), []
    w = [np.zeros_like(p) for p in w] if fault == "zeros" else w
    kept = [np.zeros_like(p) for p in w]
    for _ in range(epochs):
        order = np.argsort(train.y, kind="stable") if fault == "sorted" else rng.permutation(len(train.x))
        for first in range(0, len(order), 50):
            rows = order[first : first + 50]
            g = loss_and_gradient(w, train.x[rows], train.y[rows])[1]
            kept = [k + d for k, d in zip(kept, g, strict=True)] if fault == "kept" else g
            scale = 50 if fault == "sum" else 1
            w = [p - 0.2 * scale * d for p, d in zip(w, kept, strict=True)]
            if first % 150 == 0:
                every.append(loss_and_gradient(w, train.x, train.y)[0])
    return w, every


FAULTS = {
    "none": "correct loop",
    "sorted": "sorted by label, never shuffled",
    "kept": "gradients never reset",
    "sum": "loss summed over the batch",
    "zeros": "all weights start at zero",
}


def show_faults(train: Split, valid: Split) -> dict[str, list[float]]:
    curves = {}
    for fault, name in FAULTS.items():
        w, curves[fault] = broken(train, fault)
        tail = float(np.mean(curves[fault][-7:]))
        shown = f"{tail:.2f}, validation accuracy {accuracy(w, valid):.2f}" if tail < 2.2 else "at chance or worse"
        print(f"{name:31}: training loss {shown}")
    return curves


def draw(seen: History, curves: dict[str, list[float]]) -> None:
    """Left: the run by epoch, with the chosen epoch. Right: the five loops by update."""
    fig, (left, right) = figure.new(1, 2, height=3.4)
    epochs = np.arange(1, len(seen.train) + 1)
    best = int(np.argmin(seen.valid))
    left.semilogy(epochs, seen.train, color=figure.BLUE, label="训练 training")
    left.semilogy(epochs, seen.valid, color=figure.ORANGE, label="验证 validation")
    left.plot(best + 1, seen.valid[best], "o", color=figure.RED, markersize=7, fillstyle="none")
    left.set(xlabel="轮 epoch", ylabel="损失 loss")
    left.legend(fontsize=9)
    labels = ("正确 correct", "未打乱 not shuffled", "未清零 not reset", "求和 sum", "全零 zeros")
    colors = (figure.BLUE, figure.ORANGE, figure.RED, figure.PURPLE, figure.GREY)
    for (fault, losses), label, color in zip(curves.items(), labels, colors, strict=True):
        stop = 28 if fault == "kept" else len(losses)  # chaotic: later values differ from machine to machine
        updates = np.array([first // 50 + 20 * epoch + 1 for epoch in range(12) for first in range(0, 1000, 150)])
        right.semilogy(updates[:stop], losses[:stop], color=color, label=label, linewidth=1.2)
    right.set(xlabel="更新 update")
    fig.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9)
    figure.save(fig, "gradient-descent-steps.svg")


if __name__ == "__main__":
    train_set, valid_set, test_set = digits()
    show_checks(train_set)
    seen = show_run(train_set, valid_set, test_set)
    curves = show_faults(train_set, valid_set)
    draw(seen, curves)
