"""Evidence for calibration: scores that know the truth, the bias of ECE, and temperature scaling of a small network."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_softmax
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.neural_network import MLPClassifier

from qa import figure

Array = np.ndarray
CLASSES, DIMENSIONS, SEEDS = 10, 20, 3
EPOCHS = (3, 10, 30, 60)


# --8<-- [start:ece]
def ece(p: Array, y: Array, bins: int = 15) -> float:
    """|mean p − mean y| per bin of equal width, weighted by the bin's share."""
    b = np.minimum((p * bins).astype(int), bins - 1)
    gaps = np.bincount(b, p - y, minlength=bins)
    return float(np.abs(gaps).sum() / y.size)


def ece_by_chance(p: Array, rng: np.random.Generator, times: int) -> float:
    """Mean ECE if the forecasts were right: labels drawn from them."""
    draws = ((rng.random(p.size) < p).astype(float) for _ in range(times))
    return float(np.mean([ece(p, y) for y in draws]))
# --8<-- [end:ece]


def ece_from_sklearn(p: Array, y: Array, bins: int = 15) -> float:
    """The same from the points of scikit-learn's calibration curve."""
    observed, predicted = calibration_curve(y, p, n_bins=bins)
    weights = np.histogram(p, np.linspace(0, 1, bins + 1))[0]
    return float((np.abs(observed - predicted) * weights[weights > 0]).sum() / y.size)


def auc(p: Array, y: Array) -> float:
    """P(random positive above random negative), ties counted half."""
    positive, negative = p[y == 1], np.sort(p[y == 0])
    below, at_most = np.searchsorted(negative, positive, "left"), np.searchsorted(negative, positive, "right")
    return float((below + at_most).mean() / 2 / negative.size)


def world(n: int, seed: int) -> tuple[Array, Array]:
    """True log-odds, normal with standard deviation 1.5, and labels drawn from them."""
    rng = np.random.default_rng(seed)
    z = rng.normal(0, 1.5, n)
    return z, (rng.random(n) < expit(z)).astype(float)


FORECASTS: dict[str, Callable[[Array], Array]] = {
    "the truth": lambda z: expit(z),
    "logits × 2.5": lambda z: expit(2.5 * z),
    "logits + 1.5": lambda z: expit(z + 1.5),
    "always 0.5": lambda z: np.full_like(z, 0.5),
}


def show_scores() -> None:
    """Brier score with its parts (the truth being known), AUC and ECE, by definition and with scikit-learn."""
    z, y = world(200_000, 0)
    eta = expit(z)
    print(f"uncertainty of the labels {eta.mean() * (1 - eta.mean()):.3f}")
    print("forecast       Brier  sklearn  = REL   − RES   AUC    sklearn  ECE    sklearn")
    for name, forecast in FORECASTS.items():
        p = forecast(z)
        given = eta if p.std() else np.full_like(eta, eta.mean())  # E[Y | p]
        brier, parts = float(((p - y) ** 2).mean()), (float(((p - given) ** 2).mean()), float(given.var()))
        ranking = f"{auc(p, y):.3f}  {roc_auc_score(y, p):.3f}"
        errors = f"{ece(p, y):.3f}  {ece_from_sklearn(p, y):.3f}"
        print(f"{name:13}  {brier:.3f}  {brier_score_loss(y, p):.3f}    {parts[0]:.3f}   {parts[1]:.3f}   {ranking}    {errors}")


def fit_scaling(s: Array, y: Array, shift: bool) -> Callable[[Array], Array]:
    """Logits s → a·s (+ b), fitted by maximum likelihood: temperature 1/a, or Platt scaling with the shift."""

    def loss(w: Array) -> float:
        return float(np.logaddexp(0, (1 - 2 * y) * (w[0] * s + (w[1] if shift else 0.0))).mean())

    a, b = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return lambda t: expit(a * t + (b if shift else 0.0))


def fit_isotonic(s: Array, y: Array) -> Callable[[Array], Array]:
    """The monotone step function with the least squared error."""
    model = IsotonicRegression(out_of_bounds="clip").fit(s, y)
    return lambda t: np.asarray(model.predict(t))


def excess(forecast: Callable[[Array], Array], s: Array, eta: Array) -> float:
    """Brier score above the best possible, times 1000: mean squared distance to the true probability."""
    return 1000 * float(((forecast(s) - eta) ** 2).mean())


