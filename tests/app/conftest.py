"""One laboratory for the tests of a file."""

import pytest

from served import Served


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("app") / "workspace")
    yield served
    served.stop()
    assert "Traceback" not in served.told(), served.told()
