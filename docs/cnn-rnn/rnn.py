"""Evidence for rnn: the recurrence, parity with eight numbers, streaming, padding, untrained memory."""

import numpy as np

from qa import figure

Array = np.ndarray
Weights = tuple[Array, Array, Array]


# --8<-- [start:rnn]
def rnn(x: Array, h: Array, w: Array, u: Array, b: Array) -> Array:
    """States (T, B, d) for x (T, B, n), h (B, d), w (d, n), u (d, d), b (d)."""
    states = []
    for x_t in x:  # the same w, u, b at every step
        h = np.tanh(x_t @ w.T + h @ u.T + b)
        states.append(h)
    return np.stack(states)
# --8<-- [end:rnn]


def random_weights(n: int, d: int, seed: int = 0) -> Weights:
    """Uniform in ±1/√d, biases too, as frameworks draw them."""
    rng = np.random.default_rng(seed)
    w, u, b = (rng.uniform(-1, 1, shape) / np.sqrt(d) for shape in ((d, n), (d, d), (d,)))
    return w, u, b


def shapes(n: int = 128, d: int = 256) -> None:
    """The sizes for T = 50 and for T = 500: the states grow with T, the parameters do not."""
    w, u, b = random_weights(n, d)
    for steps in 50, 500:
        states = rnn(np.zeros((steps, 4, n)), np.zeros((4, d)), w, u, b)
        print(f"T = {steps:3}: states {states.shape}, parameters {w.size + u.size + b.size:,}")


# --8<-- [start:parity]
def parity(bits: Array) -> Array:
    """Running parity of bits (T,) by a hand-made network with two units."""
    w = np.array([[1.0], [1.0]])
    u = np.array([[0.5, -0.5], [0.5, -0.5]])  # h1 - h2 is twice the parity
    b = np.array([-0.5, -1.5])
    k = 20.0  # a steep tanh is a switch
    x = bits.reshape(-1, 1, 1)
    h = rnn(x, np.array([[-1.0, -1.0]]), k * w, k * u, k * b)
    return (h[:, 0, 0] - h[:, 0, 1] > 1).astype(int)
# --8<-- [end:parity]


def check_parity(steps: int = 10_000) -> None:
    bits = np.random.default_rng(0).integers(0, 2, steps).astype(float)
    right = parity(bits) == np.cumsum(bits) % 2
    print(f"parity: right at {right.sum():,} of {steps:,} positions")


def streaming() -> None:
    """A whole sequence at once, and the same in pieces with the state carried over or dropped."""
    weights, x = random_weights(3, 16), np.random.default_rng(1).standard_normal((60, 1, 3))
    whole, start = rnn(x, np.zeros((1, 16)), *weights), np.zeros((1, 16))
    carried, dropped, h = [], [], start
    for piece in np.split(x, 6):
        carried.append(rnn(piece, h, *weights))
        dropped.append(rnn(piece, start, *weights))
        h = carried[-1][-1]
    for name, parts in ("carried", carried), ("dropped", dropped):
        difference = np.abs(np.concatenate(parts) - whole).max()
        print(f"six pieces, state {name}: largest difference {difference:.1f}")


def padding() -> None:
    """The state after the last real step, and the one after five steps of zero padding."""
    weights, x = random_weights(3, 16), np.random.default_rng(2).standard_normal((10, 1, 3))
    padded = rnn(np.concatenate([x, np.zeros((5, 1, 3))]), np.zeros((1, 16)), *weights)
    cosine = padded[9, 0] @ padded[-1, 0] / np.linalg.norm(padded[9]) / np.linalg.norm(padded[-1])
    print(f"state at the last real step and five padded steps later: cosine {cosine:.2f}")


def reservoir(delays: tuple[int, ...] = (1, 5, 10, 20, 40), d: int = 100, steps: int = 3000) -> dict[int, float]:
    """Recall of x[t - k] from h[t]: a random network that is never trained and a linear readout by least squares."""
    rng = np.random.default_rng(3)
    u = rng.standard_normal((d, d))
    u *= 0.95 / np.abs(np.linalg.eigvals(u)).max()
    x = rng.uniform(-1, 1, (steps, 1, 1))
    h = rnn(x, np.zeros((1, d)), 0.1 * rng.standard_normal((d, 1)), u, np.zeros(d))[:, 0]
    scores = {}
    for k in delays:
        states, targets = h[100:], x[100 - k : steps - k, 0, 0]
        readout = np.linalg.lstsq(states[:2000], targets[:2000], rcond=1e-6)[0]
        error = targets[2000:] - states[2000:] @ readout
        scores[k] = 1 - error.var() / targets[2000:].var()
    return scores


