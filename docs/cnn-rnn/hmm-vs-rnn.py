"""HMM and RNN: exact inference by the forward algorithm, and who learns what from how much data.

Two sources of symbols: a hidden Markov chain with two states, and an echo of the bit four steps back. On each, an HMM
is fitted by EM and a tanh RNN by gradient descent; the score is cross-entropy in bits a symbol on fresh sequences.
The figures are printed coarsely, since training amplifies rounding.
"""

import itertools

import numpy as np

from qa import figure

Array = np.ndarray
HMM = tuple[Array, Array, Array]  # initial (K,), transition (K, K), emission (K, V)
LENGTH, LAG, NOISE = 30, 4, 0.05


# --8<-- [start:forward]
def forward(x: Array, pi: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """Filtered p(z_t | x_1..x_t), (T, K), and log p(x_t | x_1..x_{t-1}), (T,)."""
    alpha, logs, prior = [], [], pi
    for symbol in x:
        joint = prior * b[:, symbol]  # p(z_t, x_t | past)
        logs.append(np.log(joint.sum()))
        alpha.append(joint / joint.sum())
        prior = alpha[-1] @ a  # p(z_{t+1} | x_1..x_t)
    return np.array(alpha), np.array(logs)
    # --8<-- [end:forward]


def brute(x: Array, pi: Array, a: Array, b: Array) -> float:
    """log p(x) as a sum over every path of states."""
    total = 0.0
    for path in itertools.product(range(len(pi)), repeat=len(x)):
        p = pi[path[0]] * b[path[0], x[0]]
        for t in range(1, len(x)):
            p *= a[path[t - 1], path[t]] * b[path[t], x[t]]
        total += p
    return float(np.log(total))


def random_hmm(states: int, symbols: int, rng: np.random.Generator) -> HMM:
    return tuple(rng.dirichlet(np.ones(n), m) for n, m in ((states, 1), (states, states), (symbols, states)))


def report_exact() -> None:
    rng = np.random.default_rng(0)
    (pi,), a, b = random_hmm(3, 4, rng)
    x = rng.integers(0, 4, 9)
    print(f"log p(x): forward {forward(x, pi, a, b)[1].sum():.6f}, all {3**9:,} paths {brute(x, pi, a, b):.6f}")
    steps = np.array([40, 400, 2000])
    many = rng.integers(0, 4, 2000)
    unscaled = [float(np.exp(forward(many[:t], pi, a, b)[1].sum())) for t in steps]
    print("p(x) unscaled at T = 40, 400, 2000: " + ", ".join(f"{p:.0e}" for p in unscaled))


def chain(count: int, rng: np.random.Generator) -> Array:
    """Two sticky hidden states (0.95), each with a favorite among two symbols (0.9)."""
    z = np.zeros((count, LENGTH), dtype=int)
    z[:, 0] = rng.integers(0, 2, count)
    for t in range(1, LENGTH):
        z[:, t] = z[:, t - 1] ^ (rng.random(count) < 0.05)
    return z ^ (rng.random(z.shape) < 0.1)


def echo(count: int, rng: np.random.Generator) -> Array:
    """Each bit repeats the one four steps back, flipped with probability 0.05."""
    x = rng.integers(0, 2, (count, LENGTH))
    for t in range(LAG, LENGTH):
        x[:, t] = x[:, t - LAG] ^ (rng.random(count) < NOISE)
    return x


def passes(x: Array, model: HMM) -> tuple[Array, Array, Array]:
    """Scaled forward and backward variables for sequences (N, T), and the scales."""
    pi, a, b = model
    n, length = x.shape
    alpha, beta, scale = np.zeros((n, length, len(pi))), np.ones((n, length, len(pi))), np.zeros((n, length))
    prior = np.broadcast_to(pi, (n, len(pi)))
    for t in range(length):
        joint = prior * b[:, x[:, t]].T
        scale[:, t] = joint.sum(1)
        alpha[:, t] = joint / scale[:, t, None]
        prior = alpha[:, t] @ a
    for t in range(length - 2, -1, -1):
        beta[:, t] = (beta[:, t + 1] * b[:, x[:, t + 1]].T) @ a.T / scale[:, t + 1, None]
    return alpha, beta, scale


def baum_welch(x: Array, states: int, iterations: int, seed: int) -> tuple[HMM, float]:
    """EM with a little smoothing; the model and its training loss in bits a symbol."""
    (pi,), a, b = random_hmm(states, 2, np.random.default_rng(seed))
    for _ in range(iterations):
        alpha, beta, scale = passes(x, (pi, a, b))
        gamma = alpha * beta
        later = beta[:, 1:] * b.T[x[:, 1:]] / scale[:, 1:, None]
        move = a * (alpha[:, :-1].reshape(-1, states).T @ later.reshape(-1, states)) + 1e-3
        emit = np.stack([gamma[x == v].sum(0) for v in (0, 1)], 1) + 1e-3
        pi, a, b = gamma[:, 0].mean(0), move / move.sum(1, keepdims=True), emit / emit.sum(1, keepdims=True)
    return (pi, a, b), float(-np.log2(passes(x, (pi, a, b))[2]).mean())


def hmm_loss(train: Array, test: Array, states: int) -> float:
    """Best of three starts on the training data, scored on the test data."""
    model = min((baum_welch(train, states, 50, seed) for seed in range(3)), key=lambda fit: fit[1])[0]
    return float(-np.log2(passes(test, model)[2]).mean())


class Rnn:
    """h' = tanh(h R + e(x) + c), a logistic output for the next bit; Adam."""

    def __init__(self, units: int, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        recurrent = np.linalg.qr(rng.standard_normal((units, units)))[0]
        self.w = [0.9 * recurrent, rng.standard_normal((2, units)), np.zeros(units), np.zeros(units), np.zeros(1)]
        self.m, self.v = ([np.zeros_like(w) for w in self.w] for _ in range(2))

    def run(self, x: Array) -> tuple[list[Array], Array]:
        """States (before each symbol) and the probability of a 1 at each step."""
        r, e, c, o, d = self.w
        h = [np.zeros((len(x), len(c)))]
        for t in range(x.shape[1] - 1):
            h.append(np.tanh(h[-1] @ r + e[x[:, t]] + c))
        return h, 1 / (1 + np.exp(-(np.stack(h, 1) @ o + d)))

    def loss(self, x: Array) -> float:
        p = np.clip(self.run(x)[1], 1e-9, 1 - 1e-9)
        return float(-np.log2(np.where(x == 1, p, 1 - p)).mean())

    def step(self, x: Array, k: int, rate: float = 0.01) -> None:
        """Backpropagation through the whole sequence, one Adam update."""
        r, _, _, o, _ = self.w
        h, p = self.run(x)
        delta = (p - x) / x.size
        g = [np.zeros_like(w) for w in self.w]
        g[3], g[4] = np.einsum("nt,ntu->u", delta, np.stack(h, 1)), np.array([delta.sum()])
        back = np.zeros_like(h[0])
        for t in range(x.shape[1] - 1, 0, -1):
            back = (back + delta[:, t, None] * o) * (1 - h[t] ** 2)
            g[0] += h[t - 1].T @ back
            g[1] += np.stack([back[x[:, t - 1] == v].sum(0) for v in (0, 1)])
            g[2] += back.sum(0)
            back = back @ r.T
        for i, grad in enumerate(g):
            self.m[i] += 0.1 * (grad - self.m[i])
            self.v[i] += 0.001 * (grad**2 - self.v[i])
            self.w[i] = self.w[i] - rate * self.m[i] / (1 - 0.9**k) / (np.sqrt(self.v[i] / (1 - 0.999**k)) + 1e-8)


def rnn_loss(train: Array, test: Array, steps: int = 250) -> float:
    """Batches of 20 sequences, stopped at the best loss on a held-out fifth (at least one sequence)."""
    held = max(1, len(train) // 5)
    fit, check, net, rng = train[held:], train[:held], Rnn(12), np.random.default_rng(0)
    best, score = net.loss(check), net.loss(test)
    for k in range(1, steps + 1):
        net.step(fit[rng.integers(0, len(fit), 20)], k)
        if k % 25 == 0 and net.loss(check) < best:
            best, score = net.loss(check), net.loss(test)
    return score


def floor(source: str, test: Array) -> float:
    """Loss of someone who knows the source."""
    if source == "chain":
        model = (np.full(2, 0.5), np.array([[0.95, 0.05], [0.05, 0.95]]), np.array([[0.9, 0.1], [0.1, 0.9]]))
        return float(-np.log2(passes(test, model)[2]).mean())
    same = (test[:, LAG:] == test[:, :-LAG]).mean()
    return float((LAG - (LENGTH - LAG) * (same * np.log2(1 - NOISE) + (1 - same) * np.log2(NOISE))) / LENGTH)


def compare() -> dict[str, list[list[float]]]:
    """Rows of the table; the curves of the figure."""
    curves: dict[str, list[list[float]]] = {}
    print("source  sequences  floor  HMM 2  HMM 16   RNN")
    for source, draw_from in ("chain", chain), ("echo", echo):
        rng = np.random.default_rng(5)
        test, pool = draw_from(100, rng), draw_from(100, rng)
        curves[source] = []
        for n in (5, 20, 100):
            row = [hmm_loss(pool[:n], test, 2), hmm_loss(pool[:n], test, 16), rnn_loss(pool[:n], test)]
            curves[source].append([*row, floor(source, test)])
            print(f"{source:6}  {n:9}  {floor(source, test):5.2f}  {row[0]:5.2f}  {row[1]:6.2f}  {row[2]:4.2f}")
    return curves


def report_memory() -> None:
    print("independent bits to carry   HMM states  transition entries")
    for bits in (4, 10, 30):
        print(f"{bits:25}  {2**bits:11,}  {4**bits:18.1e}")


def draw(curves: dict[str, list[list[float]]]) -> None:
    fig, axes = figure.new(1, 2, height=2.7)
    for ax, (source, rows) in zip(axes, curves.items(), strict=True):
        for k, color, style in (0, figure.BLUE, "-"), (1, figure.BLUE, "--"), (2, figure.ORANGE, "-"):
            ax.plot([5, 20, 100], [r[k] for r in rows], color=color, linestyle=style, marker="o", markersize=4)
        ax.axhline(rows[0][3], color=figure.GREY, linestyle=":", linewidth=1.2)
        ax.set(xscale="log", xticks=[5, 20, 100], xticklabels=["5", "20", "100"], xlabel="N")
        ax.set_yticks([0.7, 0.8, 0.9] if source == "chain" else [0.4, 0.8, 1.2])
        ax.minorticks_off()
        ax.set_title(f"{source}, bit", loc="left")
    labels = ("HMM 2", figure.BLUE), ("HMM 16 (- -)", figure.BLUE), ("RNN 12", figure.ORANGE)
    for i, (text, color) in enumerate(labels):
        axes[0].text(0.98, 0.95 - 0.12 * i, text, color=color, ha="right", va="top", transform=axes[0].transAxes)
    figure.save(fig, "hmm-vs-rnn.svg")


if __name__ == "__main__":
    report_exact()
    report_memory()
    draw(compare())
