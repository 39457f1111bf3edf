"""The manual: complete, written from the code, without broken links or outside requests."""

import importlib
import inspect
import json
import os
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

from evdisc.cli import app
from evdisc.errors import UnitError
from evdisc.evidence.conflicts import conflicts
from evdisc.evidence.library import load
from evdisc.mechanism.variables import VARIABLES
from evdisc.simulate.explain import mechanisms
from evdisc.units import KINDS, parse_quantity
from evdisc.validate.case import between, holds, near

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.fixture
def generate(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("the law D = D_w (a / (2 - a))^2 (Mackie 1955); more", ["D = D_w (a / (2 - a))^2"]),
        ("dG/dt = k s - k (1 + e q) G with k the turnover", ["dG/dt = k s - k (1 + e q) G"]),
        ("no equation here, only words", []),
        ("words about it, hardly any (p = 0 for short) or more", ["(p = 0"]),
    ],
)
def test_an_equation_is_told_from_the_words_around_it(generate, prose, expected):
    from generate.markdown import equations

    parts = equations(prose)
    assert [text for text, is_equation in parts if is_equation] == expected
    assert "".join(text for text, _ in parts) == prose


def test_marks_of_markdown_do_not_survive_in_plain_text(generate):
    from generate.markdown import plain, table

    assert not set("|*_`[]") & set(plain("a|b *c* _d_ `e` [f]"))
    assert table(["x"], [[plain("a|b")]]).count("|") == 6


@pytest.fixture
def model(generate):
    from generate.model import pages

    return dict(pages(load()))


def test_the_model_tells_every_mechanism_and_parameter(model):
    text = "\n".join(model.values())
    for m in mechanisms():
        room, file = m.kernel.__module__.split(".")[1:]
        section = model[f"model/{room}.md"].split(f"{{ #{file} }}")[1].split("\n## ")[0]
        assert f"mechanism `{m.name}`" in section
        for p in m.parameters:
            assert f"[`{p.key}`]" in section
        for study in m.cites:
            assert f"sources.md#{study})" in section
    assert all(f'id="{v}"' in text for v in VARIABLES if not v.startswith("reference_"))


def has_equation(text):
    """Whether words hold an equation: a block of them, or one within a sentence."""
    return bool(re.search(r"^ *``` \{ \.text \.equations \}\n.*(=|->)", text, flags=re.M)) or bool(
        re.search(r"`[^`\n]* (=|->) [^`\n]*`", text)
    )


def names_a_source(text):
    """Whether words give the year of a study, or say that a form is our own."""
    return bool(re.search(r"\b(1[89]|20)\d\d\b", text)) or "our choice" in text.lower()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Cells die.", False),
        ("Cells die, as a rate of x = 2 has it.", True),
        ("The milieu -> the drive of a node.", False),
        ("Cells die.\n\n    dn/dt = -k n\n\nOur choice.", True),
        ("At once.\n\n    n -> (1 - q) n", True),
    ],
)
def test_an_equation_is_seen(generate, words, expected):
    from generate.markdown import prose

    assert has_equation(prose(words)) == expected


def own_words(mechanism):
    """What the manual says of one mechanism: its file if it leads it, and its kernel."""
    module = inspect.getmodule(mechanism.kernel)
    kernel = inspect.getdoc(getattr(mechanism.kernel, "py_func", mechanism.kernel))
    leads = mechanism is module.MECHANISM
    return f"{module.__doc__ if leads else ''}\n\n{kernel}"


@pytest.mark.parametrize("mechanism", mechanisms(), ids=lambda m: m.name)
def test_every_mechanism_tells_its_equation_and_where_it_is_from(generate, model, mechanism):
    from generate.markdown import prose

    words = prose(own_words(mechanism))
    assert has_equation(words)
    assert names_a_source(words)
    room, file = mechanism.kernel.__module__.split(".")[1:]
    section = (
        model[f"model/{room}.md"].split(f"{{ #{file} }}")[1].split('??? note "As computed"')[0]
    )
    shown = [line.strip() for line in section.splitlines()]
    assert all(line.strip() in shown for line in words.splitlines() if " = " in line)


#: laws that no mechanism holds: product, making, read-outs, statistics
LAWS = {
    "cargo": ("accessibility", "chance", "copies", "normalise"),
    "cell": ("autocrine", "dose", "full_ode", "homeostasis", "network", "semi_quantitative"),
    "tissue": ("metabolism", "nutrition_solve", "osmotic", "viability"),
    "vesicle": ("build", "engineering", "product", "protein_plate", "secretion", "sizes"),
    "manufacture": ("expansion", "frame", "isolation", "losses", "platform_row", "platforms",
                    "schedule"),
    "simulate": ("assemble", "body", "draws", "limits", "route", "timeline"),
    "solve": ("conductance", "grid", "transport"),
    "outcome": ("animals", "cell_counts", "delivery_table", "effects", "readouts",
                "transplanted"),
    "study": ("attribution", "batches", "claims_influence", "effort", "fit", "gains", "influence",
              "information", "layout", "likelihood", "next_measurement", "organs", "pareto",
              "pilot", "posterior", "power", "purity", "sample_size", "spread", "ties", "usual"),
    "diagnose": ("calibration", "concordance", "decision", "generated", "grades", "learning",
                 "sample_size", "stability"),
}  # fmt: skip


