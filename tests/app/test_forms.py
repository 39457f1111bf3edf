"""What forms offer is what the command line takes."""

import pytest
import typer

from evdisc.app.tools import TOOLS, options
from evdisc.cli import app


def command(words):
    """The click command that ``words`` start with."""
    found = typer.main.get_command(app)
    for word in words:
        if word not in getattr(found, "commands", {}):
            return found
        found = found.commands[word]
    return found


@pytest.mark.parametrize("tool", TOOLS, ids=lambda t: t.name)
def test_every_flag_of_a_form_is_one_of_its_command(tool):
    flags = {flag for p in command(tool.words).params for flag in (*p.opts, *p.secondary_opts)}
    offered = options(tool)
    assert [o.name for o in offered] == list(tool.options)
    assert {o.flag for o in offered if o.flag} <= flags
