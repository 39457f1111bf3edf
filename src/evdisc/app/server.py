"""The server: parts put together, and run until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp

from evdisc import __version__
from evdisc.app.api import refusals, router
from evdisc.app.examples import FIRST, example
from evdisc.app.laboratory import Laboratory, laboratory
from evdisc.app.safety import Door, Guard
from evdisc.app.workspace import Workspace
from evdisc.errors import FolderError

#: largest message of a websocket, bytes
MOST_MESSAGE = 2_000_000
STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True)
class Settings:
    """How a laboratory is served."""

    door: Door
    workspace: Path
    slots: int


def build(settings: Settings) -> Guard:
    """The whole application.

    Raises:
        FolderError: the workspace cannot be written, or another server has it.
    """
    from nicegui import app as pages
    from nicegui import ui

    from evdisc.app import views

    lab_of: list[Laboratory] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        lab = lab_of[0]
        lab.queue.start_next()
        warming = asyncio.create_task(lab.check(example(FIRST)))
        yield
        warming.cancel()
        await lab.queue.stop()
        for bench in (lab.quick, lab.dose, lab.pages):
            bench.stop()

    app = FastAPI(title="evdisc job API", version=__version__, docs_url=None, redoc_url=None,
                  openapi_url="/api/openapi.json", lifespan=lifespan)  # fmt: skip
    lab_of.append(laboratory(Workspace(settings.workspace), settings.slots))
    app.include_router(router(lab_of[0]))
    refusals(app)
    api_ends(app)
    views.register(lab_of[0])
    pages.add_static_files("/static", STATIC)
    ui.run_with(app, title="evdisc", favicon=STATIC / "favicon.svg", dark=None, tailwind=False,
                language="en-US", reconnect_timeout=20.0, show_welcome_message=False,
                binding_refresh_interval=None, gzip_middleware_factory=small)  # fmt: skip
    return Guard(app, settings.door)


def small(app: ASGIApp) -> GZipMiddleware:
    """Answers made smaller, at little cost."""
    return GZipMiddleware(app, minimum_size=4000, compresslevel=2)


def api_ends(app: FastAPI) -> None:
    """An address under /api that does not exist is told in one line, not shown as a page."""

    @app.api_route("/api/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
                   include_in_schema=False)  # fmt: skip
    async def nothing(rest: str) -> JSONResponse:
        return JSONResponse({"error": "no such address"}, 404)

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)

    app.add_exception_handler(HTTPException, http)


def serve(settings: Settings) -> None:
    """Serve until interrupted.

    Raises:
        FolderError: see :func:`build`.
    """
    import uvicorn
    from filelock import FileLock, Timeout

    try:
        settings.workspace.mkdir(parents=True, exist_ok=True)
        lock = FileLock(settings.workspace / ".lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise FolderError("is served by another process", file=settings.workspace) from None
    except OSError as error:
        raise FolderError(
            "cannot be used", file=settings.workspace, advice=error.strerror
        ) from None
    logging.getLogger("uvicorn.error").addFilter(worth_telling)
    with lock:
        os.environ.setdefault("NICEGUI_STORAGE_PATH", str(settings.workspace / "pages"))
        told(settings)
        uvicorn.run(build(settings), host=settings.door.host, port=settings.door.port,
                    log_level="warning", server_header=False, ws_max_size=MOST_MESSAGE,
                    access_log=False, timeout_graceful_shutdown=3)  # fmt: skip


def worth_telling(record: logging.LogRecord) -> bool:
    """Whether a line of the server's log says anything: a request cut off at Ctrl-C is no error."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.CancelledError)


def told(settings: Settings) -> None:
    """Say once where the laboratory is, and its token."""
    door = settings.door
    name = f"[{door.host}]" if ":" in door.host else door.host
    shown = f"http://{name}:{door.port}/"
    if door.token:
        shown += f"?token={door.token}"
        sys.stderr.write("evdisc: not on loopback, so the token is needed; it is shown once.\n")
    sys.stderr.write(f"evdisc: {shown}\nevdisc: workspace {settings.workspace}; Ctrl-C stops\n")
    sys.stderr.flush()
