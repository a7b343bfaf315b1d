"""The story of the demo: an authority, a school, a class, its papers, photos of them, and what they prove."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from qrcert import authority, cbor, checking, cose, issue, wire
from qrcert.cli.authority import make_with_forms
from qrcert.cli.demo import pupils
from qrcert.cli.demo.camera import photograph, render_page
from qrcert.cli.forms import find_form
from qrcert.encode import Certificate, sign_bytes
from qrcert.errors import Refused
from qrcert.form import Table
from qrcert.signing import Signer, SigningKey
from qrcert.symbol import Symbol
from qrcert.trust import TrustList, read_key_request, unwrap

FORM: Final = "ru.attestat.11"
SCHOOL: Final = (
    "Муниципальное бюджетное общеобразовательное учреждение «Средняя школа № 17 имени Ю. А. Гагарина»"
)
PLACE: Final = "городской округ Щёлково Московской области"
AUTHORITY: Final = "Демонстрационный орган образования (ПРОБА)"
MARKER: Final = ".qrcert-demo"

Say = Callable[[str, str], None]
"""Is told each step as it begins, in English and Russian."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture of the demo, what it shows (English, Russian), and the verdict that it must get."""

    path: Path
    shows: tuple[str, str]
    expected: str


@dataclass(frozen=True, slots=True)
class Story:
    """The finished demo: its folder, the list that the verifier goes by, and the scenes."""

    folder: Path
    trust: TrustList
    pages: Path
    scenes: tuple[Scene, ...]


def tell_story(folder: Path, *, now: datetime, say: Say) -> Story:
    """Make the whole demo in ``folder``; raises `Refused` if the folder holds anything but an earlier demo."""
    _make_room(folder)
    secret = secrets.token_urlsafe(18).encode()
    _keep_passphrase(folder, secret)
    today = wire.to_day(now)

    say("an authority, and a school whose key it admits", "орган образования и школа, ключ которой он вносит")
    made = make_with_forms(
        folder / "authority", name=AUTHORITY, where="qrcert demo", passphrase=secret, test=True
    )
    office = _make_office(folder / "school", secret, made, today)
    made = _admit(made, office)
    first = authority.publish(made, passphrase=secret, today=today)
    authority.write_list(office.folder / issue.LIST, authority.newest_bytes(made))

    say(
        "a class of five and one mistake: signed, recorded, drawn, read back",
        "класс из пяти человек и одна ошибка",
    )
    key = office.load_key(secret)
    issued = _issue(office, pupils.the_class(now.year), "class", folder / "issued", key, now)
    mistake = _issue(office, pupils.the_mistake(now.year), "mistake", folder / "issued" / "mistake", key, now)

    say("the mistake is withdrawn, list No. 2 says so", "ошибка отозвана, это видно из списка № 2")
    made = _withdraw(authority.open_authority(made.folder), mistake, first, now)
    trust = authority.publish(made, passphrase=secret, today=today)
    authority.write_list(folder / "list.qct", authority.newest_bytes(made))

    say(
        "photos of all papers, and three that should not pass",
        "фотографии всех бумаг и три, что не должны пройти",
    )
    photos = folder / "photos"
    photos.mkdir()
    scenes = [
        _photograph(file, photos / f"{place}-{file.stem}.jpg", pupils.SHOWS[place - 1], "genuine", seed=place)
        for place, file in enumerate(issued.files, 1)
    ]
    shows = ("the mistake, withdrawn since", "ошибка, с тех пор отозвана")
    scenes.append(_photograph(mistake.files[0], photos / "6-withdrawn.jpg", shows, "withdrawn", seed=6))
    scenes += _forgeries(issued, photos)
    return Story(folder, trust, issued.folder / "all.pdf", tuple(scenes))


def check(story: Story, *, now: datetime) -> list[tuple[Scene, checking.Finding]]:
    """Verify every scene as an employer would, and return what was found, in order."""
    request = checking.Request((story.trust,), now, named_lists=True)
    return [(scene, checking.check_file(scene.path, request)[0]) for scene in story.scenes]


