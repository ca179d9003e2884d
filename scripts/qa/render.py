"""What the build adds to a page, as functions from text to text; the markup stands in `overrides/hooks/`."""

import html
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from qa import citing, hover, markup, mathematics
from qa.glossary import Term
from qa.issue import InputError, Issue
from qa.page import Page
from qa.site import Site

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "overrides" / "hooks"
FIGURE = re.compile(r'<p><img ([^>]*)src="([^"]+\.svg)"([^>]*)/?></p>')
TITLE = re.compile(r'(<p class="admonition-title">)(.*?)(</p>)', re.S)
MARKER = re.compile(r"<!-- ([a-z-]+) -->")


def navigation(site: Site) -> list[Any]:
    """The `nav` of the configuration: home, topics with their questions in order, other pages."""
    first, *others = (f"{name}.md" for name in site.conventions.pages)
    topics = {topic: [f"{topic}/index.md"] for topic in site.conventions.topics}
    for one in site.questions:
        topics[one.topic].append(f"{one.id}.md")
    shown = [{topic: paths} for topic, paths in topics.items() if site.by_id.get((f"{topic}/index", _default(site)))]
    return [first, *shown, *others]


def with_generated_headings(markdown: str, one: Page, site: Site) -> str:
    """A page's Markdown with markers for what the build adds; a question gets headings for them, any page its references."""
    wanted = {"related": one.is_question, "references": bool(one.each("citation"))}
    if one.is_question:
        markdown = re.sub(r"^(# .*)$", r"\1\n\n<!-- facts -->\n", markdown, count=1, flags=re.M)
    for section, names in site.conventions.generated.items():
        heading = f"## {names[one.language]} {{ #{section} }}" if one.is_question else ""
        if wanted[section]:
            markdown += f"\n\n{heading}\n\n<!-- {section} -->\n"
    return markdown


def content(text: str, one: Page, site: Site, url: str, drawings: Mapping[str, str]) -> str:
    """The HTML of a page with formulas, figures, citations and its generated sections; `drawings` maps URLs to files."""
    try:
        text = mathematics.render(text)
    except mathematics.TexError as error:
        raise InputError(_tex_issue(one, error)) from None
    text = FIGURE.sub(partial(_figure, url=url, drawings=drawings), text)
    text = TITLE.sub(partial(_link_sources, one=one, site=site, url=url), text)
    draw = partial(_draw, "citation.html", one, site)
    try:
        text, references = citing.number(text, site.works, site.conventions.locators, one.language, draw)
    except KeyError as error:
        raise InputError(_citation_issue(one, str(error.args[0]))) from None
    text = hover.mark(text, site.glossary, one.language, one.id, partial(_term, one=one, site=site, url=url))
    fill = {
        "facts": lambda: _draw("facts.html", one, site, url=url, asked=_asked(one, site, url), level=_level(one, site)),
        "related": lambda: _draw("related.html", one, site, related=list(_related(one, site, url))),
        "references": lambda: _draw("references.html", one, site, references=references),
    }
    return _fill(text, fill)


def fill_markers(text: str, one: Page, site: Site, url: str, contents: Mapping[str, str]) -> str:
    """Fill the markers of topic pages, home and sources; `contents` maps the URL of every page to its HTML."""
    fill = {
        "questions": lambda: _draw("questions.html", one, site, groups=list(_by_level(one, site, url, contents))),
        "topics": lambda: _draw("topics.html", one, site, topics=list(_topics(one, site, url)), counts=counts(site)),
        "sources": lambda: _draw("sources.html", one, site, sources=list(_sources(one, site, url)), counts=counts(site)),
        "search": lambda: _draw("search.html", one, site),
    }
    return text if one.is_question else _fill(text, fill)


def counts(site: Site) -> dict[str, int]:
    """How many questions there are, how many numbers the sources have, and how many of those are answered."""
    numbers = [f"{source.id}/{n}" for source in site.conventions.sources.values() for n in source.numbers]
    closed = sum(number in site.answered for number in numbers)
    return {"questions": len(site.questions), "asked": len(numbers), "answered": closed, "works": len(site.works)}


