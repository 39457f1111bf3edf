"""Build of the manual: pages from code and evidence, and links that lead out of this folder."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

HERE = Path(__file__).parent
ROOT = HERE.parent

#: files of the project that are pages too: where they lie, and their path in the manual
PAGES = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
#: links from pages under docs/ to files of the project
OUTWARD = re.compile(r"\]\(\.\./((?:\.\./)*)(examples/|CONTRIBUTING\.md|CHANGELOG\.md)")


def generated() -> Iterator[tuple[str, str]]:
    """Every page that is written from code or evidence: path and Markdown."""
    sys.path[:0] = [p for p in (str(HERE), str(ROOT / "src")) if p not in sys.path]
    from generate import cases, model, names, record

    from evdisc.evidence.library import load

    library = load()
    for source in (model, record, cases, names):
        yield from source.pages(library)


def on_files(files: Files, config: Any) -> Files:
    """Add generated pages, the project's own pages, and the examples that pages link to."""
    for path, text in generated():
        files.append(File.generated(config, path, content=text))
    for name, path in PAGES.items():
        text = (ROOT / name).read_text("utf-8").replace("](docs/", "](")
        files.append(File.generated(config, path, content=text))
    for example in sorted((ROOT / "examples").rglob("*")):
        if example.is_file() and "runs" not in example.parts:
            path = example.relative_to(ROOT).as_posix()
            files.append(File.generated(config, path, abs_src_path=str(example)))
    return files


def on_page_content(html: str, **_: Any) -> str:
    """Drop the roles of docstrings, such as ``:func:``, that Markdown does not know."""
    return re.sub(r":(?:class|func|data|mod|meth|attr):\s*(?=<code>)", "", html)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Lead links to the project's files to their copies in the site."""

    def inside(found: re.Match[str]) -> str:
        return f"]({found[1]}{PAGES.get(found[2], found[2])}"

    return OUTWARD.sub(inside, markdown)
