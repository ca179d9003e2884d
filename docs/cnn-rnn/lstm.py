"""Evidence for lstm: the cell, its parameters, how far its gradient reaches, and what its state can count."""

import numpy as np

from qa import figure

State = tuple[np.ndarray, np.ndarray]


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


# --8<-- [start:cell]
def lstm(x: np.ndarray, h: np.ndarray, c: np.ndarray, w: np.ndarray, b: np.ndarray) -> State:
    """One step: x (n), h and c (d), w (4d, n + d), b (4d); blocks forget, input, output, candidate."""
    f, i, o, g = np.split(w @ np.concatenate([x, h]) + b, 4)
    f, i, o, g = sigmoid(f), sigmoid(i), sigmoid(o), np.tanh(g)
    c = f * c + i * g
    return o * np.tanh(c), c
# --8<-- [end:cell]


def gru(x: np.ndarray, h: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """One step: x (n), h (d), w (3d, n + d), b (3d); blocks reset, update, candidate."""
    d = len(h)
    r, z = np.split(sigmoid(w[: 2 * d] @ np.concatenate([x, h]) + b[: 2 * d]), 2)
    candidate = np.tanh(w[2 * d :] @ np.concatenate([x, r * h]) + b[2 * d :])
    return z * h + (1 - z) * candidate


def weights(blocks: int, n: int, d: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Uniform in ±1/√d, as frameworks do, biases zero."""
    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, (blocks * d, n + d)) / np.sqrt(d), np.zeros(blocks * d)


def count(n: int = 128, d: int = 256) -> None:
    """Parameters with one bias per block, and with two as in cuDNN-style implementations; the cells must run."""
    for name, blocks in ("tanh RNN", 1), ("GRU", 3), ("LSTM", 4):
        w, b = weights(blocks, n, d)
        print(f"{name:8} {w.size + b.size:8,} parameters, with two biases {w.size + 2 * b.size:8,}")
    x, h = np.ones(n), np.zeros(d)
    shapes = [state.shape for state in (*lstm(x, h, h, *weights(4, n, d)), gru(x, h, *weights(3, n, d)))]
    assert shapes == [(d,)] * 3


def reach_lstm(bias: float, steps: int, n: int = 16, d: int = 64) -> list[float]:
    """Frobenius norm of dc_t/dc_0, all paths together, divided by √d so that the identity has 1."""
    (w, b), rng = weights(4, n, d), np.random.default_rng(1)
    b[:d] = bias
    h, c, dh, dc, norms = np.zeros(d), np.zeros(d), np.zeros((d, d)), np.eye(d), []
    for _ in range(steps):
        x = rng.standard_normal(n)
        f, i, o, g = np.split(w @ np.concatenate([x, h]) + b, 4)
        df, di, do, dg = np.split(w[:, n:] @ dh, 4)
        f, i, o, g = sigmoid(f), sigmoid(i), sigmoid(o), np.tanh(g)
        scale = [(s * (1 - s))[:, None] for s in (f, i, o)]
        dc = f[:, None] * dc + scale[0] * df * c[:, None] + scale[1] * di * g[:, None] + ((1 - g**2) * i)[:, None] * dg
        c = f * c + i * g
        dh = scale[2] * do * np.tanh(c)[:, None] + (o * (1 - np.tanh(c) ** 2))[:, None] * dc
        h = o * np.tanh(c)
        norms.append(float(np.linalg.norm(dc) / np.sqrt(d)))
    return norms


def reach_rnn(steps: int, n: int = 16, d: int = 64) -> list[float]:
    """The same for dh_t/dh_0 of a tanh network."""
    (w, _), rng = weights(1, n, d), np.random.default_rng(1)
    h, dh, norms = np.zeros(d), np.eye(d), []
    for _ in range(steps):
        h = np.tanh(w @ np.concatenate([rng.standard_normal(n), h]))
        dh = (1 - h**2)[:, None] * (w[:, n:] @ dh)
        norms.append(float(np.linalg.norm(dh) / np.sqrt(d)))
    return norms


def gate_alone() -> None:
    """The direct path: a forget gate held at sigmoid(bias) for a hundred steps."""
    for bias in 0.0, 1.0, 3.0, 5.0:
        f = float(sigmoid(np.array(bias)))
        print(f"forget bias {bias:.0f}: gate {f:.3f}, halves every {np.log(0.5) / np.log(f):5.1f} steps, gate^100 = {f**100:.1e}")


def reach() -> None:
    print(f"tanh RNN:           after 20 steps {reach_rnn(100)[19]:.0e}, after 100 {reach_rnn(100)[-1]:.0e}")
    for bias in 0, 1, 3, 5:
        norms = reach_lstm(bias, 100)
        print(f"LSTM, forget bias {bias}: after 20 steps {norms[19]:.0e}, after 100 {norms[-1]:.0e}")


# --8<-- [start:counter]
def counter(word: str) -> float:
    """One cell with all gates open: reads +1 for a, -1 for b, and returns c."""
    w = np.array([[0.0, 0], [0, 0], [0, 0], [20, 0]])  # only the candidate looks at the input
    b = np.array([40.0, 40, 40, 0])  # forget, input and output gate at 1
    h, c = np.zeros(1), np.zeros(1)
    for letter in word:
        h, c = lstm(np.array([1.0 if letter == "a" else -1.0]), h, c, w, b)
    return float(c[0])
# --8<-- [end:counter]


def doubling(steps: int) -> float:
    """dc_T/dc_0 at c = 0 for one cell with all gates open whose candidate reads h with weight 1."""
    w = np.array([[0.0, 0], [0, 0], [0, 0], [0, 1]])
    b = np.array([40.0, 40, 40, 0])
    h, c = np.zeros(1), np.array([1e-40])  # so small that tanh is linear and the quotient is the derivative
    for _ in range(steps):
        h, c = lstm(np.zeros(1), h, c, w, b)
    return float(c[0]) / 1e-40


def gru_bound() -> float:
    """Largest state of a GRU with weights ten times too large over 1,000 steps: a mean of values in [-1, 1]."""
    (w, b), rng, h, largest = weights(3, 1, 8), np.random.default_rng(2), np.zeros(8), 0.0
    for _ in range(1000):
        h = gru(rng.standard_normal(1), h, 10 * w, b)
        largest = max(largest, float(np.abs(h).max()))
    return largest


def node(ax: figure.Axes, x: float, y: float, text: str) -> None:
    ax.add_patch(figure.plt.Circle((x, y), 0.24, fill=False, color=figure.GREEN, linewidth=1.4))
    ax.text(x, y - 0.02, text, ha="center", va="center")


def path(ax: figure.Axes, *points: tuple[float, float], color: str = "black", wide: float = 1.2) -> None:
    """Straight pieces with an arrow head at the end."""
    xs, ys = zip(*points, strict=True)
    ax.plot(xs[:-1], ys[:-1], color=color, linewidth=wide, solid_capstyle="butt")
    figure.arrow(ax, points[-2], points[-1], color)


def draw_cell() -> None:
    """The cell: state along the top, gates below, output at the right."""
    fig, ax = figure.blank(height=3.7, width_units=12.8, height_units=6.4)
    top, gates, bus = 5.4, 1.7, 0.7
    ax.plot([0.9, 2.56], [top, top], color=figure.RED, linewidth=2.4)
    ax.plot([3.04, 6.76], [top, top], color=figure.RED, linewidth=2.4)
    path(ax, (7.24, top), (12.0, top), color=figure.RED)
    ax.plot([7.24, 11.6], [top, top], color=figure.RED, linewidth=2.4)
    node(ax, 2.8, top, "×")
    node(ax, 7.0, top, "+")
    node(ax, 7.0, 3.8, "×")
    node(ax, 10.8, 2.9, "×")
    for x, text, color in (
        (2.8, "σ", figure.BLUE), (5.0, "σ", figure.BLUE), (7.0, "tanh", figure.ORANGE), (9.0, "σ", figure.BLUE)
    ):
        figure.box(ax, x - 0.6, gates, 1.2, 0.6, text, color)
        path(ax, (x, bus), (x, gates - 0.02))
    ax.plot([0.9, 9.0], [bus, bus], color="black", linewidth=1.2)
    path(ax, (2.8, gates + 0.62), (2.8, top - 0.26))
    path(ax, (5.0, gates + 0.62), (5.0, 3.8), (6.74, 3.8))
    path(ax, (7.0, gates + 0.62), (7.0, 3.54))
    path(ax, (7.0, 4.06), (7.0, top - 0.26))
    path(ax, (9.0, gates + 0.62), (9.0, 2.9), (10.54, 2.9))
    figure.box(ax, 10.2, 3.8, 1.2, 0.6, "tanh", figure.ORANGE)
    path(ax, (10.8, top), (10.8, 4.42))
    path(ax, (10.8, 3.78), (10.8, 3.16))
    path(ax, (11.06, 2.9), (12.0, 2.9))
    labels = (
        (0.45, top, "cₜ₋₁"), (12.4, top, "cₜ"), (12.4, 2.9, "hₜ"), (0.45, bus, "hₜ₋₁, xₜ"),
        (2.5, 3.2, "fₜ"), (4.7, 3.2, "iₜ"), (7.35, 3.0, "c̃ₜ"), (8.7, 2.75, "oₜ"),
    )
    for x, y, text in labels:
        ax.text(x - 0.1 if text.startswith("hₜ₋₁") else x, y, text, ha="center", va="center", style="italic")
    figure.save(fig, "lstm.svg")


def draw_reach() -> None:
    """How the gradient of the state fades with the number of steps."""
    fig, ax = figure.new(1, 1, height=2.8)
    t = np.arange(1, 101)
    ax.plot(t, reach_rnn(100), color=figure.GREY)
    ends = (0, figure.RED, 5e-22), (1, figure.ORANGE, 2e-8), (3, figure.BLUE, 1), (5, figure.GREEN, 1e3)
    for bias, color, end in ends:
        norms = reach_lstm(bias, 100)
        ax.plot(t, norms, color=color)
        ax.text(101.5, end, f"LSTM, b = {bias}", color=color, va="center")
    ax.text(101.5, 8e-26, "tanh RNN", color=figure.GREY, va="center")
    ax.set(yscale="log", ylim=(1e-27, 1e5), xlim=(0, 124), xticks=[1, 20, 40, 60, 80, 100], xlabel="t")
    ax.set_yticks([1, 1e-10, 1e-20], ["1", "10⁻¹⁰", "10⁻²⁰"])
    ax.minorticks_off()
    ax.set_title("‖∂cₜ/∂c₀‖", loc="left")
    figure.save(fig, "lstm-reach.svg")


if __name__ == "__main__":
    count()
    gate_alone()
    reach()
    print(f"counter: after 1000 a {counter('a' * 1000):.1f}, after 1000 b more {counter('a' * 1000 + 'b' * 1000):.1f}")
    print(f"GRU: largest state in 1000 steps {gru_bound():.1f}")
    print(f"open gates, candidate reads h: dc_100/dc_0 = 2^{np.log2(doubling(100)):.1f}")
    draw_cell()
    draw_reach()
