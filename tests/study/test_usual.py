import math

import pytest

from evdisc.evidence.library import load
from evdisc.evidence.names import names
from evdisc.protocol.disc_specs import DiscSpec
from evdisc.protocol.yaml_io import from_document
from evdisc.simulate.limits import require_possible
from evdisc.study.usual import document, injury_words, like_needle, nucleus_volume

LIBRARY = load()
USUAL = {p: from_document(document(p, LIBRARY)).spec for p in names("preset")}


def test_the_rat_gets_the_dose_of_the_shipped_examples():
    delivery = USUAL["rat-caudal"].therapy.delivery
    assert (delivery.dose, delivery.schedule) == (1e8, (14 * 86400.0,))
    assert delivery.volume == pytest.approx(2e-9)
    assert injury_words(USUAL["rat-caudal"].disc) == "21 G puncture on day 0"


@pytest.mark.parametrize("preset", names("preset"))
def test_the_dose_follows_the_nucleus_and_can_be_given(preset):
    study, rat = USUAL[preset], USUAL["rat-caudal"]
    ratio = nucleus_volume(study.disc, LIBRARY) / nucleus_volume(rat.disc, LIBRARY)
    if preset.startswith("human"):
        # the grade changes no size here
        assert study.disc.grade == 3
    assert study.therapy.delivery.dose == pytest.approx(1e8 * ratio, rel=0.01)
    assert study.therapy.delivery.volume <= 2e-9 * ratio * 1.01
    require_possible(study, LIBRARY)


def test_a_needle_keeps_its_share_of_the_height_as_far_as_needles_go():
    rat = DiscSpec(preset="rat-caudal")
    assert like_needle(21, rat, rat, LIBRARY) == 21
    gauges = [like_needle(21, rat, DiscSpec(preset=p), LIBRARY)
              for p in ("mouse-caudal", "rabbit-lumbar", "goat-lumbar")]  # fmt: skip
    assert gauges == [31, 16, 14]
    assert all(math.isfinite(g) for g in gauges)


def test_a_human_disc_is_degenerate_instead_of_punctured():
    insult = USUAL["human-lumbar"].disc.insult
    assert insult.puncture is None
    assert insult.ageing is not None
