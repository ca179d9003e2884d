"""Evidence for vanishing-and-exploding: singular values of a product of Jacobians, spread over draws, weight decay."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
DEPTH, WIDTH = 12, 32
KINDS = ("s = 0.8", "s = 1.0", "s = 1.3", "orthogonal", "skip")


# --8<-- [start:jacobian]
def jacobian(kind: str, rng: np.random.Generator) -> Array:
    """One layer: Gaussian of scale s, orthogonal, or identity plus branch."""
    w = rng.standard_normal((WIDTH, WIDTH)) / np.sqrt(WIDTH)
    if kind == "orthogonal":
        return np.linalg.qr(w)[0]
    if kind == "skip":
        return np.eye(WIDTH) + w / np.sqrt(DEPTH)
    return float(kind[4:]) * w
# --8<-- [end:jacobian]


def spectrum(kind: str, depth: int, seed: int) -> Array:
    """Singular values of a product of `depth` Jacobians, largest first; the tiny ones, lost in rounding, by the inverse."""
    rng, product, inverse = np.random.default_rng(seed), np.eye(WIDTH), np.eye(WIDTH)
    for _ in range(depth):
        factor = jacobian(kind, rng)
        product, inverse = factor @ product, inverse @ np.linalg.inv(factor)
    large = np.linalg.svd(product, compute_uv=False)
    small = 1 / np.linalg.svd(inverse, compute_uv=False)[::-1]
    return np.where(large > 1e-7 * large[0], large, small)


def spectra() -> list[Array]:
    """Geometric mean over ten draws of each singular value, by kind."""
    means = []
    for kind in KINDS:
        values = np.exp(np.mean([np.log(spectrum(kind, DEPTH, seed)) for seed in range(10)], axis=0))
        numbers = "  ".join(f"{v:.0e}" for v in (values[0], values[WIDTH // 2], values[-1]))
        print(f"{kind:10} largest, middle, smallest: {numbers}  above 1.01: {(values > 1.01).sum()} of {WIDTH}")
        means.append(values)
    return means


@dataclass(frozen=True)
class Net:
    """Bias-free ReLU network; the gradient at the hidden outputs and at the weights for one batch."""

    weights: list[Array]

    def states(self, x: Array) -> list[Array]:
        hs = [x]
        for w in self.weights[:-1]:
            hs.append(np.maximum(hs[-1] @ w, 0))
        return [*hs, hs[-1] @ self.weights[-1]]

    def backward(self, hs: list[Array], delta: Array) -> tuple[list[Array], list[Array]]:
        deltas, grads = [], []
        for w, h in zip(reversed(self.weights), reversed(hs[:-1]), strict=True):
            grads.append(h.T @ delta)
            deltas.append(delta @ w.T)
            delta = deltas[-1] * (h > 0)
        return deltas[::-1], grads[::-1]


def network(sizes: list[int], scale: float, seed: int) -> Net:
    """He initialization, standard deviation times `scale`."""
    rng = np.random.default_rng(seed)
    return Net([scale * rng.standard_normal((n, m)) * np.sqrt(2 / n) for n, m in pairwise(sizes)])


def loss_slope(z: Array, t: Array) -> tuple[float, Array]:
    """Mean cross-entropy and its derivative by the logits."""
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return float(-(log_p * t).sum(axis=1).mean()), (np.exp(log_p) - t) / len(t)


def spread(width: int, depth: int = 40, draws: int = 100) -> Array:
    """‖Jᵀu‖ of one random input and unit vector u, for `draws` networks with He initialization."""
    norms = []
    for seed in range(draws):
        rng = np.random.default_rng([seed, width])
        net, u = network([width] * (depth + 1), 1.0, 1000 * width + seed), rng.standard_normal((1, width))
        hs = net.states(rng.standard_normal((1, width)))
        norms.append(np.linalg.norm(net.backward(hs, u / np.linalg.norm(u))[0][0]))
    return np.array(norms)


def draws() -> dict[int, Array]:
    found = {}
    for width in 8, 16, 32, 64:
        found[width] = np.quantile(spread(width), [0.05, 0.5, 0.95])
        low, mid, high = found[width]
        print(f"width {width:2}, depth 40: median {mid:.0e}, 5% to 95%: {low:.0e} to {high:.0e}")
    return found


def digits() -> tuple[Array, Array]:
    x, labels = load_digits(return_X_y=True)
    return (x - x.mean()) / x.std(), np.eye(10)[labels]


def states_and_weights(scale: float) -> None:
    """Gradient at the states and at the weights, first over last hidden layer, 20 layers."""
    x, t = digits()
    net = network([64] * 21 + [10], scale, 0)
    hs = net.states(x[:256])
    deltas, grads = net.backward(hs, loss_slope(hs[-1], t[:256])[1])
    at_h = np.linalg.norm(deltas[1]) / np.linalg.norm(deltas[20])
    at_w = np.linalg.norm(grads[1]) / np.linalg.norm(grads[19])
    inner = np.array([(w * g).sum() for w, g in zip(net.weights, grads, strict=True)])
    print(
        f"scale {scale:<4}: ∂L/∂h first/last {at_h:.0e}, ∂L/∂W {at_w:.1f},"
        f" <W,∂L/∂W> equal: {np.allclose(inner, inner[0], rtol=1e-6)}"
    )


def decayed(decay: float, seed: int, steps: int = 300, rate: float = 0.05) -> tuple[float, float]:
    """Mean factor per layer of the gradient after training ten layers, and the loss."""
    x, t = digits()
    rng, net = np.random.default_rng(seed), network([64] + [32] * 10 + [10], 1.0, seed)
    for _ in range(steps):
        rows = rng.integers(0, len(x), 64)
        hs = net.states(x[rows])
        _, grads = net.backward(hs, loss_slope(hs[-1], t[rows])[1])
        net = Net([(1 - rate * decay) * w - rate * g for w, g in zip(net.weights, grads, strict=True)])
    hs = net.states(x)
    loss, slope = loss_slope(hs[-1], t)
    norms = [np.linalg.norm(d) for d in net.backward(hs, slope)[0][1:]]
    return float((norms[0] / norms[-1]) ** (1 / (len(norms) - 1))), loss


def regularized() -> None:
    for decay in 0.0, 0.03, 0.1:
        factor, loss = np.median([decayed(decay, seed) for seed in range(3)], axis=0)
        print(f"weight decay {decay:<4}: factor per layer {factor:.1f}, loss {loss:.1f}")


def draw(means: list[Array], found: dict[int, Array]) -> None:
    fig, (left, right) = figure.new(1, 2, height=3.1, width_ratios=(1.4, 1))
    colors = (figure.BLUE, figure.GREY, figure.RED, figure.GREEN, figure.PURPLE)
    for kind, color, values in zip(KINDS, colors, means, strict=True):
        left.plot(range(1, WIDTH + 1), values, color=color, label=kind)
    left.set(yscale="log", ylim=(1e-14, 1e4), xlabel="i", title="σᵢ")
    left.legend(fontsize=9, loc="lower left")
    for place, (low, mid, high) in enumerate(found.values()):
        right.plot([place, place], [max(low, 1e-9), high], color=figure.BLUE, linewidth=5, alpha=0.5)
        right.plot(place, mid, "o", color=figure.ORANGE)
    right.axhline(1, color=figure.GREY, linewidth=1, linestyle=":")
    right.set(yscale="log", xticks=range(len(found)), xlabel="n", title="‖Jᵀu‖", xlim=(-0.5, 3.5))
    right.set_xticklabels([str(width) for width in found])
    figure.save(fig, "vanishing-and-exploding.svg")


if __name__ == "__main__":
    means, found = spectra(), draws()
    for scale in 0.8, 1.25:
        states_and_weights(scale)
    regularized()
    draw(means, found)
