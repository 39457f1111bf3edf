"""The command line of `evdisc diagnose`. Part of the door."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evdisc.cli_evidence import AsJson, emit
from evdisc.cli_progress import watched
from evdisc.cli_tasks import Processes
from evdisc.errors import FolderError, InputError

if TYPE_CHECKING:
    from evdisc.diagnose.cohort import Cohort
    from evdisc.diagnose.settings import Settings

app = typer.Typer(rich_markup_mode=None)

TableFile = Annotated[
    Path | None, typer.Argument(help="CSV or TSV; samples in rows (else see --samples).")
]
Outcome = Annotated[str | None, typer.Option(help="Column with class or grade.")]
Positive = Annotated[
    str | None, typer.Option(help="Class looked for, or '>=X'; all else is the rest.")
]
Id = Annotated[str | None, typer.Option("--id", help="Column with sample names.")]
Group = Annotated[str | None, typer.Option(help="Column with the donor of a sample.")]
Batch = Annotated[str | None, typer.Option(help="Column with the batch of a sample.")]
Study = Annotated[str | None, typer.Option(help="Column with the study of a sample.")]
Ignore = Annotated[list[str] | None, typer.Option(help="Column to leave out; may be repeated.")]
Sheet = Annotated[
    Path | None, typer.Option(help="Sample sheet; the table then has molecules in rows.")
]
Values = Annotated[str, typer.Option(help="auto, counts, positive or plain.")]
Panel = Annotated[int, typer.Option(min=0, help="Molecules in the model (0: chosen).")]
Models = Annotated[str, typer.Option(help="all, penalised or quick.")]
Permutations = Annotated[int, typer.Option(min=0, help="Relabelled tables.")]
Repeats = Annotated[int, typer.Option(min=1, help="Repeats of the cross-validation.")]
Folds = Annotated[int, typer.Option(min=2, help="Folds of the cross-validation.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed.")]
Model = Annotated[Path | None, typer.Option(help="Predict with this model.")]
Simulate = Annotated[int | None, typer.Option(help="Write a simulated cohort of so many patients.")]
Grades = Annotated[str, typer.Option(help="Its grades, e.g. 1,2,3 or 2:3,4:1.")]
Batches = Annotated[int, typer.Option(min=1, help="Its batches.")]
Assumed = Annotated[
    list[str] | None, typer.Option("--set", help="Its assumptions: marker_response=0.5.")
]
NullStudy = Annotated[
    int | None, typer.Option(min=1, help="Relabel so many times; do intervals hold 0.5?")
]
Out = Annotated[Path | None, typer.Option("--out", help="Folder, or the cohort's file.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Replace what is there.")]


@app.command()
def diagnose(
    table: TableFile = None, outcome: Outcome = None, positive: Positive = None, id_: Id = None,
    group: Group = None, batch: Batch = None, study: Study = None, ignore: Ignore = None,
    samples: Sheet = None, values: Values = "auto", panel: Panel = 0, models: Models = "all",
    permutations: Permutations = 100, repeats: Repeats = 4, folds: Folds = 5, seed: Seed = 1,
    jobs: Processes = 1, model: Model = None, simulate: Simulate = None,
    grades: Grades = "1,2,3,4,5", batches: Batches = 1, set_: Assumed = None,
    null_study: NullStudy = None, out: Out = None, fresh: Fresh = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Tell a disc grade from vesicle profiles, or say why nothing can be told."""
    if simulate is not None:
        _no(table, "TABLE", "--simulate")
        _simulate(simulate, grades, batches, set_ or [], seed, out, fresh, as_json)
        return
    if set_:
        raise InputError("--set changes assumptions of --simulate alone", value=set_[0])
    if table is None:
        raise InputError("no table named", expected="evdisc diagnose TABLE --outcome COLUMN")
    from evdisc.diagnose.cohort import Columns, cohort
    from evdisc.diagnose.settings import require_extra
    from evdisc.diagnose.table import read_table

    require_extra()
    read = read_table(table, samples, id_ if samples else None)
    if model is not None:
        _no(outcome, "--outcome", "--model")
        _predict(model, read, id_, out, fresh, as_json)
        return
    if outcome is None:
        raise InputError(
            "no outcome named", key="--outcome", expected="a column of class or grade, or --model"
        )
    settings = _settings(folds, repeats, permutations, panel, models, seed, jobs)
    columns = Columns(outcome, id_, group, batch, study, positive, tuple(ignore or ()))
    found = cohort(read, columns, values)
    if null_study is not None:
        _null(found, settings, null_study, as_json)
        return
    folder = out or Path("runs") / f"diagnose-{table.name.split('.')[0]}"
    _judge(found, settings, folder, fresh, as_json, _command(table, samples))


