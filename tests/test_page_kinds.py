"""The kinds of pages: title and supplement, insert, card, screen; issued, replaced and printed again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

import school
import terminal
from offices import NOW, entries, later, office_in, plan_of, pupil, sample_row, shipped, sign, write_json
from qrcert import issue, page, scan, wire
from qrcert.decode import verify
from qrcert.errors import Refused, RegisterError
from qrcert.form import sample_of
from qrcert.issue import Issued, Office
from qrcert.issue.letterhead import Letterhead
from qrcert.issue.samples import sample_sheets
from qrcert.page.ornament import PIECES
from qrcert.page.slips import _LEAST
from test_page import DAY, SHEETS, attestat, code, opened, page_text, pictures

MM = 72 / 25.4
LONG = "Муниципальное бюджетное общеобразовательное учреждение «Средняя общеобразовательная школа № 17 имени Героя»"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return office_in(tmp_path / "office")


@pytest.fixture
def class_list(tmp_path: Path) -> Path:
    return write_json(tmp_path / "class.json", [pupil(place) for place in range(2)])


def issued_as(name: str, source: Path, office: Office, *, days: int = 0) -> Issued:
    template = page.built_in(name)
    plan = plan_of(source, office, template=template, today=later(days).date())
    recorded = sign(plan, now=later(days))
    return issue.draw_and_check(
        plan, recorded, folder=office.folder / name, template=template, now=later(days)
    )


def texts_of(pdf: bytes, template: page.Template, count: int, *, together: bool = False) -> list[str]:
    found = scan.read_pdf_areas(pdf, template.places(count, together=together), dpi=150)
    return [text for (text,) in found]


def sizes(pdf: bytes) -> list[tuple[int, int]]:
    with opened(pdf) as document:
        return [(round(one.get_width() / MM), round(one.get_height() / MM)) for one in document]


# --- drawing


@pytest.mark.parametrize("name", ["insert", "card"])
@pytest.mark.parametrize("sheet", SHEETS)
def test_small_papers_hold_every_kind_of_certificate(name: str, sheet: str) -> None:
    pdf = page.draw([SHEETS[sheet]], day=DAY, page=name)
    template = page.built_in(name)
    assert sizes(pdf) == [{"insert": (100, 60), "card": (86, 108)}[name]]
    assert texts_of(pdf, template, 1) == [SHEETS[sheet].attachment]
    copied = page_text(pdf).replace("\u00a0", " ").replace("\x02", "-")
    for word in f"{SHEETS[sheet].holder} {SHEETS[sheet].number} {SHEETS[sheet].issued}".split():
        assert word in copied


@pytest.mark.parametrize(("name", "several"), [("insert", 8), ("card", 4)])
def test_small_papers_stand_on_a4_to_be_cut(name: str, several: int) -> None:
    sheets = [attestat(9, number=f"{at:014}", **code(10, at)) for at in range(several + 1)]
    pdf = page.draw(sheets, day=DAY, page=name, together=True)
    assert sizes(pdf) == [(210, 297)] * 2
    template = page.built_in(name)
    assert texts_of(pdf, template, len(sheets), together=True) == [sheet.attachment for sheet in sheets]
    edge = int(5 * 100 / 25.4) - 1
    for shown in pictures(pdf, dpi=100):
        shown = shown.copy()
        shown[edge:-edge, edge:-edge] = 255
        # only the marks to cut by reach into the margin that printers leave blank
        assert (shown < 128).mean() < 0.0005


def test_a_card_takes_denser_codes_than_a_page_and_not_any() -> None:
    assert page.draw([attestat(9, **code(15))], day=DAY, page="card")
    with pytest.raises(Refused, match=r"too dense, 0\.\d\d mm each, not 0\.5"):
        page.draw([attestat(9, symbol=((1,) * 93,) * 93)], day=DAY, page="card")


def test_text_that_does_not_fit_a_small_paper_is_refused_with_its_number() -> None:
    with pytest.raises(Refused, match=r"sheet '7'.*do not fit on so small a paper"):
        page.draw([attestat(9, number="7", school="Очень длинное имя школы " * 60)], day=DAY, page="card")
    with pytest.raises(Refused, match="do not fit"):
        page.draw([attestat(9, holder="Ы" * 90)], day=DAY, page="insert")
    assert page.draw([attestat(9, school=LONG)], day=DAY, page="insert")
    assert _LEAST >= 5


@pytest.mark.parametrize("name", ["parts", "insert", "card"])
def test_drafts_tests_and_duplicates_are_marked_on_every_page(name: str) -> None:
    draft = attestat(9, draft=True, symbol=None, attachment=None)
    copied = page_text(page.draw([draft], day=DAY, page=name))
    assert "ПРОЕКТ" in copied
    copied = page_text(page.draw([attestat(9, duplicate=True, test=True)], day=DAY, page=name))
    assert "ДУБЛИКАТ" in copied
    assert "ОБРАЗЕЦ · TEST" in copied


def test_the_silk_goes_from_rule_to_rule() -> None:
    assert 4 * PIECES["silk"].advance == pytest.approx(171.2)
    for piece in PIECES.values():
        assert float(10 * piece.advance).is_integer(), "readers of PDFs count in thousandths of an em"


def test_the_font_is_made_of_the_pieces_that_stand_here() -> None:
    tool = pytest.importorskip("fontTools.ttLib")
    import sys

    sys.path.insert(0, str(Path(__file__).parent.parent / "tools"))
    try:
        import make_ornaments
    finally:
        sys.path.pop(0)
    font = tool.TTFont(make_ornaments.FOLDER / make_ornaments.FILE)
    assert make_ornaments.version() in font["name"].getDebugName(5), "run tools/make_ornaments.py"


def test_the_screen_shows_the_code_large_and_runs_nothing() -> None:
    sheet = attestat(9, holder="<b>Ёлкина & Co</b>", test=True)
    html = page.draw_screen(sheet)
    assert "&lt;b&gt;Ёлкина &amp; Co&lt;/b&gt;" in html
    assert "<script" not in html
    assert "default-src 'none'" in html
    assert "http" not in html.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert "ОБРАЗЕЦ · TEST" in html
    assert html.count("<path") == 1
    with pytest.raises(Refused, match="a draft has no code"):
        page.draw_screen(attestat(9, draft=True, symbol=None, attachment=None))


# --- every shipped form


@pytest.mark.parametrize("form_id", sorted(school.entries()))
@pytest.mark.parametrize("name", sorted(page.BUILT_IN))
def test_every_form_is_printed_as_every_page(form_id: str, name: str) -> None:
    kind, template = shipped(form_id), page.built_in(name)
    head = Letterhead(LONG, "городской округ Щёлково", "", post="Директор", head="Ю. Э. Цыганков")
    sheets = sample_sheets(
        kind.form, kind.office, sample_of(kind.form), template=template, letterhead=head, today=DAY
    )
    assert len(sheets) == (len(kind.form.parts) or 1 if name == "parts" else 1)
    pdf = page.draw(sheets, day=DAY, page=name)
    assert texts_of(pdf, template, len(sheets)) == [sheet.attachment for sheet in sheets]


# --- title and supplement


def test_title_and_supplement_are_one_file_with_two_genuine_codes(office: Office, class_list: Path) -> None:
    done = issued_as("parts", class_list, office)
    assert len(done.entries) == 4
    assert [one.part for one in done.entries] == [1, 2, 1, 2]
    assert len(set(done.files)) == 2
    trust = office.published_list()
    for file in sorted(set(done.files)):
        pdf = file.read_bytes()
        assert sizes(pdf) == [(210, 297)] * 2
        title, supplement = texts_of(pdf, page.built_in("parts"), 2)
        first, second = (verify(text, trust=trust, now=NOW) for text in (title, supplement))
        assert (first.code, second.code) == ("genuine", "genuine")
        shown = [one.contents("ru") for one in (first, second)]
        assert [one is not None and len(one.marks) for one in shown] == [0, 3], "a title hides the marks"
    everything = (office.folder / "parts" / "all.pdf").read_bytes()
    assert texts_of(everything, page.built_in("parts"), 4) == [
        wire.to_text(one.signed) for one in done.entries
    ]
    copied = page_text(everything)
    assert copied.count("ПРИЛОЖЕНИЕ") == 2


def test_the_same_class_again_gives_the_same_parts(office: Office, class_list: Path) -> None:
    first = issued_as("parts", class_list, office)
    pages = {file: file.read_bytes() for file in first.files}
    again = issued_as("parts", class_list, office, days=3)
    assert again.added == 0
    assert again.entries == first.entries
    assert {file: file.read_bytes() for file in again.files} == pages


def test_one_number_is_never_issued_both_whole_and_in_parts(office: Office, class_list: Path) -> None:
    issued_as("certificate", class_list, office)
    with pytest.raises(RegisterError, match="issued before with other parts"):
        issued_as("parts", class_list, office)
    other = office_in(office.folder.parent / "other")
    issued_as("parts", class_list, other)
    with pytest.raises(RegisterError, match="issued before with other parts"):
        issued_as("certificate", class_list, other)


def test_a_form_without_parts_has_no_page_of_parts(office: Office, tmp_path: Path) -> None:
    kind = shipped("participation")
    source = write_json(tmp_path / "p.json", sample_row("participation"))
    with pytest.raises(Refused, match="'participation' has no parts"):
        plan_of(source, office, kind, template="parts")


def test_parts_are_replaced_together_and_printed_again_alike(office: Office, class_list: Path) -> None:
    done = issued_as("parts", class_list, office)
    number, kind = done.entries[0].number, shipped()
    old = issue.find_papers(office, number)
    assert [one.part for one in old] == [1, 2]
    template = issue.printed_template(office, old)
    assert template.name == "parts"
    again = issue.reprint(
        office,
        old,
        form=kind.form,
        form_office=kind.office,
        folder=office.folder / "again",
        template=template,
        now=later(5),
    )
    assert [file.read_bytes() for file in again] == [done.files[0].read_bytes()]
    changed = json.loads(issue.with_changes(old, kind.form, {"family": "Петрова"}))
    source = write_json(office.folder / "change.json", changed)
    day = later(9)
    how = {"office": office, "form": kind.form, "form_office": kind.office, "today": day.date()}
    with pytest.raises(Refused, match=r"was issued with 2 codes, and the page 'certificate' prints 1"):
        issue.prepare_replacement(source, old, **how)
    planned = issue.prepare_replacement(source, old, template="parts", **how)
    nonce = bytes(16)
    recorded, request = issue.sign_replacement(
        planned, kind="right", reason="", key=school.KEY, nonce=nonce, now=day
    )
    assert [one.part for one in recorded.entries] == [1, 2]
    assert [one.replaces for one in recorded.entries] == [one.id for one in old]
    assert request.exists()
    assert {one.status for one in entries(office) if one.id in {before.id for before in old}} == {"replaced"}
    same = issue.prepare_replacement(source, issue.find_papers(office, number), template="parts", **how)
    assert same.done
    assert [one.id for one in same.old] == [one.id for one in old]


def test_a_draft_of_parts_has_a_page_each(office: Office, class_list: Path) -> None:
    plan = plan_of(class_list, office, template="parts", draft=True)
    drawn = issue.draw_drafts(plan, folder=office.folder / "out", template="parts")
    assert len(pypdfium2.PdfDocument(drawn)) == 4


def test_the_summary_and_what_lies_beside_tell_parts_apart(office: Office, class_list: Path) -> None:
    done = issued_as("parts", class_list, office)
    plan = plan_of(class_list, office, template="parts")
    names = [path.name for path in issue.write_screens(done, plan)]
    number = done.entries[0].number
    assert names[:2] == [f"{number}.html", f"{number}-2.html"]
    assert [path.name for path in issue.write_symbols(done)][:2] == [f"{number}.png", f"{number}-2.png"]
    assert issue.write_summary(done, plan, language="ru").exists()


# --- the command line


def test_pages_are_listed_in_both_languages() -> None:
    for lang, word in (("en", "wallet"), ("ru", "кошелёк")):
        done = terminal.run("page", "list", "--lang", lang)
        assert done.status == 0
        assert word in done.out
        assert {line.split()[0] for line in done.out.splitlines()} == set(page.BUILT_IN)


def test_a_sample_of_a_page_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "card.pdf"
    done = terminal.run("page", "show", "card", "-o", path, "--form", "gb.gcse")
    assert done.status == 0
    assert sizes(path.read_bytes()) == [(86, 108)]
    done = terminal.run("page", "show", "banner")
    assert done.status == 2
    assert "there is no page 'banner'" in done.errors[0]


def test_the_letterhead_keeps_what_was_printed() -> None:
    head = Letterhead("S", "P", "K", page="ours", template="ab")
    assert Letterhead.from_data(head.as_data(), Letterhead("", "", "")) == head
    old = {name: value for name, value in head.as_data().items() if name not in ("page", "template")}
    assert Letterhead.from_data(old, Letterhead("", "", "")) == replace(head, page="certificate", template="")