@pytest.mark.parametrize("law", [f"{room}.{f}" for room, files in LAWS.items() for f in files])
def test_every_law_tells_its_equation_and_where_it_is_from(generate, law):
    from generate.markdown import prose
    from generate.model import ROOMS, modules

    module = importlib.import_module(f"evdisc.{law}")
    assert module in list(modules(tuple(r for _, rooms in ROOMS.values() for r in rooms)))
    words = prose(module.__doc__)
    assert has_equation(words)
    assert names_a_source(words)


def test_the_record_is_whole(generate):
    from generate.record import pages

    library = load()
    found = dict(pages(library))
    for key, rows in library.parameters.items():
        assert f'id="{key}"' in found["evidence/parameters.md"]
        assert all(r.tier in found["evidence/parameters.md"] for r in rows)
    assert all(f'id="{s}"' in found["evidence/sources.md"] for s in library.sources)
    assert found["evidence/conflicts.md"].count("\n### ") == len(conflicts(library))
    told = found["evidence/cargoes.md"] + found["evidence/other-claims.md"]
    assert all(f"sources.md#{c.study})" in told for c in library.claims)


def test_every_page_is_in_the_navigation(model, generate):
    from generate import names, record

    config = YAML(typ="safe").load(ROOT / "mkdocs.yml")
    listed = set(re.findall(r"[\w/-]+\.md", json.dumps(config["nav"])))
    written = {p.relative_to(DOCS).as_posix() for p in DOCS.rglob("*.md")}
    made = {*model, *dict(record.pages(load())), *dict(names.pages(load()))}
    project = {"contributing.md", "changelog.md", "validation-cases.md"}
    assert listed == {p for p in written | made | project if not p.startswith("model/code/")}


def test_the_units_of_the_faq_are_understood():
    table = (DOCS / "faq.md").read_text("utf-8").split("## Which unit")[1].split("\n## ")[0]
    written = re.findall(r"`([^`]+)`", table.rsplit("|", 1)[0])
    assert len(written) > 12
    for text in written:
        assert any(understood(text, kind) for kind in KINDS), text


def understood(text, kind):
    try:
        parse_quantity(text, kind)
    except UnitError:
        return False
    return True


PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md"], key=str)


def commands(text):
    """Lines of code blocks that call evdisc, with their words."""
    for block in re.findall(r"^```\w*\n(.*?)^```", text, flags=re.M | re.S):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            if line.startswith("evdisc ") and not line.startswith("evdisc:"):
                yield shlex.split(re.split(r"\s{3,}|\s[>#|]\s", line)[0])[1:]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_the_commands_of_a_page_exist(page):
    for words in commands(page.read_text("utf-8")):
        command = get_command(app)
        while words and hasattr(command, "commands") and words[0] in command.commands:
            command, words = command.commands[words[0]], words[1:]
        if hasattr(command, "commands"):
            given = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
            assert words[:1] == [] or words[0] in given, f"no such command: {words}"
            continue
        known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
        asked = {w.split("=")[0] for w in words if w.startswith("--")}
        assert asked <= known, (command.name, asked - known)
        for word in words:
            if word.startswith("examples/"):
                assert (ROOT / word).exists(), word


def test_checks_of_cases_are_plain_json():
    import numpy as np

    one = np.float64(1.0)
    checks = (
        near("a", 1.0, one, "", 0.1),
        between("b", 0, 2, one, ""),
        holds("c", "", 1, "", one > 0),
    )
    assert json.dumps([c.passed for c in checks]) == "[true, true, true]"


class Links(HTMLParser):
    """Links, anchors and what a browser would load for a page."""

    def __init__(self):
        super().__init__()
        self.links, self.anchors, self.loads, self.twice = [], set(), [], set()

    def handle_starttag(self, tag, attrs):
        held = dict(attrs)
        self.twice |= self.anchors & {held.get("id")}
        self.anchors |= {held[k] for k in ("id", "name") if held.get(k)}
        if tag == "a" and held.get("href"):
            self.links.append(held["href"])
        if tag in ("script", "img", "iframe", "source", "video", "audio"):
            self.loads += [held[k] for k in ("src", "srcset") if held.get(k)]
        if tag == "link" and held.get("rel") not in ("canonical", "prev", "next"):
            self.loads.append(held["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("material", reason="the docs group is not installed")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "WARNING" not in done.stderr
    pages = {}
    for path in folder.rglob("*.html"):
        found = Links()
        found.feed(path.read_text("utf-8"))
        pages[path] = found
    return folder, pages


@pytest.mark.slow
def test_links_inside_the_manual_lead_somewhere(site):
    _, pages = site
    broken = []
    for path, found in pages.items():
        for link in found.links:
            if urlparse(link).scheme or path.name == "404.html":
                continue
            to, anchor = urldefrag(link)
            target = (path.parent / unquote(to)).resolve() if to else path
            known = pages[target].anchors if target in pages else {anchor}
            if not target.exists() or (anchor and unquote(anchor) not in known):
                broken.append((path.name, link))
    assert not broken, broken[:10]
    assert not {p.name: f.twice for p, f in pages.items() if f.twice}


@pytest.mark.slow
def test_no_page_asks_another_host(site):
    folder, pages = site
    for path, found in pages.items():
        outside = [load for load in found.loads if urlparse(load).scheme or load.startswith("//")]
        assert not outside, (path.name, outside)
        assert 'class="mermaid"' not in path.read_text("utf-8")
    for style in folder.rglob("*.css"):
        loads = re.findall(r"url\(([^)]+)\)|@import\s+([^;]+)", style.read_text("utf-8"))
        assert not [a or b for a, b in loads if re.match(r"[\"']?(https?:)?//", a or b)]
