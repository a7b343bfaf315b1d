"""One run of ``scan``: every answer so far, the one that is shown, and the exit status of them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from qrcert import checking, wire
from qrcert.checking.findings import MAX_FOREIGN, MAX_PROOFS
from qrcert.cli import screen
from qrcert.cli.scanning import scene, shapes
from qrcert.cli.scanning.painting import Outline
from qrcert.decode import Verdict
from qrcert.reading.codes import Code
from qrcert.reading.looking import Sight
from qrcert.text import escaped

NOT_IN_VIEW: Final = 0.7
"""Seconds after which a paper that is not read any more counts as taken away: a hand may pass before it."""

NOTICE: Final = 4.0
"""Seconds for which it is told what a key did."""

PROOF: Final = 1.5
"""Seconds for which the second code, the proof of the season, is waited for where the first needs it."""

MAX_ANSWERS: Final = 2_000
"""Answers that one run keeps: a day's work at a counter."""


def plausible(text: str) -> bool:
    """Tell whether a text is one of ours: a certificate, or the proof that belongs to one."""
    return wire.scheme(text) is not None or text.startswith(wire.PROOF_PREFIX)


class Session:
    """What was read in one run; ``clock`` tells the time of each check, so that midnight may pass."""

    def __init__(
        self, request: checking.Request, language: str, *, clock: Callable[[], datetime] | None = None
    ) -> None:
        self.request = request
        self.language = language
        self.source = ""
        """What the answers name as their source: the camera or film."""
        self._clock = clock or screen.now
        self._answers: dict[str, checking.Finding] = {}
        self._proofs: dict[str, None] = {}
        self._shown: str | None = None
        self._in_view: tuple[str, ...] = ()
        self._seen = 0.0
        self._first: float | None = None
        self._sight = Sight()
        self._notice: tuple[str, float] | None = None

    def take(self, sight: Sight, now: float) -> list[checking.Finding]:
        """Note what was seen at the time ``now`` and return the answers that are new."""
        self._sight = sight
        proofs = [code.text for code in sight.codes if code.text.startswith(wire.PROOF_PREFIX)]
        fresh = self._add_proofs(proofs)
        ours = [code for code in sight.codes if wire.scheme(code.text) is not None]
        foreign = [code for code in sight.codes if not plausible(code.text)]
        for code in ours or foreign:
            if code.text not in self._answers and len(self._answers) < MAX_ANSWERS:
                self._answers[code.text] = self._answer(code.text)
                fresh.append(self._answers[code.text])
        if in_view := [code for code in ours or foreign if code.text in self._answers]:
            self._shown = self._chosen(in_view)
            self._in_view = tuple(code.text for code in in_view)
            self._seen = now
        return [self._beside(finding) for finding in fresh]

    def _beside(self, finding: checking.Finding) -> checking.Finding:
        """Return a finding with what is to be said of the other parts of its certificate, seen together or not."""
        if finding.text not in self._in_view:
            return checking.name_parts([finding])[0]
        together = checking.with_parts([self._answers[text] for text in self._in_view])
        return together[self._in_view.index(finding.text)]

    def _answer(self, text: str) -> checking.Finding:
        request = replace(self.request, now=self._clock())
        if wire.scheme(text) is None:
            nothing = Verdict("not_qrcert", wire.to_day(request.at or request.now))
            return checking.Finding(self.source, None, nothing, foreign=text[:MAX_FOREIGN], text=text)
        return checking.Finding(
            self.source, None, request.verify(text, proofs=tuple(self._proofs)), text=text
        )

    def _add_proofs(self, proofs: Iterable[str]) -> list[checking.Finding]:
        """Note proofs of seasons; what they change is a new answer."""
        new = [proof for proof in proofs if proof not in self._proofs][: MAX_PROOFS - len(self._proofs)]
        self._proofs.update(dict.fromkeys(new))
        changed = []
        for text, finding in self._answers.items() if new else ():
            if (
                finding.verdict.reason == "unproven"
                and (again := self._answer(text)).verdict.reason != "unproven"
            ):
                changed.append(again)
        self._answers.update({finding.text: finding for finding in changed if finding.text})
        return changed

    def _chosen(self, codes: list[Code]) -> str:
        """Return which of the codes in view is shown: the one that already is, else the largest."""
        texts = [code.text for code in codes]
        if self._shown in texts:
            return str(self._shown)
        return max(codes, key=lambda code: _size(code)).text

    # --- what is shown

    @property
    def shown(self) -> checking.Finding | None:
        """The answer that is shown, or None while there is none."""
        return self._beside(self._answers[self._shown]) if self._shown is not None else None

    def tell(self, notice: str, now: float) -> None:
        """Show a line at the foot of the window for a while."""
        self._notice = (escaped(notice), now + NOTICE)

    def scene(self, now: float, camera: str) -> scene.Scene:
        """Return what the window shows at the time ``now``."""
        if self._shown is not None and self._sight.place is not None and now - self._seen > NOT_IN_VIEW:
            self._shown = None  # another paper is held up: the answer is not about this one
        notice = self._notice[0] if self._notice and now < self._notice[1] else None
        finding = self.shown
        if finding is None:
            advice = scene.ADVICE[self._sight.advice] if self._sight.advice else None
            made = scene.searching(self.request, self.language)
            said = screen.pick(self.language, *advice) if advice else None
            return replace(made, advice=said, notice=notice, camera=camera)
        held = None
        if now - self._seen > NOT_IN_VIEW:
            held = screen.pick(
                self.language,
                "not in view now: hold up the next one",
                "бумаги нет в кадре: поднесите следующую",
            )
        made = scene.answered(finding, self.request, self.language)
        return replace(made, held=held, notice=notice, camera=camera)

    def outlines(self) -> list[Outline]:
        """Return the codes in the last frame that was looked at, each with the sign of its answer."""
        found = []
        for code in self._sight.codes:
            finding = self._answers.get(code.text)
            sign = shapes.OF_STATUS[self.request.exit_status(finding.verdict)] if finding else shapes.LOOKING
            found.append(Outline(code.corners, sign))
        if self._sight.place is not None:
            found.append(Outline(self._sight.place, shapes.LOOKING))
        return found

    # --- what is told at the end

    @property
    def answers(self) -> tuple[checking.Finding, ...]:
        """Every answer, in the order in which the codes were read."""
        return tuple(map(self._beside, self._answers.values()))

    def findings(self) -> list[checking.Finding]:
        """Return every answer; those on foreign codes only where none is ours; one that there is none."""
        ours = [finding for finding in self.answers if finding.foreign is None]
        if self.answers:
            return ours or list(self.answers)
        today = wire.to_day(self.request.at or self.request.now)
        return [checking.Finding(self.source, None, Verdict("unreadable", today), "no_code")]

    def settled(self, now: float) -> bool:
        """Tell whether there is an answer on a code of ours that nothing else in view can change."""
        ours = [finding for finding in self._answers.values() if finding.foreign is None]
        if ours and self._first is None:
            self._first = now
        waits = any(finding.verdict.reason == "unproven" for finding in ours)
        return self._first is not None and now - self._first >= (PROOF if waits else 0)

    def exit_status(self) -> int:
        """Return 1 before 2 before 0 over all answers; 2 where nothing was read."""
        statuses = {self.request.exit_status(finding.verdict) for finding in self.findings()}
        return next(status for status in (1, 2, 0) if status in statuses)


def _size(code: Code) -> float:
    """Return twice the area of a code."""
    corners = code.corners
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(corners, corners[1:] + corners[:1], strict=True)))
