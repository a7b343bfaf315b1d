"""The guillotine: a run of many pages in, PDFs of some of its pages out, as much PDF/A-3a and PDF/UA-1 as the run.

A page costs typst 5 ms in a run and 20 ms in a file of its own, most of it for what every file has. So a class is
set once, and the file of each certificate is cut out of it: its pages, fonts, tags, attachments object by object,
byte for byte; only what speaks of the file as a whole is written anew (ISO 32000-1: catalog 7.7.2, outline 12.3.3,
structure 14.7). What is read here was written by krilla, typst's writer of PDF, and nothing else can be.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

from qrcert.errors import Refused
from qrcert.page.described import Description, named, parted_packet
from qrcert.page.objects import Block, Cut, Object, assembled, block, read_object, read_table, token
from qrcert.page.trees import attachments_of, key_of, numbered_in, written_name

_HEADERS = re.compile(rb"(?:/ID|/Headers\[)(?:\(U\d+x\d+y\d+\)\s*)+")
_HEADER = re.compile(rb"\(U(\d+)(x\d+y\d+)\)")
_ID = re.compile(rb"/ID(\(U\d+x\d+y\d+\))")
_DATE = re.compile(rb"D:\d{14}Z")
# What every cut file begins with after the catalog, by number.
_PAGES, _OUTLINES, _TREE, _DOCUMENT, _INFO, _METADATA = range(2, 8)

_KEPT = 8
"""Kinds of pages, by their fonts and colours, of which a run remembers what their files share."""


class Leaf(NamedTuple):
    """What becomes a file: its pages in the run, from 0 to before ``end``, and what the file says of itself."""

    first: int
    end: int
    title: str
    author: str
    day: date


@dataclass(frozen=True, slots=True)
class _Parts:
    """The objects of a run that speak of it as a whole, by number, and what belongs to each page."""

    catalog: Object
    pages: tuple[int, ...]
    tree: int
    document: int
    info: int
    tags: tuple[tuple[int, ...], ...]
    parents: tuple[int | None, ...]
    entries: tuple[tuple[int, ...], ...]
    attached: tuple[int, ...]
    outlines: int


class _Common(NamedTuple):
    """What the files of pages of one kind share, written once: fonts, colours, intent."""

    numbers: Mapping[int, int]
    block: Block
    digest: Any
    """Of hashlib, of all of it, to be copied."""


class Run:
    """A run as typst wrote it: the page that shows the letters of its fonts, then a page a sheet.

    ``names`` are those of the files that the sheets carry, in order. Raises `Refused` for a PDF that is not such
    a run.
    """

    def __init__(self, data: bytes, names: Sequence[str]) -> None:
        self._data, self._names = data, names
        self._known: dict[int, Object] = {}
        self._kept: dict[tuple[int, ...], _Common] = {}
        try:
            self._starts, self._trailer = read_table(data)
            self._parts = self._read()
        except (ValueError, LookupError) as error:
            raise _no_run("it is not written as typst writes") from error
        if len(self._parts.attached) != len(self):
            raise _no_run(f"{len(self)} pages, but {len(self._parts.attached)} attachments")

    def __len__(self) -> int:
        return len(self._parts.pages) - 1

    @cached_property
    def fonts(self) -> bytes:
        """Return the SHA-256 of all fonts of all pages: two runs with the same fonts number their glyphs alike."""
        fonts: dict[int, None] = {}
        for page in self._parts.pages:
            resources = self._object(self._object(page).after(b"/Resources "))
            inside = False
            for piece, to in zip(resources.pieces, resources.references, strict=False):
                inside = b"/Font<<" in piece or (inside and b">>" not in piece)
                if inside:
                    fonts[to] = None
        digest = sha256()
        for number in self._reached(fonts, {}):
            one = self._object(number)
            digest.update(one.text + one.stream)
        return digest.digest()

    def cut(self, leaf: Leaf) -> Cut:
        """Return the PDF of some pages; equal pages give equal bytes, whatever else the run holds.

        Raises `Refused` where pages of a run hang together in a way that is not known here.
        """
        try:
            return _Making(self, leaf).written()
        except (ValueError, LookupError) as error:
            raise _no_run("a page of it cannot be cut out") from error

    def whole(self, *, title: str, author: str, day: date) -> Cut:
        """Return the PDF of all pages but that of the letters, as `cut` does."""
        return self.cut(Leaf(0, len(self), title, author, day))

    def _object(self, number: int) -> Object:
        if number not in self._known:
            first, end = self._starts[number]
            self._known[number] = read_object(self._data[first:end], number)
        return self._known[number]

    def _reached(self, roots: Iterable[int], known: Mapping[int, int]) -> list[int]:
        """Return what can be reached from ``roots`` but for what is known, each once, in a fixed order."""
        found = dict.fromkeys(one for one in roots if one not in known)
        waiting = list(found)
        for number in waiting:  # grows as it goes
            for to in self._object(number).references:
                if to not in found and to not in known:
                    found[to] = None
                    waiting.append(to)
        return waiting

    def _common(self, pages: Sequence[int]) -> _Common:
        """Return what all files share whose pages use what these do; raises ValueError where a page is in it."""
        used = [self._object(page).after(b"/Resources ") for page in pages]
        inside = dict.fromkeys(to for one in used for to in self._object(one).references)
        roots = (self._parts.catalog.after(b"/OutputIntents "), *inside)
        if roots not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            found = self._reached(roots, {})
            if not set(self._parts.pages).isdisjoint(found):
                raise ValueError("a page is part of what pages share")
            numbers = {old: new for new, old in enumerate(found, _METADATA + 1)}
            made = block([self._object(old).written(numbers) for old in found], first=_METADATA + 1)
            self._kept[roots] = _Common(numbers, made, sha256(made.data))
        return self._kept[roots]

    @cached_property
    def _packet(self) -> tuple[bytes, ...]:
        return parted_packet(self._object(self._parts.catalog.after(b"/Metadata ")))

    def _read(self) -> _Parts:
        catalog = self._object(self._trailer.after(b"/Root "))
        pages = self._object(catalog.after(b"/Pages ")).references
        tree = catalog.after(b"/StructTreeRoot ")
        root = self._object(tree)
        document = root.after(b"/K[")
        tags = self._object(document).references[1:]
        keys = [key_of(self._object(page)) for page in pages]
        nums = numbered_in(root)
        parents = [None if key is None else nums.get(key) for key in keys]
        outlines = catalog.after(b"/Outlines ")
        files = attachments_of(catalog)
        return _Parts(
            catalog,
            pages,
            tree,
            document,
            self._trailer.after(b"/Info "),
            tuple(self._tags(tags, parents)),
            tuple(parents),
            tuple(self._entries(pages, outlines)),
            tuple([files[written_name(name)] for name in self._names]),
            outlines,
        )

    def _tags(self, tags: Sequence[int], parents: Sequence[int | None]) -> Iterator[tuple[int, ...]]:
        """Yield the tags of each page that stand right in the document: those of a page are numbered in a row."""
        first = 0
        for parent in parents:
            if parent is None:
                yield ()
                continue
            end = bisect_left(tags, max(self._object(parent).references)) + 1
            yield tuple(tags[first:end])
            first = end

    def _entries(self, pages: Sequence[int], outlines: int) -> Iterator[tuple[int, ...]]:
        """Yield the entries of the outline that lead to each page; raises ValueError where they go in a circle."""
        leading: dict[int, list[int]] = {page: [] for page in pages}
        found: set[int] = set()
        entry: int | None = self._object(outlines).after(b"/First ")
        while entry is not None:
            if entry in found:
                raise ValueError("the outline has no end")
            found.add(entry)
            one = self._object(entry)
            leading[self._object(one.after(b"/Dest ")).references[0]].append(entry)
            entry = one.after(b"/Next ") if b"/Next " in one.text else None
        yield from (tuple(leading[page]) for page in pages)


class _Making:
    """The making of one file: which objects go into it, in which order, and how each is written."""

    def __init__(self, run: Run, leaf: Leaf) -> None:
        parts = run._parts
        self._run, self._leaf, self._parts = run, leaf, parts
        self._described = Description(leaf.title, leaf.author, leaf.day)
        some = slice(leaf.first + 1, leaf.end + 1)
        self._pages = parts.pages[some]
        self._tags = [tag for tags in parts.tags[some] for tag in tags]
        self._parents = [one for one in parts.parents[some] if one is not None]
        self._entries = [entry for entries in parts.entries[some] for entry in entries]
        self._attached = parts.attached[leaf.first : leaf.end]
        self._old = {
            run._object(self._pages[0]).after(b"/Parent "): _PAGES,
            parts.outlines: _OUTLINES,
            parts.tree: _TREE,
            parts.document: _DOCUMENT,
        }
        self._common = run._common(self._pages)
        self._places = {old: place for place, old in enumerate(self._pages)}
        self._steps = {old: place for place, old in enumerate(self._entries)}
        self._others = self._order()
        first = _METADATA + 1 + len(self._common.numbers)
        own = {old: new for new, old in enumerate(self._others, first)}
        self._numbers: dict[int, int] = {**self._old, **self._common.numbers, **own}
        self._names: dict[bytes, bytes] = {}

    def _order(self) -> list[int]:
        """Return the file's own objects in order; raises ValueError where another page is among them."""
        entries = [self._run._object(entry).after(b"/Dest ") for entry in self._entries]
        own = (*self._pages, *self._attached, *self._tags, *self._parents, *entries)
        known = {**self._old, **self._common.numbers, **self._steps}
        found = self._run._reached(own, known)
        strangers = set(self._parts.pages) - set(self._pages)
        if not strangers.isdisjoint(found):
            raise ValueError("a page refers to another")
        return [*self._entries, *found]

    def written(self) -> Cut:
        """Return the file."""
        objects = [
            b"",
            self._catalog(),
            self._page_tree(),
            self._outline(),
            b"",
            self._document(),
            self._described.info(self._run._object(self._parts.info)),
        ]
        rest = [self._written(old) for old in self._others]
        own = block(rest, first=_METADATA + 1 + len(self._common.numbers))
        objects[_TREE] = self._tree(rest)
        document = self._described.name
        digest = self._common.digest.copy()
        digest.update(b"".join(objects) + own.data)
        instance = named(digest)
        packet = self._described.packet(self._run._packet, pages=len(self._pages), instance=instance)
        head = block([*objects[1:], packet], first=1)
        return assembled(head, self._common.block, own, info=_INFO, names=(document, instance))

    def _written(self, old: int) -> bytes:
        """Return an object of the file's own as it stands in it."""
        one = self._run._object(old)
        if old in self._places:
            return re.sub(rb"(?<=/StructParents )\d+", b"%d" % self._places[old], one.written(self._numbers))
        if old in self._steps:
            return self._entry(old)
        if one.pieces[0].startswith(b"<</Type/StructElem"):
            written = one.written(self._numbers)
            return _HEADERS.sub(self._renamed, written) if self._tables and b"(U" in written else written
        if b"/EmbeddedFile" in one.pieces[0]:
            return _DATE.sub(self._described.moment, one.pieces[0], count=1) + one.stream
        return one.written(self._numbers)

    def _renamed(self, found: re.Match[bytes]) -> bytes:
        """Return the names of a table's headings, as if the first table of the file were the first there is."""

        def name(one: re.Match[bytes]) -> bytes:
            return b"(U%d%s)" % (int(one[1]) - self._tables, one[2])

        if (said := found[0]) not in self._names:  # a column of cells says the same
            self._names[said] = _HEADER.sub(name, said)
        return self._names[said]

    @cached_property
    def _tables(self) -> int:
        """How many tables stand before the file's first one."""
        pieces = (piece for old in self._others for piece in self._run._object(old).pieces)
        found = (_ID.search(piece) for piece in pieces if b"/ID(U" in piece)
        tables = [int(one[1]) for name in found if name and (one := _HEADER.match(name[1]))]
        return min(tables, default=1) - 1

    def _catalog(self) -> bytes:
        text = self._parts.catalog.text
        lang, intents = token(text, b"/Lang"), self._parts.catalog.after(b"/OutputIntents ")
        names = dict(zip(self._attached, self._run._names[self._leaf.first : self._leaf.end], strict=True))
        files = sorted(self._attached, key=lambda file: names[file].encode())
        listed = b"".join(b"%s%d 0 R" % (written_name(names[file]), self._numbers[file]) for file in files)
        return (
            b"<</Type/Catalog/Pages %d 0 R/Metadata %d 0 R/OutputIntents %d 0 R/Lang%s/StructTreeRoot %d 0 R"
            b"/MarkInfo<</Marked true/Suspects false>>/ViewerPreferences<</DisplayDocTitle true/Direction/L2R>>"
            b"/Outlines %d 0 R/Names<</EmbeddedFiles<</Names[%s]>>>>/AF[%s]>>"
        ) % (
            *(_PAGES, _METADATA, self._numbers[intents], lang, _TREE, _OUTLINES, listed),
            self._listed(self._attached),
        )

    def _page_tree(self) -> bytes:
        return b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(self._pages), self._listed(self._pages))

    def _outline(self) -> bytes:
        first, last = self._numbers[self._entries[0]], self._numbers[self._entries[-1]]
        return b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % (first, last, len(self._entries))

    def _entry(self, old: int) -> bytes:
        place, text = self._steps[old], self._run._object(old).text
        title = text[text.index(b"/Title") + len(b"/Title") : text.rindex(b"/Dest ")]
        parts = [b"<</Parent %d 0 R" % _OUTLINES]
        if place + 1 < len(self._entries):
            parts.append(b"/Next %d 0 R" % self._numbers[self._entries[place + 1]])
        if place:
            parts.append(b"/Prev %d 0 R" % self._numbers[self._entries[place - 1]])
        target = self._numbers[self._run._object(old).after(b"/Dest ")]
        return b"%s/Title%s/Dest %d 0 R>>" % (b"".join(parts), title, target)

    def _tree(self, rest: Sequence[bytes]) -> bytes:
        """Return the root of the tags; the names of headings are found in what is written already."""
        first = _METADATA + 1 + len(self._common.numbers)
        found = ((_ID.search(one), number) for number, one in enumerate(rest, first) if b"/ID(U" in one)
        names = sorted((name[1], number) for name, number in found if name is not None)
        ids = b"".join(b"%s %d 0 R" % one for one in names)
        text = self._run._object(self._parts.tree).text
        roles = text[text.index(b"/RoleMap") : text.index(b">>", text.index(b"/RoleMap")) + 2]
        nums = b" ".join(b"%d %d 0 R" % (at, self._numbers[old]) for at, old in enumerate(self._parents))
        return b"<</Type/StructTreeRoot%s/K[%d 0 R]/ParentTree<</Nums[%s]>>%s/ParentTreeNextKey %d>>" % (
            roles,
            _DOCUMENT,
            nums,
            b"/IDTree<</Names[%s]>>" % ids if ids else b"",
            len(self._parents),
        )

    def _document(self) -> bytes:
        tags = self._listed(self._tags)
        return b"<</Type/StructElem/S/Document/P %d 0 R/K[%s]>>" % (_TREE, tags)

    def _listed(self, olds: Iterable[int]) -> bytes:
        return b" ".join(b"%d 0 R" % self._numbers[old] for old in olds)


def _no_run(why: str) -> Refused:
    return Refused(
        f"what was drawn is no run of pages: {why}", hint="this is a fault of the program, please report it"
    )
