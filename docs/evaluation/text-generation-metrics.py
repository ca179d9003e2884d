"""Evidence for text-generation-metrics: BLEU, ROUGE, perplexity, each twice; length, tokens, meaning, correlation."""

import math
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.stats import pearsonr
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import log_loss

from qa import figure

Array = np.ndarray
Words = list[str]


def split(text: str) -> Words:
    return text.split()


# --8<-- [start:bleu]
def ngrams(words: Words, n: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[i:] for i in range(n)), strict=False))


def clipped(words: Words, references: list[Words], n: int) -> tuple[int, int]:
    """n-grams of the candidate that references cover, and all of them."""
    ceiling: Counter[tuple[str, ...]] = Counter()
    for reference in references:
        ceiling |= ngrams(reference, n)  # the larger count of each n-gram
    own = ngrams(words, n)
    return (own & ceiling).total(), own.total()


def bleu(corpus: list[tuple[Words, list[Words]]], top: int = 4) -> float:
    """Counts are summed over the corpus before anything is divided."""
    counts = np.array([[clipped(w, refs, n) for n in range(1, top + 1)]
                       for w, refs in corpus]).sum(axis=0)
    length = sum(len(w) for w, _ in corpus)
    closest = sum(min((abs(len(r) - len(w)), len(r)) for r in refs)[1]
                  for w, refs in corpus)
    if 0 in counts[:, 0]:
        return 0.0
    brevity = min(1.0, math.exp(1 - closest / length))
    return brevity * math.exp(np.log(counts[:, 0] / counts[:, 1]).mean())
# --8<-- [end:bleu]


def bleu_by_matrices(corpus: list[tuple[Words, list[Words]]], top: int = 4) -> float:
    """Second way: n-gram count matrices of scikit-learn, clipped by element-wise minimum, and one exponential."""
    texts = [" ".join(w) for words, refs in corpus for w in (words, *refs)]
    logs = 0.0
    for n in range(1, top + 1):
        vectorizer = CountVectorizer(ngram_range=(n, n), token_pattern=r"\S+", lowercase=False).fit(texts)
        right = total = 0
        for words, refs in corpus:
            own = vectorizer.transform([" ".join(words)]).toarray()[0]
            most = vectorizer.transform([" ".join(r) for r in refs]).toarray().max(axis=0)
            right, total = right + int(np.minimum(own, most).sum()), total + int(own.sum())
        if right == 0:
            return 0.0
        logs += math.log(right / total) / top
    length = sum(len(w) for w, _ in corpus)
    closest = sum(sorted((len(r) for r in refs), key=lambda r: (abs(r - len(w)), r))[0] for w, refs in corpus)
    return math.exp(logs + min(0.0, 1 - closest / length))


# --8<-- [start:rouge]
def rouge_n(words: Words, reference: Words, n: int) -> float:
    """Recall: share of the reference's n-grams that the candidate has."""
    theirs = ngrams(reference, n)
    return (ngrams(words, n) & theirs).total() / theirs.total()


def lcs(a: Words, b: Words) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for x in a:
        new = [0]
        for j, y in enumerate(b):
            new.append(row[j] + 1 if x == y else max(row[j + 1], new[j]))
        row = new
    return row[-1]


def rouge_l(words: Words, reference: Words) -> float:
    """F1 of the common subsequence against both lengths."""
    return 2 * lcs(words, reference) / (len(words) + len(reference))
# --8<-- [end:rouge]


def lcs_by_paths(a: Words, b: Words) -> int:
    """Second way: deleting and inserting cost 1, keeping an equal word 0; the cheapest path costs |a| + |b| - 2 LCS."""
    m, n = len(a) + 1, len(b) + 1
    edges = [(i * n + j, (i + 1) * n + j, 1.0) for i in range(m - 1) for j in range(n)]
    edges += [(i * n + j, i * n + j + 1, 1.0) for i in range(m) for j in range(n - 1)]
    edges += [(i * n + j, (i + 1) * n + j + 1, 1e-9) for i in range(m - 1) for j in range(n - 1) if a[i] == b[j]]
    start, end, cost = zip(*edges, strict=True)
    grid = coo_array((cost, (start, end)), shape=(m * n, m * n)).tocsr()
    return round((len(a) + len(b) - float(dijkstra(grid, indices=0)[-1])) / 2)


