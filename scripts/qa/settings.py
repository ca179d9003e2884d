"""What `mkdocs.yml` says about reading pages: extensions, folders, languages, addresses. MkDocs itself is not imported."""

import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from qa.issue import InputError, Issue
from qa.nodes import broken
from qa.text import read

FILE = "mkdocs.yml"
MKDOCS_OWN = ("toc", "tables", "fenced_code")  # what MkDocs enables by itself
DOCS = PurePosixPath("docs")
SNIPPETS = "pymdownx.snippets"
QUIET = {  # what changes nothing in links, ids and text, and costs time
    "pymdownx.highlight": {"use_pygments": False},
    "toc": {"permalink": False},
    SNIPPETS: {"check_paths": False},
}


@dataclass(frozen=True)
class Settings:
    """The part of a MkDocs configuration that decides what a page's Markdown becomes and where the page stands."""

    extensions: tuple[str, ...] = MKDOCS_OWN
    extension_configs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    docs: PurePosixPath = field(default=DOCS)
    site_url: str = ""
    languages: tuple[str, ...] = ()
    directory_urls: bool = True
    excluded: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""

    @property
    def templates(self) -> str:
        """The folder of the site's own templates (`custom_dir`), or nothing."""
        theme = self.data.get("theme")
        return str(theme.get("custom_dir") or "") if isinstance(theme, dict) else ""

    def extension(self, name: str) -> Mapping[str, Any] | None:
        """The configuration of an extension, or nothing where the site does not use it."""
        return self.extension_configs.get(name, {}) if name in self.extensions else None


class Loader(yaml.CSafeLoader):
    """MkDocs' YAML: `!ENV` with a default, `!relative` to a folder, names of Python objects."""


def load(root: Path) -> Settings:
    """Read `mkdocs.yml` below `root`; without one, MkDocs' own defaults hold."""
    path = root / FILE
    if not path.is_file():
        return Settings()
    try:
        text = read(root, PurePosixPath(FILE))
        data = yaml.load(text, _loader(root))
    except yaml.YAMLError as error:
        raise InputError(broken(PurePosixPath(FILE), "conventions", error)) from None
    if not isinstance(data, dict):
        raise _error(1, "the file is no list of `key: value` lines")
    return _settings(root, data, text)


def _settings(root: Path, data: dict[str, Any], text: str) -> Settings:
    configs = _extensions(data.get("markdown_extensions"))
    if (root / str(data.get("docs_dir", "docs")) / "references.bib").is_file():
        configs.setdefault("qa.citing", {})  # scripts/hooks.py adds it to the build, too
    return Settings(
        extensions=tuple(dict.fromkeys([*MKDOCS_OWN, *configs])),
        extension_configs={name: config for name, config in configs.items() if config},
        docs=PurePosixPath(str(data.get("docs_dir", "docs"))),
        site_url=str(data.get("site_url") or ""),
        languages=tuple(_languages(data.get("plugins"))),
        directory_urls=bool(data.get("use_directory_urls", True)),
        excluded=tuple(str(data.get("exclude_docs") or "").split()),
        drafts=tuple(str(data.get("draft_docs") or "").split()),
        data=data,
        text=text,
    )


def quiet(settings: Settings, root: Path) -> dict[str, dict[str, Any]]:
    """The configuration of the extensions with what only costs time switched off; snippets are sought below the site's root."""
    configs = {name: dict(config) for name, config in settings.extension_configs.items()}
    if SNIPPETS in settings.extensions:
        folders = configs.setdefault(SNIPPETS, {}).get("base_path", ["."])
        configs[SNIPPETS]["base_path"] = [str(root / str(one)) for one in ([folders] if isinstance(folders, str) else folders)]
    for name, change in QUIET.items():
        if name in settings.extensions:
            configs[name] = {**configs.get(name, {}), **change}
    return configs


def _extensions(listed: object) -> dict[str, dict[str, Any]]:
    """Both forms that MkDocs knows: a list of names and one-key mappings, or one mapping."""
    entries = listed if isinstance(listed, list) else [{key: value} for key, value in (listed or {}).items()]  # type: ignore[attr-defined]
    configs: dict[str, dict[str, Any]] = {}
    for entry in entries:
        for name, config in entry.items() if isinstance(entry, dict) else [(str(entry), {})]:
            configs[str(name)] = config or {}
    return configs


def _languages(plugins: object) -> list[str]:
    """The locales of mkdocs-static-i18n, the default one first."""
    entries = plugins if isinstance(plugins, list) else [plugins]
    for entry in entries:
        if isinstance(entry, dict) and isinstance(entry.get("i18n"), dict):
            languages = entry["i18n"].get("languages", [])
            return [str(one["locale"]) for one in sorted(languages, key=lambda one: not one.get("default"))]
    return []


def _loader(root: Path) -> type[yaml.CSafeLoader]:
    class Here(Loader):
        """The same with this site's folder."""

    def relative(loader: yaml.CSafeLoader, node: yaml.Node) -> str:
        value = loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else ""
        return str(root / "docs") if value == "$docs_dir" else str(root)

    Here.add_constructor("!relative", relative)
    Here.add_constructor("!ENV", _environment)
    Here.add_multi_constructor("tag:yaml.org,2002:python/name:", lambda _, suffix, __: _named(suffix))
    Here.add_multi_constructor("tag:yaml.org,2002:python/object/apply:", _applied)
    Here.add_multi_constructor("!", lambda *_: None)
    return Here


def _environment(loader: yaml.CSafeLoader, node: yaml.Node) -> object:
    if isinstance(node, yaml.ScalarNode):
        return os.environ.get(str(loader.construct_scalar(node)))
    *names, default = loader.construct_sequence(node) if isinstance(node, yaml.SequenceNode) else [None]
    return next((os.environ[name] for name in names if name in os.environ), default)


def _named(name: str) -> object:
    """`pymdownx.slugs.uslugify` → that function, or nothing where its package is not installed."""
    module, _, attribute = name.rpartition(".")
    try:
        return getattr(importlib.import_module(module), attribute, None)
    except ImportError:
        return None


def _applied(loader: yaml.CSafeLoader, suffix: str, node: yaml.Node) -> object:
    function = _named(suffix)
    arguments = loader.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else {}
    return function(*arguments.get("args", []), **arguments.get("kwds", {})) if callable(function) else None


def _error(line: int, message: str) -> InputError:
    return InputError(Issue(PurePosixPath(FILE), line, 1, "conventions", message, "Mend the configuration."))