def _settings(
    folds: int, repeats: int, permutations: int, panel: int, models: str, seed: int, jobs: int
) -> Settings:
    from evdisc.diagnose.candidates import MODELS
    from evdisc.diagnose.settings import Settings

    if models not in MODELS:
        raise InputError("is unknown", key="--models", value=models, expected=" | ".join(MODELS))
    return Settings(folds=folds, repeats=repeats, permutations=permutations, panel=panel,
                    models=models, seed=seed, jobs=jobs)  # fmt: skip


def _judge(
    cohort: Cohort, settings: Settings, folder: Path, fresh: bool, as_json: bool, command: str
) -> None:
    from evdisc.diagnose.diagnosis import diagnose as judged
    from evdisc.report.diagnose_page import claim_folder, write_diagnosis
    from evdisc.report.diagnose_text import diagnosis_table

    claim_folder(folder, fresh)
    with watched("steps") as progress:
        found = judged(cohort, settings, progress)
    write_diagnosis(folder, found, cohort, command)
    if as_json:
        emit(found.result)
    else:
        print(diagnosis_table(found.result))
        print(f"\nreport: {folder / 'report.html'}")


def _predict(
    model: Path, table: Any, id_: str | None, out: Path | None, fresh: bool, as_json: bool
) -> None:
    from evdisc.diagnose.prediction import predict
    from evdisc.diagnose.stored_model import read_model
    from evdisc.report.diagnose_text import prediction_csv, prediction_table
    from evdisc.study.folder import write_bytes

    found = predict(read_model(model), table, id_)
    if out is not None:
        _free(out, fresh, ".csv")
        write_bytes(out, prediction_csv(found).encode())
    emit(found) if as_json else print(prediction_table(found))


def _simulate(
    patients: int, grades: str, batches: int, changed: list[str], seed: int, out: Path | None,
    fresh: bool, as_json: bool,
) -> None:  # fmt: skip
    from evdisc.diagnose.generated import as_csv, described, shares
    from evdisc.diagnose.generated import simulate as simulated
    from evdisc.study.folder import write_bytes

    if out is None:
        raise InputError("no file named for the cohort", key="--out", expected="cohort.csv")
    _free(out, fresh, ".csv")
    made = simulated(patients, shares(grades), seed, batches, dict(map(_number, changed)))
    write_bytes(out, as_csv(made).encode())
    told = described(made) | {"file": out.name}
    if as_json:
        emit(told)
    else:
        print(f"SIMULATED cohort of {patients} patients written to {out}; nobody was measured.")
        print("assumed: " + ", ".join(f"{k} {v:g}" for k, v in made.used.items()))


def _null(cohort: Cohort, settings: Settings, seeds: int, as_json: bool) -> None:
    from evdisc.diagnose.null_study import null_study

    done = 0
    with watched("tables") as progress:

        def tick() -> None:
            nonlocal done
            done += 1
            progress(done, seeds, 0)

        found = null_study(cohort, settings, seeds, tick)
    if as_json:
        emit(found)
    else:
        print(
            f"{found['covered']} of {seeds} intervals of 95 % hold 0.5 under labels dealt anew "
            f"(AUC {found['mean']:.3f} on average, standard deviation {found['sd']:.3f})."
        )


def _number(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name.strip().removeprefix("cohort."), float(value)
    except ValueError:
        raise InputError(
            "is no assumption with a number", key="--set", value=text, expected="name=number"
        ) from None


def _no(given: object, name: str, mode: str) -> None:
    if given is not None:
        raise InputError(f"{name} does not go with {mode}", value=str(given))


def _free(path: Path, fresh: bool, suffix: str) -> None:
    if path.suffix != suffix or path.is_dir():
        raise InputError("is no file name for this", key="--out", value=str(path), expected=suffix)
    if path.exists() and not fresh:
        raise FolderError("is there already", file=path, advice="another --out, or --fresh")


def _command(table: Path, samples: Path | None) -> str:
    """The command as it was typed, files by their names alone."""
    names = {str(path): path.name for path in (table, samples) if path is not None}
    words = [names.get(w, w) for w in sys.argv[1:]]
    if "--out" in words[:-1]:
        place = words.index("--out") + 1
        words[place] = Path(words[place]).name
    return "evdisc " + shlex.join(words)
