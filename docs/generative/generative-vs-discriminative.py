"""Evidence for generative-vs-discriminative: one linear rule learned two ways, and what only a density can answer."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression

from qa import figure

Array = NDArray[np.float64]
FEATURES, PAIRS, TEST, TRIALS = 40, 20, 4000, 40
SHIFT: Array = np.array([0.45, 0.15])  # distance of the class means: the strong and the weak feature of every pair
SIZES = (10, 30, 100, 300, 1000, 3000)


def sample(n: int, correlation: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Two balanced classes in 40 features; feature 2i+1 is correlated with feature 2i, which naive Bayes cannot say."""
    y = np.arange(n) % 2
    noise = rng.standard_normal((n, FEATURES))
    noise[:, 1::2] = correlation * noise[:, ::2] + np.sqrt(1 - correlation**2) * noise[:, 1::2]
    return noise + np.outer(2 * y - 1, np.tile(SHIFT, PAIRS)) / 2, y.astype(float)


# --8<-- [start:fit]
def naive_bayes(x: Array, y: Array) -> tuple[Array, float]:
    """Generative: fit p(y) and p(x | y) by counting and averaging, then turn Bayes' rule into a linear rule."""
    m0, m1 = x[y == 0].mean(0), x[y == 1].mean(0)
    variance = (((x - np.where(y[:, None] == 1, m1, m0)) ** 2).mean(0)) + 1e-9
    w = (m1 - m0) / variance
    return w, float(-(w @ (m0 + m1)) / 2 + np.log(y.mean() / (1 - y.mean())))


def logistic(x: Array, y: Array, c: float) -> tuple[Array, float]:
    """Discriminative: choose the same kind of linear rule so that p(y | x) fits the labels; L2 weight 1 / c."""
    model = LogisticRegression(C=c, max_iter=1000, tol=1e-6).fit(x, y)
    return model.coef_[0], float(model.intercept_[0])
# --8<-- [end:fit]


def errors(correlation: float) -> Array:
    """Mean test error, one row per training size: naive Bayes, logistic regression with weak and with strong L2."""
    rng = np.random.default_rng(0)
    x_test, y_test = sample(TEST, correlation, rng)
    table = np.zeros((len(SIZES), 3))
    for i, n in enumerate(SIZES):
        for _ in range(TRIALS):
            x, y = sample(n, correlation, rng)
            for j, (w, b) in enumerate((naive_bayes(x, y), logistic(x, y, 10.0), logistic(x, y, 0.1))):
                table[i, j] += ((x_test @ w + b > 0) != (y_test == 1)).mean() / TRIALS
    return table


def limit(w: Array, correlation: float) -> float:
    """Error of the rule that gives each pair the weights `w`, computed from the true distribution."""
    covariance = np.array([[1.0, correlation], [correlation, 1.0]])
    return float(norm.cdf(-np.sqrt(PAIRS) * (w @ SHIFT) / 2 / np.sqrt(w @ covariance @ w)))


def normal(x: Array, mu: float) -> Array:
    return np.exp(-0.5 * (x - mu) ** 2) / np.sqrt(2 * np.pi)


def draw(table: Array) -> None:
    fig, (left, right) = figure.new(1, 2, height=3.0)
    x = np.linspace(-5, 5, 120)
    joint = normal(x, -1.2) / 2, normal(x, 1.2) / 2
    left.plot(x, joint[0], color=figure.BLUE)
    left.plot(x, joint[1], color=figure.ORANGE)
    left.plot(x, joint[1] / (joint[0] + joint[1]), color=figure.GREEN, linestyle="--")
    left.text(-2.0, 0.23, "p(x, y=0)", ha="center", color=figure.BLUE)
    left.text(3.0, 0.23, "p(x, y=1)", ha="center", color=figure.ORANGE)
    left.text(1.6, 0.86, "p(y=1 | x)", color=figure.GREEN)
    left.set(xlabel="x", ylim=(0, 1.05))
    right.semilogx(SIZES, table[:, 0], "o-", color=figure.BLUE, markersize=4)
    right.semilogx(SIZES, table[:, 1], "s-", color=figure.ORANGE, markersize=4)
    right.semilogx(SIZES, table[:, 2], "--", color=figure.ORANGE)
    right.text(450, table[-1, 0] + 0.012, "朴素贝叶斯\nnaive Bayes", color=figure.BLUE, fontsize=9)
    right.text(45, table[1, 1] + 0.005, "逻辑回归\nlogistic regression, C = 10", color=figure.ORANGE, fontsize=9)
    right.text(100, 0.18, "C = 0.1", color=figure.ORANGE, fontsize=9, ha="center")
    right.set(xlabel="n", ylabel="测试错误率 test error")
    figure.save(fig, "generative-vs-discriminative.svg")


if __name__ == "__main__":
    table = errors(0.6)
    for n, (generative, weak, strong) in zip(SIZES, table, strict=True):
        print(f"n = {n:5,d}  naive Bayes {generative:.2f}", end="  ")
        print(f"logistic regression, C = 10: {weak:.2f}  C = 0.1: {strong:.2f}")
    best = limit(np.linalg.solve([[1.0, 0.6], [0.6, 1.0]], SHIFT), 0.6)
    print(f"limit      naive Bayes {limit(SHIFT, 0.6):.2f}  best linear rule {best:.2f}")
    for x in 1.0, 4.0, 12.0:
        p0, p1 = float(normal(np.array(x), -1.2)), float(normal(np.array(x), 1.2))
        print(f"x = {x:4.0f}   p(y=1 | x) = {p1 / (p0 + p1):.4f}   p(x) = {(p0 + p1) / 2:.1e}")
    draw(table)
