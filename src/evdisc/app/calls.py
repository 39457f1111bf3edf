"""What a bench can be asked. Each call takes and gives plain JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evdisc.errors import InputError

if TYPE_CHECKING:
    from evdisc.protocol.yaml_io import LoadedProtocol

#: members behind the live dose table; a run uses those of the protocol
DOSE_MEMBERS = 12
#: members whose paths are traced
WHY_MEMBERS = 8


def check(text: str) -> dict[str, Any]:
    """What a protocol says, or where its first fault is.

    The document is given even where it is faulty, as far as it is YAML at all.
    """
    from evdisc.errors import ProtocolError
    from evdisc.protocol.yaml_io import load_protocol, parse

    try:
        loaded = load_protocol(text)
    except ProtocolError as error:
        fault = {"message": str(error), "key": error.key, "line": error.line}
        try:
            document = plain(parse(text, None))
        except ProtocolError:
            document = None
        return {"valid": False, "fault": fault, "document": document}
    spec = loaded.spec
    # as the protocol writes it, not where that would be on this machine
    named = loaded.document.get("ensemble", {}).get("posterior")
    posterior = [] if spec.ensemble.posterior is None else [str(named)]
    return {
        "valid": True, "document": plain(parse(text, None)), "kind": spec.kind,
        "title": spec.title, "members": spec.ensemble.members,
        "files": [*spec.evidence.overlays, *posterior], "readouts": list(spec.readouts),
        "therapy": spec.therapy is not None,
    }  # fmt: skip


def plain(node: Any) -> Any:
    """Mappings, lists and scalars as a form shows them: numbers in the words of the text."""
    if isinstance(node, dict):
        return {str(k): plain(v) for k, v in node.items()}
    if isinstance(node, list):
        return [plain(v) for v in node]
    if isinstance(node, bool) or node is None:
        return node
    if isinstance(node, (int, float)):
        return f"{node:g}" if isinstance(node, float) else str(int(node))
    return str(node)


def edit(text: str, changes: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Text with values set (``[path, value]``) or removed (``[path]``), and its check."""
    from evdisc.protocol.editing import remove, set_value

    for path, *value in changes:
        text = set_value(text, path, *value) if value else remove(text, path)
    return {"text": text, **check(text)}


def dose(text: str) -> dict[str, Any]:
    """The table of doses of a protocol."""
    from evdisc.protocol.yaml_io import load_protocol
    from evdisc.study.dose import dose_table

    members = min(load_protocol(text).spec.ensemble.members, DOSE_MEMBERS)
    return dose_table(load_protocol(text, [f"ensemble.members={members}"]))


def summary(folder: str) -> dict[str, Any]:
    """What a result page says in words and tables; the courses themselves are left out."""
    from evdisc.evidence.library import load
    from evdisc.report import render, words
    from evdisc.report.answer import answer
    from evdisc.report.trust import contradictions, standing

    path = Path(folder)
    result, shown, more = _opened(path)
    library = load(sorted((path / "overlays").glob("*")))
    treated = result["delivery"].get("treated", {})
    rows = render.effects(result, [*shown, *more])
    return {
        **{k: result[k] for k in ("title", "kind", "members", "seed", "failed", "fingerprint",
                                  "warnings", "evdisc", "arms", "assumed", "safety")},
        "answer": answer(result), "sentence": words.sentence(result),
        "too_few": words.too_few(result), "shown": shown, "readouts": [*shown, *more],
        "product": result["product"].get("words", ""),
        "verdicts": words.verdict_lines(treated) if treated.get("verdict") else [],
        "reached": reached(result), "standing": standing(),
        "effects": [
            [e["name"], e["versus"], _decides(e), words.difference(e), e["unit"], e["direction"],
             words.number(e["probability_of_benefit"], 2), str(e["animals_per_arm"] or "–")]
            for e in rows
        ],
        "disagree": [[c.about, *(side.says for side in c.sides[:2]), c.settle]
                     for c in contradictions(result, library)],
        "figures": [f.name for f in _others(result, path)], "has_fields": _has_fields(path),
        "sources": [[s["authors"] or f"[{s['study']}]", s["year"], s["title"], s["doi"]]
                    for s in render.citations(result, library)],
        "claims": len(result["evidence"]), "influence_of_claims": result["influence_of_claims"],
    }  # fmt: skip


