"""What a visit says about a link: ok, moved, broken or inconclusive. The tables are data, the order of the questions is logic.

Broken is said only where every reader would stand before a wall; what depends on who asks, or when, is inconclusive.
"""

import difflib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import SplitResult, unquote, urldefrag, urljoin, urlsplit

from qa.visit import Answer, Visit, normal

OK, MOVED, BROKEN, INCONCLUSIVE = VERDICTS = ("ok", "moved", "broken", "inconclusive")


@dataclass(frozen=True)
class Judgement:
    """A verdict with its reason; `again` says that another try may tell more."""

    verdict: str
    reason: str = ""
    moved_to: str = ""
    status: int = 0
    again: bool = False


TROUBLE = {  # kind of trouble → verdict, and whether to try again
    "malformed": (BROKEN, False),
    "scheme": (BROKEN, False),
    "lost": (BROKEN, True),
    "loop": (BROKEN, False),
    "name": (BROKEN, False),
    "lookup": (INCONCLUSIVE, True),
    "refused": (BROKEN, True),
    "reset": (INCONCLUSIVE, True),
    "timeout": (INCONCLUSIVE, True),
    "tls": (INCONCLUSIVE, False),
    "protocol": (INCONCLUSIVE, True),
    "network": (INCONCLUSIVE, True),
}
STATUS = {  # status → verdict, reason, try again; what is not here follows its hundred
    202: (INCONCLUSIVE, "the server has accepted the request and shows no page (202), as robot walls do", True),
    204: (BROKEN, "it answers without any content (204)", True),
    205: (BROKEN, "it answers without any content (205)", True),
    400: (BROKEN, "the server calls the address wrong (400)", True),
    401: (INCONCLUSIVE, "it asks for a login (401)", False),
    402: (INCONCLUSIVE, "it asks for a payment (402)", False),
    403: (INCONCLUSIVE, "the server refuses us (403); a reader's browser may pass", False),
    404: (BROKEN, "there is no such page (404)", True),
    410: (BROKEN, "the page is gone for good (410)", False),
    414: (BROKEN, "the server calls the address too long (414)", False),
    425: (INCONCLUSIVE, "the server puts us off (425)", True),
    429: (INCONCLUSIVE, "the server limits how often we ask (429)", True),
    451: (INCONCLUSIVE, "it is withheld for legal reasons (451), here at least", False),
    999: (INCONCLUSIVE, "the server refuses robots (999)", False),
}
HUNDREDS = {
    1: (INCONCLUSIVE, "no usable answer ({})", True),
    3: (INCONCLUSIVE, "an unusual redirect ({})", False),
    4: (INCONCLUSIVE, "the server refuses the request ({})", False),
    5: (INCONCLUSIVE, "the server fails ({})", True),
}
SHORT, LONG = 400, 1500  # characters of text: a message, and more than a message
IDENTIFIERS = ("doi.org", "hdl.handle.net", "purl.org", "w3id.org", "n2t.net", "identifiers.org", "perma.cc", "arks.org")
VIEWERS = re.compile(r"/(?:blob|raw|tree|edit|wiki|view|viewer|preview)/|/(?:File|Datei|Image|文件):", re.I)
LOGIN_PATH = re.compile(
    r"(?:^|[/_-])(?:log-?in|sign[-_]?in|logon|sso|saml2?|cas|oauth2?|openid|authori[sz]e|authenticate|auth|passport|"
    r"servicelogin|session/new|wp-login\.php|登录)(?:[/._-]|$)",
    re.I,
)
LOGIN_HOST = re.compile(r"^(?:login|log-in|signin|accounts?|auth|sso|idp|passport|cas|id)\.", re.I)
LOGIN_TITLE = re.compile(r"^\W*(?:please\s+)?(?:log ?in|sign ?in|log ?on|登录|请登录|用户登录|账号登录|登入)\b.{0,30}$", re.I)
LOGIN_PAGE = re.compile(r"/(?:log-?in|sign[-_]?in|logon|sso|auth|oauth2?|登录)(?:\.\w+)?/?$", re.I)
ERROR_PATH = re.compile(r"/(?:(?:http|error|page)[-_]?)?(?:404|not[-_]?found|errors?)(?:[-_]?(?:page|404))?(?:\.\w+)?/?$", re.I)
HOME = re.compile(r"^/?(?:(?:index|default|home|homepage|main)(?:\.\w+)?/?|[a-z]{2}(?:[-_][a-z]{2,4})?/?)?$", re.I)
HOME_QUERY = re.compile(r"^$|404|error|not[-_]?found|utm_|redirect|ref=|from=", re.I)
NOT_FOUND = re.compile(
    r"""^\W*(?:(?:oops|sorry|error|whoops|uh[ -]oh)\W+)*(?:
      (?:http\s*)?(?:error\W*)?404(?:\s*(?:[-–—:|!.(,].*|error|(?:page\s+)?not\s+found|page|页面.*|找不到.*))?
    | (?:(?:the|this|that|your)\s+)?(?:requested\s+)?
      (?:page|file|document|article|content|resource|url|post|item|paper|entry|site|object|address)?\s*
      (?:you\s.{0,60}?\s)?(?:was|is|could|can|does|has|do)?\s*(?:not|n['’]t|no\ longer|cannot)\s*(?:be\s|been\s)?
      (?:found|available|exists?)(?:\s(?:here|anymore|on\ this\ server))?
    | (?:page|content|article|post|link)\s+(?:is\s+|has\s+been\s+)?(?:missing|gone|unavailable|removed|deleted|expired)
    | (?:page|file|article)\s+(?:does|could|ca)\s*n(?:['’]|o)?t\s+(?:be\s+)?(?:found|exist)
    | nothing\s+(?:was\s+)?(?:found|here)(?:\s+here)?
    | (?:we\s+)?(?:can['’]t|cannot|can\s+not|couldn['’]t|could\s+not)\s+find\s+(?:that|the|this|your)\s+(?:page|file|article).{0,40}
    | (?:(?:很?抱歉|对不起)\W*)?(?:(?:您|你)(?:所)?(?:要)?(?:访问|请求|查找|找|浏览|查看)的|该|此|这个)?
      (?:页面|网页|文章|内容|文件|链接|资源|帖子|问题)(?:并?不存在|未找到|找不到(?:了)?|没有找到|已被?(?:发布者|作者)?删除|已失效|不见了|走丢了|已下线)(?:了|啦)?
    | (?:找不到|未找到|没有找到|无法找到)(?:了|该|此|这个|您(?:所)?访问的|你要的|相关)?(?:页面|网页|文件|内容|文章)
    )\W*$""",
    re.X | re.I,
)
NOT_FOUND_TEXT = re.compile(
    r"page\s+you(?:['’]re|\s+are|\s+were|\s+have)?\s+(?:looking\s+for|requested|trying)|page\s+(?:can(?:not|['’]t)|could\s*n[o'’]t)\s+be\s+found|"
    r"(?:page|article|document)\s+(?:does\s*n[o'’]t\s+exist|not\s+found|no\s+longer\s+(?:exists|available))|"
    r"(?:can['’]?t|cannot|can\s+not|could\s*n(?:['’]|o)?t|unable\s+to)\s+(?:find|locate)\s+(?:the|that|this|your)\s+(?:requested\s+)?page|"
    r"page\s+is(?:n['’]t|\s+not|\s+no\s+longer)\s+(?:available|here)|page\s+(?:has\s+been|was)\s+(?:removed|deleted)|"
    r"(?:页面|文章|内容|网页|文件)(?:并?不存在|未找到|找不到|没有找到|已被(?:发布者|作者)?删除|已失效)|找不到(?:该|此|您|你)?.{0,8}页面",
    re.I,
)
CHALLENGE_TITLE = re.compile(
    r"^\W*(?:just a moment|attention required|access (?:to this page has been )?denied|robot check|are you (?:a )?(?:human|robot)|"
    r"(?:security|human|browser) (?:check|verification)|verif(?:y|ying)\b.{0,30}human|captcha|checking your browser|one more step|"
    r"ddos-guard|pardon our interruption|too many requests|安全验证|人机验证|访问验证|验证码|环境异常|.{0,4}安全验证)",
    re.I,
)
CHALLENGE_TEXT = re.compile(
    r"(?:verify|confirm|prove)\s+(?:that\s+)?you(?:['’]re|\s+are)\s+(?:a\s+)?(?:not\s+a\s+)?(?:human|robot)|"
    r"unusual traffic|checking your browser|"
    r"(?:complete|solve|enter|pass)\s+(?:the|this|a)\s+(?:captcha|security\s+check)|i['’]?\s?a?m not a robot|"
    r"环境异常|完成.{0,6}验证|访问过于频繁|请输入验证码|"
    r"enable\s+(?:javascript\s+and\s+cookies|cookies)\s+to\s+continue",
    re.I,
)
CHALLENGE_MARKUP = re.compile(rb"cdn-cgi/challenge-platform|cf-chl-|_Incapsula_Resource|px-captcha|awswaf|captcha-delivery", re.I)
PARKED_TEXT = re.compile(
    r"domain(?:\s+name)?\s+(?:[\w.-]+\s+)?(?:is|may\s+be)\s+(?:available\s+)?(?:for\s+sale|parked)|"
    r"(?:buy|purchase|get)\s+this\s+domain|"
    r"(?:this|the)\s+domain(?:\s+name)?\s+(?:has\s+)?expired|parked\s+(?:free|domain|page)|is\s+for\s+sale!|"
    r"域名.{0,20}(?:出售|转让|停放)|域名.{0,6}(?:过期|到期)",
    re.I,
)
PARKED_MARKUP = re.compile(
    rb"(?:src|action)\s*=\s*[\"']?[^\"'\s>]*(?:sedoparking\.com|parkingcrew\.net|bodis\.com|"
    rb"hugedomains\.com|afternic\.com|dan\.com|parklogic\.com|above\.com|sedo\.com)",
    re.I,
)
PARKED_HOST = re.compile(
    r"(?:^|\.)(?:hugedomains\.com|sedo\.com|sedoparking\.com|dan\.com|afternic\.com|parkingcrew\.net|bodis\.com)$", re.I
)
FILES = frozenset({"pdf", "png", "jpg", "jpeg", "gif", "webp", "svg", "mp4", "zip", "gz", "bz2", "7z"})
BINARY = ("application/octet-stream", "application/x-download", "application/force-download", "binary/octet-stream", "")
LINES = re.compile(r"^(?:L\d+(?:C\d+)?(?:-L?\d+(?:C\d+)?)?|LC\d+|lines?-\d+(?::\d+)?|n\d+|diff-[0-9a-f]+.*)$")
CODE_PATH = re.compile(r"/(?:blob|blame|src|tree|raw|commit|compare|pull|plain)/")
SCRIPTED_HOST = re.compile(
    r"(?:^|\.)(?:github\.com|gitlab\.com|gitee\.com|bitbucket\.org|notion\.so|zhihu\.com|juejin\.cn|yuque\.com)$", re.I
)
SHELL = "#root, #app, #__next, #___gatsby, #__nuxt, app-root, [data-reactroot]"
SHOWN = "img, svg, iframe, frame, canvas, video, audio, object, embed, script, picture, input"


