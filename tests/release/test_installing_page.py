"""docs/installing.md says what the project says."""

import re
import tomllib

from release.archives import ROOT

PAGE = (ROOT / "docs" / "installing.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_every_extra_is_told_with_what_it_brings():
    table = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", PAGE, flags=re.M))
    assert set(table) == set(PROJECT["optional-dependencies"])
    for extra, packages in PROJECT["optional-dependencies"].items():
        first = re.match(r"[\w-]+", packages[0])[0]
        assert first.lower() in table[extra].lower()


def test_the_versions_of_python_are_those_of_the_metadata():
    prefix = "Programming Language :: Python :: 3."
    claimed = [c.rpartition(" ")[2] for c in PROJECT["classifiers"] if c.startswith(prefix)]
    told = re.search(r"needs Python (.+)\. Linux", PAGE)
    assert told
    assert re.findall(r"3\.\d+", told[1]) == claimed
    assert PROJECT["requires-python"] == f">={claimed[0]}"


def test_a_file_it_names_exists():
    named = re.findall(r"examples/[\w./-]+|Containerfile|constraints\.txt", PAGE)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
