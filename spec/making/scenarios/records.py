"""Four records that two implementations packed and signed alike before this one was written."""

from __future__ import annotations

from collections.abc import Iterator

from making.octets import bits, day
from making.papers import TEST, Paper, claims, issue
from making.scenario import Scenario, answer, row, shown, shown_field
from making.world import ATTESTAT, COURSE, DIPLOMA, RECORD_1, RECORD_2

ORIGIN = "packed and signed by two implementations written apart, byte for byte the same"

_PART_1 = [
    shown_field("family", "Фамилия", "Ыйыкова"),
    shown_field("given", "Имя", "Айыына"),
    shown_field("patronymic", "Отчество", "Дьулустановна"),
    shown_field("finished", "Год окончания", 2026),
]
_SUBJECTS = (
    "Русский язык",
    "Литература",
    "Родной язык (татарский)",
    "Иностранный язык (английский)",
    "Второй иностранный язык (немецкий)",
    "Математика",
    "Геометрия",
    "Информатика",
    "История",
    "Обществознание",
    "География",
    "Физика",
    "Химия",
    "Биология",
    "Физическая культура",
    "Основы безопасности и защиты Родины",
)


def scenarios() -> Iterator[Scenario]:
    yield _record(
        "attestat",
        "record 1: a Russian school-leaving certificate, the worked example",
        attestat(),
        _attestat_shown(),
    )
    title = "Аттестат о среднем общем образовании"
    part_1 = shown(number="00000000000007", title=title, part=1, fields=_PART_1, test=True)
    yield _record(
        "attestat-title-page",
        "record 2: a title page under a test key",
        title_page(),
        part_1,
        lists=("pilot",),
    )
    yield _record(
        "attestat-title-page-not-a-test",
        "record 2 where its key is no test key: over the test aad nothing holds",
        title_page(),
        answer("altered"),
    )
    yield _record(
        "attestat-under-a-test-key",
        "record 1 where its key is a test key",
        attestat(),
        answer("altered"),
        lists=("pilot",),
    )
    yield _record(
        "diploma", "record 3: a diploma with a free row and two columns", _diploma(), _diploma_shown()
    )
    yield _record(
        "course",
        "record 4: texts that the form's letters do not have",
        _course(),
        _course_shown(),
        now="2027-02-01",
    )
    yield _record("course-too-early", "... read before it was signed", _course(), answer("check_clock"))


def _record(
    name: str,
    title: str,
    paper: Paper,
    expected: dict[str, object],
    *,
    now: str = "2026-12-01",
    lists: tuple[str, ...] = ("main",),
) -> Scenario:
    return Scenario(
        path=f"record/{name}",
        title=title,
        origin=ORIGIN,
        input=paper.text,
        now=now,
        lists=lists,
        expected=expected,
    )


def _known(paper: Paper, digest: str) -> Paper:
    """Return the certificate, sure that it is the one that others made."""
    assert paper.digest == bytes.fromhex(digest), paper.data.hex()
    return paper


def attestat() -> Paper:
    """Return record 1: one code with both parts."""
    present = "".join(
        "1" if place in (0, 1, 2, 5, 6, 7, 10, 12, 13, 17, 20, 21, 23, 24, 27, 28, 30) else "0"
        for place in range(40)
    )
    excellent, passed = "00", "11"
    tatar, english, german = "000001", "0000", "0001"
    rows = [
        excellent,
        excellent,
        tatar + excellent,
        english + excellent,
        german + excellent,
        *[excellent] * 11,
        passed,
    ]
    payload = claims(
        ATTESTAT.hash,
        6624000123456,
        f1=bytes.fromhex("8aaeadb1b2a0adb2a8adaeafaeabbcb1aaa0bf"),
        f2=bytes.fromhex("80aba5aab1a0ada4b0a0"),
        f3=bytes.fromhex("82aba0a4a8aca8b0aea2ada0"),
        f4=day("2008-05-17"),
        f5=2026,
        f6=0,
        f7=[
            bits(present + "".join(rows) + excellent),
            bytes.fromhex("81a0b8aaa8b0b1aaa0bf20aab3abbcb2b3b0a0"),
        ],
        f8=[b"", bytes.fromhex("8eb1adaea2bb20b0aea1aeb2aeb2a5b5ada8aaa8")],
    )
    return _known(
        issue(RECORD_1, payload), "19b8dc820d566a40bc2423b1396ed73af3d0320bc0ef361372b1ccf309061507"
    )


