"""Evidence for interpretability: gradient, integrated gradients, Grad-CAM and Shapley values, each tested for what it claims."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, combinations, permutations
from math import factorial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from scipy.integrate import quad_vec
from scipy.stats import rankdata, spearmanr
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.neural_network import MLPClassifier

from qa import figure

Array = np.ndarray
Gradient = Callable[[Array], Array]
SIDE, FILTERS, MAP = 10, 6, 8
PLUS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=float)
CROSS = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], dtype=float)


def scenes(n: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Noisy images with an x each; every second one also has a +. Returns images, labels, centres of the +."""
    x = 0.15 * rng.standard_normal((n, SIDE, SIDE))
    y = np.arange(n) % 2
    centres = np.zeros((n, 2), dtype=int)
    for i in range(n):
        left = rng.random() < 0.5
        a, b = (np.array([rng.integers(1, 9), rng.integers(*span)]) for span in ((1, 4), (6, 9)))
        plus, cross = (a, b) if left else (b, a)
        x[i, cross[0] - 1 : cross[0] + 2, cross[1] - 1 : cross[1] + 2] += CROSS
        if y[i]:
            x[i, plus[0] - 1 : plus[0] + 2, plus[1] - 1 : plus[1] + 2] += PLUS
        centres[i] = plus
    return x, y, centres


