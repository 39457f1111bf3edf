"""Markdown from plain data: tables, links, escaped text, equations in prose."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence

#: what Markdown would read as a mark, as HTML entities
MARKS = {ord(c): f"&#{ord(c)};" for c in "|*_`[]\\~#"}
#: head of a page whose tables take the place of the list of headings
WIDE = "---\nhide: [toc]\n---\n\n"
FUNCTIONS = (
    "exp",
    "ln",
    "log",
    "sqrt",
    "div",
    "grad",
    "tau",
    "pi",
    "phi",
    "ln2",
    "max",
    "min",
    "dt",
)
OPERATORS = ("+", "-", "/", "*", "=", "->", "<", ">", "x")
ENDS = (",", ".", ";", ":")


def plain(text: object) -> str:
    """Text that Markdown shows as it is."""
    return html.escape(str(text), quote=False).translate(MARKS)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; cells are Markdown already. Empty where there are no rows."""
    lines = ["| " + " | ".join(cell.replace("\n", " ") for cell in row) + " |" for row in rows]
    if not lines:
        return ""
    head = "| " + " | ".join(header) + " |"
    return "\n".join([head, "|" + " --- |" * len(header), *lines]) + "\n"


def link(text: str, to: str) -> str:
    """A link with plain text."""
    return f"[{plain(text)}]({to})"


def doi_link(doi: str) -> str:
    """A link to a DOI; empty without one."""
    return f"[doi:{plain(doi)}](https://doi.org/{doi})" if doi else ""


def details(title: str, body: str) -> str:
    """A block that opens on a click."""
    indented = "\n".join("    " + line if line else "" for line in body.splitlines())
    return f'??? note "{title}"\n\n{indented}\n'


def study(key: str, sources: Mapping[str, Mapping[str, str]], here: str = "") -> str:
    """A link to a study of the list of sources; an origin that is no study stays plain."""
    return link(key, f"{here}sources.md#{key}") if key in sources else plain(key)


def prose(docstring: str) -> str:
    """Paragraphs of a docstring as Markdown; equations as code, DOIs as links.

    A paragraph that is indented throughout holds equations, one a line, and becomes a block.
    """
    paragraphs = re.split(r"\n\s*\n", docstring.strip("\n").rstrip())
    return "\n\n".join(_block(p) or _paragraph(" ".join(p.split())) for p in paragraphs)


def _block(paragraph: str) -> str:
    lines = paragraph.split("\n")
    if not all(line.startswith("    ") for line in lines):
        return ""
    return "\n".join(["``` { .text .equations }", *(line[4:] for line in lines), "```"])


def _paragraph(text: str) -> str:
    text = re.sub(r":(?:mod|func|data|class|meth|attr):`~?([^`]+)`", r"``\1``", text)
    parts = re.split(r"(``[^`]+``|`[^`]+`|(?:doi:|arXiv:)[\w./()-]*\w)", text)
    return "".join(_part(part) for part in parts)


def _part(part: str) -> str:
    if part.startswith("`"):
        return f"`{part.strip('`')}`"
    if part.startswith("doi:"):
        return doi_link(part[4:])
    if part.startswith("arXiv:"):
        return f"[{part}](https://arxiv.org/abs/{part[6:]})"
    return "".join(f"`{s}`" if is_code else _symbols(s) for s, is_code in equations(part))


def _symbols(text: str) -> str:
    """Words in which symbols with an index, such as k_on, stand as code."""
    parts = re.split(r"(\b[A-Za-z]\w*_\w+(?:\^-?\w+)?)", text)
    return "".join(f"`{p}`" if i % 2 else plain(p) for i, p in enumerate(parts))


def equations(text: str) -> list[tuple[str, bool]]:
    """Split prose into words and equations: (text, whether it is an equation)."""
    words = re.split(r"(?<= )", text)
    spans: list[tuple[int, int]] = []
    for i, word in enumerate(words):
        if word.strip() in ("=", "->") and (not spans or i >= spans[-1][1]):
            span = _back(words, i), _forth(words, i)
            spans += [span] if span[1] - span[0] > 2 else []  # an arrow between words stays one
    out, at = [], 0
    for start, stop in spans:
        inner = "".join(words[start:stop])
        kept = inner.rstrip(" ,.;:")
        out += [("".join(words[at:start]), False), (kept, True), (inner[len(kept) :], False)]
        at = stop
    return [*out, ("".join(words[at:]), False)]


def _back(words: Sequence[str], at: int) -> int:
    depth, i = 0, at
    while i > 0:
        word = words[i - 1].strip()
        if depth <= 0 and (word.endswith(ENDS) or not _is_math(word)):
            break
        depth += word.count(")") - word.count("(")
        i -= 1
    return i


def _forth(words: Sequence[str], at: int) -> int:
    depth, i = 0, at
    while i < len(words):
        word = words[i].strip()
        if depth <= 0 and i > at and not _is_math(word):
            break
        depth += word.count("(") - word.count(")")
        i += 1
        if depth <= 0 and word.endswith(ENDS):
            break
    return i


def _is_math(word: str) -> bool:
    bare = word.rstrip(",.;:")
    if not bare or bare in ("a", "A", "I") or re.match(r"\([A-Z][a-z]", bare):
        return False
    return (
        bare in OPERATORS + FUNCTIONS
        or len(bare) == 1
        or bool(re.search(r"[(^_=]|^-?\d|\w/\w|^[a-z]?\)", bare))
        or bool(re.fullmatch(r"[A-Z]{1,2}\d?|[a-z]\d", bare))
    )
