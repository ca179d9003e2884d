"""DRQN on a T-maze: a cue at the start decides which way to turn at the end, and one observation does not show it.

The agent sees a one-hot observation (cue left, cue right, corridor, junction), and after six steps its action decides
about a reward of +1 or -1. A small recurrent Q-network is trained from a replay memory of episodes; frame stacks are
tabular, so their optimum is exact.
"""

import itertools

import numpy as np

from qa import figure

Array = np.ndarray
LENGTH, GAMMA, UNITS = 6, 0.9, 12


def observations(cue: Array) -> Array:
    """(episodes, LENGTH, 4): the cue, corridor, junction."""
    obs = np.zeros((len(cue), LENGTH, 4))
    obs[np.arange(len(cue)), 0, cue] = 1
    obs[:, 1:-1, 2] = 1
    obs[:, -1, 3] = 1
    return obs


def stack_success(frames: int) -> float:
    """Best possible success at the junction when the last `frames` observations are all the agent has."""
    obs = observations(np.array([0, 1]))
    visible = obs[:, LENGTH - frames :]
    return 1.0 if not np.array_equal(visible[0], visible[1]) else 0.5


def unroll(w: list[Array], obs: Array, h: Array) -> tuple[list[Array], Array]:
    """States h_0..h_T and Q-values (N, T, 2)."""
    states = [h]
    for t in range(obs.shape[1]):
        states.append(np.tanh(states[-1] @ w[0] + obs[:, t] @ w[1] + w[2]))
    return states, np.stack(states[1:], 1) @ w[3] + w[4]


# --8<-- [start:targets]
def targets(w_target: list[Array], obs: Array, reward: Array, h: Array) -> Array:
    """One-step targets for a replayed sequence, from the target network's own run."""
    q = unroll(w_target, obs, h)[1]
    follow = np.concatenate([q[:, 1:].max(2), np.zeros((len(q), 1))], 1)
    return reward + GAMMA * follow  # the last step ends the episode


def loss_gradient(q: Array, action: Array, y: Array) -> Array:
    """d/dQ of the mean squared error, for the actions taken only."""
    taken = np.eye(2)[action]
    return taken * (q - y[..., None]) / action.size
    # --8<-- [end:targets]


def backward(w: list[Array], obs: Array, states: list[Array], grad_q: Array) -> list[Array]:
    """Backpropagation through the replayed steps."""
    h = np.stack(states[1:], 1)
    g = [np.zeros_like(x) for x in w]
    g[3], g[4] = np.einsum("ntu,nta->ua", h, grad_q), grad_q.sum((0, 1))
    back = np.zeros_like(states[0])
    for t in range(obs.shape[1] - 1, -1, -1):
        back = (back + grad_q[:, t] @ w[3].T) * (1 - states[t + 1] ** 2)
        g[0] += states[t].T @ back
        g[1] += obs[:, t].T @ back
        g[2] += back.sum(0)
        back = back @ w[0].T
    return g


def initial(seed: int) -> list[Array]:
    rng = np.random.default_rng(seed)
    recurrent = 0.9 * np.linalg.qr(rng.standard_normal((UNITS, UNITS)))[0]
    return [recurrent, rng.standard_normal((4, UNITS)) * 0.5, np.zeros(UNITS), np.zeros((UNITS, 2)), np.zeros(2)]


