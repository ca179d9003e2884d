"""Evidence for exploding-gradient: one spiked batch, two causes told apart, clipping by norm and by value, infinities."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
Clip = Callable[[list[Array]], list[Array]]


def digits() -> tuple[Array, Array]:
    x, labels = load_digits(return_X_y=True)
    return (x - x.mean()) / x.std(), np.eye(10)[labels]


def initial(depth: int, width: int, variance: float, seed: int) -> list[Array]:
    """`depth` hidden ReLU layers whose weights have variance `variance` over fan-in; the output layer 1 over fan-in."""
    rng = np.random.default_rng(seed)
    sizes = [64] + [width] * depth + [10]
    scales = [variance] * depth + [1.0]
    return [rng.standard_normal((n, m)) * np.sqrt(v / n) for (n, m), v in zip(pairwise(sizes), scales, strict=True)]


def gradient(weights: list[Array], x: Array, t: Array) -> tuple[float, list[Array]]:
    """Mean cross-entropy and its gradient."""
    hs = [x]
    for w in weights[:-1]:
        hs.append(np.maximum(hs[-1] @ w, 0))
    z = hs[-1] @ weights[-1]
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    delta, grads = (np.exp(log_p) - t) / len(x), []
    for w, h in zip(reversed(weights), reversed(hs), strict=True):
        grads.append(h.T @ delta)
        delta = (delta @ w.T) * (h > 0)
    return float(-(log_p * t).sum(axis=1).mean()), grads[::-1]


def norm(gradients: list[Array]) -> float:
    return float(np.sqrt(sum((g**2).sum() for g in gradients)))


# --8<-- [start:clip]
def by_norm(gradients: list[Array], limit: float) -> list[Array]:
    length = max(norm(gradients), 1e-12)
    factor = min(1.0, limit / length)  # one for all tensors
    return [factor * g for g in gradients]


def by_value(gradients: list[Array], limit: float) -> list[Array]:
    return [np.clip(g, -limit, limit) for g in gradients]
# --8<-- [end:clip]


def per_tensor(gradients: list[Array], limit: float) -> list[Array]:
    return [by_norm([g], limit)[0] for g in gradients]


def turned(a: list[Array], b: list[Array]) -> float:
    """Angle between two gradients in degrees."""
    cosine = sum(float((g * h).sum()) for g, h in zip(a, b, strict=True)) / norm(a) / norm(b)
    return float(np.degrees(np.arccos(min(1.0, cosine))))


@dataclass(frozen=True)
class Run:
    """Loss and gradient norm of every step; cut off once the norm exceeds a million."""

    losses: list[float]
    norms: list[float]

    @property
    def diverged(self) -> bool:
        return self.norms[-1] > 1e6

    def around(self, start: int, stop: int) -> float:
        return float(np.median(self.losses[start:stop]))


def train(weights: list[Array], rate: float, clip: Clip, steps: int = 200, spike: int = -1, seed: int = 0) -> Run:
    """SGD on batches of 64; the inputs of step `spike` arrive 100 times too large."""
    rng, run = np.random.default_rng(seed + 100), Run([], [])
    for step in range(steps):
        rows = rng.integers(0, len(X), 64)
        loss, grads = gradient(weights, X[rows] * (100 if step == spike else 1), T[rows])
        run.losses.append(loss)
        run.norms.append(norm(grads))
        if run.diverged:
            break
        weights = [w - rate * g for w, g in zip(weights, clip(grads), strict=True)]
    return run


def free(gradients: list[Array]) -> list[Array]:
    return gradients


def limit_1(gradients: list[Array]) -> list[Array]:
    return by_norm(gradients, 1.0)


X, T = digits()
CASES: tuple[tuple[str, float, float, Clip], ...] = (
    ("Var 2/n, rate 0.03", 2.0, 0.03, free),
    ("Var 2/n, rate 1", 2.0, 1.0, free),
    ("Var 6/n, rate 0.03", 6.0, 0.03, free),
    ("Var 6/n, 0.03, clip", 6.0, 0.03, limit_1),
    ("Var 6/n, 0.3, clip", 6.0, 0.3, limit_1),
)


def describe(name: str, runs: list[Run]) -> None:
    first = np.median([run.norms[0] for run in runs])
    ended = [run.around(-20, len(run.losses)) for run in runs if not run.diverged]
    end = f", loss else {np.median(ended):.1f}" if ended else ""
    print(f"{name:19} norm at step 0: {first:.0e}, diverged: {len(runs) - len(ended)} of 5{end}")


def causes() -> list[Run]:
    """Five ways of training eight hidden layers, five seeds each; the runs of the first seed."""
    shown, norms = [], []
    for name, variance, rate, clip in CASES:
        runs = [train(initial(8, 32, variance, seed), rate, clip, seed=seed) for seed in range(5)]
        describe(name, runs)
        shown.append(runs[0])
        norms.append([n for run in runs for n in run.norms])
    shares = [np.mean(np.array(found) > 1) for found in norms[-2:]]  # of the two clipped cases
    print(f"share of clipped steps in the last two rows: {shares[0]:.0%} and {shares[1]:.0%}")
    return shown


def spikes() -> list[Run]:
    """One broken batch at step 150 in a healthy network of three hidden layers."""
    shown = []
    for name, clip in (("free", free), ("clipped", limit_1)):
        runs = [train(initial(3, 32, 2.0, seed), 0.1, clip, 300, 150, seed) for seed in range(5)]
        usual, jump = np.median([r.norms[20:150] for r in runs]), np.median([r.norms[150] for r in runs])
        before, after = (np.median([r.around(a, b) for r in runs]) for a, b in ((130, 150), (151, 171)))
        print(f"{name:7} usual norm {usual:.0f}, broken batch {jump:.0e}; loss before {before:.1f}, after {after:.1f}")
        shown.append(runs[0])
    return shown


def directions(grads: list[Array]) -> None:
    for limit in 0.1, 0.01:
        cut = by_value(grads, limit)
        print(f"by value {limit:<4}: norm {norm(cut):.2f}, turned {turned(grads, cut):.0f} degrees")
    cut = per_tensor(grads, 0.1)
    print(f"per tensor 0.1: norm {norm(cut):.2f}, turned {turned(grads, cut):.0f} degrees")
    cut = by_norm(grads, 0.1)
    print(f"by norm 0.1   : norm {norm(cut):.2f}, turned {turned(grads, cut):.0f} degrees")


def half_precision(grads: list[Array]) -> None:
    scale = 1024.0
    late = [g / scale for g in by_norm([g * scale for g in grads], 1.0)]
    print(f"clipped at 1 while scaled by 1024: norm {norm(late):.4f} after unscaling")
    with np.errstate(over="ignore", invalid="ignore"):
        g = np.array([1.0, 3.0], dtype=np.float16) * np.float16(32768)
        print(f"float16 (1, 3) × 32768: {g}, clipped by norm: {by_norm([g], 1.0)[0]}")


def draw(starts: list[Run], jumps: list[Run]) -> None:
    fig, (left, right) = figure.new(1, 2, height=3.0)
    styles = ((figure.GREEN, "2/n, η 0.03"), (figure.ORANGE, "2/n, η 1"), (figure.RED, "6/n, η 0.03"))
    for run, (color, label) in zip(starts[:3], styles, strict=True):
        left.plot(run.norms[:60], color=color, label=label, marker="o", markersize=3, linewidth=1.2)
    left.set(yscale="log", ylim=(0.1, 1e9), xlabel="t", title="‖g‖")
    left.legend(fontsize=9, loc="upper right")
    for run, color, label in zip(jumps, (figure.RED, figure.BLUE), ("不裁剪 free", "裁剪 clipped"), strict=True):
        right.plot(run.losses, color=color, label=label, linewidth=1.2)
    right.set(yscale="log", xlabel="t", title="L")
    right.legend(fontsize=9, loc="upper left", bbox_to_anchor=(0.0, 1.0))
    figure.save(fig, "exploding-gradient.svg")


if __name__ == "__main__":
    starts, jumps = causes(), spikes()
    loss, grads = gradient(initial(3, 32, 2.0, 0), X[:64], T[:64])
    directions(grads)
    print(f"one healthy network: norm {norm(grads):.1f} for the mean loss, {64 * norm(grads):.0f} for the sum")
    half_precision(grads)
    draw(starts, jumps)
