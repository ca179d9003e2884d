"""Evidence for epoch-batch-iteration: how updates are counted, what leftovers weigh, and what accumulation equals."""

import math

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
Weights = list[Array]


# --8<-- [start:count]
def updates_per_epoch(
    n: int, batch: int, drop_last: bool = False, accumulate: int = 1, devices: int = 1
) -> int:
    """Optimizer steps in one pass over n samples; `batch` is what one device sees at once."""
    share = math.ceil(n / devices)  # the sampler repeats samples to even out the shares
    batches = share // batch if drop_last else math.ceil(share / batch)
    return math.ceil(batches / accumulate)  # a last, shorter group still takes a step
# --8<-- [end:count]


def show_counts() -> None:
    rows = (
        ("10,000 in batches of 200", (10_000, 200)),
        ("50,000 in batches of 128", (50_000, 128)),
        ("... leftover dropped", (50_000, 128, True)),
        ("... 4 batches accumulated", (50_000, 128, False, 4)),
        ("... on 8 devices", (50_000, 128, False, 1, 8)),
        ("... 8 devices, 4 accumulated", (50_000, 128, False, 4, 8)),
    )
    for name, arguments in rows:
        print(f"{name:29}: {updates_per_epoch(*arguments):3} updates per epoch")
    print(f"1.4e12 tokens at 4e6 per update: {1.4e12 / 4e6:,.0f} updates")
    print(f"cosine schedule stopped at a quarter of its length: rate × {(1 + np.cos(np.pi / 4)) / 2:.2f}")


def initial(seed: int = 0, hidden: int = 24) -> Weights:
    rng = np.random.default_rng(seed)
    first = rng.standard_normal((64, hidden)) * np.sqrt(2 / 64)
    return [first, np.zeros(hidden), rng.standard_normal((hidden, 10)) * np.sqrt(1 / hidden), np.zeros(10)]


def loss_and_gradient(w: Weights, x: Array, y: Array) -> tuple[float, Weights]:
    """Mean cross-entropy of a network with one ReLU layer, and its gradient."""
    h = np.maximum(x @ w[0] + w[1], 0)
    z = h @ w[2] + w[3]
    z = z - z.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    dz = (np.exp(logp) - np.eye(10)[y]) / len(y)
    dh = (dz @ w[2].T) * (h > 0)
    return float(-logp[np.arange(len(y)), y].mean()), [x.T @ dh, dh.sum(axis=0), h.T @ dz, dz.sum(axis=0)]


def digits() -> tuple[Array, Array]:
    """1,024 handwritten digits in random order."""
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))[:1024]
    return ((x - x.mean()) / x.std())[order], y[order]


# --8<-- [start:accumulate]
def accumulated(w: Weights, x: Array, y: Array, cuts: list[int], weighted: bool) -> Weights:
    """Gradient from several micro-batches; the plain version divides by their number."""
    total = [np.zeros_like(p) for p in w]
    parts = np.split(np.arange(len(y)), cuts)
    for part in parts:
        share = len(part) / len(y) if weighted else 1 / len(parts)
        g = loss_and_gradient(w, x[part], y[part])[1]
        total = [t + share * d for t, d in zip(total, g, strict=True)]
    return total
# --8<-- [end:accumulate]


def deviation(a: Weights, b: Weights) -> str:
    """Relative distance between two gradients."""
    d = np.sqrt(sum(float(((p - q) ** 2).sum()) for p, q in zip(a, b, strict=True)))
    d /= np.sqrt(sum(float((q**2).sum()) for q in b))
    return "below 1e-12" if d < 1e-12 else f"{d:.2f}"


def show_accumulation(x: Array, y: Array) -> None:
    """Equal and unequal micro-batches against the gradient of all 64 samples at once."""
    w, x, y = initial(), x[:64], y[:64]
    full = loss_and_gradient(w, x, y)[1]
    for name, cuts, weighted in (
        ("16 + 16 + 16 + 16, mean of means", [16, 32, 48], False),
        ("28 + 28 + 4 + 4, mean of means", [28, 56, 60], False),
        ("28 + 28 + 4 + 4, weighted by size", [28, 56, 60], True),
    ):
        print(f"{name:34}: deviation {deviation(accumulated(w, x, y, cuts, weighted), full)}")


