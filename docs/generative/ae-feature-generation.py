"""Evidence for ae-feature-generation: codes judged by a linear probe, against pixels, PCA and a random encoder."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

from qa import figure

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Score = float  # an accuracy
STEPS = 400
SEEDS = (0, 1, 2)
Data = tuple[Array, Labels, Array, Labels]


@dataclass
class Autoencoder:
    """Dense layers with ReLU, none after the output nor after a code narrower than the input; squared error, Adam."""

    sizes: list[int]
    seed: int = 0
    w: list[Array] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        for a, b in zip(self.sizes, self.sizes[1:], strict=False):
            self.w += [rng.standard_normal((a, b)) * np.sqrt(2 / a), np.zeros(b)]

    def linear(self, layer: int) -> bool:
        """Whether a layer has no activation: the output, and the middle one where it is a bottleneck."""
        last = len(self.sizes) - 2
        return layer == last or (layer == last // 2 and self.sizes[layer + 1] < self.sizes[0])

    def layers(self, x: Array) -> list[Array]:
        """Input, every layer's output, reconstruction; the code is the middle one."""
        acts = [x]
        for i in range(len(self.sizes) - 1):
            a = acts[-1] @ self.w[2 * i] + self.w[2 * i + 1]
            acts.append(a if self.linear(i) else np.maximum(a, 0))
        return acts

    def gradients(self, x: Array, target: Array) -> list[Array]:
        acts, last, grads = self.layers(x), len(self.sizes) - 2, list[Array]()
        g = 2 * (acts[-1] - target) / len(x)
        for i in range(last, -1, -1):
            g = g if self.linear(i) else g * (acts[i + 1] > 0)
            grads = [acts[i].T @ g, g.sum(0), *grads]
            g = g @ self.w[2 * i].T
        return grads


# --8<-- [start:corrupt]
def corrupt(x: Array, kind: str, rng: np.random.Generator) -> Array:
    """What the encoder sees; the target is always the clean x."""
    if kind == "noise":
        return x + 0.2 * rng.standard_normal(x.shape)
    if kind == "mask":
        return x * (rng.random(x.shape) > 0.5)
    return x
# --8<-- [end:corrupt]


def fit(x: Array, sizes: list[int], kind: str = "none", steps: int = STEPS, seed: int = 0) -> Autoencoder:
    ae, rng = Autoencoder(sizes, seed), np.random.default_rng(seed + 1)
    m, v = [np.zeros_like(p) for p in ae.w], [np.zeros_like(p) for p in ae.w]
    for t in range(1, steps + 1):
        batch = x[rng.integers(len(x), size=64)]
        for p, a, b, g in zip(ae.w, m, v, ae.gradients(corrupt(batch, kind, rng), batch), strict=True):
            a += 0.1 * (g - a)
            b += 0.001 * (g**2 - b)
            p -= 2e-3 * (1 - t / steps) * (a / (1 - 0.9**t)) / (np.sqrt(b / (1 - 0.999**t)) + 1e-8)
    return ae


# --8<-- [start:probe]
def probe(train: Array, y: Labels, test: Array, truth: Labels, n: int) -> Score:
    """Accuracy of logistic regression on frozen features, n labels a class.

    Mean over ten random draws of the labeled images.
    """
    mean, spread = train.mean(0), train.std(0) + 1e-8  # of the training part
    train, test, scores = (train - mean) / spread, (test - mean) / spread, []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        members = [np.flatnonzero(y == c) for c in np.unique(y)]
        few = np.concatenate([rng.choice(m, n, replace=False) for m in members])
        model = LogisticRegression(C=0.1, max_iter=1000).fit(train[few], y[few])
        scores.append(model.score(test, truth))
    return float(np.mean(scores))
# --8<-- [end:probe]


def digits() -> Data:
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order] / 16.0, y[order]
    return x[:1300], y[:1300], x[1300:], y[1300:]


