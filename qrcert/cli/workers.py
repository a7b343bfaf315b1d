"""Who draws the pages: this process, several on this machine, or a cluster. All are an ``Executor``."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, InvalidStateError, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import click

from qrcert import __version__
from qrcert.cli import screen
from qrcert.errors import MissingExtra, Refused
from qrcert.issue import VOLUME

PATIENCE: Final = "10s"
"""How long a cluster's answer is waited for."""

LOOKING: Final = 0.5
"""Seconds between two looks whether the cluster is still there."""

_GONE: Final = "the connection to the scheduler has ended"

_NONE: Final = "none"
"""The release of what is not installed."""

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


@contextmanager
def workers(certificates: int, *, jobs: int | None, cluster: str | None) -> Iterator[Executor | None]:
    """Give what draws so many certificates, None for this process, and let it go in the end, also when stopped.

    Raises `Refused` where the cluster does not answer, has no workers or others than of this release, or is lost.
    """
    if cluster is not None:
        with _cluster(cluster) as executor:
            yield executor
        return
    # a process takes a second to start, and a class of one volume is drawn by one
    count = min(jobs or os.cpu_count() or 1, -(-certificates // VOLUME))
    if count <= 1:
        yield None
        return
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)
    try:
        yield pool
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
        from distributed.scheduler import KilledWorker
    except ImportError as error:
        raise MissingExtra("cluster", "distributed") from error
    connect: Any = Client  # dask tells no types
    try:
        client = connect(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise Refused(
            f"no cluster answers at {address!r}: {error}",
            hint="start one: dask scheduler, and dask worker ADDRESS",
        ) from error
    try:
        with client:
            _require_release(_releases(client))
            with _Watched(client) as executor:
                yield executor
    except KilledWorker as error:
        raise Refused(
            "workers of the cluster were killed again and again at the same pages; what was signed stands in the "
            "register",
            hint="is their memory enough? the same command without --cluster goes on here",
        ) from error
    except (CancelledError, OSError) as error:  # of a connection that ended, and of work that went with it
        raise _lost(address) from error


class _Watched(Executor):
    """The executor of a dask client, whose futures end when the connection does: dask leaves some open for ever."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._dask = client.get_executor(pure=False)
        self._open: set[Future[Any]] = set()
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand out a call; raises OSError where the connection has ended."""
        if self._client.status == "closed":
            raise OSError(_GONE)
        future: Future[Any] = self._dask.submit(fn, *args, **kwargs)
        self._open.add(future)
        future.add_done_callback(self._open.discard)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Look no more; the client ends with its own context."""
        self._ended.set()

    def _look(self) -> None:
        while not self._ended.wait(LOOKING):
            if self._client.status == "closed":
                for future in tuple(self._open):
                    with suppress(InvalidStateError):  # it ended meanwhile
                        future.set_exception(OSError(_GONE))


def _lost(address: str) -> Refused:
    return Refused(
        f"the cluster at {address!r} is gone; what was signed stands in the register",
        hint="is its scheduler running? the same command again goes on where this one stopped",
    )


def _releases(client: Any) -> dict[str, dict[str, str]]:
    """Return the releases of each worker; one that has none of ours cannot load what it is asked with."""
    try:
        found: dict[str, object] = client.run(_release, on_error="return")
    except RuntimeError as error:  # of a scheduler that speaks another protocol
        raise Refused(
            f"the cluster does not understand this computer: {error}", hint="install the same dask on both"
        ) from error
    return {name: one if isinstance(one, dict) else {} for name, one in found.items()}


def _release() -> dict[str, str]:
    """Return the releases on which the bytes of a page depend."""
    try:
        setter = version("typst")
    except PackageNotFoundError:
        setter = _NONE
    return {"qrcert": __version__, "typst": setter}


def _require_release(found: dict[str, dict[str, str]]) -> None:
    """Raise `Refused` unless every worker has these very releases: pages of others differ in their bytes."""
    if not found:
        raise Refused("the cluster has no workers", hint="start some: dask worker ADDRESS")
    for name, releases in sorted(found.items()):
        for what, ours in _release().items():
            if (theirs := releases.get(what, _NONE)) != ours:
                raise Refused(
                    f"the worker {name!r} has {what} {theirs}, this computer has {ours}",
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
