"""The command line of `evdisc serve`. Part of the door."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evdisc.cli_tasks import positive
from evdisc.errors import InputError

app = typer.Typer(rich_markup_mode=None)


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; any but loopback needs a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port.")] = 8080,
    workspace: Annotated[
        Path | None, typer.Option(help="Folder of designs, files and runs (default: yours).")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", callback=positive, help="Jobs at a time (default: one a core)."),
    ] = None,
) -> None:
    """Open the laboratory in a browser: design, run, compare, plan."""
    import importlib.util
    import os

    if importlib.util.find_spec("nicegui") is None:
        from evdisc.errors import MissingExtraError

        raise MissingExtraError("nicegui", "app")
    require_free(host, port)
    from platformdirs import user_data_path

    from evdisc.app.safety import door
    from evdisc.app.server import Settings
    from evdisc.app.server import serve as start

    folder = workspace or user_data_path("evdisc", appauthor=False) / "workspace"
    start(Settings(door(host, port), folder.absolute(), jobs or os.cpu_count() or 1))


def require_free(host: str, port: int) -> None:
    """Refuse an address nobody can listen on, before anything is written."""
    import socket

    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if hasattr(socket, "SO_REUSEADDR"):
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        words = error.strerror or str(error)
        raise InputError(
            f"cannot be listened on: {words}", key="--host, --port", value=f"{host}:{port}",
            expected="a free port of this machine",
        ) from None  # fmt: skip
