"""Evidence for boltzmann-machine: Z by enumeration, conditional independence, Gibbs sampling, contrastive divergence."""

from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from qa import figure

Array = NDArray[np.float64]
Random = np.random.Generator
Model = tuple[Array, Array, Array]  # weights (visible x hidden), visible biases, hidden biases
SEEDS = {"exact": (1,), "pcd": (1, 2), "cd1": (1, 2)}


def sigmoid(a: Array) -> Array:
    return 0.5 * (1 + np.tanh(a / 2))


@cache
def states(n: int) -> Array:
    """All 2^n binary vectors, one a row."""
    return np.array(list(product((0.0, 1.0), repeat=n)))


# --8<-- [start:exact]
def energy(v: Array, h: Array, w: Array, a: Array, b: Array) -> float:
    return float(-a @ v - b @ h - v @ w @ h)


def log_weight(v: Array, w: Array, a: Array, b: Array) -> Array:
    """Minus the free energy: log sum_h exp(-E(v, h)), summed unit by unit."""
    return v @ a + np.logaddexp(0.0, v @ w + b).sum(-1)


def log_z(w: Array, a: Array, b: Array) -> float:
    """log of the partition function, by listing every visible vector."""
    return float(np.logaddexp.reduce(log_weight(states(len(a)), w, a, b)))
# --8<-- [end:exact]


def random_rbm(scale: float, visible: int, hidden: int) -> Model:
    rng = np.random.default_rng(0)
    w, a, b = rng.standard_normal((visible, hidden)), rng.standard_normal(visible), rng.standard_normal(hidden)
    return scale * w, scale * a, scale * b


def joint_given_v(v: Array, w: Array, a: Array, b: Array, link: float) -> Array:
    """p(h | v) over all h by enumeration; `link` couples h1 and h2 as a general Boltzmann machine may."""
    hs = states(len(b))
    e = np.array([energy(v, h, w, a, b) - link * h[0] * h[1] for h in hs])
    p = np.exp(-e)
    return p / p.sum()


def dependence(p: Array, hidden: int) -> float:
    """Largest difference between a joint over h and the product of its own marginals."""
    hs = states(hidden)
    on = p @ hs
    return float(np.abs(p - np.prod(np.where(hs > 0, on, 1 - on), axis=1)).max())


# --8<-- [start:gibbs]
def gibbs(v: Array, w: Array, a: Array, b: Array, k: int, rng: Random) -> Array:
    """Block Gibbs sampling: all hidden units at once, then all visible ones."""
    for _ in range(k):
        h = (rng.random((len(v), len(b))) < sigmoid(v @ w + b)) * 1.0
        v = (rng.random(v.shape) < sigmoid(h @ w.T + a)) * 1.0
    return v


def statistics(v: Array, p: Array, w: Array, b: Array) -> Model:
    """Expected v h^T, v and h: rows of v with weights p, h from p(h | v)."""
    h = sigmoid(v @ w + b)
    return (v * p[:, None]).T @ h, p @ v, p @ h
# --8<-- [end:gibbs]


def kernel(w: Array, a: Array, b: Array) -> Array:
    """Exact transition matrix of one block Gibbs step on the visible vectors."""
    vs, hs = states(len(a)), states(len(b))
    up = np.exp(vs @ w @ hs.T + hs @ b)
    down = np.exp(hs @ w.T @ vs.T + vs @ a)
    return (up / up.sum(1, keepdims=True)) @ (down / down.sum(1, keepdims=True))


def distances(model: Model, steps: tuple[int, ...]) -> list[float]:
    """Total variation distance to p(v) after exactly k Gibbs steps from the all-zero vector."""
    target = np.exp(log_weight(states(9), *model) - log_z(*model))
    k, start = kernel(*model), np.eye(512)[0]
    return [float(0.5 * np.abs(start @ np.linalg.matrix_power(k, s) - target).sum()) for s in steps]


def bars_and_stripes(n: int = 3) -> Array:
    rows = [np.repeat(s, n) for s in states(n)]
    columns = [np.tile(s, n) for s in states(n)]
    return np.unique(np.array(rows + columns), axis=0)


