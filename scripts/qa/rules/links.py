"""Links between pages and to files. Each link has at most one of these faults: the first whose judge objects."""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import quote, unquote

from qa import addresses, links, source
from qa.issue import Fix, Issue
from qa.links import IMAGES, Link, Map
from qa.nearest import nearest
from qa.page import Page
from qa.rules import RULES, TOGETHER
from qa.site import Site

INVISIBLE = re.compile("[\u00ad\u00a0\u200b-\u200f\u2028-\u202e\u2060-\u2064\u3000\ufeff\ufe0f]")
FULL_WIDTH = re.compile(r"[\uff01-\uff5e。、《》【】“”‘’]")
NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("。"): "."}
SCRIPTS = re.compile(r"(javascript|vbscript|livescript):|data:(?!image/)", re.I)
LINK = re.compile(r"(?:\[[^\[\]]*\]\(<?|<a\b[^<>]*)$")  # the beginning of a link, up to its target
PLAIN = re.compile(r"[a-z0-9._-][a-z0-9._/-]*(?:#[a-z0-9_-]+)?|#[a-z0-9_-]+")
LOCAL_FILE = re.compile(r"file:|[A-Za-z]:[\\/]|~[/\\]|\\\\", re.I)
LANGUAGE_WORDS = {"en": r"english|英文|英语|\ben\b", "zh": r"chinese|中文|汉语|\bzh\b|简体"}


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a link, what to do, and the value to write where there is exactly one."""

    message: str
    remedy: str
    value: str | None = None


Judge = Callable[[Link, Map], Verdict | None]
JUDGES: dict[str, Judge] = {}


def judge(function: Judge) -> Judge:
    """Register a judge and the rule of its name, which yields what this judge is the first to object to."""
    name = function.__name__.replace("_", "-")

    def rule(site: Site) -> Iterator[Issue]:
        yield from (issue for issue in _issues(site) if issue.rule == name)

    rule.__doc__, rule.__name__ = function.__doc__, function.__name__
    RULES[name], JUDGES[name] = rule, function
    return function


@judge
def empty_link_text(link: Link, where: Map) -> Verdict | None:
    """A link has a text, or an image with a description.

    Bad:  `[](resnet.en.md)`
    Good: `[ResNet](resnet.en.md)`
    """
    target = link.target
    named = target.text.strip(" \u00a0\u200b") or target.attributes.get("aria-label") or target.attributes.get("title")
    if target.tag != "a" or target.attribute != "href" or named:
        return None
    return Verdict("the link has no text", "Say where it leads.")


@judge
def empty_target(link: Link, where: Map) -> Verdict | None:
    """A link leads somewhere.

    Bad:  `[ResNet]()`, `[ResNet](#)`
    Good: `[ResNet](resnet.en.md)`
    """
    if link.value and not link.value.endswith("#"):
        return None
    return Verdict("the target is empty", "Name the file or the address, or remove the link.")


@judge
def invisible_character(link: Link, where: Map) -> Verdict | None:
    """Targets have no character that nobody sees: zero-width spaces, soft hyphens, no-break spaces.

    Bad:  a zero-width space after `resnet`
    Good: `[ResNet](resnet.en.md)`
    """
    found = INVISIBLE.search(unquote(link.value))
    if not found:
        return None
    clean = INVISIBLE.sub("", unquote(link.value))
    return Verdict(f"the target holds the invisible character U+{ord(found[0]):04X}", f"Write {clean}.", clean)


@judge
def full_width_character(link: Link, where: Map) -> Verdict | None:
    """Targets are written with half-width punctuation.

    Bad:  `[ResNet](resnet．en.md)`
    Good: `[ResNet](resnet.en.md)`
    """
    found = FULL_WIDTH.search(link.written)
    if not found or link.path in where.files or (link.is_external and link.value.isascii()):
        return None
    clean = link.value.translate(NARROW)
    return Verdict(f"the target holds the full-width '{found[0]}'", f"Write {clean}.", clean if clean.isascii() else None)


@judge
def script_link(link: Link, where: Map) -> Verdict | None:
    """A link is an address, not a script.

    Bad:  `[back](javascript:history.back())`
    Good: `[back](index.en.md)`
    """
    return Verdict("the target is a script", "Link to a page.") if SCRIPTS.match(link.value) else None


@judge
def local_file_link(link: Link, where: Map) -> Verdict | None:
    """No link leads to the writer's own disk.

    Bad:  `[notes](file:///home/me/notes.md)`, `[notes](C:/notes.md)`
    Good: `[notes](notes.en.md)`
    """
    if not LOCAL_FILE.match(link.value):
        return None
    return Verdict("the target is a file on one machine", "Put the file below docs/ and link to it with a relative path.")


@judge
def backslash_link(link: Link, where: Map) -> Verdict | None:
    r"""Paths have slashes; a backslash works on one system only.

    Bad:  `[ResNet](..\cnn-rnn\resnet.en.md)`
    Good: `[ResNet](../cnn-rnn/resnet.en.md)`
    """
    if link.is_external or "\\" not in unquote(link.written):
        return None
    clean = link.value.replace("\\", "/").replace("%5C", "/")
    return Verdict("the path has a backslash", f"Write {clean}.", clean)


@judge
def space_in_target(link: Link, where: Map) -> Verdict | None:
    """Targets have no spaces.

    Bad:  `[ResNet](<res net.en.md>)`
    Good: `[ResNet](resnet.en.md)`
    """
    if not re.search(r"\s", link.value) or link.path in where.files:
        return None
    clean = re.sub(r"\s+", "", link.value)
    return Verdict("the target holds a space", "Remove it." if clean else "Write the target.", clean)


@judge
def own_domain(link: Link, where: Map) -> Verdict | None:
    """Pages of the site are linked as files, so that the link is checked and works before it is published.

    Bad:  `[ResNet](https://the.site/en/cnn-rnn/resnet/)`
    Good: `[ResNet](../cnn-rnn/resnet.en.md)`
    """
    inside = links.own(link.value, where.site) if link.is_external else None
    if inside is None:
        return None
    path, _, fragment = inside.partition("#")
    source = where.addresses.get(path) or where.addresses.get(f"{path.rstrip('/')}/".lstrip("/"))
    written = where.relative(link, source) + (f"#{fragment}" if fragment else "") if source else None
    return Verdict("the address is on this site", f"Write {written}." if written else "Link to the file.", written)


@judge
def bad_mail(link: Link, where: Map) -> Verdict | None:
    """A mail address has a name, one @ and a domain.

    Bad:  `[write](mailto:me@nowhere)`
    Good: `[write](mailto:me@some.where.org)`
    """
    problem = addresses.mail(link.value)
    return Verdict(problem, "Mend or remove it.") if problem else None


@judge
def credentials_in_address(link: Link, where: Map) -> Verdict | None:
    """No address holds a password.

    Bad:  `https://me:secret@host.org/`
    Good: `https://host.org/`
    """
    problem = addresses.credentials(link.value) if link.is_external else None
    return Verdict(problem, "Remove it, and change the password.") if problem else None


@judge
def local_address(link: Link, where: Map) -> Verdict | None:
    """External links are reachable for everyone.

    Bad:  `http://localhost:8000/`, `http://192.168.0.7/`
    Good: the public address
    """
    problem = addresses.local(link.value) if link.is_external else None
    return Verdict(problem, "Link to the public address or to the file.") if problem else None


@judge
def placeholder_address(link: Link, where: Map) -> Verdict | None:
    """An address is a real one, not one that waits to be filled in.

    Bad:  `https://example.com/TODO`
    Good: the address
    """
    problem = addresses.placeholder(link.value) if link.is_external or re.match(r"[A-Z]{3,}$", link.value) else None
    return Verdict(problem, "Put the real address there.") if problem else None


@judge
def malformed_address(link: Link, where: Map) -> Verdict | None:
    """External addresses are well formed: scheme, host, port, escapes.

    Bad:  `htps://arxiv.org`, `https:/arxiv.org`, `https://arxiv`, `https://arxiv.org/100%`
    Good: `https://arxiv.org/`
    """
    if link.is_external:
        problem = addresses.malformed(link.value)
    else:
        found = (
            None
            if link.path in where.files
            else re.match(r"(https?|ftp)/|www\.|:?//|[\w-]+\.(com|org|net|io|ai|cn)(/|$)", link.value, re.I)
        )
        problem = f"'{found[0]}' starts an address without a scheme" if found else None
    return Verdict(problem, "Mend the address.") if problem else None


@judge
def absolute_link(link: Link, where: Map) -> Verdict | None:
    """Links are relative, so that the site works in any folder and the source on a code host.

    Bad:  `[ResNet](/cnn-rnn/resnet.en.md)`
    Good: `[ResNet](../cnn-rnn/resnet.en.md)`
    """
    if link.is_external or not link.written.startswith("/"):
        return None
    path = unquote(link.written).strip("/")
    path = next((p for p in (path, where.addresses.get(path), where.addresses.get(f"{path}/")) if p in where.files), None)
    return _proposal("the path starts at the server's root", link, where, path, "Write a relative path.")


@judge
def raw_link(link: Link, where: Map) -> Verdict | None:
    """In raw HTML nothing rewrites the name of a page: link to its address, or in Markdown.

    Bad:  `<a href="resnet.en.md">ResNet</a>`
    Good: `[ResNet](resnet.en.md)`
    """
    if not link.is_raw or link.is_external or not link.written.endswith(".md"):
        return None
    return Verdict("raw HTML links to a Markdown file, and nothing rewrites this", "Write the link in Markdown.")


@judge
def raw_path(link: Link, where: Map) -> Verdict | None:
    """A relative path in raw HTML counts from the page's address, which is deeper than its file, and deeper in `/en/`.

    Bad:  `<img src="dropout.svg" alt="…">`
    Good: `![…](dropout.svg)`
    """
    if not link.is_raw or link.is_external or not link.written or where.reaches(link.path):
        return None
    name = posixpath.basename(link.written.rstrip("/"))
    meant = [file for file in (_from_source(link, where), *where.by_name.get(name, [])) if file in where.files]
    shown = link.path if not link.path.startswith("../") else "above the site's root"
    return _proposal(f"on the built page this leads to '{shown}', where nothing is", link, where, next(iter(meant), None))


@judge
def outside_docs(link: Link, where: Map) -> Verdict | None:
    """Links stay below `docs/`: nothing else is published.

    Bad:  `[the script](../../scripts/check.py)`
    Good: a file below `docs/`, or the address on the code host
    """
    if not _inside(link) or not link.path.startswith("..") or _depth(link, where):
        return None
    if any(path in where.files for path in _sources(link, where)):
        return None
    return Verdict(f"'{link.written}' leads out of {where.site.settings.docs}/", "Link to a file below it, or to a web address.")


@judge
def excluded_link(link: Link, where: Map) -> Verdict | None:
    """No link leads to a file that is not published.

    Bad:  a link to what `exclude_docs` names
    Good: a link to a page
    """
    if not _inside(link) or link.path not in where.files or not where.excluded(link.path):
        return None
    return Verdict(f"'{link.path}' is excluded from the site (exclude_docs)", "Link to what is published.")


@judge
def draft_link(link: Link, where: Map) -> Verdict | None:
    """No link leads to a draft.

    Bad:  a link to a page with `draft: true`
    Good: a link to a published page
    """
    if not _inside(link) or not where.draft(link.path) or where.draft(_own(link, where)):
        return None
    return Verdict(f"'{link.path}' is a draft and will not be published", "Publish it or remove the link.")


@judge
def folder_link(link: Link, where: Map) -> Verdict | None:
    """A link names a file, not a folder.

    Bad:  `[training](../training/)`
    Good: `[training](../training/index.en.md)`
    """
    folder = link.path.rstrip("/")
    if not _inside(link) or (folder not in where.folders and folder != ".") or link.path in where.files:
        return None
    index = f"{folder}/index.{link.page.language}.md".removeprefix("./")
    page = index if index in where.files else None
    return _proposal("the target is a folder", link, where, page, "Name a file in it.")


@judge
def bare_link(link: Link, where: Map) -> Verdict | None:
    """A link names the real file with its language, so that it works on a code host and cannot lead to the wrong one.

    Bad:  `[ResNet](resnet.md)`
    Good: `[ResNet](resnet.en.md)`
    """
    if not _missing(link, where) or not link.path.endswith(".md") or not where.languages:
        return None
    named = f"{link.path.removesuffix('.md')}.{link.page.language}.md"
    if re.search(rf"\.({'|'.join(where.languages)})\.md$", link.path) or named not in where.files:
        return None
    return _proposal(f"the link to '{link.written}' names no language", link, where, named)


@judge
def no_extension(link: Link, where: Map) -> Verdict | None:
    """A link names the file with its ending.

    Bad:  `[ResNet](resnet)`
    Good: `[ResNet](resnet.en.md)`
    """
    if not _missing(link, where) or link.path.endswith(("/", ".html", ".md")):
        return None
    endings = (f".{link.page.language}.md", ".md", ".svg", ".png")
    path = next((link.path + ending for ending in endings if link.path + ending in where.files), None)
    return _proposal(f"'{link.written}' has no ending", link, where, path) if path else None


@judge
def built_address(link: Link, where: Map) -> Verdict | None:
    """A link names the source, not the address that the build gives it.

    Bad:  `[ResNet](../resnet/)`, `[ResNet](resnet.html)`
    Good: `[ResNet](resnet.en.md)`
    """
    if not _missing(link, where):
        return None
    path = next((path for path in _sources(link, where) if path in where.files), None)
    looks = re.search(r"/$|\.html?$", link.written)
    return _proposal("the target is the address of a built page", link, where, path) if path and looks else None


@judge
def wrong_case(link: Link, where: Map) -> Verdict | None:
    """Letter case counts in file names: a server is stricter than some disks.

    Bad:  `[ResNet](ResNet.en.md)`
    Good: `[ResNet](resnet.en.md)`
    """
    if not _missing(link, where) or link.path.lower() not in where.by_lower:
        return None
    return _proposal(
        f"the file is spelt in another letter case than '{link.written}'", link, where, where.by_lower[link.path.lower()]
    )


@judge
def wrong_depth(link: Link, where: Map) -> Verdict | None:
    """A relative path starts at the folder of the page's source.

    Bad:  `[ResNet](cnn-rnn/resnet.en.md)` on `training/dropout.en.md`
    Good: `[ResNet](../cnn-rnn/resnet.en.md)`
    """
    path = _depth(link, where) if _missing(link, where) else None
    return _proposal(f"there is no '{link.path}', but '{path}'", link, where, path) if path else None


@judge
def missing_image(link: Link, where: Map) -> Verdict | None:
    """A figure's file exists.

    Bad:  `![…](droput.svg)`
    Good: `![…](dropout.svg)`
    """
    if not _missing(link, where) or not link.is_image:
        return None
    near = nearest(link.path, [f for f in where.files if posixpath.splitext(f)[1].lower() in IMAGES], 0.85)
    return _proposal(f"there is no file '{link.path}'", link, where, near, "Add the file or mend the path.", sure=False)


@judge
def no_image(link: Link, where: Map) -> Verdict | None:
    """What is shown as an image is one.

    Bad:  `![ResNet](resnet.en.md)`
    Good: `[ResNet](resnet.en.md)`, `![…](resnet.svg)`
    """
    if not link.is_image or link.is_external or link.path not in where.files or posixpath.splitext(link.path)[1].lower() in IMAGES:
        return None
    return Verdict(f"'{link.path}' is no image", "Link to it without the exclamation mark.")


@judge
def missing_file(link: Link, where: Map) -> Verdict | None:
    """The file that a link names exists.

    Bad:  `[ResNet](resnett.en.md)`
    Good: `[ResNet](resnet.en.md)`
    """
    if not _missing(link, where):
        return None
    ending = re.search(r"(\.[a-z]{2})?\.\w+$", link.path)
    alike = [file for file in where.files if file.endswith(ending[0] if ending else ".md")]
    near = nearest(link.path, alike or where.files, 0.85)
    return _proposal(f"there is no file '{link.path}'", link, where, near, "Mend the path or remove the link.", sure=False)


@judge
def other_language_image(link: Link, where: Map) -> Verdict | None:
    """A page shows the figures of its own language.

    Bad:  `![…](plot.en.svg)` on a Chinese page
    Good: `![…](plot.zh.svg)`
    """
    language = _language(link.path, where)
    if not link.is_image or not language or language == link.page.language or link.path not in where.files:
        return None
    twin = _twin(link.path, link.page.language)
    return _proposal(f"the figure is the one of '{language}'", link, where, twin if twin in where.files else None)


@judge
def other_language_link(link: Link, where: Map) -> Verdict | None:
    """A link that leaves the page's language says so in its text, or by `hreflang`.

    Bad:  `[ResNet](resnet.zh.md)` on an English page
    Good: `[ResNet](resnet.en.md)`, `[ResNet, in Chinese](resnet.zh.md)`
    """
    path = where.addresses.get(f"{link.path.strip('/')}/".lstrip("/"), "") if link.is_raw and link.path else link.path
    if link.is_external or link.is_image or not path.endswith(".md") or link.target.attribute != "href":
        return None
    language = _language(path, where)
    said = "hreflang" in link.target.attributes or "lang" in link.target.attributes
    if (
        not language
        or not link.page.language
        or language == link.page.language
        or said
        or _names(link.target.text, language, where)
    ):
        return None
    twin = _twin(path, link.page.language)
    message = f"the link leaves '{link.page.language}' for '{language}' without saying so"
    return _proposal(message, link, where, twin if twin in where.files else None, "Name the language in the text.")


def _issues(site: Site) -> Iterator[Issue]:
    """The first objection to each link, made once for all rules."""
    where = links.of(site)
    for page in site.judged:
        yield from page.once("links", partial(_objections, page, where))


def _objections(page: Page, where: Map) -> list[Issue]:
    return list(dict.fromkeys(i for link in where.of(page) if not _plain(link, where) for i in _judged(link, where)))


def _plain(link: Link, where: Map) -> bool:
    """Whether no judge can object: most links name a page of their own language, or a place on their own page."""
    target = link.target
    if target.raw or target.tag != "a" or target.attribute != "href" or not target.text.strip(" \u00a0\u200b"):
        return False
    if not PLAIN.fullmatch(link.value):
        return False
    if not link.path:
        return True
    mine = f".{link.page.language}.md"
    return link.path in where.files and link.path.endswith(mine) and link.path not in where.unpublished


def _judged(link: Link, where: Map) -> Iterator[Issue]:
    if link.target.attribute in {"href", "xlink:href"} and link.target.tag in {"use", "textpath", "mpath"} and not link.path:
        return
    for name, function in JUDGES.items():
        if verdict := function(link, where):
            place = link.target.place
            if name == "empty-link-text":
                place = source.of(link.page).start(place, LINK)
            fix = Fix(link.target.value, verdict.value) if verdict.value and _verified(verdict.value, link, where) else None
            yield Issue(place.path, place.line, place.column, name, verdict.message, verdict.remedy, fix)
            return


def _verified(value: str, link: Link, where: Map) -> bool:
    """Whether a proposed target leads to a file of the site."""
    other = links.resolve(link.page, replace(link.target, value=value), where.site)
    return not other.is_external and (where.reaches(other.path) if link.is_raw else other.path in where.files)


def _proposal(
    message: str, link: Link, where: Map, path: str | None, otherwise: str = "Mend the path.", sure: bool = True
) -> Verdict:
    """A verdict that proposes a file which is known to exist, written as this link would write it."""
    if not path:
        return Verdict(message, otherwise)
    written = quote(where.relative(link, path), safe="/.:~()-_" + "".join(c for c in path if not c.isascii()))
    if link.is_raw and where.relative(link, path).endswith(".md"):
        written = where.relative(link, path)
    written += f"#{link.fragment}" if link.fragment else ""
    return Verdict(message, f"Write {written}." if sure else f"Did you mean {written}?", written if sure else None)


def _inside(link: Link) -> bool:
    """A relative path in Markdown."""
    return bool(link.path) and not link.is_external and not link.is_raw


def _missing(link: Link, where: Map) -> bool:
    return _inside(link) and link.path not in where.files and link.path.rstrip("/") not in where.folders


def _own(link: Link, where: Map) -> str:
    return str(link.page.path.relative_to(where.site.settings.docs))


def _from_source(link: Link, where: Map) -> str:
    """What a raw path would mean if it counted from the source file."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(_own(link, where)), unquote(link.written)))


