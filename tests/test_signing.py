"""Private keys: their files, what OpenSSL makes of them, and what never shows."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
import subprocess
import traceback
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from qrcert import cose, signing
from qrcert.errors import KeyFileError, Unsupported
from qrcert.signing import MAX_KEY_FILE, MIN_PASSPHRASE, SigningKey, load_keys, save_keys

ALGORITHMS = (cose.ED25519, cose.ESP256, cose.ML_DSA_65)
SEED = bytes.fromhex("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42")
PASSPHRASE = "четыре слова подряд".encode()
CHEAP = BestAvailableEncryption(PASSPHRASE)
"""Other people's envelope, quick to open; ours takes a tenth of a second on purpose."""


@pytest.fixture(scope="module")
def keys() -> list[SigningKey]:
    return [SigningKey.from_seed(alg, SEED) for alg in ALGORITHMS]


@pytest.fixture(scope="module")
def saved(keys: list[SigningKey], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file that holds one key for each algorithm; tests copy it and leave it as it is."""
    path = tmp_path_factory.mktemp("keys") / "signer.key"
    before = os.umask(0)
    try:
        save_keys(path, keys, passphrase=PASSPHRASE)
    finally:
        os.umask(before)
    return path


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make our envelope quick to write, where a test is not about it."""
    monkeypatch.setattr(signing, "SCRYPT_N", 128)


@pytest.fixture
def put(tmp_path: Path) -> Callable[[bytes], Path]:
    """Return a function that writes bytes to a file only its owner can read."""

    def write(data: bytes) -> Path:
        path = tmp_path / "school.key"
        path.write_bytes(data)
        path.chmod(0o600)
        return path

    return write


def pem(private: Ed25519PrivateKey | ec.EllipticCurvePrivateKey | ed448.Ed448PrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, CHEAP)


def blocks(path: Path) -> list[bytes]:
    end = b"-----END ENCRYPTED PRIVATE KEY-----\n"
    return [block + end for block in path.read_bytes().split(end)[:-1]]


def openssl(*words: str, given: bytes = b"") -> bytes:
    assert shutil.which("openssl"), "these tests need the command openssl (Debian: apt install openssl)"
    command = ["openssl", *words]
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout


# ---------------------------------------------------------------- keys


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_new_key_signs_what_its_public_half_checks(alg: int) -> None:
    one, two = SigningKey.generate(alg), SigningKey.generate(alg)
    assert one.alg == alg
    assert one.public != two.public
    assert len(one.public) == cose.PUBLIC_BYTES[alg]
    assert one.kid == cose.kid_of(alg, one.public)
    assert one.public_key == cose.PublicKey(alg, one.public)
    for text in (b"", b"text", bytes(70_000)):
        signature = one.sign(text)
        assert len(signature) == cose.SIGNATURE_BYTES[alg]
        one.public_key.verify(signature, text)


def test_esp256_signatures_always_have_a_low_s() -> None:
    key = SigningKey.from_seed(cose.ESP256, SEED)
    for count in range(40):
        s = int.from_bytes(key.sign(bytes((count,)))[32:], "big")
        assert s == cose.low_s(s)


@pytest.mark.parametrize("alg", [0, -7, -8, -48, -50, 18])
def test_no_other_keys_are_made(alg: int) -> None:
    with pytest.raises(Unsupported, match=f"algorithm {alg}"):
        SigningKey.generate(alg)
    with pytest.raises(Unsupported, match=f"algorithm {alg}"):
        SigningKey.from_seed(alg, SEED)


# ---------------------------------------------------------------- files


def test_what_is_saved_is_loaded(keys: list[SigningKey], saved: Path) -> None:
    loaded = load_keys(saved, passphrase=PASSPHRASE)
    assert [(key.alg, key.public, key.kid) for key in loaded] == [
        (key.alg, key.public, key.kid) for key in keys
    ]
    for key in loaded:
        key.public_key.verify(key.sign(b"m"), b"m")


def test_only_the_owner_may_read_whatever_the_umask(saved: Path) -> None:
    assert saved.stat().st_mode & 0o7777 == 0o600


def test_every_block_has_scrypt_with_its_own_salt(keys: list[SigningKey], saved: Path) -> None:
    """PBES2, scrypt with N = 16384, r = 8, p = 5, AES-256-CBC, in DER; and never the seed in the clear."""
    assert len(blocks(saved)) == 3
    salts = set()
    for block in blocks(saved):
        assert block.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
        assert max(map(len, block.splitlines())) == 64
        der = b64decode(b"".join(block.splitlines()[1:-1]))
        assert bytes.fromhex("06092a864886f70d01050d") in der
        scrypt = bytes.fromhex("06092b06010401da47040b301c0410")
        at = der.index(scrypt) + len(scrypt)
        salts.add(der[at : at + 16])
        assert der[at + 16 : at + 26].hex() == "02024000020108020105"
        assert bytes.fromhex("060960864801650304012a0410") in der
        assert SEED not in der
    assert len(salts) == 3


def test_openssl_opens_what_we_wrote(keys: list[SigningKey], saved: Path) -> None:
    word = f"pass:{PASSPHRASE.decode()}"
    for key, block in list(zip(keys, blocks(saved), strict=True))[:2]:  # OpenSSL knows ML-DSA from 3.5 on
        said = openssl("pkey", "-passin", word, "-noout", "-text", given=block)
        told = said.translate(None, b" :\n").decode()
        assert SEED.hex() in told
        assert key.public.hex() in told


def test_we_open_what_openssl_wrote(tmp_path: Path) -> None:
    for name, words in (
        ("ed", ("-algorithm", "ED25519")),
        ("ec", ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")),
    ):
        path = tmp_path / name
        word = f"pass:{PASSPHRASE.decode()}"
        openssl("genpkey", *words, "-aes-256-cbc", "-pass", word, "-out", str(path))
        path.chmod(0o600)
        (key,) = load_keys(path, passphrase=PASSPHRASE)
        assert openssl("pkey", "-in", str(path), "-passin", word, "-pubout", "-outform", "DER").endswith(
            key.public
        )


@pytest.mark.parametrize(
    "respell",
    [
        lambda block: block.replace(b"\n", b"\r\n"),
        lambda block: block.rstrip(b"\n"),
        lambda block: block + b"\n\n \r\n",
        lambda block: b"\n" + block,
    ],
    ids=["windows line ends", "no last line end", "blank lines behind", "blank line in front"],
)
def test_a_file_that_an_editor_touched_still_opens(
    respell: Callable[[bytes], bytes], put: Callable[[bytes], Path]
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(SEED)
    (key,) = load_keys(put(respell(pem(private))), passphrase=PASSPHRASE)
    assert key.public == private.public_key().public_bytes_raw()


def test_a_file_of_ours_with_windows_line_ends(
    keys: list[SigningKey], saved: Path, put: Callable[[bytes], Path]
) -> None:
    (key,) = load_keys(put(blocks(saved)[1].replace(b"\n", b"\r\n")), passphrase=PASSPHRASE)
    assert key.public == keys[1].public


def test_a_wrong_passphrase(saved: Path, put: Callable[[bytes], Path]) -> None:
    path = put(blocks(saved)[0])
    with pytest.raises(KeyFileError, match=r"'school\.key' does not open: the passphrase is wrong") as caught:
        load_keys(path, passphrase=PASSPHRASE + b".")
    assert "keyboard layout" in (caught.value.hint or "")
    for other in (b"", PASSPHRASE[:-1], PASSPHRASE + b"\n", b"\0" * 2000):
        with pytest.raises(KeyFileError, match="does not open"):
            load_keys(put(pem(Ed25519PrivateKey.generate())), passphrase=other)


def test_damaged_files(saved: Path, put: Callable[[bytes], Path]) -> None:
    good = blocks(saved)[0]
    lines = good.splitlines(keepends=True)
    for damaged in (
        good.replace(lines[2], b""),
        good.replace(lines[1], lines[1][::-1]),
        good.replace(lines[1][:4], b"####"),
        good.replace(lines[1], b"\n"),
        lines[0] + lines[-1],
        lines[-1],
        good + lines[-1],
    ):
        with pytest.raises(KeyFileError, match="does not open"):
            load_keys(put(damaged), passphrase=PASSPHRASE)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"hello",
        bytes(1000),
        bytes(range(256)),
        b"\0" * (MAX_KEY_FILE + 1),
        "ключ".encode("utf-16"),
        Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        Ed25519PrivateKey.generate()
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        pem(Ed25519PrivateKey.generate())[:-10],
        pem(Ed25519PrivateKey.generate()) + b"more",
        b"-----END ENCRYPTED PRIVATE KEY-----\n-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
        pem(Ed25519PrivateKey.generate()) * 400,
    ],
    ids=[
        "empty",
        "blank",
        "text",
        "zeros",
        "bytes",
        "long",
        "utf-16",
        "open",
        "public",
        "cut",
        "more",
        "inside out",
        "400 keys",
    ],
)
def test_what_holds_no_encrypted_key(data: bytes, put: Callable[[bytes], Path]) -> None:
    with pytest.raises(KeyFileError, match=r"'school\.key' holds no encrypted private key in PEM"):
        load_keys(put(data), passphrase=PASSPHRASE)


def test_an_open_key_before_an_encrypted_one_is_refused(put: Callable[[bytes], Path]) -> None:
    private = Ed25519PrivateKey.generate()
    plain = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(KeyFileError, match="does not open"):
        load_keys(put(plain + pem(private)), passphrase=PASSPHRASE)


def test_keys_of_another_kind_are_refused(put: Callable[[bytes], Path]) -> None:
    with pytest.raises(KeyFileError, match="of a kind that is not ours"):
        load_keys(put(pem(ed448.Ed448PrivateKey.generate())), passphrase=PASSPHRASE)
    with pytest.raises(KeyFileError, match="neither Ed25519 nor P-256 nor ML-DSA-65"):
        load_keys(put(pem(ec.generate_private_key(ec.SECP384R1()))), passphrase=PASSPHRASE)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666, 0o620, 0o602, 0o610, 0o601, 0o777])
