"""Evidence for batch-normalization: forward, backward, inference, folding, and why it trains."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.stats import skew
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray


# --8<-- [start:forward]
def forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> tuple[Array, tuple[Array, Array, Array]]:
    """Batch normalization in training mode: x has shape (m, C), all statistics have shape (C,)."""
    mean, variance = x.mean(axis=0), x.var(axis=0)
    scale = 1 / np.sqrt(variance + eps)
    normalized = (x - mean) * scale
    return gamma * normalized + beta, (normalized, gamma, scale)


def backward(dy: Array, cache: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
    """Gradients with respect to x, gamma and beta, given the gradient dy of shape (m, C)."""
    normalized, gamma, scale = cache
    along = (dy * normalized).mean(axis=0)
    dx = gamma * scale * (dy - dy.mean(axis=0) - normalized * along)
    return dx, (dy * normalized).sum(axis=0), dy.sum(axis=0)
# --8<-- [end:forward]


# --8<-- [start:fold]
def fold(w: Array, b: Array, gamma: Array, beta: Array, mean: Array, variance: Array) -> tuple[Array, Array]:
    """Weights (out, in, k, k) and bias (out,) of the convolution that equals convolution + batch normalization."""
    scale = gamma / np.sqrt(variance + 1e-5)
    return w * scale[:, None, None, None], (b - mean) * scale + beta
# --8<-- [end:fold]


def convolve(x: Array, w: Array, b: Array) -> Array:
    """A valid convolution of x (N, in, H, W) with w (out, in, k, k)."""
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))
    return np.einsum("nchwij,ocij->nohw", windows, w, optimize=True) + b[:, None, None]


def rows(x: Array) -> Array:
    """(N, C, H, W) as (N·H·W, C): every position of every image is one sample of its channel."""
    return x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])


def numeric_gradient(f: Callable[[], float], x: Array, step: float = 1e-5) -> Array:
    """Central differences of f with respect to the array x, which f reads."""
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        keep = x[index]
        x[index] = keep + step
        up = f()
        x[index] = keep - step
        gradient[index] = (up - f()) / (2 * step)
        x[index] = keep
    return gradient


def gradient_check() -> float:
    """The largest relative error over the gradients of x, gamma, beta and of the weights W before the layer."""
    rng = np.random.default_rng(0)
    inputs, w = rng.standard_normal((6, 5)), rng.standard_normal((5, 3))
    gamma, beta, upstream = rng.uniform(0.5, 2, 3), rng.standard_normal(3), rng.standard_normal((6, 3))
    x = inputs @ w
    dx, dgamma, dbeta = backward(upstream, forward(x, gamma, beta)[1])
    pairs = [(dx, x), (dgamma, gamma), (dbeta, beta)]

    def loss(source: Callable[[], Array]) -> Callable[[], float]:
        return lambda: float((forward(source(), gamma, beta)[0] * upstream).sum())

    errors = [error(exact, numeric_gradient(loss(lambda: x), at)) for exact, at in pairs]
    dw = numeric_gradient(loss(lambda: inputs @ w), w)
    return max(*errors, error(inputs.T @ dx, dw))


def error(a: Array, b: Array) -> float:
    return float(np.abs(a - b).max() / np.abs(b).max())


def show_statistics() -> None:
    """Channels of a convolution, the role of gamma and beta, and the shape of the distribution."""
    rng = np.random.default_rng(1)
    x = rows(rng.exponential(2.0, (32, 4, 28, 28)))
    gamma, beta = np.array([1.0, 2.0, 0.5, 3.0]), np.array([0.0, 1.0, -1.0, 5.0])
    y, _ = forward(x, gamma, beta)
    print(f"rows of (32, 4, 28, 28): {x.shape}, mean {x[:, 0].mean():.1f}, deviation {x[:, 0].std():.1f}")
    print(f"output means {np.round(y.mean(axis=0), 2) + 0.0}, deviations {np.round(y.std(axis=0), 2)}")
    print(f"skewness before {skew(x[:, 0]):.1f}, after {skew(y[:, 0]):.1f} (a normal distribution has 0)")


def show_epsilon(eps: float = 1e-5) -> None:
    """How much a channel whose variance is 0 is multiplied by, with epsilon inside and outside the root."""
    inside, outside = 1 / np.sqrt(0.0 + eps), 1 / (np.sqrt(0.0) + eps)
    print(f"variance 0: factor {inside:.0f} with ε inside the root, {outside:.0f} with ε outside")


def show_modes() -> None:
    """One sample in two batches: its output in training mode and with running statistics."""
    rng = np.random.default_rng(2)
    one, ones, zeros = np.ones((1, 1)), np.ones(1), np.zeros(1)
    batches = [np.vstack([one, shift + rng.standard_normal((7, 1))]) for shift in (0.0, 2.0)]
    first, second = (forward(batch, ones, zeros)[0][0, 0] for batch in batches)
    running = (1 - 0.5) / np.sqrt(4.0 + 1e-5)
    print(f"x = 1 in two batches: {first:.2f} and {second:.2f}; running mean 0.5, variance 4: {running:.2f} in both")


def show_folding() -> None:
    """Folding leaves the function alone, up to rounding."""
    rng = np.random.default_rng(3)
    x, w, b = rng.standard_normal((2, 3, 9, 9)), rng.standard_normal((8, 3, 3, 3)), rng.standard_normal(8)
    (gamma, variance), (beta, mean) = rng.uniform(0.5, 2, (2, 8)), rng.standard_normal((2, 8))
    shape = (slice(None), None, None)
    apart = gamma[shape] * (convolve(x, w, b) - mean[shape]) / np.sqrt(variance + 1e-5)[shape] + beta[shape]
    folded = convolve(x, *fold(w, b, gamma, beta, mean, variance))
    print("folded equals unfolded to 1e-12:", bool(np.abs(folded - apart).max() < 1e-12))


def show_scale_invariance() -> None:
    """Multiplying the weights before the layer by a leaves the output and divides their gradient by a."""
    rng = np.random.default_rng(4)
    x, w, upstream = rng.standard_normal((64, 20)), rng.standard_normal((20, 5)), rng.standard_normal((64, 5))
    ones, zeros = np.ones(5), np.zeros(5)
    (y1, cache1), (y2, cache2) = (forward(x @ (a * w), ones, zeros, eps=0.0) for a in (1.0, 10.0))
    g1, g2 = x.T @ backward(upstream, cache1)[0], x.T @ backward(upstream, cache2)[0]
    ratio, inner = np.linalg.norm(g2) / np.linalg.norm(g1), np.abs((g1 * w).sum(axis=0)).max()
    print(f"weights × 10: output the same {np.allclose(y1, y2)}, gradient norm × {ratio:.2f}, w·∇w zero {inner < 1e-9}")


def show_variance_shift(keep: float = 0.5) -> None:
    """Variance that follows dropout in training and at inference, for unit normal activations and for their ReLU."""
    for name, mean, square in ("normal", 0.0, 1.0), ("relu", 1 / np.sqrt(2 * np.pi), 0.5):
        train, test = square / keep - mean**2, square - mean**2
        values = f"{train:.3f} in training, {test:.3f} at inference, ratio {train / test:.2f}"
        print(f"dropout 0.5 before it, {name:6}: variance {values}")


@dataclass(frozen=True)
class Setting:
    """How the small network is trained: normalization or not, and random shifts after it or not."""

    name: str
    label: str
    color: str
    normalized: bool
    shifted: bool


SETTINGS = (
    Setting("no BN", "无 no BN", figure.ORANGE, False, False),
    Setting("BN", "BN", figure.BLUE, True, False),
    Setting("BN + random shift", "BN + 随机扰动 random shift", figure.GREEN, True, True),
)
RATES = tuple(0.01 * 10 ** (k / 2) for k in range(7))


def train(setting: Setting, rate: float, seed: int = 0, depth: int = 8, width: int = 48, steps: int = 150) -> float:
    """Mean cross-entropy over the last ten steps of plain SGD on the digits (3.0 if it diverged)."""
    rng = np.random.default_rng(seed)
    data, labels = load_digits(return_X_y=True)
    data = data / 8 - 1
    sizes = [64] + [width] * depth + [10]
    weights = [rng.standard_normal((a, b)) * np.sqrt(2 / a) for a, b in pairwise(sizes)]
    affine = [(np.ones(b), np.zeros(b)) for b in sizes[1:]]
    losses = []
    with np.errstate(all="ignore"):
        for _ in range(steps):
            batch = rng.integers(0, len(data), 128)
            losses.append(step(data[batch], labels[batch], weights, affine, setting, rate, rng))
    last = float(np.mean(losses[-10:]))
    return min(last, 3.0) if np.isfinite(last) else 3.0


def step(
    x: Array,
    labels: Array,
    weights: list[Array],
    affine: list[tuple[Array, Array]],
    setting: Setting,
    rate: float,
    rng: np.random.Generator,
) -> float:
    """One SGD step in place; returns the loss before it."""
    inputs, caches, masks, factors = [], [], [], []
    for w, (gamma, beta) in zip(weights[:-1], affine[:-1], strict=True):
        inputs.append(x)
        x, cache = forward(x @ w, gamma, beta) if setting.normalized else (x @ w + beta, None)
        factor = rng.uniform(0.5, 1.5, x.shape[1]) if setting.shifted else 1.0
        x = x * factor + (rng.normal(0, 0.5, x.shape[1]) if setting.shifted else 0.0)
        caches.append(cache), masks.append(x > 0), factors.append(factor)
        x = np.maximum(x, 0)
    logits = x @ weights[-1] + affine[-1][1]
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(len(labels)), labels] + 1e-12).mean()
    d = (p - np.eye(10)[labels]) / len(labels)
    dx = d @ weights[-1].T
    affine[-1][1].__isub__(rate * d.sum(axis=0))
    weights[-1] -= rate * x.T @ d
    for k in reversed(range(len(inputs))):
        d = dx * masks[k] * factors[k]
        dz, dgamma, dbeta = backward(d, caches[k]) if caches[k] is not None else (d, 0.0, d.sum(axis=0))
        dx = dz @ weights[k].T
        weights[k] -= rate * inputs[k].T @ dz
        affine[k][0].__isub__(rate * dgamma)
        affine[k][1].__isub__(rate * dbeta)
    return float(loss)


def draw(losses: dict[str, list[float]]) -> None:
    """Left: what one channel's statistics are taken over. Right: final loss against learning rate."""
    fig, (left, right) = figure.new(1, 2, height=3.0, width_ratios=[2, 3])
    for row in range(6):
        for column in range(4):
            chosen = column == 1
            color = figure.BLUE if chosen else figure.GREY
            for options in {"facecolor": color, "alpha": 0.2 if chosen else 0.06}, {"fill": False, "edgecolor": color}:
                left.add_patch(figure.plt.Rectangle((column, row), 0.84, 0.78, **options))
    left.text(1.43, 6.3, "μ, σ²", ha="center", color=figure.BLUE)
    left.text(2, -0.75, "C 通道 channels", ha="center")
    left.text(-0.35, 3, "m = N·H·W", ha="center", va="center", rotation=90)
    left.set(xlim=(-0.8, 4.2), ylim=(-1.1, 7))
    left.axis("off")
    for setting, marker in zip(SETTINGS, "os^", strict=True):
        coarse = np.round(losses[setting.name], 1)  # at high rates the next digit depends on the processor
        right.plot(RATES, coarse, marker=marker, markersize=4, color=setting.color, label=setting.label)
    right.axhline(np.log(10), color=figure.GREY, linewidth=1, linestyle=":")
    right.text(0.0105, np.log(10) + 0.06, "ln 10", color=figure.GREY, fontsize=9)
    right.set(xscale="log", ylim=(0, 3.15), xlabel="学习率 learning rate", ylabel="训练损失 training loss")
    right.legend(loc="upper center", bbox_to_anchor=(0.45, 1.17), ncols=3, fontsize=9, columnspacing=1)
    figure.save(fig, "batch-normalization.svg")


if __name__ == "__main__":
    print(f"gradient check, largest relative error below 1e-7: {gradient_check() < 1e-7}")
    show_statistics()
    show_modes()
    show_folding()
    show_scale_invariance()
    show_variance_shift()
    show_epsilon()
    losses = {setting.name: [train(setting, rate) for rate in RATES] for setting in SETTINGS}
    for name, values in losses.items():
        good = [rate for rate, loss in zip(RATES, values, strict=True) if loss < 0.4]
        print(f"{name:17}: training loss below 0.4 at learning rates {good[0]:.1g} to {good[-1]:.1g}")
    draw(losses)
