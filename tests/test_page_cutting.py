"""Runs and what is cut out of them: the same drawing, tags and description as typst gives a file of its own."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
import pytest

from qrcert import page, scan
from qrcert.errors import Refused
from qrcert.page import Leaf, Run, Sheet
from qrcert.page.press import STANDARDS, attachment_names, draw_run, naming
from qrcert.page.run import letters
from test_page import DAY, attestat, code

OTHER = date(2031, 2, 3)
PAGE = page.built_in("certificate")


def pupil(at: int, **more: Any) -> Sheet:
    more = {"number": f"{at:014}", "holder": f"Абрамова Вера {at}"} | more
    return attestat(16 + at % 3, **code(10, at), **more)


def printed(sheets: list[Sheet], name: str = "certificate") -> Run:
    run = draw_run(sheets, day=OTHER, page=page.built_in(name), letters=letters(sheets[0].language))
    return Run(run, attachment_names(one.number for one in sheets))


def leaf(sheets: list[Sheet], at: int, count: int = 1) -> Leaf:
    some = sheets[at : at + count]
    return Leaf(at, at + count, *naming(some), DAY)


def described(pdf: bytes) -> dict[str, str]:
    """What a file says of itself, but for its names and the version of the writer's own numbering."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        packet = opened.Root.Metadata.read_bytes().decode()
        packet = re.sub(r"[A-Za-z0-9+/]{22}==", "ID", packet)
        info = {str(key): str(value) for key, value in opened.docinfo.items()}
        return info | {"XMP": packet, "keys": str(sorted(opened.Root.keys())), "lang": str(opened.Root.Lang)}


def tags(pdf: bytes) -> list[Any]:
    """The tags of a file: what each is and says, what it points to on the page, and its inside."""

    def look(one: Any) -> Any:
        if isinstance(one, int):
            return one
        said = {key: str(one[key]) for key in ("/S", "/T", "/Alt", "/ID") if key in one}
        inside = one.get("/K", [])
        kids = inside if isinstance(inside, pikepdf.Array) else [inside]
        return said, str(one.get("/A", "")), [look(kid) for kid in kids]

    with pikepdf.open(BytesIO(pdf)) as opened:
        tree = opened.Root.StructTreeRoot
        ids = tree.get("/IDTree")
        return [
            [look(one) for one in tree.K],
            [] if ids is None else [str(one) for one in list(ids.Names)[::2]],
            [len(one) for one in list(tree.ParentTree.Nums)[1::2]],
            int(tree.ParentTreeNextKey),
        ]


def outline(pdf: bytes) -> list[tuple[str, int]]:
    with pikepdf.open(BytesIO(pdf)) as opened, opened.open_outline() as entries:
        pages = [one.objgen for one in opened.pages]
        return [(one.title, pages.index(one.destination[0].objgen)) for one in entries.root]


def attached(pdf: bytes) -> dict[str, bytes]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert len(opened.Root.AF) == len(opened.attachments)
        return {name: spec.get_file().read_bytes() for name, spec in opened.attachments.items()}


def shown(pdf: bytes, number: int = 0) -> tuple[str, bytes]:
    """The text of a page and its pixels."""
    opened = pypdfium2.PdfDocument(pdf)
    try:
        one = opened[number]
        return one.get_textpage().get_text_range(), bytes(one.render(scale=1).buffer)
    finally:
        opened.close()


@pytest.mark.parametrize("name", ["certificate", "insert", "card"])
def test_a_file_that_is_cut_is_what_typst_would_have_written(name: str) -> None:
    sheets = [pupil(at) for at in range(3)]
    cut = printed(sheets, name).cut(leaf(sheets, 1)).data
    alone = page.draw(sheets[1:2], day=DAY, page=name)
    assert attached(cut) == {f"certificate-{sheets[1].number}.qc1.txt": (sheets[1].attachment or "").encode()}
    assert described(cut) == described(alone)
    assert tags(cut) == tags(alone)
    assert outline(cut) == outline(alone) == [(sheets[1].holder, 0)]
    assert attached(cut) == attached(alone)
    assert shown(cut) == shown(alone)
    with pikepdf.open(BytesIO(cut)) as opened:
        assert opened.check_pdf_syntax() == []


def test_all_pages_together_are_what_typst_would_have_written() -> None:
    sheets = [pupil(at) for at in (2, 0, 1)]
    title, author = naming(sheets)
    whole = printed(sheets).whole(title=title, author=author, day=DAY).data
    drawn = page.draw(sheets, day=DAY)
    assert described(whole) == described(drawn)
    assert tags(whole) == tags(drawn)
    assert outline(whole) == outline(drawn)
    assert attached(whole) == attached(drawn)
    assert [shown(whole, at) for at in range(3)] == [shown(drawn, at) for at in range(3)]
    found = scan.read_pdf_areas(whole, PAGE.places(3, together=True), dpi=150)
    assert found == [[sheet.attachment] for sheet in sheets]


