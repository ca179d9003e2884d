"""Evidence for vanishing-gradient: gradient norms layer by layer, the factor per layer, and what training makes of them."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
DEPTH, WIDTH = 20, 64


@dataclass(frozen=True)
class Activation:
    """A function and its derivative, both of the pre-activation."""

    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]


def sigmoid(z: Array) -> Array:
    return 0.5 * (1 + np.tanh(z / 2))


SIGMOID = Activation(sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z)))
TANH = Activation(np.tanh, lambda z: 1 - np.tanh(z) ** 2)
RELU = Activation(lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float))


@dataclass(frozen=True)
class Design:
    """How a hidden layer is built: activation, variance of the weights times width, normalization, skip connection."""

    name: str
    activation: Activation
    variance: float
    normalized: bool = False
    residual: bool = False
    color: str = figure.GREY
    style: str = "-"


DESIGNS = (
    Design("sigmoid, Var 1/n", SIGMOID, 1.0, color=figure.RED),
    Design("ReLU, Var 1/n", RELU, 1.0, color=figure.ORANGE),
    Design("tanh, Var 1/n", TANH, 1.0, color=figure.PURPLE),
    Design("ReLU, Var 2/n", RELU, 2.0, color=figure.BLUE),
    Design("sigmoid + BN", SIGMOID, 1.0, normalized=True, color=figure.RED, style="--"),
    Design("ReLU + skip", RELU, 1.0, residual=True, color=figure.GREEN, style="--"),
)


@dataclass
class Trace:
    """What the backward pass needs of one layer, and the gradients it leaves behind."""

    inputs: Array
    z: Array
    normalized: Array = field(default_factory=lambda: np.ones(1))
    scale: Array = field(default_factory=lambda: np.ones(1))
    delta: Array = field(default_factory=lambda: np.ones(1))


class Network:
    """DEPTH hidden layers of WIDTH units (the first reads the 64 pixels) and a softmax on top."""

    def __init__(self, design: Design, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.design, self.branch = design, 1 / np.sqrt(DEPTH) if design.residual else 1.0
        self.weights = [rng.standard_normal((WIDTH, WIDTH)) * np.sqrt(design.variance / WIDTH) for _ in range(DEPTH)]
        self.biases = [np.zeros(WIDTH) for _ in range(DEPTH)]
        self.top, self.top_bias = rng.standard_normal((WIDTH, 10)) / np.sqrt(WIDTH), np.zeros(10)

    def forward(self, x: Array) -> tuple[Array, list[Trace]]:
        """Logits and the trace of every hidden layer."""
        traces = []
        for w, b in zip(self.weights, self.biases, strict=True):
            trace = Trace(x, x @ w + b)
            if self.design.normalized:
                trace.scale = 1 / np.sqrt(trace.z.var(axis=0) + 1e-5)
                trace.normalized = (trace.z - trace.z.mean(axis=0)) * trace.scale
                trace.z = trace.normalized
            out = self.branch * self.design.activation.value(trace.z)
            x = x + out if self.design.residual else out
            traces.append(trace)
        return x @ self.top + self.top_bias, traces

    def backward(self, delta: Array, traces: list[Trace]) -> list[Array]:
        """Gradients of the hidden weights; delta is the gradient at the output of the last hidden layer."""
        gradients = []
        for w, trace in zip(reversed(self.weights), reversed(traces), strict=True):
            trace.delta = delta
            dz = self.branch * delta * self.design.activation.slope(trace.z)
            if self.design.normalized:
                along = (dz * trace.normalized).mean(axis=0)
                dz = trace.scale * (dz - dz.mean(axis=0) - trace.normalized * along)
            gradients.append(trace.inputs.T @ dz)
            delta = dz @ w.T + (delta if self.design.residual else 0.0)
        return gradients[::-1]

    def gradients(self, x: Array, labels: Array) -> tuple[float, list[Array], list[Array], Array]:
        """Loss, gradients of the hidden weights, of the hidden outputs, and of the logits."""
        logits, traces = self.forward(x)
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        d = (p - np.eye(10)[labels]) / len(labels)
        weights = self.backward(d @ self.top.T, traces)
        loss = float(-np.log(p[np.arange(len(labels)), labels] + 1e-30).mean())
        last = traces[-1]
        out = self.branch * self.design.activation.value(last.z)
        self.top_gradient = (last.inputs + out if self.design.residual else out).T @ d
        return loss, weights, [trace.delta for trace in traces], d

    def train(self, data: Array, labels: Array, rate: float, steps: int) -> float:
        """Plain SGD on batches of 64; returns the mean loss of the last ten steps."""
        rng, losses = np.random.default_rng(1), []
        for _ in range(steps):
            batch = rng.integers(0, len(data), 64)
            loss, weights, _, d = self.gradients(data[batch], labels[batch])
            self.weights = [w - rate * g for w, g in zip(self.weights, weights, strict=True)]
            self.top -= rate * self.top_gradient
            self.top_bias -= rate * d.sum(axis=0)
            losses.append(loss)
        return float(np.mean(losses[-10:]))


def digits() -> tuple[Array, Array]:
    """The 1,797 handwritten digits, every pixel scaled to unit variance overall."""
    data, labels = load_digits(return_X_y=True)
    return (data - data.mean()) / data.std(), labels


def norms(arrays: list[Array]) -> Array:
    return np.array([np.linalg.norm(a) for a in arrays])


# --8<-- [start:measure]
def measure(network: Network, x: Array, labels: Array) -> tuple[Array, Array, float]:
    """Norms of dL/dh and dL/dW layer by layer, and the factor by which dL/dh shrinks from one layer to the one below."""
    _, weights, deltas, _ = network.gradients(x, labels)
    signal = norms(deltas)
    return signal, norms(weights), float((signal[0] / signal[-1]) ** (1 / (DEPTH - 1)))


def predicted_factor(network: Network, x: Array) -> float:
    """Root of (n · Var(w) · mean squared slope), which a plain layer should multiply the gradient norm by."""
    _, traces = network.forward(x)
    slopes = [float((network.design.activation.slope(trace.z) ** 2).mean()) for trace in traces[1:]]
    return float(np.sqrt(network.design.variance * np.mean(slopes)))
# --8<-- [end:measure]


def coarse(loss: float) -> str:
    """One decimal near chance level; below 1 only that, because a deep ReLU network amplifies rounding errors."""
    return "below 1" if loss < 1 else f"{loss:.1f}"


def show_layers(data: Array, labels: Array) -> dict[str, tuple[Array, Array]]:
    """Print first layer against last for every design, with the loss after training; return the norms."""
    found = {}
    for design in DESIGNS:
        network = Network(design)
        signal, weights, factor = measure(network, data[:256], labels[:256])
        plain = not (design.normalized or design.residual)
        predicted = f"{predicted_factor(network, data[:256]):.2f}" if plain else "-"
        values = f"factor {factor:.2f} predicted {predicted:4}  dL/dW first {weights[0]:.0e} last {weights[-1]:.0e}"
        print(f"{design.name:16} {values}  loss {coarse(network.train(data, labels, 0.03, 300))}")
        found[design.name] = signal, weights
    return found


def show_rates(data: Array, labels: Array) -> None:
    """The two networks that stay at chance level, with learning rates about three and ten times as high."""
    for design in DESIGNS[:2]:
        losses = " and ".join(coarse(Network(design).train(data, labels, rate, 300)) for rate in (0.1, 0.3))
        print(f"{design.name:16} at learning rates 0.1 and 0.3: loss {losses}")


def show_weights(data: Array, labels: Array) -> None:
    """The sigmoid network before and after training: its first weights neither shrink nor move."""
    network = Network(DESIGNS[0])
    before = norms(network.weights)
    old = [w.copy() for w in network.weights]
    network.train(data, labels, 0.03, 300)
    moved = norms([new - w for new, w in zip(network.weights, old, strict=True)]) / before
    ratio = np.linalg.norm(network.weights[0]) / before[0]
    print(f"sigmoid trained: weights moved, first {moved[0]:.0e} last {moved[-1]:.0e}; norm of the first × {ratio:.4f}")


def show_high_loss(data: Array, labels: Array) -> None:
    """A high loss with healthy gradients: the learning rate is far too small."""
    network = Network(DESIGNS[3])
    loss = network.train(data, labels, 1e-5, 300)
    _, weights, _ = measure(network, data[:256], labels[:256])
    print(f"ReLU, Var 2/n at rate 1e-5: loss {loss:.1f}, dL/dW first/last {weights[0] / weights[-1]:.1f}")


def show_adam_and_half(data: Array, labels: Array) -> None:
    """Adam's first step in units of its rate, and what half precision does to a small gradient."""
    _, weights, _, _ = Network(DESIGNS[0]).gradients(data[:256], labels[:256])
    first, last = (float(np.mean(np.abs(g) / (np.abs(g) + 1e-8))) for g in (weights[0], weights[-1]))
    print(f"sigmoid, first Adam step / rate: first layer {first:.0e}, last layer {last:.1f}")
    print(f"float16: 1e-8 becomes {float(np.float16(1e-8)):.0f}, 1e-8 × 1024 becomes {float(np.float16(1e-8 * 1024)):.0e}")


