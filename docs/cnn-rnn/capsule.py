"""Capsules: the squash function, routing by agreement on planted poses, and what CapsNet costs."""

import numpy as np

from qa import figure

Array = np.ndarray


# --8<-- [start:routing]
def squash(s: Array) -> Array:
    """Same direction, length n²/(1 + n²)."""
    n2 = (s**2).sum(-1, keepdims=True)
    return n2 / (1 + n2) * s / np.sqrt(n2 + 1e-12)


def route(votes: Array, iterations: int = 3) -> tuple[Array, Array]:
    """votes (parts, objects, d) -> outputs (objects, d), couplings (parts, objects)."""
    b = np.zeros(votes.shape[:2])
    for r in range(iterations):
        c = np.exp(b) / np.exp(b).sum(1, keepdims=True)
        v = squash((c[..., None] * votes).sum(0))
        if r < iterations - 1:
            b = b + (votes * v).sum(-1)
    return v, c
    # --8<-- [end:routing]


def part_votes() -> Array:
    """Eight parts, two objects, poses in the plane: the first six agree on object A, nobody agrees on B."""
    rng = np.random.default_rng(3)
    pose = np.array([0.9, 0.6])
    angle = 2 * np.pi * np.arange(8) * 3 / 8
    b = np.column_stack([np.cos(angle), np.sin(angle)])
    a = b[::-1] * 1.0
    a[:6] = pose + 0.06 * rng.standard_normal((6, 2))
    a[6:] = np.array([[-1.0, 0.3], [0.2, -1.0]])
    return np.stack([a, b], 1)


def report_squash() -> None:
    print("length in   0.1    0.5    1.0    3.0   10.0")
    n = np.array([0.1, 0.5, 1.0, 3.0, 10.0])
    for name, value in ("length out", n**2 / (1 + n**2)), ("slope     ", 2 * n / (1 + n**2) ** 2):
        print(name + "".join(f" {x:6.3f}" for x in value))


def report_routing(votes: Array) -> None:
    print("iterations  |v| of A  |v| of B  c to A: parts 1-6  parts 7-8")
    for k in (1, 2, 3, 10):
        v, c = route(votes, k)
        a, b = np.linalg.norm(v, axis=1)
        print(f"{k:10}  {a:8.2f}  {b:8.2f}  {c[:6, 0].mean():17.2f}  {c[6:, 0].mean():9.2f}")


def report_rotation(votes: Array) -> None:
    """Turning every vote by 30 degrees turns the outputs and leaves lengths and couplings alone."""
    t = np.deg2rad(30)
    turn = np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]])
    (v, c), (w, d) = route(votes), route(votes @ turn)
    same = np.allclose(v @ turn, w) and np.allclose(c, d)
    angle = np.rad2deg(np.arctan2(w[0, 1], w[0, 0]) - np.arctan2(v[0, 1], v[0, 0]))
    print(f"votes turned by 30°: A turned by {angle:.0f}°, lengths and couplings equal: {same}")


def report_cost() -> None:
    """The network for 28x28 digits: 1152 capsules of 8 numbers, 10 of 16, a decoder with 512 and 1024 units."""
    primary = 6 * 6 * 32
    parts = {
        "conv 9x9, 256": 81 * 256 + 256,
        "primary capsules": 81 * 256 * 256 + 256,
        "W of digit capsules": primary * 10 * 8 * 16,
        "decoder": 161 * 512 + 513 * 1024 + 1025 * 784,
    }
    for name, count in parts.items():
        print(f"{name:20} {count:9,}")
    print(f"{'total':20} {sum(parts.values()):9,}")
    for classes in (10, 1000):
        weights, votes = primary * classes * 8 * 16, primary * classes * 16
        print(f"{classes} classes: W {weights:,}, votes {votes:,}, {votes * 4 * 128 / 1e9:.2f} GB in a batch of 128")


def draw(votes: Array) -> None:
    fig, (left, right) = figure.new(1, 2, height=3.0)
    left.plot(*votes[:6, 0].T, "o", color=figure.BLUE, markersize=6)
    left.plot(*votes[6:, 0].T, "o", color=figure.BLUE, markersize=6, fillstyle="none")
    left.plot(*votes[:, 1].T, "x", color=figure.ORANGE, markersize=7)
    v, _ = route(votes)
    figure.arrow(left, (0.0, 0.0), tuple(v[0]), figure.BLUE)
    left.set(xlim=(-1.5, 1.5), ylim=(-1.3, 1.3), aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    left.set_title("●, ○: A;  ×: B", loc="left")
    steps = np.arange(1, 11)
    couplings = [route(votes, int(k))[1] for k in steps]
    right.plot(steps, [c[:6, 0].mean() for c in couplings], color=figure.BLUE)
    right.plot(steps, [c[6:, 0].mean() for c in couplings], color=figure.GREY, linestyle="--")
    right.text(5.2, 0.86, "1–6 → A", color=figure.BLUE)
    right.text(5.2, 0.14, "7–8 → A", color=figure.GREY)
    right.axvline(3, color=figure.GREY, linestyle=":", linewidth=1.2)
    right.set(ylim=(0, 1.05), xticks=[1, 3, 5, 10], yticks=[0, 0.5, 1], xlabel="r")
    right.set_title("c", loc="left", style="italic")
    figure.save(fig, "capsule.svg")


if __name__ == "__main__":
    planted = part_votes()
    report_squash()
    report_routing(planted)
    report_rotation(planted)
    report_cost()
    draw(planted)
