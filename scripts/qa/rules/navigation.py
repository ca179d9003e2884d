"""Files and addresses: every page can be reached, at an address of its own; what the configuration names exists."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import yaml

from qa import addresses, links, nodes, settings
from qa.issue import Issue
from qa.nearest import did_you_mean, nearest
from qa.rules import site_rule
from qa.site import Site
from qa.text import position

CONFIG = PurePosixPath(settings.FILE)
ASSET = re.compile(r"['\"]([\w./-]+\.(?:svg|png|css|js|woff2?|ico|jpg))['\"]\s*\|\s*url")
LOCAL_PAGE = re.compile(r"\{\{[ ]*['\"]((?:[\w-]+/)+)['\"][ ]*\|[ ]*url")
LITERAL = re.compile(r"<(?:a|link|script|img|iframe|form)\b[^<>]*?\s(?:href|src|action)=([\"'])([^\"'{}]*)\1", re.I)
TEMPLATE_COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.S)
STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.S)
OPEN_LINK = re.compile(r"<a\b[^<>]*>(?![\s\S]*?</a>)|<a\b[^<>]*>(?=(?:(?!</a>)[\s\S])*?<a\b)")
IDLE = {
    "search",
    "i18n",
    "tags",
    "meta",
    "offline",
    "privacy",
    "social",
    "blog",
    "redirects",
    "info",
    "group",
    "optimize",
}  # plugins
FORMS = (addresses.malformed, addresses.local, addresses.placeholder, addresses.credentials)
INCLUDE = re.compile(r"\{%-?\s*(?:include|import|from|extends)\s+[\"']([^\"']+)[\"']")


@site_rule
def orphan_page(site: Site) -> Iterator[Issue]:
    """Every page can be reached: from the navigation or by a link.

    Bad:  a page in no topic, not named in `qa.yml`, that nothing links to
    Good: a page in a topic, or one that others link to
    """
    where = links.of(site)
    navigated = {entry for entry, _ in _nav(site)}
    included = {name for rendered in site.rendered.values() for name in rendered.snippets}
    linked = {link.path for link in where.links if link.path and not _own(link.page.path, link.path, site)}
    for path, page in where.pages.items():
        house = site.conventions
        shown = page.topic in house.topics or (not page.topic and page.slug in house.pages) or page.slug == "index"
        shown = shown or (not house.pages and not navigated)
        named = {path, f"{page.id}.md"} & (navigated | linked)
        if not shown and not named and str(page.path) not in included and not where.excluded(path) and not where.draft(path):
            message = "no navigation and no link leads to this page"
            yield Issue(page.path, 1, 1, "orphan-page", message, "Name it in qa.yml, or link to it.")


@site_rule
def colliding_address(site: Site) -> Iterator[Issue]:
    """Two files have two addresses, also where letter case does not count.

    Bad:  `training.zh.md` beside `training/index.zh.md`; `Dropout.svg` beside `dropout.svg`
    Good: one of them
    """
    where, first = links.of(site), {}
    for path in sorted(where.files):
        if not where.excluded(path):
            address = links.address(path, site).lower()
            other = first.setdefault(address, path)
            if other != path:
                message = f"'/{address}' is the address of {other}, too"
                yield Issue(site.settings.docs / path, 1, 1, "colliding-address", message, "Rename one of them.")


@site_rule
def missing_in_navigation(site: Site) -> Iterator[Issue]:
    """What `nav` in `mkdocs.yml` names exists.

    Bad:  `- Training: traning/index.md`
    Good: `- Training: training/index.md`
    """
    where = links.of(site)
    known = set(where.pages) | {f"{page.id}.md" for page in site.pages}
    for entry, node in _nav(site):
        mark = node.start_mark
        if (inside := links.own(entry, site)) is not None:
            message = "the address is on this site" if where.reaches(_path(inside)) else f"there is no page at '{entry}'"
            yield Issue(CONFIG, mark.line + 1, mark.column + 1, "missing-in-navigation", message, "Name the page's file.")
        elif not re.match(r"[a-z]+:|/|#", entry) and entry not in known and entry.rstrip("/") not in where.folders:
            remedy = did_you_mean(entry, known, "Mend the path.")
            yield Issue(CONFIG, mark.line + 1, mark.column + 1, "missing-in-navigation", f"there is no page '{entry}'", remedy)
        elif len(site.conventions.languages) > 1 and (whole := links.neutral(entry, site.conventions.languages)) != entry:
            message = f"'{entry}' is the page in one language, and the others lose it"
            remedy = f"Write {whole}."
            yield Issue(CONFIG, mark.line + 1, mark.column + 1, "missing-in-navigation", message, remedy)


@site_rule
def doubled_in_navigation(site: Site) -> Iterator[Issue]:
    """`nav` names a page once: readers who go on to the next page would go in a circle.

    Bad:  `training/index.md` twice
    Good: once
    """
    first: dict[str, int] = {}
    for entry, node in sorted(_nav(site), key=lambda one: one[1].start_mark.index):
        line = first.setdefault(entry, node.start_mark.line + 1)
        if line != node.start_mark.line + 1:
            message = f"'{entry}' stands here again, first on line {line}"
            remedy = "Keep one of them."
            yield Issue(CONFIG, node.start_mark.line + 1, node.start_mark.column + 1, "doubled-in-navigation", message, remedy)


@site_rule
def missing_asset(site: Site) -> Iterator[Issue]:
    """Styles, scripts and icons that the configuration or a template names exist.

    Bad:  `extra_css: [assets/sit.css]`
    Good: `extra_css: [assets/site.css]`
    """
    where = links.of(site)
    for key in ("extra_css", "extra_javascript"):
        for name in _strings(site.settings.data.get(key)):
            yield from _asset(name, site, where, CONFIG, site.settings.text)
    theme = site.settings.data.get("theme")
    if isinstance(theme, dict):
        for name in (theme.get("favicon"), theme.get("logo")):
            yield from _asset(name, site, where, CONFIG, site.settings.text) if isinstance(name, str) else ()
        folder = site.settings.templates
        if folder and not (site.root / folder).is_dir():
            line, column = _position(site.settings.text, folder)
            message = f"there is no folder '{folder}', and the theme is used without it"
            yield Issue(CONFIG, line, column, "missing-asset", message, "Mend the path.")
        yield from _templates(site, where, Path(folder))


@site_rule
def bad_configuration(site: Site) -> Iterator[Issue]:
    """`mkdocs.yml` has each key once, and its addresses are addresses.

    Bad:  `extra_css:` twice; `repo_url: https//github.com/me/site`
    Good: each once; `repo_url: https://github.com/me/site`
    """
    root = yaml.compose(site.settings.text, Loader=yaml.SafeLoader) if site.settings.text else None
    if not isinstance(root, yaml.MappingNode):
        return
    yield from nodes.doubled(CONFIG, "bad-configuration", root)
    for key, value in root.value:
        if (
            key.value in {"site_url", "repo_url"}
            and isinstance(value, yaml.ScalarNode)
            and value.tag.endswith(":str")
            and value.value
        ):
            problem = addresses.malformed(value.value) if re.match(r"[a-z]+:", value.value) else "it has no scheme"
            if problem:
                mark, remedy = value.start_mark, "Write https:// and the address."
                message = f"'{key.value}' is '{value.value}': {problem}"
                yield Issue(CONFIG, mark.line + 1, mark.column + 1, "bad-configuration", message, remedy)


@site_rule
def broken_redirect(site: Site) -> Iterator[Issue]:
    """Redirects lead to a page, and not in a circle.

    Bad:  `old.md: old.md`
    Good: `old.md: new.md`
    """
    where = links.of(site)
    redirects = _redirects(site)
    known = set(where.pages) | {f"{page.id}.md" for page in site.pages}
    for old, new in redirects.items():
        line, column = _position(site.settings.text, old)
        target = new.partition("#")[0]
        if old in known:
            message = f"'{old}' exists, and nobody reaches it"
            yield Issue(CONFIG, line, column, "broken-redirect", message, "Remove the redirect or the page.")
        if _loops(old, redirects):
            yield Issue(CONFIG, line, column, "broken-redirect", f"'{old}' leads back to itself", "Name a page that exists.")
        elif target not in known and target not in redirects and not re.match(r"https?:", target):
            remedy = did_you_mean(target, known, "Name a page that exists.")
            line, column = _position(site.settings.text, new, old)
            yield Issue(CONFIG, line, column, "broken-redirect", f"'{old}' leads to '{target}', which does not exist", remedy)


@site_rule
def broken_style(site: Site) -> Iterator[Issue]:
    """Files that style sheets name exist.

    Bad:  `url(../fnts/a.woff2)`
    Good: `url(../fonts/a.woff2)`
    """
    where = links.of(site)
    for path in sorted(where.files):
        if path.endswith(".css"):
            text = (site.root / site.settings.docs / path).read_text(encoding="utf-8", errors="replace")
            text = STYLE_COMMENT.sub(lambda one: re.sub(r"[^\n]", " ", one[0]), text)
            for match in re.finditer(r"url\(\s*['\"]?(?!data:|https?:|#|//)([^'\")?#]+)|@import\s+['\"](?!https?:)([^'\"]+)", text):
                name = match[1] or match[2]
                if posixpath.normpath(posixpath.join(posixpath.dirname(path), name.strip())) not in where.files:
                    offset = match.start(1 if match[1] else 2)
                    line, column = position(text, offset)
                    message = f"there is no file '{name}'"
                    yield Issue(site.settings.docs / path, line, column, "broken-style", message, "Mend the path.")


@site_rule
def unanswered_number(site: Site) -> Iterator[Issue]:
    """A source that `qa.yml` calls `complete` has a page for each of its numbers.

    Bad:  `complete: true` and no page with `asked: [wechat/3]`
    Good: every number on a page
    """
    if site.broken:
        return
    file = site.root / "qa.yml"
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    for source in site.conventions.sources.values():
        open_numbers = [n for n in source.numbers if f"{source.id}/{n}" not in site.answered]
        if source.complete and open_numbers:
            line, column = _position(text, source.id)
            listed = ", ".join(map(str, open_numbers))
            yield Issue(
                PurePosixPath("qa.yml"), line, column, "unanswered-number", f"no page answers {source.id}/{listed}", "Answer it."
            )


def _own(page: PurePosixPath, path: str, site: Site) -> bool:
    return str(page.relative_to(site.settings.docs)) == path


def _nav(site: Site) -> Iterator[tuple[str, yaml.Node]]:
    """The files in `nav`, with their places."""
    if not site.settings.data.get("nav"):
        return
    root = yaml.compose(site.settings.text, Loader=yaml.SafeLoader)
    waiting = [value for key, value in root.value if key.value == "nav"] if isinstance(root, yaml.MappingNode) else []
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, yaml.ScalarNode):
            yield node.value, node
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            waiting += [value for _, value in node.value]


def _strings(listed: object) -> Iterator[str]:
    for entry in listed if isinstance(listed, list) else ():
        name = entry.get("path") if isinstance(entry, dict) else entry
        if isinstance(name, str) and not re.match(r"https?:|//", name):
            yield name


def _asset(name: str, site: Site, where: links.Map, path: PurePosixPath, text: str) -> Iterator[Issue]:
    """A file that is not there, unless its whole folder is made by the build."""
    name = name.lstrip("/").removeprefix("./")
    folder = posixpath.dirname(name)
    made = _may_make(site) and folder and folder not in where.folders and not nearest(folder, where.folders, 0.85)
    if name not in where.files and not made and "{" not in name and not _in_theme(name, site):
        line, column = _position(text, name)
        yield Issue(
            path, line, column, "missing-asset", f"there is no file '{name}'", did_you_mean(name, where.files, "Mend the path.")
        )


def _may_make(site: Site) -> bool:
    """Whether hooks or plugins of the site may write files that its folder does not hold."""
    plugins = site.settings.data.get("plugins")
    entries = plugins if isinstance(plugins, (list, dict)) else []
    names = {str(next(iter(one)) if isinstance(one, dict) and one else one).rpartition("/")[2] for one in entries}
    return bool(site.settings.data.get("hooks") or names - IDLE)


def _in_theme(name: str, site: Site) -> bool:
    folder = site.settings.templates
    return bool(folder) and (site.root / folder / name).is_file()


def _templates(site: Site, where: links.Map, folder: Path) -> Iterator[Issue]:
    base = site.root / folder
    if not str(folder) or str(folder) == "." or not base.is_dir():
        return
    own = {path.relative_to(base).as_posix() for path in base.rglob("*.html")}
    for name in sorted(own):
        text = (base / name).read_text(encoding="utf-8", errors="replace")
        path = PurePosixPath(folder.as_posix()) / name
        for match in ASSET.finditer(text):
            yield from _asset(match[1], site, where, path, text)
        for match in LOCAL_PAGE.finditer(text):
            if match[1] not in where.addresses and match[1].rstrip("/") not in where.folders:
                line, column = position(text, match.start(1))
                remedy = did_you_mean(match[1], where.addresses, "Mend the address.")
                yield Issue(path, line, column, "template-address", f"there is no page at '{match[1]}'", remedy)
        yield from _addresses(text, path, where)
        for match in OPEN_LINK.finditer(TEMPLATE_COMMENT.sub(lambda one: " " * len(one[0]), text)):
            line, column = position(text, match.start())
            yield Issue(path, line, column, "template-address", "this link is never closed", "Close it with </a>.")
        for match in INCLUDE.finditer(text):
            near = nearest(match[1], own, 0.85)
            if match[1] not in own and near and not near.startswith("main"):
                line, column = _position(text, match[1])
                yield Issue(path, line, column, "missing-asset", f"there is no template '{match[1]}'", f"Did you mean '{near}'?")


def _addresses(text: str, path: PurePosixPath, where: links.Map) -> Iterator[Issue]:
    """What a template writes as it stands: an address that a page below another folder would not reach, or nobody."""
    for match in LITERAL.finditer(TEMPLATE_COMMENT.sub(lambda one: " " * len(one[0]), text)):
        value, offset = match[2], match.start(2)
        if re.match(r"[a-z][a-z+.-]*:|//", value, re.I):
            problem = next((found for ask in FORMS if (found := ask(value))), None)
            inside = links.own(value, where.site)
            problem = problem or (f"there is no page at '{value}'" if inside and not where.reaches(_path(inside)) else None)
        else:
            problem = f"'{value}' leads elsewhere from every folder" if re.match(r"[^#?]", value) else None
        if problem:
            line, column = position(text, offset)
            yield Issue(path, line, column, "template-address", problem, "Write `{{ 'path' | url }}`, or an address on the web.")


def _redirects(site: Site) -> dict[str, str]:
    plugins = site.settings.data.get("plugins")
    for entry in plugins if isinstance(plugins, list) else [plugins]:
        if isinstance(entry, dict) and isinstance(entry.get("redirects"), dict):
            return {str(old): str(new) for old, new in (entry["redirects"].get("redirect_maps") or {}).items()}
    return {}


def _loops(old: str, redirects: dict[str, str]) -> bool:
    seen = set()
    while old in redirects and old not in seen:
        seen.add(old)
        old = redirects[old].partition("#")[0]
    return old in seen


def _path(address: str) -> str:
    return urlsplit(address).path


def _position(text: str, name: str, after: str = "") -> tuple[int, int]:
    """Where a name stands in a text, behind another one where that is given."""
    return position(text, max(text.find(name, text.find(after) + len(after)), 0))