def show_forget_gate(steps: int = 100) -> None:
    """What is left of a gradient along the cell state of an LSTM after many steps with a constant forget gate."""
    print(f"forget gate 0.9 over {steps} steps: {0.9**steps:.0e}; 0.99: {0.99**steps:.2f}")


def draw(found: dict[str, tuple[Array, Array]]) -> None:
    """Left: the gradient at each hidden layer. Right: the gradient of its weights."""
    fig, axes = figure.new(1, 2, height=3.2, sharey=True)
    layers = np.arange(1, DEPTH + 1)
    for column, title in enumerate(("‖∂L/∂h‖", "‖∂L/∂W‖")):
        for design in DESIGNS:
            values = found[design.name][column]
            axes[column].plot(layers, values, design.style, color=design.color, label=design.name.replace("skip", "跳跃 skip"))
        axes[column].set(yscale="log", title=title, xlabel="层 layer", xticks=[1, 5, 10, 15, 20])
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9)
    figure.save(fig, "vanishing-gradient.svg")


if __name__ == "__main__":
    data, labels = digits()
    found = show_layers(data, labels)
    show_rates(data, labels)
    show_weights(data, labels)
    show_high_loss(data, labels)
    show_adam_and_half(data, labels)
    show_forget_gate()
    draw(found)