def gru_growth(u: float, steps: int = 20) -> float:
    """dh_T/dh_0 at h = 0 of a one-unit GRU with both gates at one half and candidate tanh(u r h)."""
    return (0.5 + 0.5 * 0.5 * u) ** steps


def state_bytes(layers: int = 24, d: int = 1024, tokens: int = 4096) -> None:
    """What a generator keeps, 16 bits a number: hidden states against the keys and values of attention."""
    state, cache = 2 * layers * d, 2 * 2 * layers * d * tokens
    print(f"RNN state {state / 2**10:.0f} KiB, keys and values of {tokens} tokens {cache / 2**20:.0f} MiB")


def link(ax: figure.Axes, x0: float, y0: float, x1: float, y1: float, text: str = "") -> None:
    figure.arrow(ax, (x0, y0), (x1, y1))
    if text:
        dx, dy = (0.22, 0) if x0 == x1 else (0, 0.22)
        ax.text((x0 + x1) / 2 + dx, (y0 + y1) / 2 + dy, text, ha="center", va="center", style="italic")


def draw_unrolled() -> None:
    """Left the loop, right the same network along time."""
    fig, ax = figure.blank(height=2.6, width_units=13, height_units=4.7)
    for x, t in (1.2, "t"), (4.9, "1"), (7.3, "2"), (9.7, "3"):
        sub = {"t": "ₜ", "1": "₁", "2": "₂", "3": "₃"}[t]
        figure.box(ax, x - 0.55, 2.0, 1.1, 0.8, f"h{sub}", figure.BLUE)
        ax.text(x, 0.45, f"x{sub}", ha="center", va="center", style="italic")
        ax.text(x, 4.35, f"y{sub}", ha="center", va="center", style="italic")
        link(ax, x, 0.75, x, 1.98, "W")
        link(ax, x, 2.82, x, 4.05, "V")
    figure.arrow(ax, (1.77, 2.2), (1.77, 2.6), bend=2.6)
    ax.text(2.62, 2.4, "U", ha="center", va="center", style="italic")
    ax.text(3.15, 2.4, "=", ha="center", va="center", size=14)
    ax.text(3.62, 2.4, "h₀", ha="center", va="center", style="italic")
    link(ax, 3.85, 2.4, 4.33, 2.4, "U")
    for x in 5.47, 7.87:
        link(ax, x, 2.4, x + 1.26, 2.4, "U")
    link(ax, 10.27, 2.4, 11.5, 2.4, "U")
    ax.text(11.85, 2.4, "…", ha="center", va="center", size=12)
    figure.save(fig, "rnn.svg")


def draw_patterns() -> None:
    """Which steps read and which steps write."""
    fig, ax = figure.blank(height=2.1, width_units=16.4, height_units=4.2)
    patterns = (
        ("1 → n", "100", "111"), ("n → 1", "111", "001"), ("n → n", "111", "111"), ("n → m", "11000", "00111"),
    )
    x = 0.6
    for name, reads, writes in patterns:
        ax.text(x + 0.45 * (len(reads) - 1), 3.95, name, ha="center", va="center")
        for i, (read, write) in enumerate(zip(reads, writes, strict=True)):
            at = x + 0.9 * i
            figure.box(ax, at - 0.28, 1.6, 0.56, 0.56, "", figure.BLUE)
            if i:
                figure.arrow(ax, (at - 0.6, 1.88), (at - 0.3, 1.88))
            if read == "1":
                figure.box(ax, at - 0.28, 0.2, 0.56, 0.56, "", figure.ORANGE)
                figure.arrow(ax, (at, 0.78), (at, 1.58))
            if write == "1":
                figure.box(ax, at - 0.28, 3.0, 0.56, 0.56, "", figure.GREEN)
                figure.arrow(ax, (at, 2.18), (at, 2.98))
        x += 0.9 * len(reads) + 1.0
    figure.save(fig, "rnn-patterns.svg")


if __name__ == "__main__":
    shapes()
    check_parity()
    streaming()
    padding()
    print("recall R²:", ", ".join(f"{k} back {max(score, 0):.2f}" for k, score in reservoir().items()))
    state_bytes()
    print(f"GRU, u = 8: dh_20/dh_0 = {gru_growth(8):.0e}; 0.9^100 = {0.9**100:.1e}")
    draw_unrolled()
    draw_patterns()
