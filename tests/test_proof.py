"""The print proof: what the sheet is, and what pictures of it tell of the printer."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image

import pictures
import proofs
from qrcert import proof, scan, wire
from qrcert.errors import MissingExtra, Refused, UnknownFile, Unreadable
from qrcert.proof import artwork, examining, judging, looking, plan, scaling, sheet, sources
from qrcert.proof.measuring import Measures
from qrcert.proof.scaling import Scale
from qrcert.reading.grey import Grey, from_bytes_array


def grades(found: proof.Finding) -> dict[str, str]:
    return {remark.code: remark.grade for remark in found.remarks}


def examined(picture: pictures.Grey, *, dpi: int | None = proofs.DPI, **said: float) -> proof.Finding:
    extra = {} if dpi is None else {"dpi": (dpi, dpi)}
    return proof.examine(proofs.file(picture, **extra), **said)


# ------------------------------------------------------------------------------------------------ the sheet


def test_the_sheet_is_one_a4_page_and_the_same_every_time() -> None:
    document = pypdfium2.PdfDocument(proofs.pdf())
    assert len(document) == 1
    assert document[0].get_size() == pytest.approx((595.28, 841.89), abs=0.02)
    assert proof.draw(day=proofs.DAY) == proofs.pdf()


def test_every_code_is_read_and_none_is_taken_for_a_certificate() -> None:
    texts = scan.read_codes(proofs.pdf())
    assert set(texts) == set(plan.marks())
    assert len(texts) == 4 + len(plan.LADDER) + len(plan.PALE) + 1
    assert all(text.startswith("QPROOF:1:") and wire.scheme(text) is None for text in texts)
    assert {plan.ladder_text(0.3), "QPROOF:1:0.30 MM", "QPROOF:1:1.00 MM", "QPROOF:1:INK 45%"} <= set(texts)


def test_the_sample_is_as_large_as_the_code_of_an_attestat() -> None:
    sample = plan.sample()
    assert sample.side == pytest.approx(57 * proof.page_module(10))
    assert 0.88 < sample.module < 0.9


def test_codes_keep_their_quiet_zones_and_stay_on_the_page() -> None:
    marks = list(plan.marks().values())
    for mark in marks:
        quiet = 4 * mark.module
        left, top, right, bottom = mark.left, mark.top, mark.left + mark.side, mark.top + mark.side
        assert min(left, top, plan.WIDTH - right, plan.HEIGHT - bottom) >= 12 - 1e-9
        for other in marks:
            apart = max(
                other.left - right,
                left - other.left - other.side,
                other.top - bottom,
                top - other.top - other.side,
            )
            assert other is mark or apart >= max(quiet, 4 * other.module) - 1e-9, (mark.text, other.text)


def test_the_words_of_the_sheet_stand_in_both_languages() -> None:
    page = pypdfium2.PdfDocument(proofs.pdf())[0]
    words = page.get_textpage().get_text_range()
    for said in (
        "ПРОБНЫЙ ЛИСТ",
        "Print proof",
        "Фактический размер",
        "Actual size",
        "0.35",
        "qrcert proof scan.pdf",
    ):
        assert said in words


def test_a_sheet_that_cannot_be_set_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artwork, "artwork", lambda: "no drawing")
    with pytest.raises(Refused, match="the proof sheet could not be set"):
        proof.draw(day=proofs.DAY)
    monkeypatch.undo()
    monkeypatch.setattr(sheet, "_TITLE", ("漢", "Print proof"))
    with pytest.raises(Refused, match="the proof sheet "):
        proof.draw(day=proofs.DAY)


def test_without_typst_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    with pytest.raises(MissingExtra, match="this needs typst"):
        proof.draw(day=proofs.DAY)


# ------------------------------------------------------------------------------------------------ size


def test_the_sheet_itself_is_good() -> None:
    found = proof.examine(proofs.pdf())
    assert (found.verdict, found.page, found.scanned) == ("good", 1, True)
    assert found.scale is not None
    assert found.scale.how == "dpi"
    assert found.scale.shrink == pytest.approx(1, abs=0.002)
    assert found.module == pytest.approx(0.889, abs=0.002)
    measures = found.measures
    assert measures is not None
    assert (measures.spare, measures.wrong, measures.finest, measures.palest) == (1, 0, 0.3, 0.2)
    assert measures.contrast > 0.95
    assert measures.tones == pytest.approx([1 - step / 10 for step in range(11)], abs=0.02)


@pytest.mark.parametrize("size", [0.94, 0.96, 1.0, 1.02])
def test_a_scan_tells_the_size_by_its_resolution(size: float) -> None:
    found = examined(proofs.printed(size))
    assert found.scale is not None
    assert (found.scale.how, found.scale.guess) == ("dpi", False)
    assert found.scale.shrink == pytest.approx(size, abs=found.scale.doubt)
    assert found.verdict == ("good" if size == 1 else "usable")
    assert found.module == pytest.approx(0.889 * size, abs=0.004)


@pytest.mark.parametrize("size", [0.9, 0.96, 1.0])
@pytest.mark.parametrize("table", [40, 190])
def test_a_photo_tells_the_size_by_the_edges_of_the_paper(size: float, table: int) -> None:
    found = examined(proofs.photo(proofs.printed(size), table=table), dpi=None)
    assert not found.scanned
    assert found.scale is not None
    assert (found.scale.how, found.scale.paper) == ("paper", "A4")
    assert found.scale.shrink == pytest.approx(size, abs=0.005)
    assert found.verdict == ("good" if size == 1 else "usable")


@pytest.mark.parametrize("bend", [-0.03, 0.02])
def test_the_bend_of_a_lens_is_not_taken_for_shrinking(bend: float) -> None:
    found = examined(proofs.bent(proofs.photo(proofs.printed(0.96)), by=bend), dpi=None)
    assert found.scale is not None
    assert found.scale.across == pytest.approx(0.96, abs=0.004)
    assert found.scale.down == pytest.approx(0.96, abs=0.004)


def test_a_photo_on_letter_paper_is_known_by_the_shape_of_the_paper() -> None:
    sheet = proofs.printed(0.93, paper=(215.9, 279.4))
    found = examined(proofs.photo(sheet), dpi=None)
    assert found.scale is not None
    assert found.scale.paper == "Letter"
    assert found.scale.shrink == pytest.approx(0.93, abs=0.005)


def test_a_photo_without_edges_cannot_tell_and_says_so() -> None:
    white = proofs.photo(proofs.printed(0.96), table=255)
    near = proofs.photo(proofs.printed(0.96))[178:-178, 136:-136]
    for picture in (white, near):
        found = examined(picture, dpi=None)
        assert (found.verdict, found.scale, found.no_scale, found.module) == (
            "unknown",
            None,
            "no_reference",
            None,
        )
        assert grades(found)["scale"] == "unknown"
        assert grades(found)["contrast"] == "good"


def test_a_ruler_tells_where_nothing_else_does() -> None:
    white = proofs.photo(proofs.printed(0.96), table=255)
    found = examined(white, dpi=None, ruler=220.8)
    assert found.verdict == "usable"
    assert found.scale == Scale("ruler", pytest.approx(0.96), pytest.approx(0.96))  # type: ignore[arg-type]


def test_a_resolution_that_the_user_names_counts_before_the_files() -> None:
    found = examined(proofs.printed(0.96), dpi=600)
    assert found.scale is not None
    assert found.scale.how == "picture"  # 600 would make it half as large: not believed
    named = proof.examine(proofs.file(proofs.printed(0.96), dpi=(600, 600)), dpi=proofs.DPI)
    assert named.scale is not None
    assert (named.scale.how, named.scale.shrink) == ("dpi", pytest.approx(0.96, abs=0.003))


def test_a_scan_that_tells_nothing_is_guessed_and_called_a_guess() -> None:
    for picture in (proofs.printed(0.96), np.rot90(proofs.printed(0.96)), np.rot90(proofs.printed(0.96), 2)):
        found = examined(np.ascontiguousarray(picture), dpi=None)
        assert found.scale is not None
        assert (found.scale.how, found.scale.guess) == ("picture", True)
        assert found.scale.shrink == pytest.approx(0.96, abs=0.01)


def test_a_flat_picture_of_another_shape_is_no_guess() -> None:
    found = examined(proofs.scan()[:, 20:-60], dpi=None)
    assert (found.scale, found.no_scale) == (None, "no_reference")


def test_a_resolution_that_contradicts_the_paper_is_told() -> None:
    flat = proofs.photo(proofs.printed(1.0), tilt=0)
    density = 0.84 * 2200 / 297 * 25.4
    assert examined(flat, dpi=round(density)).verdict == "good"
    found = examined(flat, dpi=round(density * 1.06))
    assert (found.verdict, found.scale, found.no_scale) == ("unknown", None, "contradiction")


def test_paper_drawn_in_unevenly_is_told() -> None:
    found = examined(proofs.printed(1.0, across=0.97))
    assert grades(found)["uneven"] == "usable"
    assert found.scale is not None
    assert (found.scale.across, found.scale.down) == pytest.approx((0.97, 1.0), abs=0.003)


def test_a_print_far_too_small_is_not_good() -> None:
    found = examined(proofs.printed(0.85))
    assert (found.verdict, grades(found)["shrink"]) == ("not_good", "not_good")


# ------------------------------------------------------------------------------------------------ print quality


def test_a_pale_print_is_not_good_and_a_paler_one_neither() -> None:
    for ink, paper, grade in ((110, 235, "usable"), (160, 220, "not_good")):
        found = examined(proofs.faded(proofs.scan(), ink=ink, paper=paper))
        assert found.measures is not None
        assert found.measures.contrast == pytest.approx(1 - ink / paper, abs=0.03)
        assert (found.verdict, grades(found)["contrast"]) == (grade, grade)


def test_a_blurred_scan_is_not_good_a_blurred_photo_cannot_tell() -> None:
    blurred = pictures.blurred(proofs.scan(), sigma=2.7)
    found = examined(blurred)
    assert (found.verdict, grades(found)["ladder"]) == ("not_good", "not_good")
    assert found.measures is not None
    assert found.measures.finest is not None
    assert 0.6 < found.measures.finest < 1
    photo = proofs.photo(blurred)
    found = examined(photo, dpi=None)
    assert (found.verdict, grades(found)["ladder"]) == ("unknown", "unknown")


def test_print_faults_eat_the_error_correction_until_the_sample_is_lost() -> None:
    spots = np.random.default_rng(5).random(proofs.scan().shape)
    sample = plan.sample()
    left, top, right, bottom = (
        round(at * proofs.DPI / 25.4)
        for at in (sample.left, sample.top, sample.left + sample.side, sample.top + sample.side)
    )
    spoiled = []
    for share in (0.005, 0.03):
        picture = proofs.scan().copy()
        grains = cv2.dilate((spots < share / 60).astype(np.uint8), np.ones((9, 9), np.uint8))
        area = np.zeros_like(picture)
        area[top:bottom, left:right] = 1
        picture[(grains & area) == 1] = 255
        spoiled.append(examined(picture))
    first, second = (found.measures for found in spoiled)
    assert first is not None
    assert second is not None
    assert 0 < first.wrong < second.wrong
    assert first.spare is not None
    assert first.spare < 0.9
    blot = proofs.scan().copy()
    blot[top + 40 : bottom - 40, left + 40 : right - 40] = 255
    found = examined(blot)
    assert found.measures is not None
    assert (found.measures.spare, found.verdict, grades(found)["unread"]) == (None, "not_good", "not_good")


def test_a_coarse_picture_judges_nothing_that_it_does_not_show() -> None:
    coarse = pictures.shrunk(proofs.scan(), to=0.335)
    found = examined(coarse, dpi=67)
    assert (found.verdict, grades(found)["coarse"]) == ("unknown", "unknown")
    assert "contrast" not in grades(found)
    assert found.measures is not None
    assert found.measures.limit > 0.7


def made(**changed: Any) -> Measures:
    whole = Measures(8.0, 7.0, 0.9, 1.0, 0.0, tuple((size, True) for size in plan.LADDER), ((0.8, True),), ())
    return replace(whole, **changed)


AS_DRAWN = Scale("dpi", 1.0, 1.0)


@pytest.mark.parametrize(
    ("changed", "scanned", "verdict"),
    [
        ({}, True, "good"),
        ({"spare": 0.4}, True, "usable"),
        ({"spare": 0.1}, True, "not_good"),
        ({"spare": 0.1}, False, "unknown"),
        ({"spare": None}, False, "unknown"),
        ({"contrast": 0.2}, False, "not_good"),
        ({"ladder": tuple((size, size >= 0.6) for size in plan.LADDER)}, True, "usable"),
        ({"ladder": tuple((size, size >= 0.7) for size in plan.LADDER)}, True, "not_good"),
        ({"ladder": tuple((size, size == 0.3) for size in plan.LADDER)}, True, "not_good"),
        ({"ladder": tuple((size, size >= 0.6) for size in plan.LADDER), "density": 4.0}, True, "unknown"),
    ],
)
def test_the_worst_grade_decides(changed: dict[str, Any], scanned: bool, verdict: str) -> None:
    assert judging.judge(made(**changed), AS_DRAWN, scanned=scanned)[0] == verdict


def test_what_was_not_checked_comes_before_what_is_merely_usable_and_after_what_is_bad() -> None:
    assert judging.judge(made(spare=0.4), None, scanned=True)[0] == "unknown"
    assert judging.judge(made(contrast=0.1), None, scanned=True)[0] == "not_good"


def test_rungs_and_inks_count_only_in_a_row() -> None:
    measures = made(
        ladder=((0.3, True), (0.4, False), (0.5, True)), pale=((0.8, True), (0.6, False), (0.4, True))
    )
    assert (measures.finest, measures.palest) == (0.5, 0.8)
    assert (made(ladder=((0.3, True), (1.0, False))).finest, made(pale=((0.8, False),)).palest) == (
        None,
        None,
    )


# ------------------------------------------------------------------------------------------------ files


def test_other_pictures_hold_no_sheet_and_foreign_codes_are_named() -> None:
    text = pictures.sample_text(1)
    found = examined(pictures.page([text]), dpi=None)
    assert (found.verdict, found.measures, found.others) == ("unknown", None, (text,))
    assert grades(found) == {"no_sheet": "unknown"}
    assert examined(np.full((300, 300), 200, np.uint8), dpi=None).measures is None


def test_codes_of_the_sheet_out_of_their_places_are_no_sheet() -> None:
    loose = pictures.page([f"{plan.PREFIX}{name}" for name in ("NE", "NW", "SE", "SW")])
    assert looking.find(from_bytes_array(loose))[0] is None


def test_the_sheet_is_found_on_a_later_page() -> None:
    blank = Image.new("L", (1654, 2339), 255)
    out = io.BytesIO()
    blank.save(out, "TIFF", save_all=True, append_images=[Image.fromarray(proofs.scan())], dpi=(200, 200))
    found = proof.examine(out.getvalue())
    assert (found.page, found.verdict) == (2, "good")


def test_a_sheet_of_which_a_part_is_cut_off_is_not_judged() -> None:
    for cut in (proofs.scan()[:2000], proofs.scan()[:, :1300], proofs.scan()[:, 300:], proofs.scan()[1100:]):
        assert examined(np.ascontiguousarray(cut), dpi=None).measures is None
    assert examined(np.ascontiguousarray(proofs.scan()[200:2100, 200:1450])).verdict == "good"


def test_a_file_of_many_blank_pages_ends_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    pages = [Image.new("L", (50, 50), 255)] * 30
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    looked = []
    find = examining.find
    monkeypatch.setattr(examining, "find", lambda *told, **more: looked.append(1) or find(*told, **more))
    assert proof.examine(out.getvalue()).measures is None
    assert len(looked) == sources.PAGES
    monkeypatch.setattr(examining, "_SECONDS", 0.0)
    assert proof.examine(out.getvalue()).page == 1
    assert len(looked) == sources.PAGES + 1


def test_a_pdf_with_foreign_bytes_before_it_is_a_pdf() -> None:
    assert proof.examine(b"\n\n" + proofs.pdf()).verdict == "good"


def test_a_code_that_is_lost_in_the_whole_picture_is_looked_at_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = looking.find(from_bytes_array(proofs.scan()))[0]
    read = looking._read

    def forgetful(picture: Grey) -> dict[str, looking.Code]:
        found = read(picture)
        if picture.height == len(proofs.scan()):
            found.pop(plan.ladder_text(0.5))
        return found

    monkeypatch.setattr(looking, "_read", forgetful)
    again = looking.find(from_bytes_array(proofs.scan()))[0]
    assert whole is not None
    assert again is not None
    places = [np.array(one.codes[plan.ladder_text(0.5)].corners) for one in (whole, again)]
    assert np.abs(places[0] - places[1]).max() <= 1.5


def test_a_sheet_that_only_later_stages_see_is_measured_and_its_codes_count_as_unread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(looking, "_read", lambda _: {})
    found = examined(proofs.scan())
    assert found.measures is not None
    assert (found.measures.spare, found.measures.finest, found.verdict) == (None, None, "not_good")
    assert found.measures.contrast > 0.9


def test_what_cameras_and_defaults_say_of_resolution_is_not_believed() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x829D] = 1.8
    small = proofs.scan()[:200, :200]
    assert [
        one.dpi for one in sources.pictures_of(proofs.file(small, "JPEG", dpi=(300, 300), exif=exif))
    ] == [None]
    for said, believed in (((300, 300), 300), ((72, 72), None), ((300, 200), None)):
        assert [one.dpi for one in sources.pictures_of(proofs.file(small, "JPEG", dpi=said))] == [believed]
    assert [one.dpi for one in sources.pictures_of(proofs.file(small))] == [None]
    broken = proofs.file(small, "JPEG", dpi=(300, 300), exif=exif).replace(b"MM\0*", b"MM\0*\xff\xff", 1)
    assert len(list(sources.pictures_of(broken))) == 1


def test_files_that_are_no_pictures_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownFile, match="neither a picture nor a PDF"):
        proof.examine(b"a diary")
    with pytest.raises(Unreadable):
        proof.examine(proofs.file(proofs.scan()[:99, :99])[:60])

    def lacks(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("No module named 'cv2'", name="cv2.cv2")

    monkeypatch.setattr(examining, "find", lacks)
    with pytest.raises(MissingExtra, match="opencv-python"):
        proof.examine(proofs.file(proofs.scan()[:99, :99]))


# ------------------------------------------------------------------------------------------------ distances


def test_distances_follow_from_module_and_camera() -> None:
    assert proof.reach(0.889) == proof.Reach(webcam=30, webcam_most=40, phone=60)
    assert proof.reach(0.6) == proof.Reach(webcam=20, webcam_most=30, phone=40)
    assert proof.reach(0.01) == proof.Reach(5, 5, 5)


def test_modules_of_a_page_get_smaller_with_the_version() -> None:
    modules = [proof.page_module(version) for version in range(6, 19)]
    assert modules == sorted(modules, reverse=True)
    assert modules[-1] >= 0.6
    with pytest.raises(Refused):
        proof.page_module(25)
    with pytest.raises(Refused):
        proof.page_module(10, template="none")


def test_a_guess_lies_within_its_doubt() -> None:
    assert scaling.Scale("picture", 1.0, 1.0).doubt == 0.01
    assert Scale("ruler", 0.9, 1.0).shrink == pytest.approx(0.9487, abs=1e-4)