@dataclass(frozen=True)
class Case:
    """One link and the visit to it; `probe` visits another address, asked for only where the page alone cannot tell."""

    link: str
    visit: Visit
    answer: Answer
    probe: Callable[[str], Visit]

    @cached_property
    def asked(self) -> SplitResult:
        return urlsplit(self.visit.asked)

    @cached_property
    def final(self) -> SplitResult:
        return urlsplit(self.answer.address)

    @cached_property
    def fragment(self) -> str:
        own = urlsplit(self.visit.final).fragment
        return own or urldefrag(self.link).fragment

    @cached_property
    def title(self) -> str:
        return _title(self.answer)

    @cached_property
    def headings(self) -> list[str]:
        return [" ".join(node.text().split()) for node in self.answer.tree.css("h1, h2")[:3]] if self.answer.is_html else []

    @cached_property
    def text(self) -> str:
        return _text(self.answer)

    @cached_property
    def scripted(self) -> bool:
        """Whether what a reader sees is made by scripts."""
        tree = self.answer.tree
        if not tree.css_first("script"):
            return False
        said = " ".join(node.text() for node in tree.css("noscript")).lower()
        shell = tree.css_first(SHELL)
        empty = shell is not None and len(shell.text(strip=True)) < 100
        bare = len(self.text) < 200 and tree.css_first("h1, h2, h3, article, p") is None
        return bare or empty or ("javascript" in said and len(self.text) < 2 * SHORT)


