import json
import os
import shutil

import numpy as np
import pytest
import zarr

from evdisc.errors import FolderError
from evdisc.evidence.library import load
from evdisc.study import run
from evdisc.study.folder import Folder
from evdisc.study.worker import run_members
from studies import document, rat

KEYS = {
    "evdisc", "kind", "title", "seed", "members", "failed", "fingerprint", "arms", "carrier",
    "readouts", "delivery", "evidence", "assumed", "influence_of_claims", "warnings", "citations",
    "product", "safety",
}  # fmt: skip
EFFECT = {
    "arm", "versus", "hypothesis", "time_d", "median", "q05", "q95", "direction", "band",
    "probability_of_benefit",
}  # fmt: skip


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study") / "run"
    return run(rat(), folder)


def files(folder):
    """Content of everything that must not depend on the day."""
    names = ("result.json", "series.parquet", "CITATIONS.bib", "protocol.yaml")
    content = {n: (folder / n).read_bytes() for n in names}
    for path in sorted((folder / "fields.zarr").rglob("*")):
        if path.is_file():
            content[str(path.relative_to(folder))] = path.read_bytes()
    return content


def test_the_result_has_the_stable_keys(finished):
    result = json.loads((finished.folder / "result.json").read_text())
    assert set(result) == KEYS
    assert result["arms"] == ["treated", "untreated", "vehicle"]
    about = result["readouts"]["disc height index"]
    assert set(about["effect"]) >= EFFECT
    assert (about["effect"]["arm"], about["effect"]["versus"]) == ("treated", "untreated")
    assert about["effect"]["hypothesis"] == "stoichiometric"
    assert about["effect"]["time_d"] == 6.0
    assert set(about["hypotheses"]) == {"stoichiometric", "potency"}
    bands = about["hypotheses"]["potency"]["arms"]["treated"]
    assert {len(bands[k]) for k in ("median", "q05", "q95")} == {len(about["times_d"])}
    assert all(
        a <= b <= c for a, b, c in zip(bands["q05"], bands["median"], bands["q95"], strict=True)
    )
    treated = result["delivery"]["treated"]
    assert set(treated) >= {
        "vesicles_per_cell", "fraction_of_dose_in_disc", "copies_per_cell",
        "delivered_over_endogenous",
    }  # fmt: skip
    assert set(treated["copies_per_cell"]["miR-21-5p"]) == {"median", "q05", "q95"}
    assert result["delivery"]["vehicle"]["vesicles_per_cell"]["median"] == 0.0


def test_the_folder_holds_what_it_must(finished):
    names = {p.name for p in finished.folder.iterdir()}
    assert names >= {
        "protocol.yaml", "result.json", "series.parquet", "fields.zarr", "CITATIONS.bib",
        "ro-crate-metadata.json", "members", "diagnostics.json",
    }  # fmt: skip
    assert not [n for n in names if n.endswith(".part") or n == ".lock"]


def test_the_film_of_the_typical_member_ends_where_its_snapshot_does(finished):
    group = zarr.open_group(str(finished.folder / "fields.zarr"), mode="r")
    times, shots = group.attrs["film_times_d"], group.attrs["snapshot_times_d"]
    assert times[0] == 0.0
    assert set(shots) <= set(times)
    assert len(times) > len(shots)
    for arm in ("treated", "untreated", "vehicle"):
        film = np.asarray(group[f"{arm}/film"])
        assert len(film) == len(times)
        for shot, at in enumerate(shots):
            kept = np.asarray(group[f"{arm}/representative"])[shot]
            assert np.array_equal(film[times.index(at)], kept, equal_nan=True)


def test_running_twice_gives_the_same_bytes(finished, tmp_path):
    assert files(run(rat(), tmp_path / "again").folder) == files(finished.folder)


def test_two_workers_give_the_same_bytes(finished, tmp_path, monkeypatch):
    monkeypatch.setattr("evdisc.study.tasks.RUNS_PER_TASK", 8)
    assert files(run(rat(), tmp_path / "two", jobs=2).folder) == files(finished.folder)


def test_a_finished_folder_computes_nothing_and_gives_the_stored_result(finished):
    again = run(rat(), finished.folder)
    assert again.computed == 0
    assert again.result == finished.result


def test_lost_members_are_computed_again_to_the_same_result(finished, tmp_path, monkeypatch):
    monkeypatch.setattr("evdisc.study.tasks.RUNS_PER_TASK", 8)
    first = run(rat(), tmp_path / "lost")
    stored = sorted((first.folder / "members").glob("*.npz"))
    assert len(stored) == 3
    stored[1].unlink()
    (first.folder / "result.json").unlink()
    again = run(rat(), first.folder)
    assert again.computed == 1
    assert files(first.folder) == files(finished.folder)


