"""Evidence for autoencoder-variants: what each constraint does, and a deep autoencoder without pre-training."""

from itertools import pairwise

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPRegressor

from qa import figure

SIGMA = 0.25


def spiral(n: int = 300) -> np.ndarray:
    """Data on a curve in the plane."""
    t = np.linspace(0.6, 2.9 * np.pi, n)
    return np.c_[t * np.cos(t), t * np.sin(t)] / 6


# --8<-- [start:denoise]
def best_denoiser(noisy: np.ndarray, data: np.ndarray, sigma: float) -> np.ndarray:
    """E[x | noisy]: what a denoising autoencoder with unlimited capacity converges to for this data set."""
    squared = ((noisy[:, None, :] - data[None, :, :]) ** 2).sum(axis=2)  # queries × data
    weights = np.exp(-(squared - squared.min(axis=1, keepdims=True)) / (2 * sigma**2))
    return weights @ data / weights.sum(axis=1, keepdims=True)
# --8<-- [end:denoise]


def log_density(points: np.ndarray, data: np.ndarray, sigma: float) -> np.ndarray:
    """Log-density (up to a constant) of the data blurred with Gaussian noise."""
    squared = ((points[:, None, :] - data[None, :, :]) ** 2).sum(axis=2)
    return np.log(np.exp(-squared / (2 * sigma**2)).sum(axis=1))


def score_gap(data: np.ndarray, sigma: float, h: float = 1e-4) -> float:
    """Largest difference between denoiser(x) − x and σ² times the numerical gradient of the log-density."""
    points = data[::20] + 0.2 * np.random.default_rng(0).standard_normal((len(data[::20]), 2))
    up, down = ([log_density(points + s * h * e, data, sigma) for e in np.eye(2)] for s in (1, -1))
    score = (np.array(up) - np.array(down)).T / (2 * h)
    return float(np.abs(best_denoiser(points, data, sigma) - points - sigma**2 * score).max())


def centered_digits() -> tuple[np.ndarray, np.ndarray]:
    images = load_digits().data / 16
    np.random.default_rng(0).shuffle(images)
    train, test = images[:1400], images[1400:]
    return train - train.mean(axis=0), test - train.mean(axis=0)


def filter_factors(x: np.ndarray, sigma: float) -> np.ndarray:
    """How much of each principal direction the best linear denoiser keeps: λ / (λ + σ²)."""
    variances = np.linalg.svd(x, compute_uv=False) ** 2 / len(x)
    return variances / (variances + sigma**2)


def top_k(code: np.ndarray, k: int) -> np.ndarray:
    """Keep the k largest entries of each row and set the others to zero."""
    smallest = np.sort(code, axis=1)[:, [-k]]
    return np.where(code >= smallest, code, 0)


def share(x: np.ndarray, output: np.ndarray) -> float:
    return float(((x - output) ** 2).sum() / (x**2).sum())


def report_sparse(x: np.ndarray) -> None:
    """The copying solution relu(x), relu(−x) under a limit on the number of active units."""
    code = np.maximum(np.hstack([x, -x]), 0)
    for k in 128, 16, 8:
        kept = top_k(code, k)
        print(f"copying code of 128 units, at most {k:3} active: error {share(x, kept[:, :64] - kept[:, 64:]):.2f}")


def report_contraction(x: np.ndarray) -> None:
    """‖∂z/∂x‖² of a linear encoder scaled by ε while the decoder is scaled by 1/ε."""
    axes = np.linalg.svd(x, full_matrices=False)[2][:8]
    for scale in 1.0, 0.01:
        output = x @ (scale * axes).T @ (axes / scale)
        print(f"encoder × {scale:4}: penalty {((scale * axes) ** 2).sum():.4f}, error {share(x, output):.2f}")


def report_deep(train: np.ndarray, test: np.ndarray) -> None:
    """A deep autoencoder from random weights, Adam, no pre-training of any layer."""
    layers = (96, 48, 24, 6, 24, 48, 96)
    net = MLPRegressor(hidden_layer_sizes=layers, activation="relu", random_state=0)
    net.set_params(learning_rate_init=1.5e-3, batch_size=50, max_iter=60, n_iter_no_change=60)
    deep = share(test, net.fit(train, train).predict(test))
    axes = np.linalg.svd(train, full_matrices=False)[2][:6]
    linear = share(test, test @ axes.T @ axes)
    print(f"code 6, test error: PCA {linear:.2f}, deep autoencoder without pre-training {deep:.2f}")


def parameters(layers: tuple[int, ...]) -> int:
    return sum((a + 1) * b for a, b in pairwise(layers))


def draw(data: np.ndarray, factors: np.ndarray) -> None:
    fig, (left, right) = figure.new(1, 2, height=3.1, width_ratios=[1.1, 1])
    grid = np.stack(np.meshgrid(np.linspace(-1.6, 1.6, 13), np.linspace(-1.6, 1.6, 13)), axis=-1).reshape(-1, 2)
    moves = best_denoiser(grid, data, SIGMA) - grid
    left.plot(*data[::3].T, color=figure.BLUE)
    left.quiver(*grid.T, *moves.T, color=figure.ORANGE, angles="xy", scale_units="xy", scale=1, width=0.006)
    left.set(aspect="equal", xlim=(-1.75, 1.75), ylim=(-1.75, 1.75), xlabel="x₁", ylabel="x₂")
    rank = np.arange(1, len(factors) + 1)
    right.plot(rank, factors, color=figure.ORANGE)
    right.step(rank, (rank <= 8).astype(float), where="mid", color=figure.BLUE)
    right.text(25, 0.5, "λᵢ / (λᵢ + σ²)", color=figure.ORANGE)
    right.text(11, 0.93, "k = 8", color=figure.BLUE)
    right.set(xlabel="i", ylim=(-0.03, 1.05))
    figure.save(fig, "autoencoder-variants.svg")


if __name__ == "__main__":
    train, test = centered_digits()
    print(f"denoiser(x) − x against σ² ∇ log p: largest difference {score_gap(spiral(), SIGMA):.4f}")
    factors = filter_factors(train, SIGMA)
    first, eighth, later = factors[[0, 7, 31]]
    kept = f"direction 1 {first:.2f}, 8 {eighth:.2f}, 32 {later:.2f}, sum {factors.sum():.1f}"
    print(f"best linear denoiser keeps: {kept}")
    report_sparse(test)
    report_contraction(train)
    report_deep(train, test)
    mirrored = (784, 1000, 500, 250, 30, 250, 500, 1000, 784)
    print(f"784-1000-500-250-30 and back: {parameters(mirrored):,} parameters")
    before, after = 128 * 128 * 3 * 8, 32 * 32 * 9
    print(f"VQ, 128 × 128 RGB to 32 × 32 of 512 entries: {before:,} to {after:,} bits, factor {before / after:.1f}")
    print(f"masking 75% of 196 patches: {196 // 4} left, attention pairs {196**2:,} to {49**2:,}")
    draw(spiral(), factors)
