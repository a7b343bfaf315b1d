"""A school's own page: what its folder may hold, what is told of it, and that a reprint looks like the first."""

from __future__ import annotations

import base64
import struct
from pathlib import Path

import pytest

import desk
import terminal
from offices import NOW, entries, later, office_in, plan_of, pupil, shipped, sign, write_json
from qrcert import issue, page
from qrcert.errors import Refused, Unreadable
from qrcert.page.drawing import MAX_ELEMENTS, MAX_FILE, screen
from test_page import DAY, attestat, page_text, pictures
from test_page_kinds import texts_of

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{view}">'
    "{inside}</svg>"
)
EMBLEM = SVG.format(view="0 0 10 10", inside='<circle cx="5" cy="5" r="4" fill="#17494d"/>')
FRAME = SVG.format(
    view="0 0 210 297",
    inside='<rect x="10" y="10" width="190" height="277" fill="#fdfcf6" stroke="#17494d" stroke-width="1"/>',
)
OFFICE = ("--office", "school", "--passphrase-file", "pass.txt")
SETTINGS = """\
heading = ["РОССИЙСКАЯ ФЕДЕРАЦИЯ", "городской округ Щёлково"]
[colours]
ink = "#17494d"
title = "#8A3324"
gold = "#b08a3e"
[emblem]
file = "emblem.svg"
[frame]
file = "frame.svg"
[code]
left = 26
top = 212.5
"""


def folder_of(path: Path, settings: str = SETTINGS, *, emblem: str = EMBLEM, frame: str = FRAME) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    (path / "page.toml").write_text(settings, encoding="utf-8")
    (path / "emblem.svg").write_text(emblem, encoding="utf-8")
    (path / "frame.svg").write_text(frame, encoding="utf-8")
    return path


def faults_of(inside: str, *, view: str = "0 0 10 10") -> list[str]:
    drawing, faults = screen(SVG.format(view=view, inside=inside).encode())
    assert (drawing is None) == bool(faults)
    return faults


def png(width: int, height: int, *, more: int = 0) -> str:
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(more)
    return f'<image width="9" height="9" href="data:image/png;base64,{base64.b64encode(head).decode()}"/>'


# --- using it


def test_a_page_of_ones_own_is_printed_with_its_lines_colours_and_drawings(tmp_path: Path) -> None:
    template = page.read_template(folder_of(tmp_path / "ours"))
    assert (template.name, template.base) == ("ours", "certificate")
    sheet = attestat(14)
    pdf = page.draw([sheet], day=DAY, page=template)
    assert texts_of(pdf, template, 1) == [sheet.attachment]
    assert "городской округ Щёлково" in page_text(pdf)
    (ours,), (other,) = pictures(pdf, dpi=40), pictures(page.draw([sheet], day=DAY), dpi=40)
    assert (ours != other).any()
    assert page.look(template) == []


@pytest.mark.parametrize("base", ["parts", "insert", "card"])
def test_every_page_takes_colours_and_an_emblem(tmp_path: Path, base: str) -> None:
    settings = f'base = "{base}"\n' + SETTINGS.split("[frame]")[0]
    template = page.read_template(folder_of(tmp_path, settings))
    sheet = attestat(9)
    assert texts_of(page.draw([sheet], day=DAY, page=template), template, 1) == [sheet.attachment]


def test_the_digest_tells_every_change_of_the_folder(tmp_path: Path) -> None:
    first = page.read_template(folder_of(tmp_path / "a")).digest
    assert page.read_template(folder_of(tmp_path / "b")).digest == first
    changed = folder_of(tmp_path / "b", emblem=EMBLEM.replace("4", "3"))
    assert page.read_template(changed).digest != first


# --- faults


