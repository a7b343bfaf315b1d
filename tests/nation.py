"""A whole country of schools: synthetic lists of any size, for the bench of trust lists and the tests of scale.

Names are full official ones of Russian schools, of invented towns and people; public keys are random bytes, which
is what keys look like to a list, apart from the one of `KEY`, which can sign. The same seed gives the same bytes.
"""

from __future__ import annotations

import functools
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import accumulate
from typing import Any

from qrcert import cbor, cose
from qrcert.form import shipped_forms
from qrcert.signing import SigningKey
from qrcert.trust import compile_form
from qrcert.trust.merkle import Tree
from qrcert.trust.seasons import key_leaf
from trust_maker import LIST, ROOT, RootPlan, World, by_first, hash16, message, people

BEGINNING = 18_500  # 2020-08-26
YEAR = 365
SIGNERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PAPERS = 80
"""Certificates of one school in one season."""

RURAL = 0.55
"""Share of schools whose name says their district too."""

Place = tuple[str, str, str]
"""What the names of a town and of its district begin with, and the region's name."""

KEY = SigningKey.from_seed(cose.ED25519, sha256(b"the one key of the country that signs").digest())

_OWNERS = (
    ("Муниципальное бюджетное", 60),
    ("Муниципальное казённое", 15),
    ("Муниципальное автономное", 12),
    ("Государственное бюджетное", 8),
    ("Муниципальное", 3),
    ("Частное", 2),
)
_KINDS = (
    ("«Средняя общеобразовательная школа № {n}»", 45),
    ("«Средняя общеобразовательная школа № {n} имени {hero}»", 14),
    ("«{place}ская средняя общеобразовательная школа»", 20),
    ("«Основная общеобразовательная школа № {n}»", 6),
    ("«Средняя общеобразовательная школа № {n} с углублённым изучением отдельных предметов»", 5),
    ("«Гимназия № {n}»", 5),
    ("«Лицей № {n} имени {hero}»", 3),
    ("«Центр образования № {n}»", 2),
)
_HEROES = (
    "Героя Советского Союза",
    "Героя Российской Федерации",
    "академика",
    "дважды Героя Советского Союза",
)
_REGIONS = """
Алтайского края,Амурской области,Архангельской области,Астраханской области,Белгородской области,
Брянской области,Владимирской области,Волгоградской области,Вологодской области,Воронежской области,
Забайкальского края,Ивановской области,Иркутской области,Калининградской области,Калужской области,
Кемеровской области – Кузбасса,Кировской области,Костромской области,Краснодарского края,
Красноярского края,Курганской области,Курской области,Ленинградской области,Липецкой области,
Московской области,Мурманской области,Нижегородской области,Новгородской области,Новосибирской области,
Омской области,Оренбургской области,Орловской области,Пензенской области,Пермского края,
Приморского края,Псковской области,Республики Башкортостан,Республики Бурятия,Республики Дагестан,
Республики Карелия,Республики Коми,Республики Марий Эл,Республики Мордовия,Республики Саха (Якутия),
Республики Татарстан,Ростовской области,Рязанской области,Самарской области,Саратовской области,
Свердловской области,Смоленской области,Ставропольского края,Тамбовской области,Тверской области,
Томской области,Тульской области,Тюменской области,Удмуртской Республики,Ульяновской области,
Хабаровского края,Челябинской области,Чувашской Республики,Ярославской области
"""
_STARTS = "Бор,Верх,Воз,Горо,Дубр,Елан,Жур,Зар,Ивань,Кам,Крас,Лес,Луг,Мал,Ник,Озер,Петр,Рож,Сосн,Уст"
_MIDDLES = "ав,ин,ов,ен,ел,ор,ан,ич"
_ENDS = "ка,ское,о,ский Яр,ск,ец,ская Слобода"
_SURNAMES = "Бел,Вет,Гор,Дорох,Еф,Зай,Ильин,Кал,Лукьян,Мельник,Носк,Орл,Пан,Ряб,Сав,Тих,Ус,Фом,Чиж,Ярц"
_LETTERS = "АБВГДЕИКЛМНПРСТФ"


@functools.cache
def _weights(choices: tuple[tuple[str, int], ...]) -> tuple[list[str], list[int]]:
    return [one for one, _ in choices], list(accumulate(weight for _, weight in choices))


def _weighted(chance: random.Random, choices: tuple[tuple[str, int], ...]) -> str:
    ones, weights = _weights(choices)
    return chance.choices(ones, cum_weights=weights)[0]