def judge(link: str, visit: Visit, probe: Callable[[str], Visit]) -> Judgement:
    """The verdict on a link; the first question that has an answer decides."""
    if visit.trouble or not visit.answer:
        return _troubled(visit)
    case = Case(link, visit, visit.answer, probe)
    found = next((verdict for question in QUESTIONS if (verdict := question(case))), None) or Judgement(OK)
    return replace(found, status=visit.answer.status)


def _troubled(visit: Visit) -> Judgement:
    kind, detail = (visit.trouble.kind, visit.trouble.detail) if visit.trouble else ("protocol", "no answer")
    verdict, again = TROUBLE[kind]
    if kind == "loop" and visit.cookies:
        verdict, detail = INCONCLUSIVE, f"{detail} and sets cookies; a reader's browser may pass"
    if visit.hops and kind != "loop":
        detail = f"it redirects to {visit.final}: {detail}"
    return Judgement(verdict, detail, again=again)


def _challenged(case: Case) -> Judgement | None:
    """A wall for robots, under whatever status; a page of some length needs its title to say so."""
    answer, length = case.answer, len(case.text)
    if not answer.is_html or answer.status in (404, 410) or length >= LONG:
        return None
    titled = CHALLENGE_TITLE.search(case.title)
    said = CHALLENGE_TEXT.search(case.text) or CHALLENGE_MARKUP.search(answer.body[:50_000])
    boxed = length < SHORT // 2 and answer.tree.css_first(".g-recaptcha, .h-captcha, .cf-turnstile") is not None
    if titled or boxed or (said and (answer.status != 200 or length <= 2 * SHORT)):
        return Judgement(INCONCLUSIVE, f"a wall against robots stands there ({answer.status}); a reader's browser may pass")
    return None


