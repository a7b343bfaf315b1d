"""``qrcert doctor``: what works, what is missing and what to type, and the exit status."""

from __future__ import annotations

import importlib.metadata
import json
import re
from pathlib import Path

import pytest

import desk
import school
import terminal
import worlds
from qrcert import cose, scan
from qrcert.cli import doctor, screen
from qrcert.errors import MissingExtra, Refused
from qrcert.reading import cameras, engines
from qrcert.reading.cameras import Device
from qrcert.reading.engines import Engine

NAMES = ("zxing-cpp", "opencv-python", "pillow", "pypdfium2", "pyzbar")


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(screen, "now", lambda: desk.NOW)


def examined(*arguments: str) -> terminal.Run:
    return terminal.run("doctor", "--home", "lists", *arguments)


def part(run: terminal.Run, name: str) -> list[str]:
    """The lines of one part: the mark and the name, and what stands under them."""
    place = next(at for at, line in enumerate(run.lines) if line[4:].startswith(name))
    rest = run.lines[place + 1 :]
    more = next((at for at, line in enumerate(rest) if line.startswith("[")), len(rest))
    return [run.lines[place], *(line.strip() for line in rest[:more])]


def test_on_this_machine_everything_that_checking_needs_works() -> None:
    for lang in ("en", "ru"):
        done = examined("--lang", lang)
        assert (done.status, done.err) == (0, "")
        assert done.lines[0].startswith("qrcert ")
        for name in NAMES[:4]:
            line = f"[+] {name:<16}"
            assert any(
                one.startswith(line.rstrip()) and importlib.metadata.version(name) in one
                for one in done.lines
            )
    assert part(done, "подписи")[0].startswith("[+] подписи")
    assert part(done, "шрифты бланка")[0].startswith("[+] ")
    assert part(done, "дата устройства")[0].startswith("[+] дата устройства  23 ноября 2026 года, 12:00")
    assert not Path("lists").exists()


def test_a_missing_engine_is_told_with_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = (
        Engine("zxing-cpp", None, "zxingcpp is not installed"),
        Engine("opencv-python", "1.0", None),
        Engine("pillow", "1.0", None),
        Engine("pypdfium2", "5.0", "does not draw"),
        Engine("pyzbar", None, "pyzbar is not installed"),
    )
    monkeypatch.setattr(scan, "engines", lambda: tried)
    done = examined("--lang", "en")
    assert done.status == 2
    assert part(done, "zxing-cpp") == ["[X] zxing-cpp           not installed", 'pip install "qrcert[scan]"']
    assert part(done, "pypdfium2") == [
        "[X] pypdfium2           5.0: does not draw",
        'pip install "qrcert[scan]"',
    ]
    assert part(done, "pyzbar") == ["[-] pyzbar              not installed", 'pip install "qrcert[zbar]"']


def test_a_second_reader_and_what_only_issuing_needs_are_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    yes = [Engine(name, "1.0", None) for name in NAMES[:4]]
    monkeypatch.setattr(scan, "engines", lambda: (*yes, Engine("pyzbar", None, "no")))
    monkeypatch.setattr(doctor, "find_spec", lambda name: None if name in ("typst", "alembic") else name)
    done = examined("--lang", "ru")
    assert done.status == 0
    assert part(done, "выдача")[0].endswith("не установлено: typst, alembic")
    assert part(done, "выдача")[1] == 'pip install "qrcert[issue]"'


def test_signatures_that_do_not_hold_or_hold_too_much_must_be_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise Refused("the Ed25519 signature does not hold")

    for verify in (lambda *_: None, refuses):
        monkeypatch.setattr(cose.PublicKey, "verify", verify)
        done = examined("--lang", "en")
        assert done.status == 2
        assert part(done, "signatures")[0].startswith("[X] signatures")


def test_fonts_that_are_gone_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise FileNotFoundError(2, "No such file or directory", "PTF55F.ttf")

    monkeypatch.setattr("qrcert.page.faces.known", gone)
    done = examined("--lang", "en")
    assert done.status == 0  # nothing that checking needs
    assert part(done, "page fonts")[0].startswith("[-] page fonts          FileNotFoundError: ")
    assert part(done, "page fonts")[1] == "install qrcert again"


def test_ones_lists_and_their_age_are_told() -> None:
    done = examined("--lang", "ru")
    assert part(done, "ваши списки") == [
        "[-] ваши списки      пока нет в lists",
        "возьмите список своего органа, затем: qrcert trust add СПИСОК",
    ]
    worlds.build("genuine", Path())
    worlds.own(Path(), "list.qct")
    done = examined("--lang", "en")
    assert part(done, "your lists") == [
        "[+] your lists          Test authority, No. 3 of 24 October 2026, 30 days old"
    ]
    other = school.contents(next_update=school.TODAY - 1, authority="Old\x1b one")
    Path("old.qct").write_bytes(school.publish_bytes(other, signer="another"))
    worlds.own(Path(), "old.qct")
    done = examined("--lang", "en")
    assert done.status == 0
    assert "[-] your lists          Old⟨U+001B⟩ one, No. 3 of 24 October 2026, 30 days old" in done.lines
    assert f"{'':24}it is old: get the newer one from https://lists.example" in done.lines


