"""Check a built site as a browser would meet it: every address leads to a file, every fragment to an id, every id stands once.

Pages are parsed by lexbor in one process per core. A page's own fragments are judged where it is parsed; what leads to other
pages comes back as a set of pairs (file, fragment), so that memory grows with the site's vocabulary and not with its links.
Only where such a pair leads nowhere the pages are read again, to say where the links stand.
"""

import contextlib
import difflib
import html
import multiprocessing
import os
import posixpath
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from qa.issue import Issue

ADDRESSES = ("href", "src", "poster", "data", "action", "formaction", "xlink:href", "background")
LISTS = ("srcset", "imagesrcset")
REFERENCES = ("for", "list", "headers")
SPEAKING = frozenset({"aria-label", "aria-labelledby", "title", "aria-hidden"})  # what an empty link may say instead of text
MAY_BE_EMPTY = frozenset({"action", "style", "background"})
OWN = "#"  # stands for the page itself among targets
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
REFRESH = re.compile(r"^\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?[\"']?\s*(.*?)\s*[\"']?\s*$", re.I)
CANDIDATE = re.compile(r"\s*([^\s,]\S*[^\s,]|[^\s,])(?:\s+[^,]*)?(?:,|$)")
IN_CSS = re.compile(r"url\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^)\s\"']*))\s*\)|@import\s+[\"']([^\"']+)[\"']", re.I)
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.S)
SVG_ID = re.compile(r"\bid\s*=\s*[\"']([^\"']+)")
SMALL, CHUNK = 300, 50  # pages that one process checks sooner than two are started; pages handed over at once


@dataclass(frozen=True)
class Folder:
    """A built site: its files below `root` with `/` between folders, and where it will be hosted, if that is known."""

    root: Path
    files: frozenset[str]
    folders: frozenset[str]
    address: str = ""

    @cached_property
    def base(self) -> str:
        """The path under which the site is hosted: `/` or `/project/`."""
        return urlsplit(self.address).path.rpartition("/")[0] + "/"

    @cached_property
    def origin(self) -> str:
        parts = urlsplit(self.address)
        return f"//{parts.netloc}" if parts.netloc else ""

    @cached_property
    def by_letters(self) -> Mapping[str, str]:
        return {name.lower(): name for name in self.files}

    @cached_property
    def pages(self) -> list[str]:
        return sorted(name for name in self.files if name.endswith((".html", ".htm")))


Task = Callable[[Folder, list[str]], Any]  # what a worker does with some pages
Run = Callable[[Task, Iterable[list[str]]], Iterable[Any]]


@dataclass(frozen=True)
class Found:
    """What pages brought: problems, the ids of each page in one string, what they want of others, where they forward."""

    issues: list[Issue] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    wanted: set[tuple[str, str]] = field(default_factory=set)
    forwards: dict[str, str] = field(default_factory=dict)


def check(root: Path, address: str = "", processes: int | None = None) -> tuple[list[Issue], int]:
    """All problems of a built folder by place, and the number of its pages; `address` is where it will be hosted."""
    folder = read(root, address)
    found = Found()
    with _workers(folder, processes) as run:
        for part in run(examine, _chunks(folder.pages)):
            found.issues.extend(part.issues)
            found.ids.update(part.ids)
            found.wanted.update(part.wanted)
            found.forwards.update(part.forwards)
        bad = _dangling(folder, found)
        if bad:
            for issues in run(partial(locate, bad=bad), _chunks(folder.pages)):
                found.issues.extend(issues)
    found.issues.extend(_circles(found.forwards))
    found.issues.extend(_styles(folder))
    return sorted(set(found.issues)), len(folder.pages)


def read(root: Path, address: str = "") -> Folder:
    """The names in a folder; the address is that of the front page's canonical link where none is given."""
    files, folders = set(), {""}
    for place, _, names in os.walk(root):
        below = "" if place == str(root) else Path(place).relative_to(root).as_posix() + "/"
        folders.add(below.rstrip("/"))
        files.update(below + name for name in names)
    return Folder(root, frozenset(files), frozenset(folders), address or _canonical(root / "index.html"))


