"""The demo: its story ends as it says, again and again, and it touches nothing that is not its own."""

from __future__ import annotations

import os
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from qrcert.checking import Finding, Request, check_file
from qrcert.cli.demo.story import MARKER, Scene, Story, check, tell_story
from qrcert.errors import Refused
from qrcert.trust import TrustList
from terminal import run

NOW = datetime(2026, 6, 25, 12).astimezone()


def quiet(en: str, ru: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Told:
    """A told story, what was found, what was said, the seconds of work it took; and what lay beside it."""

    story: Story
    found: list[tuple[Scene, Finding]]
    said: list[str]
    seconds: float
    precious: Path


def leave_an_earlier_demo(folder: Path, precious: Path) -> None:
    """What an earlier demo may have left in its folder, with a note of the user's and a link of somebody's."""
    for name in ("issued/mistake", "school", "authority/published"):
        (folder / name).mkdir(parents=True)
    for name in (
        MARKER,
        "issued/old.pdf",
        "issued/mistake/all.pdf",
        "school/office.toml",
        "school/register.db",
        "school/school.key",
        "authority/authority.json",
        "authority/signer-1.key",
        "authority/published/0007.qct",
        "list.qct",
        "passphrase.txt",
        "my notes.txt",
    ):
        (folder / name).write_text("old")
    with suppress(OSError):  # a system that lets nobody make links has none to follow
        (folder / "photos").symlink_to(precious, target_is_directory=True)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The story, told where an earlier demo was."""
    folder, precious = tmp_path_factory.mktemp("demo") / "demo", tmp_path_factory.mktemp("precious")
    (precious / "photo.jpg").write_text("mine")
    leave_an_earlier_demo(folder, precious)
    said: list[str] = []
    begun = time.process_time()
    story = tell_story(folder, now=NOW, say=lambda en, ru: said.append(en + ru))
    found = check(story, now=NOW)
    return Told(story, found, said, time.process_time() - begun, precious)


def test_every_scene_gets_the_verdict_that_the_story_tells(told: Told) -> None:
    verdicts = [(scene.path.name.partition("-")[0], finding.verdict.code) for scene, finding in told.found]
    assert verdicts == [
        *((str(place), "genuine") for place in range(1, 6)),
        ("6", "withdrawn"),
        ("7", "altered"),
        ("8", "unknown_school"),
    ]
    assert [finding.verdict.code for _, finding in told.found] == [
        scene.expected for scene in told.story.scenes
    ]
    assert all(finding.verdict.test for _, finding in told.found[:6])
    assert len(told.said) == 4
    assert told.seconds < 15


def test_the_holders_are_those_of_the_class(told: Told) -> None:
    names = []
    for _, finding in told.found[:5]:
        verdict = finding.verdict
        assert verdict.form is not None
        assert verdict.claims is not None
        names.append(verdict.form.holder(verdict.claims.fields))
    assert names == [
        "Константинопольская Александра Владимировна",
        "Ёлкина Анастасия Григорьевна",
        "Мөхәммәтҗанова Гөлнур Җәүдәт кызы",
        "Нгуен Тхи Хыонг",
        "Салтыков-Щедрин Михаил Евграфович",
    ]


def test_what_a_demo_leaves_can_be_checked_by_hand(told: Told) -> None:
    story = told.story
    trust = TrustList.from_bytes((story.folder / "list.qct").read_bytes())
    assert trust.list_hash == story.trust.list_hash
    assert trust.version == 2
    request = Request((trust,), NOW, named_lists=True)
    findings = check_file(story.pages, request)
    assert [finding.verdict.code for finding in findings] == ["genuine"] * 5
    if os.name == "posix":
        for secret in ("passphrase.txt", "authority/signer-1.key", "school/school.key"):
            assert stat.S_IMODE((story.folder / secret).stat().st_mode) == 0o600


def test_without_naming_its_list_nothing_of_a_demo_counts(told: Told) -> None:
    story = told.story
    request = Request((story.trust,), NOW)
    (finding,) = check_file(story.scenes[0].path, request)
    assert finding.verdict.test
    assert request.exit_status(finding.verdict) == 2


def test_a_demo_takes_the_place_of_an_earlier_one_and_of_nothing_else(told: Told) -> None:
    folder = told.story.folder
    assert sorted(path.name for path in folder.iterdir() if path.name != MARKER) == [
        "authority",
        "issued",
        "list.json",
        "list.qct",
        "my notes.txt",
        "passphrase.txt",
        "photos",
        "school",
    ]
    assert (folder / "my notes.txt").read_text() == "old"
    assert not (folder / "issued" / "old.pdf").exists()
    assert not (folder / "authority" / "published" / "0007.qct").exists()
    assert [path.name for path in told.precious.iterdir()] == ["photo.jpg"]


def test_a_folder_that_is_not_a_demos_own_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "thesis.txt").write_text("years of work")
    with pytest.raises(Refused, match="is not empty, and no demo made it"):
        tell_story(tmp_path / "papers", now=NOW, say=quiet)
    assert [path.name for path in (tmp_path / "papers").iterdir()] == ["thesis.txt"]


def test_a_place_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "demo"):
        with pytest.raises(Refused, match="cannot use the folder"):
            tell_story(place, now=NOW, say=quiet)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ["GENUINE", "WITHDRAWN", "ALTERED", "CANNOT TELL"]), ("ru", ["ПОДЛИННЫЙ", "ОТОЗВАН", "ИЗМЕНЁН"])],
)
def test_the_command_tells_the_story_and_where_to_look(tmp_path: Path, lang: str, words: list[str]) -> None:
    done = run("demo", str(tmp_path / "demo"), "--lang", lang)
    assert (done.status, done.err) == (0, "")
    assert [word for word in words if word not in done.out] == []
    assert str(tmp_path / "demo" / "photos") in done.out
