"""Tutorials that run: files are written, code and commands executed, printed lines compared.

On a page of ``docs/tutorials``

- a block with ``title="NAME"`` is written to the file NAME,
- a ``python`` block without a title is executed; all of a page share their names,
- each command of a ``bash`` block is run; it ends well, or with exit code 2 after ``# refused``,
- a ``text`` block holds lines that the block before it printed; a line ``...`` leaves some out.

``python docs/generate/tutorial.py PAGE...`` runs pages; with ``--write`` the lines of their
``text`` blocks become those that are printed now.
"""

from __future__ import annotations

import contextlib
import difflib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(
    r'^```(?P<kind>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<body>.*?)^```$', re.M | re.S
)
EVDISC = [sys.executable, "-c", "from evdisc.cli import main; main()"]
REFUSED = "# refused"


def walk(page: Path, folder: Path) -> Iterator[tuple[re.Match[str], str]]:
    """Run a page in ``folder`` (the working directory); yield ``text`` blocks and what was printed.

    Raises:
        RuntimeError: a command did not end as the page says.
    """
    if not (folder / "examples").exists():
        (folder / "examples").symlink_to(ROOT / "examples")
    names: dict[str, Any] = {"__name__": "tutorial"}
    printed = ""
    for block in BLOCK.finditer(page.read_text("utf-8")):
        kind, title, body = block["kind"], block["title"], block["body"]
        if title:
            (folder / title).write_text(body, "utf-8")
        elif kind == "python":
            printed = _python(body, names, page)
        elif kind == "bash":
            printed = "".join(_command(line, folder) for line in _commands(body))
        elif kind == "text":
            yield block, printed


def _python(code: str, names: dict[str, Any], page: Path) -> str:
    heard = io.StringIO()
    with contextlib.redirect_stdout(heard):
        exec(compile(code, str(page), "exec"), names)
    return heard.getvalue()


def _commands(body: str) -> list[str]:
    return [line for line in body.replace("\\\n", " ").splitlines() if line.strip()]


def _command(line: str, folder: Path) -> str:
    command, refused, _ = line.partition(REFUSED)
    words = shlex.split(command)
    if words[0] != "evdisc":
        raise RuntimeError(f"only evdisc is run: {line}")
    path = os.pathsep.join([str(ROOT / "src"), *sys.path])
    done = subprocess.run(
        [*EVDISC, *words[1:]],
        cwd=folder, env={**os.environ, "PYTHONPATH": path, "COLUMNS": "100"},
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if done.returncode != (2 if refused else 0):
        raise RuntimeError(f"{line}\nended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stderr if refused else done.stdout


def lines(text: str) -> list[str]:
    """Lines as they are compared: without the width of their gaps, and without empty ones."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def unprinted(block: re.Match[str], printed: str) -> list[str]:
    """Lines of a ``text`` block that were not printed."""
    known = lines(printed)
    return [line for line in lines(block["body"]) if line != "..." and line not in known]


def renewed(block: re.Match[str], printed: str) -> str:
    """The ``text`` block with each line replaced by the printed one most like it."""
    found = {first_cell(line): line.rstrip() for line in printed.splitlines() if line.strip()}
    kept = []
    for line in block["body"].splitlines():
        close = difflib.get_close_matches(first_cell(line), found, 1, 0.3)
        kept.append(found[close[0]] if close and line.strip() != "..." else line)
    return "```text\n" + "\n".join(kept) + "\n```"


def first_cell(line: str) -> str:
    """A line of a table up to its first gap."""
    return re.split(r"\s{2,}", line.strip())[0]


def main(arguments: list[str]) -> None:
    """Run pages from the command line."""
    write = "--write" in arguments
    for name in arguments:
        if name == "--write":
            continue
        page, text = Path(name).resolve(), Path(name).read_text("utf-8")
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            for block, printed in walk(page, Path(folder)):
                for line in unprinted(block, printed):
                    sys.stdout.write(f"{name}: not printed: {line}\n")
                text = text.replace(block[0], renewed(block, printed)) if write else text
        page.write_text(text, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
