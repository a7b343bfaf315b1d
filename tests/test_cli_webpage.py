"""``qrcert webpage``: what is typed, what appears, what must not be there afterwards."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import school
from qrcert import webpage
from qrcert.cli.catalogue.webpage import WEBPAGE
from qrcert.cli.webpage import webpage_command
from qrcert.errors import QrcertError, Refused, TrustListError, Unreadable

LIST = school.publish_bytes(school.contents())


@pytest.fixture(autouse=True)
def _in_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("list.qct").write_bytes(LIST)


def run(*arguments: str) -> Any:
    return webpage_command.main(list(arguments), standalone_mode=False)


def test_one_file_and_its_hash(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--trust", "list.qct", "-o", "verify.html", "--lang", "en") == 0
    page = Path("verify.html").read_bytes()
    assert page == webpage.make_page([LIST], language="en")
    assert capsys.readouterr().out == f"written: verify.html\n  SHA-256 {sha256(page).hexdigest()}\n"


def test_a_folder_and_the_hashes_of_its_files(capsys: pytest.CaptureFixture[str]) -> None:
    Path("logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert run("--trust", "list.qct", "--app", "site/check", "--logo", "logo.svg", "--lang", "ru") == 0
    written = {path.name: path.read_bytes() for path in Path("site/check").iterdir()}
    logo = Path("logo.svg").read_bytes()
    assert written == webpage.make_app([LIST], language="ru", logo=logo)
    said = capsys.readouterr().out
    assert said.count("записано: ") == 4
    assert all(sha256(data).hexdigest() in said for data in written.values())


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--trust", "list.qct"], Refused),
        (["--trust", "list.qct", "-o", "a.html", "--app", "b"], Refused),
        (["--trust", "list.qct", "--trust", "list.qct", "-o", "a.html"], Refused),
        (["--trust", "list.qct", "-o", "nowhere/a.html"], Refused),
        (["--trust", "missing.qct", "-o", "a.html"], Unreadable),
        (["--trust", "list.qct", "-o", "a.html", "--logo", "list.qct"], Unreadable),
        (["--trust", "cut.qct", "-o", "a.html"], TrustListError),
    ],
)
def test_what_is_refused_writes_nothing(arguments: list[str], error: type[QrcertError]) -> None:
    Path("cut.qct").write_bytes(LIST[:-1])
    before = sorted(Path().iterdir())
    with pytest.raises(error):
        run(*arguments)
    assert sorted(Path().iterdir()) == before


def test_russian_takes_what_english_gives() -> None:
    for english, russian in WEBPAGE:
        assert english.count("{}") == russian.count("{}")
