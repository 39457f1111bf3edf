import json
import shutil

import numpy as np
import pytest

from comparisons import LOADED, NATIVE, PRODUCT, RICH, TINY, product, question
from evdisc.errors import FolderError, InputError, RunError
from evdisc.evidence.library import load
from evdisc.protocol.yaml_io import load_protocol
from evdisc.study.attribution import NOTHING, TOO_FEW
from evdisc.study.cases import Case, drawn, given_cases, product_for
from evdisc.study.rank import frame_of, rank
from evdisc.study.stated import alone, copies_of, mixture, stated

KEYS = {
    "evdisc", "kind", "title", "disc", "grade", "insult", "dose", "duration_d", "readout",
    "members", "seed", "failed", "numerics", "warnings", "ranking", "controls", "by", "equal",
    "pairs", "naive", "probability_none_helps", "none_helps_over", "widest_difference",
    "fingerprint", "notes", "therapies", "citations",
}  # fmt: skip
ROW = {
    "therapy", "rows", "effect", "q05", "q95", "probability_best", "copies_per_cell",
    "attribution", "tier", "conflicts", "rank", "tied_with", "direction", "versus_vehicle",
    "potency", "dose", "control", "vesicles_to_make", "vesicles_per_cell",
    "delivered_over_endogenous",
}  # fmt: skip


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return tmp_path_factory.mktemp("products")


@pytest.fixture(scope="module")
def files(shelf):
    return product(shelf, "esc", NATIVE), product(shelf, "loaded", LOADED)


@pytest.fixture(scope="module")
def both(files, tmp_path_factory):
    return rank(question(*files, attribute=2, pairs=True), tmp_path_factory.mktemp("rank") / "run")


def bare(row):
    """The numbers of a product that are its own, whoever else is ranked."""
    return {k: row[k] for k in ("effect", "q05", "q95", "versus_vehicle", "copies_per_cell",
                                "vesicles_per_cell", "dose")}  # fmt: skip


def test_the_result_has_the_stable_keys(both):
    result = json.loads((both.folder / "result.json").read_text("utf-8"))
    assert set(result) == KEYS
    assert result["kind"] == "rank"
    assert result["insult"] == "21 G puncture on day 0"
    for row in result["ranking"]:
        assert set(row) >= ROW
    chances = [row["probability_best"] for row in result["ranking"]]
    assert sum(chances) == pytest.approx(1.0)
    assert result["naive"]["products"] == 2


def test_a_product_and_the_controls_are_the_same_alone_as_among_others(both, files, tmp_path):
    single = rank(question(files[1]), tmp_path / "single")
    assert single.result["controls"] == both.result["controls"]
    own = next(r for r in both.result["ranking"] if r["therapy"] == "loaded")
    assert bare(single.result["ranking"][0]) == bare(own)


def test_controls_run_once_per_member_and_not_per_product(both):
    stored = {p.name.rpartition("-")[0]: p for p in (both.folder / "stages").iterdir()}
    assert set(stored) == {"controls", "product", "pairs"}
    runs = np.load(next((stored["controls"] / "members").glob("*.npz")))["readouts"]
    assert runs.shape[:2] == (2, 2)


def test_a_product_against_itself_is_a_tie(shelf, tmp_path):
    once, again = product(shelf, "one", LOADED), product(shelf, "two", LOADED)
    ranking = rank(question(once, again), tmp_path / "run").result["ranking"]
    assert [r["rank"] for r in ranking] == [1, 1]
    assert [r["tied_with"] for r in ranking] == [1, 1]
    assert [r["probability_best"] for r in ranking] == [0.5, 0.5]
    assert bare(ranking[0]) == bare(ranking[1])
    assert [r["potency"]["rank"] for r in ranking] == [1, 1]


