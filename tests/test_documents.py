"""PDFs of ours whose attachment, code and words say different things; parts; archives; files of many pages."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image

import papers
import pictures
import school
from qrcert import checking, scan
from qrcert.checking import archives
from qrcert.checking.comparing import compare_print
from qrcert.encode import sign_certificate
from qrcert.errors import TooBig, UnknownFile, Unreadable
from qrcert.page import Sheet, Table, code_box
from qrcert.reading import reader
from qrcert.symbol import Symbol

NOW = datetime.combine(school.NOW, time(12)).astimezone()
ASKED = checking.Request((school.trust(),), NOW)


def check(data: bytes, **changes: Any) -> list[checking.Finding]:
    return checking.check_bytes(data, replace(ASKED, **changes), source="paper.pdf")


def codes(findings: list[checking.Finding]) -> list[tuple[str, str]]:
    return [(one.verdict.code, one.how) for one in findings]


def remarks(finding: checking.Finding) -> list[str]:
    return [one.code for one in finding.remarks]


def differences(data: bytes) -> list[tuple[str, str, str, str]]:
    (one,) = check(data)
    assert one.verdict.code == "genuine"
    return [(found.where, found.name, found.code, found.found) for found in one.differences]


# --- the words of the page


@pytest.mark.parametrize("name", list(school.entries()))
def test_what_we_print_never_differs_from_its_code(name: str) -> None:
    (one,) = check(papers.paper(name))
    assert (one.verdict.code, one.page, one.remarks) == ("genuine", 1, ())


def marked(row: int, text: str, name: str = school.ATTESTAT, column: int = 1) -> Sheet:
    """The sheet of a sample with another cell in a row of its first table."""
    sheet = papers.sheet(name)
    rows = [list(one) for one in sheet.tables[0].rows]
    rows[row][column] = text
    table = replace(sheet.tables[0], rows=tuple(map(tuple, rows)))
    return replace(sheet, tables=(table, *sheet.tables[1:]))


@pytest.mark.parametrize("row", [0, 3, 9, 18])
def test_a_mark_that_was_changed_on_the_page_is_told(row: int) -> None:
    sheet = marked(row, "3 (удовлетворительно)")
    found = differences(papers.pdf(sheet))
    assert found == [("print", "marks", "5 (отлично)", "3 (удовлетворительно)")]


def test_other_tables_and_columns_are_compared_too() -> None:
    assert differences(papers.pdf(marked(2, "4", "de.abitur", column=2))) == [
        ("print", "courses", school_cell("de.abitur", 2, 1), "4")
    ]


def school_cell(name: str, row: int, column: int) -> str:
    form = school.form(name)
    values = form.pack(dict(school.certificate(name).values))
    return form.show(values, part=None, language=form.language).marks[row].texts[column]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"number": "07724000123457"}, ("number", "07724000123456", "07724000123457")),
        (
            {"holder": "Иванова Анна"},
            ("holder", "Константинопольская Александра Владимировна", "Иванова Анна"),
        ),
        ({"issued": "26 июня 2026 г."}, ("issued", "25 июня 2026 г.", "26 июня 2026 г.")),
    ],
)
def test_number_name_and_day_that_were_changed_on_the_page_are_told(
    change: dict[str, str], expected: tuple[str, str, str]
) -> None:
    assert differences(papers.pdf(papers.sheet(**change))) == [("print", *expected)]


@pytest.mark.parametrize(
    "change",
    [
        {"tables": ()},
        {"number": "01", "tables": ()},
        {"tables": (Table("Предметы", ("Часы", "Отметка"), (("История", "72", "5 (отлично)"),)),)},
        {"tables": (Table("Предметы", ("Отметка",), (("История России", "3 (удовлетворительно)"),)),)},
        {"tables": (Table("Предметы", ("Отметка",), (("История", "см. приложение"),)),)},
        {"after": ("История 3 (удовлетворительно), приказ № 07724000123457",)},
        {"facts": (("Номер приказа", "07724000123457"), ("Отчество матери", "Петровна"))},
    ],
)
def test_what_is_not_found_or_stands_under_another_label_is_no_difference(change: dict[str, Any]) -> None:
    assert differences(papers.pdf(papers.sheet(**change))) == []


def test_a_label_that_stands_twice_is_right_if_it_is_right_once() -> None:
    sheet = papers.sheet()
    earlier = Table("Прошлый год", ("Отметка",), (("История", "3 (удовлетворительно)"),))
    assert differences(papers.pdf(replace(sheet, tables=(earlier, *sheet.tables)))) == []


def test_a_field_beside_its_label_is_compared() -> None:
    sheet = papers.sheet("ib.diploma")
    assert differences(papers.pdf(sheet)) == []
    label, text = sheet.facts[-1]
    changed = (*sheet.facts[:-1], (label, text.translate(str.maketrans("0123456789", "1234567890"))))
    ((where, _, code, found),) = differences(papers.pdf(replace(sheet, facts=changed)))
    assert (where, code, found) == ("print", text, changed[-1][1])


def test_a_heading_counts_as_the_name_only_in_a_pdf_of_ours() -> None:
    data = papers.without_attachments(papers.pdf(papers.sheet(holder="Свидетельство")))
    assert differences(data) == []


def test_a_page_without_words_or_contents_says_nothing() -> None:
    verdict = ASKED.verify(school.text())
    assert compare_print(verdict, None) == ()
    assert compare_print(verdict, scan.Words()) == ()
    assert compare_print(ASKED.verify("QC1:A"), scan.Words()) == ()


def test_differences_are_said_escaped_in_both_languages_and_change_no_verdict() -> None:
    sheet = papers.sheet(number="07724000123457", holder="GENUINE")
    (one,) = check(papers.pdf(sheet))
    (data,) = checking.as_data(one, ASKED, "en")
    assert data["verdict"] == "genuine"
    assert data["differences"][0] == {
        "where": "print",
        "name": "number",
        "label": "№",
        "code": "07724000123456",
        "found": "07724000123457",
    }
    assert data["warnings"] == [
        "The printed text differs from the code. The code is right: "
        "the number: printed «07724000123457», in the code «07724000123456»; "
        "the name: printed «GENUINE», in the code «Константинопольская Александра Владимировна»"
    ]
    lines = list(checking.as_lines(one, ASKED, "ru"))
    assert "  ! Напечатанный текст расходится с кодом. Верен код:" in lines
    assert "    номер: напечатано «07724000123457», в коде «07724000123456»" in lines
    assert all(line.isprintable() for line in lines)
    assert json.dumps(data)


# --- the attachment


def test_the_attachment_is_read_and_compared_with_the_code_on_the_page() -> None:
    data = papers.paper()
    (page,) = scan.read_pages(data, boxes=(code_box(),))
    assert page.attached == tuple(page.texts) == (school.text(),)
    assert page.words is not None
    assert page.words.headings == ("Константинопольская Александра Владимировна",)


def test_a_code_on_the_page_that_is_not_the_attached_one_decides() -> None:
    other = papers.certificate_text(number="07724000999999")
    (one,) = check(papers.pdf(papers.with_code(papers.sheet(), other)))
    assert (one.verdict.code, one.verdict.number) == ("genuine", "07724000999999")
    assert remarks(one) == ["print", "attachment"]
    assert [(found.name, found.found) for found in one.differences if found.where == "attachment"] == [
        ("number", "07724000123456")
    ]


def test_an_attached_text_that_is_no_certificate_of_a_school_is_told() -> None:
    stranger = papers.certificate_text(key=school.key_of("nobody"))
    sheet = replace(papers.sheet(), attachment=stranger)
    (one,) = check(papers.pdf(sheet))
    assert one.verdict.code == "genuine"
    assert [(found.where, found.code, found.found) for found in one.differences] == [
        ("attachment", "genuine", "unknown_school")
    ]


def test_marks_of_the_attachment_are_compared() -> None:
    values = dict(school.certificate().values)
    values["marks"] = [[row[0], "4"] if at == 0 else row for at, row in enumerate(values["marks"])]  # type: ignore[arg-type, index, var-annotated]
    sheet = replace(papers.sheet(), attachment=papers.certificate_text(values=values))
    (one,) = check(papers.pdf(sheet))
    assert [(found.name, found.label, found.code, found.found) for found in one.differences] == [
        ("marks", "Русский язык", "5 (отлично)", "4 (хорошо)")
    ]


def test_without_a_code_on_its_page_the_attachment_answers_and_says_so() -> None:
    sheet = replace(papers.sheet(), symbol=((0, 0), (0, 0)))
    (one,) = check(papers.pdf(sheet))
    assert codes([one]) == [("genuine", "attached")]
    assert remarks(one) == ["only_attached"]
    assert "no code could be read on its pages" in checking.as_data(one, ASKED, "en")[0]["warnings"][0]
    assert checking.as_data(one, ASKED, "en")[0]["page"] is None


def test_a_pdf_that_lost_its_attachment_is_read_by_its_code() -> None:
    assert codes(check(papers.without_attachments(papers.paper()))) == [("genuine", "")]


def test_attached_texts_that_no_page_shows_are_counted() -> None:
    first, second = papers.sheet(), papers.sheet("participation")
    with pikepdf.open(io.BytesIO(papers.pdf(first, second))) as document:
        del document.pages[1]
        data = papers.saved(document)
    (one,) = check(data)
    assert [(remark.code, remark.count) for remark in one.remarks] == [("not_shown", 1)]


def test_a_second_code_beside_the_expected_one_is_found() -> None:
    other = school.text("participation")
    with pikepdf.open(io.BytesIO(papers.paper())) as document:
        page = document.pages[0]
        rows = Symbol(other).matrix[::-1]
        boxes = " ".join(
            f"{40 + 1.5 * x} {60 + 1.5 * y} 1.5 1.5 re"
            for y, row in enumerate(rows)
            for x, dark in enumerate(row)
            if dark
        )
        drawing = f"q 1 g 30 50 {1.5 * len(rows) + 20} {1.5 * len(rows) + 20} re f 0 g {boxes} f Q"
        page.contents_add(document.make_stream(drawing.encode()))
        data = papers.saved(document)
    (page,) = scan.read_pages(data, boxes=(code_box(),))
    assert sorted(page.texts) == sorted([other, school.text()])


def test_a_page_of_another_size_with_attachments_is_looked_at_whole() -> None:
    with pikepdf.open(io.BytesIO(papers.paper())) as document:
        document.pages[0].mediabox = [0, 0, 500, 700]
        data = papers.saved(document)
    pages = list(scan.read_pages(data, boxes=(code_box(),)))
    assert pages[0].attached == (school.text(),)


def test_a_class_in_one_pdf_is_compared_page_by_page() -> None:
    sheets = [papers.sheet(), papers.sheet("participation"), marked(1, "2 (неудовлетворительно)")]
    sheets[2] = replace(sheets[2], number="07724000123456")
    found = check(papers.pdf(*sheets))
    assert [(one.page, one.verdict.number) for one in found] == [
        (1, "07724000123456"),
        (2, "2026-117"),
        (3, "07724000123456"),
    ]
    assert [one.differences for one in found[:2]] == [(), ()]


def test_attachments_that_are_large_or_no_text_are_left_alone() -> None:
    with pikepdf.open(io.BytesIO(papers.paper())) as document:
        document.attachments["a.bin"] = bytes(range(256))
        document.attachments["b.txt"] = b"x" * 5_000
        document.attachments["c.txt"] = "нет".encode()
        document.attachments["d.txt"] = b""
        data = papers.saved(document)
    (page,) = scan.read_pages(data)
    assert page.attached == (school.text(),)


# --- parts


def part(number: int, **changes: Any) -> str:
    """The code of one part of the ninth class's attestat."""
    form = school.form("ru.attestat.9")
    fields = {field.name: field.part for field in form.fields}
    sample = school.certificate("ru.attestat.9")
    values = {
        name: changes.get(name, value)
        for name, value in sample.values.items()
        if fields[name] in (None, number)
    }
    return sign_certificate(
        replace(sample, part=number, values=values, number=changes.get("no", sample.number)), key=school.KEY
    )


