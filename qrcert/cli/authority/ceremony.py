"""``qrcert authority signer``, ``sign``, ``rotate``, ``fingerprint``: several signers, each at his own machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from qrcert import authority, text, wire
from qrcert.cli import screen
from qrcert.cli.authority import telling
from qrcert.cli.authority.group import FILE, authority_group, folder_option, read_bytes
from qrcert.errors import Refused, TrustListError
from qrcert.files import write_file
from qrcert.store import Store
from qrcert.symbol import Symbol
from qrcert.trust import NO_HASH, Contents, Root, Succession, TrustList, hex_groups

PNG_SCALE = 8
"""Pixels a module: fit for print and for a slide."""


def read_cards(paths: Sequence[Path], language: str) -> list[authority.SignerCard]:
    """Return the signers' cards in these files, each told on the screen."""
    cards = [authority.read_card(read_bytes(path)) for path in paths]
    for card in cards:
        for line in telling.card_lines(card, language):
            screen.tell(line)
    return cards


def read_drafts(paths: Sequence[Path]) -> authority.Draft:
    """Return one draft with the signatures of all these copies of it."""
    return authority.merge_drafts([authority.read_draft(read_bytes(path)) for path in paths])


def read_passphrases(files: Sequence[Path], count: int) -> list[bytes]:
    """Return a new passphrase for each of ``count`` signers: from files in their order, else asked for in turn."""
    if files and len(files) != count:
        raise click.UsageError(f"--passphrase-file is given {len(files)} times for {count} signers")
    sources: Sequence[Path | None] = files or [None] * count
    said = []
    for number, source in enumerate(sources, 1):
        who = (f"signer {number}'s new key", f"к новому ключу подписанта {number}")
        if count == 1:
            who = ("the signer's new key", "к новому ключу органа")
        said.append(screen.passphrase(source, what=who, new=True))
    return said


def tell_draft_written(path: Path, draft: authority.Draft, language: str, *, finish: str) -> None:
    """Tell where a draft is and what to do with it."""
    screen.tell_written(path, language)
    shown = text.escaped(str(path))
    needed = ", ".join(str(needed) for _, needed in draft.counts)
    if len(draft.counts) > 1:
        line = screen.pick(
            language,
            f"due: signatures of today's and of the next signers, {needed}; each at his own machine:",
            f"нужны подписи нынешних и следующих подписантов, {needed}; каждый у себя:",
        )
    else:
        line = screen.pick(
            language,
            f"due: signatures, {needed}; each at his own machine:",
            f"нужно подписей: {needed}; каждый у себя:",
        )
    screen.tell(line)
    screen.tell(f"  qrcert authority sign {text.escaped(path.name)}")
    screen.tell(screen.pick(language, "then:", "затем:"))
    screen.tell(f"  {finish} {shown}")


@authority_group.command("signer", short_help="Make a signer's key at his own machine, and his card.")
@click.argument("name", metavar="NAME")
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Put signer.key and signer.card there; a memory stick is a good place.",
)
@screen.passphrase_option
@screen.lang_option
def signer_command(name: str, folder: Path, passphrase_file: Path | None, lang: str | None) -> int:
    """Make a signer's key at his own machine, and the card that he sends to the authority."""
    language = screen.language(lang)
    owner = ("the signer's new key", "к новому ключу подписанта")
    secret = screen.passphrase(passphrase_file, what=owner, new=True)
    card = authority.make_signer(folder, name=name, passphrase=secret, today=wire.to_day(screen.now()))
    for line in telling.card_lines(card, language):
        screen.tell(line)
    place = text.escaped(str(folder))
    screen.tell(
        screen.pick(
            language,
            f"keep {place}/signer.key; send signer.card, and read the groups out by telephone",
            f"храните {place}/signer.key; отправьте signer.card и назовите группы по телефону",
        )
    )
    return 0


