"""Import of signed networks: what is read, and that anything else is one clear line."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evdisc.cell.exchange_import import SignedEdge, read_edges
from evdisc.errors import InputError


def edges(tmp_path, name, text):
    (tmp_path / name).write_text(text, "utf-8")
    return read_edges(tmp_path / name)


def test_sif_and_csv_in_their_dialects(tmp_path):
    wanted = [SignedEdge("IL-1 beta", "NF-kB", 1), SignedEdge("IkB", "NF-kB", -1)]
    assert edges(tmp_path, "a.sif", "IL-1 beta\tactivates\tNF-kB\n\nIkB\t-|\tNF-kB\n") == wanted
    assert edges(tmp_path, "b.sif", "a -> b\r\nb -1 a\r\n") == [
        SignedEdge("a", "b", 1), SignedEdge("b", "a", -1),
    ]  # fmt: skip
    table = 'note,target,sign,source\nx,NF-kB,1,"IL-1 beta"\ny,NF-kB,-1,IkB\ny,NF-kB,-1,IkB\n'
    assert edges(tmp_path, "c.csv", "\ufeff" + table) == wanted


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.sif", "a b\n", "a.sif:1: not an edge"),
        ("a.sif", "a -> b\na ~ b\n", "a.sif:2: relation: unknown sign"),
        ("a.sif", "", "no edge"),
        ("a.csv", "source,target\na,b\n", "wrong header"),
        ("a.csv", "source,target,sign\na,b\n", "a.csv:2: wrong number of fields"),
        ("a.csv", "source,target,sign\na,b,2\n", "a.csv:2: sign: unknown sign"),
        ("a.csv", "source,target,sign\n,b,1\n", "a.csv:2: source: not a name"),
        ("a.xml", "<a>", "not XML"),
        ("a.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "refused"),
        ("a.xml", "<a/>", "no edge"),
        ("a.txt", "a -> b\n", "unknown kind"),
    ],
)
def test_what_is_no_network_is_one_line(tmp_path, name, text, told):
    with pytest.raises(InputError) as caught:
        edges(tmp_path, name, text)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ending", ["sif", "csv", "xml"])
@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory, ending, content):
    path = tmp_path_factory.mktemp("fuzz") / f"a.{ending}"
    path.write_bytes(content)
    with contextlib.suppress(InputError):
        assert read_edges(path)
