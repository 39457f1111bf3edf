"""What a FASTA file may look like, and what is told where it cannot be read."""

import contextlib
import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evdisc.cargo.fasta import encode, from_texts, read_aligned, read_fasta
from evdisc.cargo.turner import END
from evdisc.errors import InputError

PLAIN = b">a first\nACGTACGT\nAC\n>b\nGGGTTT\n"


def read(tmp_path, content, name="utr.fa"):
    path = tmp_path / name
    path.write_bytes(content)
    return read_fasta(path)


def letters(sequences, record):
    return "".join("ACGUN"[c] for c in sequences.of(record))


def test_records_lie_between_end_codes(tmp_path):
    found = read(tmp_path, PLAIN)
    assert found.names == ("a", "b")
    assert found.headers == ("a first", "b")
    assert [letters(found, n) for n in (0, 1)] == ["ACGUACGUAC", "GGGUUU"]
    assert found.codes[[0, 11, -1]].tolist() == [END] * 3
    assert found.bases == 16
    assert found.record_of(np.array([1, 10, 12, 17])).tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.replace(b"\n", b"\r\n"), PLAIN.replace(b"\n", b"\r"), PLAIN.replace(b"T", b"U"),
        PLAIN.replace(b"ACGTACGT", b"acgtacgu"), gzip.compress(PLAIN), PLAIN.rstrip(b"\n"),
        b"\n\n; a comment\n" + PLAIN, PLAIN.replace(b"ACGTACGT", b"AC GT-AC.GT"),
    ],
    ids=["crlf", "cr", "u", "lower case", "gzip", "no last newline", "comment", "gaps"],
)  # fmt: skip
def test_the_same_bases_however_they_are_written(tmp_path, content):
    found = read(tmp_path, content)
    assert [letters(found, n) for n in (0, 1)] == ["ACGUACGUAC", "GGGUUU"]


def test_a_million_bases_on_one_line(tmp_path):
    rng = np.random.default_rng(1)
    line = np.frombuffer(b"ACGT", np.uint8)[rng.integers(0, 4, 1_000_000)].tobytes()
    found = read(tmp_path, b">chr\n" + line + b"\n")
    assert found.bases == 1_000_000
    assert letters(found, 0) == line.decode().replace("T", "U")


def test_names_that_occur_twice_are_numbered_and_told(tmp_path):
    found = read(tmp_path, b">a\nACG\n>a\nACC\n>\nGGG\n")
    assert found.names == ("a", "a#2", "record-3")
    assert "twice" in found.notes[0]


def test_an_empty_record_is_left_out_and_told(tmp_path):
    found = read(tmp_path, b">a\n>b\nACG\n")
    assert found.names == ("b",)
    assert "record a is empty" in found.notes[0]


def test_unknown_letters_are_one_code(tmp_path):
    assert letters(read(tmp_path, b">a\nACNNxryG\n"), 0) == "ACNNNNNG"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds no sequence"),
        (b">a\n\n", "holds no sequence"),
        (b"ACGT\n", "no header before the first sequence"),
        (b">p\nMKVLLE\n", "looks like a protein"),
        (b">p\nAC1GT\n", "is no nucleic acid sequence"),
        (gzip.compress(PLAIN)[:20], "damaged gzip"),
        (b"\x89PNG\r\n\x1a\n\0\0", "no header"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(tmp_path, content, words):
    with pytest.raises(InputError, match=words) as told:
        read(tmp_path, content)
    assert "utr.fa" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_fasta(tmp_path / "nowhere.fa")


@given(st.lists(st.text("ACGTUNacgtun", min_size=1, max_size=90), min_size=1, max_size=8))
def test_wrapping_changes_nothing(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("fasta")
    one = "".join(f">s{n}\n{t}\n" for n, t in enumerate(texts))
    wrapped = "".join(
        f">s{n}\n" + "\n".join(t[k : k + 7] for k in range(0, len(t), 7)) + "\n"
        for n, t in enumerate(texts)
    )
    named = from_texts({f"s{n}": t for n, t in enumerate(texts)})
    for text in (one, wrapped):
        found = read(folder, text.encode())
        assert found.names == named.names
        assert np.array_equal(found.codes, named.codes)
        assert np.array_equal(found.starts, named.starts)


@given(st.binary(max_size=300))
def test_no_bytes_show_a_traceback(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("fuzz")
    with contextlib.suppress(InputError):
        assert read(folder, content).bases > 0


def test_a_sequence_that_is_none_is_refused():
    with pytest.raises(InputError, match="not a nucleic acid"):
        encode("ACGZ")


def test_aligned_rows_keep_their_gaps(tmp_path):
    path = tmp_path / "aligned.fa"
    path.write_bytes(b">a|x\r\nAC--GT\r\n>a|y\nac..gt\n")
    assert read_aligned(path) == [("a|x", "AC--GT"), ("a|y", "ac--gt")]
