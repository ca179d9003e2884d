"""Evidence for regression-metrics: which number each metric asks for, RMSE and MAE, percentages, R², quantiles."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import norm
from sklearn import metrics
from sklearn.linear_model import LinearRegression, QuantileRegressor

from qa import figure

Metric = Callable[[np.ndarray, np.ndarray], float]


# --8<-- [start:metrics]
def rmse(y: np.ndarray, f: np.ndarray) -> float:
    return float(np.sqrt(((y - f) ** 2).mean()))


def mae(y: np.ndarray, f: np.ndarray) -> float:
    return float(np.abs(y - f).mean())


def mape(y: np.ndarray, f: np.ndarray) -> float:
    return float((np.abs(y - f) / np.abs(y)).mean())


def pinball(y: np.ndarray, f: np.ndarray, tau: float = 0.9) -> float:
    """Too low costs tau per unit, too high costs 1 - tau."""
    return float(np.maximum(tau * (y - f), (tau - 1) * (y - f)).mean())


def r2(y: np.ndarray, f: np.ndarray) -> float:
    return float(1 - ((y - f) ** 2).sum() / ((y - y.mean()) ** 2).sum())
# --8<-- [end:metrics]


def pinball_sklearn(y: np.ndarray, f: np.ndarray) -> float:
    return float(metrics.mean_pinball_loss(y, f, alpha=0.9))


PAIRS: dict[str, tuple[Metric, Metric]] = {
    "RMSE": (rmse, metrics.root_mean_squared_error),
    "MAE": (mae, metrics.mean_absolute_error),
    "MAPE": (mape, metrics.mean_absolute_percentage_error),
    "pinball 0.9": (pinball, pinball_sklearn),
}


def twice(name: str, y: np.ndarray, f: np.ndarray) -> float:
    """A metric by definition; scikit-learn must agree."""
    ours, theirs = PAIRS[name]
    assert np.isclose(ours(y, f), theirs(y, f))
    return ours(y, f)


def r2_twice(y: np.ndarray, f: np.ndarray) -> float:
    assert np.isclose(r2(y, f), metrics.r2_score(y, f))
    return r2(y, f)


def lognormal(n: int = 20_000) -> np.ndarray:
    """exp of a standard normal, on a grid of quantiles, so that nothing is random."""
    return np.exp(norm.ppf((np.arange(n) + 0.5) / n))


def print_optima(y: np.ndarray) -> None:
    """The constant that minimizes each metric, beside theory; then every metric at every optimum."""
    theory = {"RMSE": np.exp(0.5), "MAE": 1.0, "MAPE": np.exp(-1), "pinball 0.9": np.exp(norm.ppf(0.9))}
    best = {}
    for name, (ours, _) in PAIRS.items():
        found = minimize_scalar(lambda c, m=ours: m(y, np.full_like(y, c)), bounds=(0.01, 9), method="bounded")
        assert np.isclose(found.x, theory[name], rtol=5e-3)
        best[name] = theory[name]
    print(f"{'best constant for':21}" + "".join(f"{name:>13}" for name in PAIRS))
    for name, c in best.items():
        row = "".join(f"{twice(other, y, np.full_like(y, c)):13.2f}" for other in PAIRS)
        print(f"{name:12}{c:9.2f}{row}")


def print_outlier() -> None:
    """Two models of 100 errors each: MAE and RMSE disagree; the gap is the variance of the absolute error."""
    zero = np.zeros(100)
    steady, spiky = np.full(100, 1.5), np.append(np.ones(99), 20.0)
    for name, e in ("always 1.5", steady), ("99 times 1, once 20", spiky):
        m, r = twice("MAE", zero, e), twice("RMSE", zero, e)
        assert np.isclose(r**2, m**2 + np.abs(e).var())
        print(f"errors {name:20} MAE {m:.2f}  RMSE {r:.2f}")
    e = norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    print(f"normal errors: MAE/RMSE {mae(e, 0 * e) / rmse(e, 0 * e):.2f}")


def print_intermittent() -> None:
    """Demand 0 in 60% of the weeks, 10 otherwise: MAE wants the forecast 0."""
    y = np.where(np.arange(100) < 60, 0.0, 10.0)
    for c in 0.0, 4.0:
        f = np.full_like(y, c)
        print(f"demand mostly 0, forecast {c:.0f}: MAE {twice('MAE', y, f):.1f}, RMSE {twice('RMSE', y, f):.1f}")


def smape(y: np.ndarray, f: np.ndarray) -> float:
    """In the form with the mean of both in the denominator; 200% at most. scikit-learn has none."""
    return float((np.abs(y - f) / ((np.abs(y) + np.abs(f)) / 2)).mean())


def print_percentages() -> None:
    """One actual value, several forecasts; roles exchanged; one zero."""
    print("actual  forecast    APE   sAPE")
    for actual, forecast in (100, 50), (100, 150), (100, 0), (100, 300), (150, 100):
        y, f = np.array([float(actual)]), np.array([float(forecast)])
        assert np.isclose(smape(y, f), smape(f, y))
        print(f"{actual:6}{forecast:10}{twice('MAPE', y, f):7.0%}{smape(y, f):7.0%}")
    y = np.append(0.0, np.full(999, 100.0))
    print(f"one zero among 1,000, all errors 1: MAPE {metrics.mean_absolute_percentage_error(y, y + 1):.0e}")


R2_CASES = "mean of the part x < 3, tested on the rest", "forecast 2y", "0 < x < 10", "4.5 < x < 5.5"


def r2_cases(seed: int) -> list[tuple[float, float]]:
    """RMSE and R² on one sample of y = x + noise, in the order of R2_CASES."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 10, 20_000)
    y = x + rng.standard_normal(x.size)
    rest, near = x >= 3, np.abs(x - 5) < 0.5
    mean_of_low = np.full(rest.sum(), y[~rest].mean())
    pairs = (y[rest], mean_of_low), (y, 2 * y), (y, x), (y[near], x[near])
    assert np.isclose(r2_twice(y, np.full_like(y, y.mean())), 0) and np.isclose(np.corrcoef(y, 2 * y)[0, 1], 1)
    return [(twice("RMSE", *pair), r2_twice(*pair)) for pair in pairs]


