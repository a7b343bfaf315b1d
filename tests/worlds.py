"""Small worlds for command lines: a folder with a paper and a list, one for each verdict, reason and kind.

``build(name, folder)`` writes what stands in front of the person at the screen: ``paper.txt`` or ``paper.png``,
``list.qct`` and whatever else the world needs. The clock of all of them is `school.NOW`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import pictures
import school
import trust_maker
from qrcert import cbor, cose, wire
from qrcert.encode import sign_certificate
from qrcert.store import Store
from qrcert.symbol import Symbol
from qrcert.trust import Contents, KeyEntry, School, Season, TrustList, name_of_copy, name_of_number
from test_decode import claims, listed, resigned, season_of

FORM = "participation"
NUMBER = school.certificate(FORM).number
DAY = school.TODAY - 5
OTHER = School(1, ((20000, "The same school elsewhere"),), "Kazan")

World = Callable[[Path], None]
WORLDS: dict[str, World] = {}


def world(build: World) -> World:
    """Enter a function under its name, with hyphens."""
    WORLDS[build.__name__.strip("_").replace("_", "-")] = build
    return build


def build(name: str, folder: Path) -> None:
    WORLDS[name](folder)


def paper(folder: Path, code: str, name: str = "paper.txt") -> None:
    """Lay a code into the folder: as its text, or drawn where the name is a picture's."""
    if name.endswith(".png"):
        (folder / name).write_bytes(Symbol(code).png(4))
    else:
        (folder / name).write_text(code + "\n", encoding="utf-8")


def publish(folder: Path, said: Contents, name: str = "list.qct") -> None:
    (folder / name).write_bytes(school.publish_bytes(said))


def own(folder: Path, *names: str, store: str = "lists") -> None:
    """Import lists of the folder into its store."""
    for name in names:
        data = (folder / name).read_bytes()
        fingerprint = TrustList.from_bytes(data).fingerprint.hex()
        Store(folder / store).import_list(data, on=school.NOW, fingerprint=fingerprint)


def certificate_text(name: str = FORM, **changes: Any) -> str:
    return sign_certificate(school.certificate(name, **changes), key=school.KEY)


def tampered(code: str) -> str:
    """The code with one bit of the payload turned."""
    signed = bytearray(wire.to_bytes(code))
    signed[60] ^= 1
    return wire.to_text(bytes(signed))


# --- the thirteen verdicts, their reasons and kinds


@world
def genuine(folder: Path) -> None:
    paper(folder, school.text(FORM))
    paper(folder, school.text(FORM), "paper.png")
    publish(folder, school.contents())


@world
def genuine_marks(folder: Path) -> None:
    paper(folder, school.text())
    publish(folder, school.contents())


@world
def genuine_old_list(folder: Path) -> None:
    paper(folder, school.text(FORM))
    publish(folder, school.contents(issued=school.TODAY - 120, next_update=school.TODAY - 1))


@world
def genuine_own(folder: Path) -> None:
    paper(folder, school.text(FORM))
    publish(folder, school.contents(authority=school.SCHOOL.name_now))


@world
def expired(folder: Path) -> None:
    values = dict(school.certificate("course.completion").values) | {"until": "2026-11-22"}
    paper(folder, certificate_text("course.completion", values=values))
    publish(folder, school.contents())


def _withdrawn(folder: Path, kind: int) -> None:
    name = name_of_copy(school.KEY.kid, cose.digest_of(wire.to_bytes(school.text(FORM))))
    paper(folder, school.text(FORM))
    publish(folder, school.contents(withdrawals={name: (DAY, kind)}))


@world
def replaced_right(folder: Path) -> None:
    _withdrawn(folder, 1)


@world
def replaced_wrong(folder: Path) -> None:
    _withdrawn(folder, 2)


@world
def withdrawn(folder: Path) -> None:
    _withdrawn(folder, 3)


@world
def withdrawn_by_number(folder: Path) -> None:
    name = name_of_number(school.KEY.kid, school.form(FORM).hash, NUMBER)
    paper(folder, school.text(FORM))
    publish(folder, school.contents(withdrawals={name: (DAY, 3)}))


@world
def key_window(folder: Path) -> None:
    paper(folder, school.text(FORM))
    publish(folder, listed(start=wire.to_day(school.ISSUED) + 1))


@world
def key_void(folder: Path) -> None:
    paper(folder, school.text(FORM))
    publish(folder, listed(status=("void", DAY)))


@world
def key_stolen(folder: Path) -> None:
    paper(folder, school.text(FORM))
    publish(folder, listed(status=("compromised", DAY)))


