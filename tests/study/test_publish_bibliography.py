"""BibTeX of a run: what is not on record is said, never made up."""

from evdisc.evidence.library import load
from evdisc.study.publish import bibliography


def test_a_study_without_authors_goes_by_its_key():
    text = bibliography(["bsr20191726"], load())
    assert text.startswith("@misc{bsr20191726,")
    assert "author = " not in text
    assert "key = {bsr20191726}" in text
    assert "authors not on record; title not on record" in text


def test_a_study_on_record_is_told_in_full():
    text = bibliography(["razaq2003"], load())
    assert "author = {Razaq S, Wilkins RJ, Urban JPG}" in text
    assert "not on record" not in text
