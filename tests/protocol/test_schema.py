from pathlib import Path

import pytest

from evdisc.protocol.schema import json_schema, keys, markdown
from evdisc.protocol.specs import KINDS
from evdisc.protocol.yaml_io import load_protocol
from studies import DISH, RAT

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"


@pytest.mark.parametrize("kind", KINDS)
def test_the_documentation_shows_every_key_as_the_program_has_it(kind):
    assert markdown(kind) in PAGE.read_text("utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_says_what_it_means(kind):
    table = keys(kind)
    assert all(k.meaning and k.takes for k in table)
    assert len({k.path for k in table}) == len(table)


@pytest.mark.parametrize("kind", KINDS)
def test_the_json_schema_requires_what_the_table_calls_required(kind):
    schema = json_schema(kind)
    required = {k.path for k in keys(kind) if k.default == "required" and "." not in k.path}
    assert required <= set(schema["required"])
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("path", [RAT, DISH], ids=["disc", "dish"])
def test_the_examples_comment_on_every_key_they_use(path):
    """Each line that states a key carries a comment, or stands right above lines that do."""
    body = [line for line in path.read_text("utf-8").splitlines() if ":" in line]
    stated = [line for line in body if not line.lstrip().startswith("#")]
    silent = [line for line in stated if "#" not in line and not line.rstrip().endswith(":")]
    headers = ("disc:", "dish:", "title:", "therapy:", "vesicle:", "source:", "cargo:")
    assert [s for s in silent if not s.strip().startswith(headers) and "- molecule" not in s] == []
    load_protocol(path)
