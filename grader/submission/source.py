"""Bytes become source text, by Python's own rules where they are safe, and are never parsed.

A coding cookie is honoured when it names an encoding of plain text. Python would also accept
codecs that unpack, decode or rewrite what they read (utf-7, rot13, unicode_escape, zlib): under
them a file runs as something else than what it reads like, so they are passed over.

One rule is not Python's: bytes that are not UTF-8 do not cost a file, since most often they are an
accent in a comment.
"""

from __future__ import annotations

import codecs
import re

from grader.submission.naming import shown
from grader.submission.tree import Refused, size_text

MAX_SOURCE = 2 << 20  # bytes; no hand-written source is larger

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# PEP 263: in the first line, or in the second when the first is blank or a comment.
_COOKIE = re.compile(
    rb"\A(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]{1,40})"
)
_PLAIN_CODECS = frozenset(
    ["utf-8", "ascii", "us-ascii", "latin-1", "latin1"]
    + [f"iso-8859-{part}" for part in range(1, 17) if part != 12]
    + [f"{prefix}{page}" for prefix in ("cp", "windows-") for page in range(1250, 1259)]
    + ["cp437", "cp850", "cp866", "mac-roman", "koi8-r", "koi8-u"]
    + ["gb2312", "gbk", "gb18030", "big5", "shift-jis", "cp932", "euc-jp", "cp949", "euc-kr"]
)

# What an editor on Windows meant by a byte that is not UTF-8, by what surrogateescape makes of it.
_ON_WINDOWS = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(128, 256)}


def decode(content: bytes, *, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the text with "\\n" as its line ends, and remarks; raise Refused when it is none."""
    if len(content) > MAX_SOURCE:
        raise Refused(f"{shown(name)} is larger than {size_text(MAX_SOURCE)}")
    foreign = what_it_looks_like(content)
    if foreign is not None:
        raise Refused(f"{shown(name)} looks like {foreign}; hand in the Python source")
    encoding, remarks = _encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise Refused(_not_text(content, error, name=name, encoding=encoding)) from error
        text = content.decode(encoding, "surrogateescape").translate(_ON_WINDOWS)
        line = _normal(content[: error.start].decode(encoding)).count("\n") + 1
        remarks += (f"line {line} is not UTF-8, which Python would refuse; save the file as UTF-8",)
    text = _normal(text)
    nul = text.find("\0")
    if nul >= 0:
        line, column = text.count("\n", 0, nul) + 1, nul - text.rfind("\n", 0, nul)
        raise Refused(
            f"{shown(name)} is not text: a NUL character at line {line}, column {column}; "
            "save the file as UTF-8"
        )
    return text, remarks


def _encoding(content: bytes) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            if encoding == "utf-8":
                return encoding, ()
            return encoding, (
                f"read as {encoding.upper()}; Python reads UTF-8, so save it as that",
            )
    cookie = _COOKIE.match(content)
    if cookie is None:
        return "utf-8", ()
    asked = cookie[1].decode("ascii", "replace").lower().replace("_", "-")
    asked = asked.replace("utf8", "utf-8")
    if asked in _PLAIN_CODECS:
        return asked, ()
    if asked.startswith(("utf-8-", "latin-1-", "iso-8859-1-")):  # Emacs: utf-8-unix; utf-8-sig
        return asked.rpartition("-")[0], ()
    return "utf-8", (f"the encoding {asked!r} that the file names was passed over for UTF-8",)


def _not_text(content: bytes, error: UnicodeDecodeError, *, name: str, encoding: str) -> str:
    before = _normal(content[: error.start].decode(encoding, "replace"))
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    byte = content[error.start : error.start + 1].hex()
    return (
        f"{shown(name)} is not text in the encoding {encoding} that it names: "
        f"byte 0x{byte} at line {line}, column {column}; save the file as UTF-8"
    )


def _normal(text: str) -> str:
    """Return the text without byte-order mark, its lines ending as Python's parser counts them."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "a rich-text document"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"BZh9", "a bzip2 archive"),
    (b"\x7fELF", "a compiled program"),
    (b"MZ\x90", "a compiled program"),
    (b"bplist00", "a property list"),
)
_INSIDE_ZIP = (
    (b"word/", "a Word document"),
    (b"xl/", "an Excel workbook"),
    (b"ppt/", "a PowerPoint presentation"),
    (b"mimetypeapplication/vnd.oasis.opendocument", "a LibreOffice document"),
)
_COMPILED_PYTHON = re.compile(rb"\A..\r\n[\0-\x0f]\0\0\0", re.DOTALL)
_WEB_PAGE = re.compile(rb"\A\s*<(?:!doctype\s+html|html[\s>])", re.IGNORECASE)


def what_it_looks_like(content: bytes) -> str | None:
    """Name what a file is by its first bytes, when it is surely no source text."""
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return next((what for mark, what in _INSIDE_ZIP if mark in content), "a zip archive")
    for signature, what in _SIGNATURES:
        if content.startswith(signature):
            return what
    if content[257:262] == b"ustar":
        return "a tar archive"
    if _COMPILED_PYTHON.match(content):
        return "compiled Python"
    return "a web page" if _WEB_PAGE.match(content) else None
