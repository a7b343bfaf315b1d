"""The guillotine: a run of many pages in, PDFs of some of its pages out, as much PDF/A-3a and PDF/UA-1 as the run.

A page costs typst 5 ms in a run and 20 ms in a file of its own, most of it for what every file has. So a class is
set once, and the file of each certificate is cut out of it: its pages, fonts, tags, attachments object by object,
byte for byte; only what speaks of the file as a whole is written anew (ISO 32000-1: catalog 7.7.2, outline 12.3.3,
structure 14.7). What is read here was written by krilla, typst's writer of PDF, and nothing else can be.
"""

from __future__ import annotations

import re
from base64 import b64encode
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple
from xml.sax.saxutils import escape

from qrcert.errors import Refused
from qrcert.page.objects import Object, assembled, content, read_object, read_table, string, token

_HEADERS = re.compile(rb"(?:/ID|/Headers\[)(?:\(U\d+x\d+y\d+\)\s*)+")
_HEADER = re.compile(rb"\(U(\d+)(x\d+y\d+)\)")
_ID = re.compile(rb"/ID(\(U\d+x\d+y\d+\))")
_DATE = re.compile(rb"D:\d{14}Z")
_XMP_DATE = re.compile(rb"(?<=>)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(?=<)")
_XMP_TITLE = re.compile(rb'(?<=<dc:title><rdf:Alt><rdf:li xml:lang="x-default">).*?(?=</rdf:li>)', re.DOTALL)
_XMP_AUTHOR = re.compile(rb"(?<=<dc:creator><rdf:Seq><rdf:li>).*?(?=</rdf:li>)", re.DOTALL)
_XMP_PAGES = re.compile(rb"(?<=<xmpTPg:NPages>)\d+(?=<)")
_XMP_INSTANCE = re.compile(rb"(?<=ID>)[A-Za-z0-9+/]{22}==(?=_source</stEvt:instanceID>|</xmpMM:InstanceID>)")
_XMP_DOCUMENT = re.compile(rb"(?<=<xmpMM:DocumentID>)[A-Za-z0-9+/]{22}==(?=<)")

# What every cut file begins with after the catalog, by number.
_PAGES, _OUTLINES, _TREE, _DOCUMENT, _INFO, _METADATA = range(2, 8)


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


