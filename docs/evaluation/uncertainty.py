"""Evidence for uncertainty: what an ensemble, MC dropout and conformal prediction say where there are no data."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, entropy, norm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import DotProduct

from qa import figure

Array = np.ndarray
WORLDS, MEMBERS, HIDDEN, STEPS, BATCH, DROP = 3, 5, 32, 800, 50, 0.1
REGIONS = {"quiet": (-3.0, -1.0), "noisy": (1.0, 3.0), "gap": (-0.6, 0.6), "outside": (4.0, 5.0)}


def signal(x: Array) -> Array:
    return np.sin(2 * x)


def noise(x: Array) -> Array:
    """Standard deviation of the labels: small on the left, large on the right."""
    return np.where(x < 0, 0.1, 0.4)


def sample(rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    """Inputs from two intervals with a gap between them, and noisy labels."""
    x = rng.uniform(1, 3, n) * rng.choice([-1, 1], n)
    return x, signal(x) + noise(x) * rng.standard_normal(n)


@dataclass
class Networks:
    """A stack of networks 1 → 32 → 32 → (mean, log variance), trained side by side on one data set each."""

    weights: list[Array]
    drop: float

    def forward(self, x: Array, rng: np.random.Generator | None) -> tuple[list[Array], list[Array]]:
        """Activations and masks; x is (networks, samples, 1)."""
        states, masks = [x], []
        for w, b in zip(self.weights[:4:2], self.weights[1:4:2], strict=True):
            z = np.maximum(states[-1] @ w + b, 0)
            keep = np.ones(1) if rng is None else (rng.random(z.shape) >= self.drop) / (1 - self.drop)
            masks.append(keep)
            states.append(z * keep)
        return [*states, states[-1] @ self.weights[4] + self.weights[5]], masks

    def gradients(self, x: Array, y: Array, rng: np.random.Generator) -> list[Array]:
        """Of the mean Gaussian negative log-likelihood of each network."""
        states, masks = self.forward(x, rng if self.drop else None)
        mean, s = states[-1][..., 0], np.clip(states[-1][..., 1], -7, 3)
        error = (mean - y) * np.exp(-s)
        d = np.stack([error, 0.5 * (1 - error * (mean - y))], axis=-1) / y.shape[1]
        found: list[Array] = []
        for layer in (2, 1, 0):
            found = [states[layer].swapaxes(1, 2) @ d, d.sum(axis=1, keepdims=True), *found]
            if layer:
                d = (d @ self.weights[2 * layer].swapaxes(1, 2)) * masks[layer - 1] * (states[layer] > 0)
        return found

    def predict(self, x: Array, rng: np.random.Generator | None = None) -> tuple[Array, Array]:
        """Means and variances, one row per network."""
        copies = np.broadcast_to(x[None, :, None], (self.weights[0].shape[0], x.size, 1))
        out = self.forward(copies, rng)[0][-1]
        return out[..., 0], np.exp(np.clip(out[..., 1], -7, 3))


def initial(rng: np.random.Generator, count: int) -> list[Array]:
    sizes = ((1, HIDDEN, 1.5), (HIDDEN, HIDDEN, 1.0), (HIDDEN, 2, 0.3))
    pairs = (
        (gain * rng.standard_normal((count, a, b)) / np.sqrt(a), gain * rng.standard_normal((count, 1, b)) * (a == 1))
        for a, b, gain in sizes
    )
    return [array for pair in pairs for array in pair]


def train(n: int, members: int, drop: float, resample: bool = False) -> Networks:
    """Adam on batches with a falling rate; `members` networks for each of the worlds, on the world's n samples."""
    rng = np.random.default_rng(n + members)
    data = [sample(np.random.default_rng(w), n) for w in range(WORLDS) for _ in range(members)]
    xs, ys = (np.stack([d[i] for d in data]) for i in (0, 1))
    if resample:
        rows = rng.integers(0, n, xs.shape)
        xs, ys = np.take_along_axis(xs, rows, 1), np.take_along_axis(ys, rows, 1)
    nets = Networks(initial(rng, len(data)), drop)
    first, second = ([np.zeros_like(w) for w in nets.weights] for _ in range(2))
    for step in range(1, STEPS + 1):
        pick = rng.integers(0, n, (len(data), BATCH))
        x, y = np.take_along_axis(xs, pick, 1), np.take_along_axis(ys, pick, 1)
        rate = 0.01 * (1 - step / (STEPS + 1))
        for i, g in enumerate(nets.gradients(x[..., None], y, rng)):
            first[i] += 0.1 * (g - first[i])
            second[i] += 0.001 * (g**2 - second[i])
            move = first[i] / (1 - 0.9**step) / (np.sqrt(second[i] / (1 - 0.999**step)) + 1e-8)
            nets.weights[i] -= rate * move
    return nets