def test_a_file_is_the_same_whatever_else_the_run_holds() -> None:
    sheets = [pupil(at) for at in range(4)]
    alone = printed(sheets[2:3])
    many = printed(sheets)
    assert many.fonts == alone.fonts
    assert many.cut(leaf(sheets, 2)) == alone.cut(Leaf(0, 1, *leaf(sheets, 2)[2:]))


def test_what_files_share_is_written_once_a_kind_of_page_and_the_same_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kinds = [{}, {"palette": page.PINE}, {"tables": ()}, {"palette": page.PLUM, "duplicate": True}]
    sheets = [pupil(at, **kinds[at % 4]) for at in range(8)]
    run = printed(sheets)
    files = [run.cut(leaf(sheets, at)) for at in range(8)]
    assert 1 < len(run._kept) <= 4
    monkeypatch.setattr("qrcert.page.cutting._KEPT", 1)
    again = printed(sheets)
    assert [again.cut(leaf(sheets, at)) for at in range(8)] == files
    assert len(again._kept) == 1
    for at, made in enumerate(files):
        own = leaf(sheets, at)
        assert printed(sheets[at : at + 1]).cut(Leaf(0, 1, *own[2:])) == made
        with pikepdf.open(BytesIO(made.data)) as opened:
            assert opened.check_pdf_syntax() == []


def test_two_editions_have_names_of_their_own_and_a_document_keeps_its_name() -> None:
    """The first name of the trailer is the document's, the second the edition's (ISO 32000-1, 14.4)."""
    sheets = [pupil(1), pupil(2, number=pupil(1).number)]
    names = []
    for at in range(2):
        run = printed(sheets[at : at + 1])
        with pikepdf.open(BytesIO(run.cut(leaf(sheets[at : at + 1], 0)).data)) as opened:
            names.append([bytes(one) for one in opened.trailer.ID])
    assert names[0][0] == names[1][0]
    assert names[0][1] != names[1][1]