def test_a_key_that_others_may_touch_is_not_used(mode: int, put: Callable[[bytes], Path]) -> None:
    path = put(pem(Ed25519PrivateKey.generate()))
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=rf"can be read by others \(mode {mode:04o}\)") as caught:
        load_keys(path, passphrase=PASSPHRASE)
    assert caught.value.hint == "chmod 600 school.key"
    path.chmod(0o400)
    assert load_keys(path, passphrase=PASSPHRASE)


def test_places_that_are_no_file(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot read the key file 'absent': No such file"):
        load_keys(tmp_path / "absent", passphrase=PASSPHRASE)
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "link").symlink_to("/dev/zero")
    (tmp_path / "loop").symlink_to("loop")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "link", Path(os.devnull)):
        with pytest.raises(KeyFileError, match="is not an ordinary file"):
            load_keys(path, passphrase=PASSPHRASE)
    for path in (tmp_path / "loop", tmp_path / "absent" / "key", Path(__file__) / "key"):
        with pytest.raises(KeyFileError, match="cannot read"):
            load_keys(path, passphrase=PASSPHRASE)


@pytest.mark.usefixtures("cheap")
def test_a_key_is_never_overwritten(keys: list[SigningKey], tmp_path: Path) -> None:
    path = tmp_path / "school.key"
    path.write_bytes(b"another key")
    (tmp_path / "link").symlink_to("target")
    (tmp_path / "folder").mkdir()
    for there in (path, tmp_path / "link", tmp_path / "folder"):
        with pytest.raises(
            KeyFileError, match=f"'{there.name}' is there already: a key is never overwritten"
        ):
            save_keys(there, keys[:1], passphrase=PASSPHRASE)
    assert path.read_bytes() == b"another key"
    assert not (tmp_path / "target").exists()


