"""The model as it is coded: mechanisms, equations, parameters, sources, state variables."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterable, Iterator
from types import ModuleType

from evdisc.evidence.library import Library, context_text
from evdisc.evidence.parameters import ParameterRow
from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.variables import VARIABLES
from evdisc.report.words import number
from evdisc.simulate.explain import mechanisms
from evdisc.simulate.mechanisms import DISC, DISH
from evdisc.simulate.readers import READERS
from generate.markdown import WIDE, details, doi_link, link, plain, prose, study, table

#: page -> title, what it tells, and the rooms it is read from
ROOMS = {
    "delivery": ("From the needle to the cytosol", ("delivery",)),
    "cell": ("The cell", ("cell",)),
    "tissue": ("The tissue", ("tissue",)),
    "product": ("The product and how it is made", ("vesicle", "manufacture")),
    "molecules": ("The molecules it carries", ("cargo",)),
    "numerics": ("Numerics and one run", ("solve", "simulate")),
    "readouts": ("Read-outs and statistics", ("outcome", "study", "diagnose")),
}
WHEN = {"step": "in every step", "halves": "half a step before and half a step after the others"}
EVIDENCE = "../evidence/"


def pages(library: Library) -> Iterator[tuple[str, str]]:
    """Every page of the model: path and Markdown."""
    yield "model/index.md", overview()
    yield "model/variables.md", variables()
    for name, (title, rooms) in ROOMS.items():
        found = list(modules(rooms))
        yield f"model/{name}.md", room_page(title, found, library)
        yield from ((code_path(m), code_page(m)) for m in found)


def modules(rooms: Iterable[str]) -> Iterator[ModuleType]:
    """Modules of the rooms that say more than one line or hold a mechanism; mechanisms first."""
    names = [
        f"evdisc.{room}.{m.name}"
        for room in rooms
        for m in pkgutil.iter_modules(importlib.import_module(f"evdisc.{room}").__path__)
    ]
    order = [m.kernel.__module__ for m in mechanisms()]
    names.sort(key=lambda n: order.index(n) if n in order else len(order))
    for name in names:
        module = importlib.import_module(name)
        told = (module.__doc__ or "").strip().count("\n") > 1
        if told or name in order or short(module) in READERS:
            yield module


def short(module: ModuleType) -> str:
    """Room and file, such as ``tissue.matrix``."""
    return module.__name__.removeprefix("evdisc.")


def own_mechanisms(module: ModuleType) -> list[Mechanism]:
    """Mechanisms whose kernel is in the module."""
    return [m for m in mechanisms() if m.kernel.__module__ == module.__name__]


def overview() -> str:
    """What runs in which order, with a link to each mechanism."""
    text = ["# The model", OVERVIEW]
    for title, ordered in (("A disc", DISC), ("A dish", DISH)):
        steps = [m for m in ordered if m.when in WHEN]
        events = [m for m in ordered if m.when not in WHEN]
        text += [f"## {title}", "In every step, in this order:", _numbered(steps)]
        text += ["At an event:", table(["event", "mechanism"], (
            [plain(m.when.replace("_", " ")), _mechanism(m)] for m in events
        ))]  # fmt: skip
    text += ["## Where else", "\n".join(f"- [{t}]({n}.md)" for n, (t, _) in ROOMS.items())]
    return "\n\n".join([*text, "- [State variables](variables.md)"])


OVERVIEW = """
This part is written from the code while the manual is built, so it cannot be older than the
program. Each mechanism is one file. It says which variables it reads, which it alone sets, to
which it adds, and which parameters it takes. Each parameter is a row of the
[evidence](../evidence/parameters.md) with its tier. Mechanisms meet in named [state
variables](variables.md) only. A run is a list of steps that grow after each event; in each step
the mechanisms run one after the other.

