"""Evidence for generalized-linear-models: the gradient mu - y, one neuron, a network as a GLM on learned features."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from qa import figure

HIDDEN = 6
PENALTY = 3e-3


# --8<-- [start:irls]
def irls(
    x: np.ndarray,
    y: np.ndarray,
    inverse_link: Callable,
    variance: Callable,
    steps: int = 25,
) -> np.ndarray:
    """Newton's method for a canonical link; x has a column of ones."""
    w = np.zeros(x.shape[1])
    for _ in range(steps):
        mu = inverse_link(x @ w)
        hessian = x.T @ (variance(mu)[:, None] * x)
        w -= np.linalg.solve(hessian + 1e-9 * np.eye(len(w)), x.T @ (mu - y))
    return w
# --8<-- [end:irls]


def slope_check(eta: float = 0.7, y: float = 1.0, h: float = 1e-5) -> None:
    """The derivative of -log p in the linear predictor, numerically, beside mu - y."""
    families: dict[str, tuple[Callable, Callable]] = {
        "Gaussian": (lambda e: (y - e) ** 2 / 2, lambda e: e),
        "Bernoulli": (lambda e: np.logaddexp(0, e) - y * e, expit),
        "Poisson": (lambda e: np.exp(e) - y * e, np.exp),
    }
    for name, (loss, mean) in families.items():
        numeric = (loss(eta + h) - loss(eta - h)) / (2 * h)
        print(f"{name:9}: dl/d_eta {numeric:7.4f}   mu - y {float(mean(eta)) - y:7.4f}")


def neuron(x: np.ndarray, y: np.ndarray, rate: float = 1.0, tolerance: float = 1e-3) -> tuple[np.ndarray, int]:
    """One sigmoid unit under cross-entropy, by gradient descent until close to the Newton solution."""
    target, w, steps = irls(x, y, expit, lambda m: m * (1 - m)), np.zeros(x.shape[1]), 0
    while np.abs(w - target).max() > tolerance:
        w = w - rate * x.T @ (expit(x @ w) - y) / len(y)
        steps += 1
    return w, steps


def with_ones(h: np.ndarray) -> np.ndarray:
    return np.column_stack([h, np.ones(len(h))])


def true_rate(x: np.ndarray) -> np.ndarray:
    return np.exp(0.7 + 1.2 * np.sin(2 * x))


def counts(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-3, 3, n)
    return x, rng.poisson(true_rate(x)).astype(float)


