"""Evidence for batch-normalization-problems: small, sorted and split batches, stale statistics, measured on digits."""

from dataclasses import dataclass, field
from itertools import permutations

import numpy as np
from scipy.stats import norm
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score

from qa import figure

Array = np.ndarray
SIZES = (2, 4, 8, 16, 64)
PAIRS = np.array(list(permutations(range(10), 2)))
SEEDS, WIDTH, EPS = 4, 32, 1e-5
DIGITS = load_digits(return_X_y=True)
ORDER = np.random.default_rng(0).permutation(len(DIGITS[1]))
PIXELS, LABELS = (DIGITS[0] / 8 - 1)[ORDER], DIGITS[1][ORDER]
TRAIN, TEST = np.arange(1152), np.arange(1152, 1792)


# --8<-- [start:grouped]
def standardize(x: Array, size: int) -> tuple[Array, Array, Array]:
    """Batch-normalize (..., batch, channels) in groups of `size` rows."""
    groups = x.reshape(*x.shape[:-2], -1, size, x.shape[-1])
    mean = groups.mean(axis=-2, keepdims=True)
    variance = groups.var(axis=-2, keepdims=True)
    return (groups - mean) / np.sqrt(variance + EPS), mean, variance
# --8<-- [end:grouped]


def standardize_back(g: Array, xhat: Array, variance: Array) -> Array:
    """Gradient with respect to the input of `standardize`, in groups."""
    centred = g - g.mean(axis=-2, keepdims=True) - xhat * (g * xhat).mean(axis=-2, keepdims=True)
    return centred / np.sqrt(variance + EPS)


@dataclass
class Net:
    """Two normalized hidden layers and a linear one, `SEEDS` copies side by side."""

    outputs: int = 10
    weights: list[Array] = field(default_factory=list)
    scales: list[Array] = field(default_factory=list)
    shifts: list[Array] = field(default_factory=list)
    means: list[Array] = field(default_factory=list)
    variances: list[Array] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(1)
        for a, b in ((64, WIDTH), (WIDTH, WIDTH), (WIDTH, self.outputs)):
            self.weights.append(rng.standard_normal((SEEDS, a, b)) * np.sqrt(2 / a))
            self.scales.append(np.ones((SEEDS, 1, b)))
            self.shifts.append(np.zeros((SEEDS, 1, b)))
        self.means = [np.zeros((SEEDS, 1, WIDTH)) for _ in range(2)]
        self.variances = [np.ones((SEEDS, 1, WIDTH)) for _ in range(2)]

    def logits(self, x: Array, size: int | None, rho: float = 0.0, caches: list[tuple] | None = None) -> Array:
        """Class scores; statistics of groups of `size`, or the stored ones; `rho` updates the stored ones."""
        for k in range(2):
            z = x @ self.weights[k]
            if size is None:
                xhat = (z - self.means[k]) / np.sqrt(self.variances[k] + EPS)
            else:
                grouped, mean, variance = standardize(z, size)
                xhat = grouped.reshape(z.shape)
                if rho:
                    unbiased = variance * size / (size - 1)
                    self.means[k] = (1 - rho) * self.means[k] + rho * mean.mean(axis=-3)
                    self.variances[k] = (1 - rho) * self.variances[k] + rho * unbiased.mean(axis=-3)
                if caches is not None:
                    caches.append((x, grouped, variance))
            x = np.maximum(self.scales[k] * xhat + self.shifts[k], 0)
        if caches is not None:
            caches.append((x,))
        return x @ self.weights[2] + self.shifts[2]

    def gradients(self, x: Array, labels: Array, size: int, rho: float = 0.0) -> list[tuple[Array, Array, Array]]:
        """Gradients of the mean cross-entropy for weights, scale and shift of each layer."""
        caches: list[tuple] = []
        z = self.logits(x, size, rho, caches)
        p = np.exp(z - z.max(axis=-1, keepdims=True))
        d = (p / p.sum(axis=-1, keepdims=True) - np.eye(self.outputs)[labels]) / labels.shape[-1]
        (hidden,) = caches[2]
        result = [(hidden.swapaxes(-1, -2) @ d, np.zeros_like(self.scales[2]), d.sum(axis=-2, keepdims=True))]
        for k in (1, 0):
            d = (d @ self.weights[k + 1].swapaxes(-1, -2)) * (caches[k + 1][0] > 0)
            x, xhat, variance = caches[k]
            flat = xhat.reshape(d.shape)
            dscale, dshift = (d * flat).sum(axis=-2, keepdims=True), d.sum(axis=-2, keepdims=True)
            d = standardize_back((d * self.scales[k]).reshape(xhat.shape), xhat, variance).reshape(d.shape)
            result.insert(0, (x.swapaxes(-1, -2) @ d, dscale, dshift))
        return result

    def step(self, x: Array, labels: Array, size: int, rate: float = 0.2) -> None:
        for k, (dw, dscale, dshift) in enumerate(self.gradients(x, labels, size, rho=0.1)):
            self.weights[k] = self.weights[k] - rate * dw
            self.scales[k] = self.scales[k] - rate * dscale
            self.shifts[k] = self.shifts[k] - rate * dshift

    def restat(self, x: Array) -> None:
        """Replace the stored statistics by those of all of `x`, layer by layer."""
        for k in range(2):
            z = x @ self.weights[k]
            self.means[k], self.variances[k] = z.mean(axis=-2, keepdims=True), z.var(axis=-2, keepdims=True)
            xhat = (z - self.means[k]) / np.sqrt(self.variances[k] + EPS)
            x = np.maximum(self.scales[k] * xhat + self.shifts[k], 0)


