"""Evidence for rnn-gradients: the cliff and clipping, how far gradients reach by design, and training."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qa import figure

Array = np.ndarray


# --8<-- [start:clip]
def clip(gradients: list[Array], limit: float) -> list[Array]:
    """One factor for all gradients: their joint norm is at most limit."""
    norm = np.sqrt(sum(float((g**2).sum()) for g in gradients))
    return [g * min(1.0, limit / max(norm, 1e-12)) for g in gradients]
# --8<-- [end:clip]


# --8<-- [start:cliff]
def descend(w: float, limit: float, updates: int, rate: float = 5e-4) -> float:
    """Gradient descent on (w^50 - 0.7)²: one unit without input, 50 steps."""
    for _ in range(updates):
        gradient = 2 * (w**50 - 0.7) * 50 * w**49
        w -= rate * clip([np.array(gradient)], limit)[0]
    return float(w)
# --8<-- [end:cliff]


def cliff() -> None:
    start = 1.1
    gradient = 2 * (start**50 - 0.7) * 50 * start**49
    free, clipped = descend(start, np.inf, 1), descend(start, 1.0, 600)
    print(f"w = 1.1: w^50 = {start**50:.0f}, gradient {gradient:.1e}, after one free step w = {free:.0f}")
    print(f"gradient there {2 * (free**50 - 0.7) * 50 * free**49:.0e}")
    print(f"clipped at 1, 600 steps: w = {clipped:.4f}, w^50 = {clipped**50:.3f}")


@dataclass(frozen=True)
class Design:
    """h_t = keep·h_{t-1} + write·φ(W x + U h_{t-1}), with or without layer normalization before φ."""

    name: str
    u: Callable[[int, np.random.Generator], Array]
    relu: bool = False
    keep: float = 0.0
    write: float = 1.0
    normalized: bool = False
    color: str = figure.GREY
    style: str = "-"


def uniform(d: int, rng: np.random.Generator) -> Array:
    return rng.uniform(-1, 1, (d, d)) / np.sqrt(d)


def orthogonal(d: int, rng: np.random.Generator) -> Array:
    return np.linalg.qr(rng.standard_normal((d, d)))[0]


def identity(scale: float) -> Callable[[int, np.random.Generator], Array]:
    return lambda d, rng: scale * np.eye(d)


DESIGNS = (
    Design("tanh, uniform", uniform, color=figure.RED),
    Design("tanh, orthogonal", orthogonal, color=figure.ORANGE),
    Design("tanh, LN", uniform, normalized=True, color=figure.PURPLE),
    Design("tanh, leaky 0.98", uniform, keep=0.98, write=0.02, color=figure.GREEN),
    Design("ReLU, I", identity(1.0), relu=True, color=figure.BLUE),
    Design("ReLU, 0.9 I", identity(0.9), relu=True, color=figure.BLUE, style="--"),
    Design("ReLU, 1.1 I", identity(1.1), relu=True, color=figure.BLUE, style=":"),
)


def standardize(z: Array) -> tuple[Array, Callable[[Array], Array]]:
    """Layer normalization of rows and its backward pass."""
    scale = 1 / np.sqrt(z.var(axis=-1, keepdims=True) + 1e-5)
    n = (z - z.mean(axis=-1, keepdims=True)) * scale
    return n, lambda d: scale * (d - d.mean(axis=-1, keepdims=True) - n * (d * n).mean(axis=-1, keepdims=True))


def step(design: Design, z: Array, h: Array) -> tuple[Array, Callable[[Array], Array]]:
    """The next state from the pre-activation z, and the gradient at z from the gradient at the next state."""
    z, back = standardize(z) if design.normalized else (z, lambda d: d)
    value = np.maximum(z, 0) if design.relu else np.tanh(z)
    slope = (z > 0).astype(float) if design.relu else 1 - value**2
    return design.keep * h + design.write * value, lambda d: back(design.write * slope * d)


def reach(design: Design, steps: int, d: int = 64, n: int = 16) -> Array:
    """‖∂h_t/∂h_0‖_F / √d along a random input sequence; the identity has 1."""
    rng = np.random.default_rng(0)
    u, w = design.u(d, rng), rng.uniform(-1, 1, (d, n)) / np.sqrt(d)
    h, j, norms = np.zeros((1, d)), np.eye(d), []
    for _ in range(steps):
        h, back = step(design, rng.standard_normal((1, n)) @ w.T + h @ u.T, h)
        jacobian = design.keep * np.eye(d) + back(np.eye(d)) @ u  # row i: gradient of component i
        j = jacobian @ j
        norms.append(np.linalg.norm(j) / np.sqrt(d))
    return np.array(norms)


class Model:
    """A design with a linear readout of the last state; two inputs: a label at the first step, and noise."""

    def __init__(self, design: Design, d: int = 24) -> None:
        rng = np.random.default_rng(1)
        self.design = design
        w, u = 0.3 * rng.standard_normal((d, 2)), design.u(d, rng)
        self.parts = [w, u, np.zeros(d), rng.standard_normal(d) / np.sqrt(d)]

    def run(self, x: Array) -> tuple[list[Array], list[Callable[[Array], Array]]]:
        w, u, b, _ = self.parts
        states, backs = [np.zeros((x.shape[1], len(b)))], []
        for x_t in x:
            h, back = step(self.design, x_t @ w.T + states[-1] @ u.T + b, states[-1])
            states.append(h)
            backs.append(back)
        return states, backs

    def gradients(self, x: Array, y: Array) -> list[Array]:
        _, u, _, v = self.parts
        states, backs = self.run(x)
        d = -y / (1 + np.exp(np.clip(y * (states[-1] @ v), -50, 50))) / len(y)
        dw, du, db, dv = [np.zeros_like(p) for p in self.parts]
        dv, dh = states[-1].T @ d, np.outer(d, v)
        for t in range(len(x) - 1, -1, -1):
            dz = backs[t](dh)
            dw, du, db = dw + dz.T @ x[t], du + dz.T @ states[t], db + dz.sum(axis=0)
            dh = self.design.keep * dh + dz @ u
        return [dw, du, db, dv]


def batch(rng: np.random.Generator, size: int, steps: int) -> tuple[Array, Array]:
    """The label ±1 is the first value of one input, the other input is noise."""
    x = np.zeros((steps, size, 2))
    x[:, :, 1] = 0.5 * rng.standard_normal((steps, size))
    y = np.where(rng.random(size) < 0.5, -1.0, 1.0)
    x[0, :, 0] = y
    return x, y


def train(model: Model, limit: float, steps: int = 60, updates: int = 300, rate: float = 3e-3) -> float:
    """Accuracy on new sequences after training the model with Adam and clipping."""
    rng = np.random.default_rng(2)
    m, s = [np.zeros_like(p) for p in model.parts], [np.zeros_like(p) for p in model.parts]
    for k in range(1, updates + 1):
        gradients = clip(model.gradients(*batch(rng, 16, steps)), limit)
        for p, g, a, c in zip(model.parts, gradients, m, s, strict=True):
            a += 0.1 * (g - a)
            c += 0.01 * (g**2 - c)
            p -= rate * a / (1 - 0.9**k) / (np.sqrt(c / (1 - 0.99**k)) + 1e-8)
    x, y = batch(np.random.default_rng(3), 1000, steps)
    return float((np.sign(model.run(x)[0][-1] @ model.parts[3]) == y).mean())


def task_reach(model: Model, steps: int = 60) -> float:
    """‖∂h_T/∂h_0‖_F / √d of a model along one sequence of the task."""
    x, d = batch(np.random.default_rng(9), 1, steps)[0], len(model.parts[2])
    j = np.eye(d)
    for back in reversed(model.run(x)[1]):
        j = model.design.keep * j + back(j) @ model.parts[1]
    return float(np.linalg.norm(j) / np.sqrt(d))


def coarse(value: float) -> str:
    """Long training amplifies rounding: no digits of a large value."""
    return "above 0.1" if value > 0.1 else f"{value:.0e}"


TRAINED = ("tanh, uniform", "tanh, orthogonal", "tanh, leaky 0.98", "ReLU, I")


def compare() -> None:
    """How far the gradient reaches before training, and what training makes of it where it is tried."""
    after = []
    for design in DESIGNS:
        norms = reach(design, 100)
        line = f"{design.name:17} after 50 steps {norms[49]:7.0e}, after 100 {norms[99]:7.0e}"
        if design.name in TRAINED:
            model = Model(design)
            before = task_reach(model)
            line += f", accuracy {train(model, 1.0):.1f}"
            after.append(f"{design.name:17} along the task: before {before:.0e}, trained {coarse(task_reach(model))}")
        print(line)
    print("\n".join(after[:2]))


def skips(steps: int = 100, skip: int = 10) -> None:
    """The factor per step of the plain network, over all steps and over the hops of a connection across ten."""
    norms = reach(DESIGNS[0], steps)
    factor = norms[-1] ** (1 / steps)
    hops = steps // skip
    print(f"factor per step {factor:.2f}: {steps} steps {factor**steps:.0e}, {hops} hops {factor**hops:.0e}")


def draw() -> None:
    """Left: the cliff of the loss. Right: reach of the gradient by design."""
    fig, (left, right) = figure.new(1, 2, height=3.2, width_ratios=(2, 3))
    w = np.linspace(0.9, 1.045, 120)
    left.plot(w, (w**50 - 0.7) ** 2, color=figure.BLUE)
    left.plot([1.04], [(1.04**50 - 0.7) ** 2], "o", color=figure.RED)
    figure.arrow(left, (1.0385, 41), (0.905, 41), figure.RED)
    figure.arrow(left, (1.037, 36.5), (1.026, 13), figure.GREEN)
    left.text(0.97, 44.5, "−η g", color=figure.RED, ha="center")
    left.text(1.018, 25, "η c", color=figure.GREEN, ha="center")
    left.set(xlabel="w", xlim=(0.9, 1.05), ylim=(-1, 48), xticks=[0.9, 0.95, 1.0], yticks=[0, 20, 40])
    left.set_title("(w⁵⁰ − 0.7)²", loc="left")
    t = np.arange(1, 101)
    shift = {"tanh, LN": 1e-3, "tanh, orthogonal": 10, "tanh, leaky 0.98": 1e-2, "ReLU, I": 1e2}
    for design in DESIGNS:
        norms = reach(design, 100)
        shown = norms > 0
        right.plot(t[shown], norms[shown], color=design.color, linestyle=design.style)
        x, y = (102, norms[-1] * shift.get(design.name, 1)) if shown[-1] else (57, norms[shown][-1] / 3e5)
        right.text(x, y, design.name, color=design.color, va="center", size=9)
    right.set(yscale="log", xlim=(0, 155), xticks=[1, 50, 100], ylim=(1e-30, 1e7), xlabel="t")
    right.set_yticks([1, 1e-10, 1e-20], ["1", "10⁻¹⁰", "10⁻²⁰"])
    right.minorticks_off()
    right.set_title("‖∂hₜ/∂h₀‖", loc="left")
    figure.save(fig, "rnn-gradients.svg")


if __name__ == "__main__":
    cliff()
    compare()
    skips()
    draw()
