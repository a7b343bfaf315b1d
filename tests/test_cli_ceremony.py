"""``qrcert authority signer``, ``sign``, ``rotate``, ``fingerprint``, and the drill of docs/authority.md."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import desk
import terminal
from qrcert import authority, wire
from qrcert.cli import screen
from qrcert.scan import read_codes
from qrcert.trust import TrustList, hex_groups

PAGE = Path(__file__).parent.parent / "docs" / "authority.md"
OFFICERS = ("anna", "boris", "vera")
HERE = ("--authority", "ministry")
PASS = ("--passphrase-file", "pass.txt")


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(screen, "home_folder", lambda home: Path(home or "nobody"))
    monkeypatch.setattr(screen, "_ask_hidden", lambda prompt: desk.PASSPHRASE)
    with desk.at_noon():
        yield


# --- the drill


def drill() -> list[tuple[str, list[str]]]:
    """Every command of the page with the lines that it quotes."""
    steps: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line.removeprefix("$ "), []))
            else:
                steps[-1][1].append(line)
    return steps


def carry(words: list[str]) -> None:
    """What ``cp`` and ``mkdir`` do, on every system."""
    if words[0] == "mkdir":
        Path(words[1]).mkdir()
    elif words[1] == "-r":
        shutil.copytree(words[2], words[3])
    else:
        assert words[0] == "cp"
        shutil.copy(words[1], words[2])


def quoted(line: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, line.split("…"))))


def answered(line: str) -> str:
    """A line of standard error without the question before it: nobody's Enter stands there."""
    return line.rpartition("[y/N]: ")[2]


def test_the_drill_of_the_page_goes_as_it_says() -> None:
    steps = drill()
    assert len(steps) > 60
    asked = []
    for command, expected in steps:
        program, *arguments = words = shlex.split(command)
        if program != "qrcert":
            carry(words)
            continue
        done = terminal.run(*arguments, "--lang", "en", terminal=True, stdin=b"y\n")
        said = iter([answered(line) for line in done.errors] + done.lines)
        for line in expected:
            assert any(map(quoted(line).fullmatch, said)), (command, line, done.err, done.out)
        refused = any(line.startswith("qrcert: error") for line in expected)
        assert done.status == (2 if refused else 0), (command, done.err)
        if arguments[:2] == ["trust", "add"]:
            asked.append("Is this the fingerprint?" in done.err)
    assert asked == [True, False, False, True, False], "only the first list and the repair ask"
    trust = TrustList.from_bytes(Path("ministry/list.qct").read_bytes())
    assert [(len(root.signers), root.repair) for root in trust.roots] == [(5, False), (5, False), (5, True)]


def test_the_drill_leaves_no_private_key_with_the_authority() -> None:
    for command, _ in drill():
        program, *arguments = words = shlex.split(command)
        if program == "qrcert":
            terminal.run(*arguments, terminal=True, stdin=b"y\n")
        else:
            carry(words)
        if "--finish" in words and "publish" in words and "ministry" in words:
            break
    assert all(
        b"PRIVATE KEY" not in path.read_bytes() for path in Path("ministry").rglob("*") if path.is_file()
    )


# --- command by command


@pytest.fixture
def ministry() -> Path:
    """Three officers, two of whom sign lists; their keys elsewhere, their first list published."""
    Path("pass.txt").write_text(f"{desk.PASSPHRASE}\n")
    for name in OFFICERS:
        assert run("signer", name.title(), "-o", name, *PASS).status == 0
    cards = [word for name in OFFICERS for word in ("--signer", f"{name}/signer.card")]
    assert run("init", "ministry", "--name", "Ministry", *cards, "--threshold", "2").status == 0
    for name in OFFICERS[:2]:
        assert sign("ministry/root-1.qct-draft", name).status == 0
    assert run("init", "ministry", "--finish", "ministry/root-1.qct-draft").status == 0
    return Path("ministry")


def run(*arguments: object, lang: str = "en", yes: bool | None = None) -> terminal.Run:
    typed = b"" if yes is None else (b"y\n" if yes else b"n\n")
    return terminal.run("authority", *arguments, "--lang", lang, terminal=yes is not None, stdin=typed)


def sign(draft: str, name: str, *more: str, lang: str = "en") -> terminal.Run:
    return run("sign", draft, "--key", f"{name}/signer.key", "--yes", *PASS, *more, lang=lang)


def drafted(*more: str) -> str:
    assert run("publish", "-o", "list.qct", *HERE, *more).status == 0
    return "list.qct-draft"


