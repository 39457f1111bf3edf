"""Documents of a plan: they open again and say what the plan says."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from evdisc.errors import FolderError
from evdisc.report.document import (
    Bullets,
    Heading,
    Paragraph,
    Table,
    docx_bytes,
    markdown,
    widths,
)
from evdisc.report.plan_files import require_free, require_unwritten, workshop, write_plan
from evdisc.report.plan_text import plan_table
from evdisc.study.execute import run
from evdisc.study.plan import Question, plan, prepare, simulated
from studies import EXAMPLES, rat

BLOCKS = [
    Heading("a title", 1), Paragraph("one *star* <b>", lead=True), Heading("part"),
    Table(("a", "b"), (("x | y", "2"), ("3", "four words stand here"))),
    Bullets(("open?",), boxes=True),
]  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    place = tmp_path_factory.mktemp("plan")
    study = run(simulated(rat(), 3), place / "run").folder
    question = Question(rat(), "animal", run=study, pilot=EXAMPLES / "pilot-template.csv",
                        outcomes=("disc height index", "T2"), per_group=6)  # fmt: skip
    done = plan(prepare(question), place)
    out = place / "plan"
    with workshop(out, fresh=False) as draft:
        result = write_plan(done, rat(), "evdisc plan x.yaml", draft)
    return out, result


def test_markdown_is_escaped_and_tables_have_as_many_cells():
    text = markdown(BLOCKS)
    lines = text.splitlines()
    assert lines[0] == "# a title"
    assert "one \\*star\\* &lt;b>" in text
    assert "- [ ] open?" in text
    rows = [re.split(r"(?<!\\)\|", line) for line in lines if line.startswith("|")]
    assert {len(r) for r in rows} == {4}


def test_markdown_is_parsed_as_it_is_meant():
    parser = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    tokens = parser.MarkdownIt().enable("table").parse(markdown(BLOCKS))
    inline = [t.content for t in tokens if t.type == "inline"]
    assert [t.tag for t in tokens if t.type == "heading_open"] == ["h1", "h2"]
    assert sum(t.type == "th_open" for t in tokens) == 2
    assert sum(t.type == "td_open" for t in tokens) == 4
    assert "four words stand here" in inline


def test_a_word_document_reads_back():
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    back = docx.Document(io.BytesIO(docx_bytes(BLOCKS, "a title")))
    assert back.core_properties.title == "a title"
    styles = {p.style.name: p.text for p in back.paragraphs}
    assert styles["Title"] == "a title"
    assert styles["Heading 1"] == "part"
    assert [[c.text for c in r.cells] for r in back.tables[0].rows] == [
        ["a", "b"], ["x | y", "2"], ["3", "four words stand here"]
    ]  # fmt: skip


def test_columns_share_the_width_by_their_text():
    shares = widths(BLOCKS[3])
    assert sum(shares) == pytest.approx(1.0)
    assert shares[1] > shares[0]


def test_the_document_says_what_the_plan_says(written):
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    out, result = written
    back = docx.Document(str(out / "plan.docx"))
    headings = [p.text for p in back.paragraphs if p.style.name.startswith("Heading")]
    text = (out / "plan.md").read_text("utf-8")
    for name in ("Groups", "Groups left out", "Experimental unit", "Sample size", "Time points",
                 "Randomisation and blinding", "What would falsify the mechanism", "Checklists",
                 "Assumed"):  # fmt: skip
        assert name in headings
        assert f"# {name}\n" in text
    groups = [r.cells[0].text for r in back.tables[0].rows[1:]]
    assert groups == [g["name"] for g in result["groups"] if g["included"]]
    for question in result["questions"]:
        assert f"- [ ] {question}" in text


def test_the_allocation_reads_back_and_agrees_with_the_key(written):
    out, result = written
    sheet = csv.DictReader((out / "allocation.csv").read_text("utf-8").splitlines()[1:])
    key = csv.DictReader((out / "allocation-key.csv").read_text("utf-8").splitlines()[1:])
    opened = {r["code"]: r["group"] for r in key}
    rows = list(sheet)
    assert len(rows) == 6 * 7 * 3
    counts = {g: sum(opened[r["code"]] == g for r in rows) for g in opened.values()}
    assert counts == result["allocation"]["rows"]


def test_the_page_is_self_contained_and_each_figure_has_its_data(written):
    out, _ = written
    text = (out / "plan.html").read_text("utf-8")
    bare = re.sub(r"<script>.*?</script>", "", text, flags=re.S)
    links = re.findall(r'(?:src|href)="([^"]+)"', bare)
    assert [x for x in links if not x.startswith("data:")] == []
    assert bare.count('class="plot"') == bare.count("data (CSV)") == 1
    assert "evdisc plan x.yaml" in text


def test_every_checklist_that_bears_is_there_in_three_forms(written):
    out, result = written
    assert [c["checklist"] for c in result["checklists"]] == [
        "ARRIVE 2.0", "MISEV2023", "EV-TRACK", "MIFlowCyt-EV"
    ]  # fmt: skip
    assert {p.name for p in (out / "checklists").iterdir()} == {
        f"{n}.{k}" for n in ("arrive-2.0", "misev2023", "ev-track", "miflowcyt-ev")
        for k in ("md", "docx", "csv")
    }  # fmt: skip
    rows = {
        r["item"]: r for r in
        csv.DictReader((out / "checklists" / "arrive-2.0.csv").read_text("utf-8").splitlines())
    }  # fmt: skip
    assert rows["1b"]["answer"].startswith("animal: one animal")
    assert rows["4a"]["answer"].startswith("allocation.csv")
    assert rows["14"]["answer"] == ""
    assert (rows["8a"]["checked"], rows["1a"]["checked"]) == ("no", "yes")
    assert json.loads((out / "plan.json").read_text("utf-8")) == result


def test_the_terminal_says_the_same(written):
    _, result = written
    text = plan_table(result)
    for words in ("7 groups", "vesicle-depleted medium", "would falsify", "ARRIVE 2.0", "note:"):
        assert words in text


def fail_within(folder):
    with workshop(folder, fresh=False) as draft:
        (draft / "half").write_text("x", "utf-8")
        raise ZeroDivisionError


def test_nothing_is_written_over_and_nothing_is_left_of_a_failure(tmp_path, written):
    out, _ = written
    with pytest.raises(FolderError, match="holds a plan"):
        require_free(out, fresh=False)
    require_free(out, fresh=True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep", "utf-8")
    with pytest.raises(FolderError, match="not of a plan"):
        require_free(tmp_path / "mine", fresh=True)
    new = tmp_path / "plans" / "new"
    with pytest.raises(ZeroDivisionError):
        fail_within(new)
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]
    for refused in (require_free, lambda path, fresh: require_unwritten("MISEV2023", path, fresh)):
        with pytest.raises(FolderError, match="is a file"):
            refused(tmp_path / "mine" / "notes.txt", fresh=True)


def test_the_folder_one_stands_in_may_be_named_by_a_dot(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with workshop(Path(), fresh=False) as draft:
        (draft / "plan.json").write_text("{}", "utf-8")
    assert (tmp_path / "here" / "plan.json").is_file()


def test_fresh_replaces_the_whole_plan_at_once(tmp_path, written):
    out = tmp_path / "plan"
    for text in ("one", "two"):
        with workshop(out, fresh=True) as draft:
            (draft / "plan.json").write_text(json.dumps({"format": "evdisc-plan/1"}), "utf-8")
            (draft / text).write_text(text, "utf-8")
    assert sorted(p.name for p in out.iterdir()) == ["plan.json", "two"]
    assert [p.name for p in tmp_path.iterdir()] == ["plan"]