# --8<-- [start:split]
def split(means: Array, variances: Array) -> tuple[Array, Array]:
    """Aleatoric and epistemic variance from K predictions (first axis)."""
    return variances.mean(axis=0), means.var(axis=0)


def split_classes(p: Array) -> tuple[float, float]:
    """The same in nats for K probability vectors: mean entropy, and the rest."""
    aleatoric = float(entropy(p, axis=1).mean())
    return aleatoric, float(entropy(p.mean(axis=0))) - aleatoric
# --8<-- [end:split]


def ensemble(n: int, x: Array, resample: bool = False) -> tuple[Array, Array, Array]:
    """Mean, aleatoric and epistemic variance of the ensemble of each world."""
    means, variances = (a.reshape(WORLDS, MEMBERS, -1) for a in train(n, MEMBERS, 0.0, resample).predict(x))
    parts = [split(m, v) for m, v in zip(means, variances, strict=True)]
    return means.mean(axis=1), np.array([a for a, _ in parts]), np.array([e for _, e in parts])


def mc_dropout(n: int, x: Array, passes: int = 100) -> tuple[Array, Array, Array]:
    """The same from one network per world, with fresh masks in each pass."""
    nets, rng = train(n, 1, DROP), np.random.default_rng(7)
    draws = [nets.predict(x, rng) for _ in range(passes)]
    means, variances = np.stack([m for m, _ in draws]), np.stack([v for _, v in draws])
    return means.mean(axis=0), *split(means, variances)


def bootstrap(n: int, x: Array) -> tuple[Array, Array, Array]:
    """An ensemble whose members see resampled data."""
    return ensemble(n, x, resample=True)


Prediction = tuple[Array, Array, Array]
METHODS: dict[str, Callable[[int, Array], Prediction]] = {
    "ensemble": ensemble,
    "bootstrap": bootstrap,
    "dropout": mc_dropout,
}
GRID = np.linspace(-4, 5, 181)


def inside(region: str) -> Array:
    low, high = REGIONS[region]
    return np.asarray((low <= GRID) & (high >= GRID))


def rms(squares: Array) -> float:
    return float(np.sqrt(squares.mean()))


def show_parts() -> dict[tuple[str, int], Prediction]:
    """Aleatoric and epistemic standard deviation and the real error of the mean, by region, over all worlds."""
    print("standard deviations: a aleatoric, e epistemic; err: true error of the mean")
    print("                " + "".join(f"{region:15}" for region in REGIONS))
    print("method     n   " + "  a    e    err " * len(REGIONS))
    found = {}
    for n in (100, 2000):
        for name, method in METHODS.items():
            mean, aleatoric, epistemic = found[name, n] = method(n, GRID)
            parts = aleatoric, epistemic, (mean - signal(GRID)) ** 2
            cells = (" ".join(f"{rms(part[:, inside(r)]):.2f}" for part in parts) for r in REGIONS)
            print(f"{name:9}  {n:<4} " + " ".join(cells))
    return found


def show_classes() -> None:
    """Three ensembles of two members with the same mean prediction."""
    cases = {"agree, unsure": (0.5, 0.5), "half and half": (0.8, 0.2), "sure, opposed": (0.99, 0.01)}
    print("two classes     members    entropy of the mean = aleatoric + epistemic")
    for name, members in cases.items():
        p = np.array([[q, 1 - q] for q in members])
        a, e = split_classes(p)
        total = float(entropy(p.mean(axis=0)))
        print(f"{name:14}  {members[0]:.2f} {members[1]:.2f}  {total:.3f}                 {a:.3f}       {e:.3f}")


def dropout_weights(x: Array, y: Array, p: float) -> Array:
    """Minimizer of the expected squared error when inputs are dropped: a ridge that grows with the data."""
    gram = x.T @ x
    return np.linalg.solve(gram + p / (1 - p) * np.diag(np.diag(gram)), x.T @ y)


