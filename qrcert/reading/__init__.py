"""What ``scan`` needs inside: pictures and PDF pages become grey pixels, engines find codes in them.

| module | what it does | imports |
|---|---|---|
| ``codes`` | values: a code, what an engine found, reading order | nothing |
| ``grey`` | grey pixels, from arrays | numpy, when asked |
| ``pictures`` | bytes of a picture file -> grey frames, with every cap | Pillow |
| ``pdfium`` | a PDF page or a part of it -> grey pixels | pypdfium2 |
| ``pdf``, ``pdf_process`` | the same in a process of its own, for PDFs of strangers | |
| ``zxing`` | the first engine | zxing-cpp |
| ``zbar``, ``zbar_process`` | the last engine, optional, in a process of its own | pyzbar |
| ``cascade`` | the order of the engines, and when to stop; our own reader belongs there | OpenCV, when needed |
| ``process`` | a helper process that may crash or hang without harm | nothing |
| ``engines`` | what works on this machine | |

``scan`` imports these when they are used, so that ``import qrcert.scan`` is cheap and works without them.
"""
