"""Evidence for bias-variance: the decomposition measured over many training sets, and where variance falls again."""

import numpy as np
from numpy.polynomial import legendre
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error

from qa import figure

SIGMA, POINTS, SETS = 0.3, 30, 4000
X = (np.arange(POINTS) + 0.5) / POINTS * 2 - 1


def truth(x: np.ndarray) -> np.ndarray:
    return np.sin(np.pi * x) + 0.5 * np.sin(3 * np.pi * x)


def basis(x: np.ndarray, degree: int) -> np.ndarray:
    """Legendre polynomials up to `degree`, shape (points, degree + 1)."""
    return legendre.legvander(x, degree)


# --8<-- [start:decompose]
def decompose(predictions: np.ndarray, target: np.ndarray) -> tuple[float, float]:
    """Squared bias and variance, averaged over the inputs; one row of `predictions` per training set."""
    mean = predictions.mean(axis=0)
    bias2 = ((mean - target) ** 2).mean()
    variance = ((predictions - mean) ** 2).mean()
    return float(bias2), float(variance)
# --8<-- [end:decompose]


def resample(degree: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Predictions at X, and errors on the training labels and on fresh labels, for SETS training sets."""
    rng = np.random.default_rng(seed)
    labels = truth(X)[:, None] + SIGMA * rng.standard_normal((POINTS, SETS))
    fresh = truth(X)[:, None] + SIGMA * rng.standard_normal((POINTS, SETS))
    model = LinearRegression(fit_intercept=False).fit(basis(X, degree), labels)
    fitted = model.predict(basis(X, degree))
    return fitted.T, np.array(mean_squared_error(labels, fitted)), np.array(mean_squared_error(fresh, fitted))


def exact(degree: int) -> tuple[float, float]:
    """The same two by linear algebra: what the projection leaves of the truth, and σ²p/n."""
    q, _ = np.linalg.qr(basis(X, degree))
    left = truth(X) - q @ (q.T @ truth(X))
    return float((left**2).mean()), SIGMA**2 * (degree + 1) / POINTS


def print_degrees() -> None:
    print("degree   bias²  (exact)   variance  (exact)   noise     sum   test error   training error")
    for degree in 1, 3, 5, 7, 9, 11, 15, 20:
        predictions, train, test = resample(degree)
        (bias2, variance), (b, v) = decompose(predictions, truth(X)), exact(degree)
        total = bias2 + variance + SIGMA**2
        print(f"{degree:6}{bias2:8.3f}{b:9.3f}{variance:11.3f}{v:9.3f}{SIGMA**2:8.3f}{total:8.3f}{test:13.3f}{train:17.3f}")


def print_learning() -> None:
    """Exact expected training and test error of a stiff and a flexible model as the training set grows."""
    print("    n   degree 1: train   test   degree 15: train   test")
    for n in 20, 40, 160, 640:
        x = (np.arange(n) + 0.5) / n * 2 - 1
        row = []
        for degree in 1, 15:
            q, _ = np.linalg.qr(basis(x, degree))
            bias2 = ((truth(x) - q @ (q.T @ truth(x))) ** 2).mean()
            row += [bias2 + SIGMA**2 * (1 - (degree + 1) / n), bias2 + SIGMA**2 * (1 + (degree + 1) / n)]
        print("{:5}{:18.3f}{:7.3f}{:19.3f}{:7.3f}".format(n, *row))


INPUTS, TRAIN, REPEATS, NOISE = 20, 40, 250, 0.5
WIDTHS = 5, 10, 20, 30, 36, 38, 42, 44, 60, 100, 200, 400, 1000
PENALTIES = 0.01, 0.1, 1.0, 10.0


def features(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """ReLU features with fixed random weights, scaled so that their sum of squares does not grow with the width."""
    return np.maximum(x @ weights, 0) * np.sqrt(2 / weights.shape[1])


def solve(a: np.ndarray, y: np.ndarray, penalty: float) -> np.ndarray:
    """Ridge solution; with penalty 0 the one of least norm among all least-squares solutions."""
    if penalty == 0:
        return np.linalg.pinv(a) @ y
    return a.T @ np.linalg.solve(a @ a.T + penalty * np.eye(len(y)), y)


def random_features(width: int) -> dict[float, tuple[float, float]]:
    """Squared bias and variance over training sets and random weights, for each penalty (0 interpolates)."""
    world = np.random.default_rng(7)
    beta, x_test = world.standard_normal(INPUTS) / np.sqrt(INPUTS), world.standard_normal((200, INPUTS))
    penalties = (0.0, *PENALTIES)
    predictions = np.zeros((len(penalties), REPEATS, len(x_test)))
    for r in range(REPEATS):
        rng = np.random.default_rng([width, r])
        x = rng.standard_normal((TRAIN, INPUTS))
        y = x @ beta + NOISE * rng.standard_normal(TRAIN)
        w = rng.standard_normal((INPUTS, width)) / np.sqrt(INPUTS)
        a, a_test = features(x, w), features(x_test, w)
        for k, penalty in enumerate(penalties):
            predictions[k, r] = a_test @ solve(a, y, penalty)
    return {p: unbiased(*decompose(predictions[k], x_test @ beta)) for k, p in enumerate(penalties)}


def unbiased(bias2: float, variance: float) -> tuple[float, float]:
    """Undo what a finite number of training sets adds to the squared bias and takes from the variance; same sum."""
    return bias2 - variance / (REPEATS - 1), variance * REPEATS / (REPEATS - 1)


def best_ridge(result: dict[float, tuple[float, float]]) -> float:
    return min(sum(result[p]) for p in PENALTIES)


def coarse(value: float) -> str:
    """Two digits: near p = n the average hangs on the few worst-conditioned draws."""
    return f"{value:.2g}" if value >= 1 else f"{value:.2f}"


def print_widths(results: dict[int, dict[float, tuple[float, float]]]) -> None:
    print(f"{TRAIN} training points, noise {NOISE**2:.2f}")
    print("width   bias²  variance  bias²+variance   the same with tuned ridge")
    for width, result in results.items():
        bias2, variance = result[0.0]
        cells = map(coarse, (bias2, variance, bias2 + variance, best_ridge(result)))
        print("{:5}{:>8}{:>10}{:>16}{:>28}".format(width, *cells))


def print_averaging() -> None:
    """Bagging by hand: the mean of fits on independent sets keeps the bias and divides the variance."""
    predictions, _, _ = resample(15)
    for size in 1, 10:
        bias2, variance = decompose(predictions.reshape(-1, size, POINTS).mean(axis=1), truth(X))
        print(f"degree 15, mean of {size:2} independent fits: bias² {bias2:.3f}  variance {variance:.4f}")


def print_voting() -> None:
    """0-1 loss: error of one model and of the majority of very many, where a share `right` of the models is right."""
    for right in 0.6, 0.4:
        majority = float(right < 0.5)
        print(f"{right:.0%} of models right: one errs with probability {1 - right:.1f}, the majority with {majority:.1f}")


def draw(results: dict[int, dict[float, tuple[float, float]]]) -> None:
    """Left: the classical picture, exact. Right: variance peaks where width equals the number of training points."""
    fig, (left, right) = figure.new(1, 2, height=3.2)
    degrees = np.arange(1, 22)
    bias2, variance = np.array([exact(int(d)) for d in degrees]).T
    left.plot(degrees, bias2, color=figure.BLUE)
    left.plot(degrees, variance, color=figure.ORANGE)
    left.plot(degrees, bias2 + variance + SIGMA**2, color="black")
    left.axhline(SIGMA**2, ls=":", color=figure.GREY)
    left.text(1.2, 0.06, "偏差² bias²", color=figure.BLUE)
    left.text(12.2, 0.012, "方差 variance", color=figure.ORANGE)
    left.text(12.2, 0.098, "噪声 noise σ²", color=figure.GREY)
    left.text(9.5, 0.165, "测试误差 test error")
    left.set(xlabel="多项式次数 degree", ylim=(0, 0.4), xticks=[1, 5, 10, 15, 20], yticks=[0, 0.1, 0.2, 0.3, 0.4])
    widths = list(results)
    resolved = [w for w in widths if results[w][0.0][0] > results[w][0.0][1] / REPEATS]  # near n it drowns in variance
    right.plot(resolved, [results[w][0.0][0] for w in resolved], color=figure.BLUE)
    right.plot(widths, [results[w][0.0][1] for w in widths], color=figure.ORANGE)
    right.plot(widths, [sum(results[w][0.0]) for w in widths], color="black")
    right.plot(widths, [best_ridge(results[w]) for w in widths], "--", color=figure.GREEN)
    right.axvline(TRAIN, ls=":", color=figure.GREY)
    right.set(xscale="log", yscale="log", xlabel="特征数 features p", ylim=(0.012, 60), xticks=[5, 10, 40, 100, 1000])
    right.set_xticklabels(["5", "10", "40 = n", "100", "1000"])
    right.minorticks_off()
    right.text(110, 6, "偏差² + 方差")
    right.text(110, 3.4, "bias² + variance")
    right.text(110, 0.11, "ridge", color=figure.GREEN)
    figure.save(fig, "bias-variance.svg")


if __name__ == "__main__":
    print_degrees()
    table = {width: random_features(width) for width in WIDTHS}
    print_widths(table)
    print_averaging()
    print_learning()
    print_voting()
    draw(table)