def copies(index: Array) -> tuple[Array, Array]:
    """Pixels and labels for an index of shape (SEEDS, batch) or, the same for every copy, (batch,)."""
    index = np.broadcast_to(index, (SEEDS, *index.shape[-1:]))
    return PIXELS[index], LABELS[index]


def accuracy(net: Net, x: Array, labels: Array, size: int | None) -> float:
    return float((net.logits(x, size).argmax(axis=-1) == labels).mean())


def train(size: int, steps: int = 200, batch: int = 64) -> Net:
    """Every update sees 64 samples, whatever the size of the groups that are normalized together."""
    net, rng = Net(), np.random.default_rng(2)
    for _ in range(steps):
        net.step(*copies(np.stack([rng.choice(TRAIN, batch, replace=False) for _ in range(SEEDS)])), size, rate=0.1)
    return net


def show_sizes() -> dict[str, list[float]]:
    """Test error by group size: batch statistics, running statistics, statistics recomputed on the training set."""
    errors: dict[str, list[float]] = {"batch": [], "running": [], "recomputed": []}
    print("group   |x̂| at most   P beyond   error: batch  running  recomputed")
    for size in SIZES:
        net = train(size)
        bound, test = np.sqrt(size - 1), copies(TEST)
        row = [1 - accuracy(net, *test, size), 1 - accuracy(net, *test, None)]
        net.restat(copies(TRAIN)[0])
        row.append(1 - accuracy(net, *test, None))
        for name, value in zip(errors, row, strict=True):
            errors[name].append(round(value, 2))
        cells = [above(value) for value in row] if size == 2 else [f"{value:.2f}" for value in row]
        print(f"{size:5}   {bound:11.2f}   {2 * norm.sf(bound):8.3f}   {cells[0]:>12} {cells[1]:>8} {cells[2]:>11}")
    return errors


def above(error: float) -> str:
    """Pairs train chaotically (the digits depend on the processor), so that only a bound is printed."""
    return "> 0.5" if error > 0.5 else "> 0.3" if error > 0.3 else "< 0.3"


def show_gradient() -> None:
    """Median factor by which the layer shortens a gradient on its way to an input of unit variance."""
    rng = np.random.default_rng(4)
    for size in 2, 4, 64:
        x, g = rng.standard_normal((2, 2000, size, 1))
        xhat, _, variance = standardize(x, size)
        back = standardize_back(g[:, None], xhat, variance)[:, 0]
        ratio = np.linalg.norm(back, axis=1) / np.linalg.norm(g - g.mean(axis=1, keepdims=True), axis=1)
        print(f"groups of {size:2}: gradient multiplied by {np.median(ratio):.1g}")


def odd_groups(rng: np.random.Generator, pool: Array, pairs: Array) -> Array:
    """Rows of eight indices: for each pair of digits seven samples of the first, then one of the second."""
    by_digit = [pool[LABELS[pool] == d] for d in range(10)]
    return np.array([np.r_[rng.choice(by_digit[a], 7), rng.choice(by_digit[b], 1)] for a, b in pairs])


