"""A document as plain blocks, and its three writers: Markdown, DOCX and HTML parts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evdisc.errors import MissingExtraError


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the title."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; a lead stands out."""

    text: str
    lead: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list; ``boxes`` are to be ticked or answered."""

    lines: tuple[str, ...]
    boxes: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a header row."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


#: page and margin of a Word document, cm
A4, MARGIN = (21.0, 29.7), 2.0
#: characters of a table across the page, those that the borders of a cell take, small print beyond
LINE, PADDING, MANY = 100, 4, 7

Block = Heading | Paragraph | Bullets | Table


def markdown(blocks: Sequence[Block]) -> str:
    """Blocks as Markdown."""
    return "\n\n".join(_markdown(b) for b in blocks) + "\n"


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_escaped(block.text)}"
    if isinstance(block, Paragraph):
        text = _escaped(block.text)
        return f"**{text}**" if block.lead else text
    if isinstance(block, Bullets):
        mark = "- [ ] " if block.boxes else "- "
        return "\n".join(mark + _escaped(line) for line in block.lines)
    rows = [block.header, ("---",) * len(block.header), *block.rows]
    return "\n".join("| " + " | ".join(_cell(c) for c in row) + " |" for row in rows)


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("*", "\\*").replace("<", "&lt;")


def _cell(text: str) -> str:
    return _escaped(text).replace("|", "\\|")


def require_docx() -> None:
    """Refuse early where DOCX cannot be written.

    Raises:
        MissingExtraError: python-docx is not installed.
    """
    try:
        import docx  # noqa: F401
    except ImportError:
        raise MissingExtraError("python-docx", "plan") from None


def docx_bytes(blocks: Sequence[Block], title: str) -> bytes:
    """Blocks as a Word document.

    Raises:
        MissingExtraError: python-docx is not installed.
    """
    require_docx()
    import docx
    from docx.shared import Cm, Pt

    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.author = "evdisc"
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(10.5)
    for section in document.sections:
        section.page_width, section.page_height = Cm(A4[0]), Cm(A4[1])
        section.left_margin = section.right_margin = Cm(MARGIN)
        section.top_margin = section.bottom_margin = Cm(MARGIN)
    for block in blocks:
        _docx(document, block)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _docx(document: Any, block: Block) -> None:
    if isinstance(block, Heading):
        document.add_heading(block.text, 0 if block.level == 1 else block.level - 1)
    elif isinstance(block, Paragraph):
        document.add_paragraph().add_run(block.text).bold = block.lead
    elif isinstance(block, Bullets):
        for line in block.lines:
            text = f"☐ {line}" if block.boxes else line
            document.add_paragraph(text, style=None if block.boxes else "List Bullet")
    else:
        _docx_table(document, block)


def widths(table: Table) -> list[float]:
    """Shares of the width for the columns: room for the longest word, the rest by the text."""
    columns = list(zip(table.header, *table.rows, strict=True))
    words = [max(len(w) for cell in c for w in cell.split() or [""]) + PADDING for c in columns]
    texts = [sum(map(len, c)) ** 0.5 for c in columns]
    spare = max(LINE - sum(words), 0)
    room = [w + spare * t / sum(texts) for w, t in zip(words, texts, strict=True)]
    return [r / sum(room) for r in room]


def _docx_table(document: Any, block: Table) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Cm, Pt

    table = document.add_table(rows=1, cols=len(block.header), style="Light Grid Accent 1")
    for cell, text in zip(table.rows[0].cells, block.header, strict=True):
        cell.text = text
    # the header stands again at the top of each page, and no row is torn
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for row in block.rows:
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text
    table.autofit = False
    wide = [Cm(share * (A4[0] - 2.0 * MARGIN)) for share in widths(block)]
    for column, width in zip(table.columns, wide, strict=True):
        column.width = width  # LibreOffice reads these, Word those of the cells
    for line in table.rows:
        for cell, width in zip(line.cells, wide, strict=True):
            cell.width = width
        line._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell in line.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = Pt(1)
                for run in paragraph.runs:
                    run.font.size = Pt(7.5 if len(block.header) > MANY else 8.5)
    document.add_paragraph()