def test_a_finished_folder_computes_nothing_and_lost_members_come_back_the_same(
    both, files, tmp_path
):
    asked = question(*files, attribute=2, pairs=True)
    folder = tmp_path / "copy"
    shutil.copytree(both.folder, folder)
    before = (folder / "result.json").read_bytes()
    assert rank(asked, folder).computed == 0
    for lost in (folder / "stages").glob("product-*/members/*.npz"):
        lost.unlink()
    (folder / "result.json").unlink()
    assert rank(asked, folder).computed == 2
    assert (folder / "result.json").read_bytes() == before


def test_more_members_leave_the_old_ones_as_they_are(files, tmp_path):
    folder = tmp_path / "run"
    rank(question(files[0], members=1), folder)
    assert rank(question(files[0], members=2), folder).computed == 2  # one, in two stages
    fresh = rank(question(files[0], members=2), tmp_path / "fresh")
    assert (folder / "result.json").read_bytes() == (fresh.folder / "result.json").read_bytes()


def test_another_seed_needs_another_folder(both, files):
    with pytest.raises(FolderError, match="another protocol"):
        rank(question(*files, seed=2), both.folder)


@pytest.mark.slow
def test_two_workers_give_the_same_bytes(both, files, tmp_path, monkeypatch):
    monkeypatch.setattr("evdisc.study.tasks.RUNS_PER_TASK", 1)
    asked = question(*files, attribute=2, pairs=True)
    again = rank(asked, tmp_path / "two", jobs=2)
    assert again.computed == 6  # two members in three stages
    assert (again.folder / "result.json").read_bytes() == (both.folder / "result.json").read_bytes()


def test_the_atlas_is_ranked_as_25_products(tmp_path):
    result = rank(question(members=1, attribute=1), tmp_path / "run").result
    assert len(result["ranking"]) == 25
    assert sum(len(r["rows"]) for r in result["ranking"]) == 39
    assert result["ranking"][0]["rank"] == 1
    # one member is too few to share anything out, and that is said
    said = {e["status"] for r in result["ranking"] for e in r["attribution"]}
    assert all(s.startswith("not resolved") for s in said)


def test_by_cargo_each_row_carries_its_cargo_alone(tmp_path):
    result = rank(question(by="cargo", members=1), tmp_path / "run").result
    assert len(result["ranking"]) == 39
    for row in result["ranking"]:
        carried = [e["cargo"] for e in row["attribution"]]
        assert set(row["copies_per_cell"]) <= set(carried) | {c + "-5p" for c in carried}, row


def test_equal_cost_takes_what_engineering_loses_from_the_dose(files, tmp_path):
    rows = {
        equal: {r["therapy"]: r for r in rank(
            question(*files, equal=equal), tmp_path / equal
        ).result["ranking"]}
        for equal in ("dose", "cost")
    }  # fmt: skip
    assert rows["dose"]["loaded"]["dose"]["median"] == 1e8
    assert rows["dose"]["loaded"]["vesicles_to_make"]["median"] > 1.1e8
    assert rows["cost"]["loaded"]["dose"]["median"] < 0.95e8
    assert rows["cost"]["loaded"]["vesicles_to_make"]["median"] == 1e8
    assert rows["cost"]["esc"]["dose"]["median"] == 1e8


def test_a_file_keeps_its_carrier_and_where_asked_its_dose(shelf, tmp_path):
    gel = product(shelf, "gel", NATIVE, ", carrier: ECM gel")
    common = rank(question(gel, members=1), tmp_path / "common").result["ranking"][0]
    own = rank(question(gel, members=1, equal="given"), tmp_path / "own").result["ranking"][0]
    assert (common["carrier"], common["dose"]["median"]) == ("ECM gel", 1e8)
    assert (own["carrier"], own["dose"]["median"]) == ("ECM gel", 3e8)