def description(text: str, one: Page) -> str:
    """A page in one paragraph of plain text: a question's short answer, any other page's first paragraph."""
    match = re.search(r"<p>(.*?)</p>", short_answer(text) if one.is_question else text, re.S)
    return plain(match[1]) if match else ""


def plain(text: str) -> str:
    """HTML as plain text, every formula as its TeX."""
    text = re.sub(
        r'<span class="katex.*?<annotation[^>]*>(.*?)</annotation>.*?</math></span>.*?(?=<(?!/?span))',
        r"\1",
        text,
        flags=re.S,
    )
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())


def short_answer(text: str) -> str:
    """The HTML of the section `short` without links, so that it can stand on another page."""
    match = re.search(r'<h2 id="short".*?</h2>(.*?)(?=<h2 )', text, re.S)
    return re.sub(r"</?a\b[^>]*>", "", match[1]).strip() if match else ""


def shared_path(url: str, one: Page, site: Site) -> str:
    """The part of a page's address that its languages share."""
    return url if one.language == _default(site) else url.removeprefix(f"{one.language}/")


def addresses(path: str, language: str, site: Site) -> dict[str, Any]:
    """What the theme's templates need: the language and the address of the same page in every language."""
    house = site.conventions
    every = {other: house.address(path, other) for other in house.languages}
    return {"language": language, "languages": house.languages, "addresses": every}


def _draw(template: str, one: Page, site: Site, **values: Any) -> str:
    names = {key: value[one.language] for key, value in site.conventions.generated.items()}
    return _templates().get_template(template).render(page=one, language=one.language, names=names, **values)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _fill(text: str, fill: Mapping[str, Callable[[], str]]) -> str:
    return MARKER.sub(lambda match: fill[match[1]]() if match[1] in fill else match[0], text)


def _default(site: Site) -> str:
    return site.conventions.default_language


def _url(target: str, one: Page, site: Site, url: str) -> str:
    """The link from the page at `url` to the page `target` (such as `training/dropout`) in the same language."""
    path = site.conventions.address(f"{target.removesuffix('index').rstrip('/')}/".lstrip("/"), one.language)
    return posixpath.relpath(path or ".", url or ".") + "/"


def _translated(one: Page, site: Site, language: str) -> Page:
    return site.twin(one, language) or one


def _level(one: Page, site: Site) -> dict[str, str]:
    level = str(site.fact(one, "level"))
    return {"id": level, "name": site.conventions.levels.get(level, {}).get(one.language, level)}


def _asked(one: Page, site: Site, url: str) -> list[dict[str, Any]]:
    """Where the question circulates: (source, its numbers with their links)."""
    asked: dict[str, list[str]] = {}
    numbers = site.fact(one, "asked")
    for entry in numbers if isinstance(numbers, list) else []:
        source, _, number = str(entry).partition("/")
        if source in site.conventions.sources:
            asked.setdefault(source, []).append(number)
    base = _url("sources", one, site, url)
    return [{"source": site.conventions.sources[key], "numbers": n, "url": f"{base}#{key}"} for key, n in asked.items()]


def _related(one: Page, site: Site, url: str) -> Iterator[dict[str, Any]]:
    related = site.fact(one, "related")
    for slug in related if isinstance(related, list) else []:
        if other := site.by_slug.get(slug):
            other = _translated(other, site, one.language)
            topic = site.conventions.topics[other.topic][one.language]
            yield {
                "title": other.title,
                "url": _url(other.id, one, site, url),
                "topic": topic,
                "level": _level(other, site),
            }


def _term(term: Term, text: str, one: Page, site: Site, url: str) -> str:
    """A term of the glossary in the text, with what it means and, where that page exists, the way to its explanation."""
    address = _url(term.page, one, site, url) if (term.page, one.language) in site.by_id else ""
    values = {"url": address, "means": term.words[one.language].means, "text": Markup(text)}
    return _templates().get_template("term.html").render(values).strip()


