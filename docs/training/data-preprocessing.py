"""Evidence for data-preprocessing: what each step is worth, where augmentation belongs, training/serving skew."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import rotate
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score

from qa import figure

Array = np.ndarray
SEEDS, CITIES = 4, 12


# --8<-- [start:pipeline]
@dataclass(frozen=True)
class Pipeline:
    """Constants learned from the training rows alone."""

    median: float
    mean: float
    std: float

    @classmethod
    def fit(cls, income: Array) -> "Pipeline":
        seen = income[~np.isnan(income)]
        logs = np.log(np.where(np.isnan(income), np.median(seen), income))
        return cls(float(np.median(seen)), float(logs.mean()), float(logs.std()))

    def transform(self, income: Array, city: Array) -> Array:
        missing = np.isnan(income)
        logs = np.log(np.where(missing, self.median, income))
        return np.column_stack([(logs - self.mean) / self.std, missing, np.eye(CITIES)[city]])
# --8<-- [end:pipeline]


@dataclass(frozen=True)
class Rows:
    """A made-up table: income (skewed, sometimes missing), a city, and whether a loan was paid back."""

    income: Array
    city: Array
    paid: Array

    def __getitem__(self, chosen: Array) -> "Rows":
        return Rows(self.income[chosen], self.city[chosen], self.paid[chosen])


def table(count: int, rng: np.random.Generator) -> Rows:
    """Rich people skip the question about income more often; the cities' effects follow no order."""
    effect = np.random.default_rng(7).standard_normal(CITIES)
    logs, city = rng.standard_normal(count), rng.integers(0, CITIES, count)
    paid = rng.random(count) < 1 / (1 + np.exp(-(1.5 * logs + 1.5 * effect[city])))
    income = np.exp(10 + logs)
    income[rng.random(count) < 1 / (1 + np.exp(-(2 * logs - 1)))] = np.nan
    return Rows(income, city, paid.astype(float))


VARIANTS = ("all steps", "no log", "no missing flag", "city as a number", "no scaling")


def features(variant: str, rows: Rows, train: Rows) -> Array:
    """The table as numbers, with one step of the pipeline left out."""
    full = Pipeline.fit(train.income).transform(rows.income, rows.city)
    if variant == "no missing flag":
        return np.delete(full, 1, axis=1)
    if variant == "city as a number":
        return np.column_stack([full[:, :2], (rows.city - 5.5) / 3.5])
    if variant in ("no log", "no scaling"):
        seen = train.income[~np.isnan(train.income)]
        raw = np.where(np.isnan(rows.income), np.median(seen), rows.income)
        full[:, 0] = (raw - seen.mean()) / seen.std() if variant == "no log" else raw
    return full


def fit_network(x: Array, y: Array, seed: int, hidden: int = 24, steps: int = 250, rate: float = 0.02) -> list[Array]:
    """One hidden ReLU layer, softmax or logistic output by the shape of y, full-batch Adam."""
    rng = np.random.default_rng(seed)
    outputs = y.shape[1]
    p = [rng.standard_normal((x.shape[1], hidden)) * np.sqrt(2 / x.shape[1]), np.zeros(hidden)]
    p += [rng.standard_normal((hidden, outputs)) / np.sqrt(hidden), np.zeros(outputs)]
    m, v = [np.zeros_like(a) for a in p], [np.zeros_like(a) for a in p]
    for t in range(1, steps + 1):
        h = np.maximum(x @ p[0] + p[1], 0)
        d = (probabilities(h @ p[2] + p[3]) - y) / len(y)
        dh = (d @ p[2].T) * (h > 0)
        for i, g in enumerate([x.T @ dh, dh.sum(0), h.T @ d, d.sum(0)]):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.99 * v[i] + 0.01 * g**2
            p[i] = p[i] - rate * (m[i] / (1 - 0.9**t)) / (np.sqrt(v[i] / (1 - 0.99**t)) + 1e-8)
    return p