def small_signal() -> None:
    """The label sits in a direction with little variance: linear codes of width 5 throw it away."""
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=4000)
    x = rng.standard_normal((4000, 10))
    x[:, 0] = 0.2 * (2 * y - 1) + 0.05 * rng.standard_normal(4000)
    pca = PCA(5).fit(x[:2000])
    codes, test = pca.transform(x[:2000]), pca.transform(x[2000:])
    raw, coded = probe(x[:2000], y[:2000], x[2000:], y[2000:], 200), probe(codes, y[:2000], test, y[2000:], 200)
    kept = test.var(0).sum() / x[2000:].var(0).sum()
    print(f"low-variance label: raw {raw:.2f}, best linear code {coded:.2f} (variance kept {kept:.2f})")


def judged(model: Autoencoder, layer: int, data: Data) -> float:
    x, y, xt, yt = data
    return probe(model.layers(x)[layer], y, model.layers(xt)[layer], yt, 5)


def test_error(model: Autoencoder, data: Data) -> float:
    """Squared error of reconstructing clean test images, summed over pixels."""
    return float(((model.layers(data[2])[-1] - data[2]) ** 2).sum(1).mean())


def widths(data: Data) -> dict[int, tuple[float, float]]:
    """Probe accuracy on the code and on the layer before it, by width of the code."""
    table = dict[int, tuple[float, float]]()
    for width in (2, 8, 32):
        ae = fit(data[0], [64, 128, width, 128, 64], steps=500)
        table[width] = code, before = judged(ae, 2, data), judged(ae, 1, data)
        print(f"code width {width:2}: squared error {test_error(ae, data):.1f}   probe: code {code:.2f}, layer before {before:.2f}")
    return table


def wide(data: Data) -> dict[str, list[float]]:
    """Probe accuracy on the hidden layer of 64-128-64, one number a seed."""
    table = dict[str, list[float]]()
    for kind in ("untrained", "none", "noise", "mask"):
        models = [fit(data[0], [64, 128, 64], kind, 0 if kind == "untrained" else STEPS, seed) for seed in SEEDS]
        table[kind] = [judged(model, 1, data) for model in models]
        error = np.mean([test_error(model, data) for model in models])
        print(f"{kind:9}: squared error {error:4.1f}   probe, three seeds", *(f"{score:.2f}" for score in table[kind]))
    return table


def draw(narrow: dict[int, tuple[float, float]], full: dict[str, list[float]], pixels: float) -> None:
    fig, (left, right) = figure.new(1, 2, height=3.0)
    for i, (color, name) in enumerate(((figure.ORANGE, "编码 code"), (figure.BLUE, "前一层 layer before"))):
        left.plot(list(narrow), [v[i] for v in narrow.values()], "o-", color=color, label=name)
    left.set(xscale="log", xlabel="编码宽度 code width", ylabel="探针准确率 probe accuracy", ylim=(0, 1))
    left.set_xticks(list(narrow), [str(w) for w in narrow])
    left.minorticks_off()
    left.legend(loc="lower right", fontsize=9)
    for i, scores in enumerate(full.values()):
        right.plot(i + np.array([-0.12, 0, 0.12]), scores, "o", color=figure.GREEN)
    right.set_xticks(range(4), ["未训练\nuntrained", "无\nnone", "噪声\nnoise", "遮盖\nmask"])
    right.set(ylim=(0.78, 0.88), xlim=(-0.5, 3.5))
    for ax, x, gap in ((left, 2, 0.03), (right, -0.4, 0.003)):
        ax.axhline(pixels, color=figure.GREY, ls="--", lw=1.2)
        ax.text(x, pixels + gap, "像素 pixels", fontsize=9, color=figure.GREY)
    figure.save(fig, "ae-feature-generation.svg")


def main() -> None:
    data = x, y, xt, yt = digits()
    pca = PCA(16).fit(x)
    for name, a, b in ("pixels, 64", x, xt), ("PCA, 16", pca.transform(x), pca.transform(xt)):
        few, many = probe(a, y, b, yt, 5), probe(a, y, b, yt, 50)
        print(f"{name:10}: probe with 5 labels a class {few:.2f}, with 50 {many:.2f}")
    narrow, full = widths(data), wide(data)
    small_signal()
    draw(narrow, full, probe(x, y, xt, yt, 5))


if __name__ == "__main__":
    main()
