import io
import json
import zipfile

import numpy as np
import pytest

from cohorts import normal
from evdisc.diagnose.candidates import Candidate
from evdisc.diagnose.chosen import choose
from evdisc.diagnose.prediction import predict
from evdisc.diagnose.settings import generator
from evdisc.diagnose.stored_model import FORMAT, model_of, read_model, to_bytes
from evdisc.diagnose.table import read_table
from evdisc.errors import InputError

FAMILIES = ("penalised logistic", "forest", "boosting")


def model(family="penalised logistic", levels=3):
    found = normal(60, 6, shift=1.5, markers=3, levels=levels)
    option = Candidate(family, 4, 0.3)
    chosen = choose("plain", found.values, found.outcome.codes, np.arange(60), levels, [option], 2,
                    generator(1, "model"))  # fmt: skip
    return model_of(chosen, found, {"verdict": "signal", "simulated": False}), found


def stored(folder, data=None, **kwargs):
    path = folder / "model.evdisc"
    path.write_bytes(to_bytes(model(**kwargs)[0]) if data is None else data)
    return path


def table(folder, values, names):
    path = folder / "new.csv"
    lines = [",".join(["id", *names])]
    lines += [",".join([f"n{i}", *map(repr, map(float, row))]) for i, row in enumerate(values)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return read_table(path)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("levels", [2, 4])
def test_a_model_says_the_same_after_it_was_stored(tmp_path, family, levels):
    one, found = model(family, levels)
    two = read_model(stored(tmp_path, to_bytes(one)))
    np.testing.assert_array_equal(one.chosen.above(found.values), two.chosen.above(found.values))
    assert (two.panel, two.levels, two.features) == (one.panel, one.levels, one.features)


def test_predictions_say_what_lies_outside(tmp_path):
    path = stored(tmp_path)
    one = read_model(path)
    far = np.zeros((3, 6))
    far[1, 0] = 50.0
    told = predict(one, table(tmp_path, far, one.features), None)
    rows = told["predictions"]
    assert [r["id"] for r in rows] == ["n0", "n1", "n2"]
    assert rows[0]["out_of_range"] == []
    assert rows[1]["out_of_range"] == ["f0"]
    assert all(sum(r["probabilities"].values()) == pytest.approx(1.0) for r in rows)
    assert "1 of 3 samples lie outside of what the model has seen" in told["warnings"]


def test_a_molecule_that_is_missing_is_told_with_the_nearest(tmp_path):
    one = read_model(stored(tmp_path))
    names = ["f0x" if n == "f0" else n for n in one.features]
    with pytest.raises(InputError, match=r"1 of 4 molecules .* have no column: f0 \(near: f0x\)"):
        predict(one, table(tmp_path, np.zeros((2, 6)), names), None)
    rest = [n for n in one.features if n in one.panel]
    told = predict(one, table(tmp_path, np.zeros((2, 4)), rest), None)
    assert any("2 of 6 molecules measured in training" in w for w in told["warnings"])
    # spelling of a name does not matter
    loud = [n.upper() for n in one.features]
    assert predict(one, table(tmp_path, np.zeros((2, 6)), loud), None)["predictions"]


def refusal(path):
    with pytest.raises(InputError) as caught:
        read_model(path)
    return str(caught.value)


def repacked(data, **changes):
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(
                name, changes.get(name.replace(".", "_").replace("-", "_"), old.read(name))
            )
    return buffer.getvalue()


def test_foreign_and_damaged_files_are_refused(tmp_path):
    data = to_bytes(model()[0])
    assert "is no model" in refusal(stored(tmp_path, b"id,grade\n1,2\n"))
    assert "is no model" in refusal(stored(tmp_path, b""))
    assert "is no model" in refusal(stored(tmp_path, data[: len(data) // 2]))
    assert "cannot be read" in refusal(tmp_path / "absent.evdisc")
    other = json.dumps({"format": "evdisc-diagnosis-model/9"}).encode()
    assert f"expected {FORMAT}" in refusal(stored(tmp_path, repacked(data, model_json=other)))
    short = json.dumps({"format": FORMAT}).encode()
    assert "is damaged" in refusal(stored(tmp_path, repacked(data, model_json=short)))
    swapped = repacked(data, threshold_1_skops=b"something else")
    assert "does not match its checksum" in refusal(stored(tmp_path, swapped))


def test_every_flipped_byte_is_noticed_or_harmless(tmp_path):
    one, found = model()
    data = to_bytes(one)
    random = np.random.default_rng(3)
    for place in random.integers(0, len(data), 60):
        bad = bytearray(data)
        bad[place] ^= 0xFF
        try:
            again = read_model(stored(tmp_path, bytes(bad)))
        except InputError:
            continue
        np.testing.assert_array_equal(
            again.chosen.above(found.values), one.chosen.above(found.values)
        )


def test_a_type_no_model_is_made_of_is_not_built(tmp_path):
    import hashlib

    import skops.io
    from sklearn.preprocessing import FunctionTransformer

    evil = skops.io.dumps(FunctionTransformer(func=print_nothing))
    data = to_bytes(model()[0])
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        told = json.loads(file.read("model.json"))
    told["sha256"]["threshold-1.skops"] = hashlib.sha256(evil).hexdigest()
    bad = repacked(data, threshold_1_skops=evil, model_json=json.dumps(told).encode())
    assert "no evdisc model is made of" in refusal(stored(tmp_path, bad))


def print_nothing(values):
    return values
