"""Evidence for ai-ml-dl: one task done in every ring, and what a human decision about the data is worth."""

import numpy as np
from scipy.ndimage import label
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from qa import figure

Array = np.ndarray
SPLITS, CUT = 5, 1000


# --8<-- [start:rule]
def has_hole(image: Array) -> bool:
    """Whether some background does not reach the border."""
    padded = np.pad(image > 0.45, 1)  # a ring of background
    return bool(label(~padded)[1] > 1)


# --8<-- [end:rule]


# --8<-- [start:features]
def features(images: Array) -> Array:
    """Six measurements that a person thought of."""
    rows = images.sum(axis=2) @ np.arange(8) / images.sum(axis=(1, 2))
    columns = images.sum(axis=1) @ np.arange(8) / images.sum(axis=(1, 2))
    ink, center = images.mean(axis=(1, 2)), images[:, 3:5, 3:5].mean(axis=(1, 2))
    mirror = np.abs(images - images[:, :, ::-1]).mean(axis=(1, 2))
    hole = np.array([has_hole(image) for image in images])
    return np.stack([rows, columns, ink, center, mirror, hole], axis=1)


# --8<-- [end:features]


def flat(images: Array) -> Array:
    """One row of 64 pixels per image."""
    return images.reshape(len(images), -1)


def network(x: Array, y: Array, seed: int) -> MLPClassifier:
    """Two hidden layers of 32 ReLU units, stopped when the training loss stands still."""
    model = MLPClassifier((32, 32), learning_rate_init=5e-3, tol=3e-3, n_iter_no_change=3, random_state=seed)
    return model.fit(x, y)


def last_hidden(model: MLPClassifier, x: Array) -> Array:
    """Activations of the last hidden layer."""
    for w, b in zip(model.coefs_[:-1], model.intercepts_[:-1], strict=True):
        x = np.maximum(x @ w + b, 0)
    return x


def linear(x: Array, y: Array, x_test: Array, y_test: Array) -> float:
    """Test accuracy of logistic regression on standardized columns."""
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-3
    model = LogisticRegression(max_iter=2000).fit((x - mean) / scale, y)
    return float(model.score((x_test - mean) / scale, y_test))


def shifted(images: Array) -> Array:
    """Every image one pixel to the right."""
    return np.pad(images, ((0, 0), (0, 0), (1, 0)))[:, :, :-1]


def one_split(images: Array, even: Array, rule: Array, given: Array, seed: int) -> list[float]:
    """Accuracies of the four systems, of a linear model on the network's features, and under shifts."""
    order = np.random.default_rng(seed).permutation(len(images))
    tr, te = order[:CUT], order[CUT:]
    x, y, x_te, y_te = flat(images[tr]), even[tr], flat(images[te]), even[te]
    net = network(x, y, seed)
    moved = flat(shifted(images[te]))
    twice = np.tile(y, 2)
    copies = network(np.vstack([x, x]), twice, seed)
    both = network(np.vstack([x, flat(shifted(images[tr]))]), twice, seed)
    return [
        float((rule[te] == y_te).mean()),
        linear(given[tr], y, given[te], y_te),
        linear(x, y, x_te, y_te),
        float(net.score(x_te, y_te)),
        linear(last_hidden(net, x), y, last_hidden(net, x_te), y_te),
        float(net.score(moved, y_te)),
        float(copies.score(moved, y_te)),
        float(both.score(moved, y_te)),
    ]


def draw() -> None:
    """Left: the rings. Right: where each of two steps comes from."""
    fig, ax = figure.blank(4.0, 14.4, 8.0)
    rings = (
        (0.1, 0.9, 5.2, 6.5, "AI: 搜索 search", figure.GREY),
        (0.5, 1.2, 4.4, 4.7, "ML: 决策树 trees", figure.BLUE),
        (0.9, 1.5, 3.6, 2.9, "DL: CNN", figure.ORANGE),
    )
    for x, y, w, h, name, color in rings:
        figure.box(ax, x, y, w, h, "", color=color)
        ax.text(x + 0.25, y + h - 0.65, name, va="center", fontsize=10)
    steps = ("特征 features", "映射 mapping")
    rows = (("AI", 0, figure.GREY), ("ML", 1, figure.BLUE), ("DL", 2, figure.ORANGE))
    for k, step in enumerate(steps):
        ax.text(9.0 + 3.4 * k, 7.6, step, ha="center", va="center", fontsize=10)
    for name, learned, color in rows:
        y = 5.7 - 2.4 * learned
        ax.text(6.2, y + 0.6, name, va="center", fontsize=10)
        for k in range(2):
            by_data = learned >= 2 - k
            tint = color if by_data else "black"
            text = "数据 data" if by_data else "人 person"
            figure.box(ax, 7.5 + 3.4 * k, y, 3.0, 1.2, text, color=tint, fontsize=10)
        figure.arrow(ax, (10.5, y + 0.6), (10.9, y + 0.6))
    figure.save(fig, "ai-ml-dl.svg")


NAMES = (
    "rule: even if there is a hole",
    "logistic, 6 hand-made features",
    "logistic, 64 pixels",
    "network, 64 pixels",
    "logistic, network's features",
    "network, test images shifted",
    "the same, every image twice",
    "the same, shifts in training",
)

if __name__ == "__main__":
    digits = load_digits()
    images, even = digits.images / 16, digits.target % 2 == 0
    rule, given = np.array([has_hole(image) for image in images]), features(images)
    scores = np.mean([one_split(images, even, rule, given, seed) for seed in range(SPLITS)], axis=0)
    for name, score in zip(NAMES, scores, strict=True):
        print(f"{name:31} {score:.2f}")
    draw()
