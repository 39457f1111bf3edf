import numpy as np
import pytest

from evdisc.protocol.therapy_specs import VesicleSpec
from evdisc.study.attribution import NOTHING, TOO_FEW, shares
from evdisc.study.products import Product

WHOLE = Product(
    "one", VesicleSpec.model_validate({"source": {"cell": "BMSC"}}), {"miR-21": ("T1.01",)}
)


def test_shares_are_of_the_whole_in_members_where_it_acts():
    whole = np.array([2.0, 4.0, 1.0, 0.0])
    each = {"miR-21": np.array([1.0, 2.0, 0.5, 0.7]), "miR-31": np.array([0.5, 1.0, 0.25, 0.0])}
    first, second = shares(WHOLE, whole, each, band=1.0)
    assert (first["cargo"], first["rows"], first["status"]) == ("miR-21", ["T1.01"], "computed")
    assert first["share"] == {"median": 0.5, "q05": 0.5, "q95": 0.5}
    assert second["share"]["median"] == pytest.approx(0.25)
    assert second["rows"] == []
    assert first["acts_in"] == 3


@pytest.mark.parametrize(
    ("whole", "status"), [([0.0, 0.01, 0.0, 0.02], NOTHING), ([3.0, 0.0, 0.0, 0.0], TOO_FEW)]
)
def test_nothing_is_shared_out_where_the_vesicle_does_nothing(whole, status):
    (entry,) = shares(WHOLE, np.array(whole), {"miR-21": np.ones(4)}, band=1.0)
    assert entry["share"] is None
    assert entry["status"] == status
