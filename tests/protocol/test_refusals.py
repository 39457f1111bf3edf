import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evdisc.errors import InputError, ProtocolError
from evdisc.protocol.yaml_io import MOST_BYTES, load_protocol
from studies import DISH, RAT

GOOD = RAT.read_text("utf-8")


def edited(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


#: fault -> (text, words of the message, line it names or None)
REFUSED = {
    "duplicate key": (edited("  grade: 1 ", "  preset: rat-caudal\n  grade: 1 "), "duplicate", 12),
    "nan": (edited("duration: 8 weeks", "duration: .nan"), "not a finite number", 40),
    "infinite": (edited("duration: 8 weeks", "duration: -.inf"), "not a finite number", 40),
    "future version": (edited("evdisc: 1 ", "evdisc: 2 "), "unknown format version", None),
    "no version": (edited("evdisc: 1 ", "# "), "evdisc: missing key", None),
    "version true": (edited("evdisc: 1 ", "evdisc: true "), "unknown format version", None),
    "unknown kind": (edited("kind: disc", "kind: discc"), "did you mean 'disc'", None),
    "python tag": (edited("grade: 1 ", "grade: !!python/object:os.system 1 "), "tags", 12),
    "plain tag": (edited("grade: 1 ", "grade: !!str 1 "), "tags are not allowed", 12),
    "anchor": (edited("grade: 1 ", "grade: &a 1 "), "anchors and aliases", 12),
    "alias bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "anchors and aliases", 1),
    "self reference": ("a: &a [*a]\n", "anchors and aliases", 1),
    "deep nesting": ("a: " + "[" * 100 + "]" * 100, "nested deeper", 1),
    "very deep nesting": ("a: " + "[" * 100_000, "nested deeper", 1),
    "two documents": (GOOD + "\n---\n" + GOOD, "second document", None),
    "list at the top": ("- a\n- b\n", "is not a protocol", None),
    "text at the top": ("just words", "is not a protocol", None),
    "empty": ("", "is empty", None),
    "comments only": ("# nothing\n", "is empty", None),
    "tab": (edited("  grade: 1 ", "\tgrade: 1 "), "cannot start any token", 12),
    "number as key": (edited("  grade: 1 ", "  1: 1\n  grade: 1 "), "not a key", 12),
    "misspelt key": (edited("  grade: 1 ", "  grad: 1 "), "did you mean 'grade'", 12),
    "misspelt deep key": (edited("gauge: 21 ", "guage: 21 "), "did you mean 'gauge'", None),
    "missing key": (edited("duration: 8 weeks", "# "), "duration: missing key", None),
    "no unit": (edited("1e8 particles", "1e8"), "has no unit", 33),
    "wrong unit": (edited("volume: 2 uL", "volume: 2 mg"), "wrong dimension", 34),
    "negative dose": (edited("1e8 particles", "-1e8 particles"), "is negative", 33),
    "no volume": (edited("volume: 2 uL", "volume: 0 uL"), "greater than 0", 34),
    "share above one": (edited("grade: 1 ", "endplate_open_fraction: 140 % "), "out of range", 12),
    "unknown preset": (edited("rat-caudal", "rat-tail"), "did you mean 'rat-caudal'", 11),
    "unknown cell": (edited("cell: BMSC", "cell: BMSCs"), "did you mean 'BMSC'", 21),
    "text for a number": (edited("members: 20", "members: twenty"), "a whole number", None),
    "half a member": (edited("members: 20", "members: 2.5"), "a whole number", None),
    "no members": (edited("members: 20", "members: 0"), "greater than or equal to 1", None),
    "schedule no list": (edited("[14 d]", "14 d"), "a list", 35),
    "schedule empty": (edited("[14 d]", "[]"), "at least 1 items", 35),
    "schedule falls": (edited("[14 d]", "[14 d, 7 d]"), "does not rise", None),
    "dose after the end": (edited("[14 d]", "[90 d]"), "not before the end", None),
    "unknown arm": (edited("[untreated, vehicle]", "[untreated, sham]"), "untreated | vehicle", 38),
    "arm twice": (edited("[untreated, vehicle]", "[vehicle, vehicle]"), "an arm twice", None),
    "engineering": (edited("engineering: []", "engineering: [sonication]"), "loads nothing", 28),
    "cargo twice": (
        edited("    engineering", "      - molecule: mir-21-5p\n    engineering"),
        "a molecule twice", None,
    ),
    "half an indicator": (edited("disc:\n", "disc: {\n"), "", None),
    "control character": (edited("grade: 1 ", "grade: \x07 "), "", None),
}  # fmt: skip


@pytest.mark.parametrize("fault", REFUSED)
def test_a_fault_is_one_line_with_file_and_place(tmp_path, fault):
    text, words, line = REFUSED[fault]
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ProtocolError) as caught:
        load_protocol(path)
    message = str(caught.value)
    assert words in message
    assert message.startswith(str(path))
    assert "\n" not in message
    assert caught.value.exit_code == 2
    if line is not None:
        assert f"mine.yaml:{line}:" in message