def _decides(effect: dict[str, Any]) -> str:
    return "copies" if effect["hypothesis"] == "stoichiometric" else "vesicles"


def reached(result: dict[str, Any]) -> list[list[str]]:
    """Rows of what reached the cells: arm, vesicles per cell, share kept, cargo, copies, ratio."""
    from evdisc.report.words import interval

    rows = []
    for arm, row in result["delivery"].items():
        if not (row.get("vesicles_per_cell") or {}).get("median"):
            continue
        head = [arm, interval(row["vesicles_per_cell"]), interval(row["fraction_of_dose_in_disc"])]
        cargoes = row["copies_per_cell"]
        for name in sorted(cargoes, key=lambda c: -(cargoes[c]["median"] or 0.0)):
            over = row["delivered_over_endogenous"][name]
            rows.append([*head, name, interval(cargoes[name]), interval(over, 2)])
        rows += [] if cargoes else [[*head, "–", "–", "–"]]
    return rows


def _opened(folder: Path) -> tuple[dict[str, Any], list[str], list[str]]:
    from evdisc.report.render import _readouts  # the order in which a report shows read-outs

    result = json.loads((folder / "result.json").read_text("utf-8"))
    shown, more = _readouts(result, (folder / "protocol.yaml").read_text("utf-8"))
    result["first"] = shown[:1]
    return result, shown, more


def _others(result: dict[str, Any], folder: Path) -> list[Any]:
    from evdisc.report import figures as draw
    from evdisc.report.body_figures import organ_course, whereabouts
    from evdisc.report.exposure_figures import exposure_figures

    made = [whereabouts(result), organ_course(result), *exposure_figures(result, folder),
            draw.influence(result)]  # fmt: skip
    return [f for f in made if f is not None]


def _has_fields(folder: Path) -> bool:
    return (folder / "fields.zarr").is_dir()


def figures(folder: str, names: Sequence[str]) -> list[dict[str, Any]]:
    """Figures of a result: courses of read-outs by their name, and the others by theirs.

    Raises:
        InputError: a name is none of the result's.
    """
    from dataclasses import asdict

    from evdisc.errors import nearest
    from evdisc.report.figures import course

    path = Path(folder)
    result, shown, more = _opened(path)
    rest = {f.name: f for f in _others(result, path)} if set(names) - {*shown, *more} else {}
    made = []
    for name in names:
        if name not in result["readouts"] and name not in rest:
            raise InputError("no such figure", value=name[:60],
                             nearest=nearest(name, [*shown, *more, *rest]))  # fmt: skip
        made.append(asdict(rest[name] if name in rest else course(result, name, 330)))
    return made


def partial(folder: str) -> dict[str, Any]:
    """What the members finished so far say; ``members`` is 0 while there are none."""
    from evdisc import __version__
    from evdisc.evidence.library import load
    from evdisc.report import figures as draw
    from evdisc.study.execute import gather
    from evdisc.study.folder import Folder
    from evdisc.study.summary import result

    path = Path(folder)
    if not (path / "protocol.yaml").is_file():
        return {"members": 0}
    stored = Folder(path).load()
    count = next(n for n in range(len(stored) + 1) if n not in stored)
    if not count:
        return {"members": 0}
    study = _asked(path).spec
    library = load(sorted((path / "overlays").glob("*")))
    found = result(study, gather(Folder(path), count), library, "", __version__)
    if not found["readouts"]:
        return {"members": count, "failed": len(found["failed"])}
    name = next((n for n in study.readouts if n in found["readouts"]), None)
    figure = draw.course(found, name, 300) if name else draw.opening(found)
    assert figure is not None
    return {"members": count, "failed": len(found["failed"]), "figure": figure.json,
            "name": figure.name, "csv": figure.csv}  # fmt: skip


