"""Where kernels are kept: in a checkout beside the source, else in a folder of the user's own."""

import os
import sys
from pathlib import Path

import pytest

from evdisc import kernel_cache
from release.archives import ROOT, run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home and an empty folder for temporary files; numba is told nothing yet."""
    import tempfile

    (tmp_path / "tmp").mkdir()
    for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(kernel_cache.sys, "modules", {})
    return tmp_path


@pytest.fixture
def installed(home, monkeypatch):
    """An installed copy."""
    package = home / "site-packages" / "evdisc"
    package.mkdir(parents=True)
    (package / "a.py").write_text("a = 1\n", "utf-8")
    monkeypatch.setattr(kernel_cache, "PACKAGE", package)
    return package


def closed(monkeypatch, *folders: Path) -> None:
    """Let nothing be written under ``folders``, whoever runs the tests."""
    mkdir, access = Path.mkdir, os.access

    def inside(path):
        return any(Path(path).is_relative_to(folder) for folder in folders)

    def refuse(self, *args, **kwargs):
        if inside(self):
            raise PermissionError(self)
        mkdir(self, *args, **kwargs)

    monkeypatch.setattr(Path, "mkdir", refuse)
    monkeypatch.setattr(os, "access", lambda path, mode: not inside(path) and access(path, mode))


def settled() -> str:
    kernel_cache.settle()
    return os.environ.get("NUMBA_CACHE_DIR", "")


def test_a_checkout_keeps_its_kernels_beside_the_source(home, monkeypatch):
    (home / "src" / "evdisc").mkdir(parents=True)
    monkeypatch.setattr(kernel_cache, "PACKAGE", home / "src" / "evdisc")
    assert settled() == ""


def test_a_checkout_that_cannot_be_written_does_not(home, monkeypatch):
    (home / "src" / "evdisc").mkdir(parents=True)
    monkeypatch.setattr(kernel_cache, "PACKAGE", home / "src" / "evdisc")
    closed(monkeypatch, home / "src")
    assert settled().startswith(str(home / "cache"))


def test_an_installed_copy_keeps_them_in_the_users_cache(home, installed):
    assert Path(settled()).parent == home / "cache" / "evdisc" / "kernels"
    assert Path(settled()).is_dir()


def test_an_upgrade_starts_with_an_empty_folder(installed, monkeypatch):
    before = settled()
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    assert settled() == before
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    (installed / "a.py").write_text("a = 2\n", "utf-8")
    assert settled() != before


def test_the_list_of_the_installer_stands_for_the_files(installed):
    record = installed.parent / "evdisc-1.0.0.dist-info" / "RECORD"
    record.parent.mkdir()
    record.write_text("evdisc/a.py,sha256=one,6\n", "utf-8")
    before = kernel_cache.identity(installed)
    record.write_text("evdisc/a.py,sha256=two,6\n", "utf-8")
    assert kernel_cache.identity(installed) != before


def test_what_the_user_says_holds(home, installed, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(home / "mine"))
    assert settled() == str(home / "mine")


def test_without_a_home_a_private_temporary_folder_serves(home, installed, monkeypatch):
    closed(monkeypatch, home / "cache", home / "mine")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(home / "mine"))
    folder = Path(settled())
    assert folder.parent.parent == home / "tmp"
    assert folder.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("spoil", ["open", "link"])
def test_a_temporary_folder_that_another_could_have_filled_is_not_used(
    home, installed, monkeypatch, spoil
):
    closed(monkeypatch, home / "cache")
    usual = home / "tmp" / f"evdisc-{os.getuid()}"
    if spoil == "open":
        usual.mkdir()
        usual.chmod(0o777)
    else:
        (home / "elsewhere").mkdir()
        usual.symlink_to(home / "elsewhere")
    folder = Path(settled())
    assert folder.parent == home / "tmp"
    assert folder != usual
    assert folder.stat().st_mode & 0o777 == 0o700


def test_where_nothing_can_be_written_it_is_told_in_one_line(tmp_path):
    code = (
        "import sys, numba.core.caching as c; from evdisc.__main__ import main;"
        "c.CacheImpl._locator_classes = [];"
        f"sys.argv = ['evdisc', 'check', {str(ROOT / 'examples' / 'rat-tail-mir-21.yaml')!r}];"
        "main()"
    )
    done = run(sys.executable, "-c", code, env={"PYTHONPATH": str(ROOT / "src")}, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "NUMBA_CACHE_DIR" in done.stderr
