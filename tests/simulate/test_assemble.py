from dataclasses import replace

import numpy as np
import pytest

from evdisc.errors import AssemblyError, EvidenceError
from evdisc.evidence.library import load
from evdisc.evidence.parameters import parse_row
from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting
from evdisc.mechanism.variables import VARIABLES
from evdisc.simulate.assemble import assemble, check, pack
from evdisc.simulate.mechanisms import DISC, DISH
from evdisc.simulate.values import Values
from evdisc.study.execute import run
from evdisc.study.preflight import preflight
from studies import rat


def nothing(clock, p, *arrays):
    """A kernel that leaves everything as it is."""


def piece(name="piece", **more):
    return Mechanism(name=name, kernel=nothing, **more)


@pytest.mark.parametrize("mechanisms", [DISC, DISH], ids=["disc", "dish"])
def test_the_shipped_lists_fit_together(mechanisms):
    check(mechanisms)


def test_two_owners_are_refused():
    with pytest.raises(AssemblyError, match="two owners: a and b"):
        check([piece("a", owns=("gag",)), piece("b", owns=("gag",))])


def test_an_unmet_read_is_refused():
    with pytest.raises(AssemblyError, match="no mechanism provides"):
        check([piece(reads=("glucose",))])


def test_a_name_that_is_no_variable_is_refused():
    with pytest.raises(AssemblyError, match="not a state variable"):
        check([piece(owns=("glucos",))])


def test_an_average_of_something_not_read_is_refused():
    with pytest.raises(AssemblyError, match="does not read"):
        check([piece(owns=("gag",), averaged=("glucose",))])


def values():
    return Values(load(), {"preset": "rat-caudal", "species": "rat", "grade": "1"})


def test_a_unit_mismatch_is_refused():
    with pytest.raises(AssemblyError, match="declared in m but its evidence is in K"):
        pack([Parameter("body_temperature", "m", "a length?")], values())


def test_a_value_outside_its_bounds_is_refused():
    with pytest.raises(AssemblyError, match="outside"):
        pack([Parameter("body_temperature", "K", "cold", 0.0, 100.0)], values())


def test_a_parameter_without_evidence_is_refused_with_the_nearest_name():
    with pytest.raises(EvidenceError, match="did you mean 'body_temperature'"):
        pack([Parameter("body_temperatur", "K", "typo")], values())


def test_an_averaged_read_is_the_mean_of_start_and_now():
    seen = []

    def look(clock, p, gag):
        seen.append(gag.copy())

    def grow(clock, p, gag):
        gag += 2.0

    mechanisms = [
        Mechanism("grow", grow, owns=("gag",)),
        Mechanism("look", look, reads=("gag",), averaged=("gag",)),
    ]
    one = np.zeros((1, 1), dtype=np.int64)
    setting = Setting("disc", np.ones((1, 1)), one.astype(np.int8), one, one[0])
    assembly = assemble(mechanisms, setting, values())
    assembly.advance(np.array([0.0, 1.0, 0.0, 0.0]))
    assert seen[0][0, 0] == 1.0


def test_halves_run_before_and_after_with_half_the_step():
    steps = []
    mechanisms = [
        Mechanism("whole", lambda clock, p, gag: steps.append(("whole", clock[1])), owns=("gag",)),
        Mechanism(
            "half", lambda clock, p, ph: steps.append(("half", clock[1])), owns=("ph",),
            when="halves",
        ),
    ]  # fmt: skip
    one = np.zeros((1, 1), dtype=np.int64)
    setting = Setting("disc", np.ones((1, 1)), one.astype(np.int8), one, one[0])
    assemble(mechanisms, setting, values()).advance(np.array([0.0, 8.0, 0.0, 0.0]))
    assert steps == [("half", 4.0), ("whole", 8.0), ("half", 4.0)]


def test_every_parameter_of_every_mechanism_is_in_the_evidence_with_its_unit():
    for mechanism in {m.name: m for m in (*DISC, *DISH)}.values():
        for parameter in mechanism.parameters:
            for row in load().parameters[parameter.key]:
                if dict(row.context).get("subject", "") == parameter.subject:
                    assert row.si_unit == parameter.unit, parameter.key


def test_every_source_of_a_parameter_and_every_citation_is_in_the_sources():
    library = load()
    cited = {r.source for rows in library.parameters.values() for r in rows}
    cited |= {c for m in (*DISC, *DISH) for c in m.cites}
    assert cited <= set(library.sources), cited - set(library.sources)


def test_every_state_variable_is_owned_or_added_to_by_a_shipped_mechanism():
    touched = {n for m in (*DISC, *DISH) for n in (*m.owns, *m.adds_to)}
    plain = {n for n in VARIABLES if not n.startswith("reference_")}
    assert plain == touched


def test_an_overlay_parameter_nobody_reads_is_refused_before_anything_is_written(tmp_path):
    library = load()
    row = library.parameters["gag_turnover"][0]
    assert replace(row, key="x").key == "x"
    header = "key,preset,species,region,grade,cell,subject,value,distribution,low,high,unit,"
    header += "tier,via,source,use,note\n"
    overlay = tmp_path / "mine.csv"
    overlay.write_text(header + "gag_turnovers,,,,,,,1,fixed,,,1/d,assumed,,evdisc,model,\n")
    out = tmp_path / "out"
    with pytest.raises(EvidenceError, match="gag_turnovers"):
        run(rat(f"evidence.overlays=['{overlay}']"), out)
    assert not out.exists()


def test_an_overlay_row_for_planning_alone_does_not_stop_a_run(tmp_path):
    header = "key,preset,species,region,grade,cell,subject,value,distribution,low,high,unit,"
    header += "tier,via,source,use,note\n"
    overlay = tmp_path / "mine.csv"
    row = "culture_units,,,,,,static flask,9,fixed,,,1,assumed,,evdisc,{},\n"
    overlay.write_text(header + row.format("plan"))
    protocol = rat(f"evidence.overlays=['{overlay}']")
    preflight(protocol, load([overlay]))
    overlay.write_text(header + row.format("model"))
    with pytest.raises(EvidenceError, match="culture_units"):
        preflight(protocol, load([overlay]))


def test_parse_row_names_file_row_and_column():
    with pytest.raises(EvidenceError, match=r"mine.csv: k: row 3, column value"):
        parse_row(
            {c: "" for c in ("key", "via", "use", "note", "low", "high")}
            | {"key": "k", "value": "many", "distribution": "fixed", "unit": "1", "#": "3",
               "tier": "assumed", "source": "evdisc", "use": "model"},
            "mine.csv",
        )  # fmt: skip