def page_of(*texts: str) -> bytes:
    sheet = np.full((800, 800 * len(texts)), pictures.PAPER, np.uint8)
    for at, text in enumerate(texts):
        code = pictures.flat(text, module_px=5)
        sheet[100 : 100 + len(code), 800 * at + 100 : 800 * at + 100 + len(code)] = code
    out = io.BytesIO()
    Image.fromarray(sheet).save(out, "PNG")
    return out.getvalue()


def test_a_part_alone_names_the_other() -> None:
    for number in (1, 2):
        (one,) = check(page_of(part(number)))
        assert [(remark.code, remark.parts) for remark in one.remarks] == [("other_parts", (3 - number,))]
        (data,) = checking.as_data(one, ASKED, "ru")
        assert "К документу относится ещё" in data["hint"]
        assert data["warnings"] == []
        assert "To it belongs" in checking.as_data(one, ASKED, "en")[0]["hint"]


def test_two_parts_that_belong_together_say_nothing() -> None:
    found = check(page_of(part(1), part(2)))
    assert [(one.verdict.code, one.remarks) for one in found] == [("genuine", ())] * 2


def test_two_parts_of_two_people_are_told() -> None:
    found = check(page_of(part(1), part(2, family="Иванова", no="07724000999999")))
    assert [one.verdict.code for one in found] == ["genuine"] * 2
    for one in found:
        assert [difference.name for difference in one.differences] == ["number", "holder"]
        assert "do not belong together" in checking.as_data(one, ASKED, "en")[0]["warnings"][0]