@functools.cache
def _words(listed: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in listed.split(","))


def _stem(chance: random.Random) -> str:
    return chance.choice(_words(_STARTS)) + chance.choice(_words(_MIDDLES))


def school_name(chance: random.Random, place: Place) -> str:
    """One full official name, 100 to 250 characters."""
    town, district, region = place
    initials = f"{chance.choice(_LETTERS)}. {chance.choice(_LETTERS)}."
    hero = f"{chance.choice(_HEROES)} {initials} {chance.choice(_words(_SURNAMES))}ова"
    kind = _weighted(chance, _KINDS).format(n=chance.randrange(1, 120), hero=hero, place=town)
    where = f"{district}ского муниципального района {region}" if chance.random() < RURAL else region
    return f"{_weighted(chance, _OWNERS)} общеобразовательное учреждение {kind} {where}"


@functools.cache
def forms() -> list[list[Any]]:
    """Every shipped form with two translations, as a list carries them."""
    entries = []
    for source in shipped_forms().values():
        form = compile_form(source)
        translations = {language: list(texts) for language, texts in form.translations.items()}
        some = next(iter(translations.values()), ["Перевод подписи"] * 60)
        entries.append([form.data, dict.fromkeys(("ba", "tt"), some) | translations])
    return by_first(entries)


@functools.cache
def _districts() -> tuple[tuple[str, str], ...]:
    chance = random.Random("districts")
    return tuple((_stem(chance), region) for region in _words(_REGIONS) for _ in range(30))