def show_linear(features: int = 20, sigma: float = 0.5) -> None:
    """Linear regression: the exact posterior's spread against that of input dropout, as data accumulate."""
    print("n      posterior  sklearn  dropout p = 0.1  simulated")
    rng = np.random.default_rng(0)
    truth, at = rng.standard_normal((2, features))
    for n in (30, 300, 2000):
        x = rng.standard_normal((n, features))
        y = x @ truth + sigma * rng.standard_normal(n)
        covariance = np.linalg.inv(x.T @ x / sigma**2 + np.eye(features))
        gp = GaussianProcessRegressor(DotProduct(0.0, "fixed"), alpha=sigma**2, optimizer=None).fit(x, y)
        w = dropout_weights(x, y, DROP)
        exact = np.sqrt(DROP / (1 - DROP) * ((w * at) ** 2).sum())
        drawn = ((rng.random((20_000, features)) >= DROP) / (1 - DROP)) @ (w * at)
        posterior = f"{np.sqrt(at @ covariance @ at):.3f}      {gp.predict(at[None], return_std=True)[1][0]:.3f}"
        print(f"{n:<5}  {posterior}    {exact:.2f}             {drawn.std():.2f}")
    limit = np.sqrt(DROP * (1 - DROP) * ((truth * at) ** 2).sum())
    print(f"n → ∞  0                   {limit:.2f}")


# --8<-- [start:conformal]
def conformal_threshold(scores: Array, alpha: float = 0.1) -> float:
    """The ⌈(n + 1)(1 − α)⌉-th smallest calibration score."""
    rank = int(np.ceil((scores.size + 1) * (1 - alpha)))
    return float(np.sort(scores)[rank - 1]) if rank <= scores.size else np.inf
# --8<-- [end:conformal]


def true_coverage(mean: Array, half: Array, x: Array) -> Array:
    """Probability that a label at x falls into mean ± half, from the true noise."""
    low, high = mean - half - signal(x), mean + half - signal(x)
    return np.asarray(norm.cdf(high / noise(x)) - norm.cdf(low / noise(x)))


def coverages(prediction: Prediction, n: int = 1000, repeats: int = 20) -> dict[str, tuple[Array, Array]]:
    """Coverage and half width on the grid for three 90% intervals, averaged over worlds and calibration sets."""
    gathered: dict[str, list[tuple[Array, Array]]] = {"Gaussian": [], "conformal": [], "scaled": []}
    for mean, aleatoric, epistemic in zip(*prediction, strict=True):
        sd = np.sqrt(aleatoric + epistemic)
        for repeat in range(repeats):
            x, y = sample(np.random.default_rng(1000 + repeat), n)
            error = np.abs(y - np.interp(x, GRID, mean))
            constant = conformal_threshold(error)
            factor = conformal_threshold(error / np.interp(x, GRID, sd))
            halves = norm.ppf(0.95) * sd, np.full_like(sd, constant), factor * sd
            for name, half in zip(gathered, halves, strict=True):
                gathered[name].append((true_coverage(mean, half, GRID), half))
    return {k: (np.mean([c for c, _ in v], axis=0), np.mean([h for _, h in v], axis=0)) for k, v in gathered.items()}


def show_coverage(curves: dict[str, tuple[Array, Array]]) -> None:
    """By region; "overall" is the distribution of the calibration data, half quiet and half noisy."""
    print("coverage   overall  quiet  noisy  gap   outside   width/2: quiet  noisy")
    for name, (covered, half) in curves.items():
        quiet, noisy, gap, outside = (float(covered[inside(r)].mean()) for r in REGIONS)
        widths = [float(half[inside(r)].mean()) for r in REGIONS]
        shares = f"{(quiet + noisy) / 2:.2f}     {quiet:.2f}   {noisy:.2f}   {gap:.2f}  {outside:.2f}   "
        print(f"{name:9}  {shares}            {widths[0]:.2f}   {widths[1]:.2f}")


Table = tuple[Array, Array, Array]


def coverage_table(mean: Array) -> Table:
    """The mean on the grid, half widths of a constant interval, and the true coverage of each."""
    x = np.concatenate([GRID[inside("quiet")], GRID[inside("noisy")]])
    widths = np.linspace(0, 3, 301)
    at = np.interp(x, GRID, mean)
    return mean, widths, true_coverage(at, widths[:, None] + np.zeros_like(at), x).mean(axis=1)


