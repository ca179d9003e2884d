"""The nearest of some words to one: what "did you mean" proposes, once it is verified."""

import difflib
from collections.abc import Iterable


def nearest(word: str, choices: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The choice most like `word`; letters swapped, missing, doubled or of the wrong case are near."""
    choices = list(choices)
    folded = {choice.casefold(): choice for choice in reversed(choices)}
    if word.casefold() in folded:
        return folded[word.casefold()]
    close = difflib.get_close_matches(word.casefold(), list(folded), 1, cutoff)
    return folded[close[0]] if close else None


def did_you_mean(word: str, choices: Iterable[str], otherwise: str = "") -> str:
    """A remedy that names the nearest choice, or another one."""
    found = nearest(word, choices)
    return f"Did you mean '{found}'?" if found else otherwise
