"""The printed page: what is drawn, measured on rendered pictures and in the PDF itself."""

from __future__ import annotations

import io
import json
import random
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
import segno
import typst
import zxingcpp

from qrcert.errors import MissingExtra, Refused
from qrcert.page import GARNET, PALETTES, PETROL, PINE, PLUM, Palette, Sheet, Table, code_box, draw
from qrcert.page.faces import FOLDER, known
from qrcert.page.headline import headline
from qrcert.page.press import _fonts
from qrcert.page.words import _LANGUAGES, words

DAY = date(2026, 6, 25)
MM = 72 / 25.4
HEIGHT, WIDTH = 297 * MM, 210 * MM

# Error correction M, alphanumeric: some of these characters give this version.
CHARACTERS = {9: 260, 10: 300, 13: 470, 15: 590, 18: 800}
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$%*+-./:"

SCHOOL = (
    "Муниципальное бюджетное общеобразовательное учреждение «Средняя общеобразовательная школа № 17 имени "
    "Ю.\u00a0А.\u00a0Гагарина с углублённым изучением отдельных предметов»"
)
SUBJECTS = (
    *("Русский язык", "Литература", "Родной язык (татарский)", "Родная литература (татарская)"),
    *("Иностранный язык (английский)", "Второй иностранный язык (немецкий)"),
    *("Алгебра и начала математического анализа", "Геометрия", "Вероятность и статистика", "Информатика"),
    *("История", "Обществознание", "География", "Физика", "Химия", "Биология", "Астрономия"),
    *("Физическая культура", "Основы безопасности и защиты Родины", "Индивидуальный проект"),
    *("Экономика", "Право"),
)


def code(version: int, seed: int = 1) -> dict[str, object]:
    length = CHARACTERS[version]
    text = "QC1:" + "".join(random.Random(seed).choices(ALPHABET, k=length - 4))
    made = segno.make(text, error="m", micro=False, boost_error=False)
    assert made.version == version
    return {"symbol": tuple(map(tuple, made.matrix)), "attachment": text}


def attestat(subjects: int, **changes: object) -> Sheet:
    rows = tuple(
        (name, "4 (хорошо)" if at % 4 else "5 (отлично)") for at, name in enumerate(SUBJECTS[:subjects])
    )
    sheet = Sheet(
        language="ru",
        heading="РОССИЙСКАЯ ФЕДЕРАЦИЯ",
        title="Аттестат о среднем общем образовании",
        number="01724260012345",
        holder="Константинопольская Александра Владимировна",
        issued="25 июня 2026 года",
        school="МБОУ «Гимназия № 5»",
        place="Щёлково",
        before=("Настоящий аттестат свидетельствует о том, что",),
        after=("в 2026 году освоила образовательную программу в организации", "МБОУ «Гимназия № 5», Щёлково"),
        person=(("Дата рождения", "14 февраля 2008 года"),),
        tables=(Table("Наименование учебных предметов", ("Итоговая отметка",), rows),),
        post="Директор",
        head="Ю.\u00a0Э.\u00a0Цыганков",
        key="7F3A-91C2",
        **code(10),
    )
    return replace(sheet, **changes)


def long_attestat() -> Sheet:
    courses = Table(
        "Дополнительные сведения", (), (("Черчение",), ("Основы финансовой грамотности",), ("Шахматы",))
    )
    sheet = attestat(22, title="Аттестат о среднем общем образовании с отличием", school=SCHOOL)
    return replace(sheet, after=(f"{SCHOOL}, Щёлково",), tables=(*sheet.tables, courses))


def gcse() -> Sheet:
    names = ("English Language", "Mathematics", "Biology", "Food Preparation and Nutrition", "French")
    boards = ("AQA", "OCR", "AQA", "AQA", "Cambridge International")
    rows = tuple((name, "8", board) for name, board in zip(names, boards, strict=True))
    return Sheet(
        language="en",
        title="General Certificate of Secondary Education: statement of results",
        number="GB-2026-000417",
        holder="Seán Patrick O’Connor",
        issued="20 August 2026",
        school="St Mary’s Academy",
        place="Newcastle upon Tyne",
        before=("This is to certify that",),
        after=("born 3 March 2010, candidate 0417 at centre 39120, obtained the results below",),
        facts=(("Spoken language endorsement", "Distinction"),),
        tables=(Table("Results", ("Grade", "Awarding body"), rows),),
        post="Headteacher",
        head="Dr M. Whitfield",
        seal=False,
        palette=PETROL,
        **code(9),
    )


