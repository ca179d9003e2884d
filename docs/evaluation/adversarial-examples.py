"""Evidence for adversarial-examples: the linear case exactly, PGD, adversarial training, masked gradients, certificates."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.stats import beta, binomtest, norm
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from qa import figure

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Slope = Callable[[Array, Ints], Array]
EPS = 0.15


class Net(NamedTuple):
    """64 → 64 → 10 with ReLU; `scale` multiplies the logits."""

    w1: Array
    b1: Array
    w2: Array
    b2: Array
    scale: float = 1.0

    def logits(self, x: Array) -> Array:
        return self.scale * (np.maximum(x @ self.w1 + self.b1, 0) @ self.w2 + self.b2)


def cross_entropy_slope(z: Array, y: Ints) -> Array:
    """Gradient of the cross-entropy with respect to the logits: softmax minus one-hot."""
    p = np.exp(z - z.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    return p


def margin_slope(z: Array, y: Ints) -> Array:
    """Gradient of (best wrong logit − right logit)."""
    rows, others = np.arange(len(y)), z.copy()
    others[rows, y] = -np.inf
    slope = np.zeros_like(z)
    slope[rows, others.argmax(1)], slope[rows, y] = 1, -1
    return slope


def backward(net: Net, x: Array, y: Ints, slope: Slope) -> tuple[Array, Array, Array]:
    """Hidden activations, and the gradients of the summed loss with respect to logits and hidden inputs."""
    a = x @ net.w1 + net.b1
    h = np.maximum(a, 0)
    dz = net.scale * slope(net.scale * (h @ net.w2 + net.b2), y)
    return h, dz, (dz @ net.w2.T) * (a > 0)


def weight_gradients(net: Net, x: Array, y: Ints) -> list[Array]:
    h, dz, da = backward(net, x, y, cross_entropy_slope)
    return [x.T @ da, da.sum(0), h.T @ dz, dz.sum(0)]


def input_gradient(net: Net, x: Array, y: Ints, slope: Slope = cross_entropy_slope) -> Array:
    return backward(net, x, y, slope)[2] @ net.w1.T


# --8<-- [start:attacks]
def fgsm(net: Net, x: Array, y: Ints, eps: float) -> Array:
    """One step to the corner of the box that the gradient points at."""
    return np.clip(x + eps * np.sign(input_gradient(net, x, y)), 0, 1)


def pgd(
    net: Net, x: Array, y: Ints, eps: float, steps: int = 20,
    slope: Slope = cross_entropy_slope, seed: int = 0,
) -> Array:
    """Steps of the sign, each projected back into the box around x."""
    rng = np.random.default_rng(seed)
    z = np.clip(x + rng.uniform(-eps, eps, x.shape), 0, 1)
    for _ in range(steps):
        uphill = np.sign(input_gradient(net, z, y, slope))
        z = np.clip(z + 2.5 * eps / steps * uphill, x - eps, x + eps)
        z = np.clip(z, 0, 1)
    return z
# --8<-- [end:attacks]


def train(x: Array, y: Ints, seed: int, eps: float = 0.0, sigma: float = 0.0, epochs: int = 30) -> Net:
    """Adam; with `eps` on four-step PGD examples, with `sigma` on noisy ones."""
    rng = np.random.default_rng(seed)
    p = [rng.standard_normal((64, 64)) * 0.15, np.zeros(64), rng.standard_normal((64, 10)) * 0.15, np.zeros(10)]
    first, second, t = [np.zeros_like(v) for v in p], [np.zeros_like(v) for v in p], 0
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for rows in np.array_split(order, len(x) // 128):
            t, batch = t + 1, x[rows] + sigma * rng.standard_normal((len(rows), 64))
            if eps:
                batch = pgd(Net(*p), batch, y[rows], eps, steps=4, seed=t)
            for v, m, s, g in zip(p, first, second, weight_gradients(Net(*p), batch, y[rows]), strict=True):
                m += 0.1 * (g / len(rows) - m)
                s += 0.001 * ((g / len(rows)) ** 2 - s)
                v -= 0.005 * (m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
    return Net(*p)


def accuracy(net: Net, x: Array, y: Ints) -> float:
    return float((net.logits(x).argmax(1) == y).mean())


def noisy(x: Array, eps: float) -> Array:
    """Random signs of size eps."""
    return np.clip(x + eps * np.random.default_rng(9).choice([-1.0, 1.0], x.shape), 0, 1)


def worst_of(net: Net, x: Array, y: Ints, eps: float) -> float:
    """Accuracy after both losses with three random starts: an example counts only if it withstands every attempt."""
    left = np.arange(len(y))
    for slope in (margin_slope, cross_entropy_slope):
        for seed in range(3):
            tried = pgd(net, x[left], y[left], eps, 20, slope, seed)
            left = left[net.logits(tried).argmax(1) == y[left]]
    return len(left) / len(y)


def gradient_error(net: Net, x: Array, y: Ints) -> float:
    """Largest difference between the input gradient and central differences of the cross-entropy."""

    def loss(v: Array) -> float:
        z = net.logits(v[None])[0]
        return float(np.log(np.exp(z - z.max()).sum()) + z.max() - z[y[0]])

    h = 1e-5 * np.eye(64)
    numeric = np.array([(loss(x[0] + e) - loss(x[0] - e)) / 2e-5 for e in h])
    return float(np.abs(numeric - input_gradient(net, x[:1], y[:1])[0]).max())


def by_dimension(d: int, eps: float = 0.1, n: int = 20_000) -> tuple[float, float, float, float]:
    """x = y·(3/√d)·1 + noise, classifier sign(Σx): accuracy clean, with random signs, with FGSM; the last by formula."""
    rng = np.random.default_rng(d)
    total = 3 * np.sqrt(d) + np.sqrt(d) * rng.standard_normal(n)  # y·Σx
    random_signs = eps * (2 * rng.binomial(d, 0.5, n) - d)
    hits = [(total > 0).mean(), (total + random_signs > 0).mean(), (total - eps * d > 0).mean()]
    return *map(float, hits), float(norm.cdf(3 - eps * np.sqrt(d)))


# --8<-- [start:linear]
def distances(w: Array, b: float, x: Array) -> tuple[Array, Array]:
    """To the decision boundary of sign(w·x + b): in l2 and in l-infinity."""
    margin = np.abs(x @ w + b)
    return margin / np.linalg.norm(w, 2), margin / np.linalg.norm(w, 1)
# --8<-- [end:linear]


def distance_by_program(w: Array, b: float, x: Array) -> float:
    """The l-infinity distance as a linear program: least t with |δ| ≤ t and w·(x + δ) + b = 0."""
    d = len(w)
    box = np.block([[np.eye(d), -np.ones((d, 1))], [-np.eye(d), -np.ones((d, 1))]])
    equal = np.append(w, 0.0)[None]
    bounds = [(None, None)] * (d + 1)
    return float(linprog(np.append(np.zeros(d), 1.0), box, np.zeros(2 * d), equal, [-(x @ w + b)], bounds=bounds).fun)


# --8<-- [start:certify]
def radius(hits: int, n: int, sigma: float, alpha: float = 0.001) -> float:
    """Certified l2 radius when `hits` of n noisy copies vote for the class."""
    low = beta.ppf(alpha, hits, n - hits + 1)  # Clopper-Pearson
    return float(sigma * norm.ppf(low)) if low > 0.5 else 0.0
# --8<-- [end:certify]


def radius_scipy(hits: int, n: int, sigma: float, alpha: float = 0.001) -> float:
    low = binomtest(hits, n, alternative="greater").proportion_ci(1 - alpha, method="exact").low
    return float(sigma * norm.ppf(low)) if low > 0.5 else 0.0


def certified(net: Net, x: Array, y: Ints, sigma: float, n: int = 1000) -> Array:
    """Radius of each example for its right class; 0 where nothing can be certified."""
    rng = np.random.default_rng(3)
    copies = (v + sigma * rng.standard_normal((n, 64)) for v in x)
    hits = [int((net.logits(c).argmax(1) == label).sum()) for c, label in zip(copies, y, strict=True)]
    assert all(abs(radius(h, n, sigma) - radius_scipy(h, n, sigma)) < 1e-6 for h in set(hits[:40]) if h > 0)
    return np.array([radius(h, n, sigma) if h else 0.0 for h in hits])


def smoothed_linear(w: Array, b: float, x: Array, sigma: float = 1.0, n: int = 20_000) -> tuple[float, float, float]:
    """For a linear classifier: distance to the boundary, σ·Φ⁻¹(p) with the exact p, and with p from n samples."""
    margin = float(abs(x @ w + b) / np.linalg.norm(w))
    noise = np.random.default_rng(4).standard_normal((n, len(x)))
    share = float(((x @ w + b) * ((x + sigma * noise) @ w + b) > 0).mean())
    return margin, float(sigma * norm.ppf(norm.cdf(margin / sigma))), float(sigma * norm.ppf(share))


def draw(nets: dict[str, list[Net]], x: Array, y: Ints, radii: dict[float, Array]) -> None:
    fig, (left, right) = figure.new(1, 2, height=3.0)
    grid = np.linspace(0, 0.4, 11)
    plain, hardened = nets["plain"][0], nets["hardened"][0]
    left.plot(grid, [accuracy(plain, noisy(x, e), y) for e in grid], color=figure.GREY, linestyle=":")
    left.plot(grid, [accuracy(plain, fgsm(plain, x, y, e), y) for e in grid], color=figure.BLUE, linestyle="--")
    left.plot(grid, [accuracy(plain, pgd(plain, x, y, e), y) for e in grid], color=figure.BLUE)
    left.plot(grid, [accuracy(hardened, pgd(hardened, x, y, e), y) for e in grid], color=figure.ORANGE)
    left.text(0.2, 0.92, "±ε", color=figure.GREY)
    left.text(0.128, 0.31, "FGSM", color=figure.BLUE, fontsize=9)
    left.text(0.015, 0.12, "PGD", color=figure.BLUE, fontsize=9)
    left.text(0.205, 0.5, "对抗训练\nadv. training, PGD", color=figure.ORANGE, fontsize=9)
    left.set(xlabel="ε (ℓ∞)", ylabel="准确率 accuracy", ylim=(0, 1.03), xlim=(0, 0.4))
    reach = np.linspace(0, 1.2, 61)
    for (sigma, values), color in zip(radii.items(), (figure.GREEN, figure.PURPLE), strict=True):
        right.plot(reach, [(values > r).mean() for r in reach], color=color, label=f"σ = {sigma}")
    right.legend(fontsize=9)
    right.set(xlabel="r (ℓ₂)", ylabel="可证准确率 certified accuracy", ylim=(0, 1.03), xlim=(0, 1.2))
    figure.save(fig, "adversarial-examples.svg")


if __name__ == "__main__":
    for d in (10, 100, 1000, 10_000):
        print("d={:5}: clean {:.3f}  random signs {:.3f}  FGSM {:.3f} (formula {:.3f})".format(d, *by_dimension(d)))
    digits = load_digits()
    data, labels = digits.data / 16, digits.target.astype(np.int64)
    order = np.random.default_rng(0).permutation(len(labels))
    x, y, x_test, y_test = data[order[500:]], labels[order[500:]], data[order[:500]], labels[order[:500]]
    pair, pair_test = np.isin(y, (3, 8)), np.isin(y_test, (3, 8))
    linear = LogisticRegression().fit(x[pair], y[pair] == 8)
    w, b = linear.coef_[0], float(linear.intercept_[0])
    two, box = distances(w, b, x_test[pair_test])
    assert abs(distance_by_program(w, b, x_test[pair_test][0]) - box[0]) < 1e-8
    right = linear.predict(x_test[pair_test]) == (y_test[pair_test] == 8)
    shifted = x_test[pair_test] - 0.1 * np.sign(w) * np.where(y_test[pair_test] == 8, 1, -1)[:, None]
    attacked = float((linear.predict(shifted) == (y_test[pair_test] == 8)).mean())
    formula = (right & (box > 0.1)).mean()
    print(f"3 or 8, linear: accuracy {right.mean():.2f}, FGSM 0.1 {attacked:.2f}, by formula {formula:.2f}")
    print(f"median distance: l2 {np.median(two):.2f}, l-infinity {np.median(box):.3f}")
    nets = {
        "plain": [train(x, y, seed) for seed in range(3)],
        "noise": [train(x, y, seed, sigma=0.25) for seed in range(3)],
        "hardened": [train(x, y, seed, eps=EPS) for seed in range(3)],
    }
    nets["masked"] = [net._replace(scale=1e4) for net in nets["plain"]]
    assert gradient_error(nets["plain"][0], x_test, y_test) < 1e-6
    print(f"{'':9} clean  ±eps  FGSM  PGD-20  worst of 6")
    for name, group in nets.items():
        rows = []
        for net in group:
            tried = (x_test, noisy(x_test, EPS), fgsm(net, x_test, y_test, EPS), pgd(net, x_test, y_test, EPS))
            rows.append([*(accuracy(net, v, y_test) for v in tried), worst_of(net, x_test, y_test, EPS)])
        print("{:9} {:5.2f} {:5.2f} {:5.2f}  {:5.2f}   {:5.2f}".format(name, *np.mean(rows, axis=0)))
    far = [accuracy(net, pgd(net, x_test, y_test, 0.6), y_test) for net in nets["hardened"]]
    print(f"hardened, eps = 0.6: {max(far):.2f}")
    exact = smoothed_linear(w, b, x_test[pair_test][0])
    print("linear, smoothed: distance {:.3f}, from exact p {:.3f}, from samples {:.2f}".format(*exact))
    smoothed = {0.25: nets["noise"][0], 0.5: train(x, y, 0, sigma=0.5)}
    radii = {s: certified(net, x_test[:200], y_test[:200], s) for s, net in smoothed.items()}
    for sigma, values in radii.items():
        shares = "  ".join(f"r={r}: {(values > r).mean():.2f}" for r in (0.0, 0.5, 1.0))
        print(f"sigma {sigma:4}: certified  {shares}  largest r {radius(1000, 1000, sigma):.2f}")
    draw(nets, x_test, y_test, radii)
