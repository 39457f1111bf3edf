"""A run folder belongs to one study of one kind, and is not made smaller."""

import re
import shutil

import pytest

from comparisons import TINY, question
from evdisc.errors import FolderError
from evdisc.study import run
from evdisc.study.array import run_tasks
from evdisc.study.folder import Folder, Owner
from evdisc.study.rank import rank
from evdisc.study.species import species
from studies import RAT, rat


def asked_for(kind, folder, members):
    """Ask the folder for a study of a kind; all are of one protocol."""
    if kind == "rank":
        asked = question(str(RAT), disc=str(RAT), members=members)
        return rank(asked, folder)
    return {"run": run, "species": species}[kind](rat(*TINY, f"ensemble.members={members}"), folder)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    shelf = tmp_path_factory.mktemp("kinds")
    return {kind: asked_for(kind, shelf / kind, 2).folder for kind in ("run", "species", "rank")}


def state(folder):
    return {p: (p.stat().st_mtime_ns, p.is_file() and p.read_bytes()) for p in folder.rglob("*")}


@pytest.mark.parametrize("held", ["run", "species", "rank"])
@pytest.mark.parametrize("wanted", ["run", "species", "rank"])
def test_a_folder_of_another_kind_is_refused_and_untouched(finished, held, wanted):
    folder = finished[held]
    before = state(folder)
    if held == wanted:
        assert asked_for(wanted, folder, 2).computed == 0
        return
    words = f"{folder}: holds what evdisc {held} gave, not evdisc {wanted} (choose another --out"
    with pytest.raises(FolderError, match=re.escape(words)) as caught:
        asked_for(wanted, folder, 2)
    assert (caught.value.exit_code, "\n" in str(caught.value)) == (2, False)
    assert state(folder) == before


def test_no_two_kinds_share_a_fingerprint(finished):
    records = [Folder(folder).record() for folder in finished.values()]
    assert len({r["fingerprint"] for r in records}) == 3


@pytest.mark.parametrize("kind", ["run", "species", "rank"])
def test_fewer_members_than_a_result_has_are_refused(finished, kind):
    folder = finished[kind]
    before = state(folder)
    with pytest.raises(FolderError) as caught:
        asked_for(kind, folder, 1)
    assert str(caught.value) == (
        f"{folder}: holds the result of 2 members, more than the 1 asked for (ask for 2 or more, "
        "or choose another --out, or --fresh to start anew)"
    )
    assert caught.value.exit_code == 2
    assert state(folder) == before


def test_fewer_tasks_of_an_array_are_refused_too(finished):
    with pytest.raises(FolderError, match="holds the result of 2 members"):
        run_tasks(rat(*TINY, "ensemble.members=1"), "0", finished["run"])


def test_members_without_a_result_may_be_more_than_are_asked_for(finished, tmp_path):
    folder = tmp_path / "killed"
    shutil.copytree(finished["run"], folder)
    (folder / "result.json").unlink()
    done = asked_for("run", folder, 1)
    assert (done.computed, done.result["members"]) == (0, 1)
    assert asked_for("run", folder, 2).computed == 0


def test_fresh_may_do_both(finished, tmp_path):
    folder = tmp_path / "fresh"
    shutil.copytree(finished["run"], folder)
    owner = Owner("species", "another", 1)
    assert Folder(folder).verify(owner, fresh=True) is None
