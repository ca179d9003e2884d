"""Evidence for width-vs-depth: one budget in four shapes, noise, and features that move or do not."""

import numpy as np

from qa import figure

Array = np.ndarray
WIDTHS = (16, 64, 256, 1024)


# --8<-- [start:spread]
def log_spread(depth: int, width: int, networks: int = 2000) -> float:
    """Variance over random ReLU networks of log |h|² after `depth` layers.

    Given h, W h is Gaussian with variance 2|h|²/width: no need to draw W.
    """
    rng = np.random.default_rng(depth)
    log_norm = np.zeros(networks)
    for _ in range(depth):
        z = rng.standard_normal((networks, width)) * np.sqrt(2 / width)
        log_norm += np.log((np.maximum(z, 0) ** 2).sum(axis=1))
    return float(np.var(log_norm))


# --8<-- [end:spread]


def movement(width: int, power: float, seed: int) -> float:
    """Relative change of the hidden features when gradient descent has brought the loss to a quarter.

    The output is scaled by width to the `-power` (1/2 or 1); the learning rate grows as width^(2 power - 1).
    """
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((20, 3))
    y, w, a = np.sign(x[:, 0] * x[:, 1]), rng.standard_normal((3, width)), rng.standard_normal(width)
    scale, rate = width**-power, 0.2 * width ** (2 * power - 1)
    start = h = np.maximum(x @ w, 0)
    first = h @ a
    for _ in range(3000):
        error = (h @ a - first) * scale - y
        if (error**2).mean() < 0.25:
            break
        slope = np.outer(error, a) * (h > 0)
        a, w = a - rate * scale * h.T @ error / 20, w - rate * scale * x.T @ slope / 20
        h = np.maximum(x @ w, 0)
    return float(np.linalg.norm(h - start) / np.linalg.norm(start))


def show_budget(parameters: int = 2**20) -> None:
    """The same number of weights as L square matrices."""
    for depth in 1, 4, 16, 64:
        width = round((parameters / depth) ** 0.5)
        size = f"L {depth:2}  n {width:4}  weights {depth * width**2:,}"
        print(f"{size}  activations {depth * width:4}  5 L/n {5 * depth / width:.3f}")


def show_spread() -> list[tuple[float, float]]:
    """Measured against 5 L/n."""
    found = []
    for depth, width in (10, 200), (10, 50), (20, 100), (40, 200), (40, 50):
        found.append((depth / width, log_spread(depth, width)))
        print(f"L {depth}  n {width:3}  5 L/n {5 * depth / width:.2f}  measured {found[-1][1]:.2f}")
    return found


def show_movement() -> dict[float, list[float]]:
    """Mean over five seeds, for the two scalings of the output."""
    found = {p: [float(np.mean([movement(n, p, s) for s in range(5)])) for n in WIDTHS] for p in (0.5, 1.0)}
    for name, values in zip(("1/sqrt(n)", "1/n"), found.values(), strict=True):
        print(f"output scale {name:9} features moved by", *(f"{v:.3f}" for v in values))
    return found


def draw(spread: list[tuple[float, float]], moved: dict[float, list[float]]) -> None:
    """Left: noise against depth over width. Right: feature movement against width."""
    fig, axes = figure.new(1, 2, height=2.8)
    line = np.array([0.03, 1])
    axes[0].plot(line, 5 * line, "--", color=figure.GREY, label="5 L/n")
    axes[0].plot(*zip(*spread, strict=True), "o", color=figure.BLUE, label="实测 measured")
    axes[0].set(xscale="log", yscale="log", xlabel="L / n", ylabel="Var log ‖h‖²")
    axes[1].plot(WIDTHS, moved[0.5], "-o", color=figure.BLUE, markersize=4, label="1/√n")
    axes[1].plot(WIDTHS, moved[1.0], ":s", color=figure.ORANGE, markersize=4, label="1/n")
    axes[1].set(xscale="log", yscale="log", ylim=(0.02, 1.5), xlabel="宽度 width n", ylabel="‖Δh‖ / ‖h‖")
    axes[0].set_yticks([0.3, 1, 3], ["0.3", "1", "3"])
    axes[0].set_xticks([0.05, 0.2, 0.8], ["0.05", "0.2", "0.8"])
    axes[1].set_yticks([0.03, 0.1, 0.3, 1], ["0.03", "0.1", "0.3", "1"])
    axes[1].set_xticks(WIDTHS, [str(n) for n in WIDTHS])
    for ax in axes:
        ax.minorticks_off()
        ax.legend(fontsize=9)
    figure.save(fig, "width-vs-depth.svg")


if __name__ == "__main__":
    show_budget()
    spread = show_spread()
    moved = show_movement()
    print(f"EfficientNet: 1.2 x 1.1^2 x 1.15^2 = {1.2 * 1.1**2 * 1.15**2:.2f}")
    print(f"depth x 1.2, width x 1.3: budget x {1.2 * 1.3**2:.2f}")
    print(f"exp(sqrt(2.5) / 2) = {np.exp(2.5**0.5 / 2):.1f}")
    draw(spread, moved)
