"""A web server that misbehaves in each of the ways that external links meet, and what is right to say of each.

A way is a line of `WAYS`: the path, the link's rest, the bytes that answer, the verdict. What needs more than bytes
(cookies, counting, dripping) is a function from the request to an iterator of bytes and pauses.
"""

import gzip
import os
import socket
import socketserver
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

PROSE = "Deep networks are trained by gradient descent, and what follows from this is explained at length on this page. " * 20
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PAUSE = 5.0  # longer than any limit of the tests


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    port: int
    count: int  # how often this path has been asked for before


Reply = bytes | Callable[[Request], "bytes | Iterator[bytes | float | None]"]  # a number pauses, None resets the connection


def page(body: str = f"<h1>Training</h1><p>{PROSE}", title: str = "Training networks", head: str = "") -> bytes:
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


def reply(status: int | str = 200, body: bytes = b"", kind: str = "text/html; charset=utf-8", **headers: str) -> bytes:
    """A whole answer; a header of value "" is left out."""
    fields = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode() + body


def to(location: str, status: int = 302, **headers: str) -> bytes:
    return reply(status, b"", Location=location, **headers)


def chunked(body: bytes, end: bool = True) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    parts = b"".join(b"%x\r\n%s\r\n" % (len(body[i : i + 500]), body[i : i + 500]) for i in range(0, len(body), 500))
    return head + parts + (b"0\r\n\r\n" if end else b"")


def first(*replies: bytes) -> Reply:
    """These answers in turn, then the last for ever."""
    return lambda request: replies[min(request.count, len(replies) - 1)]


def drip(data: bytes, size: int, pause: float) -> Reply:
    def dripping(_: Request) -> Iterator[bytes | float]:
        for i in range(0, len(data), size):
            yield data[i : i + size]
            yield pause

    return dripping


def huge(_: Request) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page()
    while True:
        yield b"<p>" + PROSE.encode() * 20


def needs_cookie(request: Request) -> bytes:
    seen = "seen=yes" in request.headers.get("cookie", "")
    return reply(body=page()) if seen else to(request.path, Set_Cookie="seen=yes; Path=/")


def always_cookie(request: Request) -> bytes:
    return to(request.path, Set_Cookie=f"visit={request.count}; Path=/")


def only_get(status: int) -> Reply:
    return lambda request: reply(body=page()) if request.method == "GET" else reply(status)


def only_encoded(request: Request) -> bytes:
    """Good only for a client that encodes what a sloppy `Location` left as it was."""
    good = request.path.isascii() and " " not in request.path and unquote(request.path).endswith("/a b/中文")
    return reply(body=page()) if good else reply(400)


@dataclass(frozen=True)
class Way:
    """One way to misbehave: its name is its path; `asked` is appended; `moved` and `says` are what must come out."""

    name: str
    reply: Reply
    verdict: str
    asked: str = ""
    moved: str = ""
    says: str = ""


