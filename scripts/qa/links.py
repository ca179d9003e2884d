"""Where each target of a page leads: the same resolution as MkDocs for Markdown, as a browser's for raw HTML."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from functools import cached_property
from pathlib import PurePosixPath
from urllib.parse import unquote

from qa.page import Page
from qa.sentinel import Anchor, Target
from qa.site import Site

DEFAULT_PORT = re.compile(r"^([^/:]+):(?:80|443)(?=/|$)")
SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
LOADING = {
    "src",
    "href",
    "poster",
    "data",
    "xlink:href",
    "background",
    "action",
    "formaction",
    "cite",
    "longdesc",
}  # attributes whose value is an address
INSIDE = {"srcset": re.compile(r"(?:^|,)\s*([^\s,]+)"), "style": re.compile(r"url\(['\"]?([^'\")]+)")}
IMAGES = {".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".ico"}


@dataclass(frozen=True)
class Link:
    """A target with its parts; `path` is what it resolves to below `docs/`, `..` kept where it leads out of it."""

    page: Page
    target: Target
    value: str
    path: str
    fragment: str
    is_external: bool
    is_raw: bool

    @property
    def is_image(self) -> bool:
        return self.target.tag in {"img", "image", "use"} or self.target.attribute in {"poster", "srcset"}

    @cached_property
    def written(self) -> str:
        """The path as it is written, without query and fragment."""
        return re.split(r"[?#]", self.value, maxsplit=1)[0]


class Map:
    """Every link of a site and what one needs to judge it, made once for all rules."""

    def __init__(self, site: Site) -> None:
        self.site = site
        docs = str(site.settings.docs)
        self.files = {str(path)[len(docs) + 1 :] for path in site.files}
        self.folders = {parent for file in self.files for parent in _parents(file)}
        self.by_lower = {file.lower(): file for file in sorted(self.files)}
        self.pages = {str(page.path)[len(docs) + 1 :]: page for page in site.pages}
        self.addresses = {address(path, site): path for path in self.files}
        self.languages = tuple(site.conventions.languages)
        self._links: dict[PurePosixPath, tuple[Link, ...]] = {}
        self._anchors: dict[PurePosixPath, frozenset[str]] = {}

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every link of the site."""
        return tuple(link for page in self.site.pages for link in self.of(page))

    def of(self, page: Page) -> tuple[Link, ...]:
        """The links of a page in the order of the text."""
        known = self._links.get(page.path)
        if known is None:
            own, start = _docs_path(page.path, self.site), base(page, self.site)
            whole = (target for one in self.site.rendered[page.path].targets for target in _parts(one))
            found = (resolve(page, target, self.site, own, start) for target in whole)
            known = self._links[page.path] = tuple(self._localized(link) for link in found)
        return known

    def _localized(self, link: Link) -> Link:
        """The same link, with what mkdocs-static-i18n makes of it: `usage.md` is the page in the reader's language.

        Where `qa.yml` holds, links name the file that exists (`bare-link`).
        """
        if self.site.conventions.sections or not link.path.endswith(".md") or link.path in self.files or link.is_raw:
            return link
        named = f"{link.path.removesuffix('.md')}.{link.page.language}.md"
        return replace(link, path=named) if named in self.files else link

    @cached_property
    def by_name(self) -> Mapping[str, list[str]]:
        """Files by their last part."""
        names: dict[str, list[str]] = {}
        for file in sorted(self.files):
            names.setdefault(posixpath.basename(file), []).append(file)
        return names

    def anchors(self, page: Page) -> frozenset[str]:
        """The ids of a page, those that the build adds included."""
        known = self._anchors.get(page.path)
        if known is None:
            made = {*_generated(page, self.site), "top", "__top"}
            known = self._anchors[page.path] = self.site.rendered[page.path].ids | made
        return known

    def explicit(self, page: Page) -> Iterator[Anchor]:
        return (anchor for anchor in self.site.rendered[page.path].anchors if anchor.kind != "other")

    @cached_property
    def left_out(self) -> frozenset[PurePosixPath]:
        """Pages that the build leaves out, such as those that others include; their text is judged where it is included."""
        return frozenset(page.path for path, page in self.pages.items() if self.excluded(path))

    @cached_property
    def unpublished(self) -> frozenset[str]:
        """Files that the build leaves out, and drafts."""
        return frozenset(file for file in self.files if self.excluded(file) or self.draft(file))

    def excluded(self, path: str) -> bool:
        return matches(path, self.site.settings.excluded)

    def draft(self, path: str) -> bool:
        page = self.pages.get(path)
        return matches(path, self.site.settings.drafts) or bool(page and page.meta.get("draft"))

    def reaches(self, path: str) -> bool:
        """Whether the built site has a page or a file at this path."""
        plain = path.rstrip("/").removesuffix("index.html").rstrip("/")
        return any(one in self.addresses for one in (path, f"{plain}/".lstrip("/"))) or plain in {"", "."}

    def relative(self, link: Link, path: str) -> str:
        """How `link` would name `path`: from its file in Markdown, from its page's address in raw HTML."""
        folder = posixpath.dirname(_docs_path(link.target.place.path, self.site) if not link.is_raw else "")
        if link.is_raw:
            return posixpath.relpath(address(path, self.site) or ".", base(link.page, self.site) or ".")
        return posixpath.relpath(path, folder or ".")


