"""Keys on a real PKCS#11 token (SoftHSM 2): made there, used there, never read out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pkcs11
import pytest

import offices
import school
import softhsm
import terminal
from offices import pupil, write_json
from qrcert import cose, issue
from qrcert.errors import KeyFileError, Refused, Unsupported
from qrcert.tokens import TokenAddress, TokenKey
from qrcert.trust import KeyEntry, read_key_request, unwrap

PIN = softhsm.PIN.encode()


@pytest.fixture(scope="module", autouse=True)
def _token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    softhsm.start(tmp_path_factory.mktemp("hsm"))
    pkcs11.lib(softhsm.module()).reinitialize()
    return


def address(name: str = "qrcert", **changes: Any) -> TokenAddress:
    return TokenAddress.from_uri(softhsm.uri(name, **changes))


@pytest.mark.parametrize("alg", [cose.ED25519, cose.ESP256])
def test_a_key_is_made_on_the_token_and_signs_there(alg: int) -> None:
    name = f"made {alg}".replace(" ", "-")
    with TokenKey.generate(address(name), pin=PIN, alg=alg) as made:
        made.public_key.verify(made.sign(b"message"), b"message")
    with TokenKey.load(address(name), pin=PIN, alg=alg) as again:
        assert (again.kid, again.public) == (made.kid, made.public)
        assert repr(again) == f"TokenKey({alg}, kid {made.kid.hex()})"
        for count in range(8):  # half of them would have a high s
            message = bytes([count])
            again.public_key.verify(again.sign(message), message)


@pytest.mark.parametrize("alg", [cose.ED25519, cose.ESP256])
def test_the_private_value_cannot_be_read_out(alg: int) -> None:
    with TokenKey.generate(address(f"secret{alg}"), pin=PIN, alg=alg) as made:
        private = made._private
        assert private[pkcs11.Attribute.SENSITIVE]
        assert not private[pkcs11.Attribute.EXTRACTABLE]
        with pytest.raises(pkcs11.exceptions.AttributeSensitive):
            private[pkcs11.Attribute.VALUE]


def test_no_key_is_overwritten() -> None:
    TokenKey.generate(address("once"), pin=PIN).close()
    with pytest.raises(KeyFileError, match="has a key 'once' already: a key is never overwritten"):
        TokenKey.generate(address("once"), pin=PIN)


def test_a_key_that_nobody_has_seen_can_be_taken_back() -> None:
    TokenKey.generate(address("back"), pin=PIN).destroy()
    TokenKey.generate(address("back"), pin=PIN).close()


@pytest.mark.parametrize(
    ("changes", "pin", "said"),
    [
        ({}, b"00000000", "the PIN of the token is wrong"),
        ({}, b"1", "the PIN"),
        ({"token": "Nobody"}, PIN, "no such token is plugged in"),
        ({"name": "unknown"}, PIN, "the token has no such key"),
    ],
)
def test_what_goes_wrong_is_told(changes: dict[str, str], pin: bytes, said: str) -> None:
    with pytest.raises(KeyFileError, match=said) as caught:
        TokenKey.load(address(**changes), pin=pin, alg=cose.ED25519)
    assert pin.decode() not in str(caught.value) or pin == b"1"


def test_a_key_of_another_kind_is_refused() -> None:
    TokenKey.generate(address("kind"), pin=PIN, alg=cose.ESP256).close()
    with pytest.raises(KeyFileError, match="is of another kind: its public half has"):
        TokenKey.load(address("kind"), pin=PIN, alg=cose.ED25519)
    with pytest.raises(Unsupported):
        TokenKey.generate(address("kind"), pin=PIN, alg=cose.ML_DSA_65)


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("softhsm:token=a", "is no address of a key on a token"),
        ("pkcs11:token=a;object=b;pin-value=1234", "is no address of a key on a token: pin-value"),
        (
            "pkcs11:token=a;object=b?module-path=/x&pin-value=1234",
            "is no address of a key on a token: pin-value",
        ),
        ("pkcs11:token=a?module-path=/x", "lacks object"),
        ("pkcs11:object=b?module-path=/x", "lacks token"),
        ("pkcs11:token=a;object=b", "lacks module-path"),
    ],
)
def test_an_address_names_a_token_a_key_and_a_library(uri: str, said: str) -> None:
    with pytest.raises(KeyFileError, match=said) as caught:
        TokenAddress.from_uri(uri)
    assert "1234" not in str(caught.value)


def test_blanks_in_an_address_are_spelled_as_in_every_uri() -> None:
    found = TokenAddress.from_uri("pkcs11:token=My%20School;object=k;serial=0a?module-path=/a%20b.so")
    assert found == TokenAddress("/a b.so", "My School", "0a", "k")


@pytest.mark.parametrize("path", ["/nowhere.so", __file__])
def test_a_library_that_does_not_load_is_told(path: str) -> None:
    with pytest.raises(KeyFileError, match="the token fails: OS exception while loading"):
        TokenKey.load(TokenAddress(path, "a", "", "b"), pin=PIN, alg=cose.ED25519)


# --- a school whose key is on a token


@pytest.mark.parametrize("alg", ["ed25519", "esp256"])
def test_a_school_with_a_token_issues_like_any_other(tmp_path: Path, alg: str) -> None:
    secret = tmp_path / "pin.txt"
    secret.write_text(softhsm.PIN)
    folder = tmp_path / "office"
    done = terminal.run(
        *("office", "init", folder, "--school", "School No. 7", "--place", "Moscow", "--alg", alg),
        *("--pkcs11", softhsm.uri(f"school-{alg}"), "--passphrase-file", secret),
    )
    assert (done.status, done.err) == (0, "")
    assert "keep the token and its PIN" in done.out
    assert not (folder / issue.KEY).exists()
    assert softhsm.PIN not in (folder / issue.SETTINGS).read_text(encoding="utf-8")
    office = issue.open_office(folder)
    assert read_key_request(unwrap((folder / issue.REQUEST).read_bytes())).key == office.key
    key = office.load_key(PIN)
    trust = school.publish_bytes(
        school.contents(
            keys=(KeyEntry(office.key, school.SCHOOL, school.TODAY - 1000, school.TODAY + 400, 1),)
        )
    )
    (folder / issue.LIST).write_bytes(trust)
    source = write_json(tmp_path / "class.json", [pupil(1), pupil(2)])
    issued = offices.issued(source, office, key=key)
    assert issued.added == 2


def test_a_key_that_is_not_the_one_of_the_settings_is_refused(tmp_path: Path) -> None:
    for name in ("one", "two"):
        issue.make_office(
            tmp_path / name,
            school="S",
            place="P",
            alg=cose.ED25519,
            passphrase=PIN,
            nonce=bytes(16),
            today=20_000,
            token=softhsm.uri(f"settings-{name}"),
        )
    settings = tmp_path / "one" / issue.SETTINGS
    settings.write_text(settings.read_text().replace("settings-one", "settings-two"))
    with pytest.raises(Refused, match="'settings-two' is not the key"):
        issue.open_office(tmp_path / "one").load_key(PIN)


def test_an_office_that_cannot_be_made_leaves_no_key_on_the_token(tmp_path: Path) -> None:
    (tmp_path / "office" / issue.REQUEST).mkdir(parents=True)
    for _ in range(2):
        with pytest.raises(Refused, match="cannot write"):
            issue.make_office(
                tmp_path / "office",
                school="S",
                place="P",
                alg=cose.ED25519,
                passphrase=PIN,
                nonce=bytes(16),
                today=20_000,
                token=softhsm.uri("left-behind"),
            )
