"""Files as text: what is no UTF-8 is an `InputError` at its byte; and where something stands in a text."""

from itertools import accumulate
from pathlib import Path, PurePosixPath

from qa.issue import InputError, Issue


def read(root: Path, path: PurePosixPath) -> str:
    """A file below the site's root, without the mark that some editors put before it."""
    return decode(path, (root / path).read_bytes()).removeprefix("\ufeff")


def line_starts(text: str) -> list[int]:
    """The offset at which each line begins."""
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    starts.pop()
    return starts


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def decode(path: PurePosixPath, raw: bytes) -> str:
    """Bytes as text, line breaks as `\\n`."""
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        message = f"byte 0x{raw[error.start]:02x} is no UTF-8"
        raise InputError(Issue(path, line, column, "wrong-encoding", message, "Save the file as UTF-8.")) from None