def show_leftover() -> None:
    """Weight of a sample in the last, smaller batch relative to the others; chance of never being seen."""
    for n, batch in ((50_000, 128), (1_000, 64), (1_025, 64)):
        rest = n % batch
        missed = "0" if rest == 0 else f"{rest / n:.1%}"
        print(f"n = {n:6,}, B = {batch:3}: last batch {rest:2}, weight × {batch / rest:.1f}, share {missed}")
    print(f"n = 1,000, B = 64, dropped in all of 3 epochs: probability {(40 / 1000) ** 3:.0e}")


def curve(x: Array, y: Array, batch: int, epochs: int, seed: int) -> tuple[Array, Array]:
    """Updates done and training loss, eight times per epoch at most."""
    rng, w, updates, losses, done = np.random.default_rng(seed), initial(seed), [0], [], 0
    losses.append(loss_and_gradient(w, x, y)[0])
    every = max(1, len(y) // batch // 8)
    for _ in range(epochs):
        order = rng.permutation(len(y))
        for first in range(0, len(y), batch):
            rows = order[first : first + batch]
            g = loss_and_gradient(w, x[rows], y[rows])[1]
            w = [p - 0.1 * d for p, d in zip(w, g, strict=True)]
            done += 1
            if done % every == 0:
                updates.append(done)
                losses.append(loss_and_gradient(w, x, y)[0])
    return np.array(updates), np.array(losses)


def show_training(x: Array, y: Array) -> dict[int, tuple[Array, Array]]:
    """The same rate with three batch sizes: loss after eight epochs and after 128 updates, mean of three seeds."""
    found = {}
    for batch, epochs in ((16, 8), (64, 16), (256, 32)):
        runs = [curve(x, y, batch, epochs, seed) for seed in range(3)]
        updates, losses = runs[0][0], np.mean([r[1] for r in runs], axis=0)
        found[batch] = updates, losses
        after = {name: losses[np.searchsorted(updates, at)] for name, at in (("8 epochs", 8 * 1024 // batch), ("128 updates", 128))}
        values = ", ".join(f"after {name} {value:.2f}" for name, value in after.items())
        print(f"B = {batch:3}: {1024 // batch:2} updates per epoch; loss {values}")
    return found


def draw_training(found: dict[int, tuple[Array, Array]]) -> None:
    """The same losses against epochs and against updates."""
    fig, (left, right) = figure.new(1, 2, height=3.1, sharey=True)
    for (batch, (updates, losses)), color in zip(found.items(), (figure.ORANGE, figure.GREEN, figure.BLUE), strict=True):
        left.semilogy(updates * batch / 1024, losses, color=color, label=f"B = {batch}")
        right.semilogy(updates, losses, color=color, label=f"B = {batch}")
    left.set(xlabel="轮 epoch", ylabel="损失 loss", xlim=(0, 8))
    right.set(xlabel="更新 update", xlim=(0, 128))
    left.legend(fontsize=9)
    figure.save(fig, "epoch-batch-iteration.svg")


def draw_counting() -> None:
    """One epoch of ten samples: in batches of three, dropped leftover, accumulated in pairs, and on two devices."""
    fig, ax = figure.blank(3.0, 16, 6.2)
    rows = (
        ("B = 3", [[3], [3], [3], [1]], 4.9, 4),
        ("drop_last", [[3], [3], [3]], 3.4, 3),
        ("B = 3, k = 2", [[3, 3], [3, 1]], 1.9, 2),
        ("B = 3, R = 2", [[3, 3], [2, 2]], 0.4, 2),
    )
    for name, groups, y, count in rows:
        x = 3.2
        ax.text(0, y + 0.45, name, va="center", fontsize=10)
        for group in groups:
            for size in group:
                for _ in range(size):
                    figure.box(ax, x, y, 0.68, 0.9, "", color=figure.BLUE)
                    x += 0.78
                x += 0.14
            ax.plot([x, x], [y - 0.15, y + 1.05], color=figure.RED, linewidth=2)
            x += 0.3
        ax.text(14.0, y + 0.45, f"{count} 次更新 updates", va="center", fontsize=9)
    figure.save(fig, "epoch-batch-iteration-counting.svg")


if __name__ == "__main__":
    show_counts()
    show_leftover()
    images, labels = digits()
    show_accumulation(images, labels)
    found = show_training(images, labels)
    print(f"50,000 draws with replacement: {(1 - 1 / 50_000) ** 50_000:.0%} of 50,000 samples never drawn")
    draw_training(found)
    draw_counting()
