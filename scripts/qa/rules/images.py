"""Images: described, used, whole, and from here."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from xml.parsers import expat

from qa import links, source
from qa.issue import Issue
from qa.links import IMAGES, Link
from qa.rules import rule, site_rule
from qa.sentinel import Place
from qa.site import Site

USELESS = re.compile(
    r"(the |an? |这是?)?(images?|img|pictures?|photos?|figures?|fig\.?|graph|plot|chart|diagram|screenshot|"
    r"screen ?shot( from)?|img|dscn?|photo|snipaste|wechat ?im(g|age)|微信(图片|截图)|屏幕(截图|快照)|截屏|capture|"
    r"alt( text)?|图|图片|图像|插图|配图|截图|示意图|照片|"
    r"untitled|todo|xxx|description|placeholder|描述)(at\b|[ap]m\b|[\s\d一二三四五:：.。_-])*",
    re.I,
)
IMAGE = re.compile(r"(?:!\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(<?|<ima?ge?\b[^<>]*)$")  # the beginning of an image, up to its target
SVG = "http://www.w3.org/2000/svg"
SIGNATURES = {
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".gif": (b"GIF87a", b"GIF89a"),
    ".webp": (b"RIFF",),
}


@rule
def image_without_description(site: Site) -> Iterator[Issue]:
    """An image says in words what it shows, for those who cannot see it.

    Bad:  `![](dropout.svg)`, `![figure 1](dropout.svg)`, `![dropout.svg](dropout.svg)`
    Good: `![A network with some units crossed out](dropout.svg)`
    """
    for link in _images(site):
        text = (link.target.attributes.get("alt") or "").strip()
        name = PurePosixPath(link.path or link.value).name
        decorative = (
            link.is_raw and "alt" in link.target.attributes and link.target.attributes.get("role") in {"presentation", "none"}
        )
        decorative = decorative or link.target.attributes.get("aria-hidden") == "true"
        if decorative:
            continue
        if (
            not text
            or not re.search(r"[^\W\d_]{2}|[\u3400-\u9fff]", text)
            or USELESS.fullmatch(text)
            or text.casefold() in {name.casefold(), PurePosixPath(name).stem.casefold()}
        ):
            message = f"the description '{text}' says nothing" if text else "the image has no description"
            here = source.of(link.page)
            place = here.start(link.target.place, IMAGE)
            if place == link.target.place and not link.is_raw:  # the definition of a reference: the image stands elsewhere
                shown = re.search(rf"!\[{re.escape(text)}\] ?\[", here.prose)
                place = here.place(shown.start()) if shown else place
            yield _at(place, "image-without-description", message, "Say what it shows.")


@rule
def hot_linked_image(site: Site) -> Iterator[Issue]:
    """Images stand in `docs/`: one from another host breaks without notice and tells that host who reads.

    Bad:  `![…](https://elsewhere.org/plot.png)`
    Good: `![…](plot.png)`
    """
    for link in _images(site):
        if re.match(r"(https?:)?//", link.value, re.I):
            yield _at(link.target.place, "hot-linked-image", "the image comes from another host", "Put a copy into docs/.")


@site_rule
def broken_image(site: Site) -> Iterator[Issue]:
    """Image files are what their ending says, and whole.

    Bad:  an empty `dropout.svg`, a `plot.png` that is a web page
    Good: an SVG that parses, a PNG that starts as one
    """
    for path in sorted(site.files):
        ending = path.suffix.lower()
        if ending == ".svg" or ending in SIGNATURES:
            raw = (site.root / path).read_bytes()
            if problem := _svg(raw) if ending == ".svg" else _bitmap(raw, SIGNATURES[ending]):
                line, column, message = problem
                yield Issue(path, line, column, "broken-image", message, "Draw or copy it again.")
                name = str(path.relative_to(site.settings.docs))
                for link in links.of(site).links if path.is_relative_to(site.settings.docs) else ():
                    if link.path == name:
                        yield _at(link.target.place, "broken-image", f"'{name}': {message}", "Draw or copy it again.")


@site_rule
def unused_image(site: Site) -> Iterator[Issue]:
    """Every image below `docs/` is shown somewhere.

    Bad:  a figure that no page shows
    Good: remove it, or show it
    """
    if site.broken:
        return
    where = links.of(site)
    codes = "|".join(where.languages)
    shown = [link for link in where.links if posixpath.splitext(link.written)[1].lower() in IMAGES]
    used = {link.path for link in shown} | {_from_source(link) for link in shown}
    text = site.settings.text + "".join(page.text for page in site.pages if "<" in page.text or "srcset" in page.text)
    text += "".join(_styles(site))
    for path in sorted(where.files):
        name = PurePosixPath(path)
        if (
            name.suffix.lower() in IMAGES
            and path not in used
            and name.name not in text
            and not _localized(path, used, where.languages)
        ):
            if re.search(rf"\.(?!({codes})$)[a-z]{{2}}$", name.stem):  # a bad name explains it
                continue
            yield Issue(site.settings.docs / path, 1, 1, "unused-image", "no page shows this image", "Show it or remove it.")


def _images(site: Site) -> Iterator[Link]:
    where = links.of(site)
    return (link for page in site.judged for link in where.of(page) if link.target.tag in {"img", "image"})


def _from_source(link: Link) -> str:
    return str(PurePosixPath(link.page.topic, link.written))


def _styles(site: Site) -> Iterator[str]:
    """The texts that may name an image without being a page: styles, scripts, templates."""
    names = [path for path in site.files if path.suffix in {".css", ".js", ".html", ".json"}]
    yield from ((site.root / path).read_text(encoding="utf-8", errors="replace") for path in names)
    for path in (site.root / site.settings.templates).rglob("*.html") if site.settings.templates else ():
        yield path.read_text(encoding="utf-8", errors="replace")


def _localized(path: str, used: set[str], languages: tuple[str, ...]) -> bool:
    """`plot.en.svg` is shown by a link to `plot.svg`."""
    match = re.fullmatch(rf"(.*)\.({'|'.join(languages) or '-'})(\.\w+)", path)
    return bool(match and match[1] + match[3] in used)


def _svg(raw: bytes) -> tuple[int, int, str] | None:
    if not raw.strip():
        return 1, 1, "the image is empty"
    parser, tags, spaces = expat.ParserCreate(), [], []

    def start(name: str, attributes: dict[str, str]) -> None:
        tags.append(name)
        spaces.append(attributes.get(f"xmlns:{name.rpartition(':')[0]}" if ":" in name else "xmlns", ""))

    parser.StartElementHandler = start
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        return error.lineno, error.offset + 1, f"the SVG is broken: {expat.ErrorString(error.code)}"
    if tags[0].rpartition(":")[2] != "svg":
        return 1, 1, f"this is no SVG, but '{tags[0]}'"
    return None if spaces[0] == SVG else (1, 1, f'browsers do not draw it without xmlns="{SVG}"')


def _bitmap(raw: bytes, signatures: tuple[bytes, ...]) -> tuple[int, int, str] | None:
    if not raw.strip():
        return 1, 1, "the image is empty"
    return None if raw.startswith(signatures) else (1, 1, "the file is not what its ending says")


def _at(place: Place, name: str, message: str, remedy: str) -> Issue:
    return Issue(place.path, place.line, place.column, name, message, remedy)