def examine(folder: Folder, names: list[str]) -> Found:
    """Parse these pages and judge all that can be judged page by page."""
    found = Found()
    for name in names:
        raw = (folder.root / name).read_bytes()
        page = parse(name, raw)
        found.ids[name] = "\n".join(page.anchors)
        for fault in _faults(folder, page, found):
            found.issues.append(_issue(name, raw, fault))
    return found


def locate(folder: Folder, names: list[str], bad: Mapping[tuple[str, str], str]) -> list[Issue]:
    """The places of the links among these pages that lead to fragments which do not exist."""
    issues = []
    for name in names:
        raw = (folder.root / name).read_bytes()
        page = parse(name, raw)
        for attribute, value in page.addresses:
            target = target_of(folder, page, value)
            if isinstance(target, tuple) and target in bad:
                issues.append(_issue(name, raw, Fault("built-missing-anchor", bad[target], attribute, value)))
    return issues


@dataclass(frozen=True)
class Fault:
    """A problem before its place is known: the attribute and value to look for, and which of their occurrences."""

    rule: str
    message: str
    attribute: str
    value: str
    remedy: str = ""
    occurrence: int = 1


class Parsed:
    """What one page holds: its ids, and every address in it once."""

    def __init__(self, name: str, tree: LexborHTMLParser, styled: bool = False) -> None:
        self.name, self.folder = name, posixpath.dirname(name)
        self.ids: list[str] = []
        self.names: set[str] = set()
        self.addresses: dict[tuple[str, str], None] = {}
        self.references: dict[tuple[str, str], None] = {}
        self.forward = ""
        self.silent: list[str] = []
        for node in tree.css("*"):
            attributes = node.attributes
            if not WATCHED.isdisjoint(attributes):
                self._take(node, attributes)
        for node in tree.css("style") if styled else ():
            self._css("style", "style", node.text(), {})

    @cached_property
    def anchors(self) -> set[str]:
        return {*self.ids, *self.names}

    def _take(self, node: LexborNode, attributes: Mapping[str, str | None]) -> None:
        for key, value in attributes.items():
            if key not in WATCHED:
                continue
            if key == "id":
                self.ids.append(value or "")
            elif key in ("href", "src"):
                self._link(node.tag, key, value or "", attributes)
                if node.first_child is None and key == "href" and node.tag == "a" and not SPEAKING & attributes.keys():
                    self.silent.append(value or "")
            else:
                RARE[key](self, node.tag, key, value or "", attributes)

    def _link(self, tag: str, key: str, value: str, attributes: Mapping[str, str | None]) -> None:
        if tag == "base":
            self.folder = posixpath.normpath(posixpath.join(self.folder, value)).strip("/.") if "//" not in value else self.folder
        elif not (tag == "link" and attributes.get("rel") in ("preconnect", "dns-prefetch")):
            self.addresses[key, value] = None

    def _data(self, tag: str, key: str, value: str, _: Mapping[str, str | None]) -> None:
        if key != "data" or tag == "object":
            self.addresses[key, value] = None

    def _list(self, _: str, key: str, value: str, __: Mapping[str, str | None]) -> None:
        for candidate in candidates(value):
            self.addresses[key, candidate] = None

    def _name(self, tag: str, _: str, value: str, __: Mapping[str, str | None]) -> None:
        if tag in ("a", "map"):
            self.names.add(value)

    def _map(self, _: str, key: str, value: str, __: Mapping[str, str | None]) -> None:
        self.references[key, value] = None

    def _refer(self, tag: str, key: str, value: str, _: Mapping[str, str | None]) -> None:
        for one in value.split() if key != "for" or tag == "output" else [value]:
            self.references[key, one] = None

    def _css(self, _: str, key: str, value: str, __: Mapping[str, str | None]) -> None:
        for address in in_css(value):
            self.addresses[key, address] = None

    def _refresh(self, _: str, __: str, ___: str, attributes: Mapping[str, str | None]) -> None:
        match = REFRESH.match(attributes.get("content") or "")
        if (attributes.get("http-equiv") or "").lower() == "refresh" and match:
            self.forward = match[1]
            self.addresses["content", match[1]] = None