# --- archives


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


PAPERS = zipped(
    {
        "a/paper.pdf": papers.paper("participation"),
        "photo.png": page_of(school.text("participation")),
        "code.txt": school.text().encode(),
        "notes.txt": b"nothing",
        "song.mp3": b"ID3\x04" + bytes(50),
    }
)


def test_the_members_of_an_archive_are_checked_in_memory(tmp_path: Path) -> None:
    (tmp_path / "papers.zip").write_bytes(PAPERS)
    checked = checking.check_source(tmp_path / "papers.zip", ASKED)
    assert [one.source.removeprefix(f"{tmp_path}/") for one in checked.findings] == [
        "papers.zip/a/paper.pdf",
        "papers.zip/photo.png",
        "papers.zip/code.txt",
    ]
    assert [one.verdict.code for one in checked.findings] == ["genuine"] * 3
    assert checked.passed_over == 2
    assert [one.verdict.code for one in check(PAPERS)] == ["genuine"] * 3
    assert [path.name for path in tmp_path.iterdir()] == ["papers.zip"]


def test_names_in_an_archive_are_shown_escaped() -> None:
    found = check(zipped({"../a\n  [+] GENUINE\x1b[2J.txt": b"QC1:A"}))
    lines = [line for one in found for line in checking.as_lines(one, ASKED, "en")]
    assert all(line.isprintable() for line in lines)
    assert "  [+] GENUINE" not in lines


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"a.zip": zipped({"a.txt": b"QC1:"})}, "an archive in an archive is not opened"),
        ({"a.gz": b"\x1f\x8b\x08" + bytes(9)}, "an archive in an archive is not opened"),
        ({"zeros.png": bytes(30_000_000)}, "a member of 30000000 bytes in a ZIP archive is too big"),
    ],
)
def test_what_is_not_opened_in_an_archive_is_told(members: dict[str, bytes], fault: str) -> None:
    (one,) = check(zipped(members))
    assert (one.how, one.fault) == ("file", fault)


