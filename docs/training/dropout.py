"""Evidence for dropout: the two scalings, the ensemble and the ridge it amounts to, and what it does to a small network."""

from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray


# --8<-- [start:dropout]
def dropout(h: Array, p: float, training: bool, rng: np.random.Generator) -> Array:
    """Inverted dropout: zero each activation with probability p and scale the survivors; identity at inference."""
    if not training or p == 0:
        return h
    mask = rng.random(h.shape) >= p  # one decision per sample and unit
    return h * mask / (1 - p)
# --8<-- [end:dropout]


def softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def show_scaling(p: float = 0.8) -> None:
    """Mean input of a next-layer unit in training and at inference, with and without the scaling."""
    rng = np.random.default_rng(0)
    h, w = np.maximum(rng.standard_normal(200), 0), np.abs(rng.standard_normal(200))
    full = float(h @ w)
    scaled = np.mean([dropout(h, p, True, rng) @ w for _ in range(20000)]) / full
    print(f"p = {p}: mean pre-activation in training / at inference: scaled {scaled:.2f}, unscaled {scaled * (1 - p):.2f}")


def show_ensemble(units: int = 10) -> None:
    """All 2^units masks before one softmax layer: their normalized geometric mean is the full network's output."""
    rng = np.random.default_rng(1)
    h, w = rng.standard_normal(units), rng.standard_normal((units, 4))
    logs = [np.log(softmax((h * np.array(mask) / 0.5) @ w)) for mask in product((0, 1), repeat=units)]
    geometric = softmax(np.mean(logs, axis=0))
    arithmetic = np.exp(logs).mean(axis=0)
    full = softmax(h @ w)
    print(f"{len(logs)} masks, one softmax layer: geometric mean equals one full pass: {np.allclose(geometric, full)}")
    print(f"largest difference of the arithmetic mean: {np.abs(arithmetic - full).max():.2f}")


def show_ridge(p: float = 0.3) -> None:
    """Expected squared loss over all input masks of linear regression, and its closed form."""
    rng = np.random.default_rng(2)
    x, y, w = rng.standard_normal((20, 8)), rng.standard_normal(20), rng.standard_normal(8)
    expected = 0.0
    for mask in product((0, 1), repeat=8):
        kept = sum(mask)
        expected += p ** (8 - kept) * (1 - p) ** kept * ((y - (x * np.array(mask) / (1 - p)) @ w) ** 2).sum()
    ridge = ((y - x @ w) ** 2).sum() + p / (1 - p) * (w**2 * (x**2).sum(axis=0)).sum()
    print(f"linear regression, 256 masks: expected loss {expected:.3f}, squared loss + penalty {ridge:.3f}")


@dataclass
class Network:
    """64-128-128-10 with ReLU and dropout of rate p after both hidden layers."""

    p: float
    weights: list[Array]
    biases: list[Array]

    def forward(self, x: Array, training: bool, rng: np.random.Generator) -> tuple[Array, list[Array]]:
        """Logits, and the input of every layer after dropout."""
        inputs = []
        for w, b in zip(self.weights[:-1], self.biases[:-1], strict=True):
            inputs.append(x)
            x = dropout(np.maximum(x @ w + b, 0), self.p, training, rng)
        return x @ self.weights[-1] + self.biases[-1], [*inputs, x]

    def step(self, x: Array, labels: Array, rate: float, rng: np.random.Generator) -> None:
        """One SGD step in place; a unit that is zero after dropout passes nothing back."""
        logits, inputs = self.forward(x, True, rng)
        d = (softmax(logits) - np.eye(10)[labels]) / len(labels)
        for k in reversed(range(len(self.weights))):
            below = (d @ self.weights[k].T) * (inputs[k] > 0) / (1 - self.p) if k else d
            self.weights[k] -= rate * inputs[k].T @ d
            self.biases[k] -= rate * d.sum(axis=0)
            d = below


def new(p: float, seed: int) -> Network:
    rng, sizes = np.random.default_rng(seed), (64, 128, 128, 10)
    pairs = list(pairwise(sizes))
    return Network(p, [rng.standard_normal(s) * np.sqrt(2 / s[0]) for s in pairs], [np.zeros(s[1]) for s in pairs])


def cross_entropy(logits: Array, labels: Array) -> float:
    return float(-np.log(softmax(logits)[np.arange(len(labels)), labels] + 1e-12).mean())


def split(noise: float = 0.2) -> tuple[Array, Array, Array, Array]:
    """200 digits to train on, a fifth of their labels replaced at random, and the 1,597 others to test on."""
    data, labels = load_digits(return_X_y=True)
    rng = np.random.default_rng(3)
    order = rng.permutation(len(data))
    data, labels = ((data - data.mean()) / data.std())[order], labels[order].copy()
    wrong = rng.random(200) < noise
    labels[:200][wrong] = rng.integers(0, 10, int(wrong.sum()))
    return data[:200], labels[:200], data[200:], labels[200:]


