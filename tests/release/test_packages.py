"""The wheel and the source archive: what is inside, and how they behave in an empty environment."""

import io
import os
import re
import subprocess
import sys
import tarfile
import time
import tomllib
import venv
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import httpx
import pytest

import evdisc
from evdisc.cli_version import commit
from release.archives import PACKAGE, ROOT, package_files, run
from served import free_port

pytestmark = pytest.mark.slow

EXAMPLE = ROOT / "examples" / "rat-tail-mir-21.yaml"
ABOUT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = ABOUT["project"]
#: protocols the web app starts from
EXAMPLES = set(ABOUT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"])
NAME = f"evdisc-{evdisc.__version__}"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Folder with the source archive and the wheel built from it."""
    for package in ("build", "hatchling"):
        pytest.importorskip(package, reason=f"{package} is not installed")
    folder = tmp_path_factory.mktemp("dist")
    done = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built):
    return built / f"{NAME}-py3-none-any.whl"


def members(archive: Path) -> set[str]:
    """Files of an archive; of a source archive without its first folder."""
    if archive.suffix == ".whl":
        return set(zipfile.ZipFile(archive).namelist())
    with tarfile.open(archive) as source:
        return {m.name.partition("/")[2] for m in source.getmembers() if m.isfile()}


def told_commit() -> set[str]:
    return {"evdisc/commit.txt"} if commit(PACKAGE) else set()


# --- what is inside


def test_a_build_leaves_two_files(built):
    assert {p.name for p in built.iterdir()} == {f"{NAME}-py3-none-any.whl", f"{NAME}.tar.gz"}


def test_the_wheel_holds_the_package_and_its_metadata_alone(wheel):
    inside = members(wheel)
    package = {name for name in inside if name.startswith("evdisc/")}
    assert package == package_files() | told_commit() | {f"evdisc/{e}" for e in EXAMPLES}
    assert {name.partition("/")[2] for name in inside - package} == {
        "METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE",
    }  # fmt: skip


def test_the_source_archive_holds_what_builds_the_wheel(built):
    inside = members(built / f"{NAME}.tar.gz")
    package = {name for name in inside if name.startswith("src/")}
    assert package == {f"src/{name}" for name in package_files() | told_commit()}
    assert inside - package == {
        "PKG-INFO", ".gitignore", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE",
        "CHANGELOG.md", "CITATION.cff", "constraints.txt", *EXAMPLES,
    }  # fmt: skip


def test_data_of_every_kind_is_inside(wheel):
    inside = members(wheel)
    for pattern in (
        r"evdisc/evidence/data/parameters\.csv", r"evdisc/evidence/data/claims\.csv",
        r"evdisc/report/template\.html", r"evdisc/report/data/checklists\.csv",
        r"evdisc/cargo/data/.+\.csv", r"evdisc/study/data/.+\.csv",
        r"evdisc/validate/data/.+\.json", r"evdisc/validate/data/.+\.npz", r"evdisc/py\.typed",
    ):  # fmt: skip
        assert [name for name in inside if re.fullmatch(pattern, name)], pattern


def test_the_metadata_says_what_the_project_says(wheel):
    text = zipfile.ZipFile(wheel).read(f"{NAME}.dist-info/METADATA").decode("utf-8")
    told = HeaderParser().parse(io.StringIO(text))
    assert told["Version"] == evdisc.__version__
    assert told["Requires-Python"] == PROJECT["requires-python"]
    assert set(told.get_all("Provides-Extra")) == set(PROJECT["optional-dependencies"])
    assert told["License-Expression"] == "Apache-2.0"


# --- in an empty environment


class Environment:
    """A fresh virtual environment with the wheel, started far from the checkout."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder, self.wheel = folder, wheel
        venv.create(folder / "venv", with_pip=True)
        self.scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.scripts / "python"

    def start(self, *command, **env: str):
        clean = {"PYTHONPATH": "", "NUMBA_CACHE_DIR": "", "XDG_CACHE_HOME": str(self.cache)} | env
        return run(*command, env=clean, cwd=self.folder)

    def evdisc(self, *args):
        return self.start(self.scripts / "evdisc", *args)

    def install(self, *args):
        """Install with whatever index and constraints pip is configured with here."""
        return self.start(self.python, "-m", "pip", "install", "-q", *args)

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def package(self) -> Path:
        (found,) = (self.folder / "venv").rglob("site-packages/evdisc")
        return found


@pytest.fixture(scope="module")
def fresh(wheel, tmp_path_factory):
    """An environment with the wheel and no extra."""
    env = Environment(tmp_path_factory.mktemp("fresh"), wheel)
    probe = env.install("--dry-run", "--no-deps", "typer")
    if probe.returncode:
        pytest.skip("pip reaches no packages: " + probe.stderr.strip().splitlines()[-1])
    done = env.install(wheel)
    assert done.returncode == 0, done.stderr
    return env


def test_it_tells_version_and_commit(fresh):
    done = fresh.evdisc("--version")
    known = commit(PACKAGE)
    assert done.stdout.strip() == f"evdisc {evdisc.__version__}" + (
        f" (commit {known})" if known else ""
    )
    module = fresh.start(fresh.python, "-m", "evdisc", "--version")
    assert module.stdout == done.stdout


def test_it_checks_a_protocol_and_lists_its_names(fresh):
    done = fresh.evdisc("check", EXAMPLE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "valid disc protocol" in done.stdout
    done = fresh.evdisc("vocabulary")
    assert (done.returncode, done.stderr) == (0, "")
    assert "recipient_cell: NP" in done.stdout


def test_tables_and_templates_are_found(fresh):
    (fresh.folder / "mine").mkdir()
    for args in (
        ("evidence", "check"),
        ("evidence", "map", "map.html"),
        ("evidence", "protocols", "mine"),
        ("plan", EXAMPLE, "--checklist", "ARRIVE 2.0"),
    ):
        done = fresh.evdisc(*args)
        assert done.returncode == 0, (args, done.stderr)
    # what `evdisc validate` reads, without the kernels it would compile
    code = (
        "from evdisc.validate import table_rows, therapy_cases, cell_ensemble, cell_cases;"
        "assert table_rows.stored() and therapy_cases.table() and cell_cases.table()"
    )
    done = fresh.start(fresh.python, "-W", "error", "-c", code)
    assert done.returncode == 0, done.stderr


def test_kernels_lie_in_the_users_cache_and_not_in_the_package(fresh):
    done = fresh.evdisc("dish", "--cell", "NP", "--hours", "1", "--members", "1", "--json")
    assert done.returncode == 0, done.stderr
    assert list(fresh.package.rglob("*.nb[ic]")) == []
    assert list((fresh.cache / "evdisc" / "kernels").rglob("*.nbi"))


MISSING = {
    "app": ("serve",),
    "sbml": ("network", "export", "--sbml"),
    "diagnose": ("diagnose", "cohort.csv", "--outcome", "grade"),
    "plan": ("study", "optimise", EXAMPLE, "--members", "2", "--trials", "4"),
    "rna": ("cargo", "targets", "miR-21-5p", "--utr", "utr.fa", "--accessibility"),
}


@pytest.mark.parametrize("extra", sorted(MISSING))
def test_a_missing_extra_is_one_line_that_names_the_command(fresh, extra):
    (fresh.folder / "utr.fa").write_text(">a\nACGUACGUACGUAGCUUAUAGCUUAUCAGG\n", "utf-8")
    rows = "".join(f"s{i},{i % 2},{i},{i * i % 7}\n" for i in range(40))
    (fresh.folder / "cohort.csv").write_text("sample,grade,a,b\n" + rows, "utf-8")
    done = fresh.evdisc(*MISSING[extra])
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert f"pip install 'evdisc[{extra}]'" in done.stderr


def test_all_extras_can_be_had_together(fresh):
    extras = ",".join(PROJECT["optional-dependencies"])
    done = fresh.install("--dry-run", f"evdisc[{extras}] @ {fresh.wheel.as_uri()}")
    assert done.returncode == 0, done.stderr


def test_with_its_extra_the_command_works(fresh):
    """Last of all, because it adds to the environment."""
    done = fresh.install(f"evdisc[sbml] @ {fresh.wheel.as_uri()}")
    assert done.returncode == 0, done.stderr
    done = fresh.evdisc(*MISSING["sbml"])
    assert done.returncode == 0, done.stderr
    assert "<sbml" in done.stdout


def test_with_the_app_its_pages_open(fresh):
    """The scripts, styles and examples of the web app travel with the wheel."""
    done = fresh.install(f"evdisc[app] @ {fresh.wheel.as_uri()}")
    assert done.returncode == 0, done.stderr
    port = free_port()
    words = [fresh.scripts / "evdisc", "serve", "--port", str(port), "--workspace", "workspace"]
    clean = {**os.environ, "PYTHONPATH": "", "XDG_CACHE_HOME": str(fresh.cache)}
    with subprocess.Popen(words, cwd=fresh.folder, env=clean, stderr=subprocess.PIPE) as server:
        try:
            assert b"http://127.0.0.1" in server.stderr.readline()
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                page = patient(client, "/design").text
                assert "miR-21" in page
                for file in re.findall(r'(?:src|href)="(/[^"]+[.](?:js|css|svg))"', page):
                    assert client.get(file).status_code == 200, file
        finally:
            server.kill()


def patient(client, path):
    """An answer, from a server that may still be starting."""
    for _ in range(100):
        try:
            return client.get(path).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError("the server does not answer")