def rouge_by_matrix(words: Words, reference: Words, n: int) -> float:
    vectorizer = CountVectorizer(ngram_range=(n, n), token_pattern=r"\S+", lowercase=False)
    own, theirs = vectorizer.fit_transform([" ".join(words), " ".join(reference)]).toarray()
    return float(np.minimum(own, theirs).sum() / theirs.sum())


REFERENCES = [
    "It is a guide to action that ensures that the military will forever heed Party commands",
    "It is the guiding principle which guarantees the military forces always being under the command of the Party",
    "It is the practical guide for the army always to heed the directions of the party",
]
CANDIDATES = [
    "It is a guide to action which ensures that the military always obeys the commands of the party",
    "It is to insure the troops forever hearing the activity guidebook that party direct",
]


def published() -> None:
    """The examples of the two papers: counts of Papineni et al., sentences of Lin."""
    refs = [r.split() for r in REFERENCES]
    for name, text in zip(("candidate 1", "candidate 2"), CANDIDATES, strict=True):
        words = split(text)
        counts = [clipped(words, refs, n) for n in (1, 2, 3, 4)]
        one, two = bleu([(words, refs)]), bleu_by_matrices([(words, refs)])
        assert abs(one - two) < 1e-12
        print(f"{name:13}" + "  ".join(f"{right}/{total}" for right, total in counts) + f"  BLEU {one:.3f}")
    the = split("the the the the the the the")
    right, total = clipped(the, [split("the cat is on the mat"), split("there is a cat on the mat")], 1)
    print(f"seven times 'the': clipped {right}/{total}, not clipped {total}/{total}")
    reference = split("police killed the gunman")
    print("                       ROUGE-1  ROUGE-2  ROUGE-L")
    for text in ("police kill the gunman", "the gunman kill police", "the gunman police killed"):
        words = split(text)
        assert lcs(words, reference) == lcs_by_paths(words, reference)
        scores = [rouge_n(words, reference, n) for n in (1, 2)]
        assert np.allclose(scores, [rouge_by_matrix(words, reference, n) for n in (1, 2)])
        print(f"{text:24}" + "  ".join(f"{v:7.2f}" for v in (*scores, rouge_l(words, reference))))


def random_checks() -> None:
    """Both ways agree on ten random corpora of repeated words, and on ten random pairs."""
    rng = np.random.default_rng(0)

    def draw() -> Words:
        return [str(w) for w in rng.choice(list("abcd"), size=rng.integers(4, 12))]

    for _ in range(10):
        corpus = [(draw(), [draw(), draw()]) for _ in range(3)]
        assert abs(bleu(corpus) - bleu_by_matrices(corpus)) < 1e-12
        a, b = draw(), draw()
        assert lcs(a, b) == lcs_by_paths(a, b)


LONG = split("the committee approved the new budget for public schools on monday after a long debate")


def length() -> None:
    """A cut copy has precision 1 at every n; the brevity penalty lowers it. ROUGE recall rewards the opposite."""
    for size in (15, 12, 8, 5):
        cut = LONG[:size]
        values = bleu([(cut, [LONG])]), rouge_n(cut, LONG, 1)
        print(f"first {size:2} of 15 words  BLEU {values[0]:.2f}  ROUGE-1 recall {values[1]:.2f}")
    padded = LONG + [f"x{i}" for i in range(85)]
    print(f"with 85 more words    BLEU {bleu([(padded, [LONG])]):.2f}  ROUGE-1 recall {rouge_n(padded, LONG, 1):.2f}")


def corpus_level() -> None:
    """Corpus BLEU is no mean of sentence BLEUs: two halves of very different quality and length."""
    short = split("he did not come yesterday"), [split("yesterday he did not show up")]
    pairs = [(LONG, [LONG]), short]
    each = [bleu([p]) for p in pairs]
    assert abs(bleu(pairs) - bleu_by_matrices(pairs)) < 1e-12
    print(f"sentences {each[0]:.2f} and {each[1]:.2f}, mean {np.mean(each):.2f}, corpus {bleu(pairs):.2f}")