RARE = {
    **dict.fromkeys(ADDRESSES[2:], Parsed._data),
    **dict.fromkeys(LISTS, Parsed._list),
    **dict.fromkeys(REFERENCES, Parsed._refer),
    "name": Parsed._name,
    "usemap": Parsed._map,
    "style": Parsed._css,
    "http-equiv": Parsed._refresh,
}
WATCHED = frozenset({"id", "href", "src", *RARE})


def parse(name: str, raw: bytes) -> Parsed:
    """One page; bytes that are no UTF-8 are replaced, as browsers do."""
    styled = b"<style" in raw
    try:
        return Parsed(name, LexborHTMLParser(raw), styled)
    except UnicodeDecodeError:
        return Parsed(name, LexborHTMLParser(raw.decode("utf-8", "replace")), styled)


def candidates(value: str) -> Iterator[str]:
    """The addresses of a `srcset`; commas within `data:` addresses do not part them."""
    if "data:" not in value:
        yield from (part.split()[0] for part in value.split(",") if part.strip())
        return
    yield from (match[1] for match in CANDIDATE.finditer(value))


def in_css(text: str) -> Iterator[str]:
    """The addresses that a style sheet loads; of a font in several formats the first, since browsers stop at what they know."""
    formats = re.compile(r"(url\([^)]*\)\s*format\([^)]*\))(?:\s*,\s*url\([^)]*\)\s*format\([^)]*\))+", re.I)
    text = formats.sub(lambda match: match[1], CSS_COMMENT.sub("", text))
    for match in IN_CSS.finditer(text):
        yield next((group for group in match.groups() if group is not None), "").strip()


def target_of(folder: Folder, page: Parsed, value: str) -> tuple[str, str] | Fault | None:
    """The file that an address leads to with the fragment there; a fault where there is none, nothing where it leads out."""
    path, _, fragment = value.partition("#")
    place = page.folder
    while path.startswith("../") and place:
        path, place = path[3:], place.rpartition("/")[0]
    joined = f"{place}/{path}" if place else path
    name = joined + "index.html" if joined.endswith("/") else joined
    if path and name in folder.files and ":~:" not in fragment:
        return name, fragment
    target = resolve(folder, page, value)
    if not isinstance(target, tuple):
        return target
    file = page.name if target[0] == OWN else _file(folder, target[0])
    if file is None:
        message, remedy = _missing(folder, target[0])
        return Fault("built-missing-target", message, "", value, remedy)
    return file, target[1]


def resolve(folder: Folder, page: Parsed, value: str) -> tuple[str, str] | Fault | None:
    """The file and fragment that an address leads to; a fault where it cannot lead anywhere; nothing where it leads out."""
    value = value.strip()
    if SCHEME.match(value) or value.startswith("//"):
        inside = _inside(folder, value)
        if inside is None:
            return _bad_scheme(value)
        value = inside
    path, mark, fragment = value.partition("#")
    path = path.partition("?")[0]
    fragment = fragment.partition(":~:")[0]
    if not path:
        return (OWN, fragment) if mark or "?" in value else None
    if "\\" in path:
        return Fault("built-bad-address", "a backslash is no slash", "", value, "Write / between folders.")
    if "%" in path:
        path = unquote(path)
    if path[0] == "/":
        if not path.startswith(folder.base):
            message = f"the site stands below {folder.base}"
            return Fault("built-missing-target", message, "", value, f"Start with {folder.base}.")
        joined = path[len(folder.base) :]
    else:
        joined = f"{page.folder}/{path}" if page.folder else path
    clean = _normal(joined)
    if clean is None:
        return Fault("built-missing-target", "this leads out of the site's folder", "", value, "Take away one ../.")
    return clean, fragment


def _normal(path: str) -> str | None:
    """A path without `.` and `..`, its last slash kept; nothing where it leaves the folder."""
    if "./" not in path and "//" not in path and not path.endswith("."):
        return path
    kept: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == "..":
            if not kept:
                return None
            kept.pop()
        elif part and part != ".":
            kept.append(part)
    return "/".join(kept) + ("/" if parts[-1] in ("", ".", "..") and kept else "")


def _inside(folder: Folder, value: str) -> str | None:
    """The path of an address on our own host and below the site's base, or nothing."""
    host, slash, rest = re.sub(r"^https?:", "", value, flags=re.I).removeprefix("//").partition("/")
    path = slash + rest
    return path if folder.origin == f"//{host}" and path.startswith(folder.base) else None