def negative_phase(method: str, data: Array, chains: Array, model: Model, rng: Random) -> tuple[Array, Array]:
    """Visible vectors and their weights that stand for the model: all of them, or chains after one Gibbs step."""
    if method == "exact":
        log_p = log_weight(states(data.shape[1]), *model)
        p = np.exp(log_p - log_p.max())
        return states(data.shape[1]), p / p.sum()
    chains = gibbs(np.tile(data, (8, 1)) if method == "cd1" else chains, *model, 1, rng)
    return chains, np.full(len(chains), 1 / len(chains))


def train(method: str, data: Array, hidden: int, updates: int, rate: float, every: int, seed: int) -> tuple[list[float], Model]:
    """Mean log-likelihood of the data, exact, at regular points of training by `exact`, `cd1` or `pcd`."""
    rng = np.random.default_rng(seed)
    w, a, b = 0.1 * rng.standard_normal((data.shape[1], hidden)), np.zeros(data.shape[1]), np.zeros(hidden)
    chains, curve = gibbs(np.tile(data, (8, 1)), w, a, b, 1, rng), list[float]()
    uniform = np.full(len(data), 1 / len(data))
    for update in range(updates + 1):
        if update % every == 0:
            curve.append(float(log_weight(data, w, a, b).mean() - log_z(w, a, b)))
        chains, p = negative_phase(method, data, chains, (w, a, b), rng)
        plus, minus = statistics(data, uniform, w, b), statistics(chains, p, w, b)
        step = rate * (1 - update / (updates + 1))
        w, a, b = (q + step * (x - y) for q, x, y in zip((w, a, b), plus, minus, strict=True))
    return curve, (w, a, b)


def draw(curves: dict[str, list[float]], every: int, best: float) -> None:
    fig, ax = figure.new(height=2.9)
    names = {"exact": "精确梯度 exact gradient", "pcd": "PCD", "cd1": "CD-1"}
    for color, (method, curve) in zip((figure.BLUE, figure.GREEN, figure.ORANGE), curves.items(), strict=True):
        ax.plot(np.arange(len(curve)) * every, curve, color=color, label=names[method])
    ax.axhline(best, color=figure.GREY, ls="--", lw=1.2)
    ax.text(0, best + 0.06, "−log 14", fontsize=9, color=figure.GREY)
    ax.set(xlabel="更新次数 updates", ylabel="log p(v)", ylim=(-6.5, -2.3))
    ax.legend(loc="lower right")
    figure.save(fig, "boltzmann-machine.svg")


def main() -> None:
    w, a, b = random_rbm(1.0, 4, 3)
    every = np.array([-energy(v, h, w, a, b) for v in states(4) for h in states(3)])
    whole, free = np.logaddexp.reduce(every), log_z(w, a, b)
    print(f"log Z of a 4 x 3 RBM: over all {len(every)} states {whole:.4f}, over 16 visible ones {free:.4f}")
    for link in 0.0, 2.0:
        gap = dependence(joint_given_v(states(4)[11], w, a, b, link), 3)
        print(f"h-h coupling {link:.0f}: p(h | v) differs from the product of its marginals by {abs(gap):.3f}")
    data = bars_and_stripes()
    print(f"bars and stripes: {len(data)} patterns of 9 pixels, best possible mean log p(v) {-np.log(len(data)):.2f}")
    runs = {m: [train(m, data, 12, 6000, 0.2, 200, s) for s in seeds] for m, seeds in SEEDS.items()}
    for method, found in runs.items():
        ends = " and ".join(f"{curve[-1]:.1f}" for curve, _ in found)
        print(f"{method:5}: mean log p(v) at the start {found[0][0][0]:.1f}, after 6,000 updates {ends}")
    for name, model in ("small random weights", random_rbm(0.1, 9, 12)), ("weights learned by exact", runs["exact"][0][1]):
        gaps = distances(model, (1, 10, 100, 1000))
        print(f"{name}: after 1, 10, 100, 1000 steps", *(f"{d:.2f}" for d in gaps))
    draw({m: found[0][0] for m, found in runs.items()}, 200, -np.log(len(data)))


if __name__ == "__main__":
    main()