OK_PAGE = reply(body=page())
BOMB = gzip.compress(b"<p>" + b"a" * 50_000_000)
TOC = page(f'<h1 id="start">T</h1><h2 id="节">S</h2><a name="old"></a><h2 id="user-content-readme">R</h2><p>{PROSE}')
SHELL = page('<div id="root"></div><script src="/app.js"></script>', "App")
LINES = page(f"<table><tr><td>code</td></tr></table><p>{PROSE}")
WAYS = (
    Way("fine", OK_PAGE, "ok"),
    # redirects
    Way("moved-301", to("/fine", 301), "moved", moved="/fine"),
    Way("moved-308", to("/fine", 308), "moved", moved="/fine"),
    Way("found-302", to("/fine", 302), "ok"),
    Way("other-303", to("/fine", 303), "ok"),
    Way("temporary-307", to("/fine", 307), "ok"),
    Way("first-for-good-then-not", to("/found-302", 301), "moved", moved="/found-302"),
    Way("first-not-then-for-good", to("/moved-301", 302), "ok"),
    Way("moved-with-fragment", to("/toc", 301), "moved", asked="#start", moved="/toc#start"),
    Way("moved-and-anchor-lost", to("/fine", 301), "broken", asked="#start", says="'#start'"),
    Way("moved-to-nothing", to("/gone-404", 301), "broken", says="404"),
    Way("moved-slash", lambda r: OK_PAGE if r.path.endswith("/") else to("/moved-slash/", 301), "moved", moved="/moved-slash/"),
    Way("folder/relative", to("../fine", 301), "moved", moved="/fine"),
    Way("query-only", lambda r: OK_PAGE if "?" in r.path else to("?page=1", 301), "moved", moved="/query-only?page=1"),
    Way("location-unencoded", to("/encoded/a b/中文"), "ok"),
    Way("encoded/a b/中文", only_encoded, "ok"),
    Way("without-location", reply(302), "broken"),
    Way("to-mail", to("mailto:a@b.example"), "broken", says="mailto"),
    Way("to-script", to("javascript:alert(1)"), "broken"),
    Way("loop-self", to("/loop-self"), "broken", says="circle"),
    Way("loop-a", to("/loop-b"), "broken", says="circle"),
    Way("loop-b", to("/loop-a", 301), "broken", says="circle"),
    Way("endless", lambda r: to(f"/endless?{len(r.path)}{'x' * len(r.path)}"), "broken", says="more than"),
    Way("loop-cookie", needs_cookie, "ok"),
    Way("loop-cookie-for-ever", always_cookie, "inconclusive", says="cookies"),
    Way("docs/deep/to-home", to("/", 301), "broken", says="home"),
    Way("docs/deep/to-language-home", to("/en/"), "broken", says="home"),
    Way("to-404-page", to("/404.html"), "broken", says="error page"),
    Way("to-login", to("/login?next=%2Fto-login"), "inconclusive", says="login"),
    Way("to-sso", to("/sso/start"), "inconclusive", says="login"),
    Way("refreshed", reply(body=page("Moved.", head='<meta http-equiv="refresh" content="0; url=/fine">')), "moved", moved="/fine"),
    Way("refreshed-to-nothing", reply(body=page(head="<META HTTP-EQUIV=Refresh CONTENT=\"0;URL='/gone-404'\">")), "broken"),
    Way("refreshed-without-script", reply(body=page(head='<noscript><meta http-equiv="refresh" content="0;url=/no">')), "ok"),
    Way("refreshed-itself", reply(body=page(head='<meta http-equiv="refresh" content="20">')), "ok"),
    Way("refresh-header", reply(body=page(), Refresh="0; url=/fine"), "moved", moved="/fine"),
    # status
    Way("gone-404", reply(404, page("Nothing", "404")), "broken", says="404"),
    Way("gone-410", reply(410), "broken", says="410"),
    Way("withheld-451", reply(451), "inconclusive"),
    Way("accepted-202", reply(202), "inconclusive"),
    Way("nothing-204", reply(204), "broken"),
    Way("not-modified-304", reply(304), "inconclusive"),
    Way("login-401", reply(401, WWW_Authenticate="Basic"), "inconclusive"),
    Way("forbidden-403", reply(403), "inconclusive"),
    Way("no-method-405", reply(405), "inconclusive"),
    Way("teapot-418", reply(418), "inconclusive"),
    Way("limited-429", reply(429), "inconclusive", says="limits"),
    Way("limited-once", first(reply(429, Retry_After="2"), OK_PAGE), "ok"),
    Way("refused-999", reply(999), "inconclusive"),
    Way("failing-500", reply(500), "inconclusive"),
    Way("failing-once", first(reply(500), OK_PAGE), "ok"),
    Way("failing-twice", first(reply(502), reply(504), OK_PAGE), "ok"),
    Way("missing-once", first(reply(404), OK_PAGE), "ok"),
    Way("busy-503", first(reply(503, Retry_After="1"), OK_PAGE), "ok"),
    Way("busy-503-date", first(reply(503, Retry_After="Wed, 01 Jan 2020 00:00:00 GMT"), OK_PAGE), "ok"),
    Way("busy-for-an-hour", reply(503, Retry_After="3600"), "inconclusive"),
    Way("head-404", only_get(404), "ok"),
    Way("head-405", only_get(405), "ok"),
    Way("head-500", only_get(500), "ok"),
    # pages that are not what they seem
    Way("soft-404", reply(body=page("<h1>Page not found</h1><p>Sorry.", "Page not found – Site")), "broken", says="no such page"),
    Way("soft-404-zh", reply(body=page("<p>抱歉，您访问的页面不存在。</p>", "某站")), "broken"),
    Way("soft-deleted", reply(body=page("<h2>该内容已被发布者删除</h2>", "公众号")), "broken"),
    Way("soft/long-page", reply(body=page(f"<h1>404</h1>{PROSE}", "404 - Not Found | Site")), "broken"),
    Way("soft-can-not-find", reply(body=page("<h2>Oops!</h2><p>We can't find that page.", "Acme")), "broken"),
    Way("soft-gone", reply(body=page("This page is no longer available.", "Acme")), "broken"),
    Way("about/http-404", reply(body=page(f"<h1>404 Not Found</h1>{PROSE}", "404 Not Found - Reference")), "ok"),
    Way("about-missing-pages", reply(body=page(f"<h1>Why a page is not found</h1>{PROSE}", "Why a page is not found")), "ok"),
    Way("parked", reply(body=page("<h1>example.com</h1>This domain is for sale. Buy this domain.", "example.com")), "broken"),
    Way("parked-zh", reply(body=page("本域名正在出售，欢迎联系", "域名出售")), "broken"),
    Way("about-parking", reply(body=page(f"<h1>How a domain is parked</h1>{PROSE}", "When this domain is for sale")), "ok"),
    Way("captcha", reply(body=page("Verify you are human. Complete the captcha.", "Just a moment...")), "inconclusive"),
    Way("captcha-box", reply(body=page('<div class="g-recaptcha"></div>', "Acme")), "inconclusive"),
    Way("captcha-403", reply(403, page("x", "Attention Required! | Cloudflare")), "inconclusive", says="robots"),
    Way("captcha-503", reply(503, page("Checking your browser", "Just a moment...")), "inconclusive", says="robots"),
    Way("captcha-zh", reply(body=page("环境异常 当前环境异常，完成验证后即可继续访问。", "")), "inconclusive"),
    Way("form-with-captcha", reply(body=page(f'{PROSE}<form><script src="https://captcha.example/a.js"></script>')), "ok"),
    Way("login-page", reply(body=page('<form><input type="password"></form>', "Log in – Site")), "inconclusive", says="login"),
    Way("login-form", reply(body=page('Welcome <input type="password">', "Acme")), "inconclusive", says="login"),
    Way("login-box", reply(body=page(f'<form><input type="password"></form>{PROSE}')), "ok"),
    Way("login", reply(body=page('<form><input type="password"></form>', "Log in")), "ok"),
    # bodies
    Way("empty", reply(), "broken", says="empty"),
    Way("blank", reply(body=b"<html><body> </body></html>"), "broken", says="shows nothing"),
    Way("cut", reply(body=page(), Content_Length="99999"), "inconclusive", says="breaks off"),
    Way("cut-chunked", chunked(page(), end=False), "inconclusive", says="breaks off"),
    Way("chunked", chunked(page()), "ok"),
    Way("huge", huge, "ok"),
    Way("huge-anchor", huge, "inconclusive", asked="#far", says="in part"),
    Way("gzipped", reply(body=gzip.compress(TOC), Content_Encoding="gzip"), "ok", asked="#start"),
    Way("gzip-bomb", reply(body=BOMB, Content_Encoding="gzip"), "ok"),
    Way("gzip-lie", reply(body=page(), Content_Encoding="gzip"), "inconclusive"),
    Way("brotli-unasked", reply(body=b"\x0b\x02\x80", Content_Encoding="br"), "inconclusive", says="encoding"),
    Way("http-1.0", b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + page(), "ok"),
    Way("no-type", reply(body=page(), kind=""), "ok"),
    Way("charset", reply(body=TOC.decode().encode("gb18030"), kind="text/html; charset=GBK"), "ok", asked="#节"),
    Way("charset-in-page", reply(body=b"<meta charset=gb2312>" + TOC.decode().encode("gbk"), kind="text/html"), "ok", asked="#节"),
    Way("no-http", b"SSH-2.0-OpenSSH_9.6\r\n", "inconclusive"),
    Way("reset", lambda _: iter([None]), "inconclusive", says="breaks off"),
    Way("reset-once", lambda r: OK_PAGE if r.count else iter([None]), "ok"),
    Way("silent", lambda _: iter([b""]), "inconclusive"),
    Way("never-answers", lambda _: iter([PAUSE]), "inconclusive", says="in time"),
    Way("slow-headers", drip(OK_PAGE, 1, 0.02), "inconclusive", says="in time"),
    Way("slow-body", drip(OK_PAGE, 150, 0.2), "inconclusive", says="in time"),
    Way("rather-slow", drip(OK_PAGE, 1000, 0.03), "ok"),
    # kinds
    Way("paper.pdf", reply(body=PDF, kind="application/pdf"), "ok", asked="#page=3"),
    Way("download.pdf", reply(body=PDF, kind="application/octet-stream"), "ok", asked="#section.2"),
    Way("html-as.pdf", reply(body=page(), kind="application/pdf"), "broken", says="served as PDF"),
    Way("html-instead.pdf", OK_PAGE, "broken", says=".pdf"),
    Way("pdf-as-html.pdf", reply(body=PDF, kind="text/html"), "broken"),
    Way("wiki/File:paper.pdf", OK_PAGE, "ok"),
    Way("login-instead.pdf", to("/login"), "inconclusive"),
    Way("html-instead.png", OK_PAGE, "broken"),
    Way("html-as-image", reply(body=page(), kind="image/png"), "broken"),
    Way("html-as-download", reply(body=page(), kind="application/octet-stream"), "broken"),
    Way("html-as-text.html", reply(body=page(), kind="text/plain"), "broken"),
    Way("raw/a.html", reply(body=page(), kind="text/plain"), "ok"),
    Way("image.png", reply(body=b"\x89PNG\r\n\x1a\n12345", kind="image/png"), "ok"),
    # fragments
    Way("toc", reply(body=TOC), "ok", asked="#start"),
    Way("toc", reply(body=TOC), "ok", asked="#old"),
    Way("toc", reply(body=TOC), "ok", asked="#节"),
    Way("toc", reply(body=TOC), "ok", asked="#%E8%8A%82"),
    Way("toc", reply(body=TOC), "ok", asked="#readme"),
    Way("toc", reply(body=TOC), "ok", asked="#top"),
    Way("toc", reply(body=TOC), "ok", asked="#"),
    Way("toc", reply(body=TOC), "broken", asked="#strat", says="did you mean '#start'"),
    Way("toc", reply(body=TOC), "broken", asked="#Start", says="'#start'"),
    Way("toc", reply(body=TOC), "ok", asked="#:~:text=gradient%20descent"),
    Way("toc", reply(body=TOC), "ok", asked="#start:~:text=Deep-,networks,descent"),
    Way("toc", reply(body=TOC), "broken", asked="#strat:~:text=networks"),
    Way("toc", reply(body=TOC), "inconclusive", asked="#:~:text=gradient%20ascent", says="gradient ascent"),
    Way("app", reply(body=SHELL), "ok"),
    Way("app", reply(body=SHELL), "inconclusive", asked="#section", says="scripts"),
    Way("app", reply(body=SHELL), "inconclusive", asked="#/route"),
    Way("static", reply(body=page('<h1 id="a">A</h1><script src="/count.js"></script>')), "broken", asked="#b"),
    Way("made", reply(body=page(f"{PROSE}<script>h.id = 'late'</script>")), "inconclusive", asked="#late", says="may make it"),
    Way("blob/main/a.py", reply(body=LINES), "ok", asked="#L10-L20"),
    Way("blob/main/a.py", reply(body=LINES), "broken", asked="#Lost"),
    Way("text.txt", reply(body=b"plain", kind="text/plain"), "ok", asked="#line"),
)
OTHERS: dict[str, Reply] = {
    "/": OK_PAGE,
    "/en/": OK_PAGE,
    "/404.html": OK_PAGE,
    "/sso/start": reply(body=page('Your password: <input type="password">', "Acme")),
    "/soft/": reply(body=page(f"<h1>404</h1>{PROSE}", "404 - Not Found | Site")),  # and everything below it
}