def test_what_is_no_protocol_file_is_refused(tmp_path):
    with pytest.raises(ProtocolError, match="is a folder"):
        load_protocol(tmp_path)
    with pytest.raises(ProtocolError, match="does not exist"):
        load_protocol(tmp_path / "nowhere.yaml")
    odd = tmp_path / "latin.yaml"
    odd.write_bytes("title: Größe".encode("latin-1"))
    with pytest.raises(ProtocolError, match="not UTF-8"):
        load_protocol(odd)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"#" * (MOST_BYTES + 1))
    monkeypatch.setattr("pathlib.Path.read_text", lambda *_: pytest.fail("was read"))
    with pytest.raises(ProtocolError, match="bytes"):
        load_protocol(huge)


@pytest.mark.parametrize("path", [RAT, DISH], ids=["disc", "dish"])
def test_a_specification_survives_json(path):
    spec = load_protocol(path).spec
    assert type(spec).model_validate_json(spec.model_dump_json()) == spec


def test_yaml_1_2_and_a_byte_order_mark(tmp_path):
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + edited("miR-21-5p", "NO").encode())
    cargo = load_protocol(path).spec.therapy.vesicle.cargo[0]
    assert cargo.molecule == "NO"
    for number in ("1.0e8", "1e8", "100000000"):
        spec = load_protocol(edited("1e8 particles", f"{number} particles")).spec
        assert spec.therapy.delivery.dose == 1e8


def test_therapy_none_means_no_therapy():
    assert load_protocol(GOOD, ["therapy=none"]).spec.therapy is None
    assert load_protocol(GOOD, ["therapy=null"]).spec.therapy is None


def test_overrides_reach_lists_and_keep_the_comments():
    loaded = load_protocol(
        RAT, ["therapy.vesicle.cargo.0.copies_per_vesicle=0.5", "disc.preset=human-lumbar"]
    )
    assert loaded.spec.therapy.vesicle.cargo[0].copies_per_vesicle == 0.5
    assert loaded.spec.disc.preset == "human-lumbar"
    assert "# vesicles in one injection (assumed)" in loaded.text
    assert load_protocol(loaded.text).spec == loaded.spec


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("disc.presett=x", "did you mean 'preset'"), ("disc", "not an override"),
        ("=3", "not an override"), ("disc.=3", "not an override"), ("a=", "not an override"),
        ("therapy.vesicle.cargo.3.molecule=x", "an index from 0 to 0"),
        ("disc.grade=[1", "expected"), ("disc.grade=&a 3", "anchors"),
        ("disc.grade=.inf", "finite"),
    ],
)  # fmt: skip
def test_a_bad_override_is_refused(override, words):
    with pytest.raises(ProtocolError, match=words.replace("[", r"\[")) as caught:
        load_protocol(RAT, [override])
    assert "\n" not in str(caught.value)


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_no_text_shows_a_traceback(text):
    with contextlib.suppress(InputError):
        load_protocol(text)


@pytest.mark.slow
@settings(max_examples=600)
@given(st.data())
def test_no_damage_to_a_protocol_shows_a_traceback(data):
    text = data.draw(st.sampled_from([GOOD, DISH.read_text("utf-8")]))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        stop = min(len(text), start + data.draw(st.integers(0, 40)))
        piece = data.draw(
            st.sampled_from(
                [
                    "",
                    text[start:stop] * 2,
                    "\t",
                    "{",
                    ": ",
                    "- ",
                    "1e999",
                    "&a ",
                    "*a",
                    "!!map ",
                    "\x00",
                    "€",
                    "'",
                    '"',
                    "? ",
                ]
            )
        )
        text = text[:start] + piece + text[stop:]
    with contextlib.suppress(InputError):
        load_protocol(text)
