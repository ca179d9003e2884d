"""Evidence for autoencoder: reconstruction is lossy, noise can be removed, and the error finds only some anomalies."""

import numpy as np
from matplotlib.axes import Axes
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPRegressor

from qa import figure

SIGMA = 0.3  # standard deviation of the noise, in units of the full grey range


# --8<-- [start:fit]
def fit(inputs: np.ndarray, targets: np.ndarray, epochs: int = 60) -> MLPRegressor:
    """64 pixels → 64 → code of 8 → 64 → 64 pixels, tanh, linear output, mean squared error, Adam."""
    net = MLPRegressor(hidden_layer_sizes=(64, 8, 64), activation="tanh", random_state=0)
    net.set_params(learning_rate_init=2e-3, batch_size=64, max_iter=epochs, n_iter_no_change=epochs)
    return net.fit(inputs, targets)


def errors(net: MLPRegressor, images: np.ndarray) -> np.ndarray:
    """Mean squared error of each image against its own reconstruction."""
    return ((net.predict(images) - images) ** 2).mean(axis=1)
# --8<-- [end:fit]


def digits() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Training images and test images without the digit 8, and all images of the digit 8, scaled to 0 … 1."""
    data = load_digits()
    images, labels = data.data / 16, data.target
    known, novel = images[labels != 8], images[labels == 8]
    order = np.random.default_rng(0).permutation(len(known))
    return known[order[:1200]], known[order[1200:]], novel


def exact(net: MLPRegressor, images: np.ndarray) -> tuple[int, float]:
    """How many images come back exactly after rounding to the 17 grey levels, and the share of pixels that do."""
    same = np.rint(net.predict(images) * 16) == np.rint(images * 16)
    return int(same.all(axis=1).sum()), float(same.mean())


def noisy(images: np.ndarray, seed: int) -> np.ndarray:
    return images + SIGMA * np.random.default_rng(seed).standard_normal(images.shape)


def fit_denoiser(train: np.ndarray) -> MLPRegressor:
    """The same network with noisy inputs and clean targets; each image appears with five draws of noise."""
    return fit(np.vstack([noisy(train, seed) for seed in range(5)]), np.tile(train, (5, 1)), epochs=12)


def squares(ax: Axes, image: np.ndarray, title: str) -> None:
    """An image as squares whose area is the grey value."""
    value, y, x = np.clip(image, 0, 1), *np.mgrid[7:-1:-1, 0:8].reshape(2, -1)
    shown = value > 0.04
    ax.scatter(x[shown], y[shown], s=95 * value[shown], marker="s", color=figure.BLUE, linewidths=0)
    ax.set(xlim=(-1, 8), ylim=(-1, 8), aspect="equal")
    ax.set_title(title, fontsize=9)
    ax.axis("off")


def draw(rows: list[tuple[np.ndarray, str]], normal: np.ndarray, novel: np.ndarray, average: float) -> None:
    fig, axes = figure.new(1, 4, height=2.4, width_ratios=[1, 1, 1, 1.7])
    for ax, (image, title) in zip(axes[:3], rows, strict=True):
        squares(ax, image, title)
    bins = np.linspace(0, 0.08, 17)
    axes[3].hist(normal, bins, color=figure.BLUE, alpha=0.6, density=True)
    axes[3].hist(novel, bins, color=figure.ORANGE, alpha=0.6, density=True)
    axes[3].axvline(average, color=figure.RED, linestyle="--")
    axes[3].set(xlabel="‖x − x̂‖² / 64", yticks=[])
    axes[3].text(0.98, 0.95, "0–7, 9", color=figure.BLUE, ha="right", va="top", transform=axes[3].transAxes)
    axes[3].text(0.98, 0.82, "8", color=figure.ORANGE, ha="right", va="top", transform=axes[3].transAxes)
    axes[3].text(0.98, 0.69, "x = x̄", color=figure.RED, ha="right", va="top", transform=axes[3].transAxes)
    figure.save(fig, "autoencoder.svg")


if __name__ == "__main__":
    train, test, novel = digits()
    plain, denoiser = fit(train, train), fit_denoiser(train)
    normal, strange = errors(plain, test), errors(plain, novel)
    average = errors(plain, train.mean(axis=0, keepdims=True))[0]
    whole, share = exact(plain, test)
    unexplained = normal.mean() / ((test - train.mean(axis=0)) ** 2).mean()
    print(f"code 8 of 64: unexplained variance {unexplained:.2f}")
    print(f"exact after rounding: {whole} of {len(test)} images, {share:.0%} of the pixels")
    dirty = noisy(test, 99)
    clean = denoiser.predict(dirty)
    print(f"denoising: error {((dirty - test) ** 2).mean():.3f} before, {((clean - test) ** 2).mean():.3f} after")
    auc = roc_auc_score(np.r_[np.zeros(len(normal)), np.ones(len(strange))], np.r_[normal, strange])
    print(f"anomaly score, digit 8 never seen: AUC {auc:.2f}")
    print(f"mean error: normal test images {normal.mean():.3f}, digit 8 {strange.mean():.3f}")
    print(f"average training image: error {average:.3f}, lower than {(normal > average).mean():.0%} of the test images")
    draw([(test[0], "x"), (dirty[0], "x + noise"), (clean[0], "g(f(x + noise))")], normal, strange, float(average))
