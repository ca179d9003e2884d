"""Evidence for activation-functions: seven functions with their derivatives, bends that fit a sine, softmax."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import erf, expit
from scipy.special import softmax as softmax_of

from qa import figure

Array = np.ndarray
Z = np.linspace(-8, 8, 160_002)  # a grid that avoids the kinks at 0


@dataclass(frozen=True)
class Activation:
    """An elementwise function of z and its derivative, both functions of z."""

    name: str
    f: Callable[[Array], Array]
    slope: Callable[[Array], Array]


def cdf(z: Array) -> Array:
    """The distribution function Φ of the standard normal."""
    return (1 + erf(z / np.sqrt(2))) / 2


def pdf(z: Array) -> Array:
    """The density φ of the standard normal."""
    return np.exp(-z * z / 2) / np.sqrt(2 * np.pi)


def elu(z: Array) -> Array:
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


# --8<-- [start:functions]
TABLE = [
    Activation("sigmoid", expit, lambda z: expit(z) * expit(-z)),
    Activation("tanh", np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    Activation("ReLU", lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    Activation(
        "LeakyReLU",
        lambda z: np.maximum(z, 0.01 * z),
        lambda z: np.where(z > 0, 1, 0.01),
    ),
    Activation("ELU", elu, lambda z: np.where(z > 0, 1, elu(z) + 1)),
    Activation("GELU", lambda z: z * cdf(z), lambda z: cdf(z) + z * pdf(z)),
    Activation(
        "SiLU",
        lambda z: z * expit(z),
        lambda z: expit(z) * (1 + z * expit(-z)),
    ),
]
# --8<-- [end:functions]


def worst_difference(a: Activation, step: float = 1e-5) -> float:
    """The largest gap between the stated derivative and central differences, away from the kink."""
    z = Z[np.abs(Z) > 2 * step]
    return float(np.abs((a.f(z + step) - a.f(z - step)) / (2 * step) - a.slope(z)).max())


def show_table() -> None:
    """Range of the slope, mean output for a unit normal input, check of the derivative."""
    weights = pdf(Z) / pdf(Z).sum()
    for a in TABLE:
        f, slope = a.f(Z), a.slope(Z)
        mean = abs(weights @ f)
        checked = "ok" if worst_difference(a) < 1e-8 else "WRONG"
        print(f"{a.name:9} slope {slope.min():6.3f} to {slope.max():5.3f}   mean output {mean:.3f}   derivative {checked}")


# --8<-- [start:bends]
def relu_fit(target: Callable[[Array], Array], units: int, x: Array) -> Array:
    """A hidden layer with one kink at each knot; no training, set by hand."""
    knots = np.linspace(0, 2 * np.pi, units + 1)
    slopes = np.diff(target(knots)) / np.diff(knots)
    out = np.diff(slopes, prepend=0)  # each unit adds a change of slope
    return target(knots[:1]) + np.maximum(x[:, None] - knots[:-1], 0) @ out


# --8<-- [end:bends]


def show_bends() -> None:
    """Largest error on the sine as the units double, with the bound h²/8."""
    x = np.linspace(0, 2 * np.pi, 10_001)
    for units in 4, 8, 16, 32:
        error = np.abs(relu_fit(np.sin, units, x) - np.sin(x)).max()
        bound = (2 * np.pi / units) ** 2 / 8
        print(f"{units:2} ReLU units: largest error {error:.4f}   h²/8 = {bound:.4f}")


def show_softmax() -> None:
    """Softmax of one vector, of the shifted vector, and the effect of moving one logit alone."""
    o = np.array([2.0, 1.0, 0.0])
    p = softmax_of(o)
    moved = softmax_of(o + np.array([0.0, 0.0, 2.0]))
    print("softmax(2, 1, 0)      ", p.round(3))
    print("softmax(102, 101, 100)", softmax_of(o + 100).round(3))
    print("softmax(2, 1, 2)      ", moved.round(3))


def show_minima() -> None:
    """Where SiLU and GELU are lowest."""
    for a in TABLE[-2:]:
        f = a.f(Z)
        print(f"{a.name} lowest value {f.min():.3f} at z = {Z[f.argmin()]:.2f}")


def show_gelu() -> None:
    """How far the two common approximations are from the exact GELU."""
    exact = Z * cdf(Z)
    tanh = Z / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (Z + 0.044715 * Z**3)))
    for name, approximation in (("tanh", tanh), ("z·σ(1.702z)", Z * expit(1.702 * Z))):
        print(f"GELU, exact against {name}: largest difference {np.abs(exact - approximation).max():.1e}")


def draw() -> None:
    """Functions above, derivatives below; left the older four, right the smooth ones with ReLU in grey."""
    fig, axes = figure.new(2, 2, height=4.6, sharex=True)
    colors = [figure.RED, figure.ORANGE, figure.BLUE, figure.GREEN, figure.GREEN, figure.PURPLE, figure.ORANGE]
    z = np.linspace(-4, 4, 82)
    for column, group in enumerate(([0, 1, 2, 3], [2, 4, 5, 6])):
        for i in group:
            a, color = TABLE[i], figure.GREY if column and i == 2 else colors[i]
            style = "--" if i == 3 or (column and i == 2) else "-"
            axes[0, column].plot(z, a.f(z), style, color=color, label=a.name)
            axes[1, column].plot(z, a.slope(z), style, color=color)
        axes[0, column].set(ylim=(-1.2, 3))
        axes[1, column].set(ylim=(-0.2, 1.3), xlabel="z")
        axes[0, column].legend(loc="upper left", fontsize=9)
    axes[0, 0].set_ylabel("φ(z)")
    axes[1, 0].set_ylabel("φ′(z)")
    figure.save(fig, "activation-functions.svg")


if __name__ == "__main__":
    show_table()
    show_bends()
    show_softmax()
    show_minima()
    show_gelu()
    draw()
