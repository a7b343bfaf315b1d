"""PDFs of ours whose attachment, code and words say different things; parts; archives; files of many pages."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
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
from qrcert.checking import archives, parts
from qrcert.checking.comparing import compare_print
from qrcert.checking.papers import _against as against
from qrcert.encode import sign_certificate
from qrcert.errors import TooBig, UnknownFile, Unreadable
from qrcert.page import Sheet, Table, draw
from qrcert.reading import pdfium, reader
from qrcert.reading.pdf_sheets import Pdf
from qrcert.symbol import Symbol
from qrcert.trust import KeyEntry, School

NOW = datetime.combine(school.NOW, time(12)).astimezone()
ASKED = checking.Request((school.trust(),), NOW)
SECOND = School(8, ((school.TODAY - 3000, "School No. 8"),), "Kazan")
TWO_SCHOOLS = school.publish(
    school.contents(
        schools=(school.SCHOOL, SECOND),
        keys=(
            *school.contents().keys,
            KeyEntry(
                school.key_of("school 8").public_key, SECOND, school.TODAY - 1000, school.TODAY + 400, 1
            ),
            KeyEntry(school.key_of("old").public_key, SECOND, school.TODAY - 1000, school.TODAY - 900, 1),
        ),
    )
)
"""The ordinary list with a second school, which has a key in use and one that is not any more."""


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
    (page,) = scan.read_pages(data)
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


def test_another_answer_to_the_attached_text_is_said_in_words() -> None:
    for key, code, english, russian in (
        (school.key_of("nobody"), "unknown_school", "a school that is not in the list", "школы нет в списке"),
        (school.key_of("old"), "key_refused", "REFUSED", "НЕ ПРИНИМАТЬ"),
    ):
        sheet = replace(papers.sheet(), attachment=papers.certificate_text(key=key))
        (one,) = check(papers.pdf(sheet), lists=(TWO_SCHOOLS,))
        assert [(found.name, found.found) for found in one.differences] == [("answer", code)]
        (said,) = checking.as_data(one, ASKED, "en")[0]["warnings"]
        assert said.endswith(f"the answer: attached «{english}», in the code «GENUINE»")
        (said,) = checking.as_data(one, ASKED, "ru")[0]["warnings"]
        assert said.endswith(f"ответ: приложено «{russian}», в коде «ПОДЛИННЫЙ»")
        (told,) = checking.as_data(one, ASKED, "ru")[0]["differences"]
        assert (told["name"], told["label"], told["found"]) == ("answer", "ответ", code)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"issued": date(2026, 6, 26)},
            ("issued", "Дата выдачи", "25 июня 2026 г.", "26 июня 2026 г."),
        ),
        ({"key": school.key_of("school 8")}, ("school", "", "School No. 7", "School No. 8")),
    ],
)
def test_day_and_school_of_the_attachment_are_compared(
    changes: dict[str, Any], expected: tuple[str, str, str, str]
) -> None:
    sheet = replace(papers.sheet(), attachment=papers.certificate_text(**changes))
    (one,) = check(papers.pdf(sheet), lists=(TWO_SCHOOLS,))
    assert [(each.name, each.label, each.code, each.found) for each in one.differences] == [expected]


def test_an_attachment_of_another_kind_is_told() -> None:
    text = papers.certificate_text("participation", number="07724000123456")
    (one,) = check(papers.pdf(replace(papers.sheet(), attachment=text)))
    first = one.differences[0]
    assert (first.name, first.found.endswith("(participation, 1)")) == ("form", True)


def test_an_attachment_that_says_the_same_in_another_text_is_told_apart_by_its_digest() -> None:
    finding = replace(check(papers.paper())[0], remarks=())
    (one,) = against(finding, "QC1:OTHER", finding.verdict)
    assert (one.name, one.code[:8], one.code != one.found) == ("text", "SHA-256 ", True)
    told = replace(finding, remarks=(checking.Remark("attachment", (one,)),))
    assert "текст кода: приложено «SHA-256 " in checking.as_data(told, ASKED, "ru")[0]["warnings"][0]


def test_a_field_that_is_called_as_we_call_something_is_told_by_its_own_label() -> None:
    finding = check(papers.paper("course.completion"))[0]
    form = finding.verdict.form
    assert form is not None
    fields = (replace(form.fields[0], name="number"), *form.fields[1:])
    named = replace(finding, verdict=replace(finding.verdict, form=replace(form, fields=fields)))
    told = checking.Difference("print", "number", "Hours", "40", "72")
    named = replace(named, remarks=(checking.Remark("print", (told,)),))
    assert "Hours: printed «72»" in checking.as_data(named, ASKED, "en")[0]["warnings"][0]


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


def looks(data: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[Any]]:
    """The texts of a PDF of one page, and which parts of it were drawn for that; None is the whole."""
    drawn: list[Any] = []
    draw = pdfium.draw

    def watched(sheet: Any, page: int, *, dpi: float, box: Any = None) -> Any:
        drawn.append(box)
        return draw(sheet, page, dpi=dpi, box=box)

    monkeypatch.setattr(pdfium, "draw", watched)
    document = Pdf(data)
    document.attached()
    look = document.quick(1, lambda text: text.startswith("QC1:"))
    document.close()
    assert look is not None
    return [code.text for code in look[0].codes], drawn


@pytest.mark.parametrize("kind", ["certificate", "insert", "card"])
def test_of_a_page_of_ours_only_its_code_is_drawn(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = papers.sheet("participation")
    texts, drawn = looks(draw([sheet], day=school.ISSUED, page=kind), monkeypatch)
    assert texts == [school.text("participation")]
    assert len(drawn) == 1
    assert drawn[0] is not None


@pytest.mark.parametrize("name", list(school.entries()))
def test_only_the_code_of_each_form_is_drawn(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    texts, drawn = looks(papers.paper(name), monkeypatch)
    assert texts == [school.text(name)]
    assert [box is not None for box in drawn] == [True]


def squares(text: str) -> list[str]:
    """The dark squares of a code, each a rectangle of PDF."""
    rows = Symbol(text).matrix[::-1]
    return [
        f"{40 + 1.5 * x} {60 + 1.5 * y} 1.5 1.5 re"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    ]


SHORT = "QC1:A SECOND CODE"


@pytest.mark.parametrize("way", ["one drawing", "a drawing each", "a form", "a form as large as the page"])
def test_a_second_code_beside_the_expected_one_is_found(way: str) -> None:
    with pikepdf.open(io.BytesIO(papers.paper())) as document:
        page = document.pages[0]
        boxes = squares(SHORT)
        drawing = "q 1 g 30 50 90 90 re f 0 g " + (
            " f ".join(boxes) + " f Q" if way == "a drawing each" else " ".join(boxes) + " f Q"
        )
        if way.startswith("a form"):
            whole = way.endswith("page")
            form = document.make_stream(drawing.encode())
            form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
            form.BBox = [0, 0, 596, 842] if whole else [30, 50, 120, 140]
            page.add_resource(form, pikepdf.Name.XObject, pikepdf.Name.Second)
            drawing = "/Second Do"
        page.contents_add(document.make_stream(drawing.encode()))
        data = papers.saved(document)
    (found,) = scan.read_pages(data)
    assert sorted(found.texts) == sorted([SHORT, school.text()])


def test_a_page_of_another_size_with_attachments_is_looked_at_whole() -> None:
    with pikepdf.open(io.BytesIO(papers.paper())) as document:
        document.pages[0].mediabox = [0, 0, 500, 700]
        data = papers.saved(document)
    pages = list(scan.read_pages(data))
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
        replace(sample, part=number, values=values, number=changes.get("no", sample.number)),
        key=changes.get("key", school.KEY),
    )


def page_of(*texts: str) -> bytes:
    sheet = np.full((800, 800 * len(texts)), pictures.PAPER, np.uint8)
    for at, text in enumerate(texts):
        code = pictures.flat(text, module_px=5)
        sheet[100 : 100 + len(code), 800 * at + 100 : 800 * at + 100 + len(code)] = code
    out = io.BytesIO()
    Image.fromarray(sheet).save(out, "PNG")
    return out.getvalue()


def test_a_part_alone_names_the_other_in_words_and_data() -> None:
    form = school.form("ru.attestat.9")
    for number in (1, 2):
        (one,) = check(page_of(part(number)))
        assert [(remark.code, remark.parts) for remark in one.remarks] == [("other_parts", (3 - number,))]
        for language, said in (("en", "To it belongs: "), ("ru", "К документу относится ещё: ")):
            own, other = (form.parts[at - 1].in_language(language) for at in (number, 3 - number))
            (data,) = checking.as_data(one, ASKED, language)
            first = "This is the" if language == "en" else "Это"
            line = f"{first} {own}. {said}{other}"
            assert line in data["hint"].splitlines()
            assert f"  {line}" in checking.as_lines(one, ASKED, language)
            assert (data["warnings"], data["other_parts"]) == ([], [{"part": 3 - number, "name": other}])


def test_a_typed_part_names_the_other_too() -> None:
    (one,) = checking.check_text(part(1), ASKED, source="-")
    assert remarks(one) == ["other_parts"]
    found = checking.check_text(f"{part(1)}\n{part(2, family='Иванова')}", ASKED, source="-")
    assert [remarks(one) for one in found] == [["parts"]] * 2


def test_two_parts_that_belong_together_say_nothing() -> None:
    found = check(page_of(part(1), part(2)))
    assert [(one.verdict.code, one.remarks) for one in found] == [("genuine", ())] * 2
    assert checking.as_data(found[0], ASKED, "en")[0]["other_parts"] == []


def test_what_may_not_be_shown_names_no_parts() -> None:
    (one,) = check(page_of(papers.certificate_text(key=school.key_of("nobody"))))
    assert checking.as_data(one, ASKED, "en")[0]["other_parts"] is None


def test_two_parts_of_two_people_are_told_in_words_and_data() -> None:
    found = check(page_of(part(1), part(2, family="Иванова", no="07724000999999")))
    assert [one.verdict.code for one in found] == ["genuine"] * 2
    for one in found:
        assert [difference.name for difference in one.differences] == ["number", "holder"]
        (english,) = checking.as_data(one, ASKED, "en")[0]["warnings"]
        assert english.startswith("The parts of the certificate do not belong together: the number: «")
        assert "; the name: «" in english
        (russian,) = checking.as_data(one, ASKED, "ru")[0]["warnings"]
        assert russian.startswith("Части документа не подходят друг к другу: номер: «")
        assert "; имя: «" in russian
        assert "  ! Части документа не подходят друг к другу:" in checking.as_lines(one, ASKED, "ru")
    assert found[0].differences[0].code == found[1].differences[0].found


def test_a_strange_part_is_told_among_papers_that_are_whole() -> None:
    others = [part(at, no="07724000111111") for at in (1, 2)]
    found = check(page_of(*others, part(1), part(2, no="07724000999999")))
    told = {str(one.verdict.number): remarks(one) for one in found}
    assert told == {
        "07724000111111": [],
        school.certificate("ru.attestat.9").number: ["parts", "other_parts"],
        "07724000999999": ["parts", "other_parts"],
    }


def test_parts_of_one_number_are_compared_wherever_they_stand() -> None:
    whole = [part(at, no="07724000111111") for at in (1, 2)]
    strange = part(2, no="07724000222222", family="Иванова")
    found = check(scans(*whole, part(1, no="07724000222222"), strange))
    assert [(one.page, remarks(one)) for one in found] == [(1, []), (2, []), (3, ["parts"]), (4, ["parts"])]
    assert [one.name for one in found[2].differences] == ["holder"]
    apart = check(scans(*whole, part(1), part(2, no="07724000222222")))
    assert [remarks(one) for one in apart] == [[], [], ["other_parts"], ["other_parts"]]


def test_the_papers_before_and_after_a_change_of_name_lie_in_one_file() -> None:
    """A document issued anew has the number of the one it replaces; each title fits a supplement here."""
    codes = [part(at, family=name) for name in ("Иванова", "Петрова") for at in (1, 2)]
    found = checking.check_text("\n".join(codes), ASKED, source="-")
    assert [remarks(one) for one in found] == [[]] * 4
    strange = checking.check_text("\n".join([*codes, part(2, family="Орлова")]), ASKED, source="-")
    assert [remarks(one) for one in strange] == [[], [], [], [], ["parts"]]


def test_parts_of_two_schools_or_of_two_kinds_do_not_belong_together() -> None:
    stranger = part(2, key=school.key_of("school 8"))
    told, _ = check(page_of(part(1), stranger), lists=(TWO_SCHOOLS,))
    assert remarks(told) == ["parts", "other_parts"]
    assert [(one.name, one.code, one.found) for one in told.differences] == [
        ("school", "School No. 7", "School No. 8")
    ]
    title, supplement = (check(page_of(part(at)))[0] for at in (1, 2))
    edition = replace(school.form("ru.attestat.9"), hash=bytes(16), edition=2)
    claims = supplement.verdict.claims
    assert claims is not None
    later = replace(supplement.verdict, form=edition, claims=claims._replace(form=bytes(16)))
    told, _ = parts.compare_parts([title, replace(supplement, verdict=later)])
    kind = "Аттестат об основном общем образовании"
    assert [(one.name, one.code, one.found) for one in told.differences] == [
        ("form", f"{kind} (ru.attestat.9, 1)", f"{kind} (ru.attestat.9, 2)")
    ]
    assert "the kind: " in checking.as_data(told, ASKED, "en")[0]["warnings"][0]


def test_a_part_is_compared_with_each_other_kind_of_part() -> None:
    form = school.form("ru.attestat.9")
    three = replace(form, parts=(*form.parts, form.parts[1]))
    found = []
    for at in (1, 2, 3):
        finding = check(page_of(part(min(at, 2), no=f"0772400000000{at}")))[0]
        claims = finding.verdict.claims
        assert claims is not None
        verdict = replace(finding.verdict, form=three, claims=claims._replace(part=at))
        found.append(replace(finding, verdict=verdict, remarks=()))
    told = parts.compare_parts(found)
    assert [one.found[-1] for one in told[0].differences] == ["2", "3"]
    assert [one.found[-1] for one in told[2].differences] == ["1", "2"]


def test_many_copies_of_a_part_cost_no_more_than_many_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    unlike = parts._unlike

    def counted(one: Any, other: Any) -> Any:
        nonlocal asked
        asked += 1
        return unlike(one, other)

    monkeypatch.setattr(parts, "_unlike", counted)
    copies = [finding for at in (1, 2) for finding in check(page_of(part(at))) * 500]
    assert len(parts.with_parts(copies)) == 1_000
    assert asked == 1_000


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


def by_hand(members: list[tuple[int, bytes, int, int]], body: bytes) -> bytes:
    """A ZIP archive of a body of ours; each member a place in it, its name, its sizes packed and inflated."""
    crc = zlib.crc32(bytes(members[-1][3]))
    directory = b"".join(
        struct.pack(
            "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, packed, size, len(name), 0, 0, 0, 0, 0, at
        )
        + name
        for at, name, packed, size in members
    )
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(members), len(members), len(directory), len(body), 0)
    return body + directory + end


def local(name: bytes, packed: int, size: int) -> bytes:
    crc = zlib.crc32(bytes(size))
    return struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, crc, packed, size, len(name), 0) + name


def kernel(size: int) -> bytes:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return squeezer.compress(bytes(size)) + squeezer.flush()


def full_overlap() -> bytes:
    """Many names for the bytes of one member."""
    packed = kernel(3_000_000)
    body = local(b"0", len(packed), 3_000_000) + packed
    return by_hand([(0, b"%d" % at, len(packed), 3_000_000) for at in range(10)], body)


def quoted_overlap() -> bytes:
    """A member whose bytes quote the head of the next, as an uncompressed block, and go on with its bytes."""
    packed = kernel(3_000_000)
    second = local(b"2", len(packed), 3_000_000)
    quoted = b"\0" + struct.pack("<HH", len(second), len(second) ^ 0xFFFF)
    size = len(second) + 3_000_000
    first = local(b"1", len(quoted) + len(second) + len(packed), size) + quoted
    members = [
        (0, b"1", len(quoted) + len(second) + len(packed), size),
        (len(first), b"2", len(packed), 3_000_000),
    ]
    return by_hand(members, first + second + packed)


@pytest.mark.parametrize("make", [full_overlap, quoted_overlap])
def test_archives_whose_members_overlap_are_refused_whole(make: Callable[[], bytes]) -> None:
    data = make()
    assert len(zipfile.ZipFile(io.BytesIO(data)).infolist()) > 1
    (one,) = check(data)
    assert (one.how, one.fault) == ("file", "a ZIP archive whose files overlap, so a bomb or damaged")


def test_members_that_lie_beside_each_other_do_not_overlap() -> None:
    packed = kernel(3_000_000)
    pieces = [local(b"%d" % at, len(packed), 3_000_000) + packed for at in range(3)]
    members = [(at * len(pieces[0]), b"%d" % at, len(packed), 3_000_000) for at in (2, 0, 1)]
    found = list(archives.members(by_hand(members, b"".join(pieces))))
    assert [(one.name, len(one.data), one.fault) for one in found] == [
        (name, 3_000_000, None) for name in ("2", "0", "1")
    ]


def test_damaged_members_use_up_what_an_archive_may_inflate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_INFLATED", 7_000_000)
    packed = kernel(3_000_000)
    pieces = [local(b"%d" % at, len(packed), 3_000_000) + packed for at in range(4)]
    members = [(at * len(pieces[0]), b"%d" % at, len(packed), 3_000_000) for at in range(4)]
    data = by_hand(members, b"".join(pieces))
    damaged = data.replace(struct.pack("<L", zlib.crc32(bytes(3_000_000))), b"abcd")
    faults = [str(one.fault) for one in archives.members(damaged)]
    assert faults == [
        "damaged in its ZIP archive",
        "damaged in its ZIP archive",
        "a member of 3000000 bytes in a ZIP archive is too big",
        "a member of 3000000 bytes in a ZIP archive is too big",
    ]


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
    assert len(found) < 40


@pytest.mark.parametrize("letter", ["x", "я", "\x1b", "'\u202e"])
def test_long_names_in_an_archive_are_cut_in_messages(letter: str) -> None:
    name = (letter * 60_000)[:30_000] + ".txt"
    (late,) = check(zipped({name: b"QC1:A"}), seconds=0.0)
    assert late.fault is not None
    start, end = "reading the archive takes longer than 0 s, ", " and later were not read"
    assert late.fault.startswith(start)
    assert late.fault.endswith(end)
    told = late.fault[len(start) : -len(end)]
    assert 150 < len(told) <= 200
    assert told.isprintable()
    assert told[-2:-1] == "…"


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
    assert found[0].passing
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