def diploma() -> Sheet:
    rows = (
        ("History", "HL", "6"),
        ("Mathematics: analysis and approaches", "HL", "7"),
        ("Visual arts", "SL", "6"),
    )
    return Sheet(
        language="en",
        title="International Baccalaureate Diploma",
        number="IB-004512",
        holder="María-José Fernández de la Vega",
        issued="5 July 2026",
        school="International School of Geneva",
        person=(("Date of birth", "11 November 2007"),),
        facts=(
            ("Examination session", "May 2026"),
            ("Theory of knowledge", "A"),
            ("Extended essay", "B"),
            ("Extended essay in", "History"),
            ("Total points", "42"),
        ),
        tables=(Table("Subjects", ("Level", "Grade"), rows),),
        palette=PLUM,
        **code(9, 2),
    )


def abitur() -> Sheet:
    courses = (
        "Deutsch",
        "Englisch",
        "Mathematik",
        "Sozialwissenschaften",
        "Evangelische Religionslehre",
        "Sport",
    )
    exams = (
        ("Deutsch", "1", "13", ""),
        ("Mathematik", "3", "15", ""),
        ("Besondere Lernleistung", "5", "", "12"),
    )
    return Sheet(
        language="de",
        title="Zeugnis der Allgemeinen Hochschulreife",
        number="2026-0117",
        holder="Anna-Lena Müller-Łukasiewicz",
        issued="12. Juni 2026",
        school="Johann-Wolfgang-von-Goethe-Gymnasium",
        place="Frankfurt am Main",
        after=("geboren am 7. Mai 2008, hat sich der Abiturprüfung unterzogen",),
        facts=(
            ("Durchschnittsnote", "1,3"),
            ("Bemerkungen", "Die Schülerin hat an der Schülervertretung mitgewirkt und Preise errungen."),
        ),
        tables=(
            Table(
                "Halbjahre",
                ("Kurs", "Q1", "Q2", "Q3", "Q4"),
                tuple((name, "GK", "12", "11", "13", "—") for name in courses * 2),
            ),
            Table("Abiturprüfung", ("Prüfungsfach", "schriftlich", "mündlich"), exams),
            Table("Fremdsprachen", ("Niveau nach GER",), (("Englisch", "B2/C1"), ("Latein", "A2"))),
            Table("Nachgewiesen", (), (("Großes Latinum",),)),
        ),
        post="Oberstudiendirektorin",
        head="Dr. K. Schönfeld-Rosenkranz",
        key="0C77-E4B1",
        palette=PINE,
        **code(13),
    )


def participation() -> Sheet:
    return Sheet(
        language="ru",
        title="Сертификат участника",
        number="2026-44",
        holder="Салтыков-Щедрин Михаил",
        issued="14 апреля 2026 года",
        school="Дом научной коллаборации",
        facts=(("Мероприятие", "XII Открытая олимпиада школьников по физике"),),
        palette=GARNET,
        **code(9, 3),
    )


def wide_and_narrow() -> Sheet:
    sheet = abitur()
    first, *others = sheet.tables
    rows = tuple((name, "GK (Grundkurs)", *marks) for name, _, *marks in first.rows)
    return replace(
        sheet,
        person=(("geboren", "am 7. Mai 2008 in der Universitätsklinik von Neustadt an der Weinstraße"),),
        tables=(replace(first, rows=rows), *others),
    )


SHEETS = {
    "attestat, 22 subjects and courses": long_attestat(),
    "attestat, 14 subjects": attestat(14),
    "gcse": gcse(),
    "ib": diploma(),
    "abitur": abitur(),
    "wide and narrow tables": wide_and_narrow(),
    "participation": participation(),
    "densest code": attestat(9, **code(15)),
    "duplicate and test": attestat(12, duplicate=True, test=True),
}


