"""Studies: ensembles of paired runs, stored so that any of them resumes or extends."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evdisc.study.execute import StudyResult, run

__all__ = ["StudyResult", "run"]


def __getattr__(name: str) -> Any:
    """What runs a study is loaded where it is asked for: a table of doses needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from evdisc.study import execute

    return getattr(execute, name)
