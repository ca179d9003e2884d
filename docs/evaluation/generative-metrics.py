"""Evidence for generative-metrics: FD, KID, IS, precision and recall on toys with known truth; bias, copies, likelihood."""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import sqrtm
from scipy.spatial import cKDTree
from scipy.stats import entropy
from sklearn.metrics.pairwise import polynomial_kernel, rbf_kernel
from sklearn.neighbors import NearestNeighbors

from qa import figure

Array = NDArray[np.float64]
SIGMA, MODES = 0.05, 8
CENTRES: Array = np.array([[np.cos(t), np.sin(t)] for t in 2 * np.pi * np.arange(MODES) / MODES])
SPREAD = np.sqrt(0.5 + SIGMA**2)  # deviation of the ring mixture along each axis


# --8<-- [start:frechet]
def frechet(m: Array, c: Array, m_g: Array, c_g: Array) -> float:
    """Squared Fréchet distance of N(m, c) and N(m_g, c_g)."""
    # c @ c_g is not symmetric, yet its eigenvalues are real and >= 0
    cross = np.sqrt(np.maximum(np.linalg.eigvals(c @ c_g).real, 0)).sum()
    shift = ((m - m_g) ** 2).sum()
    return float(shift + np.trace(c) + np.trace(c_g) - 2 * cross)
# --8<-- [end:frechet]


def frechet_transport(m: Array, c: Array, m_g: Array, c_g: Array) -> float:
    """The same as the mean squared length of the optimal map x ↦ m_g + A(x − m), with SciPy's matrix roots."""
    root = np.real(sqrtm(c))
    inverse = np.linalg.inv(root)
    a = inverse @ np.real(sqrtm(root @ c_g @ root)) @ inverse
    move = a - np.eye(len(m))
    return float(((m - m_g) ** 2).sum() + np.trace(move @ c @ move.T))


def fitted(x: Array, y: Array) -> float:
    return frechet(x.mean(0), np.cov(x.T), y.mean(0), np.cov(y.T))


def fitted_twice(x: Array, y: Array) -> tuple[float, float]:
    return fitted(x, y), frechet_transport(x.mean(0), np.cov(x.T), y.mean(0), np.cov(y.T))


def squared_distances(x: Array, y: Array) -> Array:
    return np.maximum((x**2).sum(1)[:, None] + (y**2).sum(1) - 2 * x @ y.T, 0)


def u_statistic(xx: Array, yy: Array, xy: Array) -> float:
    """Unbiased MMD² from three kernel matrices: the diagonals of the first two are left out."""
    n, m = len(xx), len(yy)
    within = (xx.sum() - np.trace(xx)) / (n * (n - 1)) + (yy.sum() - np.trace(yy)) / (m * (m - 1))
    return float(within - 2 * xy.mean())


def kid(x: Array, y: Array) -> float:
    """MMD² with the cubic kernel (x·y/d + 1)³."""
    d = x.shape[1]
    return u_statistic(*((a @ b.T / d + 1) ** 3 for a, b in ((x, x), (y, y), (x, y))))


def kid_sklearn(x: Array, y: Array) -> float:
    return u_statistic(*(polynomial_kernel(a, b, degree=3, coef0=1) for a, b in ((x, x), (y, y), (x, y))))


def mmd(x: Array, y: Array, width: float = 0.3) -> float:
    """MMD² with a Gaussian kernel."""
    pairs = (x, x), (y, y), (x, y)
    return u_statistic(*(np.exp(-squared_distances(a, b) / (2 * width**2)) for a, b in pairs))


def mmd_sklearn(x: Array, y: Array, width: float = 0.3) -> float:
    return u_statistic(*(rbf_kernel(a, b, gamma=1 / (2 * width**2)) for a, b in ((x, x), (y, y), (x, y))))


def posterior(x: Array) -> Array:
    """p(y | x) of a perfect classifier whose classes are the modes of the ring."""
    logits = -squared_distances(x, CENTRES) / (2 * SIGMA**2)
    p = np.exp(logits - logits.max(1, keepdims=True))
    return p / p.sum(1, keepdims=True)


def inception_score(p: Array) -> float:
    """exp of the mean KL divergence between p(y | x) and its mean."""
    terms = np.where(p > 0, p * np.log(np.maximum(p, 1e-300) / p.mean(0)), 0)
    return float(np.exp(terms.sum(1).mean()))