class Run:
    """A run as typst wrote it: the page that shows the letters of its fonts, then a page a sheet.

    ``names`` are those of the files that the sheets carry, in order. Raises `Refused` for a PDF that is not such
    a run.
    """

    def __init__(self, data: bytes, names: Sequence[str]) -> None:
        self._data, self._names = data, names
        self._known: dict[int, Object] = {}
        try:
            self._starts, self._trailer = read_table(data)
            self._parts = self._read()
        except (ValueError, IndexError, KeyError, StopIteration) as error:
            raise _no_run("it is not written as typst writes") from error
        if len(self._parts.attached) != len(self):
            raise _no_run(f"{len(self)} pages, but {len(self._parts.attached)} attachments")

    def __len__(self) -> int:
        return len(self._parts.pages) - 1

    def attached(self, page: int) -> bytes:
        """Return the file that belongs to a page, from 0."""
        spec = self._object(self._parts.attached[page])
        return content(self._object(spec.references[0]).stream)

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

    def cut(self, leaf: Leaf) -> bytes:
        """Return the PDF of some pages; equal pages give equal bytes, whatever else the run holds.

        Raises `Refused` where pages of a run hang together in a way that is not known here.
        """
        try:
            return _Cut(self, leaf).written()
        except (ValueError, IndexError, KeyError, StopIteration) as error:
            raise _no_run("a page of it cannot be cut out") from error

    def whole(self, *, title: str, author: str, day: date) -> bytes:
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

    def _read(self) -> _Parts:
        catalog = self._object(self._trailer.after(b"/Root "))
        pages = self._object(catalog.after(b"/Pages ")).references
        tree = catalog.after(b"/StructTreeRoot ")
        root = self._object(tree)
        document = root.after(b"/K[")
        tags = self._object(document).references[1:]
        keys = [_key(self._object(page)) for page in pages]
        nums = _numbers(root)
        parents = [None if key is None else nums.get(key) for key in keys]
        outlines = catalog.after(b"/Outlines ")
        files = _attachments(catalog)
        return _Parts(
            catalog,
            pages,
            tree,
            document,
            self._trailer.after(b"/Info "),
            tuple(self._tags(tags, parents)),
            tuple(parents),
            tuple(self._entries(pages, outlines)),
            tuple([files[_written_name(name)] for name in self._names]),
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
        """Yield the entries of the outline that lead to each page."""
        leading: dict[int, list[int]] = {page: [] for page in pages}
        entry: int | None = self._object(outlines).after(b"/First ")
        while entry is not None:
            one = self._object(entry)
            leading[self._object(one.after(b"/Dest ")).references[0]].append(entry)
            entry = one.after(b"/Next ") if b"/Next " in one.text else None
        yield from (tuple(leading[page]) for page in pages)


class _Cut:
    """The making of one file: which objects go into it, in which order, and how each is written."""

    def __init__(self, run: Run, leaf: Leaf) -> None:
        parts = run._parts
        self._run, self._leaf, self._parts = run, leaf, parts
        some = slice(leaf.first + 1, leaf.end + 1)
        self._pages = parts.pages[some]
        self._tags = [tag for tags in parts.tags[some] for tag in tags]
        self._parents = [one for one in parts.parents[some] if one is not None]
        self._entries = [entry for entries in parts.entries[some] for entry in entries]
        self._attached = parts.attached[leaf.first : leaf.end]
        self._intents = parts.catalog.after(b"/OutputIntents ")
        self._old = {
            run._object(self._pages[0]).after(b"/Parent "): _PAGES,
            parts.outlines: _OUTLINES,
            parts.tree: _TREE,
            parts.document: _DOCUMENT,
        }
        self._others = self._order()
        self._numbers = self._old | {old: new for new, old in enumerate(self._others, _METADATA + 1)}

    def _order(self) -> list[int]:
        """Return the other objects of the file in order; raises ValueError where another page is among them."""
        entries = [self._run._object(entry).after(b"/Dest ") for entry in self._entries]
        own = (self._intents, *self._pages, *self._attached, *self._tags, *self._parents, *entries)
        found = self._run._reached(own, self._old | dict.fromkeys(self._entries, 0))
        strangers = set(self._parts.pages) - set(self._pages)
        if not strangers.isdisjoint(found):
            raise ValueError("a page refers to another")
        return [*self._entries, *found]

    def written(self) -> bytes:
        """Return the file."""
        objects = [
            b"",
            self._catalog(),
            self._page_tree(),
            self._outline(),
            b"",
            self._document(),
            self._info(),
        ]
        rest = [self._written(old) for old in self._others]
        objects[_TREE] = self._tree(rest)
        said = (self._leaf.title, self._leaf.author, self._leaf.day.isoformat())
        document = _digest(one.encode() + b"\0" for one in said)
        instance = _digest((*objects, *rest))
        objects += [self._metadata(document, instance), *rest]
        return assembled(objects[1:], info=_INFO, names=(document, instance))

    def _written(self, old: int) -> bytes:
        """Return an object as it stands in the file."""
        one = self._run._object(old)
        if old in self._pages:
            return re.sub(
                rb"(?<=/StructParents )\d+", b"%d" % self._pages.index(old), one.written(self._numbers)
            )
        if old in self._entries:
            return self._entry(old)
        if one.pieces[0].startswith(b"<</Type/StructElem") and b"(U" in one.text:
            return _HEADERS.sub(self._renamed, one.written(self._numbers))
        if b"/EmbeddedFile" in one.pieces[0]:
            return _DATE.sub(self._moment(), one.pieces[0], count=1) + one.stream
        return one.written(self._numbers)

    def _renamed(self, found: re.Match[bytes]) -> bytes:
        """Return the names of a table's headings, as if the first table of the file were the first there is."""

        def name(one: re.Match[bytes]) -> bytes:
            return b"(U%d%s)" % (int(one[1]) - self._tables, one[2])

        return _HEADER.sub(name, found[0])

    @cached_property
    def _tables(self) -> int:
        """How many tables stand before the file's first one."""
        texts = (self._run._object(old).text for old in self._others)
        named = [
            int(one[1]) for text in texts if (found := _ID.search(text)) and (one := _HEADER.match(found[1]))
        ]
        return min(named, default=1) - 1

    def _catalog(self) -> bytes:
        text = self._parts.catalog.text
        lang = token(text, b"/Lang")
        names = dict(zip(self._attached, self._run._names[self._leaf.first : self._leaf.end], strict=True))
        files = sorted(self._attached, key=lambda file: names[file].encode())
        listed = b"".join(b"%s%d 0 R" % (_written_name(names[file]), self._numbers[file]) for file in files)
        return (
            b"<</Type/Catalog/Pages %d 0 R/Metadata %d 0 R/OutputIntents %d 0 R/Lang%s/StructTreeRoot %d 0 R"
            b"/MarkInfo<</Marked true/Suspects false>>/ViewerPreferences<</DisplayDocTitle true/Direction/L2R>>"
            b"/Outlines %d 0 R/Names<</EmbeddedFiles<</Names[%s]>>>>/AF[%s]>>"
        ) % (
            *(_PAGES, _METADATA, self._numbers[self._intents], lang, _TREE, _OUTLINES, listed),
            self._listed(self._attached),
        )

    def _page_tree(self) -> bytes:
        return b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(self._pages), self._listed(self._pages))

    def _outline(self) -> bytes:
        first, last = self._numbers[self._entries[0]], self._numbers[self._entries[-1]]
        return b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % (first, last, len(self._entries))

    def _entry(self, old: int) -> bytes:
        place, text = self._entries.index(old), self._run._object(old).text
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
        found = ((_ID.search(one), number) for number, one in enumerate(rest, _METADATA + 1))
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

    def _info(self) -> bytes:
        maker = token(self._run._object(self._parts.info).text, b"/Creator")
        title, author, moment = string(self._leaf.title), string(self._leaf.author), self._moment()
        return b"<</Title%s/Author%s/Creator%s/ModDate(%s)/CreationDate(%s)>>" % (
            *(title, author, maker, moment, moment),
        )

    def _metadata(self, document: bytes, instance: bytes) -> bytes:
        """Return the description of the file in XMP (ISO 19005-3, 6.6.2)."""
        leaf = self._leaf
        packet = content(self._run._object(self._parts.catalog.after(b"/Metadata ")).stream)
        day = leaf.day.isoformat().encode() + b"T00:00:00Z"
        for pattern, said in (
            (_XMP_TITLE, escape(leaf.title).encode()),
            (_XMP_AUTHOR, escape(leaf.author).encode()),
            (_XMP_DATE, day),
            (_XMP_PAGES, b"%d" % len(self._pages)),
            (_XMP_INSTANCE, instance),
            (_XMP_DOCUMENT, document),
        ):
            packet, count = pattern.subn(lambda _, said=said: said, packet)  # type: ignore[misc]
            if not count:
                raise ValueError("the description of the run lacks something")
        return b"<</Length %d/Type/Metadata/Subtype/XML>>\nstream\n%s\nendstream" % (len(packet), packet)

    def _moment(self) -> bytes:
        return self._leaf.day.strftime("D:%Y%m%d000000Z").encode()

    def _listed(self, olds: Iterable[int]) -> bytes:
        return b" ".join(b"%d 0 R" % self._numbers[old] for old in olds)


