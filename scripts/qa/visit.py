"""Ask for one external address as a reader's browser would: politely, within limits, one redirect at a time.

Only GET is used: what answers matters more than that something answers (soft 404, fragments), servers that refuse HEAD or
answer it wrongly are common, and a body that is read no further than a limit costs little. The standard library suffices:
its client forgives the headers that real servers send, and every byte, redirect and second stays in our hands.
"""

import codecs
import contextlib
import functools
import http.client
import re
import socket
import ssl
import threading
import time
import urllib.request
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urldefrag, urljoin, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser

AGENT = "Mozilla/5.0 (compatible; link-check; one request per page)"
HEADERS = {
    "User-Agent": AGENT,
    "Accept": "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8",
    "Accept-Language": "en,zh;q=0.8",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "close",
}
PERMANENT = frozenset({301, 308})
REDIRECTS = PERMANENT | {302, 303, 307}
UNKNOWN_NAME = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
PATH_SAFE = "/%:@!$&'()*+,;=~-._"
REFRESH = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*[;,]\s*(?:url\s*=\s*)?[\"']?\s*([^\"']+?)\s*[\"']?\s*$", re.I)
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
NOT_ASKED_FOR = frozenset({"br", "zstd", "compress", "x-compress"})  # real encodings; browsers pass over names that are none
REFRESH_SECONDS = 30  # a page that forwards later than this is a page to read
META_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
HTML_START = re.compile(
    rb"^\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta)\b",
    re.I | re.S,
)


@dataclass(frozen=True)
class Limits:
    """How long and how much: seconds to connect, seconds for a whole answer, bytes of a body, redirects in a row."""

    connect: float = 10
    total: float = 20
    body: int = 2_000_000
    redirects: int = 20


class TroubleError(Exception):
    """No usable answer; `kind` is one of malformed, scheme, name, refused, reset, timeout, tls, protocol, loop, lost."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True)
class Answer:
    """What one request brought; `whole` says that the body ended within the limit, `cut` that it ended too early."""

    address: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    whole: bool = True
    cut: bool = False

    @functools.cached_property
    def type(self) -> str:
        """The media type that the server names, in lower case and without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @functools.cached_property
    def sniffed(self) -> str:
        """What the first bytes are: pdf, html or nothing that we know."""
        if self.body[:1024].lstrip().startswith(b"%PDF-"):
            return "pdf"
        return "html" if HTML_START.match(self.body[:2048]) else ""

    @functools.cached_property
    def is_html(self) -> bool:
        return self.type in ("text/html", "application/xhtml+xml") or (not self.type and self.sniffed == "html")

    @functools.cached_property
    def tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.body.decode(self._charset(), "replace"))

    def _charset(self) -> str:
        if mark := next((name for start, name in BYTE_ORDER_MARKS.items() if self.body.startswith(start)), ""):
            return mark  # it wins over what the header says
        match = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", self.headers.get("content-type", ""), re.I)
        meta = META_CHARSET.search(self.body[:4096])
        name = match[1] if match else meta[1].decode("ascii", "replace") if meta else "utf-8"
        name = {"gb2312": "gb18030", "gbk": "gb18030"}.get(name.lower(), name)
        with contextlib.suppress(LookupError):
            return codecs.lookup(name).name
        return "utf-8"


@dataclass(frozen=True)
class Hop:
    """One redirect: from where, to where, and whether it says that it is for good."""

    source: str
    target: str
    permanent: bool
    by_page: bool = False


@dataclass(frozen=True)
class Visit:
    """The way to a page and what stood at its end: an answer, or the trouble that ended it."""

    asked: str
    hops: tuple[Hop, ...] = ()
    answer: Answer | None = None
    trouble: TroubleError | None = None
    cookies: bool = False

    @property
    def final(self) -> str:
        return self.hops[-1].target if self.hops else self.asked


