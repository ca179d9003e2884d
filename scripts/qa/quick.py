"""Python-Markdown without what it tries in vain: the same result in half the time.

It asks every block processor about every block and every inline pattern about every text. Most of them begin with a sign that
the text has not, and need not be asked; and no table of contents is made where none is shown. Extensions that are not named
here are always asked. `tests/test_detection.py` compares with Python-Markdown as it comes.
"""

import re
from functools import cache
from typing import Any

TAB = "    "
BLOCKS = {  # what a block must hold for a processor to match in it
    "blocks": ("///",), "indent": (TAB,), "code": (TAB,), "hashheader": ("#",), "setextheader": ("\n",), "hr": ("-", "_", "*"),
    "olist": (".",), "ulist": ("* ", "- ", "+ "), "quote": (">",), "reference": ("]:",), "table": ("|",), "footnote": ("[^",),
    "abbr": ("*[",), "arithmatex-block": ("$$", "\\"), "admonition": ("!!!", TAB), "details": ("???", TAB), "tabbed": ("===", TAB),
    "deflist": (":",), "defindent": (TAB,),
}  # fmt: skip
INLINES = {  # and an inline pattern in a text
    "backtick": ("`",), "escape": ("\\",), "reference": ("[",), "link": ("[",), "image_link": ("![",), "image_reference": ("![",),
    "short_reference": ("[",), "short_image_ref": ("![",), "autolink": ("<",), "automail": ("<",), "linebreak": ("  \n",),
    "html": ("<",), "entity": ("&",), "not_strong": ("*", "_"), "em_strong": ("*", "_"), "em_strong2": ("_",), "footnote": ("[^",),
    "arithmatex-inline": ("$", "\\"), "qa-citation": ("[@",),
}  # fmt: skip
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LABEL = "data-toc-label"


def hasten(md: Any) -> None:
    """Change this `markdown.Markdown` so."""
    _blocks(md)
    _inlines(md)
    _contents(md)
    md.is_block_level = cache(md.is_block_level)  # asked about every element, several times


def _named(registry: Any) -> list[tuple[str, Any]]:
    """The names and members of one of Python-Markdown's registries, in its order."""
    members = list(registry)  # sorts them
    return list(zip([one.name for one in registry._priority], members, strict=True))


def _blocks(md: Any) -> None:
    named = _named(md.parser.blockprocessors)
    processors = [(one, BLOCKS.get(name, ("",))) for name, one in named]
    nesting = dict(named).get("blocks")  # what stands inside of a block of pymdownx belongs to it, whatever it holds

    def parse(parent: Any, blocks: list[str]) -> None:
        while blocks:
            block = blocks[0]
            for processor, signs in processors:
                for sign in signs:
                    if sign in block:
                        break
                else:
                    if processor is not nesting or not nesting.stack:
                        continue
                if processor.test(parent, block) and processor.run(parent, blocks) is not False:
                    break

    md.parser.parseBlocks = parse


def _inlines(md: Any) -> None:
    from markdown.treeprocessors import InlineProcessor
    from markdown.util import AtomicString

    class Quick(InlineProcessor):
        """Python-Markdown's own, with patterns passed over whose sign the text lacks."""

        def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:  # noqa: N802, N803 (the library's names)
            if isinstance(data, AtomicString):
                return data
            if not special.search(data):
                return data
            start = 0
            while patternIndex < len(patterns):
                pattern, signs = patterns[patternIndex]
                matched = False
                if not signs or signs[0] in data or signs[-1] in data:
                    data, matched, start = self._InlineProcessor__applyPattern(pattern, data, patternIndex, start)
                if not matched:
                    start, patternIndex = 0, patternIndex + 1  # noqa: N806
            return data

    patterns = [(pattern, INLINES.get(name, ())) for name, pattern in _named(md.inlinePatterns)]
    starts = "".join(sign[0] for _, signs in patterns for sign in signs)
    special = re.compile(f"[{re.escape(starts)}]" if all(signs for _, signs in patterns) else "")
    md.treeprocessors.register(Quick(md), "inline", 20)


def _contents(md: Any) -> None:
    """Where the table of contents is not shown, treat only the headings that lack an id, and make no table."""
    from markdown.extensions.toc import TocTreeprocessor

    for contents in md.treeprocessors:
        if isinstance(contents, TocTreeprocessor) and not (contents.base_level or contents.use_anchors or contents.use_permalinks):
            _hasten_contents(contents)


def _hasten_contents(contents: Any) -> None:
    from xml.etree.ElementTree import Element, SubElement

    whole, bottom, marker = contents.run, contents.toc_bottom, contents.marker

    def run(doc: Any) -> None:
        elements = list(doc.iter())
        contents.toc_bottom, contents.marker = bottom, marker
        if marker and any(marker in (one.text or "") for one in elements):
            whole(doc)
        elif bare := [one for one in elements if one.tag in HEADINGS and ("id" not in one.attrib or LABEL in one.attrib)]:
            contents.toc_bottom, contents.marker = 0, ""
            part = Element("div")
            part.extend(bare)
            for one in elements:
                if "id" in one.attrib:
                    SubElement(part, "a", id=one.attrib["id"])  # taken
            whole(part)

    contents.run = run