OUTPUT = "the U.S. economy grew 2.5% in May, the bank's report said."
TARGET = "The U.S. economy grew by 2.5% in May, said the bank's report."
SPLITS: dict[str, Callable[[str], Words]] = {
    "spaces only": str.split,
    "punctuation apart": lambda t: re.findall(r"\w+|[^\w\s]", t),
    "the same, lower case": lambda t: re.findall(r"\w+|[^\w\s]", t.lower()),
    "characters": lambda t: list(t.replace(" ", "_")),
}


def tokens() -> None:
    for name, cut in SPLITS.items():
        pair = [(cut(OUTPUT), [cut(TARGET)])]
        assert abs(bleu(pair) - bleu_by_matrices(pair)) < 1e-12
        print(f"{name:21} {len(cut(OUTPUT)):3} tokens  BLEU {bleu(pair):.2f}")
    for name, cut in ("Chinese, spaces only", str.split), ("Chinese, characters", list):
        pair = [(cut("今天天气很好"), [cut("今天的天气很好")])]
        assert abs(bleu(pair) - bleu_by_matrices(pair)) < 1e-12
        print(f"{name:21} {len(pair[0][0]):3} tokens  BLEU {bleu(pair):.2f}")


def meaning() -> None:
    """The wrong sentence shares almost every word, the right one almost none."""
    reference = split("the drug is safe for children under five years")
    for name, text in (
        ("opposite", "the drug is not safe for children under five years"),
        ("same sense", "infants and toddlers can take this medicine without risk"),
    ):
        words = split(text)
        values = bleu([(words, [reference])]), rouge_n(words, reference, 1), rouge_l(words, reference)
        print(f"{name:11} BLEU {values[0]:.2f}  ROUGE-1 {values[1]:.2f}  ROUGE-L {values[2]:.2f}")


TRAIN = (
    ". the cat sat on the mat . the dog sat on the rug . the cat saw the dog . "
    "the dog saw a bird . a bird sat on the mat . the cat ran . the bird saw the cat ."
)
TEST = ". the bird sat on the rug . a dog saw the cat ."  # the first full stop is given, the rest is predicted


# --8<-- [start:perplexity]
def bigram(train: list[str], k: float = 0.1) -> tuple[Array, list[str]]:
    """P(next | previous) with k added to every count."""
    vocabulary = sorted(set(train))
    index = {token: i for i, token in enumerate(vocabulary)}
    counts = np.full((len(vocabulary), len(vocabulary)), k)
    for before, after in pairwise(train):
        counts[index[before], index[after]] += 1
    return counts / counts.sum(axis=1, keepdims=True), vocabulary


def nll(test: list[str], model: tuple[Array, list[str]]) -> float:
    """Negative log-likelihood of all tokens after the first, in nats."""
    table, vocabulary = model
    rows = [vocabulary.index(token) for token in test]
    return float(-np.log(table[rows[:-1], rows[1:]]).sum())
# --8<-- [end:perplexity]


def perplexity() -> None:
    """The same text under a model of words and one of characters, per word and per character."""
    words, characters = len(split(TEST)) - 1, len(TEST) - 2
    for name, train, test in (
        ("word bigrams", split(TRAIN), split(TEST)),
        ("letter bigrams", list(TRAIN[1:]), list(TEST[1:])),
    ):
        model = bigram(train)
        total = nll(test, model)
        rows = [model[1].index(t) for t in test]
        again = log_loss(rows[1:], model[0][rows[:-1]], labels=range(len(model[1])))
        assert abs(math.exp(total / (len(test) - 1)) - math.exp(again)) < 1e-9
        per_word, per_letter = (math.exp(total / n) for n in (words, characters))
        bits = total / math.log(2) / characters
        print(f"{name:14}  per word {per_word:5.2f}  per character {per_letter:.2f}  bits per character {bits:.2f}")
    uniform = np.full((8, 8), 1 / 8), [str(i) for i in range(8)]
    print(f"uniform over 8: {math.exp(nll(list('0123456701'), uniform) / 9):.2f}")