def test_every_fault_of_a_folder_is_told_at_once(tmp_path: Path) -> None:
    settings = """\
base = "banner"
headings = "x"
heading = ["中"]
[colours]
ink = "red"
[emblem]
file = "../emblem.svg"
[frame]
file = "frame.svg"
[body]
bottom = 230
[code]
left = 170
top = 190
"""
    frame = SVG.format(view="0 0 210 297", inside="<script>1</script><text>a</text>")
    template, faults = page.check_folder(folder_of(tmp_path, settings, frame=frame))
    assert template is None
    said = "\n".join(faults)
    for one in (
        "no setting 'headings'",
        "base is one of certificate, parts, insert, card",
        "colour 'red'",
        "lack '中' (U+4E2D)",
        "the code lies nearer than 5 mm",
        "the body reaches into the white square",
        "a letter is folded 198.0 mm from the top",
        "emblem: file is the name of an .svg in the folder",
        "<script>",
        "<text> in the drawing: text needs fonts",
    ):
        assert one in said
    with pytest.raises(Refused, match=r"cannot be used: 'page\.toml' has no setting 'headings'"):
        page.read_template(tmp_path)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("[code]\nleft = 75\ntop = 212.5", "beside the code there are only"),
        ("[body]\ntop = 150", "the body is only 57 mm high"),
        ("[body]\ntop = true", "places are numbers"),
        ('base = "card"\n[code]\nleft = 20', "nothing can be moved"),
        ("body = 1", "no setting 'body'"),
        ("heading = 5", "heading is a list"),
        ("heading = [", "cannot be read"),
        ('[emblem]\nfile = "none.svg"', "'none.svg' cannot be read"),
        ("[emblem]\nfile = 5", "file is the name of an .svg"),
    ],
)
def test_what_stands_in_the_way_is_told(tmp_path: Path, settings: str, said: str) -> None:
    template, faults = page.check_folder(folder_of(tmp_path, settings))
    assert template is None
    assert said in "\n".join(faults)


def test_a_folder_without_settings_is_told(tmp_path: Path) -> None:
    assert page.check_folder(tmp_path)[1][0].startswith("'page.toml' cannot be read: ")


def test_what_will_not_print_is_seen_on_the_page(tmp_path: Path) -> None:
    dark = SVG.format(
        view="0 0 210 297",
        inside='<rect width="210" height="297" fill="#456"/><path d="M2 2H9" stroke="#000" stroke-width=".05"/>',
    )
    template, faults = page.check_folder(folder_of(tmp_path, '[frame]\nfile = "frame.svg"', frame=dark))
    assert template is not None, "a page that prints badly can still be tried"
    assert faults == ["frame: the thinnest line is 0.05 mm, under 0.1 mm it has gaps"]
    seen = "\n".join(page.look(template))
    assert "nearer than 5 mm to the edge, where printers print nothing: top, right, bottom, left" in seen
    assert "too dark under the text of the body" in seen
    pale = page.read_template(folder_of(tmp_path, '[colours]\nink = "#aaaaaa"'))
    assert "too pale" in "\n".join(page.look(pale))


def test_our_own_pages_have_no_fault() -> None:
    for template in page.BUILT_IN.values():
        assert [one for one in page.look(template) if template.layout.several == 1] == []


# --- drawings of strangers


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<script>1</script>", "<script>"),
        ("<foreignObject/>", "foreign contents"),
        ("<text>a</text>", "convert it to paths"),
        ("<filter id='a'/>", "filters are not printed"),
        ("<animate/>", "this is not printed"),
        ('<rect onclick="x"/>', "scripts in the drawing"),
        ('<rect fill="url(http://a/b)"/>', "from elsewhere"),
        ("<rect style=\"fill:url( 'file:///etc/passwd')\"/>", "from elsewhere"),
        ("<style>@import 'x';</style>", "from elsewhere"),
        ("<style>a{b:u\\72l(x)}</style>", "from elsewhere"),
        ('<use xlink:href="other.svg#a"/>', "from elsewhere"),
        ('<image xlink:href="http://a/b.png"/>', "no embedded PNG"),
        ('<image href="data:image/svg+xml;base64,AAAA"/>', "no embedded PNG"),
        ('<image href="data:image/png;base64,A"/>', "no embedded PNG"),
        (png(9000, 9000), "larger than"),
        (png(9, 9, more=300_000), "larger than"),
        ('<g id="a"><use href="#a"/></g>', "repeats itself without end"),
        ('<clipPath id="a" clip-path="url(#a)"/>', "repeats itself without end"),
        ("<pattern/>", "this is not printed"),
        ("<g>" * 50 + "</g>" * 50, "nested deeper"),
        ('<g id="a"><g id="b"/></g>' + "<g/>" * MAX_ELEMENTS, "more than"),
        ('<rect filter="url(#a)"/>', "filters are not printed"),
    ],
)
def test_what_is_not_for_paper_is_refused(inside: str, said: str) -> None:
    assert any(said in fault for fault in faults_of(inside)), faults_of(inside)