@pytest.fixture(scope="module")
def drawn() -> dict[str, bytes]:
    return {name: draw([sheet], day=DAY) for name, sheet in SHEETS.items()}


@contextmanager
def opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(pdf)
    yield document
    document.close()


def pictures(pdf: bytes, *, dpi: float, square: bool = False) -> list[np.ndarray]:
    """Return every page as an array of grey, or only the square of its code."""
    left, top, right, bottom = code_box()
    crop = (left, HEIGHT - bottom, WIDTH - right, top) if square else (0, 0, 0, 0)
    with opened(pdf) as document:
        rendered = [page.render(scale=dpi / 72, crop=crop, grayscale=True) for page in document]
        return [bitmap.to_numpy().squeeze().copy() for bitmap in rendered]


def page_text(pdf: bytes) -> str:
    with opened(pdf) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    return " ".join(" ".join(texts).split())


def attachments(pdf: bytes) -> dict[str, str]:
    with opened(pdf) as document:
        files = [document.get_attachment(at) for at in range(document.count_attachments())]
        return {file.get_name(): bytes(file.get_data()).decode() for file in files}


@pytest.mark.parametrize("name", SHEETS)
def test_one_a4_page_with_all_ink_8_mm_from_the_edge(drawn: dict[str, bytes], name: str) -> None:
    with opened(drawn[name]) as document:
        assert [[round(side / MM) for side in page.get_size()] for page in document] == [[210, 297]]
    (shown,) = pictures(drawn[name], dpi=100)
    edge = int(8 * 100 / 25.4)
    inside = shown[edge:-edge, edge:-edge]
    assert inside.min() < 50
    blank = shown.copy()
    blank[edge:-edge, edge:-edge] = 255
    assert blank.min() == 255


@pytest.mark.parametrize("name", SHEETS)
def test_the_code_reads_at_150_dpi_from_its_box_alone(drawn: dict[str, bytes], name: str) -> None:
    (shown,) = pictures(drawn[name], dpi=150, square=True)
    (found,) = zxingcpp.read_barcodes(shown)
    assert found.text == SHEETS[name].attachment


@pytest.mark.parametrize("name", SHEETS)
def test_modules_are_wide_and_the_quiet_zone_is_white(drawn: dict[str, bytes], name: str) -> None:
    dpi = 600
    (shown,) = pictures(drawn[name], dpi=dpi, square=True)
    margin = dpi // 60  # the thin gold edge of the square and its round corners
    inner = shown[margin:-margin, margin:-margin]
    dark = np.argwhere(inner < 128)
    (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0) + 1
    count = len(SHEETS[name].symbol or ())
    module = (right - left) / count
    assert module / dpi * 25.4 >= 0.6
    assert abs(module - round(module)) < 0.05, "a module is a whole number of dots at 600 dpi"
    assert abs((bottom - top) - (right - left)) <= 1
    # The pixels on the rim of the code itself are grey.
    inner[top - 1 : bottom + 1, left - 1 : right + 1] = 255
    quiet = int(4 * module)
    reach = inner[max(0, top - quiet) : bottom + quiet, max(0, left - quiet) : right + quiet]
    assert min(reach.shape) >= right - left + 2 * (quiet - margin)
    assert reach.min() == 255


def test_a_code_of_version_18_is_the_largest() -> None:
    sheet = attestat(9, **code(18))
    (shown,) = pictures(draw([sheet], day=DAY), dpi=150, square=True)
    assert zxingcpp.read_barcodes(shown)[0].text == sheet.attachment
    assert "a code of 93 modules a side is too dense" in refusal(attestat(9, symbol=((1,) * 93,) * 93))


def test_the_code_keeps_clear_of_the_folds() -> None:
    left, top, right, bottom = code_box()
    for fold in (99 * MM, 148.5 * MM, 198 * MM):
        assert not top < fold < bottom
    assert not left < 105 * MM < right


