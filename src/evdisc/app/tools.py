"""Which evdisc commands a job may be, and which of their options a page may set.

Help, types and defaults are read from the command line itself, so a page says what the command
says. A command that is not installed is not offered. Options that would name a path are files the
user brought, by id; nothing else of a request becomes a path.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import typer

from evdisc.app.workspace import User
from evdisc.errors import InputError

PROTOCOL = "protocol.yaml"
MOST_TEXT = 200


@dataclass(frozen=True)
class Tool:
    """A command as a page offers it.

    Attributes:
        name: its id.
        view: the view that offers it.
        title: what a person would call it.
        words: the command, with what is fixed; ``PROTOCOL`` stands for the user's design.
        options: names of parameters a page may set, the most wanted first.
        kind: kind of design it needs: disc, dish or any; empty where it needs none.
        choices: valid values of a parameter that the command line takes as text.
    """

    name: str
    view: str
    title: str
    words: tuple[str, ...]
    options: tuple[str, ...]
    kind: str = ""
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Option:
    """One parameter of a command, as a form shows it."""

    name: str
    flag: str
    kind: str
    help: str
    default: str
    required: bool
    many: bool
    choices: tuple[str, ...] = ()


SIZES = ("members", "seed")
OUT = ("--out", "out")
TOOLS = (
    Tool("run", "runs", "Run", ("run", PROTOCOL, *OUT), (*SIZES, "oracle"), "any"),
    Tool("rank", "compare", "Rank the published products in one disc", ("rank", *OUT),
         ("disc", "readout", "by", "equal", "attribute", "pairs", *SIZES),
         choices={"disc": ("*preset",), "by": ("product", "cargo"),
                  "equal": ("dose", "cost", "given")}),
    Tool("species", "compare", "The same product in the discs of five species",
         ("species", PROTOCOL, *OUT), SIZES, "disc"),
    Tool("optimise", "compare", "The best dose, volume, carrier and schedule",
         ("study", "optimise", PROTOCOL, *OUT),
         ("over", "readout", "limit", "against", "trials", *SIZES), "disc",
         {"against": ("untreated", "carrier")}),
    Tool("next", "compare", "What to measure next", ("study", "next", PROTOCOL, *OUT),
         ("readout", "least", *SIZES), "any"),
    Tool("vesicles", "data", "Sizes and counts of my vesicles", ("vesicles", "import", *OUT),
         ("files", "dilution", "blank", "protein", "cell", "isolation"),
         choices={"cell": ("", "*parent_cell"), "isolation": ("*isolation",)}),
    Tool("cargo", "data", "Cargo my vesicles carry", ("cargo", "import", *OUT),
         ("table", "samples", "kind", "method", "compare", "mirbase"),
         choices={"kind": ("", "mirna", "protein"), "method": ("tmm", "upper-quartile", "none")}),
    Tool("report", "data", "From my cargo to the disc",
         ("cargo", "report", "--protocol", PROTOCOL, *OUT),
         ("table", "samples", "vesicles", "copies", "spike_in", "group", "kind", "mirbase",
          "isolate", *SIZES), "any", {"kind": ("", "mirna", "protein")}),
    Tool("targets", "data", "Targets of a miRNA in my sequences",
         ("cargo", "targets", "--out", "sites.csv", "--page", "page.html", "--overlay",
          "overlay.csv"),
         ("mirna", "utr", "alignment", "species", "energy_below", "shuffles", "accessibility"),
         choices={"species": ("", "human", "rat", "mouse")}),
    Tool("diagnose", "data", "Diagnosis from vesicle profiles", ("diagnose", *OUT),
         ("table", "outcome", "positive", "id_", "group", "batch", "study", "values", "models",
          "panel", "permutations", "repeats", "folds", "seed"),
         choices={"values": ("auto", "counts", "positive", "plain"),
                  "models": ("all", "penalised", "quick")}),
    Tool("fit", "data", "Fit the model to my measurements",
         ("fit", PROTOCOL, "--out", "fit.posterior.json", "--runs", "runs"),
         ("data", "under", *SIZES), "any",
         {"under": ("both", "stoichiometric", "potency")}),
    Tool("manufacture", "planning", "What making the dose takes",
         ("manufacture", PROTOCOL, "--out", "page.html"),
         ("subjects", "platform", "isolation", "dose", "prices", "batches", "draws", "seed"),
         "any"),
    Tool("plan", "planning", "Sample size, allocation and documents", ("plan", PROTOCOL, *OUT),
         ("unit", "power", "pilot", "outcome", "level", "attrition", "per_group", *SIZES), "any",
         {"unit": ("", "animal", "level", "donor")}),
    Tool("checklist", "planning", "A reporting checklist, filled as far as it can be",
         ("plan", PROTOCOL, "--out", "checklist"), ("checklist", "answers"), "any",
         {"checklist": ("=checklists",)}),
)  # fmt: skip


@functools.cache
def commands() -> dict[tuple[str, ...], Callable[..., Any]]:
    """Every command of the command line: its words and the function behind it."""
    from evdisc.cli import app

    return dict(_commands(app, ()))


def _commands(app: typer.Typer, before: tuple[str, ...]) -> Iterator[Any]:
    for one in app.registered_commands:
        assert one.callback is not None
        name = one.name or one.callback.__name__.strip("_").replace("_", "-")
        yield (*before, name), one.callback
    for group in app.registered_groups:
        assert group.typer_instance is not None
        word = group.typer_instance.info.name
        inside = (*before, word) if isinstance(word, str) else before
        yield from _commands(group.typer_instance, inside)


def command(words: tuple[str, ...]) -> Callable[..., Any] | None:
    """The function behind the command that ``words`` start with; None where there is none."""
    return next((f for n in (2, 1) if (f := commands().get(words[:n]))), None)


def tool(name: str) -> Tool:
    """The tool with this name.

    Raises:
        InputError: there is none, or it is not installed.
    """
    found = next((t for t in TOOLS if t.name == name), None)
    if found is None or command(found.words) is None:
        raise InputError("no such tool", value=name[:40])
    return found


def available(view: str) -> list[Tool]:
    """Tools of a view that the command line has."""
    return [t for t in TOOLS if t.view == view and command(t.words) is not None]


def options(tool: Tool) -> list[Option]:
    """The parameters a form shows, in the order of the tool."""
    found = command(tool.words)
    assert found is not None
    hints, signature = get_type_hints(found, include_extras=True), inspect.signature(found)
    return [
        _option(tool, name, hints[name], signature.parameters[name].default)
        for name in tool.options if name in hints
    ]  # fmt: skip


def _option(tool: Tool, name: str, hint: Any, default: Any) -> Option:
    plain, info = get_args(hint)
    within = [a for a in get_args(plain) if a is not type(None)] or [plain]
    many = list in (get_origin(plain), *map(get_origin, within))
    type_ = next((a for w in within for a in (*get_args(w), w)), str)
    choices = tuple(c for word in tool.choices.get(name, ()) for c in _names(word))
    kinds = {int: "whole", float: "number", bool: "switch", Path: "file"}
    given = default if isinstance(default, (str, int, float)) else ""
    argument = isinstance(info, typer.models.ArgumentInfo)
    # typer takes the first flag of an annotation for a default until it builds the command
    stated = (info.default, *(info.param_decls or ()))
    flags = [s for s in stated if isinstance(s, str) and s.startswith("--")]
    flags = flags or [f"--{name.strip('_').replace('_', '-')}"]
    return Option(name, "" if argument else flags[0],
                  "choice" if choices else kinds.get(type_, "text"), info.help or "", str(given),
                  default is inspect.Parameter.empty, many, choices)  # fmt: skip


def _names(word: str) -> list[str]:
    from evdisc.evidence.names import names

    if word == "=checklists":
        from evdisc.report.checklists import names as checklists

        return list(checklists())
    return names(word[1:]) if word.startswith("*") else [word]


def words_of(
    tool: Tool, values: Mapping[str, Any], user: User
) -> tuple[list[str], dict[str, bytes]]:
    """Arguments of the command and the files it reads, from what a form holds.

    Raises:
        InputError: a value is not one the option takes.
    """
    known = {o.name: o for o in options(tool)}
    for name in values:
        if name not in known:
            raise InputError("no such option", key=name[:40], expected=" | ".join(known))
    words, last = list(tool.words), []
    files: dict[str, bytes] = {}
    for option in known.values():
        given = values.get(option.name)
        every = [v for v in (given if isinstance(given, list) else [given]) if v not in (None, "")]
        if option.required and not every:
            raise InputError("is needed", key=option.name, expected=option.help or option.kind)
        if len(every) > 1 and not option.many:
            raise InputError("takes one value", key=option.name)
        for value in every:
            word = _word(option, value, user, files)
            if option.kind == "switch":
                words += [option.flag] * bool(value)
            elif option.flag:
                words.append(f"{option.flag}={word}")
            else:
                last.append(word)
    return [*words, *(["--", *last] if last else [])], files


def _word(option: Option, value: Any, user: User, files: dict[str, bytes]) -> str:
    if option.kind == "file":
        path = user.file(str(value))
        name = f"given-{len(files)}-{path.name}"
        files[name] = path.read_bytes()
        return name
    text = str(value).strip()
    if len(text) > MOST_TEXT or not text.isprintable():
        raise InputError("is too long or not plain text", key=option.name)
    if option.kind == "choice" and text not in option.choices:
        raise InputError("is not a valid value", key=option.name, value=text,
                         expected=" | ".join(filter(None, option.choices)))  # fmt: skip
    if option.kind in ("whole", "number"):
        try:
            int(text) if option.kind == "whole" else float(text)
        except ValueError:
            kind = "a whole number" if option.kind == "whole" else "a number"
            raise InputError("is not " + kind, key=option.name, value=text) from None
    return text
