import json
import subprocess

import pytest

from clusters import LEAST, run_command
from evdisc.errors import FolderError, InputError
from evdisc.study import run
from evdisc.study.array import between, manifest, ranges, run_tasks
from evdisc.study.array_script import script, tasks_per_job
from evdisc.study.folder import Folder
from studies import rat

TWELVE = (*LEAST, "ensemble.members=12")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return run(rat(*TWELVE), tmp_path_factory.mktemp("whole") / "r")


def same(folder, whole):
    names = ("result.json", "series.parquet", "CITATIONS.bib", "protocol.yaml")
    for name in names:
        assert (folder / name).read_bytes() == (whole.folder / name).read_bytes(), name
    for path in (whole.folder / "members").iterdir():
        assert (folder / "members" / path.name).read_bytes() == path.read_bytes(), path.name


def test_tasks_in_any_order_and_twice_are_gathered_to_the_whole(tmp_path, whole):
    folder = tmp_path / "r"
    found = manifest(rat(*TWELVE), folder)
    assert (found.tasks, found.members_per_task, found.missing) == (3, 5, (0, 1, 2))
    assert not folder.exists()
    last = run_tasks(rat(*TWELVE), "2", folder)
    assert (last.computed, last.missing) == (2, (0, 1))
    both = run_tasks(rat(*TWELVE), "1-2", folder)
    assert (both.computed, both.missing) == (5, (0,))
    assert not (folder / "result.json").exists()
    assert manifest(rat(*TWELVE), folder).missing == (0,)
    assert run_tasks(rat(*TWELVE), "0-2", folder).missing == ()
    gathered = run(rat(*TWELVE), folder)
    assert gathered.computed == 0
    same(folder, whole)
    assert not [p.name for p in folder.iterdir() if p.name.startswith(".")]


def test_a_plain_run_computes_what_no_task_did(tmp_path, whole):
    run_tasks(rat(*TWELVE), "1", tmp_path / "r")
    assert run(rat(*TWELVE), tmp_path / "r").computed == 7
    same(tmp_path / "r", whole)


@pytest.mark.parametrize("text", ["", "a", "1-", "-1", "2-1", "0-3", "3", "0,2", "1.5", "0-1-2"])
def test_a_wrong_range_is_told(text, tmp_path):
    with pytest.raises(InputError, match=r"--tasks: .*between 0 and 2") as caught:
        run_tasks(rat(*TWELVE), text, tmp_path / "r")
    assert caught.value.exit_code == 2
    assert not (tmp_path / "r").exists()


def test_ranges_as_schedulers_write_them():
    assert ranges([]) == ""
    assert ranges([0, 1, 2, 7, 9, 10]) == "0-2,7,9-10"
    assert between(" 3 - 5", 9) == (3, 5)
    assert between("4", 9) == (4, 4)


def test_tasks_share_a_folder_that_an_ordinary_run_has_alone(tmp_path):
    folder = Folder(tmp_path / "r")
    with folder.shared(), folder.shared():
        run_tasks(rat(*TWELVE), "0", folder.path)
        before = {p: p.stat().st_mtime_ns for p in folder.path.rglob("*.npz")}
        with pytest.raises(FolderError, match="in use by processes that compute tasks"):
            run(rat(*TWELVE), folder.path)
        with pytest.raises(FolderError, match="in use by processes that compute tasks"):
            run(rat(*TWELVE), folder.path, fresh=True)
        assert {p: p.stat().st_mtime_ns for p in folder.path.rglob("*.npz")} == before
    with folder.lock():
        pass


def test_no_task_while_an_ordinary_run_holds_the_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("evdisc.study.lock.PATIENCE", 0.1)
    folder = Folder(tmp_path / "r")
    with folder.lock(), pytest.raises(FolderError, match="in use by another evdisc process"):
        run_tasks(rat(*TWELVE), "0", folder.path)
    assert not list(tmp_path.rglob(".tasks-*"))


def test_the_lock_of_a_killed_task_stops_nobody(tmp_path):
    folder = Folder(tmp_path / "r")
    folder.path.mkdir()
    (folder.path / ".tasks-0123456789ab.lock").touch()
    (folder.path / ".000000-000004.npz.7-ab.part").touch()
    run_tasks(rat(*TWELVE), "0", folder.path)
    run(rat(*TWELVE), folder.path)
    assert not list(folder.path.rglob(".*"))


def test_tasks_of_another_protocol_are_refused(tmp_path):
    run_tasks(rat(*TWELVE), "0", tmp_path / "r")
    with pytest.raises(FolderError, match="another protocol"):
        run_tasks(rat(*TWELVE, "duration=2 d"), "1", tmp_path / "r")
    with pytest.raises(FolderError, match="another protocol"):
        manifest(rat(*TWELVE, "duration=2 d"), tmp_path / "r")


def test_the_script_covers_what_is_missing(tmp_path):
    from dataclasses import replace

    found = replace(
        manifest(rat(*TWELVE), tmp_path / "r"), tasks=1000, missing=tuple(range(3, 1000)),
        seconds_per_task=30.0,
    )  # fmt: skip
    assert tasks_per_job(found) == 10
    text = script(found, ["evdisc", "run", "a b.yaml"], "evdisc-x")
    assert "#SBATCH --array=0-99\n" in text
    assert "#SBATCH --time=00:20:00\n" in text
    assert "evdisc run 'a b.yaml' --tasks" in text
    late = replace(found, missing=(5, 999))
    assert "#SBATCH --array=0,99\n" in script(late, ["evdisc"], "x")
    long = replace(found, seconds_per_task=4000.0)
    assert tasks_per_job(long) == 1
    assert "#SBATCH --time=04:27:00\n" in script(long, ["evdisc"], "x")
    many = replace(found, tasks=20_000)
    assert tasks_per_job(many) == 20


@pytest.mark.parametrize("option", ["--fresh", "--oracle"])
def test_options_of_whole_studies_are_refused_beside_tasks(tmp_path, option):
    command = run_command(tmp_path / "r", "--tasks", "0", option)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert (
        done.stderr == f"evdisc: {option}: acts on a whole study; expected no --tasks beside it\n"
    )


def test_tasks_on_the_command_line(tmp_path, capsys, monkeypatch):
    from evdisc.cli import main

    def evdisc(*more):
        words = run_command(tmp_path / "r", *more, members=12, sets=LEAST)[2:]
        monkeypatch.setattr("sys.argv", words)
        with pytest.raises(SystemExit) as stop:
            main()
        assert not stop.value.code
        return capsys.readouterr()

    listed = json.loads(evdisc("--tasks", "list", "--json").out)
    assert (listed["tasks"], listed["missing"], listed["members_per_task"]) == (3, "0-2", 5)
    assert listed["script"].startswith("#!/bin/bash\n")
    told = json.loads(evdisc("--tasks", "0-1", "--json").out)
    assert (told["computed"], told["missing"]) == (10, "2")
    assert "still to compute: 2" in evdisc("--tasks", "0").out
    assert "all tasks are computed" in evdisc("--tasks", "2").out
    assert "all 3 tasks are computed; gather: evdisc run" in evdisc("--tasks", "list").out
