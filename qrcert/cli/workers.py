"""Who draws the pages: this process, several on this machine, or a cluster. All are an ``Executor``."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

import click

from qrcert import __version__
from qrcert.cli import screen
from qrcert.errors import MissingExtra, Refused

WORTH: Final = 60
"""Certificates for each process of its own: it takes a second to start, in which one is done with so many."""

CLUSTER_CHUNK: Final = 200
"""Certificates that are sent to a cluster in one go: a task costs it some milliseconds, whatever is in it."""

PATIENCE: Final = "10s"
"""How long a cluster's answer is waited for."""

jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Processes that draw pages; default: as many as this machine has cores, fewer for a small class.",
)
cluster_option = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Let a dask cluster draw the pages: tcp://HOST:8786. It signs nothing.",
)


class Workers(NamedTuple):
    """What draws pages (None: this process), and how many certificates it is given in one go (None: as usual)."""

    executor: Executor | None = None
    chunk: int | None = None


@contextmanager
def workers(certificates: int, *, jobs: int | None, cluster: str | None) -> Iterator[Workers]:
    """Give what draws so many certificates, and let it go in the end, also when somebody stops it."""
    if cluster is not None:
        with _cluster(cluster) as executor:
            yield Workers(executor, CLUSTER_CHUNK)
        return
    count = jobs or min(os.cpu_count() or 1, certificates // WORTH)
    if count <= 1:
        yield Workers()
        return
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)
    try:
        yield Workers(pool)
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Begin a process: one core is its share, and Ctrl-C is the business of the one that leads."""
    os.environ["RAYON_NUM_THREADS"] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        from dask.distributed import Client
    except ImportError as error:
        raise MissingExtra("cluster", "distributed") from error
    connect: Any = Client  # dask tells no types
    try:
        client = connect(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise Refused(
            f"no cluster answers at {address!r}: {error}",
            hint="start one: dask scheduler, and dask worker ADDRESS",
        ) from error
    with client:
        _require_release(client.run(_release))
        yield client.get_executor(pure=False)


def _release() -> str:
    return __version__


def _require_release(found: dict[str, str]) -> None:
    """Raise `Refused` unless every worker has this very release: pages of another one differ in their bytes."""
    if not found:
        raise Refused("the cluster has no workers", hint="start some: dask worker ADDRESS")
    for name, release in sorted(found.items()):
        if release != __version__:
            raise Refused(
                f"the worker {name!r} has qrcert {release}, this is {__version__}",
                hint="install the same there",
            )


def stopped(done: int, total: int, language: str) -> None:
    """Tell what stands when somebody stopped the drawing."""
    screen.tell(
        screen.pick(
            language,
            f"stopped: {total} are signed and in the register, {done} are drawn; the same command goes on",
            f"остановлено: подписаны и внесены в книгу {total}, отпечатано {done}; та же команда продолжит",
        ),
        error=True,
    )
