"""The search as a reader uses it, in a real browser; queries are people's words, never taken from the index."""

import json
import re
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from conftest import Built
from playwright.sync_api import Browser, Page, expect
from support import ROOT

from qa import site

SITE = site.load(ROOT)
BOX = "[data-md-component=search-query]"
RESULT = ".md-search-result__item"
# Every message between page and worker, as the page sees it: what was sent, and what came (`late` passages left out).
SPY = """() => {
  window.sent = []; window.received = [];
  const Native = window.Worker;
  window.Worker = class extends Native {
    constructor(...a) { super(...a); window.workers = (window.workers ?? 0) + 1;
      this.addEventListener("message", ({data}) => window.received.push({at: performance.now(), ...data})); }
    postMessage(data) { window.sent.push({at: performance.now(), ...data}); super.postMessage(data); }
  };
}"""
# Put a text into the box as a paste does; the milliseconds to the result and the longest time that the page stood still.
ENTER = """async (query) => {
  let blocked = 0;
  const note = list => list.getEntries().forEach(e => blocked = Math.max(blocked, e.duration));
  new PerformanceObserver(note).observe({type: "longtask"});
  const box = document.querySelector("[data-md-component=search-query]"), before = sent.length;
  box.value = query;
  box.dispatchEvent(new Event("input", {bubbles: true}));
  if (sent.length === before) return [0, 0];
  const {at} = sent.at(-1), result = () => received.find(m => m.type === 3 && m.at > at);
  while (!result()) await new Promise(done => setTimeout(done, 5));
  await new Promise(done => setTimeout(done, 20));
  return [result().at - at, blocked];
}"""
PATIENCE = 150  # milliseconds that the worker waits for the passages that it shows
BAD = [
    " ",
    "a",
    "的",
    "?",
    "x" * 10_000,
    "梯度" * 5_000,
    "😀🧠🔥",
    '"unbalanced',
    "'quote\"",
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "&lt;b&gt;",
    ".*+?^${}()|[]\\",
    "(?:",
    "[a-",
    "שלום עולם",
    "\u202eabc\u202c",
    "a\u0000b\u0007c\u001b",
    "梯\u200b度\u200d消\ufeff失",
    "\ud83d",
    "__proto__",
    "constructor toString",
    "%00%ff",
    "../../etc",
]


@pytest.fixture
def spied(page: Page) -> Page:
    page.add_init_script(f"({SPY})()")
    return page