@dataclass(frozen=True)
class Run:
    """Losses in inference mode every 25 steps, final accuracies and loss, and the trained network."""

    train_loss: list[float]
    test_loss: list[float]
    train_accuracy: float
    test_accuracy: float
    final_loss: float
    network: Network


STEPS, EVERY, SEEDS = 1500, 25, (0, 1, 2)


def train(p: float, seed: int) -> Run:
    """Plain SGD, batches of 50, learning rate 0.05; the seed sets initialization, batches and masks."""
    x, labels, test, truth = split()
    network, rng = new(p, seed), np.random.default_rng(10 + seed)
    known, unseen = [], []

    def loss(images: Array, digits: Array) -> float:
        return cross_entropy(network.forward(images, False, rng)[0], digits)

    for step in range(STEPS):
        if step % EVERY == 0:
            known.append(loss(x, labels))
            unseen += [loss(test, truth)] if seed == SEEDS[0] else []  # the curve of one seed is drawn
        batch = rng.integers(0, len(x), 50)
        network.step(x[batch], labels[batch], 0.05, rng)
    pairs = ((x, labels), (test, truth))
    right = [float((network.forward(a, False, rng)[0].argmax(axis=1) == b).mean()) for a, b in pairs]
    return Run(known, unseen, *right, loss(test, truth), network)


def speed(run: Run) -> int:
    """The first recorded step at which the training loss is below 0.5; STEPS if there is none."""
    return next((k * EVERY for k, loss in enumerate(run.train_loss) if loss < 0.5), STEPS)


def accuracies(runs: list[Run]) -> tuple[float, float]:
    """Training and test accuracy, averaged over the seeds."""
    train_accuracy, test_accuracy = np.mean([(run.train_accuracy, run.test_accuracy) for run in runs], axis=0)
    return float(train_accuracy), float(test_accuracy)


def show_runs(found: dict[float, list[Run]]) -> None:
    """Mean accuracies and test loss, and median speed, for every drop probability."""
    network = found[0.0][0].network
    print(f"parameters, whatever p: {sum(a.size for a in (*network.weights, *network.biases))}")
    for p, runs in found.items():
        right, steps = accuracies(runs), int(np.median([speed(run) for run in runs]))
        loss = np.mean([run.final_loss for run in runs])
        reached = f"after {steps:3} steps" if steps < STEPS else "not reached"
        values = f"accuracy train {right[0]:.2f} test {right[1]:.2f}, test loss {loss:.1f}"
        print(f"p = {p:.1f}: {values}, training loss 0.5 {reached}")


def show_monte_carlo(network: Network, passes: int = 50) -> None:
    """Mean entropy of the averaged prediction over random masks, for test digits and for digits with shuffled pixels."""
    _, _, test, _ = split()
    rng = np.random.default_rng(20)
    shuffled = rng.permuted(test, axis=1)
    for name, count, training in ("no masks, 1 pass", 1, False), (f"masks, {passes} passes", passes, True):
        entropies = []
        for images in test, shuffled:
            mean = np.mean([softmax(network.forward(images, training, rng)[0]) for _ in range(count)], axis=0)
            entropies.append(float(-(mean * np.log(mean + 1e-12)).sum(axis=1).mean()))
        print(f"mean entropy, {name:16}: digits {entropies[0]:.1f}, shuffled pixels {entropies[1]:.1f}")


def draw(found: dict[float, list[Run]]) -> None:
    """Left: losses of the first seed with and without dropout. Right: mean final accuracies against p."""
    fig, (left, right) = figure.new(1, 2, height=3.1)
    steps = np.arange(0, STEPS, EVERY)
    for p, color in (0.0, figure.ORANGE), (0.5, figure.BLUE):
        run = found[p][0]
        left.plot(steps, run.train_loss, "--", color=color, label=f"p = {p:g} 训练 train")
        left.plot(steps, run.test_loss, color=color, label=f"p = {p:g} 测试 test")
    left.set(xlabel="步数 steps", ylabel="损失 loss", ylim=(0, 1.6))
    left.legend(fontsize=9)
    means = np.array([accuracies(runs) for runs in found.values()])
    right.plot(list(found), means[:, 0], "o--", color=figure.GREY, label="训练 train")
    right.plot(list(found), means[:, 1], "o-", color=figure.GREEN, label="测试 test")
    right.set(xlabel="丢弃概率 drop probability p", ylabel="准确率 accuracy", ylim=(0.2, 1.03))
    right.legend(fontsize=9, loc="lower left")
    figure.save(fig, "dropout.svg")


if __name__ == "__main__":
    show_scaling()
    show_ensemble()
    show_ridge()
    found = {p: [train(p, seed) for seed in SEEDS] for p in (0.0, 0.3, 0.5, 0.7, 0.8, 0.9)}
    show_runs(found)
    show_monte_carlo(found[0.5][0].network)
    draw(found)
