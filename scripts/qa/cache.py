"""What was rendered before need not be rendered again: results by content, safe against changes of code and settings."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from qa import parallel
from qa.issue import InputError, Issue
from qa.sentinel import Rendered, Renderer
from qa.settings import FILE, Settings
from qa.text import position
from qa.unchanged import FOLDER, code, content, digest, read, write

MANY = 60  # pages from which on results are kept on disk
PIECE = 8  # pages that a process takes at a time
Key = str
_memory: dict[Key, tuple[Rendered, tuple[tuple[str, str], ...]]] = {}
_progress: list[Callable[[int, int], None]] = []  # whoever has a screen
_renderers: dict[tuple[str, Path], Renderer] = {}


def rendered(pages: Iterable[tuple[PurePosixPath, str]], settings: Settings, root: Path) -> dict[PurePosixPath, Rendered]:
    """What each page (its path and its Markdown) becomes; only those are rendered that were not before."""
    mark = digest(f"{settings.text}{sorted(settings.extensions)}{code()}".encode())
    keys = {path: (digest(f"{mark}{path}\0{text}".encode()), text) for path, text in pages}
    stored = _load(root) if len(keys) > MANY else {}
    _memory.update((key, value) for key, value in stored.items() if key not in _memory)
    missing = [(path, text) for path, (key, text) in keys.items() if not _valid(key, root)]
    for path, result in _render(missing, settings, root):
        _memory[keys[path][0]] = (result, tuple((name, content(root / name)) for name in result.snippets))
    if missing and len(keys) > MANY:
        _save(root, {key: _memory[key] for key, _ in keys.values()})
    return {path: _memory[key][0] for path, (key, _) in keys.items()}


def on_progress(tell: Callable[[int, int], None]) -> None:
    """Have `tell` called with the number of pages done and of all pages."""
    _progress.append(tell)


def _load(root: Path) -> Mapping[Key, Any]:
    stored = read(root / FOLDER / "rendered.pickle")
    return stored[1] if isinstance(stored, tuple) and stored[0] == code() else {}


def _save(root: Path, entries: Mapping[Key, Any]) -> None:
    write(root / FOLDER / "rendered.pickle", (code(), entries))


def _valid(key: Key, root: Path) -> bool:
    """Known, and the snippets that it included are what they were."""
    known = _memory.get(key)
    return known is not None and all(content(root / name) == mark for name, mark in known[1])


def _render(pages: list[tuple[PurePosixPath, str]], settings: Settings, root: Path) -> Iterable[tuple[PurePosixPath, Rendered]]:
    """Every process takes a piece at a time; this one says how far they are."""
    if not pages:
        return []
    renderer = _renderer(settings, root)
    home = os.getpid()

    def work(piece: Sequence[int]) -> list[tuple[PurePosixPath, Rendered]]:
        results = []
        for number in piece:
            for tell in _progress if os.getpid() == home else ():
                tell(number, len(pages))
            path, text = pages[number]
            results.append((path, renderer.render(text, path)))
        return results

    numbers = parallel.pieces(range(len(pages)), PIECE)
    return [one for piece in parallel.each(work, numbers, len(pages)) for one in piece]


def _renderer(settings: Settings, root: Path) -> Renderer:
    key = (settings.text, root)
    if key not in _renderers:
        try:
            _renderers[key] = Renderer(settings, root)
        except Exception as error:  # whatever an extension raises when it is set up: no page can be rendered then
            raise InputError(_unusable(settings, str(error) or type(error).__name__)) from None
    return _renderers[key]


def _unusable(settings: Settings, message: str) -> Issue:
    """A Markdown extension that cannot be loaded, where the configuration names it."""
    name = next((one for one in settings.extensions if one in message), "markdown_extensions")
    line, column = position(settings.text, max(settings.text.find(name), 0))
    remedy = "Correct its name or its options in mkdocs.yml, or install it: no page can be built without it."
    return Issue(PurePosixPath(FILE), line, column, "unknown-extension", " ".join(message.split()), remedy)