def published() -> None:
    draft = drafted()
    against = ("--against", "list.qct") if Path("list.qct").exists() else ()
    for name in OFFICERS[:2]:
        assert sign(draft, name, *against).status == 0
    assert run("publish", "--finish", draft, "-o", "list.qct", *HERE).status == 0


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_an_officer_sees_what_he_signs(ministry: Path, lang: str) -> None:
    published()
    line = ("office", "init", "school", "--school", "School", "--place", "Town", *PASS)
    assert terminal.run(*line).status == 0
    run("admit", "school/request.json", "--forms", "participation", "--yes", *HERE)
    done = sign(drafted(), "anna", "--against", "list.qct", lang=lang)
    assert (done.status, done.err) == (0, "")
    kid = authority.open_authority(ministry).contents.keys[0].kid.hex()
    changes = {
        "en": [
            "what it changes:",
            "  + school 1 (School, Town) is new",
            f"  + key {kid} of school 1, School may sign participation, 2026-11-23..2028-02-22",
            "signed so far: 0 (2 due)",
            "signed so far: 1 (2 due)",
        ],
        "ru": [
            "что меняется:",
            "  + школа № 1 (School, Town): новая",
            f"  + ключ {kid} школы № 1, School подписывает participation, 2026-11-23..2028-02-22",
            "подписали: 0 (нужно 2)",
            "подписали: 1 (нужно 2)",
        ],
    }[lang]
    assert [one for one in done.lines if one in changes] == changes


