"""``qrcert scan``: a webcam window with the verdict beside the live picture.

| module | what it does |
|---|---|
| ``command`` | the command line, and the two ways it runs: with a window, without one |
| ``session`` | what was read so far: answers, the exit status, what is shown now |
| ``feed`` | a thread that takes frames from the camera, so that it never waits for us |
| ``worker`` | a thread that looks at frames, so that the picture never freezes |
| ``scene`` | what the window shows, as words |
| ``painting``, ``shapes``, ``brush`` | what the window shows, as a picture |
| ``window``, ``keys`` | the window itself |
| ``memory`` | which camera was used last |
"""

from qrcert.cli.scanning.command import scan_command

__all__ = ["scan_command"]
