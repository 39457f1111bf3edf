"""Where compiled kernels are kept. Part of the ground.

numba keeps a compiled kernel beside its source and looks at that one file to see whether it is
fresh, not at the kernels it calls in other files. That serves a checkout, where `make` drops what
is stale. An installed copy would keep kernels of the version before, and may lie where its user
cannot write. So an installed copy keeps them in the user's cache folder, under a name made from
the contents of the installation; where that is not writable, in a private temporary folder.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
VARIABLE = "NUMBA_CACHE_DIR"


def settle() -> None:
    """Tell numba where to keep kernels, unless the user did or a checkout can hold them.

    Sets NUMBA_CACHE_DIR, which worker processes inherit. A folder named there that cannot be
    written is passed over. Where no folder can be written numba refuses to compile.
    """
    named = os.environ.get(VARIABLE)
    in_checkout = PACKAGE.parent.name == "src" and os.access(PACKAGE, os.W_OK)
    if _holds(Path(named)) if named else in_checkout:
        return
    folder = next(filter(_holds, _places(identity(PACKAGE))), None)
    if folder is None:
        return
    os.environ[VARIABLE] = str(folder)
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = str(folder)


def identity(package: Path) -> str:
    """Sixteen digits that differ where the code of two installations differs.

    An installer's RECORD lists the hash of every file; without one the files themselves are read.
    """
    records = sorted(package.parent.glob("evdisc-*.dist-info/RECORD"))
    digest = hashlib.sha256()
    for path in records or sorted(package.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _places(name: str) -> Iterator[Path]:
    from platformdirs import user_cache_path

    yield user_cache_path("evdisc", appauthor=False) / "kernels" / name
    try:
        shared = Path(tempfile.gettempdir())
    except OSError:
        return
    # others can write there too, and a compiled kernel is code: only a folder of one's own will do
    own = shared / f"evdisc-{_user()}"
    yield own / name if _holds(own) and _is_private(own) else Path(tempfile.mkdtemp())


def _holds(folder: Path) -> bool:
    """Whether ``folder`` is there, or can be made, and can be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _is_private(folder: Path) -> bool:
    status = folder.lstat()
    open_to_others = status.st_mode & 0o022 if os.name == "posix" else 0
    return not folder.is_symlink() and status.st_uid == _user() and not open_to_others


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0
