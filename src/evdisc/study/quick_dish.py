"""A question to a dish from the command line: no file, no folder, the same numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from evdisc import __version__
from evdisc.errors import InputError
from evdisc.evidence.library import load
from evdisc.evidence.names import find
from evdisc.protocol.specs import DishStudy
from evdisc.protocol.yaml_io import LoadedProtocol, from_document
from evdisc.study.folder import fingerprint
from evdisc.study.preflight import preflight
from evdisc.study.summary import Stack, result
from evdisc.study.worker import run_members

STIMULUS = re.compile(r"^(?P<dose>.*?)(?: +at +(?P<rate>.+?Hz))?(?: +for +(?P<length>.+))?$")


def dish_protocol(
    cells: Sequence[str], species: str, stimuli: Sequence[str], hours: float,
    cargo: Sequence[str], readouts: Sequence[str], members: int, seed: int,
) -> LoadedProtocol:  # fmt: skip
    """A dish protocol from command-line options.

    Raises:
        InputError: an option cannot be read.
    """
    document: dict[str, Any] = {
        "evdisc": 1, "kind": "dish", "title": "a question from the command line",
        "cells": [{"type": c, "species": species} for c in cells],
        "stimuli": [_stimulus(s) for s in stimuli],
        "duration": f"{hours} h",
        "ensemble": {"members": members, "seed": seed},
        "readouts": list(readouts),
        "numerics": {"output_every": f"{hours / 12} h"},
    }  # fmt: skip
    if cargo:
        document["therapy"] = {"cargo": [_cargo(c) for c in cargo]}
    return from_document(document)


def quick_dish(protocol: LoadedProtocol) -> dict[str, Any]:
    """Run a dish protocol in this process; the result as in result.json.

    Raises:
        EvdiscError: bad input, or nothing could be run.
    """
    study = protocol.spec
    assert isinstance(study, DishStudy)
    library = load()
    preflight(protocol, library)
    members = range(study.ensemble.members)
    arrays = run_members(study, members, library)
    stack = Stack(members, [str(s) for s in arrays["status"]], arrays)
    content = result(study, stack, library, fingerprint(study, []), __version__)
    if study.readouts:
        asked = content["readouts"]
        content["readouts"] = {
            name: asked[name] for name in asked if name.split(" (")[0] in study.readouts
        }
    return content


def _pair(text: str, option: str, example: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name.strip() or (equals and not value.strip()):
        raise InputError("cannot be read", key=option, value=text, expected=example)
    return name.strip(), value.strip()


def _stimulus(text: str) -> dict[str, Any]:
    name, value = _pair(text, "--stimulus", 'NAME=VALUE UNIT, such as "IL-1beta=10 ng/mL"')
    found = STIMULUS.match(value)
    if found is None or found["rate"]:
        raise InputError("a loading rate is not simulated", key="--stimulus", value=text)
    out: dict[str, Any] = {"name": name}
    if found["dose"]:
        out["dose"] = found["dose"]
    if found["length"]:
        out["for"] = found["length"]
    if "dose" not in out and find("stimulus", name.partition(":")[0]) is None:
        raise InputError("no such stimulus", key="--stimulus", value=name)
    return out


def _cargo(text: str) -> dict[str, Any]:
    name, value = _pair(text, "--cargo", 'NAME=COPIES, such as "miR-410=500 copies/cell"')
    return {"molecule": name, "copies_per_cell": value or "0 copies/cell"}