def test_what_a_gel_does_by_itself_is_not_credited_to_vesicles(shelf, tmp_path):
    asked = question(
        product(shelf, "rich", RICH), members=3, attribute=1,
        overrides=(*TINY, "therapy.delivery.carrier=ECM gel"),
    )  # fmt: skip
    result = rank(asked, tmp_path / "run").result
    row, controls = result["ranking"][0], result["controls"]
    gel = controls["carriers"][0]["versus_untreated"]
    needle = controls["vehicle_versus_untreated"]
    assert gel["effect"] - needle["effect"] > gel["band"]  # so that the test can fail
    assert (row["control"], result["none_helps_over"]) == ("carrier", "carrier")
    assert abs(row["versus_vehicle"]["effect"]) < 0.1 * row["versus_vehicle"]["band"]
    assert row["effect"] == pytest.approx(gel["effect"], abs=0.1 * gel["band"])
    assert {e["status"] for e in row["attribution"]} <= {NOTHING, TOO_FEW}
    assert result["probability_none_helps"]["stoichiometric"] == 1.0
    assert result["naive"]["stoichiometric"]["agree"] == 0


def test_each_product_is_held_against_what_it_is_given_in(files, shelf, tmp_path):
    gel = product(shelf, "gel", NATIVE, ", carrier: ECM gel")
    mixed = rank(question(files[0], gel, members=1), tmp_path / "mixed").result
    alone = rank(question(files[0], members=1), tmp_path / "alone").result
    rows = {r["therapy"]: r for r in mixed["ranking"]}
    assert {name: row["control"] for name, row in rows.items()} == {
        "esc": "vehicle", "gel": "carrier",
    }  # fmt: skip
    assert bare(rows["esc"]) == bare(alone["ranking"][0])
    assert (alone["none_helps_over"], alone["controls"]["carriers"]) == ("untreated", [])
    assert mixed["none_helps_over"] == "untreated or carrier"
    over = rows["gel"]["versus_vehicle"]["effect"]
    carrier = mixed["controls"]["carriers"][0]["level"]["median"]
    assert over == pytest.approx(
        mixed["controls"]["untreated"]["median"] + rows["gel"]["effect"] - carrier, abs=1e-6
    )


def test_what_set_says_of_the_delivery_holds_for_files_too(shelf, tmp_path):
    gel = product(shelf, "set", NATIVE, ", carrier: ECM gel")
    sets = (*TINY, "therapy.delivery.route=intravenous", "therapy.delivery.carrier=none")
    row = rank(question(gel, members=1, overrides=sets), tmp_path / "run").result["ranking"][0]
    assert (row["route"], row["carrier"]) == ("intravenous", "none")
    # no needle: what is given to the blood does not harm the disc
    assert abs(row["effect"]) < 0.05


def test_a_protocol_gives_disc_injury_and_delivery_but_not_its_vesicle(files, tmp_path):
    result = rank(question(files[0], disc=files[1]), tmp_path / "run").result
    assert result["dose"]["particles"] == 3e8
    assert result["insult"] == "no injury"
    assert [r["therapy"] for r in result["ranking"]] == ["esc"]
    assert "vesicle of the protocol is left out" in result["notes"][0]