@dataclass
class Browser:
    """Makes requests; each one is made within `turn(host)`, which may wait."""

    limits: Limits = field(default_factory=Limits)
    turn: Callable[[str], contextlib.AbstractContextManager[None]] = lambda _: contextlib.nullcontext()

    def visit(self, address: str) -> Visit:
        """Follow an address to its end, cookies kept on the way."""
        hops: list[Hop] = []
        cookies: dict[str, dict[str, str]] = {}
        seen: set[tuple[str, str]] = set()
        try:
            here = asked = normal(address)
        except TroubleError as trouble:
            return Visit(address, trouble=trouble)
        try:
            while True:
                host = urlsplit(here).netloc
                jar = cookies.setdefault(host, {})
                _refuse_loop(here, jar, seen, len(hops), self.limits)
                answer = self.get(here, jar)
                jar.update(_cookies(answer))
                hop = _hop(answer)
                if not hop:
                    return Visit(asked, tuple(hops), answer, cookies=any(cookies.values()))
                hops.append(hop)
                here = urldefrag(hop.target).url
        except TroubleError as trouble:
            return Visit(asked, tuple(hops), None, trouble, any(cookies.values()))

    def get(self, address: str, cookies: Mapping[str, str] | None = None) -> Answer:
        """One request and its bounded answer; trouble is raised as what it means."""
        parts = urlsplit(address)
        with self.turn(parts.netloc), contextlib.ExitStack() as stack:
            deadline = Deadline(self.limits.total)
            try:
                connection, target = _connect(parts, self.limits)
                stack.callback(connection.close)
                stack.enter_context(deadline.over(connection))
                headers = HEADERS | ({"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())} if cookies else {})
                connection.request("GET", target, headers=headers)
                response = stack.enter_context(contextlib.closing(connection.getresponse()))
                return _read(address, response, self.limits, deadline)
            except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
                raise _trouble(error, deadline) from None


class Response(http.client.HTTPResponse):
    """An answer; what only announces it, as 103 Early Hints does, is passed over."""

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 101 < status < 200:
                return version, status, reason
            http.client.parse_headers(self.fp)


class Deadline:
    """Cuts a connection when its time is up, so that a server that drips a byte a second cannot hold us."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds
        self.passed = False

    @contextlib.contextmanager
    def over(self, connection: http.client.HTTPConnection) -> Iterator[None]:
        timer = threading.Timer(max(self.end - time.monotonic(), 0.001), self._cut, [connection.sock])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self, connected: socket.socket) -> None:
        self.passed = True
        with contextlib.suppress(OSError):
            socket.socket.shutdown(connected, socket.SHUT_RDWR)


def normal(address: str, base: str = "") -> str:
    """An address in ASCII without its fragment's meaning lost: host in IDNA, the rest percent-encoded, `..` resolved."""
    address = "".join(character for character in address.strip() if character not in "\t\r\n").replace("\\", "/")
    try:
        parts = urlsplit(urljoin(base, address) if base else address)
        scheme = parts.scheme.lower() or "https"
        if scheme not in ("http", "https"):
            raise TroubleError("scheme", f"it leads to {scheme}:")
        host = _host(parts.hostname or "")
        default = {"http": 80, "https": 443}[scheme]
        port = f":{parts.port}" if parts.port not in (None, default) else ""
    except ValueError as error:
        raise TroubleError("malformed", f"no valid address: {error}") from None
    path = quote(_squeeze(parts.path) or "/", safe=PATH_SAFE)
    query, fragment = (quote(part, safe=PATH_SAFE + "?#") for part in (parts.query, parts.fragment))
    return urlunsplit((scheme, host + port, path, query, fragment))


def refresh(answer: Answer) -> str:
    """Where a page forwards its readers by itself within seconds, or nothing."""
    said = [answer.headers.get("refresh", "")]
    if answer.is_html and b"refresh" in answer.body[:20_000].lower():
        said += [n.attributes.get("content") or "" for n in answer.tree.css('meta[http-equiv="refresh" i]:not(noscript *)')]
    for value in said:
        match = REFRESH.match(value)
        if match and float(match[1]) <= REFRESH_SECONDS:
            return match[2]
    return ""


def _squeeze(path: str) -> str:
    """The path with `.` and `..` resolved, as clients do before they ask."""
    if "/." not in path:
        return path
    kept: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == "..":
            del kept[max(len(kept) - 1, 1) :]
        elif part != ".":
            kept.append(part)
    return "/".join(kept) + ("/" if parts[-1] in (".", "..") and kept[-1] else "")


def _host(name: str) -> str:
    """A host name as the network knows it."""
    if not name:
        raise TroubleError("malformed", "no valid address: the host is missing")
    if ":" in name:
        return f"[{name}]"
    try:
        host = name.encode("idna").decode("ascii")
    except UnicodeError:
        raise TroubleError("malformed", f"no valid host name: {name}") from None
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", host):
        raise TroubleError("malformed", f"no valid host name: {name}")
    return host.lower()


def _refuse_loop(here: str, jar: Mapping[str, str], seen: set[tuple[str, str]], hops: int, limits: Limits) -> None:
    state = here, repr(sorted(jar.items()))
    if state in seen:
        raise TroubleError("loop", "it redirects in a circle")
    if hops > limits.redirects:
        raise TroubleError("loop", f"it redirects more than {limits.redirects} times")
    seen.add(state)


def _hop(answer: Answer) -> Hop | None:
    """The redirect in an answer, by status or by the page itself."""
    if answer.status in REDIRECTS:
        location = answer.headers.get("location", "")
        if not location.strip():
            raise TroubleError("lost", f"it redirects ({answer.status}) without saying where to")
        return Hop(answer.address, normal(location, answer.address), answer.status in PERMANENT)
    target = refresh(answer) if answer.status == 200 else ""
    if target and urldefrag(normal(target, answer.address)).url != answer.address:
        return Hop(answer.address, normal(target, answer.address), True, by_page=True)
    return None


def _cookies(answer: Answer) -> dict[str, str]:
    pairs = (line.partition(";")[0].partition("=") for line in answer.headers.get("set-cookie", "").split("\n"))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _connect(parts: SplitResult, limits: Limits) -> tuple[http.client.HTTPConnection, str]:
    """A connection, through the environment's proxy where one is set, and the target to ask it for."""
    host, target = parts.hostname or "", urlunsplit(("", "", parts.path, parts.query, ""))
    proxy = "" if urllib.request.proxy_bypass(parts.netloc) else urllib.request.getproxies().get(parts.scheme, "")
    via = urlsplit(proxy) if proxy else parts
    secure = parts.scheme == "https"
    options = {"timeout": limits.connect}
    port = via.port or (3128 if proxy else 443 if secure else 80)
    if secure:
        connection = http.client.HTTPSConnection(via.hostname or "", port, context=_tls(), **options)
        if proxy:
            connection.set_tunnel(host, parts.port or 443)
    else:
        connection = http.client.HTTPConnection(via.hostname or "", port, **options)
        target = urlunsplit((parts.scheme, parts.netloc, parts.path, parts.query, "")) if proxy else target
    connection.response_class = Response
    connection.connect()
    connection.sock.settimeout(limits.total)
    return connection, target


def _read(address: str, response: http.client.HTTPResponse, limits: Limits, deadline: Deadline) -> Answer:
    headers = _headers(response)
    inflate = _inflater(headers.get("content-encoding", ""))
    body, whole, cut = bytearray(), True, False
    try:
        while chunk := response.read1(65536):
            body += inflate(chunk, limits.body + 1 - len(body))
            if len(body) > limits.body:
                whole = False
                break
        cut = whole and bool(response.length)
    except (http.client.IncompleteRead, ConnectionError, ssl.SSLEOFError):
        cut, whole = True, False
    if deadline.passed:
        raise TimeoutError
    return Answer(address, response.status, headers, bytes(body[: limits.body]), whole and not cut, cut)


def _headers(response: http.client.HTTPResponse) -> dict[str, str]:
    """Headers by lower-case name, several of a name on several lines; bytes beyond ASCII are UTF-8 where that can be."""
    headers: dict[str, str] = {}
    for name, value in response.getheaders():
        raw = value.encode("latin-1", "replace")
        with contextlib.suppress(UnicodeDecodeError):
            value = raw.decode("utf-8")
        headers[name.lower()] = f"{headers[name.lower()]}\n{value}" if name.lower() in headers else value
    return headers


def _inflater(encoding: str) -> Callable[[bytes, int], bytes]:
    """A function that decodes the body's chunks up to a number of bytes, so that a small bomb stays small."""
    name = encoding.strip().lower()
    if name in ("gzip", "x-gzip"):
        return zlib.decompressobj(wbits=31).decompress
    if name == "deflate":
        return _deflated()
    if name in NOT_ASKED_FOR:
        raise TroubleError("protocol", f"it answers in an encoding that was not asked for: {encoding}")
    return lambda chunk, _: chunk


def _deflated() -> Callable[[bytes, int], bytes]:
    """Two formats go by this name: with zlib's head, as the standard says, and without, as many servers send it."""
    made: list[Callable[[bytes, int], bytes]] = []

    def decompress(chunk: bytes, most: int) -> bytes:
        if not made:
            made.append(zlib.decompressobj().decompress)
            with contextlib.suppress(zlib.error):
                return made[0](chunk, most)
            made[0] = zlib.decompressobj(wbits=-15).decompress
        return made[0](chunk, most)

    return decompress


def _trouble(error: Exception, deadline: Deadline) -> TroubleError:
    """What an exception of the network means for the link."""
    if deadline.passed or isinstance(error, TimeoutError):
        return TroubleError("timeout", "it does not answer in time")
    match error:
        case socket.gaierror():
            unknown = error.errno in UNKNOWN_NAME
            return TroubleError(*(("name", "there is no such host") if unknown else ("lookup", "its host cannot be looked up now")))
        case ssl.SSLCertVerificationError():
            return TroubleError("tls", f"its certificate is not valid: {error.verify_message}")
        case ssl.SSLError():
            return TroubleError("tls", f"no secure connection: {error.reason or error}")
        case ConnectionRefusedError():
            return TroubleError("refused", "nothing listens there: the connection is refused")
        case ConnectionError() | http.client.RemoteDisconnected():
            return TroubleError("reset", "the connection breaks off")
        case OSError():
            return TroubleError("network", f"it cannot be reached: {error.strerror or error}")
    return TroubleError("protocol", f"no valid answer: {type(error).__name__}")
