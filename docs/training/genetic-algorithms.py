"""Evidence for genetic-algorithms: XOR by evolution, crossover of permuted parents, mutations against the gradient."""

import numpy as np
from numpy.random import Generator
from scipy.integrate import quad
from scipy.stats import norm
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float) * 2 - 1
T = np.array([-1.0, 1.0, 1.0, -1.0])
SEEDS, POPULATION, GENERATIONS, ELITE, PARENTS = 50, 50, 60, 1, 10
SOLVED = 0.05  # mean squared error


def loss(genomes: Array) -> Array:
    """Mean squared error of 2-2-1 tanh networks; a genome (…, 9) is W (2, 2), b (2), v (2), c."""
    w, b = genomes[..., :4].reshape(*genomes.shape[:-1], 2, 2), genomes[..., 4:6]
    h = np.tanh(X @ w + b[..., None, :])
    y = np.tanh((h * genomes[..., None, 6:8]).sum(axis=-1) + genomes[..., 8:9])
    return ((y - T) ** 2).mean(axis=-1)


# --8<-- [start:evolve]
def offspring(rng: Generator, ranked: Array, crossover: bool) -> Array:
    """Next generation: the best stays, children come from the ten best."""
    size = (POPULATION - ELITE, ranked.shape[1])
    mother, father = ranked[rng.integers(0, PARENTS, (2, size[0]))]
    from_father = (rng.random(size) < 0.5) & crossover
    child = np.where(from_father, father, mother)
    return np.vstack([ranked[:ELITE], child + 0.5 * rng.standard_normal(size)])


def evolve(seed: int, crossover: bool, clones: bool = False) -> Array:
    """Lowest loss of each generation; `clones` starts all in one point."""
    rng = np.random.default_rng(seed)
    genomes, best = rng.standard_normal((POPULATION, 9)), []
    if clones:
        genomes[:] = genomes[0]
    for _ in range(GENERATIONS):
        fitness = -loss(genomes)
        best.append(-fitness.max())
        genomes = offspring(rng, genomes[np.argsort(-fitness)], crossover)
    return np.array(best)
# --8<-- [end:evolve]


def random_search(seed: int) -> Array:
    rng = np.random.default_rng(seed)
    losses = loss(2.0 * rng.standard_normal((GENERATIONS, POPULATION, 9))).min(axis=1)
    return np.minimum.accumulate(losses)


def gradient(genomes: Array) -> Array:
    """Gradients of the loss of several genomes: (n, 9)."""
    n = len(genomes)
    w, b, v, c = genomes[:, :4].reshape(n, 2, 2), genomes[:, None, 4:6], genomes[:, None, 6:8], genomes[:, 8:]
    h = np.tanh(X @ w + b)
    y = np.tanh((h * v).sum(axis=2) + c)
    dz = (2 * (y - T) * (1 - y**2) / 4)[:, :, None]
    dh = dz * v * (1 - h**2)
    return np.hstack([(X.T @ dh).reshape(n, 4), dh.sum(axis=1), (h * dz).sum(axis=1), dz.sum(axis=1)])


