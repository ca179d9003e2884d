"""Evidence for ae-vs-vae: the ELBO and its gap, the Gaussian KL, two gradient estimators, collapse, and what each can sample."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits

from qa import figure

Array = NDArray[np.float64]
RATE = 1e-2  # of Adam, falling linearly to 0


# --8<-- [start:kl]
def kl_to_standard(mu: Array, log_var: Array) -> Array:
    """KL(N(mu, diag(exp(log_var))) || N(0, I)) in nats, over the last axis."""
    return 0.5 * (mu**2 + np.exp(log_var) - 1.0 - log_var).sum(-1)
# --8<-- [end:kl]


def kl_by_sampling(mu: float, sigma: float, n: int) -> float:
    """Mean of log q(z) - log p(z) for z drawn from q = N(mu, sigma^2), p = N(0, 1)."""
    z = mu + sigma * np.random.default_rng(0).standard_normal(n)
    return float(np.mean(0.5 * z**2 - 0.5 * ((z - mu) / sigma) ** 2 - np.log(sigma)))


def log_normal(x: float, mean: float, var: float) -> float:
    return -0.5 * (np.log(2 * np.pi * var) + (x - mean) ** 2 / var)


def elbo(x: float, w: float, s2: float, mu: float, var: float) -> float:
    """ELBO of x under z ~ N(0, 1), x | z ~ N(w z, s2), with q(z) = N(mu, var); every term is exact."""
    reconstruction = log_normal(x, w * mu, s2) - 0.5 * w**2 * var / s2
    return reconstruction - float(kl_to_standard(np.array([mu]), np.array([np.log(var)])))


def print_elbo() -> None:
    x, w, s2 = 1.5, 2.0, 1.0
    best_mean, best_var = w * x / (w**2 + s2), s2 / (w**2 + s2)
    print(f"log p(x) {log_normal(x, 0.0, w**2 + s2):.4f}")
    for name, mu, var in ("true posterior", best_mean, best_var), ("the prior", 0.0, 1.0), ("a point, var 1e-6", best_mean, 1e-6):
        bound = elbo(x, w, s2, mu, var)
        print(f"q = {name:17}: ELBO {bound:7.4f}   log p(x) - ELBO {abs(log_normal(x, 0.0, w**2 + s2) - bound):.4f}")


# --8<-- [start:estimators]
def gradient_estimates(mu: float, sigma: float, n: int) -> tuple[Array, Array]:
    """n estimates of d/dmu E[z^2] for z ~ N(mu, sigma^2); exact: 2 mu."""
    eps = np.random.default_rng(1).standard_normal(n)
    z = mu + sigma * eps  # a differentiable function of mu and sigma
    pathwise = 2 * z * 1.0  # df/dz * dz/dmu
    score = z**2 * (z - mu) / sigma**2  # f(z) * d log q(z) / dmu
    return pathwise, score
# --8<-- [end:estimators]


def linear_rates(eigenvalues: Array, s2: Array) -> Array:
    """KL per latent at the optimum of a linear VAE with decoder variance s2: half the log of eigenvalue / s2, or nothing."""
    return 0.5 * np.log(np.maximum(eigenvalues / s2, 1.0))


@dataclass
class Net:
    """A chain of dense layers with tanh between them and Adam built in."""

    sizes: list[int]
    seed: int
    w: list[Array] = field(default_factory=list)
    m: list[Array] = field(default_factory=list)
    v: list[Array] = field(default_factory=list)
    t: int = 0

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        for a, b in zip(self.sizes, self.sizes[1:], strict=False):
            self.w += [rng.standard_normal((a, b)) / np.sqrt(a), np.zeros(b)]
        self.m, self.v = [np.zeros_like(p) for p in self.w], [np.zeros_like(p) for p in self.w]

    def forward(self, x: Array) -> list[Array]:
        acts = [x]
        for i in range(0, len(self.w), 2):
            a = acts[-1] @ self.w[i] + self.w[i + 1]
            acts.append(np.tanh(a) if i + 2 < len(self.w) else a)
        return acts

    def backward(self, acts: list[Array], g: Array, rate: float) -> Array:
        """Gradient of the input, computed before the weights take their Adam step."""
        grads: list[Array] = []
        for i in range(len(self.w) - 2, -1, -2):
            g = g if i + 2 == len(self.w) else g * (1 - acts[i // 2 + 1] ** 2)
            grads = [acts[i // 2].T @ g, g.sum(0), *grads]
            g = g @ self.w[i].T
        self._adam(grads, rate)
        return g

    def _adam(self, grads: list[Array], rate: float) -> None:
        self.t += 1
        for p, m, v, g in zip(self.w, self.m, self.v, grads, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g**2 - v)
            p -= rate * (m / (1 - 0.9**self.t)) / (np.sqrt(v / (1 - 0.999**self.t)) + 1e-8)


def train(x: Array, beta: float, s2: float, d: int, steps: int = 2000) -> tuple[Net, Net]:
    """Fit encoder and decoder; beta = 0 is the plain autoencoder (no noise, no KL), beta = 1 the VAE."""
    rng = np.random.default_rng(3)
    enc, dec = Net([64, 64, 2 * d], 0), Net([d, 64, 64], 1)
    for step in range(steps):
        rate = RATE * (1 - step / steps)
        batch = x[rng.integers(len(x), size=64)]
        e = enc.forward(batch)
        mu, log_var = e[-1][:, :d], e[-1][:, d:]
        sigma, eps = np.exp(0.5 * log_var), rng.standard_normal(mu.shape) * (beta > 0)
        out = dec.forward(mu + sigma * eps)
        gz = dec.backward(out, (out[-1] - batch) / s2 / len(batch), rate)
        g_mu = gz + beta * mu / len(batch)
        g_lv = gz * eps * sigma / 2 + beta * 0.5 * (np.exp(log_var) - 1) / len(batch)
        enc.backward(e, np.concatenate([g_mu, g_lv], 1), rate)
    return enc, dec


def nearest(a: Array, b: Array) -> Array:
    """Distance from each row of a to its nearest row of b."""
    return np.asarray(cdist(a, b).min(1), dtype=np.float64)


def judge(name: str, nets: tuple[Net, Net], data: Array, held: Array) -> list[Array]:
    """Distances to the nearest training digit, for z from N(0, I), from the same moved to the codes' mean, from a fit."""
    enc, dec = nets
    d = dec.sizes[0]
    codes = enc.forward(data)[-1][:, :d]
    error = ((dec.forward(enc.forward(held)[-1][:, :d])[-1] - held) ** 2).sum(1).mean()
    centre, spread = codes.mean(0), codes.std(0)
    prior = np.random.default_rng(5).standard_normal((1000, d))
    fitted = np.random.default_rng(6).multivariate_normal(centre, np.cov(codes.T), 1000)
    distances = [nearest(dec.forward(z)[-1], data) for z in (prior, prior + centre, fitted)]
    off, low, high = np.linalg.norm(centre), spread.min(), spread.max()
    prior_median, moved, fit = (np.median(one) for one in distances)
    print(f"{name:3}: held-out squared error {error:.1f}; codes: mean {off:.1f} from 0, spread {low:.1f} to {high:.1f}")
    print(f"     median distance, z from N(0, I) {prior_median:.1f}, moved to that mean {moved:.1f}, fitted {fit:.1f}")
    return distances


