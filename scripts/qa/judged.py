"""What the rules of pages said before holds as long as nothing changed that they look at.

They look at a page, its twins and what it includes; and at its surroundings: which files there are, what pages say of
themselves in their front matter, which ids they have, and the conventions. One changed sentence changes no surroundings, so
that after an edit one page and its twins are judged, and all the others keep what was said of them.
"""

import datetime
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from qa.issue import Issue
from qa.links import IMAGES
from qa.markup import SNIPPET
from qa.page import Page
from qa.site import Site
from qa.unchanged import CONFIGURATION, FOLDER, code, content, digest, read, write

FILE = "judged.pickle"
MANY = 60  # pages from which on it is worth remembering
UNREAD = {".md", ".woff2", *IMAGES}  # files that stand in no surroundings with their content
CITED = re.compile(r"@([\w:-]+)")


def known(site: Site) -> tuple[dict[PurePosixPath, str], dict[PurePosixPath, tuple[Issue, ...]]]:
    """A mark of everything that is looked at for each page, and what was said of the pages whose mark is as before."""
    if len(site.pages) <= MANY:
        return {}, {}
    marks = dict(_marks(site))
    stored = read(site.root / FOLDER / FILE)
    if not isinstance(stored, dict):
        return marks, {}
    return marks, {path: stored[path][1] for path, mark in marks.items() if path in stored and stored[path][0] == mark}


def remember(site: Site, marks: dict[PurePosixPath, str], said: dict[PurePosixPath, Iterable[Issue]]) -> None:
    """Keep what was said of each page for the next run."""
    if marks:
        write(site.root / FOLDER / FILE, {path: (mark, tuple(said[path])) for path, mark in marks.items() if path in said})


def _marks(site: Site) -> Iterator[tuple[PurePosixPath, str]]:
    around = _surroundings(site)
    texts = {page.path: digest(page.text.encode()) for page in site.pages}
    for page in site.pages:
        twins = (site.twin(page, one) for one in site.conventions.languages)
        near = [texts[twin.path] for twin in twins if twin and twin is not page]
        named = (match[1].partition(":")[0] for match in SNIPPET.finditer(page.text)) if "8<" in page.text else ()
        near += [content(site.root / name) for name in (*site.rendered[page.path].snippets, *named)]
        yield page.path, digest("\0".join([around, str(page.path), texts[page.path], *near]).encode())


def _surroundings(site: Site) -> str:
    parts = [code(), str(datetime.date.today()), *(content(site.root / name) for name in CONFIGURATION)]
    parts += [f"{path}\0{'' if path.suffix in UNREAD else content(site.root / path)}" for path in sorted(site.files)]
    parts += [repr(issue) for issue in site.unreadable]
    parts += [_self(page, site) for page in site.pages]
    return digest("\0".join(parts).encode())


def _self(page: Page, site: Site) -> str:
    """What rules of other pages may look at in a page."""
    ids = [(anchor.id, anchor.kind, anchor.text) for anchor in site.rendered[page.path].anchors]
    cited = sorted(set(CITED.findall(page.text))) if "[@" in page.text else []
    return f"{page.path}{page.meta!r}{ids!r}{cited!r}{'<!-- sources -->' in page.text}"
