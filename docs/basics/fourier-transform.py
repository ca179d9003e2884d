"""Evidence for fourier-transform: the convolution theorem, spectral bias and Fourier features, positions, operators."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from qa import figure

Array = NDArray[np.float64]
FREQUENCIES = (1, 4, 10)


def show_theorem() -> None:
    """Convolution by FFT, with and without padding, and what a convolution layer computes instead."""
    rng = np.random.default_rng(0)
    # --8<-- [start:theorem]
    x, h = rng.standard_normal(64), rng.standard_normal(9)
    direct = np.convolve(x, h)  # length 64 + 9 - 1 = 72

    def by_fft(n: int) -> Array:
        return np.fft.irfft(np.fft.rfft(x, n) * np.fft.rfft(h, n), n)

    wrapped = np.abs(by_fft(64) - direct[:64]) > 1e-9
    print("padded to 72 = direct sum:", np.allclose(by_fft(72), direct))
    print("unpadded, wrong outputs:", int(wrapped.sum()), "of 64")
    layer = np.correlate(x, h, "valid")  # a CNN does not flip h
    flipped = np.convolve(x, h[::-1], "valid")
    print("correlation = flipped convolution:", np.allclose(layer, flipped))
    # --8<-- [end:theorem]


def show_cost() -> None:
    """Multiplications: a kernel as long as the signal, and a 3 × 3 kernel on one 56 × 56 map."""
    n = 65_536
    print(f"n = {n:,}: direct {n * n:.1e}, three FFTs {3 * n * np.log2(2 * n):.1e} complex")
    print(f"3 × 3 on 56 × 56: direct {9 * 56 * 56:,}, three FFTs of 64 × 64 {3 * 2048 * 12:,} complex")


def show_sharing(channels: int = 64) -> None:
    """The same per channel pair when the pairs share the transforms of the maps and the kernels' are done before."""
    shared = 2 * channels * 2048 * 12 // channels**2 + 64 * 64
    print(f"{channels} × {channels} channels: {shared:,} complex a pair; 9 numbers of a kernel become {64 * 64:,}")


def features(t: Array, sigma: float, seed: int) -> Array:
    """The coordinate in [−1, 1], or sines and cosines of it at random frequencies of standard deviation sigma."""
    if not sigma:
        return (2 * t - 1)[:, None]
    angles = 2 * np.pi * np.outer(t, np.random.default_rng(seed).normal(0.0, sigma, 32))
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


def wanted(t: Array) -> Array:
    return np.asarray(np.sum([np.sin(2 * np.pi * k * t + k) for k in FREQUENCIES], axis=0))


def initial(inputs: int, seed: int, width: int = 64) -> list[Array]:
    """Weights and biases of two hidden ReLU layers and a linear output."""
    rng, sizes = np.random.default_rng(seed), (inputs, width, width, 1)
    return [p for a, b in pairwise(sizes) for p in (rng.standard_normal((a, b)) * np.sqrt(2 / a), np.zeros(b))]


def forward(x: Array, parameters: list[Array]) -> tuple[Array, Array, Array]:
    w1, b1, w2, b2, w3, b3 = parameters
    h1 = np.maximum(x @ w1 + b1, 0)
    h2 = np.maximum(h1 @ w2 + b2, 0)
    return h1, h2, (h2 @ w3 + b3)[:, 0]


def fit(sigma: float, seed: int, steps: int) -> tuple[Array, float]:
    """Gradient descent on 64 points: relative error per frequency and step, and relative error between the points."""
    t = np.arange(64) / 64
    x, parameters, errors = features(t, sigma, seed), initial(64 if sigma else 1, seed), np.empty((steps, 3))
    for step in range(steps):
        h1, h2, y = forward(x, parameters)
        errors[step] = np.abs(np.fft.rfft(y - wanted(t)))[list(FREQUENCIES)] / 32
        d3 = (y - wanted(t))[:, None] / 64
        d2 = d3 @ parameters[4].T * (h2 > 0)
        d1 = d2 @ parameters[2].T * (h1 > 0)
        gradients = (x.T @ d1, d1.sum(0), h1.T @ d2, d2.sum(0), h2.T @ d3, d3.sum(0))
        for p, g in zip(parameters, gradients, strict=True):
            p -= 0.02 * g
    between = t[:-1] + 1 / 128
    missed = forward(features(between, sigma, seed), parameters)[2] - wanted(between)
    return errors, float(np.sqrt((missed**2).mean() / (wanted(between) ** 2).mean()))


