"""Evidence for rbm-vs-autoencoder: the same weights and biases under two objectives, judged by both, on bars and stripes."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from qa import figure

Array = NDArray[np.float64]
Model = tuple[Array, Array, Array]  # weights (visible x hidden), visible biases, hidden biases
HIDDEN = 8


def sigmoid(a: Array) -> Array:
    return 0.5 * (1 + np.tanh(a / 2))


ALL: Array = np.array(list(product((0.0, 1.0), repeat=9)))


def bars_and_stripes() -> Array:
    bits = np.array(list(product((0.0, 1.0), repeat=3)))
    return np.unique(np.concatenate([np.repeat(bits, 3, axis=1), np.tile(bits, (1, 3))]), axis=0)


DATA = bars_and_stripes()


# --8<-- [start:two]
def reconstruct(v: Array, w: Array, a: Array, b: Array) -> Array:
    """A tied autoencoder's forward pass; an RBM's mean-field up-down pass."""
    return sigmoid(sigmoid(v @ w + b) @ w.T + a)


def log_weight(v: Array, w: Array, a: Array, b: Array) -> Array:
    """Minus the free energy: an RBM's log p(v) + log Z."""
    return v @ a + np.logaddexp(0.0, v @ w + b).sum(-1)
# --8<-- [end:two]


def log_likelihood(m: Model) -> float:
    """Mean log p(v) of the data, normalized over all 512 images."""
    return float(log_weight(DATA, *m).mean() - np.logaddexp.reduce(log_weight(ALL, *m)))


def reconstruction_errors(v: Array, m: Model) -> Array:
    """Binary cross-entropy of the reconstruction in nats, one number an image."""
    r = np.clip(reconstruct(v, *m), 1e-12, 1 - 1e-12)
    return -(v * np.log(r) + (1 - v) * np.log(1 - r)).sum(-1)


# --8<-- [start:gradients]
def likelihood_step(m: Model) -> Model:
    """Exact gradient of the mean log p(v): data minus model statistics."""
    w, _, b = m
    log_p = log_weight(ALL, *m)
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    on, off, n = sigmoid(DATA @ w + b), sigmoid(ALL @ w + b), len(DATA)
    slope = DATA.T @ on / n - (ALL * p[:, None]).T @ off
    return slope, DATA.mean(0) - p @ ALL, on.mean(0) - p @ off


def reconstruction_step(m: Model) -> Model:
    """Gradient of minus the cross-entropy, through both uses of w."""
    w, a, b = m
    h = sigmoid(DATA @ w + b)
    out = (DATA - sigmoid(h @ w.T + a)) / len(DATA)
    back = (out @ w) * h * (1 - h)
    return out.T @ h + DATA.T @ back, out.sum(0), back.sum(0)
# --8<-- [end:gradients]


def mean_field_cd_step(m: Model) -> Model:
    """Contrastive divergence with one step and probabilities in place of samples."""
    w, _, b = m
    r = reconstruct(DATA, *m)
    on, off, n = sigmoid(DATA @ w + b), sigmoid(r @ w + b), len(DATA)
    return (DATA.T @ on - r.T @ off) / n, (DATA - r).mean(0), (on - off).mean(0)


def sampled_cd_step(m: Model) -> Model:
    """What CD-1 with sampled states does on average: the sum over all hidden and all visible vectors, exactly."""
    w, a, b = m
    hs = np.array(list(product((0.0, 1.0), repeat=len(b))))
    up, down = np.exp(DATA @ w @ hs.T + hs @ b), np.exp(hs @ w.T @ ALL.T + ALL @ a)
    after = ((up / up.sum(1, keepdims=True)) @ (down / down.sum(1, keepdims=True))).mean(0)
    on, off, n = sigmoid(DATA @ w + b), sigmoid(ALL @ w + b), len(DATA)
    return DATA.T @ on / n - (ALL * after[:, None]).T @ off, DATA.mean(0) - after @ ALL, on.mean(0) - after @ off


def cosine(x: Model, y: Model) -> float:
    """Cosine of the angle between two gradients in the weights."""
    return float((x[0] * y[0]).sum() / np.linalg.norm(x[0]) / np.linalg.norm(y[0]))


