"""The job API: a protocol in, a job out, its result when it is done. OpenAPI at /api/docs.json."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, File, Path, Query, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from evdisc.app import downloads
from evdisc.app.laboratory import MOST_PROTOCOL, Laboratory
from evdisc.app.safety import REPORT_POLICY
from evdisc.app.workspace import Job
from evdisc.errors import EvdiscError, InputError

JobId = Annotated[str, Path(pattern="^[a-z0-9]{16}$", description="id of a job of yours")]
Figure = Annotated[str, Query(min_length=1, max_length=80, description="name of the figure")]
FileId = Annotated[str, Path(pattern="^[a-z0-9]{16}$", description="id of a file of yours")]


class Faulty(BaseModel):
    """Why a request was refused."""

    error: str = Field(description="one line that says what to change")


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Faulty}, 401: {"model": Faulty}, 403: {"model": Faulty},
    404: {"model": Faulty}, 409: {"model": Faulty}, 413: {"model": Faulty},
    422: {"model": Faulty}, 500: {"model": Faulty},
}  # fmt: skip


class Asked(BaseModel):
    """A protocol to run."""

    model_config = ConfigDict(extra="forbid")
    protocol: str = Field(min_length=1, max_length=MOST_PROTOCOL, description="protocol (YAML)")
    members: int | None = Field(None, ge=1, le=20_000, description="instead of ensemble.members")
    seed: int | None = Field(None, ge=0, lt=2**63, description="instead of ensemble.seed")


class Text(BaseModel):
    """A protocol to look at."""

    model_config = ConfigDict(extra="forbid")
    protocol: str = Field(min_length=1, max_length=MOST_PROTOCOL, description="protocol (YAML)")


class Progress(BaseModel):
    """How far a job is."""

    done: int | None = None
    total: int | None = None
    failed: int | None = None
    seconds_left: float | None = None
    ahead: int | None = Field(None, description="jobs that start before this one")


class Told(BaseModel):
    """A job."""

    id: str
    tool: str
    title: str
    state: str = Field(description="waiting, running, done, failed or cancelled")
    message: str
    created: float = Field(description="seconds since 1970")
    started: float | None
    ended: float | None
    progress: Progress


class Checked(BaseModel):
    """Whether a protocol is valid."""

    valid: bool
    kind: str | None = None
    title: str | None = None
    fault: str | None = Field(None, description="the first fault: line, key, value, advice")


class Stored(BaseModel):
    """A file of yours."""

    id: str
    name: str
    size: int


def told(job: Job) -> Told:
    """A job as the API tells it."""
    known = {k: v for k, v in job.progress.items() if k in Progress.model_fields}
    return Told(**{k: getattr(job, k) for k in Told.model_fields if k != "progress"},
                progress=Progress(**known))  # fmt: skip


def router(lab: Laboratory) -> APIRouter:
    """The routes."""
    api = APIRouter(prefix="/api", responses=REFUSALS)
    job_routes(api, lab)
    question_routes(api, lab)
    file_routes(api, lab)
    return api


def job_routes(api: APIRouter, lab: Laboratory) -> None:
    """Routes of jobs."""

    @api.post("/jobs", status_code=201)
    async def start(asked: Asked, request: Request) -> Told:
        """Put a protocol into the queue."""
        values = {k: v for k in ("members", "seed") if (v := getattr(asked, k)) is not None}
        return told(await lab.submit(request.state.owner, "run", values, asked.protocol))

    @api.get("/jobs")
    async def every(request: Request) -> list[Told]:
        """Your jobs, the newest first."""
        return [told(job) for job in lab.queue.of(request.state.owner)]

    @api.get("/jobs/{job}")
    async def one(job: JobId, request: Request) -> Told:
        """How far a job is."""
        return told(lab.queue.find(request.state.owner, job))

    @api.delete("/jobs/{job}")
    async def cancel(job: JobId, request: Request, forget: bool = False) -> Told:
        """Cancel a job; with ``forget`` remove an ended one and its folder."""
        found = lab.queue.find(request.state.owner, job)
        if forget:
            lab.queue.delete(request.state.owner, job)
            return told(found)
        return told(lab.queue.cancel(request.state.owner, job))

    @api.post("/jobs/{job}/resume")
    async def resume(job: JobId, request: Request) -> Told:
        """Start an ended job again; the members it had finished are kept."""
        return told(lab.queue.resume(request.state.owner, job))

    @api.get("/jobs/{job}/{name}", response_class=FileResponse)
    async def fetch(job: JobId, name: downloads.Name, request: Request) -> Response:
        """A file of a finished run."""
        owner = request.state.owner
        return sent(downloads.named(lab.user(owner), lab.queue.find(owner, job), name))


def question_routes(api: APIRouter, lab: Laboratory) -> None:
    """Routes of what worker processes answer; nothing is kept."""

    @api.get("/jobs/{job}/data/csv", response_class=Response)
    async def data(job: JobId, figure: Figure, request: Request) -> Response:
        """The numbers behind a figure of a finished run."""
        owner = request.state.owner
        found = lab.queue.find(owner, job)
        downloads.named(lab.user(owner), found, "result.json")
        folder = str(lab.user(owner).run_folder(job))
        made = await lab.pages.ask("figures", folder=folder, names=[figure])
        return table(made[0]["csv"], figure)

    @api.post("/check")
    async def check(asked: Text) -> Checked:
        """Whether a protocol is valid."""
        found = await lab.check(asked.protocol)
        if found["valid"]:
            return Checked(valid=True, kind=found["kind"], title=found["title"])
        return Checked(valid=False, fault=found["fault"]["message"])

    @api.post("/dose")
    async def dose(asked: Text, request: Request) -> dict[str, Any]:
        """The dose and stoichiometry table of a protocol."""
        return await lab.dose_table(request.state.owner, asked.protocol)


def file_routes(api: APIRouter, lab: Laboratory) -> None:
    """Routes of a user's files, of what a tool made, and of the crate of a run."""

    @api.post("/files", status_code=201)
    async def bring(request: Request, file: Annotated[UploadFile, File()]) -> Stored:
        """Keep a table, sequence or measurement file."""
        made = lab.user(request.state.owner).add_file(file.filename or "", await file.read())
        return Stored(id=made["id"], name=made["name"], size=made["size"])

    @api.get("/files")
    async def files(request: Request) -> list[Stored]:
        """Your files."""
        return [Stored(id=f["id"], name=f["name"], size=f["size"])
                for f in lab.user(request.state.owner).files()]  # fmt: skip

    @api.delete("/files/{file}")
    async def drop(file: FileId, request: Request) -> Stored:
        """Remove a file of yours."""
        user = lab.user(request.state.owner)
        path = user.file(file)
        gone = Stored(id=file, name=path.name, size=path.stat().st_size)
        user.drop_file(file)
        return gone

    @api.get("/jobs/{job}/made/{number}", response_class=FileResponse)
    async def made(job: JobId, number: int, request: Request) -> Response:
        """A file a job made, by its number."""
        owner = request.state.owner
        return sent(downloads.numbered(lab.user(owner), lab.queue.find(owner, job), number))

    @api.get("/jobs/{job}/crate/zip", response_class=FileResponse)
    async def crate(job: JobId, request: Request) -> Response:
        """The run folder as an RO-Crate, without its raw members."""
        owner = request.state.owner
        found = lab.queue.find(owner, job)
        return sent(await asyncio.to_thread(downloads.crate, lab.user(owner), found))


def sent(file: downloads.Taken) -> FileResponse:
    """A file as an answer; a page can run its own figures and reach nothing."""
    answer = FileResponse(file.path, media_type=file.type)
    plain = "".join(c if c.isalnum() or c in "._-" else "-" for c in file.name)
    if file.type.startswith("text/html"):
        answer.headers["content-security-policy"] = REPORT_POLICY
    else:
        answer.headers["content-disposition"] = f'attachment; filename="{plain}"'
    return answer


def table(text: str, name: str) -> Response:
    """CSV as an answer."""
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in name)
    told = f'attachment; filename="{plain}.csv"'
    return Response(text, media_type="text/csv", headers={"content-disposition": told})


def refusals(app: FastAPI) -> None:
    """Every error of the API is one line, without a traceback."""

    async def fault(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, EvdiscError)
        lost = any(w in str(error) for w in ("no job has", "no file has", "is not there"))
        status = 404 if lost else 422 if isinstance(error, InputError) else 500
        return JSONResponse({"error": str(error)}, 409 if "waits or" in str(error) else status)

    async def malformed(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return JSONResponse({"error": f"{where}: {first['msg']}"}, 422)

    handlers: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
        EvdiscError: fault, RequestValidationError: malformed,
    }  # fmt: skip
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