def patches(x: Array) -> Array:
    """(n, 8, 8, 9): the 3 x 3 neighbourhoods of (n, 10, 10) images."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))
    return windows.reshape(len(x), MAP, MAP, 9)


@dataclass
class Net:
    """3 x 3 convolution with bias, ReLU, global average pooling, linear: one logit for "there is a +"."""

    kernels: Array  # (9, FILTERS)
    bias: Array
    top: Array  # (FILTERS,)
    shift: float = 0.0

    @staticmethod
    def random(seed: int) -> "Net":
        rng = np.random.default_rng(seed)
        kernels = rng.standard_normal((9, FILTERS)) * np.sqrt(2 / 9)
        return Net(kernels, np.zeros(FILTERS), rng.standard_normal(FILTERS) / np.sqrt(FILTERS))

    def maps(self, x: Array) -> Array:
        """Feature maps (n, 8, 8, FILTERS) after the ReLU."""
        return np.maximum(patches(x) @ self.kernels + self.bias, 0)

    def logit(self, x: Array) -> Array:
        return MAP**2 * self.maps(x).mean(axis=(1, 2)) @ self.top / MAP + self.shift

    def map_gradient(self, x: Array) -> Array:
        """Gradient of the logit with respect to the feature maps."""
        return np.broadcast_to(self.top / MAP, (len(x), MAP, MAP, FILTERS))

    def gradient(self, x: Array) -> Array:
        """Gradient of the logit with respect to the pixels (n, 10, 10)."""
        back = (self.map_gradient(x) * (self.maps(x) > 0)) @ self.kernels.T
        out = np.zeros_like(x)
        for k in range(9):
            out[:, k // 3 : k // 3 + MAP, k % 3 : k % 3 + MAP] += back[..., k]
        return out


def train(net: Net, x: Array, y: Array, steps: int = 250, rate: float = 0.02) -> Net:
    """Adam on the logistic loss of all images at once."""
    p = patches(x)
    parameters = [net.kernels, net.bias, net.top, np.zeros(1)]
    moments = [(np.zeros_like(q), np.zeros_like(q)) for q in parameters]
    for t in range(1, steps + 1):
        maps = np.maximum(p @ net.kernels + net.bias, 0)
        error = (1 / (1 + np.exp(-net_logit(maps, net))) - y) / len(y)
        active = (maps > 0) * (error[:, None, None, None] * net.top / MAP)
        gradients = [
            np.tensordot(p, active, axes=((0, 1, 2), (0, 1, 2))), active.sum(axis=(0, 1, 2)),
            error @ maps.sum(axis=(1, 2)) / MAP, np.array([error.sum()]),
        ]
        for q, g, (m, v) in zip(parameters, gradients, moments, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g**2 - v)
            q -= rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        net.shift = float(parameters[3][0])
    return net


def net_logit(maps: Array, net: Net) -> Array:
    return maps.sum(axis=(1, 2)) @ net.top / MAP + net.shift


# --8<-- [start:ig]
def integrated_gradients(
    gradient: Gradient, x: Array, baseline: Array, steps: int
) -> Array:
    """Mean gradient on the straight path (midpoints), times the distance."""
    total = np.zeros_like(x)
    for k in range(steps):
        total += gradient(baseline + (k + 0.5) / steps * (x - baseline))
    return (x - baseline) * total / steps
# --8<-- [end:ig]


# --8<-- [start:gradcam]
def grad_cam(maps: Array, map_gradient: Array) -> Array:
    """Feature maps (n, h, w, K), weighted by their mean gradient, positive part."""
    weights = map_gradient.mean(axis=(1, 2), keepdims=True)
    return np.maximum((weights * maps).sum(axis=3), 0)
# --8<-- [end:gradcam]


def explain(net: Net, x: Array) -> dict[str, Array]:
    """Maps of the size of the image, one method each; Grad-CAM is placed at the centres of its windows."""
    cam = np.pad(grad_cam(net.maps(x), net.map_gradient(x)), ((0, 0), (1, 1), (1, 1)))
    return {
        "|gradient|": np.abs(net.gradient(x)),
        "gradient x input": net.gradient(x) * x,
        "integrated": integrated_gradients(net.gradient, x, np.zeros_like(x), 30),
        "Grad-CAM": cam,
        "edge detector": np.abs(np.gradient(x, axis=1)) + np.abs(np.gradient(x, axis=2)),
    }


def saturation() -> None:
    """f(x) = 1 - max(1 - x, 0) at x = 2: the gradient is zero, the output has changed by 1."""
    def slope(x: Array) -> Array:
        return (x < 1).astype(float)
    x, zero = np.array([2.0]), np.array([0.0])
    exact = quad_vec(lambda a: slope(a * x) * x, 0, 1, points=[0.5])[0][0]
    ours = integrated_gradients(slope, x, zero, 100)[0]
    print(f"f(2) - f(0) = 1; gradient {slope(x)[0]:.0f}; integrated gradients {ours:.3f}, by quadrature {exact:.3f}")


def completeness(net: Net, x: Array) -> dict[int, float]:
    """Largest gap between the sum of the attributions and f(x) - f(0), by number of steps."""
    zero = np.zeros_like(x)
    change = net.logit(x) - net.logit(zero)
    exact = quad_vec(lambda a: net.gradient(a * x[:1]) * x[:1], 0, 1, epsabs=1e-3, limit=200)[0]
    gaps = {}
    for steps in (1, 3, 10, 30, 100, 300):
        ours = integrated_gradients(net.gradient, x, zero, steps)
        gaps[steps] = float(np.abs(ours.sum(axis=(1, 2)) - change).max())
    print(f"change of the logit, first image {change[0]:.2f}; sum of attributions {ours[0].sum():.2f}")
    print(f"largest gap: {gaps[10]:.3f} with 10 steps, {gaps[300]:.4f} with 300")
    print(f"largest difference from the integral by SciPy's quadrature {np.abs(ours[:1] - exact).max():.3f}")
    return gaps


def near(maps: Array, centres: Array) -> float:
    """Share of maps whose maximum lies within one pixel of the centre."""
    top = np.stack(np.unravel_index(maps.reshape(len(maps), -1).argmax(axis=1), (SIDE, SIDE)), axis=1)
    return float((np.abs(top - centres).max(axis=1) <= 1).mean())


def rank_correlation(a: Array, b: Array) -> float:
    """Mean Spearman correlation of two stacks of maps, by definition and by SciPy; 0 where a map is constant."""
    values = []
    for u, v in zip(a, b, strict=True):
        if np.ptp(u) > 0 and np.ptp(v) > 0:
            values.append(float(np.corrcoef(rankdata(u), rankdata(v))[0, 1]))
            assert len(values) > 1 or np.isclose(values[0], spearmanr(u.ravel(), v.ravel()).statistic)
    return float(np.sum(values) / len(a))


def sanity(nets: list[Net], x: Array, centres: Array) -> None:
    """Where the maps point, and how much they resemble the maps of networks with random weights."""
    true = [explain(net, x) for net in nets]
    others = [explain(Net.random(100 + seed), x) for seed in range(5)]
    print("method             hits the +, 3 nets     like random weights   hits, random")
    for name in true[0]:
        hits = sorted(near(maps[name], centres) for maps in true)
        alike = np.mean([rank_correlation(np.abs(t[name][:20]), np.abs(o[name][:20])) for t in true for o in others])
        lost = np.mean([near(o[name], centres) for o in others])
        print(f"{name:18} {np.mean(hits):.2f} ({hits[0]:.2f} to {hits[-1]:.2f}) {alike:23.2f} {lost:14.2f}")


def deletion(net: Net, x: Array, order: Array) -> Array:
    """Mean logit after setting the first k pixels of each order to 0, for k = 0 to 20."""
    flat, out = x.reshape(len(x), -1).copy(), []
    for k in range(21):
        out.append(float(net.logit(flat.reshape(x.shape)).mean()))
        np.put_along_axis(flat, order[:, k : k + 1], 0.0, axis=1)
    return np.array(out)


def digits() -> None:
    """3 against 8: the strokes that make the difference are missing in a 3."""
    data = load_digits(n_class=10)
    keep = np.isin(data.target, (3, 8))
    x, y = data.data[keep] / 16, (data.target[keep] == 8).astype(int)
    model = MLPClassifier((16,), "tanh", solver="lbfgs", alpha=1.0, max_iter=500, random_state=0).fit(x[::2], y[::2])
    (w, top), (b, shift) = model.coefs_, model.intercepts_
    logit = lambda z: (np.tanh(z @ w + b) @ top + shift)[:, 0]  # noqa: E731
    slope = lambda z: ((1 - np.tanh(z @ w + b) ** 2) * top[:, 0]) @ w.T  # noqa: E731
    assert accuracy_score(y[1::2], logit(x[1::2]) > 0) == model.score(x[1::2], y[1::2])
    print(f"3 or 8: held-out accuracy {model.score(x[1::2], y[1::2]):.2f}, AUC {roc_auc_score(y[1::2], logit(x[1::2])):.2f}")
    threes = x[1::2][y[1::2] == 0]
    for name, baseline in (("black", np.zeros(64)), ("mean 8", x[::2][y[::2] == 1].mean(axis=0))):
        ig = integrated_gradients(slope, threes, np.broadcast_to(baseline, threes.shape), 200)
        assert np.allclose(ig.sum(axis=1), logit(threes) - logit(np.broadcast_to(baseline, threes.shape)), atol=1e-2)
        on_black = np.abs(ig)[threes == 0].sum() / np.abs(ig).sum()
        print(f"baseline {name:6}: {on_black:.2f} of the attribution on black pixels of the 3s")


# --8<-- [start:shapley]
def shapley(value: Callable[[frozenset[int]], float], n: int) -> list[float]:
    """Marginal contribution of i, averaged over all coalitions without it."""
    phi = []
    for i in range(n):
        rest = [j for j in range(n) if j != i]
        subsets = chain.from_iterable(combinations(rest, k) for k in range(n))
        phi.append(sum(
            factorial(len(s)) * factorial(n - len(s) - 1) / factorial(n)
            * (value(frozenset((*s, i))) - value(frozenset(s)))
            for s in subsets
        ))
    return phi
# --8<-- [end:shapley]


def by_orders(value: Callable[[frozenset[int]], float], n: int) -> list[float]:
    """The same by the other definition: the mean contribution over all orders of arrival."""
    phi = np.zeros(n)
    for order in permutations(range(n)):
        for k, i in enumerate(order):
            phi[i] += value(frozenset(order[: k + 1])) - value(frozenset(order[:k]))
    return list(phi / factorial(n))


def toy(s: frozenset[int]) -> float:
    """f = 2 x1 + x2 x3 at (1, 1, 1); absent features are set to 0."""
    x = [float(i in s) for i in range(3)]
    return 2 * x[0] + x[1] * x[2]


def correlated(conditional: bool, rho: float = 0.8) -> Callable[[frozenset[int]], float]:
    """f = x1 at (1, 1), both standard normal with correlation rho: expectation over what is absent."""
    return lambda s: 1.0 if 0 in s else (rho if conditional and 1 in s else 0.0)


def games() -> None:
    for name, game, n in (
        ("2 x1 + x2 x3", toy, 3), ("x1, interventional", correlated(False), 2), ("x1, conditional", correlated(True), 2)
    ):
        assert np.allclose(shapley(game, n), by_orders(game, n))
        print(f"{name:19}: {np.round(shapley(game, n), 3)}  sum {sum(shapley(game, n)):.1f}")
    print(f"coalitions of 20 features: {2**20}")


def shade(ax: Axes, image: Array, color: str, levels: int = 4) -> None:
    """Cells in `levels` strengths of the colour, each one path of horizontal runs; the weakest stay empty."""
    strength = np.ceil(np.clip(image / image.max(), 0, 1) * (levels + 1) - 1).astype(int)
    for level in range(1, levels + 1):
        runs = [run for i, row in enumerate(strength == level) for run in _runs(SIDE - 1 - i, row)]
        if runs:
            path = Path.make_compound_path(*runs)
            ax.add_patch(PathPatch(path, facecolor=color, edgecolor="none", alpha=level / levels))
    ax.set(xticks=[], yticks=[], aspect="equal", xlim=(0, SIDE), ylim=(0, SIDE))
    for spine in ax.spines.values():
        spine.set_visible(True)


def _runs(y: int, row: Array) -> list[Path]:
    """Rectangles over the runs of true cells."""
    ends = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(int), [0]))))
    return [Path([(a, y), (b, y), (b, y + 1), (a, y + 1), (a, y)], closed=True) for a, b in ends.reshape(-1, 2)]


def draw_maps(net: Net, x: Array) -> None:
    fig, axes = figure.new(2, 5, height=3.3)
    names = ("|gradient|", "integrated", "Grad-CAM", "edge detector")
    for row, model, label in ((0, net, "训练后 trained"), (1, Net.random(100), "随机权重 random")):
        maps = explain(model, x[:1])
        shade(axes[row, 0], x[0], figure.GREY)
        axes[row, 0].set_ylabel(label)
        for ax, name in zip(axes[row, 1:], names, strict=True):
            shade(ax, np.maximum(maps[name][0], 0), figure.ORANGE if name == "edge detector" else figure.BLUE)
    for ax, name in zip(axes[0], ("x", "|∂f/∂x|", "IG", "Grad-CAM", "|∇x|"), strict=True):
        ax.set_title(name)
    figure.save(fig, "interpretability.svg")


def orders(net: Net, x: Array) -> dict[str, Array]:
    """For every method the pixels of every image, strongest first; and a random order."""
    out = {k: np.argsort(-m.reshape(len(x), -1), axis=1) for k, m in explain(net, x).items() if k != "gradient x input"}
    out["random"] = np.random.default_rng(1).permuted(np.tile(np.arange(SIDE**2), (len(x), 1)), axis=1)
    return out


def deletions(nets: list[Net], test: Array, label: Array) -> list[dict[str, Array]]:
    """Deletion curves of the images with a +, one set for each network; what 5 pixels do, and what to compare with."""
    x = test[label == 1]
    curves = [{name: deletion(net, x, order) for name, order in orders(net, x).items()} for net in nets]
    levels = [
        ("with a +", [net.logit(x).mean() for net in nets]),
        ("without a +", [net.logit(test[label == 0]).mean() for net in nets]),
        ("blank image", [net.logit(np.zeros((1, SIDE, SIDE)))[0] for net in nets]),
    ]
    levels += [(f"5 gone: {name}", [c[name][5] for c in curves]) for name in curves[0]]
    print("mean logit              net 1  net 2  net 3")
    for name, values in levels:
        print(f"{name:22} " + "".join(f"{v:6.1f} " for v in values).rstrip())
    return curves


def draw_curves(gaps: dict[int, float], curves: dict[str, Array]) -> None:
    fig, (left, right) = figure.new(1, 2, height=2.8)
    left.loglog(list(gaps), list(gaps.values()), marker="o", markersize=4)
    left.set(xlabel="m", ylabel="max |Σ IG − Δf|")
    left.set_xticks(list(gaps), [str(m) for m in gaps])
    left.set_yticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
    left.minorticks_off()
    labels = ("|∂f/∂x|", "IG", "Grad-CAM", "|∇x|", "随机 random")
    colors = (figure.PURPLE, figure.BLUE, figure.GREEN, figure.ORANGE, figure.GREY)
    for curve, label, color in zip(curves.values(), labels, colors, strict=True):
        right.plot(curve, color=color, label=label)
    right.set(xlabel="k", ylabel="f(x)", xlim=(0, 39), xticks=(0, 5, 10, 15, 20))
    right.legend(fontsize=9, loc="center right")
    figure.save(fig, "interpretability-curves.svg")


if __name__ == "__main__":
    saturation()
    nets = [train(Net.random(seed), *scenes(400, np.random.default_rng([0, seed]))[:2]) for seed in range(3)]
    test, label, centres = scenes(200, np.random.default_rng(1))
    right = [((net.logit(test) > 0) == label).mean() for net in nets]
    print(f"finds the +: held-out accuracy {min(right):.2f} to {max(right):.2f}")
    x, centres = test[label == 1], centres[label == 1]
    gaps = completeness(nets[0], x[:50])
    sanity(nets, x, centres)
    draw_maps(nets[0], x)
    draw_curves(gaps, deletions(nets, test, label)[0])
    digits()
    games()