def _sources(link: Link, where: Map) -> Iterator[str]:
    """Pages whose built address a link may have meant, counted from the source's folder or from the page's address."""
    starts = (posixpath.dirname(_own(link, where)), links.base(link.page, where.site))
    for start in starts:
        plain = posixpath.normpath(posixpath.join(start, re.sub(r"(/?index)?\.html?$|/$", "", unquote(link.written))))
        stem = re.sub(rf"^({'|'.join(where.languages)})/|\.({'|'.join(where.languages)})$", "", plain) if where.languages else plain
        for one in (plain, stem):
            yield from (f"{one}.{link.page.language}.md", f"{one}/index.{link.page.language}.md", f"{one}.md")


def _depth(link: Link, where: Map) -> str | None:
    """The file that the same name means from another folder, if there is exactly one."""
    tail = re.sub(r"^(\.{1,2}/)+", "", unquote(link.written))
    found = [file for file in where.files if file == tail or file.endswith(f"/{tail}")]
    found = found or where.by_name.get(posixpath.basename(tail), [])
    return found[0] if len(found) == 1 else None


def _language(path: str, where: Map) -> str:
    match = re.search(r"\.([A-Za-z-]+)\.\w+$", path)
    return match[1] if match and match[1] in where.languages else ""


def _twin(path: str, language: str) -> str:
    return re.sub(r"\.[A-Za-z-]+(\.\w+)$", rf".{language}\1", path)


def _names(text: str, language: str, where: Map) -> bool:
    names = [re.escape(name) for name in (where.site.conventions.languages.get(language) or {}).values()]
    pattern = "|".join([*names, LANGUAGE_WORDS.get(language, rf"\b{language}\b")])
    return bool(re.search(pattern, text, re.I))


TOGETHER.update(dict.fromkeys(JUDGES, _issues))
