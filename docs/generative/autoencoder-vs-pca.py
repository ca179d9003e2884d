"""Evidence for autoencoder-vs-pca: a linear autoencoder finds the subspace, not the axes; what non-linearity adds."""

import numpy as np
from scipy.linalg import subspace_angles
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPRegressor

from qa import figure

K = 8


# --8<-- [start:linear]
def linear_autoencoder(x: np.ndarray, k: int, decay: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Encoder E (k × d) and decoder D (d × k): gradient descent on ½ mean ‖x − D E x‖² + ½ decay (‖E‖² + ‖D‖²)."""
    rng, d, covariance = np.random.default_rng(3), x.shape[1], x.T @ x / len(x)
    encoder, decoder = 0.3 * rng.standard_normal((k, d)), 0.3 * rng.standard_normal((d, k))
    for _ in range(4000):
        error = (np.eye(d) - decoder @ encoder) @ covariance  # d × d
        step_d, step_e = error @ encoder.T - decay * decoder, decoder.T @ error - decay * encoder
        encoder, decoder = encoder + 0.05 * step_e, decoder + 0.05 * step_d
    return encoder, decoder
# --8<-- [end:linear]


def gaussian(n: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    """Centered samples with variances 4, 2, 1, 0.5, 0.2 along random axes, and their principal directions."""
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.standard_normal((5, 5)))[0]
    x = rng.standard_normal((n, 5)) * np.sqrt([4, 2, 1, 0.5, 0.2]) @ axes.T
    x -= x.mean(axis=0)
    return x, np.linalg.svd(x, full_matrices=False)[2].T


def degrees(cosine: float) -> float:
    """Angle between two lines from their cosine; the sign does not matter."""
    return float(np.degrees(np.arccos(min(1.0, abs(cosine)))))


def report_linear(x: np.ndarray, axes: np.ndarray, decay: float) -> None:
    encoder, decoder = linear_autoencoder(x, 2, decay)
    columns = decoder / np.linalg.norm(decoder, axis=0)
    left = np.linalg.svd(decoder)[0]
    print(f"weight decay {decay:.2f}: mean squared error {mse(x, x @ encoder.T @ decoder.T):.3f}")
    print(f"  subspace to PCA subspace       {np.degrees(subspace_angles(decoder, axes[:, :2])).max():.1f}°")
    print(f"  decoder columns to each other  {degrees(columns[:, 0] @ columns[:, 1]):.1f}°")
    print(f"  decoder column 1 to PC 1       {degrees(columns[:, 0] @ axes[:, 0]):.1f}°")
    print(f"  left singular vector 1 to PC 1 {degrees(left[:, 0] @ axes[:, 0]):.1f}°")


def arc(n: int = 400) -> np.ndarray:
    """Noisy points on three quarters of a circle with radius 1."""
    rng = np.random.default_rng(1)
    angle = rng.uniform(0, 1.5 * np.pi, n)
    return np.c_[np.cos(angle), np.sin(angle)] + 0.05 * rng.standard_normal((n, 2))


def network(layers: tuple[int, ...], activation: str, rate: float = 2e-3, epochs: int = 60) -> MLPRegressor:
    """An untrained autoencoder with these hidden layers and a linear output, to be trained with Adam."""
    net = MLPRegressor(hidden_layer_sizes=layers, activation=activation, random_state=2)
    return net.set_params(learning_rate_init=rate, batch_size=50, max_iter=epochs, n_iter_no_change=epochs)


def best_moment(train: np.ndarray, test: np.ndarray, epochs: int = 300) -> float:
    """The lowest test error along the training of an autoencoder: early stopping by an oracle."""
    net = network((128, K, 128), "relu")
    return min(mse(test, net.partial_fit(train, train).predict(test)) for _ in range(epochs))


def linear_decoder(x: np.ndarray) -> MLPRegressor:
    """A tanh encoder with a linear decoder, trained by L-BFGS until nothing moves."""
    net = MLPRegressor(hidden_layer_sizes=(K,), activation="tanh", solver="lbfgs", alpha=0, random_state=2)
    return net.set_params(max_iter=800, tol=1e-9, max_fun=10**6).fit(x, x)


def pca(train: np.ndarray, x: np.ndarray, k: int) -> np.ndarray:
    mean = train.mean(axis=0)
    axes = np.linalg.svd(train - mean, full_matrices=False)[2][:k]
    return mean + (x - mean) @ axes.T @ axes


def mse(x: np.ndarray, output: np.ndarray) -> float:
    return float(((x - output) ** 2).sum(axis=1).mean())


def report_digits() -> None:
    """Errors as shares of the variance; the last network has a linear decoder: its outputs fill 8 dimensions."""
    images = load_digits().data / 16
    np.random.default_rng(0).shuffle(images)
    few, train, test = images[:60], images[:1400], images[1400:]
    variance = mse(test, train.mean(axis=0))
    linear, bent = mse(test, pca(few, test, K)) / variance, best_moment(few, test) / variance
    print(f"  60 training digits, code {K}: test error PCA {linear:.2f}, autoencoder at its best moment {bent:.2f}")
    deep = network((128, K, 128), "relu").fit(train, train)
    linear, bent = mse(test, pca(train, test, K)) / variance, mse(test, deep.predict(test)) / variance
    print(f"1400 training digits, code {K}: test error PCA {linear:.2f}, autoencoder {bent:.2f}")
    half, variance = linear_decoder(train), mse(train, train.mean(axis=0))
    linear, bent = mse(train, pca(train, train, K)) / variance, mse(train, half.predict(train)) / variance
    print(f"training error: PCA {linear:.3f}, tanh encoder with linear decoder {bent:.3f}")


def report_cost(n: int = 1400, d: int = 64, width: int = 128, epochs: int = 60) -> None:
    """Multiply-adds: covariance and a generous 25 d³ for its eigenvectors; three per weight, image and epoch."""
    closed, weights = n * d**2 + 25 * d**3, 2 * (d * width + width * K)
    iterated = 3 * weights * n * epochs
    print(f"numbers to fit: PCA {d * K + d}, autoencoder {weights + 2 * width + K + d:,}")
    ratio = f"factor {iterated / closed:.0f}"
    print(f"multiply-adds: PCA {closed / 1e6:.0f} million, autoencoder {iterated / 1e6:,.0f} million, {ratio}")


def draw(x: np.ndarray, line: np.ndarray, curve: np.ndarray, decoder: np.ndarray, axes: np.ndarray) -> None:
    """Left: the arc and its two one-dimensional reconstructions; right: both bases of the same plane."""
    fig, (left, right) = figure.new(1, 2, height=3.1)
    left.plot(*x[::4].T, ".", color=figure.GREY, markersize=4)
    order = np.argsort(line[:, 0])
    left.plot(*line[order].T, color=figure.BLUE)
    left.plot(*curve[::3].T, ".", color=figure.ORANGE, markersize=4)
    left.text(1.25, 1.2, "PCA", color=figure.BLUE, ha="right")
    left.text(1.25, 1.0, "AE", color=figure.ORANGE, ha="right")
    left.set(aspect="equal", xlim=(-1.3, 1.3), ylim=(-1.3, 1.4), xlabel="x₁", ylabel="x₂")
    for vectors, color, name in ((np.eye(2), figure.BLUE, "PC"), ((axes[:, :2].T @ decoder), figure.ORANGE, "d")):
        for i in range(2):
            tip = vectors[:, i] / np.linalg.norm(vectors[:, i])
            figure.arrow(right, (0, 0), (tip[0], tip[1]), color)
            right.text(*(1.2 * tip), f"{name}{'₁₂'[i]}", color=color, ha="center", va="center")
    right.set(aspect="equal", xlim=(-1.4, 1.4), ylim=(-1.4, 1.4), xticks=[], yticks=[])
    for spine in right.spines.values():
        spine.set_visible(False)
    figure.save(fig, "autoencoder-vs-pca.svg")


if __name__ == "__main__":
    x, axes = gaussian()
    print(f"PCA, 2 of 5 components: mean squared error {mse(x, x @ axes[:, :2] @ axes[:, :2].T):.3f}")
    for decay in 0.0, 0.05:
        report_linear(x, axes, decay)
    points = arc()
    bent = network((24, 1, 24), "tanh", 1e-2, 150).fit(points, points)
    line, curve = pca(points, points, 1), bent.predict(points)
    print(f"arc, code 1: mean squared error PCA {mse(points, line):.2f}, autoencoder {mse(points, curve):.2f}")
    report_digits()
    report_cost()
    draw(points, line, curve, linear_autoencoder(x, 2)[1], axes)
