"""Evidence for learning-rate: the limit 2/L on a quadratic, a network over five decades of rates, warm-up, decay, range test."""

from collections.abc import Callable

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
Schedule = Callable[[int], float]
CURVATURES = np.array([1.0, 10.0])
RATES = (0.001, 0.01, 0.1, 0.4, 1.6, 3.2, 6.4)
STEPS, WARM, BATCH, SEEDS = 200, 60, 50, 5
EYE = np.eye(10)


def quadratic(rate: float, steps: int = 50) -> Array:
    """Loss ½ Σ λᵢ wᵢ² after each step of gradient descent from w = (1, 1)."""
    factors = (1 - rate * CURVATURES) ** np.arange(steps + 1)[:, None]
    return 0.5 * (CURVATURES * factors**2).sum(axis=1)


# --8<-- [start:noisy]
def noisy(rates: Array, sigma: float = 1.0) -> Array:
    """Exact mean loss of the quadratic when every gradient carries noise."""
    m, losses = np.ones(2), []  # second moments of the two components
    for rate in rates:
        m = (1 - rate * CURVATURES) ** 2 * m + rate**2 * sigma**2
        losses.append(0.5 * float(CURVATURES @ m))
    return np.array(losses)
# --8<-- [end:noisy]


def digits() -> tuple[Array, Array]:
    """500 handwritten digits, scaled to mean 0 and variance 1 overall."""
    x, y = load_digits(return_X_y=True)
    rows = np.random.default_rng(0).permutation(len(x))[:500]
    x = (x - x.mean()) / x.std()
    return x[rows], y[rows]


X, Y = digits()


def initial(seed: int, gain: float = 1.0) -> Array:
    """Weights and biases of 64 inputs, 32 hidden units and ten classes in one vector; gain 1 for tanh, √2 for ReLU."""
    rng = np.random.default_rng(seed)
    hidden, top = gain * rng.standard_normal((64, 32)) / 8, rng.standard_normal((32, 10)) / np.sqrt(32)
    return np.concatenate([hidden.ravel(), np.zeros(32), top.ravel(), np.zeros(10)])


def hidden(w: Array, x: Array, relu: bool) -> Array:
    a = x @ w[:2048].reshape(64, 32) + w[2048:2080]
    return np.maximum(a, 0) if relu else np.tanh(a)


def loss_and_gradient(w: Array, x: Array, y: Array, relu: bool = False) -> tuple[float, Array]:
    """Mean cross-entropy and its gradient."""
    h, top = hidden(w, x, relu), w[2080:2400].reshape(32, 10)
    z = h @ top + w[2400:]
    z = z - z.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    dz = (np.exp(logp) - EYE[y]) / len(y)
    da = (dz @ top.T) * ((h > 0) if relu else 1 - h * h)
    parts = (x.T @ da).ravel(), da.sum(axis=0), (h.T @ dz).ravel(), dz.sum(axis=0)
    return -float(logp[np.arange(len(y)), y].mean()), np.concatenate(parts)


def train(w: Array, schedule: Schedule, seed: int, relu: bool = False, steps: int = STEPS) -> tuple[Array, Array]:
    """Plain mini-batch SGD; the weights and the batch losses."""
    rng, losses = np.random.default_rng(100 + seed), []
    for t in range(steps):
        rows = rng.integers(0, len(X), BATCH)
        loss, g = loss_and_gradient(w, X[rows], Y[rows], relu)
        w = w - schedule(t) * g
        losses.append(loss)
    return w, np.array(losses)


def constant(rate: float) -> Schedule:
    return lambda t: rate


def warmed(rate: float) -> Schedule:
    return lambda t: rate * min(1.0, (t + 1) / WARM)


def final_loss(schedule: Schedule) -> float:
    """Median over seeds of the loss on all training data after STEPS updates."""
    ends = [train(initial(seed), schedule, seed)[0] for seed in range(SEEDS)]
    return float(np.median([loss_and_gradient(w, X, Y)[0] for w in ends]))


