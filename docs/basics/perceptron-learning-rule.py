"""Evidence for perceptron-learning-rule: AND epoch by epoch, the bound on the updates, XOR going in circles."""

from itertools import permutations

import numpy as np

from qa import figure

Array = np.ndarray
CORNERS = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=float)  # (x1, x2, 1)
AND, XOR = np.array([0, 0, 0, 1]), np.array([0, 1, 1, 0])
MARGINS = (0.32, 0.16, 0.08, 0.04, 0.02)


# --8<-- [start:epoch]
def epoch(x: Array, d: Array, w: Array, eta: float) -> tuple[Array, int]:
    """One pass; where rows of x end in 1, the last weight is the bias."""
    updates = 0
    for row, target in zip(x, d, strict=True):
        y = int(row @ w > 0)
        if y != target:
            w = w + eta * (target - y) * row
            updates += 1
    return w, updates
# --8<-- [end:epoch]


def train(x: Array, d: Array, eta: float = 1.0, limit: int = 10_000) -> tuple[list[Array], list[int]]:
    """Weights and number of updates after each epoch, until one passes without an update."""
    w, history, counts = np.zeros(x.shape[1]), [], []
    for _ in range(limit):
        w, updates = epoch(x, d, w, eta)
        history.append(w)
        counts.append(updates)
        if updates == 0:
            break
    return history, counts


def show_and() -> list[Array]:
    history, counts = train(CORNERS, AND)
    for number, (w, updates) in enumerate(zip(history, counts, strict=True), 1):
        print(f"epoch {number}: updates {updates}, w = ({w[0]:.0f}, {w[1]:.0f}), b = {w[2]:.0f}")
    return history


def show_bound(history: list[Array]) -> None:
    """R²/γ² for AND against the updates needed, for every order of the four rows and for a smaller rate."""
    signed, best = (2 * AND - 1)[:, None] * CORNERS, np.array([2.0, 2.0, -3.0])
    margin = (signed @ best).min() / np.linalg.norm(best)
    radius = (CORNERS**2).sum(axis=1).max()
    totals = [sum(train(CORNERS[list(o)], AND[list(o)])[1]) for o in permutations(range(4))]
    print(f"R² = {radius:.0f}, γ² = 1/{1 / margin**2:.0f}, bound {radius / margin**2:.0f};", end=" ")
    print(f"updates over all 24 orders: {min(totals)} to {max(totals)}")
    small = train(CORNERS, AND, eta=0.25)
    print(f"η = 0.25: {sum(small[1])} updates, w = {small[0][-1]}")
    last = history[-1]
    distance = (signed @ last).min() / np.linalg.norm(last[:2])
    print(f"distance of the nearest corner: found line {distance:.3f}, widest possible {np.sqrt(2) / 4:.3f}")


def show_xor() -> None:
    """Weights after each epoch on XOR and the first repetition."""
    history, counts = train(CORNERS, XOR, limit=12)
    seen = [tuple(w) for w in history]
    again = next(i for i, w in enumerate(seen) if w in seen[:i])
    first = seen.index(seen[again])
    print(f"XOR: after epoch {again + 1} the weights are those of epoch {first + 1}; updates", *counts[: again + 1])


def ball(margin: float, seed: int, n: int = 200, dim: int = 5) -> tuple[Array, Array]:
    """Unit vectors labeled by a hidden unit vector that keeps a margin of at least `margin` (R = 1)."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((8 * n, dim))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    x = x[np.abs(x[:, 0]) >= margin][:n]
    return x, (x[:, 0] > 0).astype(int)


def measure(seeds: int = 40) -> Array:
    """Number of updates for each margin (rows) and each sample (columns)."""
    return np.array([[sum(train(*ball(m, seed))[1]) for seed in range(seeds)] for m in MARGINS])


def show_margins(updates: Array) -> None:
    for margin, row in zip(MARGINS, updates, strict=True):
        spread = f"{row.min()} to {row.max()}"
        print(f"γ ≥ {margin:.2f}: {row.mean():3.0f} updates ({spread}), bound {1 / margin**2:.0f}")


def draw(history: list[Array], means: Array) -> None:
    """Left: the line after each epoch on AND. Right: updates against the margin."""
    fig, (left, right) = figure.new(1, 2, height=2.9)
    t = np.array([-0.5, 2.2])
    last = len(history) - 1  # the last epoch changes nothing
    for number, w in enumerate(history[1:last], 2):  # the first line runs outside the picture
        color, width = (figure.GREEN, 2.4) if number == last else (figure.GREY, 1.2)
        left.plot(t, -(w[0] * t + w[2]) / w[1], color=color, linewidth=width)
        left.text(-(w[1] * -0.42 + w[2]) / w[0] + 0.04, -0.42, str(number), fontsize=9)
    for x, y in zip(CORNERS, AND, strict=True):
        left.plot(x[0], x[1], "os"[y], color=(figure.BLUE, figure.ORANGE)[y], markersize=8)
    left.set(xlim=(-0.5, 2.2), ylim=(-0.5, 2.2), aspect="equal", xticks=[0, 1], yticks=[0, 1], xlabel="x₁", ylabel="x₂")
    right.loglog(MARGINS, [1 / m**2 for m in MARGINS], "--", color=figure.GREY, label="R²/γ²")
    right.loglog(MARGINS, means, "o-", color=figure.BLUE, label="实测 measured")
    right.set(xlabel="γ", ylabel="更新次数 updates", xticks=[0.02, 0.1, 0.3], xticklabels=["0.02", "0.1", "0.3"])
    right.minorticks_off()
    right.legend(fontsize=9)
    figure.save(fig, "perceptron-learning-rule.svg")


if __name__ == "__main__":
    history = show_and()
    show_bound(history)
    show_xor()
    updates = measure()
    show_margins(updates)
    draw(history, updates.mean(axis=1))
