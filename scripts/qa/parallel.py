"""Use every processor where there is enough to do: the same results in the same order as one after the other."""

import os
import pickle
from collections.abc import Callable, Sequence
from typing import Any

FEW = 100  # pages below which starting processes costs more than it saves


def workers(pages: int) -> int:
    """How many processes are worth it."""
    return 1 if pages < FEW or not hasattr(os, "fork") else max(1, min(os.cpu_count() or 1, 8))


def each(function: Callable[[Any], Any], shares: Sequence[Any], pages: int) -> list[Any]:
    """`function` of each share, the first one here and the others in processes; one that dies is made up for here."""
    if workers(pages) == 1:
        return [function(share) for share in shares]
    running = [_start(function, share) for share in shares[1:]]
    results = [function(shares[0])]
    for share, (process, pipe) in zip(shares[1:], running, strict=True):
        raw = pipe.read()
        pipe.close()
        os.waitpid(process, 0)
        results.append(pickle.loads(raw) if raw else function(share))
    return results


def _start(function: Callable[[Any], Any], share: object) -> tuple[int, Any]:
    """A copy of this process that works on one share and writes its result into a pipe."""
    ours, theirs = os.pipe()
    process = os.fork()
    if process:
        os.close(theirs)
        return process, os.fdopen(ours, "rb")
    os.close(ours)
    try:
        raw = pickle.dumps(function(share), protocol=pickle.HIGHEST_PROTOCOL)
        with os.fdopen(theirs, "wb") as pipe:
            pipe.write(raw)
    finally:
        os._exit(0)  # nothing of the parent's is to be cleaned up here
    raise AssertionError
