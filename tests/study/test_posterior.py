"""The posterior as a file: drawn from again, the right way, refused where it is foreign."""

import json

import numpy as np
import pytest

from evdisc.errors import EvidenceError
from evdisc.evidence.library import load
from evdisc.protocol.specs import EnsembleSpec
from evdisc.study.dose import dose_table
from evdisc.study.execute import run
from evdisc.study.fit import fit
from evdisc.study.folder import write_json
from evdisc.study.posterior import digest_of, member_draws, read_posterior
from evdisc.study.tasks import carry_out, npz, study_job
from studies import DISH, dish

ROWS = "arm,time,readout,kind,mean,se\nuntreated,48 h,viability,value,78,4\n"


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """A posterior of a dish in which more cells died than most members say."""
    folder = tmp_path_factory.mktemp("fitted")
    data = folder / "data.csv"
    data.write_text(ROWS, "utf-8")
    p = dish("ensemble.members=48", "compare=[untreated]")
    return fit(p, data, folder / "p.json", under="potency", runs=folder / "runs")


def drawing(path, *more):
    return dish(f"ensemble.posterior={path}", "compare=[untreated]", *more)


def median(result):
    bands = result["readouts"]["viability"]["hypotheses"]["potency"]["arms"]["untreated"]
    return bands["median"][-1]


def test_a_run_from_the_posterior_moves_towards_the_table_and_repeats(fitted, tmp_path):
    prior = run(dish("ensemble.members=30", "compare=[untreated]"), tmp_path / "prior").result
    p = drawing(fitted.path, "ensemble.members=30")
    after = run(p, tmp_path / "after").result
    assert 78.0 < median(after) < median(prior) - 1.0
    said = next(r for r in fitted.result["readouts"] if r["readout"] == "viability")
    assert said["hypothesis"] == "potency"
    assert any("come from the posterior of data.csv" in w for w in after["warnings"])
    assert run(p, tmp_path / "again").result == after
    # an ensemble extends: the first members are the same
    few = run(drawing(fitted.path, "ensemble.members=5"), tmp_path / "few")
    more = np.load(next((tmp_path / "after" / "members").glob("*.npz")))["readouts"][:5]
    less = np.load(next((tmp_path / "few" / "members").glob("*.npz")))["readouts"]
    assert few.computed == 5
    np.testing.assert_array_equal(more, less)


def test_a_posterior_travels_in_the_order(fitted, tmp_path):
    copy = tmp_path / "p.json"
    copy.write_bytes(fitted.path.read_bytes())
    job = study_job(drawing(copy, "ensemble.members=3").spec, load(), ())
    expected = npz(job.here([0, 2]))
    copy.unlink()
    assert carry_out(json.loads(json.dumps(job.order)), [0, 2]) == expected


def test_members_follow_the_weights_evenly(fitted):
    found = read_posterior(fitted.path)
    ensemble = EnsembleSpec(posterior=str(fitted.path), members=2000)
    drawn = np.array([member_draws(ensemble, m).member for m in range(2000)])
    share = np.bincount(drawn, minlength=48) / 2000
    weights = np.array(found.content["weights"])
    assert np.abs(share - weights).max() < 2e-3
    assert {member_draws(ensemble, m).seed for m in range(3)} == {1}
    other = EnsembleSpec(posterior=str(fitted.path), seed=2)
    assert [member_draws(other, m).member for m in range(9)] != list(drawn[:9])


def test_the_path_starts_at_the_protocol_and_its_content_is_in_the_fingerprint(fitted, tmp_path):
    from evdisc.protocol.yaml_io import load_protocol
    from evdisc.study.folder import fingerprint

    near = tmp_path / "p.json"
    near.write_bytes(fitted.path.read_bytes())
    protocol = tmp_path / "mine.yaml"
    protocol.write_text(DISH.read_text("utf-8"), "utf-8")
    loaded = load_protocol(protocol, ["ensemble.posterior=p.json"])
    assert loaded.spec.ensemble.posterior == str(near.resolve())
    elsewhere = load_protocol(protocol, [f"ensemble.posterior={fitted.path}"])
    first = fingerprint(loaded.spec, [])
    assert fingerprint(elsewhere.spec, []) == first
    assert fingerprint(load_protocol(protocol).spec, []) != first
    changed = json.loads(near.read_text("utf-8"))
    changed.pop("sha256")
    changed["weights"][0] += 0.1
    write_json(near, changed | {"sha256": digest_of(changed)})
    assert fingerprint(loaded.spec, []) != first


def altered(fitted, tmp_path, **more):
    content = json.loads(fitted.path.read_text("utf-8")) | more
    content.pop("sha256")
    path = tmp_path / "altered.json"
    write_json(path, content | {"sha256": digest_of(content)})
    return path


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"evdisc": "0.0.9"}, "was fitted by evdisc 0.0.9"),
        ({"evidence": "of another table"}, "was fitted to other evidence"),
        ({"format": "evdisc-posterior/9"}, "unknown format"),
    ],
)
def test_a_foreign_posterior_is_refused_and_nothing_is_written(fitted, tmp_path, more, said):
    path = altered(fitted, tmp_path, **more)
    for ask in (lambda p: run(p, tmp_path / "out"), dose_table):
        with pytest.raises(EvidenceError, match=said) as found:
            ask(drawing(path))
        assert found.value.exit_code == 2
        assert "ensemble.posterior" in str(found.value)
    assert not (tmp_path / "out").exists()


def test_a_damaged_a_missing_and_a_stray_file_are_refused(fitted, tmp_path):
    text = fitted.path.read_text("utf-8")
    for name, content, said in (
        ("cut.json", text[: len(text) // 2], "is damaged"),
        ("edited.json", text.replace('"seed": 1', '"seed": 7'), "checksum"),
        ("list.json", "[]", "is damaged or no file"),
    ):
        path = tmp_path / name
        path.write_text(content, "utf-8")
        with pytest.raises(EvidenceError, match=said):
            run(drawing(path), tmp_path / "out")
    with pytest.raises(EvidenceError, match="posterior not found"):
        run(drawing(tmp_path / "nowhere.json"), tmp_path / "out")


def test_a_table_of_a_second_experiment_joins_the_first(fitted, tmp_path):
    """Fitting members of a posterior again is fitting both tables."""
    data = tmp_path / "more.csv"
    data.write_text(ROWS.replace("48 h", "24 h").replace("78,4", "90,6"), "utf-8")
    p = drawing(fitted.path, "ensemble.members=40")
    second = fit(p, data, tmp_path / "q.json", under="potency", runs=tmp_path / "runs")
    assert second.result["seed"] == fitted.result["seed"]
    assert set(second.result["members"]) <= set(fitted.result["members"])