@pytest.mark.parametrize("count", [1, 5])
def test_what_stands_in_a_file_is_told(count: int) -> None:
    sheets = [pupil(at, number=f"К-{at}") for at in range(count)]
    drawn = page.draw(sheets, day=DAY, page="card", together=True)
    found = page.contents_of(drawn, most=count)
    assert len(found.drawings) == -(-count // 4)
    assert found.attached == {
        name: (sheet.attachment or "").encode()
        for name, sheet in zip(attachment_names(one.number for one in sheets), sheets, strict=True)
    }
    for broken in (b"", b"%PDF-1.7\n", drawn[:-40]):
        with pytest.raises(Refused, match="no PDF as it is written here"):
            page.contents_of(broken, most=count)
    with pytest.raises(Refused, match=f"{count} attached files, expected {count - 1} at most"):
        page.contents_of(drawn, most=count - 1)


def test_a_damaged_file_is_refused_or_read_and_nothing_else() -> None:
    drawn = page.draw([pupil(0)], day=DAY, together=True)
    chance = random.Random(3)
    refused = 0
    for _ in range(3_000):
        broken = bytearray(drawn)
        for _ in range(chance.randrange(1, 4)):
            at = chance.choice((chance.randrange(len(drawn)), -chance.randrange(1, 6_000)))
            broken[at] ^= 1 << chance.randrange(8)
        try:
            page.contents_of(bytes(broken), most=1)
        except Refused:
            refused += 1
    assert 0 < refused < 3_000


def test_files_of_a_run_and_all_of_it_show_the_same_drawings_and_share_their_fonts() -> None:
    sheets = [pupil(at) for at in range(3)]
    run = printed(sheets)
    cuts = [run.cut(leaf(sheets, at)) for at in range(3)]
    assert len({id(cut.shared) for cut in cuts}) == 1
    whole = page.contents_of(run.whole(title="T", author="A", day=DAY).data, most=3)
    assert whole.drawings == tuple(page.contents_of(cut.data, most=1).drawings[0] for cut in cuts)
    assert len(set(whole.drawings)) == 3


@pytest.mark.parametrize("name", ["certificate", "insert", "card"])
def test_stamps_and_numbers_of_any_script_stay_on_their_page(name: str) -> None:
    sheets = [pupil(at, number=f"К-{at}", test=True, duplicate=True) for at in (2, 1, 0)]
    run = printed(sheets, name)
    found = [page.contents_of(run.cut(leaf(sheets, at)).data, most=1).attached for at in range(3)]
    assert [one.decode() for each in found for one in each.values()] == [sheet.attachment for sheet in sheets]
    for at in range(3):
        cut, alone = run.cut(leaf(sheets, at)).data, page.draw(sheets[at : at + 1], day=DAY, page=name)
        assert attached(cut) == attached(alone)
        assert (tags(cut), outline(cut)) == (tags(alone), outline(alone))


def test_pages_of_one_certificate_go_into_one_file() -> None:
    sheets = [pupil(1), pupil(2, number="7"), pupil(3, number="7"), pupil(4)]
    cut = printed(sheets).cut(leaf(sheets, 1, 2)).data
    alone = page.draw(sheets[1:3], day=DAY)
    assert (tags(cut), outline(cut), described(cut)) == (tags(alone), outline(alone), described(alone))
    assert sorted(attached(cut).values()) == sorted((one.attachment or "").encode() for one in sheets[1:3])


@pytest.mark.parametrize(
    "holder", ["12 0 R", "A (B (C (1 0 R)) D", "back \\ slash (U1x0y0) endobj", ">> stream endstream"]
)
def test_words_that_look_like_the_language_of_pdf_are_words(holder: str) -> None:
    sheets = [pupil(1), pupil(2, holder=holder), pupil(3)]
    cut = printed(sheets).cut(leaf(sheets, 1)).data
    alone = page.draw(sheets[1:2], day=DAY)
    assert outline(cut) == outline(alone) == [(holder, 0)]
    assert tags(cut) == tags(alone)


def test_who_needs_other_letters_has_a_run_of_their_own_and_changes_no_other_file() -> None:
    groups = [[pupil(1)], [pupil(2, holder="Əliyev Ənvər")], [pupil(3)]]
    runs = page.draw_runs(groups, page=PAGE)
    assert [one.groups for one in runs] == [(0, 2), (1,)]
    days = [DAY] * 3
    plain = page.draw_runs([groups[0], groups[2]], page=PAGE)
    (odd,) = page.draw_runs(groups[1:2], page=PAGE)
    assert odd.data == runs[1].data
    assert plain[0].data == runs[0].data
    (alone,) = page.draw_runs(groups[2:], page=PAGE)
    (own,) = page.leaves_of(groups[2:], alone, days)
    assert alone.open().cut(own) == runs[0].open().cut(page.leaves_of(groups, runs[0], days)[1])


def test_letters_that_nobody_foresaw_are_found_by_their_glyphs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qrcert.page.run._is_plain", lambda *_: True)
    groups = [[pupil(1)], [pupil(2, holder="Əliyev Ənvər")]]
    assert [one.groups for one in page.draw_runs(groups, page=PAGE)] == [(0,), (1,)]


@pytest.mark.parametrize("name", sorted(page.BUILT_IN))
@pytest.mark.parametrize("draft", [False, True])
def test_typst_holds_every_page_to_both_standards(name: str, draft: bool) -> None:
    assert STANDARDS == ["a-3a", "ua-1"]
    more: dict[str, Any] = {"draft": True, "symbol": None, "attachment": None} if draft else {}
    sheet = pupil(1, duplicate=True, test=True)
    packet = described(page.draw([replace(sheet, **more)], day=DAY, page=name, together=True))["XMP"]
    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in packet
    assert "<pdfuaid:part>1</pdfuaid:part>" in packet


def test_what_is_no_run_is_refused() -> None:
    sheets = [pupil(at) for at in range(2)]
    run = draw_run(sheets, day=DAY, page=PAGE, letters=letters("ru"))
    with pytest.raises(Refused, match="no run of pages"):
        Run(page.draw(sheets, day=DAY), attachment_names(one.number for one in sheets))
    names = attachment_names(one.number for one in sheets)
    entries = re.findall(rb"/Next (\d+) 0 R", run)
    circle = run.replace(b"/Next %s 0 R" % entries[-1], b"/Next %d 0 R" % (int(entries[-1]) - 1))
    assert len(circle) == len(run)
    for broken in (run.replace(b"/First ", b"/Firsu "), run.replace(b"/Dest ", b"/Desu "), circle):
        assert broken != run
        with pytest.raises(Refused, match="no run of pages"):
            Run(broken, names)
    chance = random.Random(5)
    for _ in range(300):
        at = chance.randrange(len(run))
        broken = run[:at] + bytes([run[at] ^ 1 << chance.randrange(8)]) + run[at + 1 :]
        try:
            Run(
                broken[: chance.choice((len(broken), at))], attachment_names(one.number for one in sheets)
            ).cut(leaf(sheets, 1))
        except Refused:
            continue