def closed_vocabulary() -> None:
    """Every word outside the vocabulary becomes one symbol, which is easy to predict."""
    for kept in (12, 4, 2, 0):
        common = {w for w, _ in Counter(split(TRAIN)).most_common(kept)}
        train, test = ([w if w in common else "<unk>" for w in split(t)] for t in (TRAIN, TEST))
        print(f"vocabulary {kept:2} + <unk>: perplexity {math.exp(nll(test, bigram(train)) / (len(test) - 1)):.2f}")


def greedy() -> None:
    """The text that the word model itself prefers, and its perplexity under that model."""
    table, vocabulary = model = bigram(split(TRAIN))
    text = ["."]
    while len(text) < len(split(TEST)):
        text.append(vocabulary[int(np.argmax(table[vocabulary.index(text[-1])]))])
    print(f"greedy: {' '.join(text[1:])}")
    print(f"its perplexity {math.exp(nll(text, model) / (len(text) - 1)):.2f}")


def more_references() -> None:
    """A further reference can lower BLEU: it matches nothing, but it is closest in length, and longer."""
    words, near, far = (split(t) for t in (
        "the cat sat on the mat right now", "the cat sat on the mat", "a pet slept here in a corner of it"
    ))
    one, two = [(words, [near])], [(words, [near, far])]
    assert all(abs(bleu(c) - bleu_by_matrices(c)) < 1e-12 for c in (one, two))
    print(f"one reference {bleu(one):.2f}, two {bleu(two):.2f}")


def systems(seed: int) -> tuple[Array, Array]:
    """Human and metric scores of ten close systems and two poor ones; the metric sees quality through noise."""
    rng = np.random.default_rng(seed)
    human = np.append(rng.normal(0, 1, 10), [-8.0, -10.0])
    return human, human + rng.normal(0, 2.5, 12)


def correlation() -> None:
    pairs = [systems(seed) for seed in range(500)]
    every = np.mean([np.corrcoef(h, m)[0, 1] for h, m in pairs])
    close = np.mean([np.corrcoef(h[:10], m[:10])[0, 1] for h, m in pairs])
    print(f"mean r of 500 draws: 12 systems {every:.2f}, the ten close ones {close:.2f}")


def draw() -> None:
    fig, (left, right) = figure.new(1, 2, height=2.8)
    ratio = np.linspace(0.2, 1.6, 141)
    left.plot(ratio, np.minimum(1, np.exp(1 - 1 / ratio)), color=figure.BLUE)
    sizes = np.array([5, 8, 12, 15])
    left.plot(sizes / 15, [bleu([(LONG[:n], [LONG])]) for n in sizes], "o", color=figure.ORANGE, markersize=5)
    left.set(xlim=(0.15, 1.65), ylim=(0, 1.08), xlabel="c / r", xticks=[0.5, 1, 1.5], yticks=[0, 0.5, 1])
    left.set_title("BP", loc="left")
    human, metric = systems(20)
    both = pearsonr(human, metric).statistic, pearsonr(human[:10], metric[:10]).statistic
    print(f"the draw in the figure: {both[0]:.2f} and {both[1]:.2f}")
    right.plot(human[:10], metric[:10], "o", color=figure.GREEN, markersize=5)
    right.plot(human[10:], metric[10:], "s", color=figure.RED, markersize=5)
    right.set(xlabel="人工评分 human", xticks=[], yticks=[])
    right.set_title("自动指标 metric", loc="left")
    right.text(-6.0, metric[:10].mean(), f"r = {both[0]:.2f}")
    right.text(-1.8, metric[:10].min() - 2.2, f"r = {both[1]:.2f}", color=figure.GREEN)
    figure.save(fig, "text-generation-metrics.svg")


if __name__ == "__main__":
    random_checks()
    published()
    length()
    corpus_level()
    tokens()
    meaning()
    perplexity()
    closed_vocabulary()
    greedy()
    correlation()
    more_references()
    draw()
