"""MkDocs hooks: a few lines each, calling plain functions of `qa`, which know nothing of MkDocs."""

import logging
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

import qa.page
from qa import mathematics, render, rules, search, site
from qa.issue import InputError, Issue
from qa.site import Site

log = logging.getLogger("mkdocs.plugins.qa")
NOT_FOUND = "404.html"
KATEX_FILES = ("katex.min.css", "fonts/*.woff2")
_site: Site  # what docs/ says, read anew at the start of every build


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read the content, refuse what is wrong, lay out the navigation."""
    global _site
    try:
        _site = site.load(Path(config.config_file_path).parent)
    except InputError as error:
        raise PluginError(str(error)) from None
    if _language(config) == _site.conventions.default_language:
        _report(rules.check(_site), fatal=bool(_site.unreadable))
    if "qa.citing" not in config.markdown_extensions:
        config.markdown_extensions.append("qa.citing")
    config.nav = render.navigation(_site)
    return config


@event_priority(-150)  # after i18n has sorted the pages by language
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Ship KaTeX's style sheet and fonts from the installed package."""
    for pattern in KATEX_FILES:
        for path in sorted((mathematics.KATEX / "dist").glob(pattern)):
            name = f"assets/katex/{path.relative_to(mathematics.KATEX / 'dist').as_posix()}"
            file = File(name, str(path.parent), config.site_dir, config.use_directory_urls)
            file.abs_src_path = str(path)
            files.append(file)
    return files


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Name topics and pages in the language that is being built."""
    for item in nav.items:
        names = _site.conventions.topics | _site.conventions.pages
        key = item.title if item.is_section else item.file.src_uri.split(".")[0]
        item.title = names[key][_language(config)]
    return nav


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Add the headings of the generated sections, so that the table of contents has them."""
    one = _page(page)
    return render.with_generated_headings(markdown, one, _site) if one else markdown


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Typeset formulas, place figures, number citations, fill the generated sections."""
    one = _page(page)
    if not one:
        return html
    drawings = {file.url: file.abs_src_path for file in files if file.src_uri.endswith(".svg") and file.abs_src_path}
    try:
        return render.content(html, one, _site, page.url, drawings)
    except InputError as error:
        raise PluginError(str(error)) from None


def on_page_context(context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation) -> dict[str, Any]:
    """Fill the markers that need every page to be rendered: lists of questions, topics, sources."""
    one = _page(page)
    if one:
        contents = {other.url: other.content or "" for other in nav.pages}
        page.content = render.fill_markers(page.content or "", one, _site, page.url, contents)
        page.meta.setdefault("description", render.description(page.content, one))
        context["qa"] = render.addresses(render.shared_path(page.url, one, _site), one.language, _site)
    return context


def on_template_context(context: dict[str, Any], template_name: str, config: MkDocsConfig) -> dict[str, Any]:
    """Give the page for unknown addresses a toggle, too."""
    if template_name == NOT_FOUND:
        context["qa"] = render.addresses(NOT_FOUND, _language(config), _site)
    return context


def on_post_template(output: str, template_name: str, config: MkDocsConfig) -> str:
    """One page of this kind for each language: i18n would let the last one win."""
    language = _language(config)
    if template_name != NOT_FOUND or language == _site.conventions.default_language:
        return output
    path = Path(config.site_dir) / language / template_name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(output, encoding="utf-8")
    return ""


def on_post_build(config: MkDocsConfig) -> None:
    """Write the search index of the language that was built."""
    folder = Path(config.site_dir) / "search"
    for name, content in search.build(_site, _language(config)).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


def _page(page: Page) -> qa.page.Page | None:
    return _site.by_path.get(PurePosixPath("docs") / page.file.src_uri)


def _language(config: MkDocsConfig) -> str:
    return config.plugins["i18n"].current_language


def _report(issues: list[Issue], fatal: bool) -> None:
    """Each problem is a warning: a strict build fails on it, `make serve` shows it and goes on where it can."""
    for issue in issues:
        log.warning(f"{issue.path}:{issue.line}:{issue.column}: {issue.message} ({issue.rule}) {issue.remedy}")
    if fatal:
        raise PluginError("Mend the files named above; nothing was built.")