def probabilities(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def predict(p: list[Array], x: Array) -> Array:
    return probabilities(np.maximum(x @ p[0] + p[1], 0) @ p[2] + p[3])


def auc(variant: str, seed: int, steps: int) -> float:
    """AUC on new rows of a network trained on 1500; the same rows for all variants."""
    rng = np.random.default_rng(seed)
    train, test = table(1500, rng), table(4000, rng)
    p = fit_network(features(variant, train, train), np.column_stack([1 - train.paid, train.paid]), seed, steps=steps)
    return float(roc_auc_score(test.paid, predict(p, features(variant, test, train))[:, 1]))


def spread(values: Array) -> tuple[float, float, float]:
    return float(values.mean()), float(values.min()), float(values.max())


def show_steps() -> dict[str, Array]:
    """What leaving out one step costs, as a mean and a range over four runs; two variants trained longer, too."""
    found = {}
    for variant in VARIANTS:
        scores = found[variant] = np.array([auc(variant, seed, 100) for seed in range(SEEDS)])
        mean, low, high = (round(v, 2) + 0.0 for v in spread(found["all steps"] - found[variant]))
        loss = f"loses {mean:.2f} ({low:.2f} to {high:.2f})"
        text = "" if variant == "all steps" else f", {loss}"
        print(f"{variant:16}: " + (f"AUC {scores.mean():.2f}{text}" if max(scores) > 0.6 else "AUC below 0.6 in every run"))
    longer = [np.mean([auc(v, seed, 250) for seed in range(2)]) for v in ("all steps", "city as a number")]
    print(f"250 instead of 100 training steps: all steps {longer[0]:.2f}, city as a number {longer[1]:.2f}")
    return found


def turn(image: Array, degrees: float, rng: np.random.Generator, order: int = 1) -> Array:
    """The image turned by a random angle; `order` 1 interpolates linearly, 0 takes the nearest pixel."""
    return np.clip(rotate(image, rng.uniform(-degrees, degrees), reshape=False, order=order), 0, 1)


def vary(images: Array, rng: np.random.Generator, copies: int) -> Array:
    """Each image and `copies − 1` versions of it, turned by up to 30 degrees."""
    return np.array([x for im in images for x in (im, *(turn(im, 30, rng) for _ in range(copies - 1)))])


def photographs(order: int = 1) -> tuple[Array, Array]:
    """The digits as somebody photographed them: each turned once by up to 45 degrees."""
    digits, rng = load_digits(), np.random.default_rng(3)
    return np.array([turn(im / 16, 45, rng, order) for im in digits.images]), digits.target


def score(p: list[Array], images: Array, y: Array) -> float:
    return float((predict(p, images.reshape(len(y), -1) - 0.3).argmax(axis=1) == y).mean())


def learn(images: Array, y: Array, seed: int) -> list[Array]:
    return fit_network(images.reshape(len(y), -1) - 0.3, np.eye(10)[y], seed, hidden=48, steps=120, rate=0.01)


def protocols(images: Array, y: Array, seed: int, copies: int = 5) -> Array:
    """(reported, in use) for: no augmentation, training part only, both parts, everything before the split."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    images, y = images[order], y[order]
    old, new = slice(0, 300), slice(300, None)
    train, valid = slice(0, 200), slice(200, 300)
    more, labels = vary(images[old], rng, copies), np.repeat(y[old], copies)
    cut = 200 * copies
    mixed = rng.permutation(len(labels))
    plain, good = learn(images[train], y[train], seed), learn(more[:cut], labels[:cut], seed)
    leaky = learn(more[mixed[:cut]], labels[mixed[:cut]], seed)
    reported = (
        score(plain, images[valid], y[valid]),
        score(good, images[valid], y[valid]),
        score(good, more[cut:], labels[cut:]),
        score(leaky, more[mixed[cut:]], labels[mixed[cut:]]),
    )
    used = [score(p, images[new], y[new]) for p in (plain, good, good, leaky)]
    return np.array([reported, used])


PROTOCOLS = ("no augmentation", "training part only", "both parts", "before the split")


def show_protocols(images: Array, y: Array) -> Array:
    """Reported and true accuracy under each protocol, mean and spread of the difference over splits."""
    found = np.array([protocols(images, y, seed) for seed in range(SEEDS)])
    for k, name in enumerate(PROTOCOLS):
        reported, used = found[:, 0, k], found[:, 1, k]
        gap = reported - used
        text = "{:+.2f} ({:+.2f} to {:+.2f})".format(*spread(gap))
        print(f"{name:18}: reported {reported.mean():.2f}, in use {used.mean():.2f}, gap {text}")
    gain = found[:, 1, 1] - found[:, 1, 0]
    print(f"gain in use from augmentation: {gain.min():.2f} to {gain.max():.2f}")
    return found


def show_siblings(copies: int = 5, total: int = 1500, held: int = 500) -> None:
    """Share of held-out copies of which another copy of the same original is in training."""
    alone = np.prod([(held - i) / (total - i) for i in range(1, copies)])
    print(f"held-out copies with a sibling in training: {1 - alone:.0%}")


SERVED = (
    "as in training",
    "not divided by 16",
    "rows and columns swapped",
    "black and white swapped",
    "nearest-pixel resampling",
)


def show_skew(images: Array, y: Array) -> None:
    """The same networks on the same new digits, with four small differences in the code that serves them; three splits."""
    nearest, found = photographs(order=0)[0], []
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(y))
        old, new = order[:200], order[300:]
        p = learn(vary(images[old], np.random.default_rng(seed), 5), np.repeat(y[old], 5), seed)
        x = images[new]
        found.append([score(p, v, y[new]) for v in (x, 16 * x, x.transpose(0, 2, 1), 1 - x, nearest[new])])
    for name, value in zip(SERVED, np.mean(found, axis=0), strict=True):
        print(f"{name:24}: accuracy {value:.2f}")


def draw(steps: dict[str, Array], found: Array) -> None:
    """Left: the loss of AUC by the step left out. Right: reported accuracy against accuracy in use."""
    fig, (left, right) = figure.new(1, 2, height=2.9)
    names = ("取对数 log", "缺失标志 flag", "独热 one-hot")
    for k, variant in enumerate(VARIANTS[1:4]):
        loss = steps["all steps"] - steps[variant]
        left.plot(loss, np.full(len(loss), k), "o", color=figure.BLUE, markersize=5, alpha=0.6)
    left.axvline(0, color=figure.GREY, linewidth=1)
    left.set(yticks=range(3), yticklabels=names, ylim=(2.5, -0.5), xlabel="AUC 损失 loss of AUC")
    labels = ("不增强 none", "仅训练集 train", "两边 both", "先增强 before")
    for k in range(4):
        right.plot([k - 0.12] * SEEDS, found[:, 1, k], "o", color=figure.GREEN, markersize=4, alpha=0.7)
        right.plot([k + 0.12] * SEEDS, found[:, 0, k], "s", color=figure.RED, markersize=4, alpha=0.7)
    right.plot([], [], "o", color=figure.GREEN, label="实际 in use")
    right.plot([], [], "s", color=figure.RED, label="报告 reported")
    right.set(xticks=range(4), ylabel="准确率 accuracy", ylim=(0.65, 1.08))
    right.set_xticklabels([x.replace(" ", "\n") for x in labels], fontsize=9)
    right.legend(loc="upper left", ncols=2, fontsize=9, handletextpad=0.2)
    figure.save(fig, "data-preprocessing.svg")


if __name__ == "__main__":
    steps = show_steps()
    images, y = photographs()
    found = show_protocols(images, y)
    show_siblings()
    show_skew(images, y)
    draw(steps, found)
