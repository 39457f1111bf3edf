"""CITATION.cff against the rules of the Citation File Format 1.2.0 that it needs."""

import datetime
import re

import pytest
from ruamel.yaml import YAML

import evdisc
from release.archives import ROOT

# https://github.com/citation-file-format/citation-file-format, schema-guide, version 1.2.0
REQUIRED = {"authors", "cff-version", "message", "title"}
KNOWN = REQUIRED | {
    "abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license",
    "license-url", "preferred-citation", "references", "repository", "repository-artifact",
    "repository-code", "type", "url", "version",
}  # fmt: skip
PERSON = {"affiliation", "alias", "email", "family-names", "given-names", "orcid", "website"}
ENTITY = {"alias", "date-end", "date-start", "email", "location", "name", "orcid", "website"}


def faults(cited: dict) -> list[str]:
    """What is wrong with the content of a citation file."""
    found = [f"{key} is missing" for key in sorted(REQUIRED - set(cited))]
    found += [f"{key} is no key" for key in sorted(set(cited) - KNOWN)]
    found += [f"{k} is empty" for k, v in cited.items() if v in (None, "", [])]
    if cited.get("cff-version") != "1.2.0":
        found.append("cff-version")
    if cited.get("type", "software") not in ("software", "dataset"):
        found.append("type")
    for author in cited.get("authors") or []:
        shape = ENTITY if "name" in author else PERSON
        found += [f"author: {key}" for key in sorted(set(author) - shape)]
    if not all(isinstance(word, str) for word in cited.get("keywords", [])):
        found.append("keywords")
    if not isinstance(cited.get("date-released", datetime.date.today()), datetime.date):
        found.append("date-released")
    return found


@pytest.fixture
def cited():
    return YAML(typ="safe").load((ROOT / "CITATION.cff").read_text("utf-8"))


def test_the_citation_file_is_valid(cited):
    assert faults(cited) == []


def test_it_cites_this_version_and_licence(cited):
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert cited["version"] == evdisc.__version__
    assert re.search(rf'^license = "{re.escape(cited["license"])}"$', project, flags=re.M)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"title": None}, "title is empty"),
        ({"licence": "MIT"}, "licence is no key"),
        ({"type": "program"}, "type"),
        ({"cff-version": 1.2}, "cff-version"),
        ({"authors": [{"name": "A", "family-names": "B"}]}, "author: family-names"),
        ({"date-released": "soon"}, "date-released"),
    ],
)
def test_the_check_sees_what_is_wrong(cited, change, fault):
    assert faults(cited | change) == [fault]