Equations stand as they are computed, and *As computed* shows the kernel beside them. `x0` and the
like are values of the healthy, undisturbed disc; `->` is what an event does to a value at once;
`min` and `max` keep a value within bounds. Units are SI: m, s, mol, kg, Pa, and cells, vesicles and
copies as numbers. Tiny numbers that only keep a division from failing are left out. A form that no
source states is called our choice.
"""


def _numbered(ordered: Iterable[Mechanism]) -> str:
    lines = []
    for m in ordered:
        first = (inspect.getmodule(m.kernel).__doc__ or "").strip().split("\n")[0]
        halves = " *(in two halves around the others)*" if m.when == "halves" else ""
        lines.append(f"1. {_mechanism(m)}: {plain(first.rstrip('.').split(': ')[-1])}{halves}")
    return "\n".join(lines)


def _mechanism(m: Mechanism, here: bool = False) -> str:
    room, file = m.kernel.__module__.split(".")[1:]
    page = "" if here else f"{room}.md"
    return link(m.name.replace("_", " "), f"{page}#{file}")


def variables() -> str:
    """The table of state variables, with who owns, adds to and reads each."""
    rows = []
    for v in VARIABLES.values():
        if v.name.startswith("reference_"):
            continue
        roles = [
            ", ".join(_mechanism(m) for m in mechanisms() if v.name in side(m))
            for side in (_owns, _adds, _reads)
        ]
        held = v.held + (f", one for each {v.per}" if v.per else "")
        bounds = f"{v.lower:g} to {v.upper:g}" if v.upper < float("inf") else f"{v.lower:g} and up"
        name = f'<a id="{v.name}"></a>`{v.name}`'
        rows.append([name, plain(v.meaning), plain(v.unit), held, bounds, *roles])
    header = ["variable", "meaning", "unit", "held in", "bounds", "owned by", "added to by",
              "read by"]  # fmt: skip
    return WIDE + "# State variables\n\n" + VARIABLES_TEXT + "\n" + table(header, rows)


VARIABLES_TEXT = """
Mechanisms know one another by these names alone. A variable is held in each cell of the grid, in
each patch (a network, which grid cells of one region share), in each region, in each eighth of the
annulus (sector), or once in the disc. In a dish each cell type is one grid cell and one patch.
`reference_` before a name is its value in the healthy, undisturbed disc.
"""


def _owns(m: Mechanism) -> tuple[str, ...]:
    return m.owns


def _adds(m: Mechanism) -> tuple[str, ...]:
    return m.adds_to


def _reads(m: Mechanism) -> tuple[str, ...]:
    return m.reads


def room_page(title: str, found: Iterable[ModuleType], library: Library) -> str:
    """Every module of a room: docstring, contract, parameters, sources, code."""
    return "\n\n".join([f"# {title}", *(module_section(m, library) for m in found)])


def module_section(module: ModuleType, library: Library) -> str:
    """One file of the model."""
    first, _, rest = (module.__doc__ or "").strip().partition("\n")
    room, name = short(module).split(".")
    alone = any(rooms == (room,) for _, rooms in ROOMS.values())
    heading = name.replace("_", " ").capitalize() + ("" if alone else f" ({room})")
    parts = [
        f"## {heading} {{ #{name if alone else f'{room}-{name}'} }}",
        prose(said(first, heading)),
    ]
    parts += [prose(rest)] if rest.strip() else []
    parts += [contract(m) for m in own_mechanisms(module)]
    parts.append(functions(module))
    computed = kernels(module)
    if computed:
        parts.append(details("As computed", computed))
    keys = parameter_keys(module)
    if keys:
        parts.append(parameters(keys, library))
    cited = sources(module, keys, library)
    if cited:
        parts.append(details("Sources", cited))
    parts.append(f"[The code of `{short(module)}`](code/{short(module)}.md)")
    return "\n\n".join(p for p in parts if p)


def said(first: str, heading: str) -> str:
    """The first line of a docstring without the noun before its colon where the heading says it."""
    noun, _, rest = first.partition(": ")
    words = rest if rest and noun.casefold().rstrip("s") in heading.casefold() else first
    return words[0].upper() + words[1:] if not words.startswith("`") else words


def kernels(module: ModuleType) -> str:
    """The code of the kernels of a module."""
    found = {m.kernel.__name__: m.kernel for m in own_mechanisms(module)}
    code = [inspect.getsource(getattr(k, "py_func", k)) for k in found.values()]
    return "\n".join(f"```python\n{c}```\n" for c in code)


def contract(m: Mechanism) -> str:
    """What a mechanism reads, owns and adds to, and when it runs."""
    when = WHEN.get(m.when, f"at the event: {m.when.replace('_', ' ')}")
    rows = [["runs", when]]
    for word, names in (("reads", m.reads), ("owns", m.owns), ("adds to", m.adds_to)):
        shown = [f"[`{n}`](variables.md#{n.removeprefix('reference_')})" for n in names]
        if names:
            rows.append([word, ", ".join(shown)])
    if m.averaged:
        rows.append(["of these averaged over the step", ", ".join(f"`{n}`" for n in m.averaged)])
    return table([f"mechanism `{m.name}`", ""], rows)


def functions(module: ModuleType) -> str:
    """What the functions of a module say beyond one line."""
    told = []
    computing = [m.kernel.__name__ for m in own_mechanisms(module)]
    for name, thing in vars(module).items():
        plain_function = getattr(thing, "py_func", thing)
        doc = inspect.getdoc(plain_function) or ""
        if not inspect.isfunction(plain_function) or plain_function.__module__ != module.__name__:
            continue
        if "=" in doc or "doi" in doc or (name in computing and doc):
            text = doc.split("\nArgs:")[0].split("\nRaises:")[0].split("\nReturns")[0]
            told.append(textwrap.indent(f"- `{name}`: {prose(text)}", "    ").removeprefix("    "))
    return "\n\n".join(told)


def parameter_keys(module: ModuleType) -> dict[str, str]:
    """Keys of the evidence a module reads -> meaning where its contract tells one."""
    keys: dict[str, str] = {}
    for m in own_mechanisms(module):
        for p in m.parameters:
            meaning = f"{p.subject}: {p.meaning}" if p.subject else p.meaning
            keys[p.key] = f"{keys[p.key]}; {meaning}" if keys.get(p.key) else meaning
    return keys | {k: "" for k in READERS.get(short(module), ()) if k not in keys}


def parameters(keys: dict[str, str], library: Library) -> str:
    """The parameters of a module in a table, their rows of evidence below it."""
    known = {key: library.parameters[key] for key in keys if key in library.parameters}
    main = [
        [f"[`{k}`]({EVIDENCE}parameters.md#{k})", plain(keys[k] or rows[0].note),
         plain(rows[0].si_unit), _value(rows), ", ".join(dict.fromkeys(r.tier for r in rows))]
        for k, rows in known.items()
    ]  # fmt: skip
    all_rows = [[f"`{k}`", *row_cells(r, library, EVIDENCE)] for k, rows in known.items()
                for r in rows]  # fmt: skip
    main_table = table(["parameter", "meaning", "SI unit", "value (90 % range)", "tier"], main)
    return main_table + "\n" + details("Their rows of evidence", table(ROW_HEADER, all_rows))


ROW_HEADER = ["parameter", "context", "value (90 % range)", "tier", "source", "note"]


def row_cells(row: ParameterRow, library: Library, to: str) -> list[str]:
    """Cells of one row of evidence, without its key."""
    via = f" via {study(row.via, library.sources, to)}" if row.via else ""
    return [
        plain(context_text(row)), _value([row]), row.tier,
        study(row.source, library.sources, to) + via, plain(row.note),
    ]  # fmt: skip


def _value(rows: Iterable[ParameterRow]) -> str:
    rows = list(rows)
    if len(rows) > 1:
        return f"{len(rows)} rows"
    row = rows[0]
    spread = f" ({number(row.low)} to {number(row.high)})" if row.low < row.high else ""
    unit = "" if row.unit == "1" else f" {row.unit}"
    return plain(f"{number(row.value)}{spread}{unit}")


def sources(module: ModuleType, keys: Iterable[str], library: Library) -> str:
    """Studies a module cites, and those its parameters come from."""
    cited = [s for m in own_mechanisms(module) for s in m.cites]
    cited += [s for k in keys for r in library.parameters.get(k, ()) for s in (r.source, r.via)]
    lines = []
    for key in dict.fromkeys(cited):
        row = library.sources.get(key)
        if row:
            words = " ".join(v for v in (row["authors"], row["year"], row["title"]) if v)
            lines.append(f"- {study(key, library.sources, EVIDENCE)}: {plain(words)} "
                         f"{doi_link(row['doi'])}")  # fmt: skip
    return "\n".join(lines)


def code_path(module: ModuleType) -> str:
    """Path of the page that shows a module's code."""
    return f"model/code/{short(module)}.md"


def code_page(module: ModuleType) -> str:
    """The code of a module; search leaves it out."""
    code = inspect.getsource(module)
    return f"---\nsearch: {{exclude: true}}\n---\n\n# `{short(module)}`\n\n```python\n{code}```\n"