@pytest.fixture
def quiet(page: Page) -> Iterator[list[str]]:
    """What the page complains about: nothing, at the end of each test that asks."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield said
    assert said == []


def ask(page: Page, query: str) -> list[str]:
    """Type a query and wait for its RESULT message and all passages; the addresses of the pages found, best first."""
    before = page.evaluate("window.received.length")
    page.fill(BOX, query)
    page.wait_for_function("n => received.slice(n).some(m => m.type === 3)", arg=before)
    settle(page)
    return found(page)


def settle(page: Page) -> None:
    page.wait_for_function("() => performance.now() - received.at(-1).at > 250")


def found(page: Page) -> list[str]:
    links = page.locator(f"{RESULT} > a:first-child").evaluate_all("all => all.map(a => a.pathname)")
    return [link.strip("/") for link in links]


def test_a_page_view_has_nothing_of_the_search(page: Page, built: Built) -> None:
    asked: list[str] = []
    workers: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("worker", lambda worker: workers.append(worker.url))
    page.goto(built.address, wait_until="networkidle")
    assert [url for url in asked if "search" in url.removeprefix(built.address)] == []
    assert workers == []
    page.click(BOX)
    page.wait_for_function("() => performance.getEntriesByType('resource').some(e => e.name.includes('search'))")


def test_material_still_speaks_these_messages(spied: Page, built: Built, quiet: list[str]) -> None:
    """If this fails after an update of Material, read `overrides/partials/search-start.js` and mend it first."""
    spied.goto(built.address)
    spied.click(BOX)
    spied.wait_for_function("() => received.length", timeout=5000)
    ask(spied, "梯度消失")
    kinds = spied.evaluate("[sent.map(m => m.type), received.map(m => m.type)]")
    assert spied.evaluate("workers") == 1
    assert set(kinds[0]) == {2}, "Material sends QUERY (2); SETUP (0) would mean that it loads its own index again"
    assert kinds[1][0] == 1 and set(kinds[1]) == {1, 3}
    assert all(isinstance(text, str) for text in spied.evaluate("sent.map(m => m.data)"))
    assert "梯度消失" in spied.locator(RESULT).first.inner_text()
    assert re.search(r"\d", spied.locator(".md-search-result__meta").inner_text())


@pytest.mark.parametrize(
    ("path", "query", "page_id"),
    [
        ("", "剃度消失", "training/vanishing-gradient"),
        ("", "tidu xiaoshi", "training/vanishing-gradient"),
        ("", "BN", "training/batch-normalization"),
        ("", "注意力機制", "transformers/attention"),
        ("", "ROC曲线", "evaluation/roc-vs-pr"),
        ("en/", "vanishing gradients", "training/vanishing-gradient"),
        ("en/", "overfitted droput", "training/dropout"),
        ("en/", "nn.BatchNorm2d", "training/batch-normalization"),
    ],
)
def test_it_finds_the_question(spied: Page, built: Built, path: str, query: str, page_id: str) -> None:
    spied.goto(built.address + path)
    assert ask(spied, query)[0] == f"{path}{page_id}"


def test_a_result_names_the_question_marks_the_match_and_leads_to_the_section(spied: Page, built: Built) -> None:
    spied.goto(built.address + "en/")
    ask(spied, "forget to call model.eval batchnorm")
    first = spied.locator(RESULT).first
    assert "atch normalization" in first.locator("h1").inner_text()
    assert first.locator("mark").count() > 0
    section = first.locator("a[href*='#']").first
    target = section.get_attribute("href")
    section.click()
    spied.wait_for_url(target)
    anchor = target.partition("#")[2]
    assert spied.locator(f"[id='{anchor}']").count() == 1
    spied.locator("article mark[data-md-highlight]").first.wait_for(state="attached")  # it may stand in closed details
    assert spied.locator(".katex mark").count() == 0


def test_matches_are_marked_also_where_the_script_comes_from_the_cache(spied: Page, built: Built) -> None:
    counts = []
    for word in ("Forgetting", "eval", "Forgetting", "eval"):
        spied.goto(f"{built.address}en/training/batch-normalization/?h={word}")
        spied.wait_for_load_state("networkidle")
        counts.append(spied.locator("article mark[data-md-highlight]").count())
    assert counts[:2] == counts[2:]
    assert all(counts)


def test_enter_opens_the_first_result(spied: Page, built: Built) -> None:
    spied.goto(built.address)
    ask(spied, "梯度消失")
    spied.locator(BOX).press("Enter")
    spied.wait_for_url(re.compile("training/vanishing-gradient/"))


def test_arrows_move_through_the_results_and_escape_closes(spied: Page, built: Built) -> None:
    spied.goto(built.address)
    ask(spied, "自编码器")
    spied.locator(BOX).press("ArrowDown")
    spied.wait_for_function("document.activeElement.closest('.md-search-result__item') !== null", timeout=5000)
    spied.keyboard.press("Escape")
    assert not spied.locator("#__search").is_checked()


def test_pasting_searches(spied: Page, built: Built) -> None:
    spied.goto(built.address)
    spied.click(BOX)
    spied.wait_for_function("() => received.length")
    before = spied.evaluate("received.length")
    spied.evaluate("document.execCommand('insertText', false, '批归一化')")
    spied.wait_for_function("n => received.slice(n).some(m => m.type === 3 && m.data.items.length)", arg=before)
    settle(spied)
    assert found(spied)[0] == "training/batch-normalization"


def test_choosing_in_an_input_method_searches(spied: Page, built: Built, browser: Browser) -> None:
    spied.goto(built.address)
    spied.click(BOX)
    session = spied.context.new_cdp_session(spied)
    session.send("Input.imeSetComposition", {"text": "梯度", "selectionStart": 2, "selectionEnd": 2})
    session.send("Input.insertText", {"text": "梯度消失"})
    spied.wait_for_function("() => received.some(m => m.type === 3 && m.data.items.length)")
    settle(spied)
    assert found(spied)[0] == "training/vanishing-gradient"


def test_a_deep_link_searches(spied: Page, built: Built) -> None:
    spied.goto(f"{built.address}?q={quote('梯度消失')}")
    spied.wait_for_function("() => received.some(m => m.type === 3 && m.data.items.length)")
    settle(spied)
    assert spied.input_value(BOX) == "梯度消失"
    assert found(spied)[0] == "training/vanishing-gradient"


def test_a_search_can_be_shared(spied: Page, built: Built) -> None:
    spied.goto(built.address)
    ask(spied, "梯度 消失")
    assert spied.locator("[data-md-component=search-share]").get_attribute("href").endswith(f"?q={quote('梯度')}+{quote('消失')}")


def test_it_suggests_the_rest_of_the_word(spied: Page, built: Built) -> None:
    spied.goto(built.address + "en/")
    ask(spied, "vanishing gradi")
    spied.keyboard.press("End")
    expect(spied.locator("[data-md-component=search-suggest]")).to_have_text(re.compile("^vanishing gradient"))


@pytest.mark.parametrize("path", ["", "en/"])
def test_results_are_of_the_language_of_the_page(spied: Page, built: Built, path: str) -> None:
    spied.goto(built.address + path)
    for query in ("dropout", "梯度消失", "BN", "Transformer", "attention 注意力", "GAN"):
        assert [link for link in ask(spied, query) if link.startswith("en/") != bool(path)] == []


def test_where_nothing_is_found_it_offers_the_closest_and_a_link_to_propose(spied: Page, built: Built) -> None:
    spied.goto(built.address + "en/")
    assert ask(spied, "zqxjkv wvuts") == []
    nothing = spied.locator(".qa-nothing")
    assert nothing.is_visible()
    link = nothing.locator(".qa-nothing__propose a")
    assert link.get_attribute("href").endswith("/issues/new?title=zqxjkv%20wvuts")
    spied.locator(BOX).press("Enter")
    assert spied.url == built.address + "en/"
    assert ask(spied, "dropout")
    assert not nothing.is_visible()


def test_it_goes_on_without_network(spied: Page, built: Built) -> None:
    spied.goto(built.address)
    ask(spied, "梯度消失")
    spied.context.set_offline(True)
    assert ask(spied, "批归一化")[0] == "training/batch-normalization"
    spied.context.set_offline(False)


def test_it_says_when_the_index_cannot_be_had_and_tries_again(spied: Page, built: Built) -> None:
    spied.goto(built.address)
    spied.route("**/search/*.json", lambda route: route.abort())
    assert ask(spied, "梯度消失") == []
    assert spied.locator(".qa-nothing__failed").is_visible()
    spied.unroute("**/search/*.json")
    assert ask(spied, "梯度消失了") != []


@pytest.mark.parametrize("path", ["", "en/"])
def test_bad_input_neither_breaks_nor_freezes_nor_runs(spied: Page, built: Built, quiet: list[str], path: str) -> None:
    spied.goto(built.address + path)
    ask(spied, "dropout")
    usual = sorted(max(spied.evaluate(ENTER, query)) for query in ("gradient", "梯度", "BN", "LSTM", "overfitting"))[2]
    slow = {}
    for query in BAD:
        took, blocked = spied.evaluate(ENTER, query)
        if max(took - PATIENCE, blocked) > max(200, 8 * usual):  # 200 ms on an idle machine; a busy one slows the usual, too
            slow[query[:20]] = took, blocked
        assert spied.evaluate("window.hacked") is None
        assert spied.locator(f"{RESULT} script, {RESULT} img").count() == 0
    assert slow == {}


def test_the_index_has_every_question_once_and_only_text(built: Built) -> None:
    for language in SITE.conventions.languages:
        names = json.loads((built.folder / "search" / f"{language}.json").read_text(encoding="utf-8"))
        urls = [url for url, _, _ in names["pages"]]
        wanted = [SITE.conventions.address(f"{page.id}/", language) for page in SITE.questions]
        assert sorted(urls) == sorted(wanted)
        for page in SITE.questions:
            content = json.loads((built.folder / "search" / language / f"{page.id}.json").read_text(encoding="utf-8"))
            html = (built.folder / SITE.conventions.address(f"{page.id}/", language) / "index.html").read_text(encoding="utf-8")
            assert all(f'id="{anchor}"' in html for anchor, _, _ in content["sections"])
            assert "--8<--" not in json.dumps(content) and "[@" not in json.dumps(content)


def test_the_box_and_its_results_are_accessible(spied: Page, built: Built) -> None:
    for query in ("梯度消失", "zqxjkv wvuts"):
        spied.goto(built.address)
        ask(spied, query)
        time.sleep(0.4)  # Material's box grows for a quarter of a second
        spied.add_script_tag(content=(ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
        result = spied.evaluate("() => axe.run('.md-search', {resultTypes: ['violations']})")
        assert {v["id"]: [n["html"][:160] for n in v["nodes"]][:4] for v in result["violations"]} == {}