def test_lists_that_cannot_be_read_must_be_mended() -> None:
    Path("lists").mkdir()
    Path("lists/lists.db").write_text("a diary")
    for lang in ("en", "ru"):
        done = examined("--lang", lang)
        assert done.status == 2
        name = {"en": "your lists", "ru": "ваши списки"}[lang]
        assert part(done, name)[0].startswith("[X] ")
        assert len(part(done, name)) == 2


def test_each_reader_tells_how_long_the_self_test_picture_took() -> None:
    done = examined("--lang", "en")
    for name in (*NAMES, "own reader"):
        assert re.search(r", reads the self-test picture in \d+(\.\d)? ms$", part(done, name)[0]), name
    assert re.search(
        r"^\[\+\] свой читатель .* читает за \d+(,\d)? мс$", examined("--lang", "ru").out, re.MULTILINE
    )


def test_our_own_reader_is_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    works = [Engine(name, "1.0", None, engines.TEXT, 0.31) for name in NAMES]
    own = Engine(engines.OWN, "0.1.0", "does not read the self-test picture")
    monkeypatch.setattr(scan, "engines", lambda: (*works, own))
    done = examined("--lang", "en")
    assert done.status == 0
    assert part(done, "own reader")[0] == "[-] own reader          0.1.0: does not read the self-test picture"
    assert part(done, "zxing-cpp") == ["[+] zxing-cpp           1.0, reads the self-test picture in 0.3 ms"]


def test_cameras_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cameras, "devices", lambda: (Device(0, "Built-in"), Device(2, "Desk\x1b[2J cam")))
    done = examined("--lang", "en")
    assert part(done, "cameras") == ["[+] cameras             0: Built-in"]
    assert "[+] cameras             2: Desk⟨U+001B⟩[2J cam" in done.lines
    monkeypatch.setattr(cameras, "devices", tuple)
    for lang, lines in (
        ("en", ["[-] cameras             none found", "qrcert scan needs one, or a video file"]),
        ("ru", ["[-] камеры           не найдены", "нужна для qrcert scan; или видеофайл"]),
    ):
        done = examined("--lang", lang)
        assert done.status == 0
        assert part(done, lines[0].split()[1]) == lines

    def lacks() -> None:
        raise MissingExtra("scan", "opencv-python")

    monkeypatch.setattr(cameras, "devices", lacks)
    assert part(examined("--lang", "en"), "cameras") == [
        "[-] cameras             this needs opencv-python, which is not installed",
        'pip install "qrcert[scan]"',
    ]


def test_machines_get_everything_whatever_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cameras, "devices", lambda: (Device(1, "Desk"),))
    worlds.build("genuine", Path())
    worlds.own(Path(), "list.qct")
    answers = []
    for lang in ("en", "ru"):
        done = examined("--json", "--lang", lang)
        assert (done.status, done.err) == (0, "")
        answers.append(json.loads(done.out))
    english, russian = ({one["part"]: one for one in answer["parts"]} for answer in answers)
    assert english.keys() == russian.keys()
    assert list(english) == [
        "signatures", "zxing-cpp", "opencv-python", "pillow", "pypdfium2", "qrcert", "pyzbar", "camera", "issuing",
        "fonts", "clock", "list",
    ]  # fmt: skip
    assert answers[0]["works"]
    assert all(one["state"] == "works" for one in answers[0]["parts"])
    assert english["zxing-cpp"]["answer"] == answers[0]["self_test"]
    assert english["zxing-cpp"]["milliseconds"] > 0
    assert (english["camera"]["number"], english["camera"]["camera"]) == (1, "Desk")
    listed = {name: russian["list"][name] for name in ("authority", "version", "issued", "age_days", "old")}
    assert listed == {
        "authority": "Test authority",
        "version": 3,
        "issued": "2026-10-24",
        "age_days": 30,
        "old": False,
    }


def test_machines_learn_what_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "engines", lambda: (Engine("zxing-cpp", None, "zxingcpp is not installed"),))
    done = examined("--json", "-o", "doctor.json")
    assert (done.status, done.out) == (2, "")
    answer = json.loads(Path("doctor.json").read_text(encoding="utf-8"))
    assert not answer["works"]
    broken = [one for one in answer["parts"] if one["state"] == "broken"]
    assert [(one["part"], one["version"], one["hint"]) for one in broken] == [
        ("zxing-cpp", None, 'pip install "qrcert[scan]"')
    ]


def test_the_answer_goes_into_a_file() -> None:
    done = examined("-o", "doctor.txt")
    assert (done.status, done.out) == (0, "")
    assert Path("doctor.txt").read_text(encoding="utf-8").startswith("qrcert ")