@world
def key_unproven(folder: Path) -> None:
    tree = season_of(wire.to_bytes(school.text(FORM)))
    season = Season(school.TODAY - 60, tree.keys, tree.certificates, tree.root)
    paper(folder, school.text(FORM))
    proof = tree.proof(school.KEY.kid, cose.digest_of(wire.to_bytes(school.text(FORM)))).to_text()
    paper(folder, f"{school.text(FORM)}\n{proof}", "with-proof.txt")
    publish(folder, school.contents(seasons=(season,), cutover=school.TODAY - 40))


@world
def key_rights(folder: Path) -> None:
    paper(folder, school.text(FORM))
    publish(folder, school.contents(rights={1: frozenset((school.form().hash,))}))


@world
def altered(folder: Path) -> None:
    paper(folder, tampered(school.text(FORM)))
    paper(folder, tampered(school.text(FORM)), "paper.png")
    publish(folder, school.contents())


@world
def unknown_school(folder: Path) -> None:
    paper(folder, school.text(FORM))
    publish(folder, school.contents(keys=()))
    publish(
        folder, school.contents(keys=(), authority="Another authority", where="https://b.example"), "b.qct"
    )


@world
def unknown_form(folder: Path) -> None:
    paper(folder, school.text())
    only = school.entries()[FORM]
    publish(folder, school.contents(forms=(only,), rights={1: frozenset((only.hash,))}))


@world
def check_clock(folder: Path) -> None:
    paper(folder, certificate_text(issued=school.NOW + timedelta(days=2)))
    publish(folder, school.contents())


@world
def unsupported(folder: Path) -> None:
    paper(folder, "QC2:RRQT", "later.txt")
    paper(folder, resigned(cbor.encode(claims(m4=1))), "odd.txt")
    publish(folder, school.contents())


@world
def not_qrcert(folder: Path) -> None:
    (folder / "letter.txt").write_text("Dear colleagues,\nthe certificate is attached.\n")
    (folder / "empty.txt").write_bytes(b"")
    link = "HTTPS://QR.EXAMPLE/77"
    (folder / "link.png").write_bytes(Symbol(link).png(4))
    publish(folder, school.contents())


@world
def unreadable(folder: Path) -> None:
    paper(folder, school.text(FORM)[:-7], "cut.txt")
    Image.new("L", (200, 200), 255).save(folder / "blank.png")
    (folder / "damaged.png").write_bytes(Symbol("QC1:RRQT").png(4)[:60])
    publish(folder, school.contents())


# --- beyond the verdicts


@world
def test_key(folder: Path) -> None:
    paper(folder, certificate_text(test=True))
    publish(folder, listed(test=True))
    own(folder, "list.qct")


@world
def several_lists(folder: Path) -> None:
    paper(folder, school.text(FORM))
    publish(folder, school.contents())
    entry = KeyEntry(school.KEY.public_key, OTHER, school.TODAY - 1000, school.TODAY, 1, ("void", DAY))
    other = school.contents(schools=(OTHER,), keys=(entry,), authority="Another authority")
    (folder / "b.qct").write_bytes(school.publish_bytes(other, signer="another signer"))


@world
def renamed(folder: Path) -> None:
    now = School(7, (*school.SCHOOL.names, (school.TODAY - 10, "Lyceum No. 7")), "Moscow")
    paper(folder, school.text(FORM))
    publish(folder, replace(listed(school=now), schools=(now,)))


@world
def folder_of_many(folder: Path) -> None:
    many = folder / "papers"
    (many / "b").mkdir(parents=True)
    paper(many, school.text(FORM), "a.txt")
    paper(many, tampered(school.text(FORM)), "b/c.png")
    (many / "b" / "notes.txt").write_text("no code here\n")
    (many / "music.mp3").write_bytes(b"ID3\x04\0\0\0\0")
    (many / "zeros.bin").write_bytes(bytes(100))
    (many / "link").symlink_to(folder / "list.qct")
    publish(folder, school.contents())


@world
def one_page_two_codes(folder: Path) -> None:
    """Two papers on one scan, a link beside them; and the papers swapped, each with the other's code."""
    first, second = school.text(FORM), certificate_text(number="A-2")
    sheet = pictures.page([first, second, "HTTPS://QR.EXAMPLE/77"], module_px=4, size=(520, 1500))
    Image.fromarray(np.ascontiguousarray(sheet)).save(folder / "scan.png")
    publish(folder, school.contents())


@world
def fork(folder: Path) -> None:
    """Two files of one authority whose second roots differ; a later list of the first of them."""
    stored = trust_maker.world()
    other = trust_maker.World(list(stored.roots), stored.body, stored.signed_by)
    other.roots[1] = replace(stored.roots[1], changes={2: trust_maker.ROOT_UNTIL - 1})
    paper(folder, school.text(FORM))
    (folder / "ours.qct").write_bytes(stored.file())
    (folder / "forked.qct").write_bytes(other.file())
    (folder / "later.qct").write_bytes(trust_maker.following(stored).file())
    (folder / "earlier.qct").write_bytes(trust_maker.one_root().file())
    own(folder, "ours.qct")