def _no_run(why: str) -> Refused:
    return Refused(
        f"what was drawn is no run of pages: {why}", hint="this is a fault of the program, please report it"
    )


def _key(page: Object) -> int | None:
    """Return the place of a page's tags in the tree, or None for a page without tags."""
    found = re.search(rb"/StructParents (\d+)", page.text)
    return None if found is None else int(found[1])


def _numbers(tree: Object) -> dict[int, int]:
    """Return the list of tags of each page by its place in the tree."""
    found = {}
    for piece, to in zip(tree.pieces, tree.references, strict=False):
        if key := re.search(rb"(?:/Nums\[|^\s*)(\d+) $", piece):
            found[int(key[1])] = to
    return found


def _attachments(catalog: Object) -> dict[bytes, int]:
    """Return the attached files by their names, as these are written."""
    files: dict[bytes, int] = {}
    inside = False
    for piece, to in zip(catalog.pieces, catalog.references, strict=False):
        inside = b"/EmbeddedFiles" in piece or (inside and b"/AF" not in piece)
        if inside:
            files[piece[piece.rfind(b"[") + 1 :].strip()] = to
    return files


def _written_name(name: str) -> bytes:
    """Return the name of a file as it is written where files are looked up (ISO 32000-1, 7.9.6)."""
    return b"(%s)" % name.encode() if name.isascii() else b"<%s>" % name.encode().hex().upper().encode()


def _digest(parts: Iterable[bytes]) -> bytes:
    """Return a name made of what is named, of 16 bytes, as typst writes it."""
    digest = sha256()
    for part in parts:
        digest.update(part)
    return b64encode(digest.digest()[:16])