@authority_group.command("sign", short_help="See what a draft changes, and sign it.")
@click.argument("path", metavar="DRAFT", type=FILE)
@click.option(
    "--key",
    type=FILE,
    default=Path("signer.key"),
    metavar="FILE",
    help="The signer's key file; default: signer.key here.",
)
@click.option(
    "--against",
    type=FILE,
    metavar="LIST.qct",
    help="The list published last, from elsewhere than the draft; default: among your lists.",
)
@click.option(
    "-o", "--output", type=FILE, metavar="FILE", help="Write the signed draft here, not over DRAFT."
)
@click.option("--all", "everything", is_flag=True, help="Show every change, however many there are.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@screen.home_option
@screen.passphrase_option
@screen.lang_option
def sign_command(
    path: Path,
    key: Path,
    against: Path | None,
    output: Path | None,
    everything: bool,
    yes: bool,
    home: Path | None,
    passphrase_file: Path | None,
    lang: str | None,
) -> int:
    """See in plain words what a draft changes against the list published last, and sign it.

    Nothing but the draft, the last list and the key file is needed: any machine will do.
    """
    language = screen.language(lang)
    draft = authority.read_draft(read_bytes(path))
    last = _last_list(draft, against, home)
    _tell_draft(draft, last, language, everything=everything)
    screen.confirm(screen.pick(language, "Sign this?", "Подписать?"), yes=yes)
    secret = screen.passphrase(passphrase_file, what=("your signer's key", "к вашему ключу подписанта"))
    signed = authority.sign_draft(draft, authority.load_pair(key, passphrase=secret))
    write_file(output or path, signed.to_bytes())
    for line in telling.signature_lines(signed, language):
        screen.tell(line)
    screen.tell_written(output or path, language)
    if signed.complete:
        line = screen.pick(
            language,
            "enough have signed: send it back to the authority",
            "подписей хватает: верните его органу",
        )
    else:
        line = screen.pick(
            language,
            "send it back to the authority, or on to the next signer",
            "верните его органу или передайте дальше",
        )
    screen.tell(line)
    return 0


def _last_list(draft: authority.Draft, against: Path | None, home: Path | None) -> TrustList | None:
    """Return the list that the draft is to be compared with: the one named, or one of the person's own."""
    last = None if against is None else TrustList.from_bytes(read_bytes(against))
    if last is None and draft.roots:
        own = [one.file for one in Store(screen.home_folder(home)).lists() if _is_ours(one.identity, draft)]
        last = TrustList.from_bytes(own[0]) if own else None
    if last is not None:
        _require_chain(draft, last)
    if isinstance(draft.proposed, Contents):
        _require_last(draft.proposed, last)
    return last


def _is_ours(identity: bytes, draft: authority.Draft) -> bool:
    return identity == draft.roots[0].hash


def _require_chain(draft: authority.Draft, last: TrustList) -> None:
    """Raise `TrustListError` ``fork`` where list and draft are not of one chain of roots."""
    shared = min(last.root_version, len(draft.roots))
    if not shared or last.root_hashes[:shared] != tuple(root.hash for root in draft.roots[:shared]):
        raise TrustListError(
            "fork",
            "the draft has another chain of roots than the list it is compared with",
            hint="one of the two is not the authority's: sign nothing, and ask by telephone",
        )
    if last.root_version > len(draft.roots):
        raise TrustListError(
            "older",
            f"the draft stands on root {len(draft.roots)}, and root {last.root_version} is in force",
            hint="the authority makes a new draft on the newest root",
        )


def _require_last(proposed: Contents, last: TrustList | None) -> None:
    """Raise `Refused` unless ``last`` is the list that the draft says it follows."""
    if proposed.previous == (NO_HASH if last is None else last.list_hash):
        return
    if last is None:
        raise Refused(
            f"this draft changes a list that is not at hand: the one before No. {proposed.version}",
            hint="name the list published last, from elsewhere than the draft: --against LIST.qct",
        )
    raise Refused(
        f"the draft does not follow list No. {last.version}, with which it is compared",
        hint="name the list published last: --against LIST.qct; if it is the last one, sign nothing and ask",
    )


def _tell_draft(draft: authority.Draft, last: TrustList | None, language: str, *, everything: bool) -> None:
    if isinstance(draft.proposed, Root):
        for line in telling.root_lines(draft, draft.proposed, language=language):
            screen.tell(line)
    else:
        trust = draft.as_list()
        done: Succession = authority.require_follows(last, trust)
        today = wire.to_day(screen.now())
        most = 10**9 if everything else telling.MOST
        for line in telling.list_lines(trust, last, done=done, language=language, today=today, most=most):
            screen.tell(line)
    for line in telling.signature_lines(draft, language):
        screen.tell(line)


@authority_group.command("rotate", short_help="Say who signs from now on: the next root.")
@click.argument("drafts", metavar="[DRAFTS]", nargs=-1, type=FILE)
@click.option(
    "--signer", "cards", multiple=True, type=FILE, metavar="CARD", help="A signer from now on; once for each."
)
@click.option(
    "--signers",
    "count",
    type=click.IntRange(1, 16),
    metavar="N",
    help="Make keys for so many new signers here, in place of all of today's.",
)
@click.option("--threshold", type=click.IntRange(1), metavar="K", help="Signers that a list needs.")
@click.option("--root-threshold", type=click.IntRange(1), metavar="K", help="Signers that a root needs.")
@click.option("--until", type=screen.Day(), metavar="DAY", help="The root's last day; default: in 20 years.")
@click.option("--repair", is_flag=True, help="Keys of signers were stolen: lists may take things back.")
@click.option("--finish", is_flag=True, help="Put the root of these signed drafts into force.")
@click.option(
    "-o", "--output", type=FILE, metavar="FILE", help="Write the draft here; default: root-N.qct-draft."
)
@click.option(
    "--passphrase-file",
    "passphrase_files",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="With --signers: the new signers' passphrases, one file for each, instead of asking.",
)
@folder_option
@screen.lang_option
def rotate_command(
    drafts: tuple[Path, ...],
    cards: tuple[Path, ...],
    count: int | None,
    threshold: int | None,
    root_threshold: int | None,
    until: date | None,
    repair: bool,
    finish: bool,
    output: Path | None,
    passphrase_files: tuple[Path, ...],
    folder: Path,
    lang: str | None,
) -> int:
    """Draft the next root, which says who signs from now on; with --finish, put it into force.

    Without --signer and --signers the signers of today stay, and only thresholds or the last day change. Enough of
    the old and of the new signers must sign the draft.
    """
    language = screen.language(lang)
    if finish != bool(drafts):
        raise click.UsageError("--finish goes with the signed drafts, and drafts with --finish")
    here = authority.open_authority(folder)
    if finish:
        return _finish_root(here, drafts, language)
    if cards and count:
        raise click.UsageError("--signer and --signers exclude each other")
    if passphrase_files and not count:
        raise click.UsageError("--passphrase-file goes with --signers")
    thresholds = _thresholds(here.root, len(cards) or count, threshold, root_threshold)
    today, end = wire.to_day(screen.now()), None if until is None else wire.to_day(until)
    if count:
        secrets = read_passphrases(passphrase_files, count)
        here, draft = authority.draft_root_of_new(
            here, secrets, thresholds=thresholds, today=today, until=end, repair=repair
        )
    else:
        read = read_cards(cards, language)
        here = authority.with_officers(here, read)
        signers = [card.signer for card in read] or here.root.signers
        draft = authority.draft_root(
            here, signers, thresholds=thresholds, today=today, until=end, repair=repair
        )
    return _draft_root(here, draft, output, language)


def _thresholds(
    root: Root, signers: int | None, of_list: int | None, of_root: int | None
) -> authority.Thresholds:
    """Return the thresholds that were asked for; else most of the new signers, or today's where they stay."""
    if signers is None:
        return authority.Thresholds(of_list or root.list_threshold, of_root or of_list or root.root_threshold)
    needed = of_list or authority.majority(signers)
    return authority.Thresholds(needed, of_root or needed)


def _draft_root(here: authority.Authority, draft: authority.Draft, output: Path | None, language: str) -> int:
    """Write the next root's draft, and tell what it says and who must sign it."""
    assert isinstance(draft.proposed, Root)
    for line in telling.root_lines(draft, draft.proposed, language=language):
        screen.tell(line)
    path = output or here.folder / f"root-{draft.proposed.version}{authority.SUFFIX}"
    write_file(path, draft.to_bytes())
    here.save()
    tell_draft_written(path, draft, language, finish="qrcert authority rotate --finish")
    return 0


def _finish_root(here: authority.Authority, drafts: tuple[Path, ...], language: str) -> int:
    changed = authority.finish_root(here, read_drafts(drafts))
    version = changed.root.version
    screen.tell(
        screen.pick(
            language,
            f"root {version} is in force; publish a list under it: qrcert authority publish -o LIST.qct",
            f"корень {version} в силе; опубликуйте под ним список: qrcert authority publish -o СПИСОК.qct",
        )
    )
    tell_fingerprint(changed, language)
    return 0


def tell_fingerprint(here: authority.Authority, language: str) -> None:
    """Tell the fingerprint that people compare when they take their first list."""
    screen.tell(screen.pick(language, "fingerprint:", "отпечаток:"))
    screen.tell(f"  {hex_groups(here.root.hash)}")


@authority_group.command("fingerprint", short_help="Tell the fingerprint, or draw it as a QR code.")
@click.option("--png", type=FILE, metavar="FILE", help="Draw it as a QR code into this picture too.")
@folder_option
@screen.lang_option
def fingerprint_command(png: Path | None, folder: Path, lang: str | None) -> int:
    """Tell the fingerprint that people compare at their first list, in groups, and as a QR code on request."""
    language = screen.language(lang)
    here = authority.open_authority(folder)
    shown = text.escaped(here.contents.authority)
    screen.tell(f"{shown}, {screen.pick(language, 'root', 'корень')} {here.root.version}")
    tell_fingerprint(here, language)
    if png is not None:
        write_file(png, Symbol(authority.fingerprint_text(here)).png(PNG_SCALE))
        screen.tell_written(png, language)
    return 0