# --8<-- [start:sharpness]
def largest_curvature(w: Array, iterations: int = 20) -> float:
    """Largest Hessian eigenvalue: power iteration on gradient differences."""
    v, eps, size = np.random.default_rng(9).standard_normal(len(w)), 1e-4, 1.0
    for _ in range(iterations):
        v = v / np.linalg.norm(v)
        up, down = (loss_and_gradient(w + s * eps * v, X, Y)[1] for s in (1, -1))
        v = (up - down) / (2 * eps)
        size = float(np.linalg.norm(v))
    return size
# --8<-- [end:sharpness]


def adam(rate: float, seed: int) -> float:
    """Loss on all training data after STEPS updates of Adam with its usual constants."""
    w, rng = initial(seed), np.random.default_rng(100 + seed)
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t in range(1, STEPS + 1):
        rows = rng.integers(0, len(X), BATCH)
        g = loss_and_gradient(w, X[rows], Y[rows])[1]
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w = w - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return loss_and_gradient(w, X, Y)[0]


def range_test() -> tuple[Array, Array]:
    """Rates growing from 0.001 to 10 within 120 updates, and the batch loss at each, mean over eight seeds."""
    rates = np.geomspace(1e-3, 10, 120)
    runs = [train(initial(s), lambda t: float(rates[t]), s, steps=120)[1] for s in range(8)]
    return rates, np.mean(runs, axis=0)


def show_quadratic() -> None:
    for rate in (0.02, 0.1, 2 / 11, 0.2, 0.21):
        flat, steep = 1 - rate * CURVATURES
        print(f"rate {rate:.3f}: factors {flat:+.2f} {steep:+.2f}, loss after 50 steps {quadratic(rate)[-1]:.1e}")


def show_network() -> dict[str, list[float]]:
    """Final loss by rate, with and without warm-up; coarse where training is chaotic."""
    found: dict[str, list[float]] = {"constant": [], "warm-up": []}
    for rate in RATES:
        found["constant"].append(final_loss(constant(rate)))
        found["warm-up"].append(final_loss(warmed(rate)))
        cells = [coarse(values[-1], rate) for values in found.values()]
        print(f"rate {rate:5.3f}: constant {cells[0]}, warm-up {cells[1]}")
    return found


def coarse(loss: float, rate: float) -> str:
    """Two decimals; beyond the stable rates only the order of magnitude."""
    if rate > 2:
        return "above 1" if loss > 1 else "below 0.1" if loss < 0.1 else "below 1"
    return f"{loss:.2f}"


def show_limits() -> None:
    """Curvature at the start, after a warm-up to 1.6 and, as a control, after as many updates at 0.1."""
    start = [largest_curvature(initial(s)) for s in range(SEEDS)]
    after, control = (
        [largest_curvature(train(initial(s), plan, s, steps=WARM)[0]) for s in range(SEEDS)]
        for plan in (warmed(1.6), constant(0.1))
    )
    for name, values in (("at the start", start), ("after warm-up", after), ("after 60 updates at 0.1", control)):
        print(f"2 / largest curvature, {name}: {2 / max(values):.1f} to {2 / min(values):.1f}")


def show_relu() -> None:
    """A rate so high that it kills the hidden units of a ReLU network leaves a flat curve."""
    for rate in (0.4, 3.2):
        runs = [train(initial(s, np.sqrt(2)), constant(rate), s, relu=True)[0] for s in range(3)]
        dead = np.median([(hidden(w, X, True).max(axis=0) == 0).mean() for w in runs])
        loss = np.median([loss_and_gradient(w, X, Y, True)[0] for w in runs])
        print(f"ReLU, rate {rate}: loss {loss:.1f}, dead units {dead:.0%}")


def show_adam() -> None:
    """Loss by rate; at rate 1 training is chaotic, so that only the order of magnitude is printed."""
    ends = {rate: float(np.median([adam(rate, s) for s in range(3)])) for rate in (1e-4, 1e-2, 1.0)}
    cells = [f"{rate}: {'above 1' if loss > 1 and rate == 1 else f'{loss:.1f}'}" for rate, loss in ends.items()]
    print("Adam, loss by rate:", ", ".join(cells))


def schedules(steps: int = 300) -> dict[str, Array]:
    cosine = 0.1 * 0.5 * (1 + np.cos(np.pi * np.arange(steps) / steps))
    return {"η = 0.1": np.full(steps, 0.1), "η = 3×10⁻³": np.full(steps, 0.003), "余弦 cosine": cosine}