def _bad_scheme(value: str) -> Fault | None:
    scheme = value.partition(":")[0].lower()
    if scheme in ("javascript", "vbscript", "file"):
        return Fault("built-bad-address", f"a link to {scheme}: leads nowhere", "", value, "Name a page or a file of the site.")
    return None


def _faults(folder: Folder, page: Parsed, found: Found) -> Iterator[Fault]:
    """What is wrong on one page; what can be judged only with other pages is put into `found`."""
    own = page.name
    for attribute, value in page.addresses:
        if not value.strip():
            if attribute not in MAY_BE_EMPTY:
                yield Fault("built-empty-address", f"{attribute} is empty", attribute, value, "Name what it leads to.")
            continue
        target = target_of(folder, page, value)
        if isinstance(target, Fault):
            yield replace(target, attribute=attribute)
        elif target and (fragment := target[1]) and fragment.lower() != "top":
            if target[0] != own:
                found.wanted.add(target)
            elif not _has(page.anchors, fragment):
                yield Fault("built-missing-anchor", _no_anchor(own, fragment, page.anchors), attribute, value)
    if page.forward and isinstance(target := target_of(folder, page, page.forward), tuple):
        found.forwards[own] = target[0]
    yield from _identities(page)


def _identities(page: Parsed) -> Iterator[Fault]:
    """Ids stand once, references to them lead to one, links have something to click on."""
    if len(set(page.ids)) != len(page.ids):
        seen: dict[str, int] = {}
        for one in page.ids:
            seen[one] = seen.get(one, 0) + 1
            if seen[one] > 1:
                message = f"the id '{one}' stands {seen[one]} times on this page"
                yield Fault("built-doubled-id", message, "id", one, "Ids are unique on a page.", seen[one])
    if "" in page.ids:
        yield Fault("built-doubled-id", "an id is empty", "id", "", "Name it or take it away.")
    for attribute, value in page.references:
        if value and value.removeprefix("#" if attribute == "usemap" else "") not in page.anchors:
            message = f"{attribute} names '{value}', and nothing on the page has this id"
            yield Fault("built-missing-anchor", message, attribute, value, "Name an id of this page.")
    for value in page.silent:
        yield Fault("built-silent-link", "this link has no text", "href", value, "Give it text, or an aria-label.")


def _file(folder: Folder, path: str) -> str | None:
    """The file that a host serves for a path."""
    if path in folder.files:
        return path
    index = f"{path}index.html" if not path or path.endswith("/") else f"{path}/index.html"
    return index if index in folder.files else None


def _missing(folder: Folder, path: str) -> tuple[str, str]:
    """What to say of a path that leads to no file, and what may have been meant."""
    plain = path.rstrip("/")
    if plain in folder.folders:
        return f"the folder {path} has no index.html", "Name a page in it."
    if plain.endswith(".md"):
        return f"there is no {path}: raw HTML is not rewritten from .md", "Name the built address."
    other = folder.by_letters.get(plain.lower()) or folder.by_letters.get(f"{plain.lower()}/index.html")
    if other:
        return f"there is no {path}; letter case matters: {other}", f"Write {other.removesuffix('index.html')}."
    place = posixpath.dirname(plain)
    names = {name[len(place) :].strip("/").partition("/")[0] for name in folder.files if name.startswith(place)}
    close = difflib.get_close_matches(posixpath.basename(plain), names, 1, 0.75)
    return f"there is no {path}", f"Did you mean {close[0]}?" if close else ""


def _has(anchors: Iterable[str], fragment: str) -> bool:
    return fragment in anchors or ("%" in fragment and unquote(fragment) in anchors)


def _no_anchor(name: str, fragment: str, anchors: Iterable[str]) -> str:
    same = [one for one in anchors if one.lower() == unquote(fragment).lower()]
    close = same or difflib.get_close_matches(unquote(fragment), list(anchors), 1, 0.75)
    return f"{name} has no id '{unquote(fragment)}'" + (f"; did you mean '{close[0]}'?" if close else "")