def episodes(count: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Observations, actions and rewards of a random behavior; only the last action matters."""
    cue = rng.integers(0, 2, count)
    action = rng.integers(0, 2, (count, LENGTH))
    reward = np.zeros((count, LENGTH))
    reward[:, -1] = np.where(action[:, -1] == cue, 1.0, -1.0)
    return observations(cue), action, reward


def success(w: list[Array]) -> float:
    """Share of correct greedy turns, the state carried through whole episodes."""
    cue = np.array([0, 1])
    q = unroll(w, observations(cue), np.zeros((2, UNITS)))[1]
    return float((q[:, -1].argmax(1) == cue).mean())


def train(window: int, updates: int = 800, seed: int = 0) -> tuple[list[Array], list[list[Array]]]:
    """Replay of the last `window` steps from a zero state; Adam; a target network copied every 50 updates."""
    w, rng = initial(seed), np.random.default_rng(seed + 100)
    memory, frozen, kept = episodes(500, rng), [x.copy() for x in w], []
    m, v = ([np.zeros_like(x) for x in w] for _ in range(2))
    for k in range(1, updates + 1):
        pick = rng.integers(0, 500, 32)
        obs, action, reward = (x[pick, LENGTH - window :] for x in memory)
        states, q = unroll(w, obs, np.zeros((32, UNITS)))
        grad_q = loss_gradient(q, action, targets(frozen, obs, reward, np.zeros((32, UNITS))))
        for i, g in enumerate(backward(w, obs, states, grad_q)):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.999 * v[i] + 0.001 * g**2
            w[i] = w[i] - 0.01 * m[i] / (1 - 0.9**k) / (np.sqrt(v[i] / (1 - 0.999**k)) + 1e-8)
        if k % 50 == 0:
            frozen = [x.copy() for x in w]
            kept.append(frozen)
    return w, kept


def report_success() -> None:
    print("memory                            correct turns")
    for frames in (1, 4, 5, 6):
        print(f"last {frames} observations{'':15}{stack_success(frames):12.0%}")
    for window in (6, 4):
        share = np.mean([success(train(window, seed=s)[0]) for s in range(3)])
        print(f"recurrent, replayed windows of {window:2}{share:13.0%}")


def state_error(w: list[Array], old: list[Array], obs: Array, start: int, burn: int, stored: bool) -> float:
    """Relative error of the state at `start` after `burn` steps of warming up from zero or from the stored state."""
    truth, stale = (unroll(p, obs, np.zeros((len(obs), UNITS)))[0] for p in (w, old))
    first = start - burn
    h = stale[first] if stored else np.zeros_like(truth[0])
    warm = unroll(w, obs[:, first:start], h)[0][-1] if burn else h
    return float(np.linalg.norm(warm - truth[start]) / np.linalg.norm(truth[start]))


def drifting(leak: float = 0.8, seed: int = 0) -> tuple[list[Array], list[Array], Array]:
    """A leaky random network, the same one with its weights changed by about 20 %, and 40 steps of noise."""
    rng = np.random.default_rng(seed)
    old = initial(seed)
    old[0] = leak / 0.9 * old[0]
    new = [x + 0.2 * np.sqrt((x**2).mean()) * rng.standard_normal(x.shape) for x in old]
    return new, old, rng.standard_normal((64, 40, 4))


def burn_in() -> tuple[list[float], list[float]]:
    new, old, obs = drifting()
    steps = (0, 1, 2, 5, 10, 20)
    rows = [[state_error(new, old, obs, 30, b, kind) for b in range(21)] for kind in (False, True)]
    print("burn-in steps  " + "".join(f"{b:6}" for b in steps))
    for name, row in zip(("from zero", "from stored"), rows, strict=True):
        print(f"{name:15}" + "".join(f"{row[b]:6.2f}" for b in steps))
    return rows[0], rows[1]


def report_flicker() -> None:
    """Frames blanked independently with probability ½."""
    seen = {k: sum(1 for s in itertools.product((0, 1), repeat=k) if sum(s) >= 2) / 2**k for k in (4, 10)}
    for k, share in seen.items():
        print(f"flicker: {k:2} frames all blank {0.5**k:.1%}, at least two visible {share:.1%}")


def draw(curves: tuple[list[float], list[float]]) -> None:
    fig, (left, right) = figure.new(1, 2, height=2.8, width_ratios=[1.35, 1])
    left.set(xlim=(0, 9.4), ylim=(0, 5.4), aspect="equal")
    left.axis("off")
    for i in range(3):
        x = 0.2 + 3.1 * i
        for y, text, color in ((0.1, "o₁o₂o₃"[2 * i : 2 * i + 2], "black"), (1.5, "conv", figure.BLUE)):
            figure.box(left, x, y, 1.7, 0.8, text, color)
        figure.box(left, x, 2.9, 1.7, 0.8, "LSTM", figure.ORANGE)
        figure.box(left, x, 4.3, 1.7, 0.8, "Q(·)", figure.GREEN)
        for y in (0.9, 2.3, 3.7):
            figure.arrow(left, (x + 0.85, y), (x + 0.85, y + 0.6))
        if i < 2:
            figure.arrow(left, (x + 1.7, 3.3), (x + 3.1, 3.3), figure.ORANGE)
    right.plot(range(21), curves[0], color=figure.RED)
    right.plot(range(21), curves[1], color=figure.BLUE)
    right.set(xticks=[0, 5, 10, 20], yticks=[0, 0.5, 1], ylim=(0, 1.1), xlabel="burn-in")
    right.text(3.6, 0.75, "h = 0", color=figure.RED)
    right.text(6, 0.32, "stored h", color=figure.BLUE)
    right.set_title("‖Δh‖ / ‖h‖", loc="left")
    figure.save(fig, "drqn.svg")


if __name__ == "__main__":
    report_success()
    report_flicker()
    draw(burn_in())