def hidden(x: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Hidden features tanh(a x + c), one column each."""
    a, c = v[:HIDDEN], v[HIDDEN : 2 * HIDDEN]
    return np.tanh(np.outer(x, a) + c)


def fit_network(x: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """All parameters of the network, by maximum likelihood with a slight penalty on all but the output bias."""
    rng = np.random.default_rng(seed)
    shrunk = np.arange(3 * HIDDEN + 1) < 3 * HIDDEN

    def objective(v: np.ndarray) -> tuple[float, np.ndarray]:
        h = hidden(x, v)
        eta = np.clip(with_ones(h) @ v[2 * HIDDEN :], -15, 15)
        mu = np.exp(eta)
        delta = (mu - y) / len(y)
        back = np.outer(delta, v[2 * HIDDEN : 3 * HIDDEN]) * (1 - h**2)
        inner = np.concatenate([x @ back, back.sum(axis=0)])
        first = np.where(shrunk, v, 0)
        gradient = np.concatenate([inner, with_ones(h).T @ delta]) + PENALTY * first
        return float((mu - y * eta).mean() + PENALTY / 2 * (first**2).sum()), gradient

    start = np.concatenate([rng.normal(0, 1, HIDDEN), rng.uniform(-2, 2, HIDDEN), np.zeros(HIDDEN + 1)])
    return minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": 1500, "ftol": 1e-14, "gtol": 1e-7}).x


def deviance(y: np.ndarray, mu: np.ndarray) -> float:
    """Mean Poisson deviance: 0 for a perfect fit of every count."""
    return float(2 * (np.where(y > 0, y * np.log(np.maximum(y, 1) / mu), 0) - (y - mu)).mean())


def compare(seed: int) -> list[float]:
    """Test deviance of four models and of the truth, on fresh data."""
    (x, y), (xt, yt) = counts(seed, 400), counts(100 + seed, 5000)
    v = fit_network(x, y, seed)
    rng = np.random.default_rng(seed)
    random = np.concatenate([rng.normal(0, 1, HIDDEN), rng.uniform(-2, 2, HIDDEN)])
    scores = []
    features = (lambda u: u[:, None], lambda u: hidden(u, random), lambda u: hidden(u, v))
    for f in features:
        w = irls(with_ones(f(x)), y, lambda e: np.exp(np.clip(e, -15, 15)), lambda m: m)
        scores.append(deviance(yt, np.exp(with_ones(f(xt)) @ w)))
    network = np.exp(with_ones(hidden(xt, v)) @ v[2 * HIDDEN :])
    return [*scores, deviance(yt, network), deviance(yt, true_rate(xt))]


def retransformed() -> tuple[float, float]:
    """Total forecast over total observed: exp of least squares on log y, and a GLM with log link."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, 100_000)
    y = np.exp(0.5 + x + rng.standard_normal(len(x)))
    design = with_ones(x[:, None])
    logs = np.exp(design @ np.linalg.lstsq(design, np.log(y), rcond=None)[0])
    glm = np.exp(design @ irls(design, y, np.exp, lambda m: m))
    return float(logs.sum() / y.sum()), float(glm.sum() / y.sum())


def draw() -> None:
    x, y = counts(0, 400)
    v = fit_network(x, y, 0)
    grid = np.linspace(-3, 3, 121)
    fig, (left, right) = figure.new(1, 2, height=2.9)
    edges = np.linspace(-3, 3, 21)
    where = np.digitize(x, edges[1:-1])
    means = [y[where == k].mean() for k in range(20)]
    left.plot((edges[1:] + edges[:-1]) / 2, means, "o", color=figure.GREY, markersize=4, label="ȳ")
    w = irls(with_ones(x[:, None]), y, np.exp, lambda m: m)
    left.plot(grid, np.exp(with_ones(grid[:, None]) @ w), "--", color=figure.ORANGE, label="exp(wx + β)")
    left.plot(grid, np.exp(with_ones(hidden(grid, v)) @ v[2 * HIDDEN :]), color=figure.BLUE, label="exp(wᵀh(x) + β)")
    left.set(xlabel="x", ylabel="μ", ylim=(0, 11.5))
    left.legend(loc="upper center", ncols=1)
    right.plot(grid, hidden(grid, v))
    right.set(xlabel="x", ylabel="hⱼ(x)")
    figure.save(fig, "generalized-linear-models.svg")


if __name__ == "__main__":
    slope_check()
    rng = np.random.default_rng(0)
    x = with_ones(rng.standard_normal((300, 2)))
    y = (rng.random(300) < expit(x @ np.array([1.5, -1.0, 0.5]))).astype(float)
    w, steps = neuron(x, y)
    fits = [irls(x, y, expit, lambda m: m * (1 - m), k) for k in range(1, 26)]
    newton = 1 + next(k for k, f in enumerate(fits) if np.abs(f - fits[-1]).max() < 1e-3)
    print(f"neuron {np.round(w, 2)} after {steps} steps, Newton needs {newton}")
    table = np.mean([compare(seed) for seed in range(6)], axis=0)
    names = "GLM on x", "GLM on random features", "GLM on learned features", "the network itself", "true rate"
    for name, value in zip(names, table, strict=True):
        print(f"{name:24} {value:.2f}")
    a, b = retransformed()
    print(f"forecast / observed: exp(E log y) {a:.2f}, log link {b:.2f}")
    draw()
