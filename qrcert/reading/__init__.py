"""What ``scan`` needs inside: pictures and PDF pages become grey pixels, engines find codes in them.

| module | what it does | imports |
|---|---|---|
| ``codes`` | values: a code, what an engine found, reading order | nothing |
| ``grey`` | grey pixels, from arrays | numpy, when asked |
| ``pictures`` | bytes of a picture file -> grey frames, with every cap | Pillow |
| ``pdfium`` | a PDF page or a part of it -> grey pixels | pypdfium2 |
| ``printed`` | the words of a PDF page, and what it marks as headings | pypdfium2 |
| ``sheets``, ``pdf_sheets`` | an open file whose pages are looked at quickly, then thoroughly | the above |
| ``reader``, ``reader_process`` | the same in a process of its own, for files of strangers | nothing |
| ``pdf``, ``pdf_process`` | only the drawing of PDF pages in such a process: the print proof measures pixels | |
| ``zxing`` | the first engine | zxing-cpp |
| ``zbar``, ``zbar_process`` | the last engine, optional, in a process of its own | pyzbar |
| ``cascade`` | the order of the engines, and when to stop | OpenCV, when needed |
| ``soft`` | our own reader, the last but one stage: blur, motion, glare, damage, bent paper, small modules | |
| ``finding``, ``rings``, ``triples``, ``fitting`` | its search for finder patterns | OpenCV |
| ``solving`` | one candidate to a text, step by step | |
| ``mesh``, ``alignment`` | where each module lies, on paper that is not flat | OpenCV |
| ``equaliser`` | samples to soft values, by a filter that the symbol trains | OpenCV |
| ``layout``, ``symbols``, ``reed_solomon``, ``bitstream`` | from soft values to text | numpy |
| ``deadline`` | a time limit that is handed down | nothing |
| ``cameras`` | webcams -> frames | OpenCV |
| ``films``, ``film_process`` | video files -> frames, decoded in a process of its own | OpenCV, there |
| ``looking`` | frame after frame within a budget | |
| ``places`` | where a code is that was not read | OpenCV |
| ``advice`` | what would help | OpenCV |
| ``process`` | a helper process that may crash or hang without harm | nothing |
| ``engines`` | what works on this machine | |

``scan`` imports these when they are used, so that ``import qrcert.scan`` is cheap and works without them.
"""
