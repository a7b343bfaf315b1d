"""Sources, words, reports: what a file is taken for, what is said of it, and that nothing hostile gets through."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pikepdf
import pytest

import school
import worlds
from qrcert import cbor, checking, text
from qrcert.checking import words
from qrcert.checking.report import list_as_data
from qrcert.decode import EXIT_STATUS
from qrcert.errors import UnknownFile, Unreadable
from qrcert.form import shipped_forms
from qrcert.form.alphabet import Alphabet
from qrcert.symbol import Symbol
from qrcert.trust import School, TrustList
from test_decode import claims, resigned

NOW = datetime.combine(school.NOW, time(12)).astimezone()


def request(*lists: TrustList, **more: Any) -> checking.Request:
    return checking.Request(lists or (school.trust(),), NOW, **more)


def said(findings: list[checking.Finding], language: str = "en") -> list[str]:
    asked = request()
    return [line for one in findings for line in checking.as_lines(one, asked, language)]


# --- the sentences of format.md section 5, word for word


COMPARE = (
    "Compare the name with an identity document, and the paper with this screen: where they differ, the screen is "
    "right.",
    "Сверьте имя с документом, а бумагу с экраном: где они расходятся, верен экран.",
)
UNKNOWN = (
    "Cannot tell. The key is not in your list (Test authority, 24 October 2026). Anyone can make such a code: "
    "accept it only when a newer list knows the school. Newer list: https://lists.example.",
    "Проверить нельзя. Ключа нет в вашем списке (Test authority, 24 октября 2026 года). Такой код может сделать "
    "любой: принимайте, только если школа есть в новом списке: https://lists.example.",
)
SENTENCES = {
    "genuine": (
        "Genuine. Signed by School No. 7. Not withdrawn as of 24 October 2026.",
        "Подлинный. Подписан: School No. 7. По списку от 24 октября 2026 года не отозван.",
    ),
    "genuine-own": (
        "Genuine. Signed by School No. 7. Not withdrawn as of 24 October 2026. This is according to the school "
        "itself.",
        "Подлинный. Подписан: School No. 7. По списку от 24 октября 2026 года не отозван. Так говорит о себе сама "
        "школа.",
    ),
    "genuine-old-list": (
        "Genuine. Your list is of 26 July 2026, 120 days old: a later withdrawal would not show. Newer list: "
        "https://lists.example.",
        "Подлинный. Ваш список от 26 июля 2026 года (120 дн.): более поздний отзыв в нём не виден. Новый список: "
        "https://lists.example.",
    ),
    "replaced-right": (
        "Genuine, and a newer copy was issued on 18 November 2026. What it says was right. Ask for the newer copy.",
        "Подлинный; 18 ноября 2026 года выдан новый экземпляр. Сведения верны. Попросите новый экземпляр.",
    ),
    "replaced-wrong": (
        "Issued by School No. 7; corrected on 18 November 2026. Do not rely on this copy; ask for the newer one.",
        "Выдан: School No. 7; исправлен 18 ноября 2026 года. Этому экземпляру не следуйте, попросите новый.",
    ),
    "expired": (
        "Genuine. By its own words it was valid until 22 November 2026.",
        "Подлинный. По собственному тексту действовал до 22 ноября 2026 года.",
    ),
    "withdrawn": (
        "Issued by School No. 7 and withdrawn on 18 November 2026. It no longer counts.",
        "Выдан: School No. 7; отозван 18 ноября 2026 года. Недействителен.",
    ),
    "key-window": (
        "Signed with School No. 7's key but dated 25 June 2026, when the key was not in use. Often a typing error: "
        "ask School No. 7.",
        "Подписан ключом школы, но датирован 25 июня 2026 года, когда ключ не действовал. Часто это опечатка: "
        "спросите школу.",
    ),
    "key-stolen": (
        "The school's key was stolen; this paper is not among those known to be issued before. The code alone "
        "cannot tell: School No. 7 can look in its register.",
        "Ключ школы похищен; этой бумаги нет среди выданных ранее. По коду решить нельзя: школа сверит по книге.",
    ),
    "key-unproven": (
        "Signatures of this kind are no longer enough alone, and no proof of the season came with this one. Ask "
        "School No. 7 for a copy with its proof.",
        "Одной такой подписи уже недостаточно, а доказательства сезона при ней нет. Попросите в школе экземпляр с "
        "доказательством.",
    ),
    "key-rights": (
        "School No. 7 may not issue this kind of certificate.",
        "School No. 7 не вправе выдавать такой документ.",
    ),
    "altered": (
        "Does not fit its signature; perhaps damaged in copying. Scan the code itself.",
        "Не сходится с подписью; возможно, повреждён при копировании. Отсканируйте сам код.",
    ),
    "unknown-school": UNKNOWN,
    "unknown-form": (
        "Signed by School No. 7: No. 7724000123456 of 25 June 2026. Your list does not know this kind of document, "
        "so its contents cannot be shown. Newer list: https://lists.example.",
        "Подписан: School No. 7, № 7724000123456 от 25 июня 2026 года. Вид документа вашему списку неизвестен, "
        "содержание показать нельзя. Новый список: https://lists.example.",
    ),
    "check-clock": (
        "Cannot tell: this device's date and the certificate's or the list's do not fit. Check the date.",
        "Проверить нельзя: дата устройства не согласуется с датой документа или списка. Проверьте дату.",
    ),
}


def answer(folder: Path, name: str = "paper.txt") -> tuple[checking.Finding, checking.Request]:
    asked = request(TrustList.from_bytes((folder / "list.qct").read_bytes()))
    (finding,) = checking.check_file(folder / name, asked)
    return finding, asked


@pytest.mark.parametrize("world", SENTENCES)
def test_the_sentences_are_the_constants_of_the_format(world: str, tmp_path: Path) -> None:
    worlds.build(world, tmp_path)
    finding, asked = answer(tmp_path)
    for language, sentence in zip(("en", "ru"), SENTENCES[world], strict=True):
        (data,) = checking.as_data(finding, asked, language)
        assert data["sentence"] == sentence
        lines = list(checking.as_lines(finding, asked, language))
        assert f"  {sentence}" in lines
        genuine = data["verdict"] in ("genuine", "genuine_old_list", "expired") or data[
            "sentence"
        ].startswith(("Genuine", "Подлинный"))
        assert (f"  {COMPARE[language == 'ru']}" in lines) == genuine


def test_a_scanned_code_that_does_not_fit_is_no_typing_error(tmp_path: Path) -> None:
    worlds.build("altered", tmp_path)
    finding, asked = answer(tmp_path, "paper.png")
    assert checking.as_data(finding, asked, "en")[0]["sentence"] == (
        "Not what a school signed. Do not rely on it."
    )
    assert checking.as_data(finding, asked, "ru")[0]["sentence"] == (
        "Не то, что подписала школа. Не полагайтесь на него."
    )


def test_every_verdict_has_a_sentence_and_a_headline_in_both_languages() -> None:
    for code in EXIT_STATUS:
        assert [key for key in words._SENTENCES if key.split()[0] == code]
        assert words.headline(code, "en") != words.headline(code, "ru")
    assert all(re.search("[А-я]", ru) and not re.search("[А-я]", en) for en, ru in words._SENTENCES.values())


# --- what a file is taken for


def codes(findings: list[checking.Finding]) -> list[tuple[str, str]]:
    return [(one.verdict.code, one.how) for one in findings]


@pytest.mark.parametrize("encoding", ["ascii", "utf-8-sig", "utf-16"])
def test_a_text_may_come_in_several_encodings(encoding: str, tmp_path: Path) -> None:
    data = f"\r\n  {school.text()}\r\n".encode(encoding)
    assert codes(checking.check_bytes(data, request(), source="-")) == [("genuine", "typed")]
    (tmp_path / "code.dat").write_bytes(data)
    assert codes(checking.check_file(tmp_path / "code.dat", request())) == [("genuine", "typed")]


def test_every_line_of_a_text_that_is_a_code_gets_an_answer_and_the_rest_of_the_letter_none() -> None:
    letter = f"Dear all,\n{school.text()}\nand\nQC1:RRQT\nyours\nQC7:X\n"
    assert codes(checking.check_text(letter, request(), source="-")) == [
        ("genuine", "typed"),
        ("unreadable", "typed"),
        ("unsupported", "typed"),
    ]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"no code", b"QP1:ABC"])
def test_a_text_without_a_code_is_no_certificate(data: bytes) -> None:
    assert codes(checking.check_bytes(data, request(), source="-")) == [("not_qrcert", "typed")]


@pytest.mark.parametrize(
    "data", [bytes(100), b"ID3\x04\0\0", b"text\x1b[2J", b"\xff\xfe\0", b"x" * (checking.MAX_TEXT_BYTES + 1)]
)
def test_bytes_of_no_kind_are_unknown(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(UnknownFile):
        checking.check_file(tmp_path / "file", request())
    (finding,) = checking.check_bytes(data, request(), source="-")
    assert (finding.verdict.code, finding.how) == ("unreadable", "file")
    assert finding.fault is not None


def test_a_pdf_of_plain_letters_is_no_text(tmp_path: Path) -> None:
    plain = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj
trailer<</Root 1 0 R>>
QC1:RRQT
"""
    (tmp_path / "plain.pdf").write_bytes(plain)
    assert codes(checking.check_file(tmp_path / "plain.pdf", request())) == [("unreadable", "no_code")]
    assert codes(checking.check_bytes(plain, request(), source="-")) == [("unreadable", "no_code")]
    assert checking.texts_of(plain) == []