class Handler(socketserver.StreamRequestHandler):
    """Reads one request, writes what its way says, byte by byte."""

    server: "Server"

    def handle(self) -> None:
        try:
            line = self.rfile.readline(8192).decode("latin-1").rstrip()
            method, path, _ = line.split(" ", 2) if line.count(" ") >= 2 else ("GET", "/", "")
            headers = dict(self._headers())
            request = Request(method, path, headers, self.server.port, self.server.note(path, headers.get("host", "")))
            answer = self.server.find(path)
            answer = answer(request) if callable(answer) else answer
            for part in [answer] if isinstance(answer, bytes) else answer:
                self._send(part)
        except OSError:
            pass  # the client has seen enough

    def _headers(self) -> Iterator[tuple[str, str]]:
        while line := self.rfile.readline(8192).decode("latin-1").strip():
            name, _, value = line.partition(":")
            yield name.lower(), value.strip()

    def _send(self, part: bytes | float | None) -> None:
        match part:
            case None:
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                os.close(self.request.detach())
                raise ConnectionError
            case float():
                self.server.stopped.wait(part)
            case _:
                self.wfile.write(part)


@dataclass
class Seen:
    """What the server has been asked, and when."""

    paths: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)


class Server(socketserver.ThreadingTCPServer):
    """Serves the ways at a free port; with a certificate that nobody trusts where `tls` names one."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, tls: Path | None = None, ways: Iterable[Way] = WAYS) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.port = self.server_address[1]
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if tls else None
        if self.tls and tls:
            self.tls.load_cert_chain(tls / "certificate.pem", tls / "key.pem")
        self.seen, self.stopped = Seen(), threading.Event()
        self.ways = {f"/{way.name}": way.reply for way in ways} | (OTHERS if ways is WAYS else {})
        threading.Thread(target=self.serve_forever, args=[0.05], daemon=True).start()

    def get_request(self) -> tuple[object, object]:
        connection, address = super().get_request()
        return (self.tls.wrap_socket(connection, server_side=True) if self.tls else connection), address

    def handle_error(self, *_: object) -> None:
        pass

    def find(self, path: str) -> Reply:
        path = unquote(path).partition("?")[0]
        folder = path[: path.find("/", 1) + 1]
        return self.ways.get(path) or self.ways.get(path.rstrip("/")) or self.ways.get(folder) or reply(404)

    def note(self, path: str, host: str) -> int:
        self.seen.paths[path] += 1
        self.seen.times.append(time.monotonic())
        self.seen.hosts.add(host)
        return self.seen.paths[path] - 1

    def close(self) -> None:
        self.stopped.set()
        self.shutdown()
        self.server_close()
