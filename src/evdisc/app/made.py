"""What a tool made: its page, its words, its files; and a way to keep a file for another tool."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evdisc.app import downloads
from evdisc.app.controls import button, link, tag
from evdisc.app.laboratory import Laboratory
from evdisc.app.runs import words
from evdisc.app.safety import MOST_UPLOAD
from evdisc.app.workspace import Job, User
from evdisc.errors import EvdiscError

#: files of a tool that another may read
KEPT = ("vesicles.json", ".posterior.json", ".csv")


def made(lab: Laboratory, job: Job) -> None:
    """What a tool made: its page, its words, its files."""
    tag("h1", job.title)
    tag("p", words(job), f"state {job.state}")
    user = lab.user(job.owner)
    paths = downloads.listed(user, job)
    pages = [i for i, p in enumerate(paths) if p.suffix == ".html"]
    if pages:
        tag("iframe", "", "report", src=f"/api/jobs/{job.id}/made/{pages[0]}", title=job.title,
            sandbox="allow-scripts allow-downloads")  # fmt: skip
    said = (user.job_folder(job.id) / "stdout.txt").read_text("utf-8", "replace").strip()
    if said:
        shown: dict[str, Any] = {} if pages else {"open": True}
        with tag("details", **shown):
            tag("summary", "in words")
            tag("pre", said, tabindex="0")
    if paths:
        tag("h2", "Files")
        with tag("ul"):
            for i, path in enumerate(paths):
                with tag("li"):
                    inside = path.relative_to(user.job_folder(job.id)).as_posix()
                    how: dict[str, Any] = {"target": "_blank"} if i in pages else {"download": ""}
                    link(inside, f"/api/jobs/{job.id}/made/{i}", **how)
                    tag("span", f" {path.stat().st_size:,} bytes ", "soft")
                    if path.name.endswith(KEPT) and path.stat().st_size <= MOST_UPLOAD:
                        Keep(user, path).draw()


class Keep:
    """A way to bring a file a tool made to one's own files, for another tool or a protocol."""

    def __init__(self, user: User, path: Path) -> None:
        self.user, self.path = user, path

    def draw(self) -> None:
        """The button."""
        self.box = tag("span", role="status")
        with self.box:
            button("Keep under My data", self.keep, "small",
                   aria_label=f"Keep {self.path.name} under My data")  # fmt: skip

    def keep(self) -> None:
        """Copy it."""
        try:
            made = self.user.add_file(self.path.name, self.path.read_bytes())
            said = f"kept as {made['name']}"
        except (EvdiscError, OSError) as error:
            said = str(error)
        self.box.clear()
        with self.box:
            tag("span", said)