def changed(data: bytes, signature: bytes, at: int, value: bytes) -> bytes:
    out = bytearray(data)
    place = out.index(signature) + at
    out[place : place + len(value)] = value
    return bytes(out)


CENTRAL, LOCAL = b"PK\x01\x02", b"PK\x03\x04"
ONE = zipped({"code.txt": school.text().encode()})


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (changed(ONE, CENTRAL, 8, b"\1"), "locked with a password in its ZIP archive"),
        (changed(ONE, CENTRAL, 10, b"\x63"), "packed in a way that is not read here"),
        (changed(ONE, LOCAL, 50, b"\xff\xff\xff"), "damaged in its ZIP archive"),
        (changed(ONE, CENTRAL, 24, b"\0\0\0\x80"), "a member of 2147483648 bytes in a ZIP archive is too big"),
        (ONE[:40], "a damaged ZIP archive: its table of contents is cut off"),
        (changed(ONE, CENTRAL, 0, b"XX"), "a damaged ZIP archive"),
    ],
    ids=["locked", "packing", "damaged", "huge", "cut", "mark"],  # the bytes bear the time of day
)  # fmt: skip
def test_damaged_and_locked_archives_are_told(data: bytes, fault: str) -> None:
    (one,) = check(data)
    assert (one.verdict.code, one.how, one.fault) == ("unreadable", "file", fault)