def test_parts_that_double_each_other_are_counted_as_drawn() -> None:
    doubling = '<g id="a0"><rect width="1" height="1"/></g>' + "".join(
        f'<g id="a{at}"><use href="#a{at - 1}"/><use href="#a{at - 1}"/></g>' for at in range(1, 30)
    )
    assert any("more than" in fault for fault in faults_of(doubling))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"<svg/>",
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 5"/>',
        bytes(MAX_FILE + 1),
    ],
)
def test_what_is_no_drawing_is_told(data: bytes) -> None:
    drawing, faults = screen(data)
    assert drawing is None
    assert len(faults) == 1


def test_what_only_drawing_programs_need_is_left_out() -> None:
    inside = (
        '<metadata>x</metadata><sodipodi:namedview xmlns:sodipodi="urn:s"/><!-- hidden -->'
        '<g xmlns:inkscape="urn:i" inkscape:label="Layer">stray<rect width="1" height="1" stroke="#000"/></g>'
    )
    drawing, faults = screen(SVG.format(view="0 0 10 10", inside=inside).encode())
    assert faults == []
    assert drawing is not None
    for word in ("metadata", "namedview", "hidden", "Layer", "stray"):
        assert word not in drawing.svg
    assert drawing.thinnest == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("inside", "width"),
    [
        ('<path stroke="#000" d="M0 0"/>', 1.0),
        ('<g stroke="#000" stroke-width="2"><path d="M0 0"/></g>', 2.0),
        ('<g transform="scale(.5)"><path style="stroke:#000;stroke-width:3px" d="M0 0"/></g>', 1.5),
        ('<path transform="matrix(0 2 -2 0 5 5)" stroke="red" stroke-width=".25" d="M0 0"/>', 0.5),
        ('<path transform="rotate(30) translate(4)" stroke="red" d="M0 0"/>', 1.0),
    ],
)
def test_the_thinnest_line_is_found_through_groups_and_transformations(inside: str, width: float) -> None:
    drawing, _ = screen(SVG.format(view="0 0 10 10", inside=inside).encode())
    assert drawing is not None
    assert drawing.thinnest == pytest.approx(width / 10)


# --- in the office


def test_a_reprint_looks_like_the_first_whatever_became_of_the_folder(tmp_path: Path) -> None:
    office = office_in(tmp_path / "office")
    folder = folder_of(tmp_path / "ours")
    template = issue.find_template(office, str(folder))
    source = write_json(tmp_path / "class.json", [pupil(0)])
    plan = plan_of(source, office, template=template)
    issue.keep_template(office, template)
    recorded = sign(plan)
    done = issue.draw_and_check(plan, recorded, folder=tmp_path / "out", template=template, now=NOW)
    folder_of(folder, emblem=EMBLEM.replace("#17494d", "#ff0000"))
    kind = shipped()
    kept = issue.printed_template(office, entries(office))
    (again,) = issue.reprint(
        office,
        entries(office),
        form=kind.form,
        form_office=kind.office,
        folder=tmp_path / "again",
        template=kept,
        now=later(4),
    )
    assert again.read_bytes() == done.files[0].read_bytes()
    (stored,) = (office.folder / issue.PAGES).iterdir()
    (stored / "emblem.svg").write_text(EMBLEM.replace("4", "2"))
    with pytest.raises(Refused, match=r"was changed since No\. '07724000000000' was printed"):
        issue.printed_template(office, entries(office))
    for file in stored.iterdir():
        file.unlink()
    stored.rmdir()
    with pytest.raises(Refused, match="was printed as is not in"):
        issue.printed_template(office, entries(office))


