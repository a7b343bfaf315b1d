"""The bench of reading runs: pictures are drawn, every reader is asked, the tables stand in the document."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

import degraded
import readers
import scan
import scan_tables
from certificates import VERSIONS, make_papers

from qrcert.form import shipped_forms
from qrcert.reading import cascade
from qrcert.reading.deadline import Deadline

KINDS = "blur,fold,crease,pen,dark,moire,fax,shrink,page480"
DOCUMENT = (
    "before\n<!-- figures: standard -->\noutdated\n<!-- end of figures: standard -->\nbetween\n"
    "<!-- figures: fresh -->\n<!-- end of figures: fresh -->\nafter\n"
)


@pytest.fixture(autouse=True)
def few_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    """One certificate of each form: drawing pages is what takes time here."""
    monkeypatch.setattr(degraded, "PAPERS", len(shipped_forms()))


@pytest.fixture(autouse=True)
def on_the_wall() -> Iterator[None]:
    """The reading of other tests has its own clock again."""
    yield
    readers.time_by("wall")
    readers.set_up.cache_clear()


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "reading.md"
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


def test_the_whole_bench_runs_and_fills_the_document(
    document: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = scan.main(
        ["--kinds", KINDS, "--per-kind", "1", "--clock", "processor", "--markdown", str(document)]
    )
    printed, said = capsys.readouterr()
    assert status == 0
    assert [line.split()[0] for line in said.splitlines()] == KINDS.split(",")
    assert printed.startswith("9 pictures of 9 kinds, seed 1;")
    assert "| false reads of ours" in printed
    for stage in readers.stage_names():
        assert f"| {stage}" in printed
    written = document.read_text(encoding="utf-8")
    assert printed.strip() in written
    assert "outdated" not in written
    assert written.startswith("before\n")
    assert written.endswith("after\n")


def test_a_fresh_seed_leaves_the_standard_figures_alone(document: Path) -> None:
    scan_tables.insert(document, "| new |", name="fresh")
    written = document.read_text(encoding="utf-8")
    assert "outdated" in written
    assert "| new |" in written
    with pytest.raises(ValueError, match="0 blocks"):
        scan_tables.insert(document, "", name="another")


def test_false_reads_are_counted_and_told_by_the_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "read_ours", lambda picture, seconds: ["QC1:FALSE"])
    assert scan.main(["--kinds", "dark", "--per-kind", "1"]) == 1


def test_the_clock_of_the_processor_is_that_of_the_limits_too() -> None:
    readers.time_by("processor")
    limit = vars(cascade)["Deadline"]
    assert limit is not Deadline
    assert limit(1.0).left == pytest.approx(1, abs=0.5)
    readers.time_by("wall")
    assert vars(cascade)["Deadline"] is Deadline


def test_every_kind_draws_the_same_picture_again() -> None:
    first = degraded.picture("blur", 3)
    again = degraded.picture("blur", 3)
    other = degraded.picture("blur", 3, seed=2)
    assert first.text == again.text
    assert np.array_equal(first.grey, again.grey)
    assert not np.array_equal(first.grey, other.grey)


def test_the_certificates_are_ours_of_every_form_and_of_the_versions_of_the_bench() -> None:
    papers = make_papers(len(shipped_forms()), seed=1)
    assert [paper.form for paper in papers] == sorted(shipped_forms())
    assert all((paper.modules - 17) // 4 in VERSIONS for paper in papers)


def test_there_are_pictures_enough() -> None:
    assert len(degraded.KINDS) * degraded.PER_KIND >= 1500