def descend(seeds: int) -> Array:
    """Gradient descent of all seeds; a gradient counts as three evaluations, so that 50 evaluations are 16 steps."""
    genomes, best = np.array([np.random.default_rng(s).standard_normal(9) for s in range(seeds)]), []
    for _ in range(GENERATIONS):
        best.append(loss(genomes))
        for _ in range(POPULATION // 3):
            genomes = genomes - 0.5 * gradient(genomes)
    return np.array(best).T


def with_restarts(r: Array) -> float:
    """Mean evaluations until a solution, if a run is given up after the best fixed number of generations."""
    first = (np.minimum.accumulate(r, axis=1) >= SOLVED).sum(axis=1) + 1  # GENERATIONS + 1: never
    costs = [np.minimum(first, g).sum() / (first <= g).sum() for g in range(1, GENERATIONS + 1) if (first <= g).any()]
    return POPULATION * min(costs)


def xor() -> dict[str, Array]:
    """Loss by generation of all runs."""
    makers = {
        "GA": lambda s: evolve(s, True),
        "no crossover": lambda s: evolve(s, False),
        "one start": lambda s: evolve(s, False, clones=True),
        "random": random_search,
    }
    runs = {name: np.array([make(s) for s in range(SEEDS)]) for name, make in makers.items()}
    runs["gradient"] = descend(SEEDS)
    print("              solved   evaluations with restarts")
    for name, r in runs.items():
        cost = float(f"{with_restarts(r):.2g}")  # fifty runs give no more digits
        print(f"{name:13} {(r[:, -1] < SOLVED).mean():6.0%}   {cost:7.0f}")
    return runs


def permuted_parents() -> None:
    """All mixtures of the input weights of a network that solves XOR and its twin with exchanged hidden units."""
    parent = np.array([2.0, -2, 2, -2, 2, 2, 2, 2, -2])
    twin = parent[[1, 0, 3, 2, 5, 4, 7, 6, 8]]
    masks = np.hstack([(np.arange(16)[:, None] >> np.arange(4)) & 1, np.zeros((16, 5), dtype=int)])
    children = loss(np.where(masks == 1, parent, twin))
    print(f"parents {loss(parent):.3f} and {loss(twin):.3f}, all-zero network {loss(np.zeros(9)):.0f}")
    print(f"16 mixtures: mean {children.mean():.2f}, solve XOR: {(children < SOLVED).sum()}")


def largest_of(n: int) -> float:
    """Expected largest of n standard normal numbers."""
    return quad(lambda z: z * n * norm.pdf(z) * norm.cdf(z) ** (n - 1), -10, 10)[0]


def best_cosine(d: int, mutants: int, trials: int = 1000) -> float:
    """Mean cosine between a given direction in d dimensions and the best of the `mutants` random ones."""
    rng = np.random.default_rng(d)
    along, across = rng.standard_normal((trials, mutants)), rng.chisquare(d - 1, (trials, mutants))
    return float((along / np.sqrt(along**2 + across)).max(axis=1).mean())


def directions() -> None:
    print(f"largest of 50: {largest_of(50):.2f}, of 2500: {largest_of(2500):.2f}")
    for d in 9, 1200, 10**6:
        print(f"d = {d:>7}: best of 50 mutants {best_cosine(d, 50):.2g}, formula {largest_of(50) / np.sqrt(d):.2g}")


def load() -> tuple[Array, Array]:
    x, labels = load_digits(return_X_y=True)
    return np.hstack([x[:100] / 16 - 0.3, np.ones((100, 1))]), np.eye(10)[labels[:100]]


IMAGES, CLASSES = load()
SIZE = 65 * 16 + 16 * 10


def digit_loss(genomes: Array, back: bool = False) -> tuple[Array, Array]:
    """Cross-entropy of 64-16-10 ReLU networks on 100 digits, and its gradient on demand; genomes are (n, 1200)."""
    n, m = len(genomes), len(IMAGES)
    w, v = genomes[:, : 65 * 16].reshape(n, 65, 16), genomes[:, 65 * 16 :].reshape(n, 16, 10)
    h = np.maximum(IMAGES @ w, 0)
    z = h @ v
    z = z - z.max(axis=2, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=2, keepdims=True))
    value = -(log_p * CLASSES).sum(axis=(1, 2)) / m
    if not back:
        return value, value
    delta = (np.exp(log_p) - CLASSES) / m
    dh = (delta @ v.swapaxes(1, 2)) * (h > 0)
    return value, np.hstack([(IMAGES.T @ dh).reshape(n, -1), (h.swapaxes(1, 2) @ delta).reshape(n, -1)])


def digit_start(seed: int, n: int) -> Array:
    return np.random.default_rng(seed).standard_normal((n, SIZE)) * np.r_[np.full(1040, 0.18), np.full(160, 0.35)]


def digit_evolution(seed: int, sigma: float) -> Array:
    """The same evolution, without crossover, mutations of scale `sigma`; best loss by generation."""
    rng, genomes, best = np.random.default_rng(seed), digit_start(seed, POPULATION), []
    for _ in range(GENERATIONS):
        value = digit_loss(genomes)[0]
        best.append(value.min())
        ranked = genomes[np.argsort(value)]
        parents = ranked[rng.integers(0, PARENTS, POPULATION - ELITE)]
        genomes = np.vstack([ranked[:ELITE], parents + sigma * rng.standard_normal(parents.shape)])
    return np.array(best)


def digit_descent(seed: int) -> Array:
    genome, best = digit_start(seed, 1), []
    for _ in range(GENERATIONS):
        best.append(digit_loss(genome)[0][0])
        for _ in range(POPULATION // 3):
            genome = genome - 0.3 * digit_loss(genome, back=True)[1]
    return np.array(best)


def digits() -> dict[str, Array]:
    """Three seeds each; the mutation scale is the best of three."""
    by_scale = {s: np.array([digit_evolution(k, s) for k in range(3)]) for s in (0.05, 0.1, 0.2)}
    scale = min(by_scale, key=lambda s: by_scale[s][:, -1].mean())
    runs = {"GA": by_scale[scale], "gradient": np.array([digit_descent(k) for k in range(3)])}
    print(f"digits, {SIZE} weights, {POPULATION * GENERATIONS} evaluations, mutation scale {scale}:")
    for name, r in runs.items():
        print(f"  {name:8} loss {r[:, 0].mean():.1f} -> {r[:, -1].mean():.2g}")
    return runs


def draw(small: dict[str, Array], large: dict[str, Array]) -> None:
    fig, (left, right) = figure.new(1, 2, height=3.0)
    evaluations = POPULATION * np.arange(1, GENERATIONS + 1)
    colors = {"GA": figure.BLUE, "no crossover": figure.GREEN, "random": figure.GREY, "gradient": figure.ORANGE}
    for name, color in colors.items():
        left.plot(evaluations, (small[name] < SOLVED).mean(axis=0), color=color, label=name)
    left.set(ylim=(0, 1.02), title="XOR, d = 9: 解出比例 solved", xlabel="评估次数 evaluations")
    left.legend(fontsize=9, loc="center right", bbox_to_anchor=(1.0, 0.42))
    for name, r in large.items():
        right.plot(evaluations, r.mean(axis=0), color=colors[name], label=name)
    right.set(yscale="log", title=f"digits, d = {SIZE}: L", xlabel="评估次数 evaluations")
    right.legend(fontsize=9, loc="lower left")
    figure.save(fig, "genetic-algorithms.svg")


if __name__ == "__main__":
    small = xor()
    permuted_parents()
    directions()
    draw(small, digits())