def test_the_settings_name_a_page_and_colours(tmp_path: Path) -> None:
    office = office_in(tmp_path / "office")
    assert issue.find_template(office, None).name == "certificate"
    settings = office.folder / issue.SETTINGS
    folder_of(office.folder / "ours")
    before = settings.read_text(encoding="utf-8")
    more = '[page]\npage = "ours"\ncolours = ["#17494D", "#8a3324", "#b08a3e"]\n'
    settings.write_text(before + more, encoding="utf-8")
    office = issue.open_office(office.folder)
    assert office.palette.ink == "#17494d"
    assert issue.find_template(office, None).digest
    assert issue.find_template(office, "card").name == "card"
    for wrong in ('colours = ["#17494d"]', "colours = 5", 'colours = ["a", "b", "c"]', "page = 5"):
        settings.write_text(f"{before}[page]\n{wrong}\n", encoding="utf-8")
        with pytest.raises(Unreadable, match=r"'office\.toml' cannot be used"):
            issue.open_office(office.folder)
    with pytest.raises(Refused, match="there is no page 'banner'"):
        issue.find_template(office, "banner")


def test_page_check_tells_all_in_both_languages(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "ours")
    done = terminal.run("page", "check", folder)
    assert done.status == 0
    assert "no fault found" in done.out
    assert (folder / "sample.pdf").exists()
    folder_of(folder, "[colours]\nink = 'red'\n[emblem]\nfile = 'emblem.svg'", emblem="<svg/>")
    done = terminal.run("page", "check", folder, "--lang", "ru")
    assert done.status == 1
    lines = done.out.splitlines()
    assert len(lines) == 2
    assert not any(word in done.out for word in ("colour", "drawing"))


def test_a_class_is_issued_on_a_page_of_ones_own_and_cards_are_printed_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.make(tmp_path)
    monkeypatch.chdir(tmp_path)
    folder_of(tmp_path / "ours")
    line = ("issue", "class.json", "--form", "participation", "--yes", *OFFICE)
    with desk.at_noon():
        done = terminal.run(*line, "--page", "ours", "--out", "out", "--screen")
        assert done.status == 0, done.err
        names = ["P-1.html", "P-1.pdf", "P-2.html", "P-2.pdf", "all.pdf", "manifest-1.json", "summary.xlsx"]
        assert sorted(path.name for path in Path("out").iterdir()) == names
        first = Path("out/P-1.pdf").read_bytes()
        done = terminal.run("reprint", "P-1", "--office", "school", "--out", "again")
        assert done.status == 0, done.err
        assert Path("again/P-1.pdf").read_bytes() == first
        done = terminal.run("reprint", "P-1", "--office", "school", "--out", "cards", "--page", "card")
        assert done.status == 0, done.err
        assert Path("cards/P-1.pdf").read_bytes() != first
        settings = Path("school/office.toml")
        told = settings.read_text(encoding="utf-8")
        settings.write_text(told.replace('page = "certificate"', 'page = "insert"'), encoding="utf-8")
        for page_as in (
            [],
            ["--page", "card"],
            [],
        ):  # a class is printed as it was first, unless one says otherwise
            done = terminal.run(*line, *page_as, "--out", "once more")
            assert done.status == 0, done.err
            assert (Path("once more/P-1.pdf").read_bytes() == first) == (not page_as)
        done = terminal.run("reprint", "P-1", "--office", "school", "--out", "again")
        assert Path("again/P-1.pdf").read_bytes() == first
        done = terminal.run(*line, "--page", "banner", "--lang", "ru")
        assert done.status == 2
        assert "бланка 'banner' нет, есть card, certificate, insert, parts" in done.errors[0]
        done = terminal.run(*line, "--page", "parts")
        assert done.status in (1, 2)
        assert "'participation' has no parts" in done.errors[0]
