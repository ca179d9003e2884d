"""What a reader sees, in a real browser."""

import gzip
from pathlib import Path

import pytest
from conftest import Built
from playwright.sync_api import Browser, Page
from support import ROOT

from qa import site

SITE = site.load(ROOT)
AXE = ROOT / "node_modules/axe-core/axe.min.js"
QUESTION = "training/dropout/"
KINDS = ["", "training/", QUESTION, "sources/"]
ADDRESSES = [*KINDS, *(f"en/{path}" for path in KINDS), "404.html", "en/404.html"]
SHIFT = """() => new Promise(done => new PerformanceObserver(list => done(list.getEntries().reduce(
    (sum, entry) => sum + entry.value, 0))).observe({type: "layout-shift", buffered: true}) || setTimeout(() => done(0), 500))"""


def watch(page: Page) -> list[str]:
    """Everything that a page complains about: console, exceptions, failed requests."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(request.url))
    return said


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_is_accessible_and_quiet(browser: Browser, built: Built, path: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    said, hosts = watch(page), set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(built.address + path)
    page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    result = page.evaluate("() => axe.run({resultTypes: ['violations']})")
    violations = {v["id"]: [n["html"][:160] for n in v["nodes"]][:4] for v in result["violations"]}
    context.close()
    assert violations == {}
    assert said == []
    assert hosts == {built.address.split("/")[2]}


@pytest.mark.parametrize("path", ADDRESSES)
def test_nothing_scrolls_sideways_on_a_phone(browser: Browser, built: Built, path: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.goto(built.address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def test_no_question_scrolls_sideways_on_a_phone(browser: Browser, built: Built) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    page, wide = context.new_page(), []
    for one in (p for p in SITE.pages if p.is_question):
        page.goto(built.address + SITE.conventions.address(f"{one.id}/", one.language))
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            wide.append(str(one.path))
    context.close()
    assert wide == []


def test_a_question_page_is_light_and_still(browser: Browser, built: Built) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page, requests = context.new_page(), []
    page.on("response", lambda response: requests.append(response))
    page.goto(built.address + QUESTION, wait_until="networkidle")
    size = sum(_weight(built, response.url) for response in requests)
    assert len(requests) <= 20
    assert size <= 200_000
    assert page.evaluate(SHIFT) <= 0.02
    context.close()


@pytest.mark.parametrize("start", ["", "en/"])
def test_the_toggle_keeps_page_anchor_and_place(page: Page, built: Built, start: str) -> None:
    other = "en/" if not start else ""
    page.goto(f"{built.address}{start}{QUESTION}#pitfalls")
    page.click("a.qa-toggle")
    page.wait_for_url(f"{built.address}{other}{QUESTION}#pitfalls")
    assert page.locator("html").get_attribute("lang") == ("en" if other else "zh")
    page.go_back()
    assert page.url == f"{built.address}{start}{QUESTION}#pitfalls"
    page.click("a.qa-toggle")
    page.wait_for_url(f"{built.address}{other}{QUESTION}#pitfalls")


def test_the_toggle_keeps_the_paragraph(page: Page, built: Built) -> None:
    page.goto(built.address + QUESTION)
    page.evaluate("document.querySelectorAll('article .claim')[1].scrollIntoView()")
    page.evaluate("window.scrollBy(0, -110)")
    page.click("a.qa-toggle")
    page.wait_for_url(f"{built.address}en/{QUESTION}")
    page.wait_for_function("window.scrollY > 0")
    box = page.locator("article .claim").nth(1).bounding_box()
    assert box and abs(box["y"] - 110) < 150


def test_the_toggle_asks_for_nothing_but_the_page(page: Page, built: Built) -> None:
    page.goto(built.address + QUESTION, wait_until="networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.click("a.qa-toggle")
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.endswith((".css", ".js", ".woff2", ".svg"))] == [f"{built.address}en/{QUESTION}"]


def test_an_unknown_address_answers_in_its_language(page: Page, built: Built) -> None:
    page.goto(built.address + "training/nothing/")
    assert page.locator("h1").inner_text() == "没有这个页面"
    page.goto(built.address + "en/training/nothing/")
    page.wait_for_url(built.address + "en/404.html")
    assert page.locator("h1").inner_text() == "There is no such page"
    page.click("a.qa-toggle")
    page.wait_for_url(built.address + "404.html")


def test_formulas_are_typeset_and_spoken(page: Page, built: Built) -> None:
    page.goto(built.address + QUESTION)
    formula = page.locator(".qa-display").first
    box = formula.bounding_box()
    assert box and box["width"] > 100 and box["height"] > 20
    assert formula.locator("math").count() == 1
    assert formula.get_attribute("tabindex") == "0"
    family = formula.locator(".katex-html .mord").first.evaluate("e => getComputedStyle(e).fontFamily")
    assert "KaTeX" in family
    assert page.evaluate("document.fonts.check('16px KaTeX_Main')")


def test_a_page_reads_without_scripts(browser: Browser, built: Built) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(built.address + "en/" + QUESTION)
    for heading in SITE.conventions.sections.values():
        assert page.get_by_role("heading", name=heading["en"]).is_visible()
    assert page.locator(".qa-figure svg").first.is_visible()
    page.locator("details summary").first.click()
    assert page.locator("details > p").first.is_visible()
    page.click("a.qa-toggle")
    assert page.url == built.address + QUESTION
    context.close()


def test_colours_follow_the_system_and_the_figure_follows_them(browser: Browser, built: Built) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(built.address + QUESTION)
        script = "s => getComputedStyle(document.querySelector(s)).color"
        colours[scheme] = page.evaluate(script, "body"), page.evaluate(script, ".qa-figure svg")
        context.close()
    assert colours["light"] != colours["dark"]
    assert all(text == figure for text, figure in colours.values())


def test_it_prints_with_every_answer_open(page: Page, built: Built) -> None:
    page.goto(built.address + QUESTION)
    page.emulate_media(media="print")
    assert not page.locator(".md-header").is_visible()
    assert page.locator("details > p").first.is_visible()


def _weight(built: Built, url: str) -> int:
    """Gzipped bytes of a response, as a host sends them; fonts are compressed already."""
    path = built.folder / url.removeprefix(built.address).partition("?")[0]
    data = (path / "index.html" if path.is_dir() else Path(path)).read_bytes()
    return len(data) if path.suffix in (".woff2", ".png") else len(gzip.compress(data, 6))
