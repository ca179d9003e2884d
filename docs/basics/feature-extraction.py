"""Evidence for feature-extraction: selecting misses pairs, and six kinds of features under the same linear probe."""

from itertools import pairwise

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import RidgeClassifier
from sklearn.preprocessing import StandardScaler

from qa import figure

Array = np.ndarray
SIDE, UNITS, SHOTS, SEEDS = 12, 64, (5, 20), range(3)


def show_selection() -> None:
    """Two features with zero correlation to the class, which together determine it."""
    x = np.array([(1, 1), (1, -1), (-1, 1), (-1, -1)])
    y = x[:, 0] * x[:, 1]
    r = [abs(np.corrcoef(x[:, i], y)[0, 1]) for i in (0, 1)]
    print(f"XOR: |r| of x1 {r[0]:.2f}, x2 {r[1]:.2f}, x1·x2 {np.corrcoef(x[:, 0] * x[:, 1], y)[0, 1]:.2f}")


def shifted(images: Array, rng: np.random.Generator, reach: int = 2) -> Array:
    """Each 8 × 8 digit on a 12 × 12 canvas, up to `reach` pixels off center."""
    out = np.zeros((len(images), SIDE, SIDE))
    i, j = rng.integers(2 - reach, 3 + reach, (2, len(images), 1, 1))
    grid = np.arange(8)
    out[np.arange(len(images))[:, None, None], i + grid[:, None], j + grid] = images
    return out.reshape(len(images), -1)


def show_position() -> None:
    """Share of the pixels' variance that the place alone explains: the same images at all 25 places."""
    images = load_digits().data.reshape(-1, 8, 8) / 16
    places = [(i, j) for i in range(5) for j in range(5)]
    x = np.array([np.pad(images, ((0, 0), (i, 4 - i), (j, 4 - j))).reshape(len(images), -1) for i, j in places])
    means, overall = x.mean(axis=1), x.mean(axis=(0, 1))
    share = len(images) * ((means - overall) ** 2).sum() / ((x - overall) ** 2).sum()
    print(f"variance explained by position: {share:.2f}")


# --8<-- [start:hog]
def hog(flat: Array) -> Array:
    """Hand-made: 8 edge directions, summed in 3 × 3 cells."""
    dy, dx = np.gradient(flat.reshape(-1, SIDE, SIDE), axis=(1, 2))
    turn = (np.arctan2(dy, dx) / (2 * np.pi) * 8).round().astype(int) % 8
    size = np.hypot(dx, dy)
    planes = np.stack([size * (turn == k) for k in range(8)], axis=1)
    return planes.reshape(-1, 8, 3, 4, 3, 4).sum(axis=(3, 5)).reshape(len(flat), -1)


# --8<-- [end:hog]


class Backbone:
    """Two hidden ReLU layers and a softmax over the source classes; Adam, fresh shifts in every batch."""

    def __init__(self, rng: np.random.Generator) -> None:
        sizes = (SIDE * SIDE, UNITS, UNITS, 5)
        self.w = [rng.standard_normal(s) * np.sqrt(2 / s[0]) for s in pairwise(sizes)]

    def layers(self, x: Array) -> list[Array]:
        out = [x]
        for w in self.w[:-1]:
            out.append(np.maximum(out[-1] @ w, 0))
        return out

    def gradients(self, x: Array, labels: Array) -> list[Array]:
        hidden = self.layers(x)
        z = hidden[-1] @ self.w[-1]
        p = np.exp(z - z.max(axis=1, keepdims=True))
        delta = (p / p.sum(axis=1, keepdims=True) - np.eye(5)[labels]) / len(x)
        found = []
        for w, h in zip(reversed(self.w), reversed(hidden), strict=True):
            found.append(h.T @ delta)
            delta = (delta @ w.T) * (h > 0)
        return found[::-1]

    def fit(self, images: Array, labels: Array, rng: np.random.Generator, reach: int, steps: int = 500) -> None:
        m, v = [np.zeros_like(w) for w in self.w], [np.zeros_like(w) for w in self.w]
        for t in range(steps):
            pick = rng.integers(0, len(images), 64)
            for i, g in enumerate(self.gradients(shifted(images[pick], rng, reach), labels[pick])):
                m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.99 * v[i] + 0.01 * g**2
                self.w[i] = self.w[i] - 0.003 * (1 - t / steps) * m[i] / (np.sqrt(v[i]) + 1e-8)


# --8<-- [start:probe]
def probe(train: Array, labels: Array, test: Array, truth: Array) -> float:
    """Accuracy of a linear classifier on frozen features."""
    scale = StandardScaler().fit(train)
    head = RidgeClassifier(alpha=10).fit(scale.transform(train), labels)
    return float(head.score(scale.transform(test), truth))


# --8<-- [end:probe]


def trial(seed: int) -> dict[str, list[float]]:
    """Backbone from digits 0 to 4; probes for 5 to 9 with few labels, the mean of 5 draws."""
    rng = np.random.default_rng(seed)
    data, labels = load_digits(return_X_y=True)
    images, old = data.reshape(-1, 8, 8) / 16, labels < 5
    random, still, moved = (Backbone(np.random.default_rng(seed)) for _ in range(3))
    still.fit(images[old], labels[old], rng, reach=0)
    moved.fit(images[old], labels[old], rng, reach=2)
    pca = PCA(32, random_state=0).fit(shifted(images[old], rng))
    x, y = shifted(images[~old], rng), labels[~old]
    features = {
        "pixels": x,
        "PCA": pca.transform(x),
        "HOG": hog(x),
        "random": random.layers(x)[-1],
        "centered": still.layers(x)[-1],
        "shifted": moved.layers(x)[-1],
    }
    draws = {k: [few(y, k, np.random.default_rng(1000 + i)) for i in range(5)] for k in SHOTS}
    return {
        name: [float(np.mean([probe(f[d], y[d], np.delete(f, d, 0), np.delete(y, d)) for d in draws[k]])) for k in SHOTS]
        for name, f in features.items()
    }


def few(labels: Array, count: int, rng: np.random.Generator) -> Array:
    """Indices of `count` random examples of every class."""
    return np.concatenate([rng.choice(np.flatnonzero(labels == c), count, replace=False) for c in np.unique(labels)])


def show_probes() -> dict[str, Array]:
    trials = [trial(seed) for seed in SEEDS]
    found = {name: np.mean([t[name] for t in trials], axis=0) for name in trials[0]}
    for name, row in found.items():
        print(f"{name:8}" + "".join(f"  {k:2} per class {a:.2f}" for k, a in zip(SHOTS, row, strict=True)))
    return found


def draw(found: dict[str, Array]) -> None:
    fig, ax = figure.new(height=3.0)
    names = ("像素 pixels", "PCA", "HOG", "随机 random", "居中训练\ncentered", "平移训练\nshifted")
    for i, (k, color) in enumerate(zip(SHOTS, (figure.ORANGE, figure.BLUE), strict=True)):
        ax.bar(np.arange(len(found)) + 0.36 * (i - 0.5), [row[i] for row in found.values()], 0.32, color=color, label=f"{k}")
    ax.set_xticks(range(len(found)), names, fontsize=9)
    ax.set(ylim=(0, 1), title="准确率 accuracy")
    ax.legend(title="每类 per class", fontsize=9, ncols=2, loc="upper left")
    figure.save(fig, "feature-extraction.svg")


if __name__ == "__main__":
    show_selection()
    draw(show_probes())
    show_position()