def _by_level(one: Page, site: Site, url: str, contents: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The questions of a topic page, grouped by level."""
    questions = [other for other in site.questions if other.topic == one.topic]
    for level, names in site.conventions.levels.items():
        group = [_listed(other, one, site, url, contents) for other in questions if other.meta.get("level") == level]
        if group:
            yield {"level": level, "name": names[one.language], "questions": group}


def _listed(other: Page, one: Page, site: Site, url: str, contents: Mapping[str, str]) -> dict[str, Any]:
    translated = _translated(other, site, one.language)
    address = site.conventions.address(f"{other.id}/", one.language)
    short = Markup(short_answer(contents.get(address, "")))
    return {"title": translated.title, "url": _url(other.id, one, site, url), "short": short, "slug": other.slug}


def _topics(one: Page, site: Site, url: str) -> Iterator[dict[str, Any]]:
    for topic, names in site.conventions.topics.items():
        questions = [other for other in site.questions if other.topic == topic]
        levels = {key: sum(other.meta.get("level") == key for other in questions) for key in site.conventions.levels}
        shown = [{"name": site.conventions.levels[key][one.language], "count": n} for key, n in levels.items() if n]
        yield {
            "name": names[one.language],
            "url": _url(topic, one, site, url),
            "count": len(questions),
            "levels": shown,
        }


def _sources(one: Page, site: Site, url: str) -> Iterator[dict[str, Any]]:
    for source in site.conventions.sources.values():
        numbers = [_number(source.id, number, one, site, url) for number in source.numbers]
        yield {"source": source, "numbers": numbers, "answered": sum(bool(n["title"]) for n in numbers)}


def _number(source: str, number: int, one: Page, site: Site, url: str) -> dict[str, Any]:
    other = site.answered.get(f"{source}/{number}")
    title = _translated(other, site, one.language).title if other else ""
    return {
        "id": f"{source}-{number}",
        "number": number,
        "title": title,
        "url": _url(other.id, one, site, url) if other else "",
    }


def _figure(match: re.Match[str], url: str, drawings: Mapping[str, str]) -> str:
    """An image that stands alone and is one of our drawings becomes a figure with the drawing inside."""
    address = posixpath.normpath(posixpath.join(url, match[2])) if not match[2].startswith("/") else match[2]
    attributes = dict(re.findall(r'(alt|title)="([^"]*)"', match[1] + match[3]))
    if address not in drawings:
        return match[0]
    svg = Path(drawings[address]).read_text(encoding="utf-8").strip()
    values = {key: Markup(attributes.get(key, "")) for key in ("alt", "title")}  # escaped already, by Markdown
    return _templates().get_template("figure.html").render(svg=Markup(svg), **values)


def _link_sources(match: re.Match[str], one: Page, site: Site, url: str) -> str:
    """`(wechat/1)` in the title of a claim leads to that number on the sources page."""
    base = _url("sources", one, site, url)

    def link(found: re.Match[str]) -> str:
        if found[1] not in site.conventions.sources:
            return found[0]
        source = site.conventions.sources[found[1]]
        values = {"url": f"{base}#{found[1]}-{found[2]}", "text": found[0], "title": source.title}
        return _templates().get_template("source-link.html").render(values).strip()

    return match[1] + re.sub(r"\b([a-z]+)/(\d+)\b", link, match[2]) + match[3]


def _tex_issue(one: Page, error: mathematics.TexError) -> Issue:
    first_line = error.tex.strip().splitlines()[0]
    offset = max(one.text.find(error.tex), 0) or max(one.text.find(first_line), 0)
    line = one.text.count("\n", 0, offset) + 1
    column = offset - one.text.rfind("\n", 0, offset)
    return Issue(one.path, line, column, "broken-formula", f"KaTeX refuses '{first_line}': {error.reason}", "Mend the TeX.")


def _citation_issue(one: Page, key: str) -> Issue:
    places = [e for e in one.each("citation") if key in dict(markup.citations(e.value))]
    line, column = (places[0].line, places[0].column) if places else (1, 1)
    return Issue(one.path, line, column, "unknown-citation", f"no entry '{key}' in docs/references.bib", "Add it there.")
