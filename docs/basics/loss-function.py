"""Evidence for loss-function: accuracy gives no slope, and loss and accuracy can move apart."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

from qa import figure


# --8<-- [start:two]
def log_loss(p_true: np.ndarray) -> float:
    """Mean cross-entropy, given the probability of each example's own class."""
    return float(-np.log(p_true).mean())


def accuracy(p_true: np.ndarray) -> float:
    """Two classes: right if the true class gets more than one half."""
    return float((p_true > 0.5).mean())


TIMID = np.array([0.55, 0.55, 0.55, 0.55, 0.55])
GOOD = np.array([0.95, 0.95, 0.95, 0.95, 0.40])
RASH = np.array([0.999, 0.999, 0.999, 0.999, 0.0001])
# --8<-- [end:two]


def data(n: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """One feature and labels ±1; the classes overlap."""
    rng = np.random.default_rng(1)
    y = np.repeat([-1.0, 1.0], n // 2)
    return 0.8 * y + rng.standard_normal(n), y


def risks(b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Error rate and mean log loss (bits) of the score x + b, for each bias b."""
    x, y = data()
    margin = y * (x + b[:, None])
    return (margin <= 0).mean(axis=1), np.logaddexp(0, -margin).mean(axis=1) / np.log(2)


def slopes(b: float, h: float = 1e-4) -> tuple[float, float]:
    """Central differences of both risks at the bias b."""
    error, loss = risks(np.array([b - h, b + h]))
    return (error[1] - error[0]) / (2 * h), (loss[1] - loss[0]) / (2 * h)


CHECKS = 10, 20, 40, 150


def run(seed: int) -> list[tuple[float, float]]:
    """Test loss and accuracy at the checks: a small network, 150 digits, a fifth of the labels redrawn."""
    x, y = load_digits(return_X_y=True)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    train, test = order[:150], order[150:]
    labels = np.where(rng.random(150) < 0.2, rng.integers(0, 10, 150), y[train])
    net = MLPClassifier((64,), learning_rate_init=0.003, batch_size=50, random_state=seed)
    rows = []
    for epoch in range(1, max(CHECKS) + 1):
        net.partial_fit(x[train] / 16, labels, classes=range(10))
        if epoch in CHECKS:
            p = net.predict_proba(x[test] / 16)
            rows.append((log_loss(p[np.arange(len(test)), y[test]]), float((p.argmax(1) == y[test]).mean())))
    return rows


def draw() -> None:
    fig, (left, right) = figure.new(1, 2, height=2.9)
    m = np.linspace(-2.5, 3, 80)
    left.step([-2.5, 0, 3], [1, 1, 0], color=figure.GREY, label="0–1")
    left.plot(m, np.logaddexp(0, -m) / np.log(2), color=figure.BLUE, label="log₂(1 + e⁻ᵐ)")
    left.plot(m, np.maximum(0, 1 - m), color=figure.ORANGE, linestyle="--", label="max(0, 1 − m)")
    left.set(xlabel="m = y·s", ylabel="ℓ(m)", ylim=(-0.1, 3.7))
    left.legend()
    b = np.linspace(-3, 3, 241)
    error, loss = risks(b)
    right.plot(b, error, color=figure.GREY, label="0–1", drawstyle="steps-mid")
    right.plot(b, loss, color=figure.BLUE, label="log₂(1 + e⁻ᵐ)")
    right.set(xlabel="b", ylabel="J(b)", ylim=(0, 2.7))
    right.legend()
    figure.save(fig, "loss-function.svg")


if __name__ == "__main__":
    for name, p in ("timid", TIMID), ("good", GOOD), ("rash", RASH):
        print(f"{name:5}  loss {log_loss(p):.2f}  accuracy {accuracy(p):.1f}")
    for b in -1.5, -0.5, 0.5:
        error, loss = slopes(b)
        print(f"b = {b:4}: slope of the error rate {error + 0.0:.0f}, of the log loss {loss:5.2f}")
    b = np.linspace(-3, 3, 6001)
    print(f"steps of the error rate between -3 and 3: {np.count_nonzero(np.diff(risks(b)[0]))}")
    means = np.mean([run(seed) for seed in range(4)], axis=0)
    for epoch, (loss, share) in zip(CHECKS, means, strict=True):
        print(f"epoch {epoch:3}: test loss {loss:.2f}  test accuracy {share:.2f}")
    draw()