def of(site: Site) -> Map:
    """The map of a site, made on first use and kept with it."""
    kept = site.__dict__.get("_map")
    if kept is None:
        kept = site.__dict__["_map"] = Map(site)
    return kept


def address(path: str, site: Site) -> str:
    """Where a file below `docs/` stands on the built site, folders with a trailing slash."""
    languages = site.conventions.languages
    stem, dot, ending = path.rpartition(".")
    plain, _, language = stem.rpartition(".")
    prefix = f"{language}/" if language in languages and plain and language != site.conventions.default_language else ""
    stem = plain if language in languages and plain else stem
    if ending != "md":
        return f"{prefix}{stem}{dot}{ending}"
    if posixpath.basename(stem) in {"index", "README"}:
        return f"{prefix}{posixpath.dirname(stem)}/".replace("//", "/").removeprefix("/")
    return f"{prefix}{stem}/" if site.settings.directory_urls else f"{prefix}{stem}.html"


def own(address: str, site: Site) -> str | None:
    """What follows the site's own address in an absolute one, or nothing where it leads elsewhere."""
    bare, home = (DEFAULT_PORT.sub(r"\1", re.sub(r"^(https?:)?//(www\.)?", "", url)) for url in (address, site.settings.site_url))
    host, slash, path = home.rstrip("/").partition("/")
    start = f"{host.lower()}{slash}{path}/"
    there, mark, rest = f"{bare}/".partition("/")
    whole = f"{there.lower()}{mark}{rest}"
    return whole[len(start) : -1].lstrip("/") if host and whole.startswith(start) else None


def base(page: Page, site: Site) -> str:
    """The folder of a page's address, from which a browser resolves."""
    where = address(_docs_path(page.path, site), site)
    return where if where.endswith("/") or not where else posixpath.dirname(where) + "/"


def matches(path: str, patterns: tuple[str, ...]) -> bool:
    """The part of gitignore's patterns that `exclude_docs` and `draft_docs` are written in."""
    verdict = False
    for pattern in patterns:
        positive = not pattern.startswith("!")
        rule = pattern.lstrip("!")
        anchored, rule = "/" in rule.rstrip("/"), rule.strip("/")
        whole = any(fnmatch(part, rule) for part in ([path, *_parents(path)] if anchored else path.split("/")))
        verdict = positive if whole else verdict
    return verdict


def _parts(target: Target) -> Iterator[Target]:
    """The addresses in an attribute: one, or several in `srcset` and in styles."""
    if target.attribute in LOADING:
        yield target
    elif pattern := INSIDE.get(target.attribute):
        for match in pattern.finditer(target.value):
            place = replace(target.place, column=target.place.column + match.start(1))
            yield replace(target, value=match[1], place=place)


def resolve(page: Page, target: Target, site: Site, own: str = "", start: str = "") -> Link:
    """The link that a target of a page is; `own` and `start` are the page's path below the documents and its address.

    MkDocs resolves from the page, in a snippet, too; a browser resolves raw HTML from the address.
    """
    value = target.value.strip()
    external = bool(SCHEME.match(value)) or value.startswith("//")
    written, _, fragment = value.partition("#")
    written = unquote(written.partition("?")[0])
    path = ""
    if written and not external:
        folder = (start or base(page, site)) if target.raw else posixpath.dirname(own or _docs_path(page.path, site))
        path = posixpath.normpath(posixpath.join(folder, written))
    trailing = "/" if written.endswith("/") and path not in {"", "."} else ""
    return Link(page, target, value, path + trailing, fragment, external, target.raw)


def _generated(page: Page, site: Site) -> Iterator[str]:
    """The ids that the hooks add: generated sections, groups by level, sources with their numbers."""
    house = site.conventions
    cited = page.each("citation")
    yield from (name for name in house.generated if (cited if name == "references" else page.is_question))
    if cited:
        keys = {part.strip().lstrip("@").partition(",")[0] for e in cited for part in e.value.split(";")}
        yield from (f"ref-{key}" for key in keys)
    if page.slug == "index" and page.topic:
        yield from (f"level-{level}" for level in house.levels)
    if "<!-- sources -->" in page.text:
        yield from house.sources
        yield from (f"{source.id}-{n}" for source in house.sources.values() for n in source.numbers)


def _docs_path(path: PurePosixPath, site: Site) -> str:
    whole, docs = str(path), f"{site.settings.docs}/"
    return whole.removeprefix(docs)


def _parents(file: str) -> list[str]:
    return [str(parent) for parent in PurePosixPath(file).parents if str(parent) != "."]


def neutral(target: str, languages: Iterable[str]) -> str:
    """A target without the language in its file name: `resnet.md#answer` for `resnet.zh.md#answer`."""
    return re.sub(rf"\.(?:{'|'.join(languages)})(\.\w+)(?=$|[#?:)\s])", r"\1", target)
