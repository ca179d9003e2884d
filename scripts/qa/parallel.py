"""Use every processor where there is enough to do: the same results in the same order as one after the other."""

import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import Any

FEW = 100  # pages below which starting processes costs more than it saves
MOST = 250  # pieces: the number of one is a byte
_waiting: list[Callable[[], object]] = []


def meanwhile(function: Callable[[], object]) -> None:
    """Have `function` called here once others have begun to work: something that has to be done anyway, and can wait until then."""
    _waiting.append(function)


def pieces(pages: Sequence[Any], size: int) -> list[Sequence[Any]]:
    """The pages in pieces of this size, neighbours together; in one piece where they are few."""
    size = max(size, -(-len(pages) // MOST)) if _workers(len(pages)) > 1 else max(len(pages), 1)
    return [pages[start : start + size] for start in range(0, len(pages), size)]


def each(function: Callable[[Any], Any], parts: Sequence[Any], pages: int) -> list[Any]:
    """`function` of each part: every process takes the next one when it is free; what one that dies leaves is done here."""
    workers = _workers(pages)
    if workers == 1:
        return [function(part) for part in parts]
    queue, entrance = os.pipe()
    os.write(entrance, bytes(range(len(parts))))
    others = [_start(function, parts, queue, entrance) for _ in range(workers - 1)]
    os.close(entrance)
    while _waiting:
        _waiting.pop()()
    done = _work(function, parts, queue)
    os.close(queue)
    for process, pipe in others:
        with pipe:
            raw = pipe.read()
        os.waitpid(process, 0)
        done |= pickle.loads(raw) if raw else {}
    return [done[number] if number in done else function(part) for number, part in enumerate(parts)]


def _workers(pages: int) -> int:
    """How many processes are worth it."""
    return 1 if pages < FEW or not hasattr(os, "fork") else max(1, min(os.cpu_count() or 1, 8))


def _taken(queue: int) -> Iterator[int]:
    """The numbers of parts that nobody else takes."""
    while number := os.read(queue, 1):
        yield number[0]


def _work(function: Callable[[Any], Any], parts: Sequence[Any], queue: int) -> dict[int, Any]:
    return {number: function(parts[number]) for number in _taken(queue)}


def _start(function: Callable[[Any], Any], parts: Sequence[Any], queue: int, entrance: int) -> tuple[int, Any]:
    """A copy of this process that works and writes its results into a pipe."""
    ours, theirs = os.pipe()
    process = os.fork()
    if process:
        os.close(theirs)
        return process, os.fdopen(ours, "rb")
    os.close(ours)
    os.close(entrance)
    try:
        raw = pickle.dumps(_work(function, parts, queue), protocol=pickle.HIGHEST_PROTOCOL)
        with os.fdopen(theirs, "wb") as pipe:
            pipe.write(raw)
    finally:
        os._exit(0)  # nothing of the parent's is to be cleaned up here
    raise AssertionError