@pytest.mark.parametrize("name", SHEETS)
def test_copied_text_is_what_was_given(drawn: dict[str, bytes], name: str) -> None:
    sheet = SHEETS[name]
    copied = page_text(drawn[name]).replace("\u00a0", " ")
    given = [sheet.holder, sheet.number, sheet.issued, sheet.school, *sheet.before, *sheet.after]
    given += [text for fact in sheet.person + sheet.facts for text in fact]
    given += [cell for table in sheet.tables for row in table.rows for cell in row]
    # In a table a name may go on below, after the mark beside it: then its words are looked for one by one.
    for text in given:
        plain = text.replace("\u00a0", " ")
        assert plain in copied or all(word in copied for word in plain.split(" ")), plain
    for part in headline(sheet.title)[:2]:
        assert part is None or part in copied
    assert words(sheet.language).check.replace("\u00a0", " ") in copied


def test_pdf_a_with_language_dates_bookmark_and_tags(drawn: dict[str, bytes]) -> None:
    with pikepdf.open(io.BytesIO(drawn["abitur"])) as pdf:
        with pdf.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
            assert metadata["pdfaid:conformance"] == "A"
            assert metadata["xmp:CreateDate"].startswith("2026-06-25")
            assert metadata["dc:title"] == "Zeugnis der Allgemeinen Hochschulreife Nr.\u00a02026-0117"
        assert str(pdf.Root.Lang) == "de"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Outlines.First.Title) == "Anna-Lena Müller-Łukasiewicz"


def test_the_text_of_the_code_is_attached(drawn: dict[str, bytes]) -> None:
    for name, sheet in SHEETS.items():
        assert attachments(drawn[name]) == {f"certificate-{sheet.number}.qc1.txt": sheet.attachment}
    with pikepdf.open(io.BytesIO(drawn["gcse"])) as pdf:
        (entry,) = pdf.Root.AF
        assert entry.AFRelationship == "/Data"


def test_attachments_have_different_and_safe_names() -> None:
    numbers = ("К/2026 №\u00a01", "k-1", "K-1", "../..")
    pdf = draw([attestat(9, number=number) for number in numbers], day=DAY)
    assert set(attachments(pdf)) == {
        "certificate-k-1.qc1.txt",
        "certificate-K-1-2.qc1.txt",
        "certificate-0.qc1.txt",
        "certificate-К-2026-1.qc1.txt",
    }


def test_equal_input_gives_equal_bytes(drawn: dict[str, bytes]) -> None:
    assert draw([SHEETS["gcse"]], day=DAY) == drawn["gcse"]
    assert draw([SHEETS["gcse"]], day=date(2026, 6, 26)) != drawn["gcse"]


def test_a_class_is_one_document_in_order_that_shares_its_ornaments(drawn: dict[str, bytes]) -> None:
    sheets = [attestat(14, number=f"{at:014}", **code(10, at)) for at in range(12)]
    pdf = draw(sheets, day=DAY)
    found = [zxingcpp.read_barcodes(shown)[0].text for shown in pictures(pdf, dpi=150, square=True)]
    assert found == [sheet.attachment for sheet in sheets]
    alone = len(drawn["attestat, 14 subjects"])
    assert alone < 150_000
    assert len(pdf) < alone + 11 * 40_000


def test_a_draft_has_no_code_no_attachment_and_no_ornaments() -> None:
    pdf = draw([attestat(14, draft=True, symbol=None, attachment=None, duplicate=True)], day=DAY)
    assert attachments(pdf) == {}
    assert "ПРОЕКТ" in page_text(pdf)
    assert "ДУБЛИКАТ" in page_text(pdf)
    (shown,) = pictures(pdf, dpi=150)
    assert zxingcpp.read_barcodes(shown) == []
    band = shown[int(12 / 25.4 * 150) : int(17 / 25.4 * 150), 300:900]
    assert band.min() == 255


def test_marks_are_printed(drawn: dict[str, bytes]) -> None:
    copied = page_text(drawn["duplicate and test"])
    assert "ДУБЛИКАТ" in copied
    assert copied.count("ОБРАЗЕЦ · TEST") == 2
    assert "ДУБЛИКАТ" not in page_text(drawn["attestat, 14 subjects"])