def draw(held: Array, ae: list[Array], vae: list[Array]) -> None:
    fig, (left, right) = figure.new(1, 2, height=2.9)
    rows = {"真实数字 real": held, "VAE, N(0, I)": vae[0], "AE, 拟合 fitted": ae[2], "AE, N(0, I)": ae[0]}
    for y, (values, color) in enumerate(zip(rows.values(), (figure.GREY, figure.BLUE, figure.GREEN, figure.ORANGE), strict=True)):
        low, q1, mid, q3, high = np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95))
        left.plot([low, high], [y, y], color=color, lw=1.4)
        left.plot([q1, q3], [y, y], color=color, lw=7, solid_capstyle="butt", alpha=0.5)
        left.plot([mid], [y], "o", color=color)
    left.set_yticks(range(4), list(rows))
    left.set(xlabel="到最近训练数字的距离 distance", xlim=(0, None), ylim=(-0.5, 3.5))
    s2 = np.geomspace(0.02, 8, 80)
    for eigenvalue, color in zip((4.0, 1.0, 0.25), (figure.BLUE, figure.ORANGE, figure.GREEN), strict=True):
        right.semilogx(s2, linear_rates(np.full(80, eigenvalue), s2), color=color, label=f"λ = {eigenvalue:g}")
    right.set(xlabel="s²", ylabel="KL")
    right.legend(loc="upper right", fontsize=9)
    figure.save(fig, "ae-vs-vae.svg")


def print_formulas() -> None:
    exact = float(kl_to_standard(np.array([1.0]), np.array([2 * np.log(0.5)])))
    print(f"KL(N(1, 0.25) || N(0, 1)): closed form {exact:.3f}, a million samples {kl_by_sampling(1.0, 0.5, 1_000_000):.2f}")
    print_elbo()
    for name, g in zip(("reparameterized", "score function"), gradient_estimates(1.0, 0.5, 1_000_000), strict=True):
        print(f"{name:15}: mean {g.mean():.2f}  standard deviation {g.std():.1f}")
    for s2 in 0.1, 0.5, 2.0, 5.0:
        rates = linear_rates(np.array([4.0, 1.0, 0.25]), np.full(3, s2))
        print(f"decoder variance {s2}: KL per latent", *(f"{r:.2f}" for r in rates))


def main() -> None:
    print_formulas()
    x = load_digits().data / 16.0
    x = x[np.random.default_rng(0).permutation(len(x))]
    real = nearest(x[1400:], x[:1400])
    print(f"held-out digits: median distance to a training digit {np.median(real):.1f}")
    found = [judge(name, train(x[:1400], beta, 0.04, 8), x[:1400], x[1400:]) for name, beta in (("AE", 0.0), ("VAE", 1.0))]
    draw(real, *found)


if __name__ == "__main__":
    main()