def test_archives_of_far_too_many_files_are_refused_before_they_are_listed() -> None:
    many = zipped({f"{at}.txt": b"" for at in range(archives.MAX_MEMBERS + 1)})
    with pytest.raises(TooBig, match="a ZIP archive of 2001 files"):
        list(archives.members(many))
    size = struct.pack("<I", archives.MAX_DIRECTORY + 1)
    with pytest.raises(TooBig, match="a table of contents of 2000001 bytes"):
        list(archives.members(changed(ONE, b"PK\x05\x06", 12, size)))
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 9, 9, 2**40, 0)
    place = ONE.index(b"PK\x05\x06")
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, place, 1)
    with pytest.raises(TooBig, match="a table of contents of"):
        list(archives.members(ONE[:place] + end64 + locator + ONE[place:]))


def test_documents_and_programs_are_no_archives_of_papers(tmp_path: Path) -> None:
    (tmp_path / "letter.docx").write_bytes(zipped({"[Content_Types].xml": b"<x/>", "word/image1.png": b""}))
    with pytest.raises(UnknownFile):
        checking.check_file(tmp_path / "letter.docx", ASKED)
    (tmp_path / "songs.zip").write_bytes(zipped({"a.mp3": b"ID3\x04\0"}))
    with pytest.raises(UnknownFile):
        checking.check_file(tmp_path / "songs.zip", ASKED)
    assert check(zipped({})) == []


def test_an_archive_ends_where_its_time_ends_and_says_where() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (900, 900), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "PNG")
    found = check(zipped({f"{at}.png": out.getvalue() for at in range(40)}), seconds=0.2)
    assert found[-1].fault is not None
    assert "later were not read" in found[-1].fault
    assert found[-1].advice == "unpack it and name the folder"
    assert len(found) < 12


# --- locked and long documents


def test_a_pdf_locked_only_for_its_owner_opens_and_one_for_readers_says_so() -> None:
    (one,) = check(papers.locked(papers.paper()))
    assert (one.verdict.code, one.remarks) == ("genuine", ())
    (one,) = check(papers.locked(papers.paper(), user="secret"))
    assert one.fault == "the PDF is locked with a password"


def scans(*texts: str | None) -> bytes:
    """A PDF of scanned pages: noise, and a code where there is a text."""
    rng = np.random.default_rng(4)
    pages = []
    for text in texts:
        picture = pictures.page([text] if text else [], size=(1100, 800))
        pages.append(Image.fromarray(pictures.noisy(picture, sigma=10, seed=int(rng.integers(99)))))
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=100)
    return out.getvalue()


def test_a_code_late_in_a_long_document_is_found_before_every_page_is_looked_at_closely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    look = reader._File.thorough

    def slow(self: reader._File, page: int) -> Mapping[str, Any]:
        """The first thorough look takes all the time there is, however fast this machine."""
        said = look(self, page)
        self.clock._end = float("-inf")
        return said

    monkeypatch.setattr(reader._File, "thorough", slow)
    code = school.text("participation")
    pages = list(scan.read_pages(scans(*[None] * 9, code), plausible=lambda text: text == code, seconds=60))
    assert [page.number for page in pages] == list(range(1, 11))
    assert pages[-1].texts == [code]
    assert any(page.hasty for page in pages[:-1])
    found = check(scans(*[None] * 9, code), seconds=60)
    assert [(one.page, one.verdict.code) for one in found] == [(10, "genuine")]
    assert [remark.code for remark in found[0].remarks] == ["hasty"]
    (warning,) = checking.as_data(found[0], ASKED, "en")[0]["warnings"]
    assert warning.startswith("For want of time only a quick look was taken at these pages: ")
    assert "    If a code may be there, give the file more time: --seconds 60" in list(
        checking.as_lines(found[0], ASKED, "en")
    )


def test_pages_that_give_something_new_do_not_use_the_time_up() -> None:
    texts = [pictures.sample_text(seed, length=120) for seed in range(12)]
    pages = list(scan.read_pages(scans(*texts), seconds=0.4))
    assert [page.texts for page in pages] == [[text] for text in texts]


def test_pictures_made_to_keep_engines_busy_end_in_time() -> None:
    finder = np.full((9, 9), 255, np.uint8)
    finder[1:8, 1:8], finder[2:7, 2:7], finder[3:6, 3:6] = 0, 255, 0
    out = io.BytesIO()
    Image.fromarray(np.tile(finder, (500, 500))).save(out, "PNG")
    begun = datetime.now()
    with pytest.raises(Unreadable, match=r"the picture takes longer than 1 s"):
        list(scan.read_pages(out.getvalue(), seconds=1))
    assert (datetime.now() - begun).total_seconds() < 5
    assert scan.read_codes(page_of(school.text())) == [school.text()]
