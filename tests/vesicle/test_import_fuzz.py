"""Whatever a file holds, it is read or refused in a line; nothing else is raised."""

import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from evdisc.cargo.omics import import_cargo
from evdisc.errors import EvdiscError
from evdisc.vesicle.importing import import_particles
from evdisc.vesicle.protein_plate import read_protein

MEASURED = Path(__file__).parents[2] / "examples" / "measured"
CELLS = st.sampled_from([
    "Size (nm)", "Size / nm", "Conc (/mL)", "[Results]", "[Size Data]", "[Conditions]", "Filename:",
    "NTA Experiment Summary File", "miR-21-5p", "hsa-let-7a-5p", "sample", "group", "Genes",
    "Protein.Group", "Protein IDs", "Intensity", "Intensity a", "1", "-1", "0", "1e9", "1,5",
    "1e400", "nan", "", "\"", "x", "Diameter (nm)", "FWHM", "absorbance", "concentration", "a",
    "ZetaView",
])  # fmt: skip
TABLES = st.builds(
    lambda rows, sign, end: end.join(sign.join(r) for r in rows).encode(),
    st.lists(st.lists(CELLS, max_size=6), max_size=12), st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n"]),
)  # fmt: skip
HEADS = st.sampled_from([b"", b"FCS3.0    ", b"\x1f\x8b\x08", b"PK\x03\x04", b"\xff\xfe", b"{"])
BYTES = st.one_of(TABLES, st.builds(lambda h, b: h + b, HEADS, st.binary(max_size=300)))


def survives(read, *args):
    refused = None
    try:
        read(*args)
    except EvdiscError as error:
        refused = error
    assert refused is None or (refused.exit_code == 2 and "\n" not in str(refused))


@settings(max_examples=150)
@given(BYTES)
def test_any_bytes(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("fuzz") / "file"
    path.write_bytes(content)
    survives(lambda: import_particles([path]).summary())
    survives(read_protein, path)
    survives(import_cargo, path, MEASURED / "samples.csv")
    survives(import_cargo, path, MEASURED / "samples.csv", "protein")
    survives(import_cargo, MEASURED / "mirna-counts.csv", path)


@settings(max_examples=60)
@given(st.sampled_from(sorted(p.name for p in MEASURED.iterdir())), st.integers(0, 2**32))
def test_a_real_file_with_faults(tmp_path_factory, name, seed):
    rng = random.Random(seed)
    content = bytearray((MEASURED / name).read_bytes())
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(content))
        content[at : at + rng.randint(0, 4)] = bytes(
            rng.choices(b",;\t\n.-0eX\xff", k=rng.randint(0, 3))
        )
    path = tmp_path_factory.mktemp("fuzz") / name
    path.write_bytes(bytes(content[: rng.randint(1, len(content) or 1)]))
    survives(lambda: import_particles([path]).summary())
    survives(read_protein, path)
    survives(lambda: import_cargo(path, MEASURED / "samples.csv").summary())
    survives(import_cargo, MEASURED / "mirna-counts.csv", path)