@pytest.mark.parametrize(
    "text",
    [
        "#panic(1)",
        "*bold* _italic_ `raw` $x^2$",
        "<script>alert('1')</script>",
        "\\ #{ @label // comment /* = Heading",
        '"; panic(); "',
        "~ -- --- ... 'quoted' \"twice\"",
    ],
)
def test_text_is_never_markup(text: str) -> None:
    sheet = attestat(
        9, holder=text, facts=((text, text),), school=text, head=text, post=text, number=text, heading=text
    )
    table = Table(text, (text,), ((text, text),))
    copied = page_text(
        draw([replace(sheet, tables=(table, replace(table, headings=(), rows=((text,),))))], day=DAY)
    )
    assert copied.count(text) >= 8


def test_unknown_characters_are_named() -> None:
    with pytest.raises(Refused, match=r"'IB-004512'.*'م' \(U\+0645\).* of the holder"):
        draw([replace(diploma(), holder="محمد")], day=DAY)
    rows = (("Chinese A: literature (中文)", "HL", "7"),)
    with pytest.raises(Refused, match=r"'中' \(U\+4E2D\), '文' \(U\+6587\) of the table 'Subjects'"):
        draw([replace(diploma(), tables=(Table("Subjects", ("Level", "Grade"), rows),))], day=DAY)
    for invisible in ("\n", "\u200b", "\u202e", "\u0301", "\u00ad"):
        with pytest.raises(Refused, match=f"U\\+{ord(invisible):04X}"):
            draw([attestat(9, holder=f"А{invisible}Б")], day=DAY)


def test_letters_of_many_languages_are_shown() -> None:
    for text in (
        "ӘәӨөҮүҖҗҢңҺһҘҙҪҫҠҡҒғӐӑӖӗӲӳҔҕҤҥӀӏӜӝӞӟӤӥӴӵӦӧӒӓӸӹӰӱӇӈӃӄІіҚқҰұЇїЄєҐґЎўӢӣӮӯҶҷҲҳЋћЂђЈјЉљЊњЏџ",
        "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿŒœŠšŽžŸŁłĄąĆćĘęŃńŐőŰűȘșȚțĞğİıŞş",
        "Nguyễn Thị Hương Ŵyn Əliyev Γεώργιος Ẹniọlá ċġħ",
        "«»№–—’…„“”‘€ªº·",
    ):
        assert set(text) <= known()
    name = "Nguyễn Thị Hương Ŵyn Əliyev"
    assert name in page_text(draw([replace(abitur(), holder=name)], day=DAY))


def refusal(sheet: Sheet) -> str:
    with pytest.raises(Refused) as caught:
        draw([attestat(9), sheet], day=DAY)
    return str(caught.value)


def test_what_does_not_fit_is_refused_with_its_name() -> None:
    rows = tuple((f"Предмет {at}", "5 (отлично)") for at in range(120))
    long = refusal(attestat(9, number="7", tables=(Table("Предметы", ("Отметка",), rows),)))
    assert long.startswith("sheet '7' is ")
    assert "too long for one page; its longest part is the table 'Предметы'" in long
    columns = Table("Предметы", ("Колонка",) * 14, (("Слово",) + ("123456",) * 14,))
    assert "the table 'Предметы' with 15 columns is too wide" in refusal(attestat(9, tables=(columns,)))
    assert "of the holder is too wide" in refusal(attestat(9, holder="Ы" * 90))
    assert "mm too long" in refusal(attestat(9, school="Очень длинное имя школы " * 30))
    assert "of the post is too wide" in refusal(attestat(9, post="Ы" * 60))
    assert "not a square" in refusal(attestat(9, symbol=((1, 0), (1,))))


def test_up_to_60_rows_fit() -> None:
    rows = tuple((f"Предмет номер {at}", "5 (отлично)") for at in range(60))
    copied = page_text(draw([attestat(9, tables=(Table("Предметы", ("Отметка",), rows),))], day=DAY))
    assert "Предмет номер 59 5 (отлично)" in copied


def test_sheets_that_contradict_themselves_are_refused() -> None:
    assert "a draft has no code" in refusal(attestat(9, draft=True))
    assert "a draft has no code" in refusal(attestat(9, symbol=None))
    assert "has no holder" in refusal(attestat(9, holder=" "))
    assert "has no row" in refusal(attestat(9, tables=(Table("П", ("О",), ()),)))
    assert "not as long as its head" in refusal(attestat(9, tables=(Table("П", ("О",), (("a",),)),)))
    with pytest.raises(Refused, match="no sheet"):
        draw([], day=DAY)
    with pytest.raises(Refused, match="no page 'banner'"):
        draw([attestat(9)], day=DAY, page="banner")
    with pytest.raises(Refused, match="not written #rrggbb"):
        Palette(ink="red", title="#000000", gold="#000000")


