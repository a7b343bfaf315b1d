"""Make the published demo: a trust list of test keys, its readable copy, and a certificate to try it on.

    python spec/make_demo_list.py            write keys/demo.qct, demo.json, demo.txt
    python spec/make_demo_list.py --check    change nothing, tell what differs

Every private key here follows from a published sentence, so that anybody can repeat this: all keys are test keys.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from making.keys import ed25519, seed_of, signer
from making.lists import NO_HASH, ROOT, Authority, Body, key_body, root_body, school_body, signed
from making.octets import cbor, day

from qrcert import cose, encode
from qrcert.authority.publishing import as_data
from qrcert.form import shipped_forms, shipped_samples
from qrcert.signing import SigningKey
from qrcert.trust import FormEntry, TrustList, compile_form

KEYS = Path(__file__).parent.parent / "keys"
NAME = "QRCERT DEMO (TEST)"
ISSUED, NEXT_UPDATE, UNTIL = "2026-11-01", "2027-11-30", "2036-12-31"
WINDOW = "2026-09-01", "2027-12-31"
SAMPLE = "participation"

SCHOOLS = (
    ("Школа МГТУ имени Н. Э. Баумана (TEST)", "Москва"),
    ("Школа Санкт-Петербургского политехнического университета Петра Великого (TEST)", "Санкт-Петербург"),
    ("Школа Московского педагогического государственного университета (TEST)", "Москва"),
    (
        "Школа Уральского федерального университета имени Б. Н. Ельцина (TEST)",
        "Екатеринбург",
    ),
    ("Школа Российского университета транспорта (TEST)", "Москва"),
)
"""Named after the schools of the first experiment, 2021, none of which has these keys."""


def _key_name(number: int) -> str:
    return f"demo school {number}"


def _forms() -> list[FormEntry]:
    return [compile_form(text) for text in shipped_forms().values()]


def _schools() -> list[Body]:
    return [
        school_body(
            number,
            ("2021-09-01", name),
            keys=[key_body(ed25519(_key_name(number)), window=WINDOW, test=True)],
            place=place,
        )
        for number, (name, place) in enumerate(SCHOOLS, 1)
    ]


def demo_list() -> bytes:
    """Return the bytes of the demo list: one root, one signer, all shipped forms, a test key a school."""
    one = signer("demo authority signer")
    payload = cbor(root_body([one]) | {2: day(UNTIL)})
    root = signed(payload, [one], aad=ROOT)
    authority = Authority(NAME, (one,), (root,), sha256(payload).digest())
    forms = _forms()
    return authority.publish(
        {
            1: "keys/demo.qct, where qrcert is published",
            3: 1,
            4: NO_HASH,
            5: day(ISSUED),
            6: day(NEXT_UPDATE),
            7: sorted([form.data, form.translations] for form in forms),
            8: [[1, sorted(form.hash for form in forms)]],
            9: _schools(),
        }
    )


def demo_certificate(trust: TrustList) -> str:
    """Return the text of a certificate of the first school, under its test key."""
    key = SigningKey.from_seed(cose.ED25519, seed_of(_key_name(1)))
    form = next(
        form
        for one in trust.contents.forms
        if (form := trust.form(one.hash)) is not None and form.id == SAMPLE
    )
    sample = shipped_samples()[SAMPLE]
    return encode.sign_certificate(
        encode.Certificate(form, sample.number, date.fromisoformat("2026-11-20"), sample.values, test=True),
        key=key,
    )


def files() -> dict[str, bytes]:
    """Return what stands in ``keys`` by file name."""
    data = demo_list()
    trust = TrustList.from_bytes(data)
    readable = json.dumps(as_data(trust), ensure_ascii=False, indent=1) + "\n"
    return {
        "demo.qct": data,
        "demo.json": readable.encode(),
        "demo.txt": (demo_certificate(trust) + "\n").encode("ascii"),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, tell what differs")
    check = parser.parse_args().check
    wanted = files()
    different = [
        name
        for name, data in wanted.items()
        if not (KEYS / name).exists() or (KEYS / name).read_bytes() != data
    ]
    for name in different:
        print(f"{'differs' if check else 'written'}: keys/{name}")
        if not check:
            (KEYS / name).write_bytes(wanted[name])
    return 1 if check and different else 0


if __name__ == "__main__":
    sys.exit(main())