def show_bias() -> dict[float, Array]:
    """The error left at each frequency, median over five seeds; then the error between the training points."""
    found = {}
    for sigma, steps, marks in (0.0, 1000, (100, 1000)), (5.0, 200, (200,)), (40.0, 200, (200,)):
        runs = [fit(sigma, seed, steps) for seed in range(5)]
        found[sigma] = np.median([run[0] for run in runs], axis=0)
        name = f"features, σ = {sigma:.0f}" if sigma else "plain coordinate"
        for step in marks:
            row = "  ".join(f"k={k}: {e:.2f}" for k, e in zip(FREQUENCIES, found[sigma][step - 1], strict=True))
            between = f"  between: {np.median([run[1] for run in runs]):.2f}" if step == steps else ""
            print(f"{name:16} step {step:4}  {row}{between}")
    return found


def show_positions(d: int = 64) -> None:
    """Inner products of sinusoidal encodings depend on the distance alone."""
    omega = 10_000.0 ** (-np.arange(0, d, 2) / d)
    angles = np.outer(np.arange(200), omega)
    code = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
    products = [code[p] @ code[p + 7] for p in range(193)]
    print(f"positions 7 apart: inner products {min(products):.3f} to {max(products):.3f}")


# --8<-- [start:spectral]
def spectral_layer(u: Array, weights: NDArray[np.complex128]) -> Array:
    """Multiply the lowest modes by learned weights, drop the rest."""
    modes = np.fft.rfft(u, norm="forward")
    kept = np.zeros_like(modes)
    kept[: len(weights)] = modes[: len(weights)] * weights
    return np.fft.irfft(kept, len(u), norm="forward")
# --8<-- [end:spectral]


def show_operator() -> None:
    """The same weights on a grid four times as fine; then a wave beyond the kept modes."""
    rng = np.random.default_rng(0)
    weights = rng.standard_normal(8) + 1j * rng.standard_normal(8)
    grids = [np.arange(n) / n for n in (64, 256)]
    smooth = [np.sin(2 * np.pi * s) + np.cos(2 * np.pi * 5 * s) for s in grids]
    coarse, fine = (spectral_layer(u, weights) for u in smooth)
    wave = spectral_layer(np.sin(2 * np.pi * 20 * grids[1]), weights)
    same = np.allclose(coarse, fine[::4])
    print(f"grid 64 and 256 agree: {same}; output for a wave of frequency 20: {np.abs(wave).max():.3f}")


def show_window() -> None:
    """The grid of a spectrogram: 25 ms against 100 ms at 16 kHz."""
    for milliseconds in 25, 100:
        n = 16 * milliseconds
        print(f"window {milliseconds} ms: {n} samples, bins {16_000 / n:.0f} Hz apart, {n // 2 + 1} bins")


def draw(found: dict[float, Array]) -> None:
    """The error at each frequency over training, on two time scales."""
    fig, axes = figure.new(1, 2, height=2.9, sharey=True)
    styles = ((figure.BLUE, "-"), (figure.ORANGE, "--"), (figure.GREEN, "-."))
    panels = ((axes[0], 0.0, 10, "坐标 plain x"), (axes[1], 5.0, 1, "傅里叶特征 Fourier features"))
    for ax, sigma, stride, title in panels:
        steps = np.arange(1, len(found[sigma]) + 1)
        for i, (k, (color, style)) in enumerate(zip(FREQUENCIES, styles, strict=True)):
            ax.plot(steps[::stride], found[sigma][::stride, i], style, color=color, label=f"k = {k}")
        ax.set(title=title, xlabel="步数 step", ylim=(0, 1.2))
    axes[0].set_ylabel("相对误差 relative error")
    axes[1].legend(fontsize=9)
    figure.save(fig, "fourier-transform.svg")


if __name__ == "__main__":
    show_theorem()
    show_cost()
    found = show_bias()
    show_positions()
    show_operator()
    show_window()
    show_sharing()
    draw(found)
