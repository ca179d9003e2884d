"""What can be wrong with the form of an external address, without asking anyone."""

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import unquote, unquote_to_bytes, urlsplit

KNOWN_SCHEMES = {"http", "https", "mailto", "tel", "ftp", "git", "ssh", "sms", "magnet"}
RESOLVERS = {"doi": "https://doi.org/", "arxiv": "https://arxiv.org/abs/", "hdl": "https://hdl.handle.net/"}
LOCAL = {"localhost", "localhost.localdomain", "ip6-localhost"}
LOCAL_ENDINGS = (".local", ".localhost", ".internal", ".lan", ".intranet", ".home.arpa")
PLACEHOLDERS = re.compile(
    r"(^|\.)(example\.(com|org|net)|.*\.(example|invalid|test))$|^(your|my)[-_.]?(site|domain|host|org|url)\b", re.I
)
PLACEHOLDER_WORDS = re.compile(r"(?<![A-Za-z0-9])(TODO|TBD|FIXME|XXX+|CHANGEME|INSERT[-_ ]?(URL|LINK))(?![A-Za-z0-9])")
PLACEHOLDER_SEGMENTS = re.compile(
    r"/(your[-_]?(user[-_]?)?(name|user|repo(sitory)?|org(ani[sz]ation)?|project|account|token|id|page|file)|path/to"
    r"|USER(NAME)?|OWNER|REPO(SITORY)?|ORG(ANIZATION)?)(?=[/?#.]|$)"
)
TEMPLATE = re.compile(r"\{\{|\}\}|<[^>]*>|\$\{|%7B%7B", re.I)
HOST_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
MAIL = re.compile(r"[^\s@<>()\[\],;:\"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

Check = Callable[[str], str | None]


def mail(value: str) -> str | None:
    """What is wrong with a `mailto:` address."""
    if not value.lower().startswith("mailto:"):
        return None
    people = unquote(value[len("mailto:") :].partition("?")[0]).split(",")
    wrong = [one for one in people if not MAIL.fullmatch(one.strip()) or ".." in one]
    return f"'{wrong[0]}' is no mail address" if wrong else None


def malformed(value: str) -> str | None:
    """What is wrong with scheme, host, port or escapes."""
    return next(_malformed(value), None)


def credentials(value: str) -> str | None:
    """A user's name or password in an address."""
    network = _network(value)
    return f"'{network.rpartition('@')[0]}@' before the host is a user's name or password" if "@" in network else None


def local(value: str) -> str | None:
    """A host that only one machine or one network has."""
    host = _host(value)
    if host in LOCAL or host.endswith(LOCAL_ENDINGS):
        return f"the host '{host}' is not on the web"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return None if address.is_global else f"the host '{host}' is not on the web"


def placeholder(value: str) -> str | None:
    """An address that someone meant to fill in."""
    if PLACEHOLDERS.search(_host(value)):
        return f"'{_host(value)}' is a placeholder"
    found = PLACEHOLDER_WORDS.search(value) or TEMPLATE.search(value) or PLACEHOLDER_SEGMENTS.search(value)
    return f"'{found[0].lstrip('/')}' is a placeholder" if found else None


def _malformed(value: str) -> Iterator[str]:
    scheme, colon, rest = value.partition(":")
    if value.startswith("//"):
        yield "the address has no scheme"
        return
    if re.match(r"https?$", scheme, re.I) and not re.match(r"//[^/]", rest):
        yield f"'{scheme}:' is followed by '{rest[:3]}' in place of '//' and a host"
        return
    if scheme.lower() in RESOLVERS:
        yield f"browsers do not open '{scheme}:', but {RESOLVERS[scheme.lower()]}{rest.lstrip('/')}"
        return
    if scheme.lower() not in KNOWN_SCHEMES:
        yield f"there is no scheme '{scheme}{colon}'"
        return
    if not re.match(r"(https?|ftp)$", scheme, re.I):
        return
    if re.match(r"//https?[:/]", rest, re.I):
        yield "the scheme stands twice"
    yield from _host_problems(value)
    yield from _rest_problems(value)


def _host_problems(value: str) -> Iterator[str]:
    network = _network(value).rpartition("@")[2]
    try:
        port = urlsplit(value).port
    except ValueError:
        yield f"the host or port of '{network}' is malformed"
        return
    host = _host(value)
    if port == 0 or network.endswith(":"):
        yield f"the port of '{network}' is none"
    if network.startswith("[") or re.fullmatch(r"[\d.]+", host):
        if re.fullmatch(r"[\d.]+", host) and not _is_ip(host):
            yield f"'{host}' is no IP address"
        return
    if mixed := next((label for label in host.split(".") if len(scripts(label)) > 1), None):
        yield f"'{mixed}' mixes letters of {' and '.join(sorted(scripts(mixed)))}, which look alike"
    ascii_host = _ascii(host)
    if not ascii_host or not all(HOST_LABEL.fullmatch(label) for label in ascii_host.removesuffix(".").split(".")):
        yield f"'{host}' is no host name"
    elif "." not in host and host not in LOCAL:
        yield f"the host '{host}' has no domain"
    elif not re.fullmatch(r"[A-Za-z]{2,}|xn--[A-Za-z0-9-]+", ascii_host.removesuffix(".").rpartition(".")[2]):
        yield f"the host '{host}' has no top-level domain"


def scripts(label: str) -> set[str]:
    """Latin, Greek, Cyrillic: the alphabets of a label whose letters can be taken for each other."""
    names = (unicodedata.name(one, "").partition(" ")[0] for one in label if one.isalpha())
    return {name.title() for name in names} & {"Latin", "Greek", "Cyrillic"}


def _rest_problems(value: str) -> Iterator[str]:
    if found := re.search(r"%(?![0-9A-Fa-f]{2}).{0,2}", value):
        yield f"'{found[0]}' is no escape"
    for run in re.findall(r"(?:%[0-9A-Fa-f]{2})+", value):
        try:
            unquote_to_bytes(run).decode("utf-8")
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data" and error.start:
                yield f"'{run[3 * error.start :]}' is the beginning of a character that is cut off"
    if found := re.search(r"[，。；：、！？（）【】“”‘’《》]+$", value):
        yield f"'{found[0]}' at the end belongs to the sentence"
    if found := re.search(r"[\"<>^`{|}\\]|\s", value):
        yield f"'{found[0]}' must be escaped"
    if value.count("#") > 1:
        yield "there are two '#'"
    if found := re.search(r"(?<!:)//(www\.|https?:)", urlsplit(value).path):
        yield f"'{found[0]}' stands inside the path"


def _network(value: str) -> str:
    """What stands between `//` and the path: user, host and port."""
    match = re.match(r"[a-z][a-z0-9+.-]*://([^/?#]*)", value, re.I)
    return match[1] if match else ""


def _host(value: str) -> str:
    host = _network(value).rpartition("@")[2]
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0].lower()


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _is_ip(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False