def inception_score_entropies(p: Array) -> float:
    """The same as exp(H(y) − H(y | x))."""
    return float(np.exp(entropy(p.mean(0)) - entropy(p, axis=1).mean()))


# --8<-- [start:coverage]
def covered(points: Array, reference: Array, k: int = 3) -> float:
    """Share of points within some reference point's k-th-neighbor ball."""
    among = squared_distances(reference, reference)
    radius = np.partition(among, k, axis=1)[:, k]  # 0 is the point itself
    return float((squared_distances(points, reference) <= radius).any(1).mean())


def precision_recall(real: Array, generated: Array) -> tuple[float, float]:
    return covered(generated, real), covered(real, generated)
# --8<-- [end:coverage]


def covered_sklearn(points: Array, reference: Array, k: int = 3) -> float:
    """The same with scikit-learn's neighbors for the radii and SciPy's tree for the balls."""
    radius = NearestNeighbors(n_neighbors=k + 1).fit(reference).kneighbors(reference)[0][:, k] * (1 + 1e-9)
    inside = np.zeros(len(points), dtype=bool)
    for hits in cKDTree(points).query_ball_point(reference, radius):
        inside[hits] = True
    return float(inside.mean())


def nearer_to_train(generated: Array, train: Array, held_out: Array) -> float:
    """Share of generated points whose nearest training point is nearer than the nearest held-out point."""
    return float((cKDTree(train).query(generated)[0] < cKDTree(held_out).query(generated)[0]).mean())


def ring(rng: np.random.Generator, n: int, modes: Array = CENTRES, sigma: float = SIGMA) -> Array:
    return modes[rng.integers(len(modes), size=n)] + sigma * rng.standard_normal((n, 2))


def generators(train: Array, n: int) -> dict[str, Array]:
    """Five ways to imitate the ring."""
    rng = np.random.default_rng(1)
    return {
        "the truth": ring(rng, n),
        "one Gaussian": SPREAD * rng.standard_normal((n, 2)),
        "4 of 8 modes": ring(rng, n, CENTRES[::2]),
        "the 8 centers": ring(rng, n, sigma=1e-4),
        "copies": train[rng.permutation(n)] + 1e-4 * rng.standard_normal((n, 2)),
    }


def agree(a: float, b: float) -> float:
    assert abs(a - b) < 1e-6 * max(1.0, abs(a)), (a, b)
    return a


def scores(train: Array, held_out: Array, x: Array) -> str:
    """One row; each metric is computed in two ways that must agree."""
    fd = agree(*fitted_twice(train, x))
    cubic, gauss = agree(kid(train, x), kid_sklearn(train, x)), agree(mmd(train, x), mmd_sklearn(train, x))
    score = agree(inception_score(posterior(x)), inception_score_entropies(posterior(x)))
    precision, recall = precision_recall(train, x)
    agree(precision, covered_sklearn(x, train)), agree(recall, covered_sklearn(train, x))
    near = nearer_to_train(x, train, held_out)
    distances = " ".join(f"{round(v, 2) + 0.0:7.2f}" for v in (fd, cubic, gauss))
    return f"{score:5.2f} {distances}   {precision:5.2f} {recall:5.2f}   {near:5.2f}"


def population_fd(c: Array) -> float:
    """FD between the ring's true moments and a zero-mean generator with covariance c."""
    return frechet(np.zeros(2), SPREAD**2 * np.eye(2), np.zeros(2), c)


def expected_bias(spectrum: Array, n: int) -> float:
    """Leading term of E[FD] between two samples of size n of one Gaussian with these variances."""
    pairs = np.outer(spectrum, spectrum) / np.add.outer(spectrum, spectrum)
    return float((2.5 * spectrum.sum() + pairs.sum()) / n)


def estimates(scale: float, n: int, d: int = 64, repeats: int = 20) -> Array:
    """FD estimates for real data N(0, I) and a generator N(0, scale²·I), n samples of each; the same draws per scale."""
    rng = np.random.default_rng(n)
    pairs = (rng.standard_normal((2, n, d)) for _ in range(repeats))
    return np.array([fitted(real, scale * fake) for real, fake in pairs])


def extrapolated(sizes: tuple[int, ...], means: list[float]) -> float:
    """Intercept of a straight line through the means, plotted over 1/n."""
    return float(np.polyfit(1 / np.array(sizes), means, 1)[1])