@pytest.mark.usefixtures("cheap")
def test_a_disk_that_does_not_take_the_key_keeps_no_half_of_it(
    keys: list[SigningKey], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyFileError, match=r"cannot write the key file 'school\.key': No space left"):
        save_keys(tmp_path / "school.key", keys[:1], passphrase=PASSPHRASE)
    with pytest.raises(KeyFileError, match=r"cannot write the key file 'school\.key': No such file"):
        save_keys(tmp_path / "absent" / "school.key", keys[:1], passphrase=PASSPHRASE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("cheap")
def test_a_short_passphrase_makes_no_file(keys: list[SigningKey], tmp_path: Path) -> None:
    for short in (b"", b"1234567", "раз".encode()):
        with pytest.raises(
            KeyFileError, match=f"a passphrase of {len(short)} bytes where at least 8 are due"
        ):
            save_keys(tmp_path / "school.key", keys[:1], passphrase=short)
    assert list(tmp_path.iterdir()) == []
    save_keys(tmp_path / "school.key", keys[:1], passphrase=b"x" * MIN_PASSPHRASE)
    assert load_keys(tmp_path / "school.key", passphrase=b"x" * MIN_PASSPHRASE)[0].public == keys[0].public


@pytest.mark.usefixtures("cheap")
def test_a_very_long_passphrase_does_not_lock_the_key_away(keys: list[SigningKey], tmp_path: Path) -> None:
    """OpenSSL's own limit is 1 023 bytes; a key that was saved must open again."""
    save_keys(tmp_path / "school.key", keys[:1], passphrase=b"word " * 500)
    assert load_keys(tmp_path / "school.key", passphrase=b"word " * 500)[0].public == keys[0].public


# ---------------------------------------------------------------- secrets


def test_private_bytes_and_passphrases_never_show(
    keys: list[SigningKey], saved: Path, put: Callable[[bytes], Path]
) -> None:
    typed = b"staple battery"
    shown = [f"{key} {key!r} {[key]}" for key in keys]
    assert shown[0].startswith("SigningKey(-19, kid ")
    for act in (
        lambda: load_keys(put(blocks(saved)[0]), passphrase=typed),
        lambda: load_keys(put(SEED), passphrase=typed),
        lambda: save_keys(saved, keys[:1], passphrase=typed),
        lambda: save_keys(saved, keys[:1], passphrase=typed[:6]),
    ):
        with pytest.raises(KeyFileError) as caught:
            act()
        shown += traceback.format_exception(caught.value)
        shown.append(f"{caught.value!r} {caught.value.hint}")
    for secret in (
        SEED.hex(),
        SEED.hex().upper(),
        repr(SEED)[2:-1],
        str(int.from_bytes(SEED, "big")),
        "staple",
    ):
        assert not any(secret in text for text in shown if "typed = b" not in text)
    for key in keys:
        assert not hasattr(key, "__dict__")
        with pytest.raises(TypeError):
            pickle.dumps(key)