def show_repairs() -> None:
    """Three ways of recalibrating three distortions on 1,000 labels, averaged over ten draws."""
    distortions: dict[str, Callable[[Array], Array]] = {
        "× 2.5": lambda z: 2.5 * z,
        "+ 1.5": lambda z: z + 1.5,
        "cubed": lambda z: z**3,
    }
    print("logits  none   temperature  Platt  isotonic")
    for name, distort in distortions.items():
        rows = []
        for seed in range(10):
            (z, y), test = world(1000, 100 + seed), world(5_000, 200 + seed)[0]
            s, t, eta = distort(z), distort(test), expit(test)
            fits = expit, fit_scaling(s, y, False), fit_scaling(s, y, True), fit_isotonic(s, y)
            rows.append([excess(f, t, eta) for f in fits])
        none, temperature, platt, isotonic = np.mean(rows, axis=0)
        print(f"{name:6}  {none:4.1f}   {temperature:4.1f}         {platt:4.1f}   {isotonic:4.1f}")


def wavy(p: Array) -> Array:
    """The true probability behind a forecast p that is too low on the left and too high on the right."""
    return p + 0.1 * np.sin(2 * np.pi * p)


def mean_ece(truth: Callable[[Array], Array], n: int, bins: int, times: int) -> float:
    """Measured ECE, averaged over test sets of n uniform forecasts."""
    rng = np.random.default_rng(n + bins)
    draws = (rng.random((2, n)) for _ in range(times))
    return float(np.mean([ece(p, (u < truth(p)).astype(float), bins) for p, u in draws]))


def expected_ece(n: float | Array, bins: int) -> float | Array:
    """What a calibrated model with uniform forecasts gets: (π/8)·√(2M/(πn))."""
    return np.pi / 8 * np.sqrt(2 * bins / (np.pi * n))


def show_bias() -> None:
    """Measured ECE against the true calibration error, by test size and number of bins."""
    print("true error     n        M = 1  M = 5  M = 15  M = 50")
    for name, truth in (("0", lambda p: p), (f"{0.2 / np.pi:.3f}", wavy)):
        for n, times in ((1000, 200), (100_000, 10)):
            values = [mean_ece(truth, n, bins, times) for bins in (1, 5, 15, 50)]
            print(f"{name:13}  {n:<7}  {values[0]:.3f}  {values[1]:.3f}  {values[2]:.3f}   {values[3]:.3f}")
    predicted = "  ".join(f"{expected_ece(1000, bins):.3f}" for bins in (5, 15, 50))
    print(f"formula, n = 1000, M = 5, 15, 50: {predicted}")


# --8<-- [start:temperature]
def nll(logits: Array, y: Array, temperature: float = 1.0) -> float:
    logp = log_softmax(logits / temperature, axis=1)
    return float(-logp[np.arange(y.size), y].mean())


def fit_temperature(logits: Array, y: Array) -> float:
    """One number, chosen on held-out data; in 1/T the loss is convex."""

    def loss(a: float) -> float:
        return nll(logits, y, 1 / a)

    found = minimize_scalar(loss, bounds=(0.05, 20), method="bounded")
    return float(1 / found.x)
# --8<-- [end:temperature]


@dataclass
class Run:
    """What one stage of training looks like on test data, gathered over the seeds."""

    rows: list[list[float]] = field(default_factory=list)
    confidence: list[Array] = field(default_factory=list)
    scaled: list[Array] = field(default_factory=list)
    right: list[Array] = field(default_factory=list)


def network_logits(net: MLPClassifier, x: Array) -> Array:
    for w, b in zip(net.coefs_[:-1], net.intercepts_[:-1], strict=True):
        x = np.maximum(x @ w + b, 0)
    return np.asarray(x @ net.coefs_[-1] + net.intercepts_[-1])


def sample(rng: np.random.Generator, means: Array, n: int, noise: float = 1.0) -> tuple[Array, Array]:
    """Ten Gaussian classes in 20 dimensions."""
    y = rng.integers(0, CLASSES, n)
    return means[y] + noise * rng.standard_normal((n, DIMENSIONS)), y


def top(logits: Array, y: Array, temperature: float = 1.0) -> tuple[Array, Array]:
    """Confidence in the predicted class, and whether it is right."""
    return np.exp(log_softmax(logits / temperature, axis=1)).max(axis=1), (logits.argmax(axis=1) == y).astype(float)


def examine(run: Run, net: MLPClassifier, sets: list[tuple[Array, Array]], rng: np.random.Generator) -> None:
    """Fit the temperature on the second set; measure on the third, and on the fourth with more noise."""
    (valid, y_valid), (test, y_test), (shifted, y_shifted) = [(network_logits(net, x), y) for x, y in sets[1:]]
    t = fit_temperature(valid, y_valid)
    (raw, right), (scaled, _) = top(test, y_test), top(test, y_test, t)
    scores = [float(right.mean()), nll(test, y_test), ece(raw, right), t, nll(test, y_test, t), ece(scaled, right)]
    chance = ece_by_chance(scaled, rng, times=30)
    moved = [ece(*top(shifted, y_shifted)), ece(*top(shifted, y_shifted, t))]
    ranks = [roc_auc_score(right, raw), roc_auc_score(right, scaled)]
    run.rows.append([*scores, chance, *moved, *ranks])
    run.confidence.append(raw)
    run.scaled.append(scaled)
    run.right.append(right)


