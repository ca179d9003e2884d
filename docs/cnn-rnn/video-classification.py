"""Video classifiers: what ignores the order of frames, and what time costs in weights, tokens and views.

The toy videos are 8 frames of 16 pixels on a ring with one bright bar that is 1 or 3 pixels wide and moves left or
right. Every model is a layer of fixed random ReLU features and a least-squares read-out, so that they differ only in
how time enters.
"""

import numpy as np

from qa import figure

Array = np.ndarray
FRAMES, PIXELS, FEATURES = 8, 16, 128


def videos(count: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Clips of shape (count, frames, pixels) with the labels width and direction, both ±1."""
    wide, right = rng.choice([-1, 1], count), rng.choice([-1, 1], count)
    start, t = rng.integers(0, PIXELS, count), np.arange(FRAMES)
    clips = 0.1 * rng.standard_normal((count, FRAMES, PIXELS))
    for offset in (-1, 0, 1):
        where = (start[:, None] + right[:, None] * t + offset) % PIXELS
        clips[np.arange(count)[:, None], t, where] += np.where((wide > 0) | (offset == 0), 1.0, 0.0)[:, None]
    return clips, wide, right


# --8<-- [start:models]
def pooled(clips: Array, w: Array) -> Array:
    """Features of single frames, averaged over time."""
    return np.maximum(clips @ w[:PIXELS], 0).mean(1)


def conv3d(clips: Array, w: Array) -> Array:
    """Features of three neighboring frames, averaged over time."""
    near = np.concatenate([clips[:, :-2], clips[:, 1:-1], clips[:, 2:]], 2)
    return np.maximum(near @ w, 0).mean(1)


def recurrent(clips: Array, w: Array) -> Array:
    """A fixed random RNN over the frames; its last state."""
    h = np.zeros((len(clips), FEATURES))
    for t in range(FRAMES):
        h = np.tanh(clips[:, t] @ w[:PIXELS] + 0.5 * h @ MIX)
    return h
    # --8<-- [end:models]


def motion(clips: Array, w: Array) -> Array:
    """Products of a pixel with its neighbors one frame on: the sign of the flow, averaged over time and space."""
    now, later = clips[:, :-1], clips[:, 1:]
    return np.stack([(now * np.roll(later, s, 2)).mean((1, 2)) for s in (-1, 0, 1)], 1)


MIX = np.linalg.qr(np.random.default_rng(1).standard_normal((FEATURES, FEATURES)))[0]
MODELS = {"frame pooling": pooled, "flow only": motion, "CNN + RNN": recurrent, "3D convolution": conv3d}


def accuracy(name: str, task: int) -> float:
    """Test accuracy of a linear read-out on width (task 0) or direction (task 1)."""
    rng = np.random.default_rng(0)
    w = rng.standard_normal((3 * PIXELS, FEATURES)) / np.sqrt(3)
    train, test = videos(2000, rng), videos(2000, rng)
    x, z = (np.column_stack([MODELS[name](data[0], w), np.ones(2000)]) for data in (train, test))
    beta = np.linalg.solve(x.T @ x + 1e-3 * np.eye(x.shape[1]), x.T @ train[1 + task])
    return float((np.sign(z @ beta) == test[1 + task]).mean())


def report_order() -> dict[str, tuple[float, float]]:
    scores = {name: (accuracy(name, 0), accuracy(name, 1)) for name in MODELS}
    print("model           width  direction")
    for name, (width, direction) in scores.items():
        print(f"{name:14}  {width:5.0%}  {direction:9.0%}")
    return scores


def report_kernels(channels: int = 64) -> None:
    """Weights of one layer; the middle width of (2+1)D is chosen to match 3D."""
    full = 27 * channels**2
    middle = full // (9 * channels + 3 * channels)
    print(f"weights, {channels} to {channels} channels: 3x3 {9 * channels**2:,}, 3x3x3 {full:,}")
    print(f"(2+1)D with {middle} channels between: {9 * channels * middle + 3 * middle * channels:,}")


def pairs(frames: int, divided: bool, patches: int = 196) -> int:
    """Query-key pairs of one attention layer, or of the temporal and the spatial one together."""
    return patches * frames * ((patches + frames) if divided else patches * frames)


def report_tokens() -> None:
    print("frames  tokens  joint pairs  divided pairs  ratio")
    for frames in (8, 32, 96):
        joint, divided = pairs(frames, False), pairs(frames, True)
        print(f"{frames:6}  {196 * frames:6,}  {joint:11,}  {divided:13,}  {joint / divided:5.0f}")


def report_sampling(seconds: int = 10, rate: int = 30) -> None:
    span = 16 * 4 / rate
    print(f"{seconds} s at {rate} fps: {seconds * rate} frames; 16 frames at stride 4 span {span:.1f} s")
    print(f"an event of 1 s at a random place, wholly inside that clip: {covered(span, seconds):.0%}")
    print(f"10 clips x 3 crops = 30 views; at 40 GFLOPs a view: {30 * 40 / 1000:.1f} TFLOPs a video")


def covered(span: float, length: float, event: float = 1.0) -> float:
    """Chance that a clip placed uniformly contains an event placed uniformly, on a fine grid."""
    clip, start = np.linspace(0, length - span, 1001)[:, None], np.linspace(0, length - event, 1001)
    return float(((clip <= start) & (start + event <= clip + span)).mean())


def draw(scores: dict[str, tuple[float, float]]) -> None:
    fig, (left, right) = figure.new(1, 2, height=2.9)
    y = np.arange(len(scores))[::-1]
    left.barh(y + 0.19, [s[0] for s in scores.values()], 0.34, color=figure.BLUE)
    left.barh(y - 0.19, [s[1] for s in scores.values()], 0.34, color=figure.ORANGE)
    left.set(yticks=y, yticklabels=list(scores), xlim=(0, 1), xticks=[0, 0.5, 1])
    left.axvline(0.5, color=figure.GREY, linestyle=":", linewidth=1.2)
    left.set_title("width (blue), direction (orange)", loc="left")
    frames = np.arange(4, 97, 4)
    right.plot(frames, [pairs(int(f), False) for f in frames], color=figure.RED)
    right.plot(frames, [pairs(int(f), True) for f in frames], color=figure.GREEN)
    right.set(yscale="log", xlabel="T", xticks=[8, 32, 64, 96], ylim=(1e5, 1e9))
    right.minorticks_off()
    right.text(40, 1.5e8, "joint", color=figure.RED)
    right.text(60, 1.2e6, "divided", color=figure.GREEN)
    right.set_title("query-key pairs, 196·T tokens", loc="left")
    figure.save(fig, "video-classification.svg")


if __name__ == "__main__":
    order = report_order()
    report_kernels()
    report_tokens()
    report_sampling()
    draw(order)