def fields(folder: str) -> dict[str, Any]:
    """What a film of the disc holds: variables with their words, arms, times, the member."""
    from evdisc.report.figures import FIELD_WORDS

    group = _film(folder)
    every: list[str] = list(group.attrs["variables"])
    return {
        "times_d": list(group.attrs["film_times_d"]),
        "arms": [a for a in group.group_keys() if f"{a}/film" in group],
        "member": group.attrs["representative_member"],
        "words": {n: list(FIELD_WORDS[n]) for n in every if n in FIELD_WORDS},
    }  # fmt: skip


def cut(folder: str, name: str, arms: Sequence[str], time: int) -> dict[str, Any]:
    """The disc cut through its axis at one time of its film, for each arm.

    ``low`` and ``high`` hold for all times of these arms; ``rows`` are the cells of the grid.

    Raises:
        InputError: there is no such variable, arm or time.
    """
    import numpy as np

    from evdisc.report.figures import FIELD_WORDS, cells, digits, mirrored

    group, found = _film(folder), fields(folder)
    if name not in found["words"] or set(arms) - set(found["arms"]):
        raise InputError("no such map", value=f"{name} {' '.join(arms)}"[:60])
    if not 0 <= time < len(found["times_d"]):
        raise InputError("no such time", value=time)
    r, z = (1e3 * np.asarray(group[f"grid/{axis}_faces"][:]) for axis in "rz")
    outside = np.asarray(group["grid/region"][:]) > 2
    place = list(group.attrs["variables"]).index(name)
    film = {a: FIELD_WORDS[name][2] * np.asarray(group[f"{a}/film"][:, place], float) for a in arms}
    every = np.concatenate([f[:, ~outside].ravel() for f in film.values()])
    quarters = {a: np.where(outside, np.nan, f[time]) for a, f in film.items()}
    across, along, _ = mirrored(r, z, outside)
    day = found["times_d"][time]
    return {
        "day": day, "r_mm": digits(across), "z_mm": digits(along),
        "low": float(np.nanmin(every)), "high": float(np.nanmax(every)),
        "values": {a: mirrored(r, z, q)[2] for a, q in quarters.items()},
        "rows": [(a, f"{day:g}", *cell) for a, q in quarters.items() for cell in cells(r, z, q)],
    }  # fmt: skip


def _film(folder: str) -> Any:
    import zarr

    return zarr.open_group(str(Path(folder) / "fields.zarr"), mode="r")


def nodes(folder: str) -> list[str]:
    """Nodes of the cell's network that a person may ask about."""
    from evdisc.cell.blueprint import STIMULUS, blueprint
    from evdisc.evidence.library import load

    library = load(sorted((Path(folder) / "overlays").glob("*")))
    return sorted(n for n in blueprint(library).nodes if not n.startswith(STIMULUS))


def why(folder: str, node: str, region: str = "NP") -> dict[str, Any]:
    """Paths by which a node of the cells moved, with their studies."""
    from evdisc.evidence.library import load
    from evdisc.report.terminal import chain
    from evdisc.study.why import why as paths

    path = Path(folder)
    study = _asked(path, f"ensemble.members={WHY_MEMBERS}").spec
    found = paths(study, node, load(sorted((path / "overlays").glob("*"))), region)
    for one in found["paths"]:
        # a line that is narrow must not break inside an arrow
        one["chain"] = chain(one["arrows"]).replace(" -> ", " → ").replace(" -| ", " ⊣ ")
    return found


def _asked(folder: Path, *overrides: str) -> LoadedProtocol:
    """The protocol of a run folder; the files it names lie beside the job's own copy."""
    from evdisc.protocol.yaml_io import validate

    text = (folder / "protocol.yaml").read_text("utf-8")
    return validate(text, folder.parent / "protocol.yaml", overrides)


CALLS: dict[str, Callable[..., Any]] = {
    f.__name__: f for f in (check, edit, dose, summary, figures, partial, fields, cut, nodes, why)
}