def temperature(tau: float, d: int = 8, n: int = 500) -> tuple[float, float, float]:
    """Precision and recall of N(0, τ²·I) against N(0, I), and the true FD."""
    rng = np.random.default_rng(2)
    real, noise = rng.standard_normal((2, n, d))
    return *precision_recall(real, tau * noise), d * (1 - tau) ** 2


def draw(sizes: tuple[int, ...], runs: dict[float, list[Array]]) -> None:
    fig, (left, right) = figure.new(1, 2, height=3.0)
    gaps = np.array([b - a for a, b in zip(runs[1.0], runs[0.95], strict=True)])
    left.errorbar(sizes, gaps.mean(1), gaps.std(1), fmt="o-", color=figure.BLUE, markersize=4, capsize=3)
    left.axhline(0, color="black", linewidth=0.8)
    left.axhline(64 * 0.05**2, color=figure.GREY, linestyle="--", linewidth=1.2)
    left.text(250, 0.172, "n → ∞", color=figure.GREY, fontsize=9)
    left.set(xscale="log", xlabel="n", ylabel="FD(s = 0.95) − FD(s = 1)", xticks=sizes, ylim=(-0.36, 0.22))
    left.set_xticklabels([str(k) for k in sizes])
    left.minorticks_off()
    taus = np.linspace(0.4, 1.6, 13)
    values = np.array([temperature(float(t)) for t in taus])
    right.plot(taus, values[:, 0], color=figure.ORANGE)
    right.plot(taus, values[:, 1], color=figure.GREEN)
    right.text(1.31, 0.69, "精确率 precision", color=figure.ORANGE, fontsize=9)
    right.text(0.4, 0.7, "召回率 recall", color=figure.GREEN, fontsize=9)
    right.axvline(1, color=figure.GREY, linewidth=1, linestyle=":")
    right.set(xlabel="τ", ylim=(0, 1.05), xticks=[0.4, 0.7, 1.0, 1.3, 1.6])
    figure.save(fig, "generative-metrics.svg")


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    c, c_g = (a @ a.T / 5 for a in rng.standard_normal((2, 5, 5)))
    m, m_g = rng.standard_normal((2, 5))
    print(f"eigenvalues {frechet(m, c, m_g, c_g):.6f}   transport map {frechet_transport(m, c, m_g, c_g):.6f}")
    n = 1200
    train, held_out = ring(rng, n), ring(rng, n)
    print(f"{'':14}   IS      FD     KID     MMD    prec   rec  copied")
    for name, x in generators(train, n).items():
        print(f"{name:14}{scores(train, held_out, x)}")
    moments = {"Gaussian": SPREAD**2 * np.eye(2), "4 modes": np.cov(CENTRES[::2].T, bias=True) + SIGMA**2 * np.eye(2)}
    print("FD of the true moments:", ", ".join(f"{name} {population_fd(c) + 0.0:.1e}" for name, c in moments.items()))
    sizes = (250, 500, 1000, 2000, 4000)
    runs = {scale: [estimates(scale, k) for k in sizes] for scale in (1.0, 0.95)}
    lines = {scale: [float(run.mean()) for run in values] for scale, values in runs.items()}
    for i, k in enumerate(sizes):
        theory, wins = expected_bias(np.ones(64), k), int((runs[0.95][i] < runs[1.0][i]).sum())
        print(f"n={k:5}  s=1: {lines[1.0][i]:.2f} (theory {theory:.2f})   s=0.95: {lines[0.95][i]:.2f}", end="")
        print(f"   s=0.95 wins {wins:2} of 20")
    far, near = (extrapolated(sizes[2:], lines[scale][2:]) for scale in (1.0, 0.95))
    truth = frechet(np.zeros(64), np.eye(64), np.zeros(64), 0.95**2 * np.eye(64))
    print(f"line through n >= 1000, at 1/n = 0: {far:.2f} and {near:.2f}, truth 0 and {truth:.2f}")
    for tau in 0.6, 1.0, 1.4:
        print("tau={}: precision {:.2f}, recall {:.2f}, true FD {:.2f}".format(tau, *temperature(tau)))
    print(f"99% noise: {np.log(100):.2f} nats = {np.log2(100) / 3072:.4f} bits per dimension at 3072 dimensions")
    draw(sizes, runs)