def _make_room(folder: Path) -> None:
    """Make the folder, or empty it of an earlier demo; never of anything else."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            if not (folder / MARKER).is_file():
                raise Refused(f"{str(folder)!r} is not empty, and no demo made it", hint="name a new folder")
            _remove_demo(folder)
        (folder / MARKER).write_text(
            "made by qrcert demo; the next one may empty this folder\n", encoding="utf-8"
        )
    except OSError as error:
        raise Refused(f"cannot use the folder {str(folder)!r}: {error.strerror}") from error


def _remove_demo(folder: Path) -> None:
    for name in ("authority", "school", "issued", "photos"):
        if (folder / name).is_symlink():
            (folder / name).unlink()
        elif (folder / name).is_dir():
            shutil.rmtree(folder / name)
    for name in ("list.qct", "list.json", "passphrase.txt"):
        (folder / name).unlink(missing_ok=True)


def _keep_passphrase(folder: Path, secret: bytes) -> None:
    path = folder / "passphrase.txt"
    path.touch(mode=0o600)
    path.write_bytes(secret + b"\n")


def _make_office(folder: Path, secret: bytes, made: authority.Authority, today: int) -> issue.Office:
    office, _ = issue.make_office(
        folder,
        school=SCHOOL,
        place=PLACE,
        alg=cose.ED25519,
        passphrase=secret,
        nonce=secrets.token_bytes(16),
        today=today,
        authority=made.root.hash,
    )
    settings = folder / issue.SETTINGS
    text = settings.read_text(encoding="utf-8")
    for empty, filled in (
        ('post = ""', 'post = "Директор"'),
        ('head = ""', 'head = "Ю. Э. Цыганков"'),
        ('heading = ""', 'heading = "РОССИЙСКАЯ ФЕДЕРАЦИЯ"'),
    ):
        text = text.replace(empty, filled)
    settings.write_text(text, encoding="utf-8")
    return issue.open_office(office.folder)


def _admit(made: authority.Authority, office: issue.Office) -> authority.Authority:
    request = read_key_request(unwrap((office.folder / issue.REQUEST).read_bytes()))
    plan = authority.plan_admission(made, request, forms="ru.*", today=request.head.made_on)
    made = authority.admit(made, plan)
    made.save()
    return made


def _issue(
    office: issue.Office, rows: list[dict[str, Any]], name: str, out: Path, key: Signer, now: datetime
) -> issue.Issued:
    """Write a class list and issue it, as ``qrcert issue`` does."""
    kind = find_form(FORM)
    source = office.folder / f"{name}.json"
    source.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    plan = issue.prepare(source, office=office, form=kind.form, form_office=kind.office, today=now.date())
    recorded = issue.sign_and_record(plan, key=key, now=now)
    done = issue.draw_and_check(plan, recorded, folder=out, template="certificate", now=now)
    issue.write_summary(done, plan, language="ru")
    return done


def _withdraw(
    made: authority.Authority, mistake: issue.Issued, trust: TrustList, now: datetime
) -> authority.Authority:
    signed = mistake.entries[0].signed
    verdict = checking.Request((trust,), now, named_lists=True).verify(wire.to_text(signed))
    changed = authority.withdraw_verified(made, verdict, signed, kind=3, by="copy", today=wire.to_day(now))
    changed.save()
    return changed


def _photograph(pdf: Path, photo: Path, shows: tuple[str, str], expected: str, *, seed: int) -> Scene:
    photo.write_bytes(photograph(render_page(pdf.read_bytes()), seed=seed))
    return Scene(photo, shows, expected)


def _forgeries(issued: issue.Issued, photos: Path) -> list[Scene]:
    """Return a code whose marks were changed after signing, and a well-made one of a school nobody knows."""
    signed = issued.entries[1].signed
    altered = photos / "7-altered.png"
    altered.write_bytes(Symbol(wire.to_text(_with_better_mark(signed))).png(6))
    unknown = photos / "8-unknown-school.png"
    kind = find_form(FORM)
    claims = cbor.decode(cose.read_sign1(signed, max_bytes=wire.MAX_BYTES).payload)
    values = kind.form.values({label: value for label, value in claims.items() if label > 0})
    forged = Certificate(kind.form, "99900000000001", issued.entries[1].issued, values, test=True)
    stranger = SigningKey.generate(cose.ED25519)
    unknown.write_bytes(Symbol(wire.to_text(sign_bytes(forged, key=stranger))).png(6))
    return [
        Scene(
            altered,
            ("a 4 made into a 5 after signing", "четвёрка, ставшая пятёркой после подписи"),
            "altered",
        ),
        Scene(unknown, ("a school that is in no list", "школа, которой нет в списке"), "unknown_school"),
    ]


def _with_better_mark(signed: bytes) -> bytes:
    """Return the certificate with its first 4 made into a 5, signature left as it was."""
    form = find_form(FORM).form
    message = cose.read_sign1(signed, max_bytes=wire.MAX_BYTES)
    payload = cbor.decode(message.payload)
    field = form.field("marks")
    assert field is not None
    assert isinstance(field.kind, Table)
    marks = field.kind.value(payload[field.key])
    worse = next(row for row in marks if isinstance(row, list) and row[1] == "4")
    worse[1] = "5"
    payload[field.key] = field.pack(marks)
    changed = message._replace(payload=cbor.encode(payload))
    return cose.write_sign1(changed.protected, changed.payload, changed.signature)