def test_a_locked_pdf_says_so_and_what_to_do(tmp_path: Path) -> None:
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(tmp_path / "a.pdf", encryption=pikepdf.Encryption(owner="b", user="a"))
    (finding,) = checking.check_file(tmp_path / "a.pdf", request())
    assert (finding.verdict.code, finding.how) == ("unreadable", "file")
    assert "password" in str(finding.fault)
    assert finding.advice
    (data,) = checking.as_data(finding, request(), "en")
    assert data["reason"] == "file"
    assert data["hint"].splitlines() == [finding.fault, finding.advice]


def test_the_pages_of_a_document_are_told(tmp_path: Path) -> None:
    from PIL import Image

    pages = []
    for code in (school.text("participation"), school.text()):
        (tmp_path / "code.png").write_bytes(Symbol(code).png(4))
        pages.append(Image.open(tmp_path / "code.png").convert("L"))
    pages[0].save(tmp_path / "two.tiff", save_all=True, append_images=pages[1:])
    found = checking.check_file(tmp_path / "two.tiff", request())
    assert [(one.page, one.verdict.number) for one in found] == [(1, "2026-117"), (2, "07724000123456")]
    assert said(found)[0].endswith("two.tiff, page 1")
    assert said(found, "ru")[0].endswith("two.tiff, страница 1")


