"""Evidence for weights-and-bias: what direction, length and bias do, when a bias is needed and when it is redundant."""

import numpy as np

from qa import figure

Array = np.ndarray


def blobs(seed: int, n: int = 200) -> tuple[Array, Array]:
    """Two classes on the same ray from the origin: centers (1.5, 1.5) and (3.5, 3.5), standard deviation 0.4."""
    labels = np.repeat([0, 1], n)
    centers = np.where(labels[:, None] == 1, 3.5, 1.5) * np.ones(2)
    return centers + 0.4 * np.random.default_rng(seed).standard_normal((2 * n, 2)), labels


def accuracy(x: Array, labels: Array, w: Array, b: float) -> float:
    return float(((x @ w + b > 0) == labels).mean())


def best_through_origin(x: Array, labels: Array, steps: int = 720) -> float:
    """The best accuracy among all directions of w, two to the degree, with b = 0."""
    angles = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    scores = x @ np.array([np.cos(angles), np.sin(angles)]) > 0
    return float((scores == labels[:, None]).mean(axis=0).max())


def show_need(seeds: int = 10) -> None:
    """The same data with the bias forbidden and with one bias that anybody can read off the picture."""
    samples = [blobs(seed) for seed in range(seeds)]
    without = np.mean([best_through_origin(*s) for s in samples])
    with_bias = np.mean([accuracy(*s, np.ones(2), -5.0) for s in samples])
    print(f"accuracy, best line through the origin: {without:.2f}; w = (1, 1), b = -5: {with_bias:.2f}")


def show_length() -> None:
    """Where the boundary crosses the axis along w, as its length changes and b does not."""
    for w in np.array([[3.0, 4.0], [6.0, 8.0]]):
        print(f"w = ({w[0]:.0f}, {w[1]:.0f}), b = -10: offset {10 / np.linalg.norm(w):.0f}")


# --8<-- [start:norms]
def batch_norm(z: Array) -> Array:
    """Every unit (column) over the batch."""
    return (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5)


def layer_norm(z: Array) -> Array:
    """Every example (row) over the units."""
    center = z.mean(axis=1, keepdims=True)
    return (z - center) / np.sqrt(z.var(axis=1, keepdims=True) + 1e-5)


def rms_norm(z: Array) -> Array:
    """As layer norm, without taking the mean away."""
    return z / np.sqrt((z**2).mean(axis=1, keepdims=True) + 1e-5)
# --8<-- [end:norms]


def show_redundant() -> None:
    """Largest change of the output when a bias is added before normalization."""
    rng = np.random.default_rng(0)
    z, own, common = rng.standard_normal((64, 8)), rng.standard_normal(8), np.full(8, 0.7)
    print("norm        b per unit  b common")
    for norm in (batch_norm, layer_norm, rms_norm):
        changes = [float(np.abs(norm(z + b) - norm(z)).max()) for b in (own, common)]
        print(f"{norm.__name__:10}" + "".join(f"{'none' if c < 1e-9 else f'{c:.1f}':>11}" for c in changes))


def show_bias_gradient() -> None:
    """The gradient for a bias before batch norm: the sum of dL/dz over the batch, by central differences."""
    rng = np.random.default_rng(1)
    z, target = rng.standard_normal((64, 1)), rng.standard_normal((64, 1))
    step = 1e-4
    slope = [((f(z + step) - target) ** 2).sum() - ((f(z - step) - target) ** 2).sum() for f in (batch_norm, np.tanh)]
    values = [abs(s / (2 * step)) for s in slope]
    print(f"|dL/db| before batch norm below 1e-6: {values[0] < 1e-6}; before tanh: {values[1]:.0f}")


def show_prior(rate: float = 0.01) -> None:
    """Cross-entropy at the start for a rare class, with a zero bias and with the log-odds of the class."""
    print(f"1% positives: b = 0.00 loss {np.log(2):.3f}", end="; ")
    entropy = -rate * np.log(rate) - (1 - rate) * np.log(1 - rate)
    print(f"b = {np.log(rate / (1 - rate)):.2f} loss {entropy:.3f}")


def show_steepness() -> None:
    low, high = 0.5 * (1 + np.tanh(np.array([-0.5, 0.5])))
    print(f"sigmoid from z = -1 to z = 1: {low:.2f} to {high:.2f}")


def draw() -> None:
    """Direction turns the line, bias shifts it, length sets the steepness."""
    fig, (turn, shift, steep) = figure.new(1, 3, height=2.7)
    t, colors = np.array([-3.0, 3.0]), (figure.BLUE, figure.ORANGE, figure.GREEN)
    for degrees, color in zip((20, 60, 100), colors, strict=True):
        n = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
        turn.plot(n[0] - t * n[1], n[1] + t * n[0], color=color)
        figure.arrow(turn, (0, 0), (n[0], n[1]), color)
    for b, sign, color in zip((1.0, 0.0, -1.0), ("+1", "0", "−1"), colors, strict=True):
        n = np.array([np.cos(np.radians(60)), np.sin(np.radians(60))])
        shift.plot(-b * n[0] - t * n[1], -b * n[1] + t * n[0], color=color, label=f"b = {sign}")
    figure.arrow(shift, (0, 0), (n[0], n[1]))
    x = np.linspace(-4, 4, 121)
    for length, color in zip((1, 3, 10), colors, strict=True):
        steep.plot(x, 0.5 * (1 + np.tanh(length * (x - 1) / 2)), color=color, label=f"‖w‖ = {length}")
    for ax, title in ((turn, "方向 direction"), (shift, "偏置 bias")):
        ax.plot(0, 0, "o", color=figure.GREY, markersize=4)
        ax.set(title=title, xlim=(-2, 2), ylim=(-2, 2), aspect="equal", xticks=[0], yticks=[0])
    steep.set(title="长度 length", xlabel="x", ylabel="σ(w (x − 1))", yticks=[0, 0.5, 1], box_aspect=1)
    steep.set(xticks=[-4, 0, 1, 4])
    below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.08), "ncols": 3, "columnspacing": 0.8}
    shift.legend(fontsize=9, handlelength=0.8, **below)
    steep.legend(fontsize=9, loc="upper left", handlelength=0.8, borderaxespad=0)
    figure.save(fig, "weights-and-bias.svg")


if __name__ == "__main__":
    show_need()
    show_length()
    show_redundant()
    show_bias_gradient()
    show_prior()
    show_steepness()
    draw()
