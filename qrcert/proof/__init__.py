"""The print proof: a calibration sheet to print, and what a photo or scan of it tells about printer and page.

    Path("proof.pdf").write_bytes(draw(day=date(2026, 6, 25)))
    finding = examine(Path("scan.pdf").read_bytes())
    finding.verdict, finding.scale, finding.measures.contrast

The sheet carries codes whose places are known to a hundredth of a millimetre; whatever a picture shows of it is
measured against them. Its texts begin with ``QPROOF:``, so no sheet and no picture of one is ever taken for a
certificate.
"""

from qrcert.proof.distance import Reach, page_module, reach
from qrcert.proof.examining import examine
from qrcert.proof.judging import Finding, Remark
from qrcert.proof.measuring import Measures
from qrcert.proof.plan import PREFIX
from qrcert.proof.scaling import Scale
from qrcert.proof.sheet import draw

__all__ = [
    "PREFIX",
    "Finding",
    "Measures",
    "Reach",
    "Remark",
    "Scale",
    "draw",
    "examine",
    "page_module",
    "reach",
]