def train_and_examine() -> dict[int, Run]:
    """A network with 64 hidden units and 1,000 training examples, looked at after 3, 10, 30 and 60 epochs."""
    runs = {epoch: Run() for epoch in EPOCHS}
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        means = 0.6 * rng.standard_normal((CLASSES, DIMENSIONS))
        sets = [sample(rng, means, n, noise) for n, noise in ((1000, 1.0), (1000, 1.0), (10_000, 1.0), (10_000, 1.5))]
        net = MLPClassifier((64,), alpha=0, random_state=seed, learning_rate_init=3e-3, batch_size=50)
        for epoch in range(1, max(EPOCHS) + 1):
            net.partial_fit(*sets[0], classes=np.arange(CLASSES))
            if epoch in runs:
                examine(runs[epoch], net, sets, rng)
    return runs


def show_network(runs: dict[int, Run]) -> None:
    """Means over the seeds."""
    print("epochs  accuracy  NLL   ECE    T     NLL/T  ECE/T  chance  shifted: ECE  ECE/T")
    for epoch, run in runs.items():
        accuracy, loss, error, t, loss_t, error_t, chance, moved, moved_t, *_ = np.mean(run.rows, axis=0)
        before = f"{epoch:<6}  {accuracy:.2f}      {loss:.2f}  {error:.3f}  {t:.2f}"
        print(f"{before}  {loss_t:.2f}   {error_t:.3f}  {chance:.3f}            {moved:.3f}  {moved_t:.3f}")
    raw, scaled = np.mean(runs[60].rows, axis=0)[-2:]
    print(f"60 epochs, AUROC of confidence, right vs wrong: {raw:.3f}; scaled {scaled:.3f}")


def draw_reliability(ax: figure.Axes, runs: dict[int, Run]) -> None:
    """Accuracy against confidence after 3, 10 and 60 epochs, and after temperature scaling."""
    ax.plot([0.1, 1], [0.1, 1], color=figure.GREY, linewidth=1, linestyle=":")
    curves = (
        (runs[3].confidence, runs[3], figure.BLUE, "-", "3"),
        (runs[10].confidence, runs[10], figure.GREEN, "-", "10"),
        (runs[60].confidence, runs[60], figure.RED, "-", "60"),
        (runs[60].scaled, runs[60], figure.RED, "--", "60, T = 2.3"),
    )
    for confidence, run, color, style, label in curves:
        observed, predicted = calibration_curve(np.concatenate(run.right), np.concatenate(confidence), n_bins=10)
        enough = np.histogram(np.concatenate(confidence), np.linspace(0, 1, 11))[0]
        keep = enough[enough > 0] >= 100
        ax.plot(predicted[keep], observed[keep], style, marker=".", color=color, label=label)
    ax.set_title("训练轮数 epochs: 3, 10, 60")
    ax.set(xlabel="置信度 confidence", ylabel="准确率 accuracy", xlim=(0.1, 1.02), ylim=(0.1, 1.02))
    ax.legend(fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=4, columnspacing=0.9, handlelength=1.4)


def draw_bias(ax: figure.Axes) -> None:
    """ECE of a perfectly calibrated model against the size of the test set."""
    sizes = np.array([100, 300, 1000, 3000, 10_000, 30_000])
    for bins, color in ((50, figure.PURPLE), (15, figure.ORANGE), (5, figure.BLUE)):
        measured = [mean_ece(lambda p: p, int(n), bins, max(12, 30_000 // int(n))) for n in sizes]
        ax.plot(sizes, measured, "o", markersize=4, color=color, label=f"M = {bins}")
        ax.plot(sizes, expected_ece(sizes, bins), linewidth=1, color=color)
    ax.set(xscale="log", yscale="log", xlabel="样本数 n", title="ECE，真值 truth = 0")
    ax.legend(fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3)


def draw(runs: dict[int, Run]) -> None:
    fig, axes = figure.new(1, 2, height=3.2)
    draw_reliability(axes[0], runs)
    draw_bias(axes[1])
    figure.save(fig, "calibration.svg")


if __name__ == "__main__":
    show_scores()
    show_repairs()
    show_bias()
    runs = train_and_examine()
    show_network(runs)
    draw(runs)