def print_r2() -> None:
    """Below zero, perfect correlation, a narrow range: means of ten samples."""
    mean = np.mean([r2_cases(seed) for seed in range(10)], axis=0)
    for name, (error, r_squared) in zip(R2_CASES, mean, strict=True):
        print(f"{name:43} RMSE {error:.1f}  R2 {r_squared:.2f}")


def print_walks() -> None:
    """Random walks of 1,000 steps, forecast by the last value: the median over twenty of them."""
    steps = np.random.default_rng(2).standard_normal((20, 1_000))
    walks = steps.cumsum(axis=1)
    levels = np.median([r2_twice(w[1:], w[:-1]) for w in walks])
    moves = np.median([r2_twice(d, np.zeros_like(d)) for d in steps])
    print(f"random walk, forecast = last value: R2 {levels:.2f} on levels, {abs(moves):.2f} on changes")


def noisy(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Noise that grows with x."""
    x = rng.uniform(0, 1, n)
    return x[:, None], 2 * x + (0.1 + x) * rng.standard_normal(n)


def interval_scores(seed: int) -> list[list[float]]:
    """Coverage (all, x < 1/3, x > 2/3) and pinball loss of a constant-width band and of two quantile regressions."""
    rng = np.random.default_rng(seed)
    (x, y), (x_test, y_test) = noisy(500, rng), noisy(20_000, rng)
    line = LinearRegression().fit(x, y)
    rest = y - line.predict(x)
    constant = [line.predict(x_test) + np.quantile(rest, tau) for tau in (0.05, 0.95)]
    quantile = [QuantileRegressor(quantile=tau, alpha=0).fit(x, y).predict(x_test) for tau in (0.05, 0.95)]
    scores = []
    for low, high in constant, quantile:
        hit = (low <= y_test) & (y_test <= high)
        loss = (pinball(y_test, low, 0.05) + pinball(y_test, high, 0.95)) / 2
        theirs = [metrics.mean_pinball_loss(y_test, f, alpha=a) for f, a in ((low, 0.05), (high, 0.95))]
        assert np.isclose(loss, np.mean(theirs))
        groups = np.ones_like(hit), x_test[:, 0] < 1 / 3, x_test[:, 0] > 2 / 3
        scores.append([*(float(hit[group].mean()) for group in groups), loss])
    return scores


def print_intervals() -> None:
    """90% intervals, means over ten training sets of 500; the pinball loss has the same winner every time."""
    scores = np.array([interval_scores(seed) for seed in range(10)])
    assert (scores[:, 1, 3] < scores[:, 0, 3]).all()
    print("90% interval     covers  x < 1/3  x > 2/3  pinball")
    for name, (every, left, right, loss) in zip(("constant width", "quantiles"), scores.mean(axis=0), strict=True):
        print(f"{name:16}{every:7.0%}{left:9.0%}{right:9.0%}{loss:9.3f}")


def print_newsvendor(y: np.ndarray) -> None:
    """Missing one unit costs 9, one too many costs 1: the cheapest stock is the 0.9 quantile."""
    cost = {name: float(np.mean(9 * np.maximum(y - c, 0) + np.maximum(c - y, 0))) for name, c in STOCKS.items()}
    assert all(np.isclose(value, 10 * pinball(y, np.full_like(y, STOCKS[name]))) for name, value in cost.items())
    print("cost of stocking " + ", ".join(f"the {name} {value:.1f}" for name, value in cost.items()))


STOCKS = {"median": 1.0, "mean": float(np.exp(0.5)), "0.9 quantile": float(np.exp(norm.ppf(0.9)))}


def draw(y: np.ndarray) -> None:
    """Left: each metric over its minimum against the constant. Right: percentage errors against forecast/actual."""
    fig, (left, right) = figure.new(1, 2, height=3.2)
    colors = figure.ORANGE, figure.BLUE, figure.RED, figure.PURPLE
    grid = np.exp(np.linspace(np.log(0.1), np.log(8), 90))
    for (_, (ours, _)), color in zip(PAIRS.items(), colors, strict=True):
        values = np.array([ours(y, np.full_like(y, c)) for c in grid])
        left.plot(grid, values / values.min(), color=color)
        left.plot(grid[values.argmin()], 1, "o", color=color, clip_on=False)
    labels = (5.7, 1.75, "RMSE"), (1.42, 1.72, "MAE"), (0.4, 1.68, "MAPE"), (0.2, 1.9, "pinball 0.9")
    for (x, height, name), color in zip(labels, colors, strict=True):
        left.text(x, height, name, color=color)
    left.set(xscale="log", xlim=(0.08, 15), ylim=(1, 2), yticks=[1, 1.5, 2], xlabel="常数预测 constant")
    left.set_xticks([0.1, 0.37, 1, 1.65, 3.6, 8])
    left.set_xticklabels(["0.1", "0.37", "1", "1.65", "3.6", "8"])
    left.set_ylabel("÷ min")
    left.minorticks_off()
    ratio = np.linspace(0.02, 3.5, 160)
    right.plot(ratio, np.abs(ratio - 1), color=figure.RED)
    right.plot(ratio, np.abs(ratio - 1) / ((ratio + 1) / 2), color=figure.GREEN)
    right.plot(ratio, np.abs(np.log(ratio)), "--", color=figure.GREY)
    right.text(2.35, 1.75, "APE", color=figure.RED)
    right.text(2.6, 0.66, "sAPE", color=figure.GREEN)
    right.text(2.55, 1.14, "|log|", color=figure.GREY)
    right.set(xlabel="预测÷实际 forecast ÷ actual", ylim=(0, 2.5), xlim=(0, 3.5), xticks=[0, 1, 2, 3], yticks=[0, 1, 2])
    right.set_yticklabels(["0", "100%", "200%"])
    figure.save(fig, "regression-metrics.svg")


if __name__ == "__main__":
    target = lognormal()
    print_optima(target)
    print_outlier()
    print_intermittent()
    print_percentages()
    print_r2()
    print_walks()
    print_newsvendor(target)
    print_intervals()
    draw(target)