def _dangling(folder: Folder, found: Found) -> dict[tuple[str, str], str]:
    """The pairs of file and fragment that lead nowhere, with what to say."""
    bad, anchors = {}, {"": set()}
    for name, fragment in sorted(pair for pair in found.wanted if pair[0].endswith((".html", ".htm", ".svg"))):
        if name not in anchors:
            anchors = {name: _anchors(folder, found, name)}
        if not _has(anchors[name], fragment):
            bad[name, fragment] = _no_anchor(name, fragment, anchors[name])
    return bad


def _anchors(folder: Folder, found: Found, name: str) -> set[str]:
    if name.endswith(".svg"):
        return set(SVG_ID.findall((folder.root / name).read_text(encoding="utf-8", errors="replace")))
    return set(found.ids.get(name, "").split("\n"))


def _circles(forwards: Mapping[str, str]) -> Iterator[Issue]:
    """Pages that forward to each other for ever."""
    for start in forwards:
        here, seen = start, set()
        while here in forwards and here not in seen:
            seen.add(here)
            here = forwards[here]
        if here == start and start in seen:
            message = "this page forwards in a circle"
            yield Issue(PurePosixPath(start), 1, 1, "built-redirect-loop", message, "Forward to a page that stays.")


def _styles(folder: Folder) -> Iterator[Issue]:
    """What the style sheets load is there."""
    for name in sorted(one for one in folder.files if one.endswith(".css")):
        raw = (folder.root / name).read_bytes()
        sheet = Parsed(name, LexborHTMLParser(""))
        for value in dict.fromkeys(in_css(raw.decode("utf-8", "replace"))):
            target = target_of(folder, sheet, value) if value else None
            if isinstance(target, Fault):
                yield _issue(name, raw, target)


def _issue(name: str, raw: bytes, fault: Fault) -> Issue:
    line, column = _place(raw, fault)
    return Issue(PurePosixPath(name), line, column, fault.rule, fault.message, fault.remedy)


def _place(raw: bytes, fault: Fault) -> tuple[int, int]:
    """Line and column of a value in a page: where the attribute has it, else where it stands at all, else the beginning."""
    text = raw.decode("utf-8", "replace")
    spellings = sorted({fault.value, html.escape(fault.value), html.escape(fault.value, quote=False)})
    either = "|".join(re.escape(one) for one in spellings)
    exact = rf"(?<![\w-]){re.escape(fault.attribute)}\s*=\s*(?:\"\s*(?:{either})\s*\"|'\s*(?:{either})\s*'|(?:{either})(?=[\s>]))"
    matches = list(re.finditer(exact, text, re.I)) or (list(re.finditer(either, text)) if fault.value.strip() else [])
    start = matches[min(fault.occurrence, len(matches)) - 1].start() if matches else 0
    return text.count("\n", 0, start) + 1, start - (text.rfind("\n", 0, start) + 1) + 1


def _canonical(index: Path) -> str:
    if not index.is_file():
        return ""
    node = LexborHTMLParser(index.read_text(encoding="utf-8", errors="replace")).css_first('link[rel="canonical"]')
    return (node.attributes.get("href") or "") if node else ""


def _chunks(names: list[str]) -> Iterator[list[str]]:
    return (names[i : i + CHUNK] for i in range(0, len(names), CHUNK))


@contextlib.contextmanager
def _workers(folder: Folder, processes: int | None) -> Iterator[Run]:
    """`run(function, chunks)` in this process for a small folder, else in one process per core; results in order."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    count = processes or (cores if len(folder.pages) > SMALL else 1)
    if count == 1:
        yield lambda function, chunks: (function(folder, chunk) for chunk in chunks)
        return
    safe = threading.active_count() == 1 and "fork" in multiprocessing.get_all_start_methods()
    with multiprocessing.get_context("fork" if safe else "spawn").Pool(count, _begin, (folder,)) as pool:
        yield lambda function, chunks: pool.imap(partial(_call, function), chunks)


_FOLDER: list[Folder] = []  # of a worker process


def _begin(folder: Folder) -> None:
    _FOLDER[:] = [folder]


def _call(function: Task, chunk: list[str]) -> Any:
    return function(_FOLDER[0], chunk)
