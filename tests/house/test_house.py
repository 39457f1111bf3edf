"""The rules of the house that a machine can check."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import evdisc

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "evdisc"
MODULES = sorted(PACKAGE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text("utf-8")) for path in MODULES}
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
DOORS = {*PACKAGE.glob("cli*.py"), PACKAGE / "__main__.py"}
ROOMS = sorted(
    folder
    for folder in PACKAGE.iterdir()
    if folder.is_dir() and any(file.name != "__init__.py" for file in folder.glob("*.py"))
)
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
    "contracts"
]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=env,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of every import; `from a import b` gives `a` and `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or "."
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Public functions and classes of a module, and public methods of its public classes."""
    for node in body:
        if isinstance(node, (*FUNCTION, ast.ClassDef)) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{node.name}.")


def arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    given = function.args
    found = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return [argument for argument in found if argument is not None]


def is_typed(argument: ast.arg) -> bool:
    return argument.annotation is not None or argument.arg in ("self", "cls")


def files_of_the_repository() -> list[Path]:
    """Files git tracks or would track; every file under the usual folders where git is absent."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"],
            cwd=ROOT, capture_output=True, encoding="utf-8", check=True,
        ).stdout.split("\0")  # fmt: skip
        found = [ROOT / line for line in listed if line]
    except (OSError, subprocess.CalledProcessError):
        folders = ("src", "tests", "docs", "examples", "benchmarks", ".ci")
        found = [path for folder in folders for path in (ROOT / folder).rglob("*")]
        found += [path for path in ROOT.iterdir() if path.name != ".git"]
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


# --- the arrows between the rooms


def test_imports_keep_the_arrows() -> None:
    if importlib.util.find_spec("importlinter") is None:
        pytest.skip("import-linter is not installed; `make lint` installs and runs it")
    named = {module for contract in CONTRACTS for module in contract.get("source_modules", ())}
    parts = {"evdisc." + path.stem for path in [*ROOMS, *PACKAGE.glob("*.py")]}
    if missing := sorted(named - parts):
        pytest.skip("the contracts name modules that do not exist: " + ", ".join(missing))
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    result = run_python(code)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_room_has_a_contract() -> None:
    sources = {m for contract in CONTRACTS for m in contract.get("source_modules", ())}
    forbidden = {m for contract in CONTRACTS for m in contract.get("forbidden_modules", ())}
    rooms = {f"evdisc.{room.name}" for room in ROOMS} - {"evdisc.app"}
    assert not sorted(rooms - sources), "give these rooms a contract in pyproject.toml"
    assert not sorted(rooms - forbidden), "add these rooms to the other rooms' forbidden lists"


def test_nothing_imports_a_door() -> None:
    found = [
        f"{name(path)}:{line} imports {module}"
        for path, tree in TREES.items()
        if path not in DOORS and PACKAGE / "app" not in path.parents
        for line, module in imported(tree)
        if re.match(r"evdisc\.(cli\w*|app)(\.|$)", module)
    ]
    assert not found


def test_every_room_is_a_package_with_a_short_readme() -> None:
    wrong = []
    for room in ROOMS:
        readme = room / "README.md"
        if not (room / "__init__.py").is_file():
            wrong.append(f"{name(room)} has no __init__.py")
        if not readme.is_file():
            wrong.append(f"{name(room)} has no README.md")
        elif (lines := len(readme.read_text("utf-8").splitlines())) > 14:
            wrong.append(f"{name(readme)} has {lines} lines, at most 14")
    assert not wrong


# --- the shape of the code


def test_everything_public_has_a_docstring() -> None:
    missing = [name(path) for path, tree in TREES.items() if ast.get_docstring(tree) is None]
    missing += [
        f"{name(path)}:{node.lineno} {label}"
        for path, tree in TREES.items()
        for label, node in public(tree.body)
        if ast.get_docstring(node) is None
    ]
    assert not missing


def test_everything_but_kernels_is_typed() -> None:
    untyped = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, FUNCTION)
        and not any("jit" in ast.unparse(decorator) for decorator in node.decorator_list)
        and (node.returns is None or not all(map(is_typed, arguments(node))))
    ]
    assert not untyped


def test_files_and_functions_are_short() -> None:
    long = [
        f"{name(path)} has {lines} lines, at most 400"
        for path in MODULES
        if (lines := len(path.read_text("utf-8").splitlines())) > 400
    ]
    long += [
        f"{name(path)}:{node.lineno} {node.name} has {lines} lines, at most 60"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, FUNCTION) and (lines := node.end_lineno - node.lineno + 1) > 60
    ]
    assert not long


def test_no_bare_except_and_no_print() -> None:
    found = []
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler) and node.type is None:
                found.append(f"{name(path)}:{node.lineno} bare except")
            printing = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
            if printing and path not in DOORS:
                found.append(f"{name(path)}:{node.lineno} print")
    assert not found


def test_no_pickle() -> None:
    unsafe = {"pickle", "cPickle", "cloudpickle", "dill", "shelve", "marshal", "joblib"}
    found = [
        f"{name(path)}:{line} imports {module}"
        for path, tree in TREES.items()
        for line, module in imported(tree)
        if module.split(".")[0] in unsafe
    ]
    assert not found


def test_no_vague_names() -> None:
    vague = {"core", "common", "utils", "helpers", "base", "misc"}
    assert not [name(path) for path in [*MODULES, *ROOMS] if path.stem in vague]


# --- start-up


def loaded_by(module: str) -> set[str]:
    result = run_python(f"import sys, {module}; print(*sys.modules)")
    assert result.returncode == 0, result.stderr
    return set(result.stdout.split())


def test_the_command_line_starts_without_heavy_packages() -> None:
    if not (PACKAGE / "cli.py").is_file():
        pytest.skip("there is no evdisc/cli.py")
    heavy = {"pydantic", "pint", "pandas", "numba", "matplotlib", "plotly"}
    assert not heavy & loaded_by("evdisc.cli")


def test_evidence_needs_the_standard_library_only() -> None:
    foreign = {"numpy", "scipy", "numba", "pandas", "pint", "pydantic"}
    assert not foreign & loaded_by("evdisc.evidence.library")


# --- the repository


def test_no_machine_paths_and_no_registry_hosts() -> None:
    # written in two parts so that this file does not find itself
    traces = ["/wo" + "rk/", "/ro" + "ot/", "/tm" + "p/v", "py" + "pi.org", "pythonho" + "sted.org"]
    found = []
    for path in files_of_the_repository():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name(path)}: {trace}" for trace in traces if trace in text]
    assert not found


def test_pins_name_no_host_and_no_path() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert not [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", pin)]


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    asked = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    asked += [line for extra in ("app", "diagnose", "plan", "omics") for line in extras[extra]]
    asked += [line for group in project["dependency-groups"].values() for line in group]
    text = (ROOT / "constraints.txt").read_text("utf-8")
    pinned = {folded(pin) for pin in re.findall(r"^([\w.-]+)==", text, flags=re.M)}
    assert not {folded(re.match(r"[\w.-]+", line)[0]) for line in asked} - pinned


def folded(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def test_the_version_is_the_cited_one() -> None:
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text("utf-8"), flags=re.M)
    assert cited
    assert cited[1].strip("\"' ") == evdisc.__version__