def test_an_officer_who_says_no_or_mistypes_signs_nothing(
    ministry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = drafted()
    before = desk.tree()
    done = run("sign", draft, "--key", "anna/signer.key", yes=False)
    assert (done.status, answered(done.errors[-1])) == (
        2,
        "qrcert: error: not confirmed, nothing was changed",
    )
    monkeypatch.setattr(screen, "_ask_hidden", lambda prompt: "another horse battery")
    done = run("sign", draft, "--key", "anna/signer.key", yes=True)
    assert (done.status, "does not open" in done.err) == (2, True)
    assert run("sign", draft, "--key", "nobody.key", yes=True).status == 2
    assert desk.tree() == before


def test_a_draft_is_compared_with_the_last_list_only(ministry: Path) -> None:
    published()
    shutil.copy("list.qct", "old.qct")
    published()
    draft = drafted()
    before = desk.tree()
    done = sign(draft, "anna")
    assert done.errors == [
        "qrcert: error: this draft changes a list that is not at hand: the one before No. 3",
        "qrcert: hint: name the list published last, from elsewhere than the draft: --against LIST.qct",
    ]
    done = sign(draft, "anna", "--against", "old.qct", lang="ru")
    assert done.errors[0] == "qrcert: error: черновик не продолжает список № 1, с которым сравнивается"
    assert desk.tree() == before
    own = terminal.run(
        "trust", "add", "list.qct", "--fingerprint", _fingerprint(ministry), "--home", "anna/lists"
    )
    assert own.status == 0, own.err
    assert sign(draft, "anna", "--home", "anna/lists").status == 0


def _fingerprint(folder: Path) -> str:
    return authority.open_authority(folder).root.hash.hex()


def test_a_draft_of_another_chain_of_roots_is_not_signed(ministry: Path) -> None:
    published()
    assert run("init", "other", "--name", "Other", *PASS).status == 0
    assert run("publish", "-o", "other.qct", "--authority", "other", *PASS).status == 0
    done = sign(drafted(), "anna", "--against", "other.qct")
    assert done.status == 2
    assert done.errors[0].endswith("than the list it is compared with (fork)")
    assert "sign nothing" in done.errors[1]


def test_a_root_that_is_behind_is_not_signed(ministry: Path) -> None:
    published()
    stale = run("rotate", *HERE, "-o", "stale.qct-draft")
    fresh = run("rotate", *HERE, "-o", "root.qct-draft", "--until", "2030-01-01")
    assert (stale.status, fresh.status) == (0, 0)
    for name in OFFICERS[:2]:
        assert sign("root.qct-draft", name, "--against", "list.qct").status == 0
    assert run("rotate", "--finish", "root.qct-draft", *HERE).status == 0
    published()
    done = sign("stale.qct-draft", "anna", "--against", "list.qct")
    assert done.errors[0] == "qrcert: error: the draft stands on root 1, and root 2 is in force (older)"
    done = run("rotate", "--finish", "stale.qct-draft", *HERE, lang="ru")
    assert done.errors[0].startswith("qrcert: error: черновик другого органа, или с тех пор вступил в силу")


def test_a_folder_whose_root_is_not_signed_says_what_to_do() -> None:
    Path("pass.txt").write_text(f"{desk.PASSPHRASE}\n")
    assert run("signer", "Anna", "-o", "anna", *PASS).status == 0
    assert run("init", "new", "--name", "New", "--signer", "anna/signer.card").status == 0
    done = run("publish", "-o", "list.qct", "--authority", "new", *PASS)
    assert done.errors == [
        "qrcert: error: the first root of the authority in 'new' is not signed yet",
        "qrcert: hint: each signer: qrcert authority sign root-1.qct-draft; "
        "then: qrcert authority init DIR --finish",
    ]
    done = run("init", "new", "--finish", "new/root-1.qct-draft", lang="ru")
    assert done.errors[0] == "qrcert: error: подписали 0, а нужно 1 (threshold)"
    assert sign("new/root-1.qct-draft", "anna").status == 0
    assert run("init", "new", "--finish", "new/root-1.qct-draft").status == 0
    done = run("publish", "-o", "list.qct", "--authority", "new", "--key", "anna/signer.key", *PASS)
    assert done.status == 0, done.err
    assert TrustList.from_bytes(Path("list.qct").read_bytes()).version == 1


def test_five_keys_are_made_in_one_place_each_with_its_passphrase() -> None:
    words = []
    for number in range(1, 6):
        Path(f"pass-{number}.txt").write_text(f"correct horse {number}\n")
        words += ["--passphrase-file", f"pass-{number}.txt"]
    done = run("init", "new", "--name", "New", "--signers", "5", "--threshold", "3", *words)
    assert (done.status, done.err) == (0, "")
    assert done.lines[1:3] == [
        "signers: 5; a list needs 3, a root 3",
        "each signer takes his key file out of new to his own machine: leave none behind",
    ]
    assert run("publish", "-o", "list.qct", "--authority", "new").status == 0
    for number in (5, 2, 4):
        key = ("--key", f"new/signer-{number}.key", "--passphrase-file", f"pass-{number}.txt")
        assert run("sign", "list.qct-draft", *key, "--yes").status == 0
    assert run("publish", "--finish", "list.qct-draft", "-o", "list.qct", "--authority", "new").status == 0
    assert len(TrustList.from_bytes(Path("list.qct").read_bytes()).roots[0].signers) == 5


def test_the_end_of_a_root_is_told_in_time(ministry: Path) -> None:
    assert run("rotate", *HERE, "-o", "root.qct-draft", "--until", "2027-06-01").status == 0
    for name in OFFICERS[:2]:
        assert sign("root.qct-draft", name).status == 0
    assert run("rotate", "--finish", "root.qct-draft", *HERE).status == 0
    draft = drafted()
    for name in OFFICERS[:2]:
        assert sign(draft, name).status == 0
    done = run("publish", "--finish", draft, "-o", "list.qct", *HERE)
    assert done.lines[-1] == (
        "the root ends on 2027-06-01, and no list goes beyond it: qrcert authority rotate"
    )
    assert TrustList.from_bytes(Path("list.qct").read_bytes()).next_update == wire.to_day(date(2027, 6, 1))


def test_new_signers_may_be_made_in_the_folder(ministry: Path) -> None:
    done = run("rotate", "--signers", "2", *HERE, *PASS, *PASS)
    assert done.status == 0, done.err
    for key in ("anna/signer.key", "boris/signer.key", "ministry/signer-4.key", "ministry/signer-5.key"):
        assert run("sign", "ministry/root-2.qct-draft", "--key", key, "--yes", *PASS).status == 0
    assert run("rotate", "--finish", "ministry/root-2.qct-draft", *HERE).status == 0
    assert len(authority.open_authority(ministry).root.signers) == 2


def test_the_fingerprint_is_told_and_drawn(ministry: Path) -> None:
    groups = hex_groups(authority.open_authority(ministry).root.hash)
    done = run("fingerprint", *HERE, "--png", "code.png", lang="ru")
    assert done.lines == ["Ministry, корень 1", "отпечаток:", f"  {groups}", "записано: code.png"]
    assert read_codes("code.png") == [f"QRCERT FINGERPRINT {groups}"]
    assert run("fingerprint", *HERE).lines[-1] == f"  {groups}"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["init", "new"], "missing option '--name'"),
        (["init", "new", "--name", "A", "--finish"], "--finish goes with the signed drafts"),
        (["init", "new", "draft"], "--finish goes with the signed drafts"),
        (["publish", "-o", "x", "draft"], "--finish goes with the signed drafts"),
        (["rotate", "--finish"], "--finish goes with the signed drafts"),
        (
            ["init", "new", "--name", "A", "--signers", "2", "--signer", "c"],
            "with --signer the keys are elsewhere",
        ),
        (
            ["init", "new", "--name", "A", "--signers", "2", "--passphrase-file", "p"],
            "--passphrase-file is given 1 times for 2 signers",
        ),
        (
            ["rotate", "--signers", "1", "--signer", "c", "--authority", "ministry"],
            "--signer and --signers exclude",
        ),
        (
            ["rotate", "--passphrase-file", "p", "--authority", "ministry"],
            "--passphrase-file goes with --signers",
        ),
    ],
)
def test_bad_use_is_told(ministry: Path, words: list[str], line: str) -> None:
    before = desk.tree()
    for lang in ("en", "ru"):
        done = run(*words, lang=lang)
        assert done.status == 2
        assert (line in done.errors[0]) == (lang == "en")
        assert lang == "en" or re.search("[а-я]", done.errors[0])
    assert desk.tree() == before


def test_no_secret_is_ever_told(ministry: Path) -> None:
    done = [run("signer", "Zoya", "-o", "zoya", yes=True), sign(drafted(), "anna")]
    for one in done:
        assert one.status == 0
        assert desk.PASSPHRASE not in one.out + one.err
        assert "PRIVATE" not in one.out + one.err