def test_swapped_codes_are_each_genuine_and_the_screen_says_whose_they_are(tmp_path: Path) -> None:
    first, second = school.text("participation"), worlds.certificate_text(number="B-2")
    (tmp_path / "paper-of-2026-117.png").write_bytes(Symbol(second).png(4))
    (tmp_path / "paper-of-B-2.png").write_bytes(Symbol(first).png(4))
    for name, number in (("paper-of-2026-117.png", "B-2"), ("paper-of-B-2.png", "2026-117")):
        found = checking.check_file(tmp_path / name, request())
        assert [(one.verdict.code, one.verdict.number) for one in found] == [("genuine", number)]
        assert f"  {COMPARE[0]}" in said(found)
        assert f"    No.     {number}" in said(found)


def test_a_proof_beside_a_code_counts_and_is_no_code_itself(tmp_path: Path) -> None:
    worlds.build("key-unproven", tmp_path)
    finding, _ = answer(tmp_path, "with-proof.txt")
    assert finding.verdict.code == "genuine"


def test_a_text_is_checked_where_nothing_reads_pictures_and_a_picture_says_what_is_missing(
    tmp_path: Path,
) -> None:
    worlds.build("genuine", tmp_path)
    (tmp_path / "lame").mkdir()
    for library in ("cv2", "zxingcpp", "PIL", "pypdfium2", "numpy"):
        raised = f"raise ModuleNotFoundError('gone', name={library!r})"
        (tmp_path / "lame" / f"{library}.py").write_text(raised)
    script = (
        "import sys\n"
        f"sys.path[:0] = [{str(tmp_path / 'lame')!r}, {str(Path(__file__).parent)!r}]\n"
        "import school\n"
        "from datetime import datetime\n"
        "from pathlib import Path\n"
        "from qrcert import checking, errors\n"
        f"asked = checking.Request((school.trust(),), datetime.fromisoformat({NOW.isoformat()!r}))\n"
        f"print(checking.check_file(Path({str(tmp_path / 'paper.txt')!r}), asked)[0].verdict.code)\n"
        "try:\n"
        f"    checking.check_file(Path({str(tmp_path / 'paper.png')!r}), asked)\n"
        "except errors.MissingExtra as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["genuine", "this needs zxing-cpp, which is not installed"]


def test_folders_are_walked_in_order_and_links_are_not_followed(tmp_path: Path) -> None:
    worlds.build("folder-of-many", tmp_path)
    found = [path.relative_to(tmp_path).as_posix() for path in checking.files_below(tmp_path / "papers")]
    assert found == [
        "papers/a.txt",
        "papers/music.mp3",
        "papers/zeros.bin",
        "papers/b/c.png",
        "papers/b/notes.txt",
    ]
    assert list(checking.files_below(tmp_path / "nobody")) == [tmp_path / "nobody"]


def test_pipes_and_devices_are_not_waited_for(tmp_path: Path) -> None:
    if hasattr(os, "mkfifo"):  # elsewhere it is a file that is not there
        os.mkfifo(tmp_path / "pipe")
    assert list(checking.files_below(tmp_path)) == []
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        (finding,) = checking.check_file(path, request())
        assert (finding.verdict.code, finding.how) == ("unreadable", "file")
        with pytest.raises(Unreadable):
            checking.texts_of(path)


# --- hostile text


HOSTILE = {
    "rlo": "abc\u202efdp.exe",
    "escape": "\x1b[2J\x1b[1;1HGENUINE",
    "lines": "Ivan\r\n  [+] GENUINE\r\n  Genuine. Signed by School No. 1.",
    "html": '<img src=x onerror="alert(1)">&lt;',
    "formula": '=HYPERLINK("http://evil.example","click")',
    "percent": "%s%n%(school)s {school} {0} {}",
    "valid": "VALID",
    "genuine": "ПОДЛИННЫЙ. ПОДТВЕРЖДЁН",
    "zero width": "Iva\u200bnov",
    "two scripts": "C\u0430\u0444онов",
    "marks": "a" + "\u0301" * 50,
    "filler": "\u3164\u3164",
    "tags": "A\U000e0041\U000e0042",
    "nul": "a\0b",
    "long": "x" * 300,
}


def hostile_text(name: str) -> str:
    """A paper whose holder, event and number the school's own key signed, whatever they are."""
    letters = Alphabet(tomllib.loads(shipped_forms()["participation"])["letters"])
    value = letters.pack(HOSTILE[name][:100])
    return resigned(cbor.encode(claims(l1=value, l2=value, m2=HOSTILE[name][:32])))


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_certificate_says_is_escaped_and_never_on_the_line_of_the_sentence(
    name: str, language: str
) -> None:
    found = checking.check_text(hostile_text(name), request(), source="-")
    assert codes(found) == [("genuine", "typed")]
    lines = said(found, language)
    assert len(lines) == 12
    assert lines[1] == f"  [+] {words.headline('genuine', language)}"
    assert lines[2] == f"  {SENTENCES['genuine'][language == 'ru']}"
    for line in lines:
        assert not text.faults(line)
        assert line.isprintable()
    (data,) = checking.as_data(found[0], request(), language)
    assert data["sentence"] == SENTENCES["genuine"][language == "ru"]
    assert data["fields"][0]["value"] == HOSTILE[name][:100]  # data is data


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_number_is_escaped_where_it_stands_alone(name: str) -> None:
    value = HOSTILE[name][:32]
    code = resigned(cbor.encode(claims(m2=value)))
    only = school.form().hash
    trust = school.publish(school.contents(rights={1: frozenset((only,))}))
    for language in ("en", "ru"):
        (finding,) = checking.check_text(code, request(trust), source="-")
        lines = list(checking.as_lines(finding, request(trust), language))
        assert finding.verdict.reason == "rights"
        assert all(line.isprintable() and not text.faults(line) for line in lines)
        assert len(lines) == 5


@pytest.mark.parametrize("name", ["rlo", "escape", "html", "formula", "percent"])
def test_what_a_foreign_code_and_a_file_name_say_is_escaped(name: str) -> None:
    code = HOSTILE[name]
    finding = checking.Finding(
        code, None, checking.check_text("x", request(), source="")[0].verdict, foreign=code
    )
    lines = said([finding])
    assert len(lines) == 4
    assert all(line.isprintable() for line in lines)


def test_a_hostile_school_stays_on_its_line() -> None:
    evil = School(7, ((school.TODAY - 3000, "VALID\n\x1b[2J{0}%s\u202e"),), "Moscow")
    contents = school.contents(
        schools=(evil,),
        keys=tuple(
            type(one)(one.key, evil, one.start, one.end, one.rights) for one in school.contents().keys
        ),
    )
    trust = school.publish(contents)
    (finding,) = checking.check_text(school.text("participation"), request(trust), source="-")
    lines = list(checking.as_lines(finding, request(trust), "en"))
    assert all(line.isprintable() for line in lines)
    assert len(lines) == 12


def test_what_is_not_to_be_trusted_is_null() -> None:
    for code, verdict in (
        ("QC1:RRQT", "unreadable"),
        ("x", "not_qrcert"),
        (worlds.tampered(school.text()), "altered"),
    ):
        (finding,) = checking.check_text(code, request(), source="-")
        (data,) = checking.as_data(finding, request(), "en")
        assert data["verdict"] == verdict
        known = ("source", "verdict", "test", "sentence", "list", "differences", "warnings")
        assert [name for name, value in data.items() if value is not None and name not in known] == []


def test_the_age_of_a_list_is_counted_from_the_day_in_question() -> None:
    assert list_as_data(school.trust(), school.TODAY)["age_days"] == 30
    assert list_as_data(school.trust(), school.TODAY - 40)["age_days"] == -10


# --- taking a code apart


def test_every_layer_is_labelled_unverified() -> None:
    lines = list(checking.layers(f" {school.text()}\n"))
    assert all(line.startswith("UNVERIFIED  ") for line in lines)
    found = {line[12:].split(":")[0]: line[26:] for line in lines}
    assert found["algorithm"] == "-19, Ed25519"
    assert found["kid"] == school.KEY.kid.hex()
    assert found["form"] == f"h'{school.form().hash.hex()}'"
    assert found["issued"] == "20629, 2026-06-25"
    assert found["number"] == "7724000123456"


@pytest.mark.parametrize(
    ("code", "end"),
    [
        ("hello", "version:      none: not a code of this kind"),
        ("QC2:ABC", "version:      2"),
        ("QC1:K", "stops here"),
        ("QC1:RRQT", "stops here"),
        (resigned(b"\xff"), "stops here"),
        (resigned(cbor.encode([1])), "the payload is not a map"),
        (resigned(cbor.encode({-1: 10**9, 1: {2: (b"x", "y\x1b\n")}, "t\n": 1})), "label 't\\n'"),
    ],
)
def test_taking_apart_stops_where_nothing_can_be_read(code: str, end: str) -> None:
    lines = list(checking.layers(code))
    assert all(line.startswith("UNVERIFIED  ") and line.isprintable() for line in lines)
    assert end in "\n".join(lines[-2:])


def test_mutated_codes_are_taken_apart_without_an_error() -> None:
    whole = school.text("participation")
    for place in range(0, len(whole), 3):
        for line in checking.layers(f"{whole[:place]}:{whole[place + 1 :]}"):
            assert line.isprintable()
