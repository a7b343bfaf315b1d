"""A helper process that does to its asker what bad libraries do: for the tests of qrcert.reading.process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from qrcert.reading.process import Message, Served, serve

SERVED: list[Served] = []


def answer(question: Message) -> Message:
    deed = question.facts["do"]
    if deed == "hang":
        if alarm := question.facts.get("alarm"):
            signal.setitimer(signal.ITIMER_REAL, alarm)  # sooner than a test wants to wait
        time.sleep(60)
    if deed == "back":
        replies = [SERVED[0].ask_back({"what": one}) for one in question.facts["what"]]
        return Message({"said": [reply["said"] for reply in replies]})
    if deed == "child":
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        return Message({"pid": child.pid})
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
    SERVED.append(Served())
    serve(answer, served=SERVED[0])