def draw_thresholds(table: Table, n: int, repeats: int, naive: bool = False) -> Array:
    """True coverage of the constant-width interval, for many calibration sets of size n."""
    mean, widths, covered = table
    rng, found = np.random.default_rng(n), []
    for _ in range(repeats):
        xs, ys = sample(rng, n)
        errors = np.abs(ys - np.interp(xs, GRID, mean))
        found.append(float(np.quantile(errors, 0.9)) if naive else conformal_threshold(errors))
    return np.interp(found, widths, covered)


def show_beta(table: Table, repeats: int = 2000) -> Array:
    """Coverage over calibration sets, against the Beta distribution that theory gives; returns that of n = 100."""
    drawn = {}
    print("n     mean   theory  5% worst  theory   plain 90% quantile: mean")
    for n in (20, 100, 1000):
        count = repeats if n < 1000 else repeats // 5
        found, plain = draw_thresholds(table, n, count), draw_thresholds(table, n, count, naive=True)
        drawn[n] = found
        rank = int(np.ceil((n + 1) * 0.9))
        law = beta(rank, n + 1 - rank)
        mean = f"{found.mean():.2f}   {law.mean():.3f}"
        print(f"{n:<4}  {mean}   {np.quantile(found, 0.05):.2f}      {law.ppf(0.05):.3f}    {plain.mean():.2f}")
    return drawn[100]


def draw_parts(found: dict[tuple[str, int], Prediction]) -> None:
    """Left: one ensemble with its two bands. Right: epistemic standard deviation against x."""
    fig, (left, right) = figure.new(1, 2, height=3.2)
    mean, aleatoric, epistemic = (part[0] for part in found["bootstrap", 100])
    x, y = sample(np.random.default_rng(0), 100)
    for variance, alpha in ((aleatoric + epistemic, 0.2), (aleatoric, 0.2)):
        half = 2 * np.sqrt(variance)
        low, high = (mean - half)[::2], (mean + half)[::2]
        left.fill_between(GRID[::2], low, high, color=figure.BLUE, alpha=alpha, linewidth=0)
    left.plot(GRID[::2], mean[::2], color=figure.BLUE)
    left.plot(GRID[::2], signal(GRID[::2]), ":", color=figure.GREY)
    left.plot(x[:60], y[:60], ".", markersize=4, color=figure.ORANGE)
    left.set(xlabel="x", ylim=(-5, 5), title="μ ± 2√a,  μ ± 2√(a + e)")
    for name, color in (("bootstrap", figure.BLUE), ("dropout", figure.RED)):
        for n, style in ((100, "-"), (2000, "--")):
            spread = np.sqrt(found[name, n][2].mean(axis=0))
            right.plot(GRID[::3], spread[::3], style, color=color, label=f"{name}, n = {n}")
    right.set(yscale="log", xlabel="x", title="√e")
    right.legend(fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
    figure.save(fig, "uncertainty.svg")


def draw_coverage(covered: Array, curves: dict[str, tuple[Array, Array]]) -> None:
    """Left: coverage over calibration sets of 100. Right: coverage at each x."""
    fig, (left, right) = figure.new(1, 2, height=3.2)
    left.hist(covered, bins=30, density=True, color=figure.BLUE, alpha=0.2)
    t = np.linspace(0.78, 0.99, 100)
    left.plot(t, beta(91, 10).pdf(t), color=figure.BLUE)
    left.set(title="n = 100: Beta(91, 10)", xlabel="覆盖率 coverage", yticks=[])
    styles = zip(curves.items(), (figure.GREY, figure.ORANGE, figure.GREEN), strict=True)
    for (name, (at_x, _)), color in styles:
        right.plot(GRID[::2], at_x[::2], color=color, label=name)
    right.axhline(0.9, color="black", linestyle=":", linewidth=1)
    right.set(xlabel="x", title="覆盖率 coverage", ylim=(0, 1.03))
    right.legend(fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3, columnspacing=1)
    figure.save(fig, "uncertainty-coverage.svg")


if __name__ == "__main__":
    found = show_parts()
    show_classes()
    show_linear()
    curves = coverages(found["bootstrap", 100])
    show_coverage(curves)
    table = coverage_table(found["bootstrap", 100][0][0])
    drawn = show_beta(table)
    draw_parts(found)
    draw_coverage(drawn, curves)