def places(chance: random.Random, schools: int) -> Iterator[Place]:
    """Yield where the schools are: three to a town, in no order."""
    found = [(_stem(chance), *chance.choice(_districts())) for _ in range(max(1, schools // 3))]
    return (chance.choice(found) for _ in range(schools))


def season(chance: random.Random, day: int, told: Sequence[dict[int, Any]], *, healthy: int) -> list[Any]:
    """Return a season of ``healthy`` keys and of ``told`` ones, which get their leaves as the list has them."""
    leaves = {key_leaf(chance.randbytes(8), PAPERS, chance.randbytes(32)): b"" for _ in range(healthy)}
    owners: dict[bytes, dict[int, Any]] = {}
    for key in told:
        digests = sorted(chance.randbytes(32) for _ in range(PAPERS))
        leaf = key_leaf(cose.kid_of(key[1], key[0]), PAPERS, Tree(digests).root)
        leaves[leaf], owners[leaf] = b"".join(digests), key
    order = sorted(leaves)
    tree = Tree(order)
    for place, leaf in enumerate(order):
        if leaf in owners:
            path = tree.path(place)
            entry = [leaves[leaf], [path.index, path.size, list(path.siblings)]]
            owners[leaf][6] = by_first([*owners[leaf].get(6, ()), entry])
    return [day, tree.size, tree.size * PAPERS, tree.root]


@dataclass
class Nation:
    """A country and the list it has now: `file` gives its bytes, `one_percent` moves on to the next one."""

    world: World
    chance: random.Random
    roots: list[cbor.Tagged] = field(default_factory=list)

    @property
    def body(self) -> dict[Any, Any]:
        return self.world.body

    @property
    def day(self) -> int:
        return int(self.body[5])

    def file(self) -> bytes:
        """The list's file; the roots' messages are the same in every one, as they are with a real authority."""
        if not self.roots:
            plans = zip(self.world.root_payloads(), self.world.roots, strict=True)
            self.roots += [message(payload, ROOT, plan.signed_by) for payload, plan in plans]
        return cbor.encode([self.roots, message(self.world.list_payload(), LIST, self.world.signed_by)])

    def key(self, *, start: int, retired: bool = False) -> dict[int, Any]:
        """A key as it stands in a school: taken in some year, renewed since, or retired in another."""
        return {
            0: self.chance.randbytes(32),
            1: cose.ED25519,
            2: start,
            3: self.chance.randrange(start, self.day) if retired else self.day + self.chance.randrange(455),
            4: self.chance.choices((0, 1, 2), (90, 8, 2))[0],
        }

    def some_day(self) -> int:
        """A day since the country began."""
        return self.chance.randrange(BEGINNING, self.day)

    def school(self, number: int, place: Place, *, keys: int, renamed: bool) -> dict[int, Any]:
        """A school with so many keys, all but one retired."""
        names = {self.chance.randrange(-5_000, BEGINNING): school_name(self.chance, place)}
        if renamed:
            names[self.some_day()] = school_name(self.chance, place)
        return {
            0: number,
            1: by_first([day, name] for day, name in names.items()),
            2: f"{place[0]}{self.chance.choice(_words(_ENDS))}, {place[2]}",
            3: by_first(self.key(start=self.some_day(), retired=key > 0) for key in range(keys)),
        }

    def withdrawal(self) -> list[Any]:
        return [self.chance.randbytes(16), self.some_day(), self.chance.randrange(1, 4)]

    def add_seasons(self, years: int) -> None:
        """Close a season a year; of 20 000 schools a year one loses its key, and three seasons of it are told."""
        schools = self.body[9]
        papers: dict[int, list[dict[int, Any]]] = {}
        for school in self.chance.sample(schools[1:], max(1, len(schools) * years // 20_000)):
            key, last = school[3][0], self.chance.randrange(min(2, years - 1), years)
            key[5] = [1, BEGINNING + last * YEAR]
            for year in range(max(0, last - 2), last + 1):
                papers.setdefault(year, []).append(key)
        healthy = len(schools) * 3 // 4
        for year in range(years):
            told = papers.get(year, ())
            self.body[11].append(season(self.chance, BEGINNING + year * YEAR, told, healthy=healthy))

    def one_percent(self) -> None:
        """Move on a month; of 40 000 schools 400 new keys, 200 renewals, 40 names, 150 withdrawals; a season."""
        body, chance = self.body, self.chance
        body[4] = sha256(self.world.list_payload()).digest()
        body[3], body[5], body[6] = body[3] + 1, body[5] + 30, body[6] + 30
        schools = body[9]
        for school in chance.sample(schools, max(1, len(schools) // 100)):
            school[3] = by_first([*school[3], self.key(start=self.day)])
        for school in chance.sample(schools, max(1, len(schools) // 200)):
            school[3][0][3] = self.day + 450
        for place in places(chance, max(1, len(schools) // 1000)):
            school = chance.choice(schools)
            school[1] = [*school[1], [self.day, school_name(chance, place)]]
        body[10] = by_first([*body[10], *(self.withdrawal() for _ in range(max(1, len(schools) * 3 // 800)))])
        body[11].append(season(chance, self.day, (), healthy=len(schools) * 3 // 4))


def chain(count: int, until: int) -> World:
    """An authority with ``count`` roots of five signers, one of whom changes at each; three must sign."""
    teams = [SIGNERS[n : n + 5] for n in range(count)]
    plans = [
        RootPlan(people(team), people(team[1:4] if n else team[:3]), (3, 3), {2: until})
        for n, team in enumerate(teams)
    ]
    return World(plans, {}, people(teams[-1][:3]))


def nation(
    schools: int,
    *,
    years: int = 10,
    roots: int = 3,
    renamed: float = 0,
    by_region: bool = False,
    seed: int = 1,
) -> Nation:
    """Return a country after so many years: at ten of them 1.5 keys a school and 0.375 withdrawals.

    ``renamed`` is the share of schools with two names, ``by_region`` whether ids were given region by region.
    The first school holds `KEY`.
    """
    chance, day = random.Random(seed), BEGINNING + years * YEAR
    made = Nation(chain(roots, day + 900), chance)
    hashes = [hash16(form) for form, _ in forms()]
    made.world.body |= {
        0: "Федеральная служба по надзору в сфере образования и науки",
        1: "https://lists.example/ru.qct",
        2: None,
        3: 12 * years,
        4: sha256(b"the list before").digest(),
        5: day,
        6: day + 90,
        7: forms(),
        8: [[0, sorted(hashes)], [1, sorted(hashes[:4])], [2, sorted(hashes[:1])]],
        11: [],
    }
    made.body[10] = by_first(made.withdrawal() for _ in range(schools * years * 3 // 80))
    more = Counter(chance.choices(range(1, schools), k=schools * years // 20))
    where = sorted(places(chance, schools), key=lambda place: place[::-1] if by_region else ())
    made.body[9] = [
        made.school(number + 1, place, keys=1 + more[number], renamed=chance.random() < renamed)
        for number, place in enumerate(where)
    ]
    made.body[9][0][3] = [made.key(start=BEGINNING) | {0: KEY.public, 4: 0}]
    made.add_seasons(years)
    return made
