"""Evidence for lstm-activations: an LSTM with exchangeable activations, driven, trained, and set by hand."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qa import figure

Array = np.ndarray


@dataclass(frozen=True)
class Activation:
    """A function and its slope as a function of input z and value a."""

    name: str
    value: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]


SIGMOID = Activation("sigmoid", lambda z: 0.5 * (1 + np.tanh(z / 2)), lambda z, a: a * (1 - a))
TANH = Activation("tanh", np.tanh, lambda z, a: 1 - a**2)
RELU = Activation("ReLU", lambda z: np.maximum(z, 0), lambda z, a: (z > 0).astype(float))
IDENTITY = Activation("identity", lambda z: z, lambda z, a: np.ones_like(z))


@dataclass(frozen=True)
class Variant:
    """gate for f, i, o; content for the candidate; shown for the copy of the state that is read."""

    name: str
    gate: Activation = SIGMOID
    content: Activation = TANH
    shown: Activation = TANH
    color: str = figure.GREY


VARIANTS = (
    Variant("standard", color=figure.BLUE),
    Variant("swapped", gate=TANH, content=SIGMOID, shown=SIGMOID, color=figure.GREY),
    Variant("content ReLU", content=RELU, color=figure.PURPLE),
    Variant("no output tanh", shown=IDENTITY, color=figure.GREEN),
    Variant("content ReLU, no output tanh", content=RELU, shown=IDENTITY, color=figure.ORANGE),
    Variant("gates ReLU", gate=RELU, color=figure.RED),
)


# --8<-- [start:cell]
def cell(
    v: Variant, x: Array, h: Array, c: Array, w: Array, b: Array
) -> tuple[Array, ...]:
    """One step: x (B, n), h and c (B, d), w (4d, n + d), b (4d)."""
    z = np.split(np.concatenate([x, h], axis=1) @ w.T + b, 4, axis=1)
    f, i, o = (v.gate.value(part) for part in z[:3])
    g = v.content.value(z[3])
    c = f * c + i * g  # no activation on the state itself
    s = v.shown.value(c)
    return o * s, c, f, i, o, g, s, *z
# --8<-- [end:cell]


def weights(n: int, d: int, scale: float, seed: int = 0, forget: float = 1.0) -> tuple[Array, Array]:
    rng, b = np.random.default_rng(seed), np.zeros(4 * d)
    b[:d] = forget
    return scale * rng.uniform(-1, 1, (4 * d, n + d)) / np.sqrt(d), b


def drive(v: Variant, steps: int = 100, n: int = 8, d: int = 32) -> Array:
    """Largest component of the state after each step, untrained, weights twice the usual scale."""
    (w, b), rng = weights(n, d, 2.0), np.random.default_rng(1)
    h, c, largest = np.zeros((1, d)), np.zeros((1, d)), []
    for _ in range(steps):
        h, c, *_ = cell(v, rng.standard_normal((1, n)), h, c, w, b)
        largest.append(float(np.abs(c).max()))
        if largest[-1] > 1e9:
            break
    return np.array(largest)


def gradients(v: Variant, w: Array, b: Array, out: Array, x: Array, y: Array) -> list[Array]:
    """Of the mean logistic loss of y·(h_T·out), y = ±1, by backpropagation through time."""
    d = len(b) // 4
    h = c = np.zeros((x.shape[1], d))
    trace = []
    for x_t in x:
        past = np.concatenate([x_t, h], axis=1), c
        h, c, *rest = cell(v, x_t, h, c, w, b)
        trace.append((past, c, rest))
    e = -y / (1 + np.exp(np.clip(y * (h @ out), -50, 50))) / len(y)
    dw, db, dout = np.zeros_like(w), np.zeros_like(b), h.T @ e
    dh, dc = np.outer(e, out), np.zeros_like(c)
    for (inputs, before), c, (f, i, o, g, s, zf, zi, zo, zg) in reversed(trace):
        dc = dc + dh * o * v.shown.slope(c, s)
        gate, dgates = v.gate.slope, (dc * before, dc * g, dh * s)
        parts = [a * gate(z, q) for a, z, q in zip(dgates, (zf, zi, zo), (f, i, o), strict=True)]
        dz = np.concatenate([*parts, dc * i * v.content.slope(zg, g)], axis=1)
        dw, db = dw + dz.T @ inputs, db + dz.sum(axis=0)
        dh, dc = (dz @ w)[:, -d:], dc * f
    return [dw, db, dout]


def remember(rng: np.random.Generator, size: int, steps: int) -> tuple[Array, Array]:
    """The label is the first value of one input; the other input is noise."""
    x = np.zeros((steps, size, 2))
    x[:, :, 1] = 0.5 * rng.standard_normal((steps, size))
    x[0, :, 0] = y = np.where(rng.random(size) < 0.5, -1.0, 1.0)
    return x, y


def train(v: Variant, steps: int = 20, updates: int = 150, d: int = 12) -> list[Array]:
    """Weights after training on the label `steps` steps back; Adam, gradients clipped at norm 1."""
    (w, b), rng = weights(2, d, 1.0, forget=2.0), np.random.default_rng(2)
    parts = [w, b, rng.standard_normal(d) / np.sqrt(d)]
    m, s = [np.zeros_like(p) for p in parts], [np.zeros_like(p) for p in parts]
    for k in range(1, updates + 1):
        gs = gradients(v, w, b, parts[2], *remember(rng, 16, steps))
        norm = np.sqrt(sum(float((g**2).sum()) for g in gs))
        for p, g, a, q in zip(parts, gs, m, s, strict=True):
            g = g * min(1.0, 1.0 / (norm + 1e-30))
            a += 0.1 * (g - a)
            q += 0.01 * (g**2 - q)
            p -= 0.01 * a / (1 - 0.9**k) / (np.sqrt(q / (1 - 0.99**k)) + 1e-8)
    return parts


def examine(v: Variant) -> tuple[float, float]:
    """Accuracy at the trained length of 20, and the largest state by step 100."""
    w, b, out = train(v)
    x, y = remember(np.random.default_rng(3), 500, 100)
    h = c = np.zeros((500, len(out)))
    accuracy = 0.0
    for t, x_t in enumerate(x, 1):
        h, c, *_ = cell(v, x_t, h, c, w, b)
        if t == 20:
            accuracy = float((np.sign(h @ out) == y).mean())
        if np.abs(c).max() > 1e30:
            break
    return accuracy, float(np.abs(c).max())


def table() -> None:
    for v in VARIANTS:
        accuracy, largest = examine(v)
        size = "below 10^3" if largest < 1e3 else "above 10^6" if largest > 1e6 else "between"
        print(f"{v.name:29} accuracy {accuracy:.1f}, state by step 100 {size}")


def forget_bias(bias: float = 2.0, steps: int = 20) -> None:
    """What the initial forget gate of the two cells leaves of a memory."""
    for act in SIGMOID, TANH:
        f = float(act.value(np.array(bias)))
        print(f"forget gate {act.name:7} of {bias:4.1f}: {f:.2f}, over {steps} steps {f**steps:.2f}")


def counter(content: Activation) -> list[float]:
    """One cell with f = i = 1 whose candidate reads three times +1, then three times -1."""
    v, w, b = Variant("", content=content), np.zeros((4, 2)), np.array([40.0, 40, 40, 0])
    w[3, 0] = 20.0
    h, c, states = np.zeros((1, 1)), np.zeros((1, 1)), []
    for value in (1, 1, 1, -1, -1, -1):
        h, c, *_ = cell(v, np.full((1, 1), float(value)), h, c, w, b)
        states.append(round(float(c[0, 0]), 2) + 0.0)
    return states


def show(values: list[float]) -> str:
    return " ".join(f"{value:5.2f}" for value in values)


def by_hand() -> None:
    """What each function does to a memory of 1, and what the content can write."""
    for z in 0.0, -1.0:
        for act in SIGMOID, TANH:
            f = float(act.value(np.array(z)))
            kept = [f**k + 0.0 for k in (1, 2, 3, 4)]
            print(f"forget gate {act.name:7} of {z:4.1f}: memory of 1 becomes {show(kept)}")
    for act in TANH, SIGMOID:
        print(f"content {act.name:7} reads + + + - - -: state {show(counter(act))}")
    z = np.linspace(-8, 8, 999)
    same = np.allclose(np.tanh(z), 2 / (1 + np.exp(-2 * z)) - 1, rtol=0, atol=1e-12)
    print(f"tanh(z) = 2σ(2z) - 1 to 1e-12: {same}")
    print(f"100 steps of a gate at 1.1: {1.1**100:.1e}; bound of the state for gate 0.9: {1 / (1 - 0.9):.0f}")


def draw() -> None:
    """Left: the two functions. Right: the state of untrained networks."""
    fig, (left, right) = figure.new(1, 2, height=2.9, width_ratios=(2, 3))
    z = np.linspace(-5, 5, 81)
    left.plot(z, SIGMOID.value(z), color=figure.BLUE)
    left.plot(z, np.tanh(z), color=figure.ORANGE)
    left.text(-4.8, 0.3, "σ(z)", color=figure.BLUE)
    left.text(-4.8, -0.85, "tanh(z)", color=figure.ORANGE)
    left.set(xlabel="z", yticks=[-1, 0, 1], xticks=[-5, 0, 5])
    for v, height in zip(VARIANTS, (0.9, 0.15, 5.5, 33.0, 0.0, 0.0), strict=True):
        largest = drive(v)
        right.plot(np.arange(1, len(largest) + 1), largest, color=v.color)
        right.text(len(largest) + 3, height or largest[-1], v.name, color=v.color, va="center", size=9)
    right.set(yscale="log", ylim=(0.05, 3e9), xlim=(0, 190), xticks=[1, 50, 100], xlabel="t")
    right.set_yticks([1, 1e4, 1e8], ["1", "10⁴", "10⁸"])
    right.minorticks_off()
    right.set_title("max |cₜ|", loc="left")
    figure.save(fig, "lstm-activations.svg")


if __name__ == "__main__":
    by_hand()
    table()
    forget_bias()
    draw()
