"""Tasks on a Dask cluster: workers come, go and die, and share no file with this machine.

Dask moves an order of text and bytes to a worker and the bytes of a member file back; this
process alone writes the run folder. The scheduler gives the tasks of a lost worker to another.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evdisc.errors import EvdiscError, InputError, MissingExtraError, RunError
from evdisc.study.tasks import Order, carry_out, difference, identity

#: seconds a scheduler has to answer
PATIENCE = 5
#: times a task is tried again after an error of a worker, as of a full disk; losing a worker is no
#: error of a task, the scheduler counts it apart (distributed.scheduler.allowed-failures)
RETRIES = 2
KEPT = "finished members are kept: run again to resume"


@dataclass(frozen=True)
class Scheduler:
    """A Dask scheduler by its address."""

    address: str


def address_in(file: Path) -> str:
    """Address in the file a scheduler wrote with ``--scheduler-file``.

    Raises:
        InputError: it is missing or no such file.
    """
    try:
        address = json.loads(file.read_text("utf-8"))["address"]
    except FileNotFoundError:
        raise InputError("does not exist", file=file, key="--jobs",
                         expected="the file a Dask scheduler wrote") from None  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        address = None
    if not isinstance(address, str):
        raise InputError("is no scheduler file", file=file, key="--jobs",
                         expected="the file a Dask scheduler wrote, with its address")  # fmt: skip
    return address


def require(scheduler: Scheduler, told: Callable[[str], None]) -> None:
    """Check that the scheduler answers and that the workers it has are of this installation.

    Raises:
        InputError: no answer, or a worker has another version or other evidence.
        MissingExtraError: Dask is not installed.
    """
    _require_scheduler(scheduler)
    client = _client(scheduler)
    try:
        answers = client.run(identity, on_error="return")
        threads = client.nthreads()
    finally:
        client.close()
    for worker, own in answers.items():
        if not isinstance(own, OSError):  # it went away just now
            _require_same(worker, own)
    if not threads:
        told(f"{scheduler.address} has no worker yet; waiting for the first")
        return
    told(f"{scheduler.address} has {len(threads)} workers")
    if max(threads.values()) > 1:
        told("workers with several threads share one interpreter: --nthreads 1 is faster")


def _require_same(worker: str, own: Any) -> None:
    differs = difference(identity(), own) if isinstance(own, Mapping) else f"no evdisc ({own})"
    if differs:
        raise InputError("worker has " + differs, key="--jobs", value=worker,
                         expected="the same evdisc on every worker")  # fmt: skip


def answers(
    scheduler: Scheduler, order: Order, todo: Sequence[list[int]]
) -> Iterator[tuple[list[int], bytes]]:
    """Members and their bytes, in the order in which they are finished.

    Raises:
        RunError: a task failed or lost too many workers, or the scheduler went away.
    """
    _keep_quiet()
    client = _client(scheduler)
    waiting: dict[Any, list[int]] = {}
    try:
        # a task of its own, so that the order is sent once and made again where its holder dies
        told = client.submit(dict, order, pure=False)
        for members in todo:
            task = client.submit(carry_out, told, members, pure=False, retries=RETRIES)
            waiting[task] = members
        yield from _as_completed(client, waiting)
    finally:
        with suppress(Exception):  # the scheduler may be gone
            client.cancel(list(waiting))
        client.close(timeout=PATIENCE)


def _as_completed(client: Any, waiting: dict[Any, list[int]]) -> Iterator[tuple[list[int], bytes]]:
    for task in _distributed().as_completed(list(waiting), loop=client.loop):
        members = waiting[task]
        data = _result(task, members)
        del waiting[task]  # lets the cluster forget it
        yield members, data


def _result(task: Any, members: Sequence[int]) -> bytes:
    dask = _distributed()
    try:
        data: bytes = task.result()
    except dask.KilledWorker as error:
        raise RunError(
            f"members {members[0]}-{members[-1]} lost their worker too often, the last "
            f"{error.last_worker.address}, as when memory runs out", advice=KEPT,
        ) from None  # fmt: skip
    except EvdiscError as error:
        raise RunError(error.message, advice=KEPT) from None
    except Exception as error:
        if task.status != "error":
            raise RunError("the Dask scheduler went away", advice=KEPT) from error
        raise RunError(
            f"members {members[0]}-{members[-1]} failed on a worker: "
            f"{type(error).__name__}: {error}", advice=KEPT,
        ) from error  # fmt: skip
    return data


def _keep_quiet() -> None:
    """Silence what Dask logs about a scheduler that went away: it is told in one line."""
    for name in ("distributed.client", "distributed.core"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _client(scheduler: Scheduler) -> Any:
    connect = _distributed().Client
    try:
        return connect(scheduler.address, timeout=PATIENCE, set_as_default=False, name="evdisc")
    except OSError as error:
        raise _no_answer(scheduler, error) from None


def _require_scheduler(scheduler: Scheduler) -> None:
    """Ask who is there before a client is made, which a wrong answer would leave half open."""
    dask = _distributed()
    try:
        who = dask.utils.LoopRunner(asynchronous=False).run_sync(_who, scheduler.address)
    except Exception as error:  # whatever listens there may answer anything
        raise _no_answer(scheduler, error) from error
    if who != "Scheduler":
        raise _no_answer(scheduler, f"a Dask {who} answers")


async def _who(address: str) -> str:
    dask = _distributed()
    arguments = dask.Security().get_connection_args("client")
    async with asyncio.timeout(PATIENCE):
        async with dask.rpc(address, timeout=PATIENCE, connection_args=arguments) as there:
            return str((await there.identity())["type"])


def _no_answer(scheduler: Scheduler, why: object) -> InputError:
    said = str(why).partition("\n")[0] or f"silent for {PATIENCE} s"
    return InputError(
        "no Dask scheduler answers", key="--jobs", value=scheduler.address,
        expected="the address of a running scheduler", advice=said,
    )  # fmt: skip


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise MissingExtraError("dask", "dask") from None
    return distributed
