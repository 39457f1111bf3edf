"""The code and the commands of the tutorials run, and print what their text says."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
TUTORIALS = sorted([*(DOCS / "tutorials").glob("*.md"), *(DOCS / "howto").glob("*.md")])
#: pages of lines for other machines alone
NOT_RUN = {"processes"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [p for p in TUTORIALS if p.stem not in NOT_RUN], ids=lambda p: p.stem
)
def test_a_tutorial_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    from generate.tutorial import BLOCK, unprinted, walk

    monkeypatch.chdir(tmp_path)
    text = page.read_text("utf-8")
    assert [b for b in BLOCK.finditer(text) if b["kind"] in ("python", "bash") and not b["title"]]
    for block, printed in walk(page, tmp_path):
        assert unprinted(block, printed) == [], printed
    for picture in re.findall(r"\]\(\.\./images/([\w-]+\.png)\)", text):
        assert (page.parents[1] / "images" / picture).exists()
        if f'"{picture}"' in text:
            assert (tmp_path / picture).stat().st_size > 5000


def test_every_fence_of_a_tutorial_is_understood():
    for page in TUTORIALS:
        text = page.read_text("utf-8")
        kinds = re.findall(r"^```(\w+)", text, flags=re.M)
        assert set(kinds) <= {"python", "bash", "text", "yaml", "csv"}, page
        untitled = re.findall(r"^```(?:yaml|csv)$", text, flags=re.M)
        assert not untitled, f"{page}: a file without a name is not written"


@pytest.fixture
def pages(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))

    def page(text):
        path = tmp_path / "page.md"
        path.write_text(text, "utf-8")
        return path

    return page


def test_a_line_that_was_not_printed_is_found(pages, tmp_path):
    from generate.tutorial import renewed, unprinted, walk

    page = pages("```python\nprint('depth  1.0')\n```\n\n```text\n...\ndepth 2.0\n```\n")
    ((block, printed),) = walk(page, tmp_path)
    assert unprinted(block, printed) == ["depth 2.0"]
    assert renewed(block, "depth  1.0\n") == "```text\n...\ndepth  1.0\n```"


def test_a_command_that_should_be_refused_and_is_not_fails(pages, tmp_path):
    from generate.tutorial import walk

    with pytest.raises(RuntimeError, match="ended with 0"):
        list(walk(pages("```bash\nevdisc --version  # refused\n```\n"), tmp_path))


def test_a_titled_block_is_a_file(pages, tmp_path):
    from generate.tutorial import walk

    list(walk(pages('```csv title="a.csv"\nx,y\n```\n'), tmp_path))
    assert (tmp_path / "a.csv").read_text("utf-8") == "x,y\n"
