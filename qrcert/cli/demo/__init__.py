"""``qrcert demo``: the whole story in one folder."""

from __future__ import annotations

import sys
from pathlib import Path
from shutil import which

import click

from qrcert import text
from qrcert.checking import Finding, words
from qrcert.cli import screen
from qrcert.cli.demo.story import Scene, Story, check, tell_story


@click.command("demo")
@click.argument("folder", metavar="[DIR]", default=Path("qrcert-demo"), type=click.Path(path_type=Path))
@screen.lang_option
def demo_command(folder: Path, lang: str | None) -> int:
    """Show the whole story in DIR: authority, school, class, papers, photos of them, verdicts.

    Everything is made anew with test keys and checked as an employer would check it; DIR is new, or an earlier
    demo, which is replaced.
    """
    language = screen.language(lang)

    def say(en: str, ru: str) -> None:
        screen.tell(f"- {screen.pick(language, en, ru)}")

    now = screen.now()
    story = tell_story(folder, now=now, say=say)
    found = check(story, now=now)
    screen.tell()
    for scene, finding in found:
        screen.tell(_row(scene, finding, language))
    screen.tell()
    wrong = [scene for scene, finding in found if finding.verdict.code != scene.expected]
    for line in _where_to_look(story, language):
        screen.tell(line)
    if wrong:
        names = ", ".join(scene.path.name for scene in wrong)
        screen.tell(f"qrcert: error: not the expected verdict: {names}", error=True)
        return 1
    return 0


def _row(scene: Scene, finding: Finding, language: str) -> str:
    verdict = finding.verdict
    contents = verdict.contents(language)
    holder = (
        verdict.form.holder(verdict.claims.fields) if contents and verdict.form and verdict.claims else ""
    )
    shows = screen.pick(language, *scene.shows)
    mark = words.SHAPES[verdict.exit_status]
    said = words.headline(verdict.code, language)
    return f"{mark} {said:<18} {scene.path.name:<28} {text.escaped(holder) or shows}"


def _where_to_look(story: Story, language: str) -> list[str]:
    pages = screen.pick(language, "the certificates", "документы")
    photos = screen.pick(language, "the photos", "фотографии")
    again = screen.pick(language, "check them yourself", "проверить самому")
    width = max(map(len, (pages, photos, again)))
    program = "qrcert" if which("qrcert") else f"{sys.executable} -m qrcert"
    return [
        f"{pages:<{width}}  {story.pages}",
        f"{photos:<{width}}  {story.folder / 'photos'}",
        f"{again:<{width}}  {program} verify {story.folder / 'photos'} --trust {story.folder / 'list.qct'}",
    ]
