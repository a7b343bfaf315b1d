"""``qrcert proof``: the sheet into a file, and what is told of its pictures, in both languages and for machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import desk
import pictures
import proofs
import terminal
from qrcert.cli import proof_words, proofing, screen
from qrcert.proof import judging, looking

DISTANCE = "hold it about 30 cm from a 720p webcam (at most 40); a phone reads it from up to 60 cm"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(screen, "now", lambda: desk.NOW)


def told(picture: pictures.Grey, *arguments: object, dpi: int | None = proofs.DPI) -> terminal.Run:
    Path("sheet.png").write_bytes(proofs.file(picture, **({} if dpi is None else {"dpi": (dpi, dpi)})))
    return terminal.run("proof", "sheet.png", *arguments)


def test_the_sheet_is_written_and_reads_back_as_good() -> None:
    for lang, said in (("en", "written: proof.pdf"), ("ru", "записано: proof.pdf")):
        done = terminal.run("proof", "-o", "proof.pdf", "--lang", lang)
        assert (done.status, done.lines, done.err) == (0, [said], "")
    assert Path("proof.pdf").read_bytes().startswith(b"%PDF-")
    done = terminal.run("proof", "proof.pdf", "--lang", "en")
    assert (done.status, done.err) == (0, "")
    assert done.lines == [
        "proof.pdf, page 1: good: printer and page will do for certificates",
        "[+] size                100.0 % ± 0.3 %, by the scan's resolution",
        "[+] contrast            98 %",
        "[+] unused correction   100 %; modules that look wrong: 0.0 %",
        "[+] smallest code read  0.30 mm a module",
        "    module              0.89 mm on a certificate; 0.6 mm is the least",
        f"    distance            {DISTANCE}",
        "    palest code read    20 % of black",
    ]


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "en",
            [
                "sheet.png: usable, but it can be better",
                "[~] size                96.0 % ± 0.3 %, by the scan's resolution",
                f"{'':24}printed at 96 %: set scaling to 100 % (“Actual size”, not “Fit to page”)",
            ],
        ),
        (
            "ru",
            [
                "sheet.png: годится, но может быть лучше",
                "[~] размер             96,0 % ± 0,3 %, по разрешению скана",
                f"{'':23}отпечатано при 96 %: поставьте масштаб 100 % («Фактический размер»)",
            ],
        ),
    ],
)
def test_a_shrunk_print_is_told_with_what_to_do(lang: str, lines: list[str]) -> None:
    done = told(proofs.printed(0.96), "--lang", lang)
    assert (done.status, done.lines[:3]) == (0, lines)


def test_a_photo_without_edges_is_honest_and_a_ruler_helps() -> None:
    white = proofs.photo(proofs.printed(1.0), table=255)
    done = told(white, "--lang", "en", dpi=None)
    assert done.status == 2
    assert done.lines[0] == "sheet.png: could not tell everything from this picture"
    assert done.lines[1].startswith(
        "[?] size                cannot be told: nothing of known length is in view"
    )
    assert "measure its long ruler" in done.out
    assert "  module  " not in done.out
    done = told(white, "--lang", "en", "--ruler", "230", dpi=None)
    assert (done.status, done.lines[1]) == (
        0, "[+] size                100.0 % ± 0.3 %, by the ruler you measured"
    )  # fmt: skip


def test_the_edges_of_the_paper_and_a_guess_are_named() -> None:
    photo = proofs.photo(proofs.printed(1.0))
    assert "± 1.0 %, by the edges of the paper A4" in told(photo, "--lang", "en", dpi=None).out
    assert ", по краям бумаги A4" in told(photo, "--lang", "ru", dpi=None).out
    assert (
        "a guess: if the picture is the whole A4 sheet" in told(proofs.scan(), "--lang", "en", dpi=None).out
    )
    assert "догадка: если картинка" in told(proofs.scan(), "--lang", "ru", dpi=None).out


def test_a_bad_print_is_not_good() -> None:
    for lang, said, advice in (
        ("en", "not good: do not print certificates like this", "change the cartridge"),
        ("ru", "плохо: так документы печатать нельзя", "смените картридж"),
    ):
        done = told(proofs.faded(proofs.scan(), ink=160, paper=220), "--lang", lang)
        assert (done.status, done.lines[0]) == (1, f"sheet.png: {said}")
        assert advice in done.out


def test_a_resolution_named_by_hand() -> None:
    small = pictures.shrunk(proofs.scan(), to=0.75)[:, 10:-40]
    assert told(small, dpi=None).status == 2
    assert "100.0 %" in told(small, "--dpi", "150", "--lang", "en", dpi=None).out


def test_machines_get_figures() -> None:
    done = told(proofs.printed(0.96), "--json", "-o", "found.json")
    assert (done.status, done.out) == (0, "")
    found = json.loads(Path("found.json").read_text(encoding="utf-8"))
    assert found["verdict"] == "usable"
    assert found["scale"]["percent"] == pytest.approx(96, abs=0.3)
    assert (found["scale"]["how"], found["scale"]["guess"]) == ("dpi", False)
    assert found["module_mm"] == pytest.approx(0.854, abs=0.004)
    assert (found["unused_error_correction"], found["wrong_modules"]) == (1, 0)
    assert (found["smallest_read_mm"], found["palest_read"]) == (0.3, 0.2)
    assert len(found["ladder"]) == 9
    assert found["reach_cm"] == {"webcam": 30, "webcam_most": 40, "phone": 60}
    assert len(found["tones"]) == 11
    assert found["remarks"][0]["code"] == "shrink"
    assert "100 %" in found["remarks"][0]["advice"]
    found = json.loads(told(pictures.page(["QRCERT"]), "--json").out)
    assert (found["verdict"], found["scale"], found["module_mm"]) == ("unknown", None, None)
    assert "contrast" not in found


def test_a_picture_of_something_else_is_told() -> None:
    done = told(pictures.page(["QRCERT"]), "--lang", "en")
    assert (done.status, done.lines[:2]) == (
        2,
        [
            "sheet.png: could not tell: no print proof here",
            "[?] sheet  no print proof found in the picture",
        ],
    )
    for lang, said in (
        ("en", "there is a certificate in the picture: qrcert verify FILE"),
        ("ru", "на картинке документ: qrcert verify ФАЙЛ"),
    ):
        done = told(pictures.page([pictures.sample_text(1)]), "--lang", lang)
        assert (done.status, done.lines[2].strip()) == (2, said)


def test_bad_use_is_told() -> None:
    done = terminal.run("proof")
    assert (done.status, done.errors[0]) == (
        2,
        "qrcert: error: name a picture of the printed sheet, or -o FILE.pdf for a sheet to print",
    )
    Path("diary.txt").write_text("mine")
    for arguments in (["diary.txt"], ["missing.png"], ["-o", "no/folder/proof.pdf"]):
        done = terminal.run("proof", *arguments)
        assert (done.status, done.out) == (2, "")
        assert done.errors[0].startswith("qrcert: error: ")


# --- everything that can be said, in both languages


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_every_remark_and_grade_has_its_words(lang: str) -> None:
    """Pictures of each kind, so that no word is missing where a person needs it."""
    every = (
        told(proofs.printed(1.0, across=0.97), "--lang", lang),
        told(pictures.shrunk(proofs.scan(), to=0.335), "--lang", lang, dpi=67),
        told(pictures.blurred(proofs.scan(), sigma=2.7), "--lang", lang),
        told(pictures.blurred(proofs.photo(proofs.scan()), sigma=4.2), "--lang", lang, dpi=None),
    )
    names = {proof_words._NAMES[code][lang == "ru"] for code in ("uneven", "coarse", "ladder")}
    for name in names:
        assert any(name in done.out for done in every)
    assert all(done.err == "" for done in every)


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_sample_that_is_not_read_is_told(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_read", lambda _: {})
    done = told(proofs.scan(), "--lang", lang)
    assert done.status == 1
    for said in {
        "en": ("not read; modules that look wrong: 0.0 %", "not even the largest of the ladder"),
        "ru": ("не прочитан; неверных модулей: 0,0 %", "даже самый крупный не прочитан"),
    }[lang]:
        assert said in done.out


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_what_a_photo_may_owe_to_the_camera_is_told_so(lang: str) -> None:
    done = told(proofs.photo(pictures.blurred(proofs.scan(), sigma=2.7)), "--lang", lang, dpi=None)
    assert done.status == 2
    assert {"en": "is not sharp: scan the sheet", "ru": "нерезка печать или"}[lang] in done.out


def test_each_grade_that_can_be_reached_has_advice() -> None:
    for code in ("contrast", "spare", "ladder"):
        assert {(code, judging.USABLE), (code, judging.NOT_GOOD)} <= proof_words._ADVICE.keys()
    assert {("unread", judging.NOT_GOOD), ("coarse", judging.UNKNOWN)} <= proof_words._ADVICE.keys()
    assert proof_words._VERDICTS.keys() - {"no_sheet"} == proofing._STATUS.keys() == proof_words._MARKS.keys()


def test_the_line_of_a_code_too_dense_for_a_page() -> None:
    assert "too dense" in proof_words.code_line(25, template="certificate", language="en")
    assert "слишком плотна" in proof_words.code_line(25, template="certificate", language="ru")
