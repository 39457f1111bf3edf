"""Studies: ensembles of paired runs, stored so that any of them resumes or extends."""

from evdisc.study.execute import StudyResult, run

__all__ = ["StudyResult", "run"]