def train(kind: str, updates: int, rate: float, every: int) -> tuple[Model, Array]:
    """The model and, at regular points, (reconstruction error, log-likelihood)."""
    step = likelihood_step if kind == "likelihood" else reconstruction_step
    m: Model = (0.1 * np.random.default_rng(1).standard_normal((9, HIDDEN)), np.zeros(9), np.zeros(HIDDEN))
    path = list[tuple[float, float]]()
    for update in range(updates + 1):
        if update % every == 0:
            path.append((float(reconstruction_errors(DATA, m).mean()), log_likelihood(m)))
        g = step(m)
        m = (m[0] + rate * g[0], m[1] + rate * g[1], m[2] + rate * g[2])
    return m, np.array(path)


def auc(score: Array) -> float:
    """Share of pairs (a data image, one of the 498 others) in which the data image has the higher score."""
    data = (ALL[:, None] == DATA[None]).all(-1).any(-1)
    return float((score[data][:, None] > score[~data][None]).mean())


def mass(m: Model) -> tuple[float, float]:
    """Probability that the RBM with these parameters gives to the 14 data images together, and to its favorite image."""
    p = log_weight(ALL, *m) - np.logaddexp.reduce(log_weight(ALL, *m))
    data = log_weight(DATA, *m) - np.logaddexp.reduce(log_weight(ALL, *m))
    return float(np.exp(data).sum()), float(np.exp(p.max()))


def decoded_from_random_codes(m: Model) -> float:
    """Share of bars and stripes among images decoded from fair-coin hidden vectors, all 2^8 of them."""
    codes = np.array(list(product((0.0, 1.0), repeat=HIDDEN)))
    images = (sigmoid(codes @ m[0].T + m[1]) > 0.5) * 1.0
    return float((images[:, None] == DATA[None]).all(-1).any(-1).mean())


def draw(paths: dict[str, Array], every: int) -> None:
    fig, axes = figure.new(1, 2, height=2.9)
    names = {"likelihood": "似然训练 by likelihood", "reconstruction": "重构训练 by reconstruction"}
    for (kind, path), color in zip(paths.items(), (figure.BLUE, figure.ORANGE), strict=True):
        updates = np.arange(len(path)) * every
        axes[0].loglog(updates[1:], path[1:, 0], color=color, label=names[kind])
        axes[1].semilogx(updates[1:], path[1:, 1], color=color)
    axes[1].axhline(-np.log(14), color=figure.GREY, ls="--", lw=1.2)
    axes[1].text(100, -np.log(14) + 0.15, "−log 14", fontsize=9, color=figure.GREY)
    axes[0].set(title="重构误差 reconstruction error", xlabel="更新次数 updates")
    axes[1].set(title="log p(v)", xlabel="更新次数 updates")
    axes[0].legend(loc="lower left", fontsize=9)
    figure.save(fig, "rbm-vs-autoencoder.svg")


def main() -> None:
    weights, biases = 9 * HIDDEN, 9 + HIDDEN
    print(f"parameters: RBM or tied autoencoder {weights + biases}, untied autoencoder {2 * weights + biases}")
    print(f"mean log p(v): at best {-np.log(14):.2f}, for a uniform guess {-np.log(512):.2f}")
    runs = {kind: train(kind, 10_000, 0.5, 100) for kind in ("likelihood", "reconstruction")}
    for kind, (m, path) in runs.items():
        print(f"trained by {kind}:")
        print(f"  cross-entropy {path[-1, 0]:.3f}   log p(v) {path[-1, 1]:.2f}, at best {path[:, 1].max():.2f}")
        print("  p(14 data images) {:.2f}   p(favorite image) {:.2f}".format(*mass(m)))
        scores = auc(log_weight(ALL, *m)), auc(-reconstruction_errors(ALL, m))
        print(f"  AUC data against the rest: free energy {scores[0]:.2f}, reconstruction error {scores[1]:.2f}")
        print(f"  bars or stripes decoded from random codes {decoded_from_random_codes(m):.2f} (chance {14 / 512:.2f})")
    for updates in 0, 300, 2000:
        m = train("likelihood", updates, 0.5, 100)[0]
        row = [cosine(reconstruction_step(m), step(m)) for step in (mean_field_cd_step, sampled_cd_step, likelihood_step)]
        print(f"after {updates:4} updates: mean-field CD-1 {row[0]:.2f}, sampled CD-1 {row[1]:.2f}, likelihood {row[2]:.2f}")
    draw({kind: run[1] for kind, run in runs.items()}, 100)


if __name__ == "__main__":
    main()