def test_an_ensemble_extends_without_new_numbers_for_old_members(finished, tmp_path):
    folder = tmp_path / "more"
    shutil.copytree(finished.folder, folder)
    longer = run(rat("ensemble.members=5"), folder)
    assert longer.computed == 2
    fresh = run(rat("ensemble.members=5"), tmp_path / "fresh")
    assert longer.result == fresh.result


def test_one_member_alone_is_that_member_of_many():
    study, library = rat().spec, load()
    many, alone = (run_members(study, m, library) for m in (range(3), [2]))
    for name in ("readouts", "delivery", "balance", "snapshots", "parameters"):
        np.testing.assert_array_equal(many[name][2], alone[name][0], err_msg=name)


def test_another_seed_gives_other_numbers(finished, tmp_path):
    other = run(rat("ensemble.seed=2"), tmp_path / "seed")
    name = "disc height index"
    assert other.result["readouts"][name] != finished.result["readouts"][name]


def test_a_folder_of_another_protocol_is_refused_and_untouched(finished):
    before = {p: p.stat().st_mtime_ns for p in finished.folder.rglob("*")}
    with pytest.raises(FolderError, match="another protocol") as caught:
        run(rat("duration=5 d"), finished.folder)
    assert caught.value.exit_code == 2
    assert {p: p.stat().st_mtime_ns for p in finished.folder.rglob("*")} == before


def test_fresh_starts_anew(finished, tmp_path):
    folder = tmp_path / "fresh"
    shutil.copytree(finished.folder, folder)
    again = run(rat("duration=5 d"), folder, fresh=True)
    assert again.computed == 3
    assert again.result["fingerprint"] != finished.result["fingerprint"]


def test_a_folder_with_strange_files_is_refused_even_fresh(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(FolderError, match="not of an evdisc run"):
        run(rat(), tmp_path, fresh=True)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_folder_in_use_is_refused(finished):
    with Folder(finished.folder).lock(), pytest.raises(FolderError, match="in use"):
        run(rat(), finished.folder)


def test_a_damaged_member_file_is_named(finished, tmp_path):
    folder = tmp_path / "damaged"
    shutil.copytree(finished.folder, folder)
    target = next((folder / "members").glob("*.npz"))
    target.write_bytes(target.read_bytes()[:200])
    with pytest.raises(FolderError, match=r"npz: is damaged .*delete it"):
        run(rat(), folder)


def test_a_folder_without_write_permission_is_refused(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    tmp_path.chmod(0o500)
    with pytest.raises(FolderError):
        run(rat(), tmp_path / "run")


def test_a_failed_member_is_a_value_with_its_reason(tmp_path, monkeypatch):
    from evdisc.errors import SolveError
    from evdisc.simulate import disc

    whole = disc.run_arm

    def fragile(study, member, *rest, **more):
        if member.values.quantile("vesicle_diameter") == quantile_of_member_1:
            raise SolveError("the nutrients of this disc have no steady state")
        return whole(study, member, *rest, **more)

    from evdisc.simulate.draws import uniform

    quantile_of_member_1 = uniform(1, 1, "vesicle_diameter")
    monkeypatch.setattr(disc, "run_arm", fragile)
    result = run(rat(), tmp_path / "run").result
    assert result["failed"] == {"1": "SolveError: the nutrients of this disc have no steady state"}
    assert result["members"] == 3
    assert any("1 of 3 members failed" in w for w in result["warnings"])
    assert result["readouts"]["disc height index"]["effect"]["median"] is not None


def test_a_healthy_disc_alone_has_one_arm_and_no_effect(tmp_path):
    plain = document(
        disc={"preset": "mouse-caudal"}, duration="2 d", ensemble={"members": 2},
        numerics={"radial_cells": 8, "axial_cells": 6},
    )  # fmt: skip
    result = run(plain, tmp_path / "run").result
    assert result["arms"] == ["untreated"]
    assert result["readouts"]["disc height index"]["effect"] is None


def test_the_overlay_changes_the_numbers_and_the_fingerprint(finished, tmp_path):
    header = "key,preset,species,region,grade,cell,subject,value,distribution,low,high,unit,"
    header += "tier,via,source,use,note\n"
    overlay = tmp_path / "mine.csv"
    overlay.write_text(
        header + "puncture_largest_loss,,rat,,,,,0.9,fixed,,,1,measured,,evdisc,model,\n"
    )
    protocol = rat(f"evidence.overlays=['{overlay}']")
    mine = run(protocol, tmp_path / "run")
    assert mine.result["fingerprint"] != finished.result["fingerprint"]
    bands = "readouts", "annulus integrity", "hypotheses", "stoichiometric", "arms", "untreated"

    def last(result):
        for key in bands:
            result = result[key]
        return result["median"][-1]

    assert last(mine.result) < last(finished.result)
    again = run(protocol, mine.folder)
    assert again.computed == 0
