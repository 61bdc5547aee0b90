"""Bytes into source text: encodings, line ends, and what is no text at all."""

from __future__ import annotations

import codecs
import gzip
import io
import tarfile

import pytest
from handing_in import zip_bytes
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.submission.source import MAX_SOURCE, decode, what_it_looks_like
from grader.submission.tree import Refused

TEXT = "x = 'äß€'\n"
WESTERN = "x = 'äß'\n"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        (TEXT.encode(), TEXT),
        (codecs.BOM_UTF8 + TEXT.encode(), TEXT),
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        (b"# coding: latin-1\n" + WESTERN.encode("latin-1"), "# coding: latin-1\n" + WESTERN),
        (
            b"# -*- coding: CP1252 -*-\n" + TEXT.encode("cp1252"),
            "# -*- coding: CP1252 -*-\n" + TEXT,
        ),
        (b"\n# vim: fileencoding=ISO_8859_1\n\xe4", "\n# vim: fileencoding=ISO_8859_1\nä"),
        (b"#!python\r\n# coding=utf-8-unix\r\n", "#!python\n# coding=utf-8-unix\n"),
        (b"# coding: euc-kr\n\xb0\xa1", "# coding: euc-kr\n가"),
        (b"x = 1\n# coding: latin-1\n", "x = 1\n# coding: latin-1\n"),  # not in a comment's place
        (b"\n\n# coding: nonsense\n", "\n\n# coding: nonsense\n"),  # line 3 is too late
        (codecs.BOM_UTF8 + b"# coding: latin-1\n\xc3\xa4", "# coding: latin-1\nä"),
        (b"\x0cdef f(): pass\n", "\x0cdef f(): pass\n"),
    ],
)
def test_text_is_read_by_pythons_own_rules(content: bytes, text: str) -> None:
    assert decode(content, name="solution.py") == (text, ())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_utf_16_and_utf_32_with_their_mark_are_read_and_said(encoding: str) -> None:
    text, remarks = decode(f"\ufeff{TEXT}".encode(encoding), name="solution.py")
    assert text == TEXT
    told = encoding[:6].upper()
    assert remarks == (f"read as {told}; Python reads UTF-8, so save it as that",)


@pytest.mark.parametrize(
    "codec",
    [
        *("utf-7", "rot13", "rot-13", "unicode_escape", "raw_unicode_escape", "zlib", "hex"),
        *("idna", "punycode", "undefined", "mbcs", "klingon", "../../etc/passwd", "utf-16"),
    ],
)
def test_a_codec_that_rewrites_what_it_reads_is_passed_over(codec: str) -> None:
    source = f"# coding: {codec}\nx = '+AAo-\\x41'\n"
    text, remarks = decode(source.encode(), name="solution.py")
    assert text == source
    assert len(remarks) == 1
    assert remarks[0].endswith("was passed over for UTF-8")


@pytest.mark.parametrize(
    ("content", "text", "line"),
    [
        ("# Kürzel\nx = 1".encode("cp1252"), "# Kürzel\nx = 1", 1),
        ("a\r\nx = '’'".encode("cp1252"), "a\nx = '’'", 2),
        ("# ü\n# ü".encode() + b"\xfc", "# ü\n# üü", 2),  # a mixture
        (codecs.BOM_UTF8 + b"ab\xff", "abÿ", 1),
        (b"# coding: utf8\n# \xfc", "# coding: utf8\n# ü", 2),
        (b"# coding: utf-8-sig\n# \xfc", "# coding: utf-8-sig\n# ü", 2),
        (b"x = 1\n\n# \x81", "x = 1\n\n# \ufffd", 3),  # no character of Windows', either
    ],
)
def test_characters_that_are_not_utf_8_are_read_as_windows_has_them(
    content: bytes, text: str, line: int
) -> None:
    told = f"line {line} is not UTF-8, which Python would refuse; save the file as UTF-8"
    assert decode(content, name="solution.py") == (text, (told,))


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"# coding: ascii\nab\xff", "byte 0xff at line 2, column 3"),
        (b"# coding: ascii\r\n\r\nx = 'aa\xff'", "byte 0xff at line 3, column 8"),
        (b"ab\0", "a NUL character at line 1, column 3"),
        (b"ab\n\0", "a NUL character at line 2, column 1"),
        ("x = 1\n".encode("utf-16-le"), "a NUL character at line 1, column 2"),
        (codecs.BOM_UTF16_LE + b"a\0b", "byte 0x62 at line 1, column 2"),
    ],
)
def test_what_is_no_text_is_refused_with_line_and_column(content: bytes, place: str) -> None:
    with pytest.raises(Refused, match="save the file as UTF-8") as refusal:
        decode(content, name="solution.py")
    assert place in str(refusal.value)


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("solution.py"))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"{\\rtf1\\ansi", "a rich-text document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word or Excel document"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\xff\xd8\xff\xe0", "a picture"),
        (zip_bytes({"word/document.xml": ""}), "a Word document"),
        (zip_bytes({"xl/workbook.xml": ""}), "an Excel workbook"),
        (zip_bytes({"solution.py": ""}), "a zip archive"),
        (zip_bytes({}), "a zip archive"),
        (gzip.compress(b"", mtime=0), "a gzip archive"),
        (_tar(), "a tar archive"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"\xa7\r\r\n\0\0\0\0", "compiled Python"),
        (b"\x7fELF", "a compiled program"),
        (b"\n<!DOCTYPE html>\n<html>", "a web page"),
    ],
)
def test_what_is_surely_no_source_is_named(content: bytes, what: str) -> None:
    assert what_it_looks_like(content) == what
    with pytest.raises(Refused) as refusal:
        decode(content, name="solution.py")
    assert str(refusal.value) == f"solution.py looks like {what}; hand in the Python source"


@pytest.mark.parametrize(
    "content", [b"", b"x = 1", b"<html", b"{}", b"GIF = 1", b"PK = 3", b"MZ = 1"]
)
def test_source_looks_like_nothing_else(content: bytes) -> None:
    assert what_it_looks_like(content) is None


def test_source_above_its_bound_is_refused() -> None:
    assert decode(b"#" * MAX_SOURCE, name="a.py")[0]
    with pytest.raises(Refused, match=r"^a\.py is larger than 2 MB$"):
        decode(b"#" * (MAX_SOURCE + 1), name="a.py")


@given(st.binary(max_size=300) | st.text().map(str.encode))
@settings(deadline=None)
def test_any_bytes_become_text_that_can_be_sent_or_a_sentence(content: bytes) -> None:
    try:
        text, _ = decode(content, name="solution.py")
    except Refused as refusal:
        assert str(refusal).isprintable()
    else:
        text.encode()
        assert not {"\0", "\r"} & set(text)


@given(st.text(st.characters(exclude_characters="\0\r\ufeff", exclude_categories=["Cs"])))
@settings(deadline=None)
def test_text_in_utf_8_comes_back_as_it_was(text: str) -> None:
    content = f"#\n#\n{text}".encode()  # no cookie in the first two lines
    assert decode(content, name="solution.py")[0] == f"#\n#\n{text}"