def _refused(case: Case) -> Judgement | None:
    status = case.answer.status
    if status in STATUS:
        verdict, reason, again = STATUS[status]
    elif status // 100 == 2:
        return None
    else:
        verdict, reason, again = HUNDREDS.get(status // 100, (INCONCLUSIVE, "no usable answer ({})", False))
    if case.visit.hops and status != 429:
        reason = f"it redirects to {case.answer.address}: {reason}"
    return Judgement(verdict, reason.format(status), again=again)


def _at_login(case: Case) -> Judgement | None:
    """A login where something else was linked; a long page without a password is a page about logins."""
    if LOGIN_PAGE.search(unquote(case.asked.path)):
        return None
    password = case.answer.is_html and case.answer.tree.css_first('input[type="password"]') is not None
    if case.visit.hops and _is_login(case.final) and (password or len(case.text) < LONG):
        return Judgement(INCONCLUSIVE, "it redirects to a login")
    if password and len(case.text) < (LONG if LOGIN_TITLE.match(case.title) else SHORT):
        return Judgement(INCONCLUSIVE, "it asks for a login")
    return None


def _parked(case: Case) -> Judgement | None:
    if PARKED_HOST.search(case.final.hostname or "") and not PARKED_HOST.search(case.asked.hostname or ""):
        return Judgement(BROKEN, f"the domain is for sale: it redirects to {case.final.hostname}")
    short = case.answer.is_html and len(case.text) < LONG
    if short and (PARKED_TEXT.search(f"{case.title} {case.text}") or PARKED_MARKUP.search(case.answer.body)):
        return Judgement(BROKEN, "the domain is parked or for sale")
    return None


def _cut(case: Case) -> Judgement | None:
    return Judgement(INCONCLUSIVE, "the body breaks off before its end", again=True) if case.answer.cut else None


def _blank(case: Case) -> Judgement | None:
    if not case.answer.body.strip():
        return Judgement(BROKEN, "the page is empty", again=True)
    if case.answer.is_html and case.answer.whole and not case.text and not case.answer.tree.css_first(SHOWN):
        return Judgement(BROKEN, "the page shows nothing", again=True)
    return None


def _mistyped(case: Case) -> Judgement | None:
    """The body is what the address and the header promise."""
    kind, sniffed, path = case.answer.type, case.answer.sniffed, case.asked.path
    suffix = path.rpartition("/")[2].rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""
    if kind in ("application/pdf", "application/x-pdf") and sniffed != "pdf":
        return Judgement(BROKEN, f"{'a web page' if sniffed == 'html' else 'something else'} is served as PDF")
    if sniffed == "pdf" and kind.startswith("text/"):
        return Judgement(BROKEN, f"a PDF is served as {kind}: browsers show its bytes")
    if sniffed == "html" and kind.startswith(("image/", "video/", "audio/", "font/")) and kind != "image/svg+xml":
        return Judgement(BROKEN, f"a web page is served as {kind}")
    if sniffed == "html" and kind in BINARY[:-1] and suffix not in FILES:
        return Judgement(BROKEN, f"a web page is served as {kind}: browsers save it instead of showing it")
    if sniffed == "html" and kind == "text/plain" and suffix in ("html", "htm") and not _is_raw(case.asked):
        return Judgement(BROKEN, "a web page is served as text/plain: browsers show its source")
    web = case.answer.is_html or (sniffed == "html" and kind in BINARY)
    if web and suffix in FILES and not VIEWERS.search(path):
        return _instead(case) or Judgement(BROKEN, f"a web page stands where the address promises .{suffix}")
    return None


def _instead(case: Case) -> Judgement | None:
    """Why a page stands in the place of a file, where the page says so."""
    return _soft(case) or _at_home(case)


def _soft(case: Case) -> Judgement | None:
    """A page that says "not found" with status 200."""
    if case.visit.hops and ERROR_PATH.search(case.final.path) and not ERROR_PATH.search(case.asked.path):
        return Judgement(BROKEN, f"it redirects to an error page: {case.answer.address}")
    if not case.answer.is_html:
        return None
    names = [part for one in (case.title, *case.headings) for part in (one, *re.split(r"\s+[|–—·:-]\s+|[_|]", one))]
    named = any(NOT_FOUND.match(part) for part in names if part)
    if not named and not (len(case.text) < SHORT and NOT_FOUND_TEXT.search(case.text)):
        return None
    if len(case.text) < LONG or _same_as_nothing(case):
        return Judgement(BROKEN, "the page says that there is no such page (with status 200)", again=True)
    return None


def _same_as_nothing(case: Case) -> bool:
    """Whether an address that surely does not exist gives the same page: a page about "404" is none."""
    nothing = urljoin(case.answer.address, f"{secrets.token_hex(8)}.html")
    other = case.probe(nothing).answer
    return bool(other and other.status == 200 and other.is_html and _title(other) == case.title)


def _at_home(case: Case) -> Judgement | None:
    """A deep link that ends at the front page."""
    asked_home = HOME.match(case.asked.path) and not case.asked.query
    final_home = HOME.match(case.final.path) and HOME_QUERY.search(case.final.query)
    if not case.visit.hops or asked_home or not final_home or case.asked.path == case.final.path:
        return None
    if _same_site(case.asked, case.final):
        return Judgement(BROKEN, "it redirects to the home page")
    if case.asked.path.strip("/").count("/") >= 1:
        return Judgement(INCONCLUSIVE, f"it redirects to the home page of {case.final.hostname}: is that what was linked?")
    return None


def _without_anchor(case: Case) -> Judgement | None:
    """The fragment names something on the page, wherever that can be known."""
    name, _, directive = case.fragment.partition(":~:")
    if not case.answer.is_html:
        return None
    if name and (verdict := _anchor(case, name)):
        return verdict
    for quoted in re.findall(r"(?:^|&)text=([^&]*)", directive):
        start = next((part for part in quoted.split(",") if not part.endswith("-")), "")
        if _squash(unquote(start)) not in _squash(case.text):
            return Judgement(INCONCLUSIVE, f"the page does not say “{unquote(start)}”")
    return None


def _anchor(case: Case, name: str) -> Judgement | None:
    decoded = unquote(name)
    if decoded.lower() == "top" or (LINES.match(decoded) and CODE_PATH.search(case.final.path)):
        return None
    tree = case.answer.tree
    attributes = [node.attributes for node in tree.css("[id], a[name]")]
    ids = {value for names in attributes for value in (names.get("id"), names.get("name")) if value}
    if ids & {name, decoded, f"user-content-{decoded}", f"user-content-{decoded.lower()}"}:
        return None
    if decoded.startswith(("/", "!")) or not case.answer.whole or case.scripted or SCRIPTED_HOST.search(case.final.hostname or ""):
        why = "is read only in part" if not case.answer.whole else "is made by scripts"
        return Judgement(INCONCLUSIVE, f"'#{decoded}' cannot be checked: the page {why}")
    if any(f'"{decoded}"' in (script := node.text()) or f"'{decoded}'" in script for node in tree.css("script")):
        return Judgement(INCONCLUSIVE, f"'#{decoded}' cannot be checked: a script of the page may make it")
    close = difflib.get_close_matches(decoded, ids, 1, 0.75)
    return Judgement(BROKEN, f"the page has no '#{decoded}'" + (f"; did you mean '#{close[0]}'?" if close else ""), again=False)


def _moved(case: Case) -> Judgement | None:
    """The page's new address, as far as the redirects are for good."""
    lasting = next((i for i, hop in enumerate(case.visit.hops) if not hop.permanent), len(case.visit.hops))
    if not lasting:
        return None
    new, asked, hop = urlsplit(case.visit.hops[lasting - 1].target), case.asked, case.visit.hops[0]
    away = new.hostname != asked.hostname
    entrance = not away and new.scheme == asked.scheme and asked.path in ("", "/") and not asked.query
    if entrance or (away and _is_identifier(asked)) or new._replace(fragment="") == asked._replace(fragment=""):
        return None
    target = new._replace(fragment=new.fragment or urlsplit(normal(case.link)).fragment).geturl()
    how = "the page forwards" if hop.by_page else "a permanent redirect leads"
    return Judgement(MOVED, f"{how} to {target}", moved_to=target)


QUESTIONS: tuple[Callable[[Case], Judgement | None], ...] = (
    _challenged,
    _refused,
    _at_login,
    _parked,
    _cut,
    _blank,
    _mistyped,
    _soft,
    _at_home,
    _without_anchor,
    _moved,
)


def _title(answer: Answer) -> str:
    node = answer.tree.css_first("title") if answer.is_html else None
    return " ".join(node.text().split()) if node else ""


def _text(answer: Answer) -> str:
    """The visible text of a page, spaces squeezed."""
    if not answer.is_html:
        return ""
    hidden = {node.text() for node in answer.tree.css("body script, body style, body noscript, body template")}
    body = answer.tree.body
    text = body.text(separator=" ") if body else ""
    for part in hidden:
        text = text.replace(part, " ") if part.strip() else text
    return " ".join(text.split())


def _squash(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _is_login(parts: SplitResult) -> bool:
    return bool(LOGIN_PATH.search(unquote(parts.path)) or LOGIN_HOST.match(parts.hostname or ""))


def _is_raw(parts: SplitResult) -> bool:
    return (parts.hostname or "").startswith("raw.") or "/raw/" in parts.path


def _is_identifier(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    return any(host == one or host.endswith(f".{one}") for one in IDENTIFIERS)


def _same_site(one: SplitResult, other: SplitResult) -> bool:
    """Whether two hosts are one site: equal but for `www.`, or one below the other."""
    a, b = ((parts.hostname or "").removeprefix("www.") for parts in (one, other))
    return a == b or a.endswith(f".{b}") or b.endswith(f".{a}")
