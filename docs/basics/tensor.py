"""Evidence for tensor: shape, strides and views, broadcasting and its silent bug, and what a change of basis does."""

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from qa import figure

Array = NDArray[np.float64]


def show_strides() -> None:
    """Views of one block of memory: only shape, strides and offset differ."""
    # --8<-- [start:strides]
    a = np.arange(12, dtype=np.float32).reshape(3, 4)
    views = {
        "a": a,
        "a.T": a.T,
        "a[:, ::2]": a[:, ::2],
        "a.reshape(2, 6)": a.reshape(2, 6),
        "a.T.reshape(2, 6)": a.T.reshape(2, 6),
        "broadcast a[0]": np.broadcast_to(a[0], (3, 4)),
    }
    for name, x in views.items():
        kind = "view" if np.shares_memory(x, a) else "copy"
        print(f"{name:18}{x.shape!s:8}{x.strides!s:9}{kind}")
    # --8<-- [end:strides]


# --8<-- [start:broadcast]
def broadcast(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    """Align at the right, fill up with 1, stretch every axis of length 1."""
    n = max(len(left), len(right))
    pairs = zip(
        (1,) * (n - len(left)) + left,
        (1,) * (n - len(right)) + right,
        strict=True,
    )
    shape = []
    for a, b in pairs:
        if a != b and 1 not in (a, b):
            raise ValueError(f"{left} and {right} do not fit")
        shape.append(b if a == 1 else a)
    return tuple(shape)
# --8<-- [end:broadcast]


def show_broadcast() -> None:
    """Shapes that fit, shapes that do not."""
    for left, right in (((64, 10), (10,)), ((8, 1, 5), (7, 1)), ((64, 10), (64,))):
        try:
            result = str(broadcast(left, right))
            assert result == str(np.broadcast_shapes(left, right))
        except ValueError:
            result = "error"
        print(f"{left!s:10} + {right!s:7} -> {result}")


def show_loss_bug() -> None:
    """A perfect prediction with one axis too many has a loss of twice the variance of the targets."""
    y = np.random.default_rng(0).standard_normal(1000)
    p = y[:, None]
    print(f"perfect prediction, shapes {p.shape} and {y.shape}:")
    wrong, right = ((p - y) ** 2).mean(), ((p[:, 0] - y) ** 2).mean()
    print(f"  mean((p - y)**2) = {wrong:.3f}, 2 Var(y) = {2 * y.var():.3f}, right: {right:.0f}")


def show_basis() -> None:
    """The same array read as a bilinear form and as a linear map, in a new basis."""
    rng = np.random.default_rng(1)
    m, p = rng.standard_normal((2, 3, 3))
    u, v = rng.standard_normal((2, 3))
    u_new, v_new = np.linalg.solve(p, u), np.linalg.solve(p, v)
    form, mapped = p.T @ m @ p, np.linalg.solve(p, m @ p)
    as_form = [np.allclose(u_new @ new @ v_new, u @ m @ v) for new in (form, mapped)]
    as_map = [np.allclose(p @ new @ v_new, m @ v) for new in (mapped, form)]
    print(f"form, right law: {as_form[0]}, law of the map: {as_form[1]}")
    print(f"map,  right law: {as_map[0]}, law of the form: {as_map[1]}")


def show_axes() -> None:
    """Features are the length of an axis; they do not add axes."""
    data = load_digits().data
    wider = np.concatenate([data, data[:, :36]], axis=1)
    for name, x in ("digits", data), ("36 more features", wider), ("as images", data.reshape(-1, 1, 8, 8)):
        print(f"{name:17} shape {x.shape!s:17} axes {x.ndim}")
    blank = (data.max(axis=0) == 0).sum()
    print(f"rank of the matrix: {np.linalg.matrix_rank(data)}, pixels that are always 0: {blank}")


def show_dtype() -> None:
    """What the element type does to a number."""
    wrapped = (np.array([200], dtype=np.uint8) + np.array([100], dtype=np.uint8))[0]
    print(f"uint8 200 + 100 = {wrapped}; float32 16777216 + 1 = {np.float32(16777216) + np.float32(1):.0f}")


def grid(ax: figure.Axes, x: float, y: float, values: NDArray[np.int64], size: float = 0.62) -> None:
    """A table of cells; the cell that holds 6 is marked."""
    for (i, j), value in np.ndenumerate(values):
        color = figure.ORANGE if value == 6 else "black"
        figure.box(ax, x + j * size, y - (i + 1) * size, size * 0.92, size * 0.92, str(value), color, fontsize=9)


def draw() -> None:
    """One strip of memory, two arrays that read it."""
    fig, ax = figure.blank(2.9, 12, 4.9)
    memory = np.arange(12)[None, :]
    grid(ax, 2.6, 4.8, memory)
    ax.text(2.4, 4.5, "内存 memory", ha="right", va="center", fontsize=10)
    grid(ax, 1.8, 3.3, memory.reshape(3, 4))
    grid(ax, 8.1, 3.6, memory.reshape(3, 4).T)
    left = 3.0, "a: (3, 4), strides (16, 4)", "1·16 + 2·4 = 24"
    right = 9.0, "a.T: (4, 3), strides (4, 16)", "2·4 + 1·16 = 24"
    for x, name, offset in left, right:
        ax.text(x, 0.75, name, ha="center", va="center", fontsize=10)
        ax.text(x, 0.2, offset, ha="center", va="center", fontsize=10, color=figure.ORANGE)
    figure.save(fig, "tensor.svg")


if __name__ == "__main__":
    show_strides()
    show_broadcast()
    show_loss_bug()
    show_basis()
    show_axes()
    show_dtype()
    draw()
