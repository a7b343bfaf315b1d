"""``python -m qrcert`` is ``qrcert``."""

from qrcert.cli import main

main()
