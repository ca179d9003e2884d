"""Which state of a page's sections agreed in all languages: fingerprints in `parity.yml`, written by `check.py --accept` only."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import yaml

from qa.issue import InputError
from qa.nodes import broken
from qa.page import Page
from qa.site import Site
from qa.text import read

FILE = "parity.yml"
HEAD = "# Fingerprints of sections that agree in all languages. Written by `check.py --accept <page>`; never edited by hand.\n"
Accepted = Mapping[str, Mapping[str, Mapping[str, str]]]  # page → section → language → fingerprint


def load(root: Path) -> Accepted:
    """What was accepted; nothing where there is no such file. An `InputError` says what makes it unusable."""
    path = root / FILE
    if not path.is_file():
        return {}
    try:
        loaded = yaml.load(read(root, PurePosixPath(FILE)), yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise InputError(broken(PurePosixPath(FILE), "broken-parity", error)) from None
    return loaded if isinstance(loaded, dict) else {}


def fingerprints(page: Page) -> dict[str, str]:
    """One for each section, the beginning included; line breaks, spaces and comments do not count."""
    return {name: _fingerprint(page.body[where]) for name, where in page.sections.items()}


def accept(site: Site, pages: list[str], one_sided: bool) -> tuple[list[str], list[str]]:
    """Record the present state of these pages (all of them for `all`); a page that changed in one language only is refused."""
    accepted = {key: dict(value) for key, value in load(site.root).items()}
    every = dict.fromkeys(page.id for page in site.pages)
    refused, recorded = [], []
    for name in every if pages == ["all"] else pages:
        versions = {one: page for one in site.conventions.languages if (page := site.by_id.get((name, one)))}
        now = {one: fingerprints(page) for one, page in versions.items()}
        state = {
            section: {one: now[one].get(section, "") for one in now}
            for section in dict.fromkeys(s for f in now.values() for s in f)
        }
        if not versions or (not one_sided and name in accepted and _one_sided(accepted[name], state)):
            refused.append(name)
        else:
            accepted[name] = state
            recorded.append(name)
    _write(site.root / FILE, {name: accepted[name] for name in sorted(accepted) if name in every})
    return recorded, refused


def _one_sided(before: Mapping[str, Mapping[str, str]], now: Mapping[str, Mapping[str, str]]) -> bool:
    for section, languages in now.items():
        changed = [before.get(section, {}).get(one) != value for one, value in languages.items()]
        if any(changed) and not all(changed):
            return True
    return False


def _fingerprint(text: str) -> str:
    words = re.sub(r"\s+", " ", re.sub(r"<!--.*?-->", "", text, flags=re.S)).strip()
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def _write(path: Path, accepted: Accepted) -> None:
    partial = path.with_suffix(".partial")
    lines = [HEAD]
    for page, sections in accepted.items():
        lines.append(f"{page}:\n")
        for section, languages in sections.items():
            inner = ", ".join(f"{one}: '{value}'" for one, value in languages.items())
            lines.append(f"  {section or repr('')}: {{{inner}}}\n")
    partial.write_text("".join(lines), encoding="utf-8")
    partial.replace(path)
