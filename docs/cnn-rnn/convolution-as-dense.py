"""Evidence for convolution-as-dense: its matrix, a dense layer as a convolution, one pass for all windows."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from qa import figure


# --8<-- [start:matrix]
def conv(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """(C, H, W) and (D, C, k, k) -> (D, H', W'), no padding, stride 1."""
    seen = sliding_window_view(x, w.shape[2:], axis=(1, 2))
    return np.einsum("chwij,dcij->dhw", seen, w)


def matrix(w: np.ndarray, n: int) -> np.ndarray:
    """The dense layer that does the same to a flattened n x n image."""
    basis = np.eye(w.shape[1] * n * n).reshape(-1, w.shape[1], n, n)
    return np.array([conv(e, w).ravel() for e in basis]).T


def as_convolution(dense: np.ndarray, c: int, n: int) -> np.ndarray:
    """The kernels that do what a dense layer does to flattened c x n x n."""
    return dense.reshape(len(dense), c, n, n)
# --8<-- [end:matrix]


def toeplitz() -> None:
    """Structure of the matrix of one 3x3 kernel on 5x5, and what its transpose does."""
    rng = np.random.default_rng(0)
    w, x, g = rng.standard_normal((1, 1, 3, 3)), rng.standard_normal((1, 5, 5)), rng.standard_normal((1, 3, 3))
    t = matrix(w, 5)
    print("same output:", np.allclose(t @ x.ravel(), conv(x, w).ravel()))
    values = len(np.unique(t[t != 0].round(12)))
    print(f"{t.shape[0]} x {t.shape[1]} = {t.size} entries, {np.count_nonzero(t)} not 0, {values} different")
    blocks = t.reshape(3, 3, 5, 5).transpose(0, 2, 1, 3)  # block row, block column, 3 x 5
    diagonals = all(np.array_equal(blocks[i, j], blocks[i + 1, j + 1]) for i in range(2) for j in range(4))
    inner = all(np.array_equal(b[:-1, :-1], b[1:, 1:]) for row in blocks for b in row)
    print("blocks constant along diagonals:", diagonals, "- and inside each block:", inner)
    flipped = conv(np.pad(g, ((0, 0), (2, 2), (2, 2))), w[:, :, ::-1, ::-1])
    print("transpose = full convolution, flipped:", np.allclose(t.T @ g.ravel(), flipped.ravel()))


def counts() -> None:
    """The same map of LeNet-5 as a dense layer, and of a usual 3x3 layer."""
    rng = np.random.default_rng(1)
    dense, x = rng.standard_normal((120, 16 * 5 * 5)), rng.standard_normal((16, 5, 5))
    kernels = as_convolution(dense, 16, 5)
    print("dense = 5x5 convolution on a 5x5 map:", np.allclose(dense @ x.ravel(), conv(x, kernels).ravel()))
    larger = conv(np.ones((16, 7, 7)), kernels).shape
    print(f"  {kernels.size + 120:,} parameters either way; on 7x7 the output is {larger}")
    full, kernel = (64 * 54 * 54) * (64 * 56 * 56), 64 * 64 * 9
    print(f"64 channels, 56x56, k=3: {kernel:,} weights; as a matrix {full:.1e} entries")


@dataclass(frozen=True)
class Net:
    """LeNet-like: two convolutions with 2x2 average pooling, then the dense layers as convolutions."""

    kernels: tuple[np.ndarray, ...]
    pad: int = 0

    # --8<-- [start:run]
    def __call__(self, x: np.ndarray) -> np.ndarray:
        """(1, H, W) -> (10, H', W'): one vector of scores per window."""
        for w in self.kernels[:2]:
            x = np.pad(x, ((0, 0), (self.pad, self.pad), (self.pad, self.pad)))
            x = np.tanh(conv(x, w))
            c, h, width = x.shape
            x = x.reshape(c, h // 2, 2, width // 2, 2).mean(axis=(2, 4))
        for w in self.kernels[2:-1]:  # once dense layers
            x = np.tanh(conv(x, w))
        return conv(x, self.kernels[-1])
    # --8<-- [end:run]

    def work(self, side: int) -> int:
        """Multiply-adds for a square image."""
        total = 0
        for level, w in enumerate(self.kernels):
            side += 2 * self.pad * (level < 2) - w.shape[-1] + 1
            total += w.size * side**2
            side //= 2 if level < 2 else 1
        return total


def lenet(pad: int) -> Net:
    """Random weights; the first dense layer has seen the whole map of a 32 x 32 image."""
    rng = np.random.default_rng(2)
    last = (32 // 2 // 2) if pad else 5
    shapes = (6, 1, 5), (16, 6, 5), (120, 16, last), (84, 120, 1), (10, 84, 1)
    return Net(tuple(rng.standard_normal((d, c, k, k)) / np.sqrt(c * k * k) for d, c, k in shapes), pad)


def sliding() -> None:
    """All 32x32 windows at step 4 of a 96x96 image: one by one, and in one pass."""
    image = np.random.default_rng(3).standard_normal((1, 96, 96))
    for pad in 0, 2:
        net = lenet(pad)
        once = net(image)
        side = once.shape[1]
        crops = [net(image[:, 4 * r : 4 * r + 32, 4 * c : 4 * c + 32]) for r in range(side) for c in range(side)]
        each = np.array(crops).reshape(side, side, 10).transpose(2, 0, 1)
        gap = np.linalg.norm(once - each) / np.linalg.norm(each)
        ratio = side**2 * net.work(32) / net.work(96)
        print(f"padding {pad}: {side} x {side} windows, difference {gap:.2f}, MACs / {ratio:.1f}")


def fourier() -> None:
    """With circular padding the matrix is diagonal in the Fourier basis."""
    rng = np.random.default_rng(4)
    w, n = rng.standard_normal((3, 3)), 8
    kernel = np.zeros((n, n))
    kernel[:3, :3] = w
    shifted = [np.roll(kernel, (r, c), axis=(0, 1)).ravel() for r in range(n) for c in range(n)]
    singular = np.linalg.svd(np.array(shifted), compute_uv=False)
    spectrum = np.sort(np.abs(np.fft.fft2(kernel)).ravel())[::-1]
    print("circular: singular values = |FFT| of the kernel:", np.allclose(singular, spectrum))


def draw() -> None:
    """The 9 x 25 matrix of a 3x3 kernel on 5x5; the three kernel rows in three colours, blocks outlined."""
    fig, ax = figure.blank(3.0, 32, 12.2)
    colours = figure.BLUE, figure.ORANGE, figure.GREEN
    t = matrix(np.arange(1.0, 10).reshape(1, 1, 3, 3), 5)
    for (row, column), value in np.ndenumerate(t):
        x, y = 6.2 + column, 9.6 - row
        if value:
            i, j = divmod(int(value) - 1, 3)
            ax.add_patch(figure.plt.Rectangle((x, y), 1, 1, color=colours[i], alpha=0.2, lw=0))
            ax.text(x + 0.5, y + 0.45, "abcdefghi"[3 * i + j], ha="center", va="center", color=colours[i], size=9)
    for column in range(6):
        ax.plot([6.2 + 5 * column] * 2, [1.6, 10.6], color="black", lw=0.7)
    for row in range(4):
        ax.plot([6.2, 31.2], [10.6 - 3 * row] * 2, color="black", lw=0.7)
    for i in range(3):
        for j in range(3):
            letter = "abcdefghi"[3 * i + j]
            ax.text(0.8 + 1.4 * j, 7.6 - 1.4 * i, letter, ha="center", va="center", color=colours[i], size=11)
    ax.text(2.2, 9.4, "3×3", ha="center", va="center")
    ax.text(18.7, 11.4, "x: 5 行 rows × 5", ha="center", va="center")
    ax.text(18.7, 0.6, "9 × 25", ha="center", va="center")
    figure.save(fig, "convolution-as-dense.svg")


if __name__ == "__main__":
    toeplitz()
    counts()
    sliding()
    fourier()
    draw()
