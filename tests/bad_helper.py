"""A helper process that does to its asker what bad libraries do: for the tests of qrcert.reading.process."""

from __future__ import annotations

import os
import sys
import time

from qrcert.reading.process import Message, serve


def answer(question: Message) -> Message:
    deed = question.facts["do"]
    if deed == "hang":
        time.sleep(60)
    if deed == "die":
        os.abort()
    if deed == "print":
        os.write(1, b"a library's chatter\n")
        sys.stderr.write("and its complaints\n")
    if deed == "pid":
        return Message({"pid": os.getpid()})
    if deed == "absent":
        return Message({"absent": "no such library"})
    return Message({"said": deed}, question.payload[::-1])


def main() -> None:
    serve(answer)
