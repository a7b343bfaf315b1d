"""The words on a PDF page, with their places and what the file says they are; what they mean is not known here."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as raw

MAX_RUNS = 3_000
"""Runs of a page that are looked at: a page of print has a hundred, a dense table a thousand."""

MAX_LETTERS = 60_000
"""Letters of a page: ten times a page of small print."""

MAX_OBJECTS = 20_000
"""Objects of a page among which headings are looked for."""

MAX_ELEMENTS = 2_000
"""Elements of a page's structure that are looked at."""

MAX_DEPTH = 12
"""How deep headings are looked for in a page's structure; ours stand at depth 2."""

_HEADING = "H1"


class Run(NamedTuple):
    """Letters of one line in one type: points (1/72 inch) from the lower left corner of the page, y upwards."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


class Printed(NamedTuple):
    """The words of a page: runs in the order of the file, and what the file marks as first headings."""

    runs: tuple[Run, ...] = ()
    headings: tuple[str, ...] = ()


def printed(page: pypdfium2.PdfPage) -> Printed:
    """Return the words of a page; raises PdfiumError where its text cannot be read."""
    words = page.get_textpage()
    try:
        if words.count_chars() > MAX_LETTERS:
            return Printed()
        count = min(words.count_rects(), MAX_RUNS)
        places = [words.get_rect(at) for at in range(count)]
        runs = [Run(words.get_text_bounded(*place), *place) for place in places]
        return Printed(tuple(run for run in runs if run.text.strip()), tuple(_headings(page, words)))
    finally:
        words.close()


def _headings(page: pypdfium2.PdfPage, words: pypdfium2.PdfTextPage) -> list[str]:
    """Return the text of each heading that the page's structure marks (ISO 32000-1 section 14.8.4)."""
    tree = raw.FPDF_StructTree_GetForPage(page.raw)
    if not tree:
        return []
    try:
        marked = [ids for ids in _marked(tree) if ids]
    finally:
        raw.FPDF_StructTree_Close(tree)
    texts = dict.fromkeys((one for ids in marked for one in ids), "")
    if texts:
        for number, each in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])):
            if number >= MAX_OBJECTS:
                break
            mark = raw.FPDFPageObj_GetMarkedContentID(each.raw)
            if mark in texts:
                texts[mark] += _text_of(each.raw, words)
    return ["".join(texts[one] for one in ids).strip() for ids in marked]


def _marked(tree: Any) -> Iterator[list[int]]:
    """Yield the content marks of each heading of the first rank."""
    left = MAX_ELEMENTS
    waiting = [
        (raw.FPDF_StructTree_GetChildAtIndex(tree, at), 0)
        for at in range(min(raw.FPDF_StructTree_CountChildren(tree), left))
    ]
    while waiting and left:
        left -= 1
        element, depth = waiting.pop()
        if not element:
            continue
        if _type_of(element) == _HEADING:
            count = raw.FPDF_StructElement_GetMarkedContentIdCount(element)
            yield [
                raw.FPDF_StructElement_GetMarkedContentIdAtIndex(element, at) for at in range(min(count, 50))
            ]
        elif depth < MAX_DEPTH:
            count = min(raw.FPDF_StructElement_CountChildren(element), MAX_ELEMENTS)
            waiting += [
                (raw.FPDF_StructElement_GetChildAtIndex(element, at), depth + 1) for at in range(count)
            ]


def _type_of(element: Any) -> str:
    size = raw.FPDF_StructElement_GetType(element, None, 0)
    name = ctypes.create_string_buffer(max(size, 2))
    raw.FPDF_StructElement_GetType(element, name, size)
    return name.raw.decode("utf-16-le", "replace").rstrip("\0")


def _text_of(each: Any, words: pypdfium2.PdfTextPage) -> str:
    size = raw.FPDFTextObj_GetText(each, words.raw, None, 0)
    text = ctypes.create_string_buffer(max(size, 2))
    letters = ctypes.cast(text, ctypes.POINTER(ctypes.c_ushort))
    raw.FPDFTextObj_GetText(each, words.raw, letters, size)
    return text.raw.decode("utf-16-le", "replace").rstrip("\0")