def show_leak(steps: int = 150) -> None:
    """AUC for being the odd one of eight in the two modes; a sample alone carries no information about it."""
    net, rng = Net(outputs=2), np.random.default_rng(3)
    target = np.broadcast_to(np.tile(np.arange(8) == 7, 8).astype(int), (SEEDS, 64))
    for _ in range(steps):
        pairs = PAIRS[rng.integers(0, len(PAIRS), 8)]
        net.step(PIXELS[odd_groups(rng, TRAIN, pairs).ravel()][None].repeat(SEEDS, axis=0), target, 8)
    pairs = np.tile(PAIRS, (16, 1))  # every digit is equally often the odd one
    x = PIXELS[odd_groups(rng, TEST, pairs).ravel()][None].repeat(SEEDS, axis=0)
    truth, aucs = np.tile(np.arange(8) == 7, len(pairs)), []
    for size in 8, None:
        z = net.logits(x, size)
        aucs.append(np.mean([roc_auc_score(truth, score) for score in z[..., 1] - z[..., 0]]))
    print(f"odd one of eight: AUC {aucs[0]:.2f} with batch statistics, {aucs[1]:.2f} with running statistics")


def show_accumulation() -> None:
    """The accumulated gradient of four micro-batches of 8 is that of groups of 8, and unlike that of 32."""
    net, (x, labels) = Net(), copies(TRAIN[:32])
    whole = net.gradients(x, labels, 32)[0][0]
    parts = [net.gradients(x[:, k : k + 8], labels[:, k : k + 8], 8)[0][0] / 4 for k in range(0, 32, 8)]
    ghost = net.gradients(x, labels, 8)[0][0]
    a, b = sum(parts).reshape(SEEDS, -1), whole.reshape(SEEDS, -1)
    cosine = np.mean((a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1))
    print(f"accumulated 4 × 8 against 32: cosine of the gradients {cosine:.2f}")
    print(f"accumulated 4 × 8 against groups of 8: equal {np.allclose(sum(parts), ghost)}")


def show_devices() -> None:
    """Averaging the variances of two devices is not the variance of the joint batch."""
    a, b = np.array([1.0, 2.0, 3.0, 4.0]), np.array([5.0, 6.0, 7.0, 8.0])
    mean_of_variances, between = (a.var() + b.var()) / 2, np.var([a.mean(), b.mean()])
    print(f"two devices: mean of variances {mean_of_variances}, joint variance {np.r_[a, b].var()}, between {between}")


def show_frozen() -> None:
    """What a forward pass in training mode on other data does to a network whose weights do not change."""
    net = train(64)
    (x, labels), (train_x, _) = copies(TEST), copies(TRAIN)
    dim, dim_train = 0.4 * (x + 1) - 0.2, 0.4 * (train_x + 1) - 0.2
    before, shifted = accuracy(net, x, labels, None), accuracy(net, dim, labels, None)
    for start in range(0, 1152, 64):
        net.logits(dim_train[:, start : start + 64], 64, rho=0.1)
    after, adapted = accuracy(net, x, labels, None), accuracy(net, dim, labels, None)
    print(f"stored statistics of the source: source {before:.2f}, dimmed {shifted:.2f}")
    print(f"after 18 forward passes, weights frozen: source {after:.2f}, dimmed {adapted:.2f}")


def draw(errors: dict[str, list[float]]) -> None:
    """Without the pairs, whose error differs from machine to machine."""
    fig, ax = figure.new(height=2.9)
    labels = {"batch": "批统计量 batch", "running": "滑动统计量 running", "recomputed": "重算 recomputed"}
    for (name, values), color, style in zip(
        errors.items(), (figure.ORANGE, figure.BLUE, figure.GREEN), ("o-", "s-", "^--"), strict=True
    ):
        ax.plot(SIZES[1:], 100 * np.array(values[1:]), style, markersize=4, color=color, label=labels[name])
    ax.set(xscale="log", xlabel="一起归一化的样本数 samples normalized together", ylabel="测试错误 test error, %", ylim=0)
    ax.set_xticks(SIZES[1:], [str(s) for s in SIZES[1:]])
    ax.minorticks_off()
    ax.legend(loc="upper right", fontsize=9)
    figure.save(fig, "batch-normalization-problems.svg")


if __name__ == "__main__":
    errors = show_sizes()
    show_gradient()
    show_leak()
    show_accumulation()
    show_devices()
    show_frozen()
    draw(errors)
