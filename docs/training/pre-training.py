"""Evidence for pre-training: masked prediction on unlabeled data, then few or many labels, in two worlds."""

import numpy as np

from qa import figure

Array = np.ndarray
Net = list[Array]
SEEDS, INPUTS, LATENT, HIDDEN, STEPS, EVERY = 5, 40, 3, 40, 200, 20
SIZES, LONG = (20, 160, 640, 2560), 600
RNG = np.random.default_rng(1)
SPREAD = RNG.standard_normal((SEEDS, LATENT, INPUTS)) / np.sqrt(LATENT)
SHIFT = RNG.standard_normal((SEEDS, 1, INPUTS))
NUISANCE = RNG.standard_normal((SEEDS, INPUTS, 1)) / np.sqrt(INPUTS)


def sample(n: int) -> tuple[Array, Array, Array]:
    """Inputs near a curved three-dimensional sheet; a label from the place on it, one from the noise."""
    s, noise = RNG.standard_normal((SEEDS, n, LATENT)), RNG.standard_normal((SEEDS, n, INPUTS))
    x = np.tanh(1.5 * s @ SPREAD + SHIFT) + 0.7 * noise
    return x, np.sin(2 * s[:, :, :1]) + s[:, :, 1:2] * s[:, :, 2:], noise @ NUISANCE


def fresh(outputs: int) -> Net:
    """Random networks INPUTS → HIDDEN → HIDDEN → outputs, one for each seed."""
    net: Net = []
    for n, m, gain in (INPUTS, HIDDEN, 2.0), (HIDDEN, HIDDEN, 2.0), (HIDDEN, outputs, 0.25):
        net += [RNG.standard_normal((SEEDS, n, m)) * np.sqrt(gain / n), np.zeros((SEEDS, 1, m))]
    return net


def forward(net: Net, x: Array) -> tuple[Array, Array, Array]:
    first = np.maximum(x @ net[0] + net[1], 0)
    second = np.maximum(first @ net[2] + net[3], 0)
    return first, second, second @ net[4] + net[5]


def gradients(net: Net, x: Array, y: Array, counts: Array | float = 1.0) -> Net:
    """Of half the squared error over the batch; `counts` switches single outputs off."""
    first, second, out = forward(net, x)
    e = (out - y) * counts / x.shape[1]
    d2 = (e @ net[4].swapaxes(1, 2)) * (second > 0)
    d1 = (d2 @ net[2].swapaxes(1, 2)) * (first > 0)
    found: Net = []
    for h, d in (x, d1), (first, d2), (second, e):
        found += [h.swapaxes(1, 2) @ d, d.sum(1, keepdims=True)]
    return found


class Adam:
    """The usual update, the rate falling linearly to zero."""

    def __init__(self, net: Net, steps: int, rate: float = 0.003) -> None:
        self.net, self.steps, self.rate, self.step = [p.copy() for p in net], steps, rate, 0
        self.m, self.v = [0 * p for p in net], [0 * p for p in net]

    def update(self, gradient: Net) -> None:
        self.step += 1
        rate = self.rate * (1 - self.step / (self.steps + 1))
        for p, m, v, g in zip(self.net, self.m, self.v, gradient, strict=True):
            m += 0.1 * (g - m)
            v += 0.01 * (g**2 - v)
            p -= rate * m / (1 - 0.9**self.step) / (np.sqrt(v / (1 - 0.99**self.step)) + 1e-8)


# --8<-- [start:pretrain]
def pretrain(x: Array, steps: int = 600) -> Net:
    """Hide half of the inputs, predict the hidden half; no labels."""
    rng, adam = np.random.default_rng(3), Adam(fresh(INPUTS), steps)
    for _ in range(steps):
        batch = x[:, rng.integers(0, x.shape[1], 96)]
        seen = rng.random(batch.shape) < 0.5
        adam.update(gradients(adam.net, batch * seen, batch, ~seen))
    return adam.net[:4]  # the body; the output layer is thrown away
# --8<-- [end:pretrain]


def error(net: Net, x: Array, y: Array) -> Array:
    """Mean squared error by seed; 1 is what predicting the mean gives."""
    return ((forward(net, x)[2] - y) ** 2).mean((1, 2)) / y.var((1, 2))


def train(
    net: Net, x: Array, y: Array, steps: int = STEPS, test: tuple[Array, Array] | None = None, rate: float = 0.003
) -> tuple[Net, Array]:
    """Train all layers; median test errors every EVERY steps if `test` is given."""
    rng, adam, curve = np.random.default_rng(4), Adam(net, steps, rate), []
    for step in range(steps + 1):
        if test and step % EVERY == 0:
            curve.append(np.median(error(adam.net, *test)))
        if step < steps:
            rows = rng.permutation(x.shape[1])[:64]
            adam.update(gradients(adam.net, x[:, rows], y[:, rows]))
    return adam.net, np.array(curve)


