import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters import LEAST
from evdisc.errors import InputError, MissingExtraError, RunError
from evdisc.evidence.library import load
from evdisc.study import dask_cluster, tasks
from evdisc.study.cases import CONTROLS
from evdisc.study.crew import crew, require
from evdisc.study.dask_cluster import Scheduler
from studies import dish, rat

HEADER = "key,preset,species,region,grade,cell,subject,value,distribution,low,high,unit,"
HEADER += "tier,via,source,use,note\n"


@pytest.mark.parametrize("study", [rat().spec, dish().spec], ids=["disc", "dish"])
def test_another_process_answers_with_the_bytes_of_this_one(study):
    job = tasks.study_job(study, load(), ())
    order = json.loads(json.dumps(job.order))
    assert tasks.carry_out(order, [1, 2]) == tasks.npz(job.here([1, 2]))


def test_cases_travel_as_text():
    job = tasks.cases_job(rat().spec, CONTROLS, load(), ())
    order = json.loads(json.dumps(job.order))
    assert tasks.carry_out(order, [2]) == tasks.npz(job.here([2]))


def test_overlays_travel_in_the_order(tmp_path):
    overlay = tmp_path / "mine.csv"
    row = "puncture_largest_loss,,rat,,,,,0.9,fixed,,,1,measured,,evdisc,model,\n"
    overlay.write_text(HEADER + row, "utf-8")
    study = rat().spec
    mine = tasks.study_job(study, load([overlay]), [str(overlay)])
    overlay.unlink()
    answer = tasks.carry_out(mine.order, [0])
    assert answer == tasks.npz(mine.here([0]))
    assert answer != tasks.npz(tasks.study_job(study, load(), ()).here([0]))


@pytest.mark.parametrize(
    ("key", "words"), [("evdisc", "evdisc .* instead of 9.9"), ("evidence", "other evidence")]
)
def test_a_worker_refuses_an_order_of_another_installation(key, words):
    order = dict(tasks.study_job(rat().spec, load(), ()).order) | {key: "9.9"}
    with pytest.raises(RunError, match=words):
        tasks.carry_out(order, [0])


def test_an_answer_about_other_members_is_refused():
    data = tasks.npz({"members": np.array([3, 4]), "status": np.array(["ok", "SolveError: no"])})
    assert tasks.failures(data, [3, 4]) == 1
    with pytest.raises(RunError, match="other members than 3-5"):
        tasks.failures(data, [3, 4, 5])


@given(st.integers(1, 300), st.integers(1, 80), st.sets(st.integers(0, 320)))
def test_tasks_cover_what_is_missing_once_and_never_depend_on_it(members, runs, stored):
    left = tasks.missing(members, runs, stored)
    assert [m for t in left.values() for m in t] == [m for m in range(members) if m not in stored]
    whole = tasks.missing(members, runs, ())
    assert list(whole) == list(range(tasks.count(members, runs)))
    assert all(set(left[n]) <= set(whole[n]) for n in left)
    assert max(map(len, whole.values())) * runs <= max(runs, tasks.RUNS_PER_TASK)


def test_who_computes(tmp_path):
    file = tmp_path / "scheduler.json"
    file.write_text('{"address": "tls://10.0.0.1:8786"}', "utf-8")
    assert crew(2) == crew("2") == crew(" 2 ") == 2
    assert crew("dask:node-7.cluster:8786") == Scheduler("tcp://node-7.cluster:8786")
    assert crew("dask:tcp://[::1]:8786") == Scheduler("tcp://[::1]:8786")
    assert crew(f"dask:{file}") == Scheduler("tls://10.0.0.1:8786")
    assert require("3") == 3


@pytest.mark.parametrize(
    "jobs", ["", "two", "1.5", "0", "-1", "dask", "dask:", "dask:host", "dask:tcp://host",
             "ray:h:1", "dask:h:1:2", "1" * 9],
)  # fmt: skip
def test_a_bad_crew_is_one_line(jobs):
    with pytest.raises(InputError, match="--jobs") as caught:
        crew(jobs)
    assert caught.value.exit_code == 2
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"address": 7}', "\xff"])
def test_a_file_that_no_scheduler_wrote_is_named(tmp_path, text):
    file = tmp_path / "s.json"
    file.write_text(text, "latin-1")
    with pytest.raises(InputError, match=r"s\.json: --jobs: is no scheduler file"):
        crew(f"dask:{file}")
    with pytest.raises(InputError, match="does not exist"):
        crew(f"dask:{tmp_path / 'none.json'}")


def test_without_dask_the_pip_command_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'evdisc\[dask\]'"):
        require("dask:127.0.0.1:8786")


def test_a_worker_of_another_installation_is_refused():
    own = tasks.identity()
    dask_cluster._require_same("tcp://w:1", own)
    for wrong in (own | {"evdisc": "0"}, own | {"evidence": "0"}, ModuleNotFoundError("evdisc")):
        with pytest.raises(InputError, match=r"tcp://w:1.*same evdisc on every worker"):
            dask_cluster._require_same("tcp://w:1", wrong)


def test_a_scheduler_that_is_none_is_told_within_seconds(monkeypatch):
    pytest.importorskip("distributed", reason="dask is not installed")
    import socket

    monkeypatch.setattr(dask_cluster, "PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(InputError, match=r"no Dask scheduler answers.*silent for"):
            require(f"dask:127.0.0.1:{port}")
    with pytest.raises(InputError, match="no Dask scheduler answers"):
        require(f"dask:127.0.0.1:{port}")


def test_ctrl_c_is_told_and_keeps_what_is_stored(tmp_path, monkeypatch):
    from evdisc.study import run

    monkeypatch.setattr(tasks, "RUNS_PER_TASK", 8)
    study = rat(*LEAST, "ensemble.members=3")

    def pressed(done, total, failed):
        raise KeyboardInterrupt

    with pytest.raises(RunError, match=r"interrupted \(finished members are kept"):
        run(study, tmp_path / "r", progress=pressed)
    assert len(list((tmp_path / "r" / "members").glob("*.npz"))) == 1
    assert run(study, tmp_path / "r").computed == 2