def test_set_changes_preset_with_its_usual_dose_and_needle():
    moved, _ = frame_of(question(overrides=("disc.preset=mouse-caudal",)))
    assert moved.spec.disc.insult.puncture.gauge == 31
    assert moved.spec.therapy.delivery.dose < 1e7


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"disc": "rat-cauda"}, "did you mean 'rat-caudal'"),
        ({"by": "cargoes"}, "did you mean 'cargo'"),
        ({"equal": "costs"}, "did you mean 'cost'"),
        ({"readout": "disc hight index"}, "did you mean 'disc height index'"),
        ({"therapies": ("atlsa",)}, "did you mean 'atlas'"),
        ({"overrides": ("therapy.vesicle.source.cell=MSC",)}, "--therapies"),
        ({"overrides": ("disc.insult.puncture.gauge=13",)}, "needle gauge"),
        ({"overrides": ("therapy.delivery.volume=50 uL",)}, "water of the nucleus"),
        ({"by": "cargo", "pairs": True}, "no --pairs"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(tmp_path, more, words):
    with pytest.raises(InputError, match=words) as caught:
        rank(question(**more), tmp_path / "run")
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_a_failed_member_is_named_and_left_out(files, tmp_path, monkeypatch):
    from evdisc.simulate import disc

    whole = disc.run_arm

    def failing(study, member, arm, hypothesis, believe_all=False):
        if arm == "treated" and member.values.quantile.member == 1:
            raise RunError("the disc burst")
        return whole(study, member, arm, hypothesis, believe_all)

    monkeypatch.setattr(disc, "run_arm", failing)
    result = rank(question(files[0], members=3), tmp_path / "run").result
    assert list(result["failed"]) == ["1"]
    assert "esc: RunError: the disc burst" in result["failed"]["1"]
    assert any("1 of 3 members failed" in w for w in result["warnings"])
    assert np.isfinite(result["ranking"][0]["effect"])


def test_a_vesicle_stated_copy_for_copy_is_the_same_vesicle(shelf):
    frame = frame_of(question())[0].spec
    spec = load_protocol(PRODUCT.format(vesicle=LOADED, more="")).spec.therapy.vesicle
    library = load()
    made = product_for(spec, drawn(frame, 0, library), library)
    assert made.whole_share < 0.99  # so that the test can fail
    case = Case(key="whole", vesicles=(spec,))
    ends = given_cases(
        frame, [case, case.model_copy(update={"key": "stated", "only": made.cargoes})], [0], library
    )["readouts"][0]
    np.testing.assert_allclose(ends[:2], ends[2:], rtol=1e-9)


def test_alone_and_mixture_keep_count_of_the_copies(shelf):
    frame = frame_of(question())[0].spec
    library = load()
    member = drawn(frame, 0, library)
    made = {
        name: product_for(
            load_protocol(PRODUCT.format(vesicle=v, more="")).spec.therapy.vesicle, member, library
        )
        for name, v in (("native", NATIVE), ("loaded", LOADED))
    }
    loaded = copies_of(made["loaded"])
    assert alone(made["loaded"], ("miR-21-5p",), library) == {"miR-21": loaded["miR-21"]}
    assert alone(made["native"], ("miR-21-5p",), library) == {"miR-21-5p": 0.0}
    same, whole = mixture(made["loaded"], made["loaded"], library)
    assert same == pytest.approx(loaded)
    assert whole == pytest.approx(made["loaded"].whole_share)
    mixed, whole = mixture(made["native"], made["loaded"], library)
    for name, copies in loaded.items():
        half = 0.5 * copies * made["loaded"].whole_share
        assert mixed[name] * whole == pytest.approx(half)
    assert stated(
        load_protocol(PRODUCT.format(vesicle=NATIVE, more="")).spec.therapy.vesicle,
        made["native"], mixed,
    ).engineering == ()  # fmt: skip


def test_pairs_stand_against_the_better_of_the_two(both):
    pairs = both.result["pairs"]
    assert [set(p["therapies"]) for p in pairs["pairs"]] == [{"esc", "loaded"}]
    assert {"effect", "q05", "q95", "against_better"} <= set(pairs["pairs"][0])


def test_the_time_of_pairs_is_told_first(files, tmp_path):
    said = []
    rank(question(*files, members=1, pairs=True), tmp_path / "run", told=said.append)
    assert "1 pairs of the best 2: about" in said[0]


def test_the_cargo_that_does_it_gets_the_share(shelf, tmp_path):
    rich = product(shelf, "rich", RICH)
    asked = question(rich, members=8, attribute=1, readout="PTEN")
    done = rank(asked, tmp_path / "run")
    row = done.result["ranking"][0]
    entries = {e["cargo"]: e for e in row["attribution"]}
    assert set(entries) == {"miR-21", "miR-302c"}
    assert entries["miR-21"]["share"]["median"] == pytest.approx(1.0, abs=0.05)
    assert abs(entries["miR-302c"]["share"]["median"]) < 0.05
    assert next(iter(row["attribution"]))["cargo"] == "miR-21"
    # what was run for one read-out is not run again for another
    assert rank(question(rich, members=8, readout="GAG"), done.folder).computed == 0
