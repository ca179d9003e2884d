"""Evidence for training-rnns: BPTT, its memory, truncation, products of Jacobians, scan, free running."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from qa import figure

Array = np.ndarray


@dataclass
class Net:
    """h_t = tanh(W x_t + U h_{t-1} + b), logit v·h_T."""

    w: Array
    u: Array
    b: Array
    v: Array

    def parts(self) -> list[Array]:
        return [self.w, self.u, self.b, self.v]


def random_net(d: int, seed: int = 0) -> Net:
    """Two inputs, d units, orthogonal recurrent matrix."""
    rng = np.random.default_rng(seed)
    u = np.linalg.qr(rng.standard_normal((d, d)))[0]
    return Net(rng.standard_normal((d, 2)) * 0.5, u, np.zeros(d), rng.standard_normal(d) / np.sqrt(d))


def forward(net: Net, x: Array) -> Array:
    """States h_0 … h_T of x (T, B, 2) as (T + 1, B, d)."""
    h = [np.zeros((x.shape[1], len(net.b)))]
    for x_t in x:
        h.append(np.tanh(x_t @ net.w.T + h[-1] @ net.u.T + net.b))
    return np.stack(h)


# --8<-- [start:bptt]
def bptt(net: Net, x: Array, h: Array, dh: Array, window: int) -> list[Array]:
    """Gradients of w, u, b from dh = ∂L/∂h_T, at most `window` steps back."""
    dw, du, db = (np.zeros_like(p) for p in (net.w, net.u, net.b))
    for t in range(len(x), max(len(x) - window, 0), -1):
        dz = (1 - h[t] ** 2) * dh  # h[t] must still be in memory
        dw += dz.T @ x[t - 1]
        du += dz.T @ h[t - 1]  # the same U at every step: a sum
        db += dz.sum(axis=0)
        dh = dz @ net.u
    return [dw, du, db]
# --8<-- [end:bptt]


def loss_and_gradients(net: Net, x: Array, y: Array, window: int) -> tuple[float, list[Array]]:
    """Mean logistic loss at the last step; y is ±1."""
    h = forward(net, x)
    margin = y * (h[-1] @ net.v)
    d = -y / (1 + np.exp(margin)) / len(y)
    return float(np.logaddexp(0, -margin).mean()), [*bptt(net, x, h, np.outer(d, net.v), window), h[-1].T @ d]


def check_gradient() -> None:
    """BPTT against central differences in u."""
    rng, net = np.random.default_rng(1), random_net(6)
    x, y, step = rng.standard_normal((12, 5, 2)), np.sign(rng.standard_normal(5)), 1e-5
    analytic, worst = loss_and_gradients(net, x, y, 12)[1][1], 0.0
    for i in np.ndindex(net.u.shape):
        values = []
        for sign in 1, -1:
            net.u[i] += sign * step
            values.append(loss_and_gradients(net, x, y, 12)[0])
            net.u[i] -= sign * step
        worst = max(worst, abs((values[0] - values[1]) / (2 * step) - analytic[i]))
    print(f"BPTT against central differences: agree to 1e-8: {worst < 1e-8}")


def batch(rng: np.random.Generator, size: int, steps: int) -> tuple[Array, Array]:
    """One input is noise; the other carries the label ±1 at the first step and nothing afterwards."""
    x = np.zeros((steps, size, 2))
    x[:, :, 1] = 0.5 * rng.standard_normal((steps, size))
    y = np.where(rng.random(size) < 0.5, -1.0, 1.0)
    x[0, :, 0] = y
    return x, y


def train(window: int, scale: float, seed: int, steps: int = 25, updates: int = 250) -> float:
    """Accuracy on 1,000 new sequences after training (Adam) with gradients cut after `window` steps.

    `scale` multiplies the initial weights that read the label.
    """
    net, rng = random_net(12, seed), np.random.default_rng(2)
    net.w[:, 0] *= scale
    m, s = [np.zeros_like(p) for p in net.parts()], [np.zeros_like(p) for p in net.parts()]
    for k in range(1, updates + 1):
        gradients = loss_and_gradients(net, *batch(rng, 32, steps), window)[1]
        for p, g, a, c in zip(net.parts(), gradients, m, s, strict=True):
            a += 0.1 * (g - a)
            c += 0.01 * (g**2 - c)
            p -= 0.01 * a / (1 - 0.9**k) / (np.sqrt(c / (1 - 0.99**k)) + 1e-8)
    x, y = batch(np.random.default_rng(3), 1000, steps)
    return float((np.sign(forward(net, x)[-1] @ net.v) == y).mean())


def truncation() -> None:
    for window, scale, seed in (25, 0.0, 0), (10, 0.0, 0), (10, 1.0, 1):
        start = "zero" if scale == 0 else "random"
        accuracy = train(window, scale, seed)
        print(f"gradient {window} steps back, label weights start {start:6}: accuracy {accuracy:.1f}")


def memory(steps: int = 1000, size: int = 64, d: int = 1024) -> None:
    """What BPTT keeps per layer in 32 bits: all states, or every k-th and the states of one piece."""
    one = 4 * size * d
    k = int(np.sqrt(steps))
    kept = -(-steps // k) + k
    print(f"T = {steps}: {steps * one / 1e6:.0f} MB of states; checkpoints every {k}: {kept * one / 1e6:.0f} MB")


def product_norms(u: Array, steps: int, slopes: bool, seed: int = 4) -> Array:
    """Spectral norm of ∂h_t/∂h_0 for t = 1 … steps; with slopes, along a trajectory with inputs of variance 1."""
    rng, d = np.random.default_rng(seed), len(u)
    h, j, norms = np.zeros(d), np.eye(d), []
    for _ in range(steps):
        h = np.tanh(u @ h + rng.standard_normal(d))
        j = ((1 - h**2)[:, None] if slopes else 1.0) * (u @ j)
        norms.append(np.linalg.norm(j, 2))
    return np.array(norms)


CASES = (
    (0.9, False, figure.BLUE, "-"), (1.1, False, figure.RED, "-"),
    (1.1, True, figure.RED, "--"), (2.5, True, figure.PURPLE, "--"),
)


def gaussian(radius: float, d: int = 64) -> Array:
    """A random matrix scaled to the given spectral radius."""
    u = np.random.default_rng(5).standard_normal((d, d))
    return u * radius / np.abs(np.linalg.eigvals(u)).max()


def jacobians() -> None:
    for radius, slopes, *_ in CASES:
        u = gaussian(radius)
        norms = product_norms(u, 100, slopes)
        kind = "tanh" if slopes else "linear"
        print(f"radius {radius}, singular value {np.linalg.norm(u, 2):.1f}, {kind:6}: "
              f"t = 1 {norms[0]:.1f}, t = 100 {norms[-1]:.0e}")


# --8<-- [start:nilpotent]
def nilpotent(steps: int) -> tuple[float, float, float]:
    """Radius of U; norms after `steps` without slopes, with slopes 1, 0."""
    u = np.array([[2.0, -2.0], [2.0, -2.0]])  # u @ u = 0: radius 0
    slopes = np.diag([1.0, 0.0])  # the second ReLU is off
    radius = np.abs(np.linalg.eigvals(u)).max()
    plain = np.linalg.matrix_power(u, steps)
    gated = np.linalg.matrix_power(slopes @ u, steps)
    return radius, np.linalg.norm(plain, 2), np.linalg.norm(gated, 2)
# --8<-- [end:nilpotent]


# --8<-- [start:scan]
def scan(a: Array, b: Array) -> tuple[Array, int]:
    """All h_t = a_t h_{t-1} + b_t with h_0 = 0, and the number of rounds."""
    a, b, shift, rounds = a.copy(), b.copy(), 1, 0
    while shift < len(a):  # every round is one vectorized operation
        b[shift:] += a[shift:] * b[:-shift]
        a[shift:] *= a[:-shift].copy()
        shift, rounds = 2 * shift, rounds + 1
    return b, rounds
# --8<-- [end:scan]


def check_scan(steps: int = 1000) -> None:
    rng = np.random.default_rng(6)
    a, b = rng.uniform(0.5, 1, steps), rng.standard_normal(steps)
    h, one_by_one = 0.0, []
    for a_t, b_t in zip(a, b, strict=True):
        h = a_t * h + b_t
        one_by_one.append(h)
    found, rounds = scan(a, b)
    print(f"scan: {steps} steps in {rounds} rounds, agrees to 1e-12: {bool(np.abs(found - one_by_one).max() < 1e-12)}")


OMEGA, NOISE = 2 * np.pi / 20, 0.3


def oscillation(steps: int, seed: int) -> Array:
    """A sine of period 20 observed with noise."""
    return np.sin(OMEGA * np.arange(steps)) + NOISE * np.random.default_rng(seed).standard_normal(steps)


def rolled(c: Array, x: Array, steps: int) -> tuple[Array, Array]:
    """Feed x_t = c·(values before) its own output from every seventh start: predictions and what was observed.

    7 and the period 20 have no common factor, so all phases occur equally often.
    """
    starts = np.arange(len(c), len(x) - steps, 7)
    values = [x[starts - len(c) + k] for k in range(len(c))]
    for _ in range(steps):
        values.append(sum(weight * value for weight, value in zip(c, values[: -len(c) - 1 : -1], strict=True)))
    return np.stack(values[len(c) :]), np.stack([x[starts + k] for k in range(steps)])


def teacher_forced(x: Array, order: int = 4) -> Array:
    """Least squares on the true predecessors."""
    design = np.stack([x[order - k - 1 : len(x) - k - 1] for k in range(order)], axis=1)
    return np.asarray(np.linalg.lstsq(design, x[order:], rcond=None)[0])


def on_own_outputs(x: Array, first: Array) -> Array:
    """Least squares over runs of 20 steps in which the model reads its own outputs."""
    return np.asarray(least_squares(lambda c: np.subtract(*rolled(c, x, 20)).ravel(), first).x)


def free_running() -> list[tuple[str, Array]]:
    """One-step error and the amplitude of the free run, both on fresh data."""
    x, fresh = oscillation(800, 7), oscillation(3000, 8)
    forced = teacher_forced(x)
    runs = []
    for name, c in ("true predecessors", forced), ("own outputs", on_own_outputs(x, forced)):
        one, observed = rolled(c, fresh, 1)
        run, _ = rolled(c, fresh, 60)
        amplitude = np.sqrt(2 * (run**2).mean(axis=1))
        error = np.sqrt(((one - observed) ** 2).mean())
        late = f"amplitude at 20 {amplitude[19]:.2f}, at 60 {amplitude[59]:.2f}"
        print(f"trained on {name:17}: error {error:.2f}, {late}")
        runs.append((name, run[:, 0]))
    return runs


def draw(runs: list[tuple[str, Array]]) -> None:
    """Left: norms of products of Jacobians. Right: a model that reads its own outputs."""
    fig, (left, right) = figure.new(1, 2, height=2.9)
    for radius, slopes, color, style in CASES:
        norms = product_norms(gaussian(radius), 100, slopes)
        left.plot(np.arange(1, 101), norms, color=color, linestyle=style)
        text, dy = f"ρ = {radius}" + (", tanh" if slopes else ""), {2.5: 60.0}.get(radius, 1.0)
        left.text(102, norms[-1] * dy, text, color=color, va="center", size=9)
    left.set(yscale="log", xlim=(0, 152), xticks=[1, 50, 100], ylim=(1e-21, 1e10), xlabel="t")
    left.set_yticks([1, 1e-10, 1e-20], ["1", "10⁻¹⁰", "10⁻²⁰"])
    left.minorticks_off()
    left.set_title("‖∂hₜ/∂h₀‖", loc="left")
    t = np.arange(60)
    right.plot(t, np.sin(OMEGA * (t + 4)), color=figure.GREY, linewidth=1)
    for (_, run), color in zip(runs, (figure.RED, figure.BLUE), strict=True):
        right.plot(t, run, color=color)
    right.set(xlabel="t", ylim=(-1.7, 2.1), yticks=[-1, 0, 1])
    labels = (
        (1, 1.9, "真实 true", figure.GREY),
        (1, 1.55, "单步训练 one step", figure.RED),
        (28, 1.9, "多步训练 rolled out", figure.BLUE),
    )
    for x, y, text, color in labels:
        right.text(x, y, text, color=color, va="center", size=9)
    right.set_title("x̂ₜ", loc="left")
    figure.save(fig, "training-rnns.svg")


if __name__ == "__main__":
    check_gradient()
    memory()
    truncation()
    jacobians()
    radius, plain, gated = nilpotent(50)
    print(f"nilpotent U: radius {radius:.0f}, after 50 steps {plain:.0f}, with slopes 1 and 0 {gated:.1e}")
    check_scan()
    draw(free_running())