def show_schedules() -> None:
    for name, rates in schedules().items():
        losses = noisy(rates)
        label = {"η = 0.1": "constant 0.1", "η = 3×10⁻³": "constant 0.003"}.get(name, "cosine from 0.1")
        print(f"{label}: loss after 30 steps {losses[29]:.3f}, after 300 steps {losses[-1]:.4f}")


def show_range(rates: Array, losses: Array) -> None:
    best = int(np.argmin(losses))
    above = best + int(np.argmax(losses[best:] > losses[0]))
    print(f"range test: lowest near {rates[best]:.1f}, back above its start near {rates[above]:.0f}")


def draw(found: dict[str, list[float]], rates: Array, losses: Array) -> None:
    fig, ((a, b), (c, d)) = figure.new(2, 2, height=5.4)
    draw_quadratic(a)
    draw_runs(b)
    draw_rates(c, found, rates, losses)
    for (name, values), color in zip(schedules().items(), (figure.RED, figure.ORANGE, figure.BLUE), strict=True):
        d.plot(np.arange(1, 301, 5), noisy(values)[::5], color=color, label=name)
    d.set(title="含噪声 noisy", yscale="log", xlabel="t")
    d.legend(fontsize=9)
    figure.save(fig, "learning-rate.svg")


def draw_runs(ax: figure.Axes) -> None:
    """One run a rate; at 3.2 only its first updates: later ones are chaotic and differ between processors."""
    for rate, color in zip((0.01, 0.1, 0.4, 3.2), (figure.ORANGE, figure.GREEN, figure.BLUE, figure.RED), strict=True):
        steps = np.arange(11) if rate > 2 else np.arange(0, STEPS, 5)
        ax.plot(steps, train(initial(0), constant(rate), 0)[1][steps], color=color, label=f"η = {rate}")
    ax.set(title="网络 network", yscale="log", ylim=(0.02, 1000), xlabel="t")
    ax.legend(ncols=2, fontsize=9, loc="upper center")


def draw_rates(ax: figure.Axes, found: dict[str, list[float]], rates: Array, losses: Array) -> None:
    """Loss by rate up to 1.6; above, where training is chaotic, an arrow for a constant rate that ends above 1."""
    stable = [k for k, rate in enumerate(RATES) if rate < 2]
    for values, style, color, label in zip(
        found.values(), ("o-", "s--"), (figure.BLUE, figure.GREEN), ("不变 constant", "预热 warm-up"), strict=True
    ):
        points = [RATES[k] for k in stable], [values[k] for k in stable]
        ax.plot(*points, style, color=color, label=label, markersize=4)
    high = [rate for rate, loss in zip(RATES, found["constant"], strict=True) if rate > 2 and loss > 1]
    ax.plot(high, np.ones(len(high)), "^", color=figure.BLUE, markersize=6, label="不变 constant > 1")
    shown = rates < 3
    ax.plot(rates[shown][::2], losses[shown][::2], color=figure.GREY, linewidth=1.2, label="范围测试 range test")
    ax.set(title="网络 network, t = 200", xscale="log", yscale="log", xlabel="η", ylim=(0.0005, 20))
    ax.minorticks_off()
    ax.legend(fontsize=9, loc="lower left")


def draw_quadratic(ax: figure.Axes) -> None:
    colors = (figure.ORANGE, figure.GREEN, figure.BLUE, figure.RED)
    for rate, color in zip((0.02, 0.1, 2 / 11, 0.21), colors, strict=True):
        ax.plot(quadratic(rate, 40), color=color, label=f"η = {rate:.2g}")
    ax.set(title="二次函数 quadratic, L = 10", yscale="log", xlabel="t", ylim=(1e-6, 1e6))
    ax.legend(ncols=2, fontsize=9, loc="upper left")


if __name__ == "__main__":
    show_quadratic()
    found = show_network()
    show_limits()
    show_relu()
    show_adam()
    show_schedules()
    rates, losses = range_test()
    show_range(rates, losses)
    draw(found, rates, losses)