def _attestat_shown() -> dict[str, object]:
    fields = [
        shown_field("family", "Фамилия", "Константинопольская"),
        shown_field("given", "Имя", "Александра"),
        shown_field("patronymic", "Отчество", "Владимировна"),
        shown_field("born", "Дата рождения", "2008-05-17"),
        shown_field("finished", "Год окончания", 2026),
        shown_field("honours", "Отличие", "с отличием"),
    ]
    marks = [row("marks", subject, "5") for subject in _SUBJECTS]
    marks.append(row("marks", "Индивидуальный проект", "зачтено"))
    marks.append(row("marks", "Башкирская культура", "5"))
    marks.append(row("courses", "Основы робототехники"))
    title = "Аттестат о среднем общем образовании с отличием"
    return shown(number="06624000123456", title=title, fields=fields, marks=marks)


def title_page() -> Paper:
    """Return record 2: the code of the first part, over the test aad."""
    payload = claims(
        ATTESTAT.hash,
        7,
        part=1,
        f1=bytes.fromhex("9ba9bbaaaea2a0"),
        f2=bytes.fromhex("80a9bbbbada0"),
        f3=bytes.fromhex("84bcb3abb3b1b2a0adaea2ada0"),
        f5=2026,
    )
    return _known(
        issue(RECORD_1, payload, aad=TEST), "0179bec5907012a51f1b0c9c4f258941a173b8f3d379bcb0cce69ac4eef5508b"
    )


def _diploma() -> Paper:
    present = "".join("1" if place in (0, 2, 14, 25, 27, 34) else "0" for place in range(35))
    english, polish, higher, standard = "000000", "001011", "0", "1"
    grade = {"7": "000", "6": "001", "5": "010", "4": "011"}
    rows = [
        english + higher + grade["6"],
        polish + higher + grade["7"],
        standard + grade["5"],
        higher + grade["7"],
        higher + grade["6"],
        standard + grade["4"],
        standard + grade["5"],
    ]
    payload = claims(
        DIPLOMA.hash,
        "000123-0045",
        issued="2026-07-05",
        f1=bytes.fromhex("d775636a61"),
        f2=bytes.fromhex("4dba6c6c65722dd7756b617369657769637a"),
        f3=day("2008-03-01"),
        f4=(2026 - 1970) * 12 + 4,
        f5=0,
        f6=[bits(present + "".join(rows)), b"Marine science"],
        f7=0,
        f8=1,
        f9=b"Physics",
        f10=2,
        f11=40,
    )
    return _known(
        issue(RECORD_2, payload), "3a8f911b8113ed4a3a687b9cf235ff63e6a07167d612484c531ae141c4e932e6"
    )


def _diploma_shown() -> dict[str, object]:
    fields = [
        shown_field("given", "First names", "Łucja"),
        shown_field("family", "Surname", "Müller-Łukasiewicz"),
        shown_field("born", "Date of birth", "2008-03-01"),
        shown_field("session", "Examination session", "2026-05"),
        shown_field("bilingual", "Bilingual diploma", "(bilingual)"),
        shown_field("tok", "Theory of knowledge", "A"),
        shown_field("essay", "Extended essay", "B"),
        shown_field("essay_in", "Extended essay in", "Physics"),
        shown_field("core", "Core points", 2),
        shown_field("total", "Total points", 40),
    ]
    marks = [
        row("subjects", "English A: literature", "HL", "6"),
        row("subjects", "Polski A: language and literature", "HL", "7"),
        row("subjects", "History", "SL", "5"),
        row("subjects", "Physics", "HL", "7"),
        row("subjects", "Mathematics: analysis and approaches", "HL", "6"),
        row("subjects", "Visual arts", "SL", "4"),
        row("subjects", "Marine science", "SL", "5"),
    ]
    title = "International Baccalaureate Diploma (bilingual)"
    return shown(number="000123-0045", issued="2026-07-05", title=title, fields=fields, marks=marks)


def _course() -> Paper:
    payload = claims(
        COURSE.hash, "К-2026/0815", issued="2027-01-31", f1="O’Connor Seán", f2="Первая помощь 救急", f3=16
    )
    return _known(
        issue(RECORD_2, payload), "caa4c40ecced72e841f3d1345a46d5a1c321426eb0751063a6e2e30fbfe95feb"
    )


def _course_shown() -> dict[str, object]:
    fields = [
        shown_field("name", "Имя", "O’Connor Seán"),
        shown_field("course", "Курс", "Первая помощь 救急"),
        shown_field("hours", "Объём", 16),
    ]
    return shown(
        number="К-2026/0815", issued="2027-01-31", title="Сертификат о прохождении курса", fields=fields
    )