def shuffled(body: Net) -> Net:
    """The same weights in every matrix, at random places: scale without content."""
    return [RNG.permuted(p.reshape(SEEDS, -1), axis=1).reshape(p.shape) for p in body]


World = tuple[Array, Array, Array]
Final = dict[tuple[int, int, str], Array]
WORLDS = {1: "label on the sheet", 2: "label in the noise"}


def compare(starts: dict[str, Net], pool: World, test: World) -> Final:
    """Test errors by seed for both labels; the shuffled control for the first only."""
    found: Final = {}
    for label, world in WORLDS.items():
        names = list(starts)[: 3 if label == 1 else 2]
        for n in SIZES:
            for name in names:
                trained, _ = train(starts[name], pool[0][:, :n], pool[label][:, :n])
                found[label, n, name] = error(trained, test[0], test[label])
            values = " ".join(f"{name} {np.median(found[label, n, name]):.2f}" for name in names)
            wins = int((found[label, n, "pre-trained"] < found[label, n, "random"]).sum())
            print(f"{world}, n {n:4}: {values} wins {wins}/{SEEDS}")
    return found


def long_runs(starts: dict[str, Net], pool: World, test: World) -> dict[tuple[int, str], Array]:
    """Curves of test error over LONG steps for few and for many labels, and the training error at the end."""
    curves = {}
    for n in 160, 2560:
        for name in "random", "pre-trained":
            x, y = pool[0][:, :n], pool[1][:, :n]
            net, curve = train(starts[name], x, y, LONG, (test[0], test[1]))
            fit, early = np.median(error(net, x, y)), curve[100 // EVERY]
            print(f"n {n:4} {name:11}: test {early:.2f} after 100, {curve[-1]:.2f} after {LONG}; train {fit:.2f}")
            curves[n, name] = curve
    return curves


def second_rate(starts: dict[str, Net], pool: World, test: World) -> None:
    """The long runs again, with a learning rate three times as high."""
    for n in 160, 2560:
        x, y = pool[0][:, :n], pool[1][:, :n]
        nets = {name: train(starts[name], x, y, LONG, rate=0.01)[0] for name in ("random", "pre-trained")}
        errors = {name: np.median(error(net, test[0], test[1])) for name, net in nets.items()}
        fits = [np.median(error(net, x, y)) for net in nets.values()]
        values = ", ".join(f"{name} {value:.2f}" for name, value in errors.items())
        print(f"n {n:4}, rate 0.01: test {values}; train {fits[0]:.2f}, {fits[1]:.2f}")


def draw(final: Final, curves: dict[tuple[int, str], Array]) -> None:
    """Left: test error over the steps. Right: error against the number of labels in both worlds."""
    fig, (left, right) = figure.new(1, 2, height=3.3, sharey=True)
    colors = {"random": figure.GREY, "pre-trained": figure.BLUE, "shuffled": figure.ORANGE}
    labels = {"random": "随机 random", "pre-trained": "预训练 pre-trained", "shuffled": "打乱 shuffled"}
    for (n, name), curve in curves.items():
        style = "--" if n == 160 else "-"
        left.plot(np.arange(len(curve)) * EVERY, curve, style, color=colors[name], label=f"{labels[name]}, n = {n}")
    for label, name in (1, "random"), (1, "pre-trained"), (1, "shuffled"), (2, "random"), (2, "pre-trained"):
        medians = [np.median(final[label, n, name]) for n in SIZES]
        text = labels[name] if label == 1 else None
        right.plot(SIZES, medians, "o-" if label == 1 else "s:", color=colors[name], label=text)
    left.set(xlabel="步数 steps", ylabel="测试误差 test error", ylim=(0, 1.6))
    left.legend(fontsize=9)
    right.set(xscale="log", xlabel="有标签样本数 labels n")
    right.set_xticks(SIZES, [str(n) for n in SIZES])
    right.minorticks_off()
    right.plot([], [], "ks:", label="标签在噪声里 label in noise")
    right.legend(fontsize=9)
    figure.save(fig, "pre-training.svg")


if __name__ == "__main__":
    unlabeled, pool, test = sample(5000)[0], sample(max(SIZES)), sample(500)
    body, start = pretrain(unlabeled), fresh(1)
    starts = {"random": start, "pre-trained": [*body, *start[4:]], "shuffled": [*shuffled(body), *start[4:]]}
    final = compare(starts, pool, test)
    draw(final, long_runs(starts, pool, test))
    second_rate(starts, pool, test)