def test_a_language_that_typst_does_not_know_is_refused() -> None:
    assert "the page could not be set" in refusal(attestat(9, language="Russian"))


def test_without_typst_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _fonts.cache_clear()
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingExtra) as caught:
        draw([attestat(9)], day=DAY)
    assert caught.value.hint == 'pip install "qrcert[issue]"'


def test_a_warning_of_the_template_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "certificate.typ").write_text('#set text(font: "No Such Font")\n#set document(title: "x")\nx')
    monkeypatch.setattr("qrcert.page.press._TEMPLATES", tmp_path)
    with pytest.raises(Refused, match="no such font"):
        draw([attestat(9)], day=DAY)


PROBE = """
#let probe(items, sheet, c) = for item in items {
  if item.do == "halves" {
    for items in item.columns { probe(items, sheet, c) }
  } else if item.do != "gap" {
    context [#metadata((item.do, item.high, measure(column((item,), sheet, c), width: 158mm).height.pt())) <probe>]
  }
}
#for sheet in input.sheets {
  set text(font: serif, fallback: false, hyphenate: false, top-edge: 0.7em, lang: sheet.lang)
  probe(sheet.body + sheet.foot, sheet, colours(sheet))
}
"""


def test_the_galley_and_typst_agree_on_every_height(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: dict[str, str] = {}

    def keep(page: str, data: object) -> bytes:
        seen["data"] = json.dumps(data)
        return b""

    monkeypatch.setattr("qrcert.page.press._print", keep)
    draw([replace(sheet, number="1") for sheet in SHEETS.values()], day=DAY)
    shutil.copytree(FOLDER.parent, tmp_path, dirs_exist_ok=True)
    template = (tmp_path / "certificate.typ").read_text(encoding="utf-8")
    (tmp_path / "probe.typ").write_text(template + PROBE, encoding="utf-8")
    compiler = typst.Compiler(tmp_path / "probe.typ", font_paths=_fonts(), sys_inputs=seen)
    probes = [tuple(entry) for entry in json.loads(compiler.query("<probe>", field="value"))]
    assert {kind for kind, _, _ in probes} >= {
        "line",
        "pairs",
        "grid",
        "fact",
        "table",
        "list",
        "sign",
        "emblem",
    }
    for kind, planned, found in probes:
        # Kerning may save a line that was planned, never need one more.
        assert found <= planned + 0.1, kind
        assert found > planned - 16, kind


def test_titles_are_split_where_a_document_is_named() -> None:
    assert headline("Аттестат о среднем общем образовании") == (
        "АТТЕСТАТ",
        "о среднем общем образовании",
        True,
    )
    assert headline("Сертификат участника") == ("СЕРТИФИКАТ", "участника", True)
    assert headline("Zeugnis der Allgemeinen Hochschulreife")[0] == "ZEUGNIS"
    assert headline("Diplom") == ("Diplom", None, False)
    assert headline("School leaving certificate") == ("School leaving certificate", None, False)
    title = "General Certificate of Secondary Education: statement of results"
    assert headline(title) == ("General Certificate of Secondary Education", "statement of results", False)


def test_every_language_says_everything_in_its_own_words() -> None:
    for one, other in combinations(_LANGUAGES.values(), 2):
        assert one.check != other.check
    for own in _LANGUAGES.values():
        assert "qrcert" in own.check
        assert "TEST" in own.test
        assert all(getattr(own, field) for field in own.__dataclass_fields__)
        assert set("".join(getattr(own, field) for field in own.__dataclass_fields__)) <= known()
    assert words("es") == words("en")


def test_every_palette_prints() -> None:
    sheets = [attestat(9, palette=palette) for palette in PALETTES.values()]
    shades = {shown.mean() for shown in pictures(draw(sheets, day=DAY), dpi=20)}
    assert len(shades) == len(PALETTES)
