from evdisc.evidence.entities import family, find_entities
from evdisc.evidence.library import load

LIBRARY = load()


def found(text):
    return [e.name for e in find_entities(text, LIBRARY.entities.values())]


def test_synonyms_identifiers_and_orthologues_lead_to_the_entity():
    assert found("Bach1") == ["BACH1"]
    assert found("peroxiredoxin-2") == ["PRDX2"]
    assert found("HGNC:9588") == ["PTEN"]
    assert found("Mmp1a") == ["MMP1"]
    assert found("IVDD") == ["disc degeneration"]
    assert found("MI0000077") == ["miR-21", "miR-21-5p"]


def test_a_bare_mirna_and_its_arm_are_two_things_that_know_each_other():
    assert found("miR-155") == ["miR-155"]
    assert found("miR-155-5p") == ["miR-155-5p"]
    assert family("miR-155", LIBRARY.entities) == {"miR-155", "miR-155-5p"}


def test_orthologues_are_many_to_many():
    assert len(LIBRARY.entities["MMP1"].mouse) == 2
    assert len(LIBRARY.entities["Akt"].human) == 3
    assert not LIBRARY.entities["miR-4450"].rat
    assert not LIBRARY.entities["miR-3594-5p"].human


def test_links_between_names_go_both_ways_for_arms():
    for name in ("miR-21", "miR-31", "miR-155"):
        assert name in LIBRARY.entities[name + "-5p"].related
        assert name + "-5p" in LIBRARY.entities[name].related


def test_identifiers_have_the_shape_of_their_registry():
    import re

    shapes = re.compile(
        r"(HGNC|MGI|RGD):\d+|MI\d{7}|GO:\d{7}|CL:\d{7}|CHEBI:\d+|UBERON:\d{7}|NCBITaxon:\d+"
    )
    for entity in LIBRARY.entities.values():
        genes = [i for s in (entity.human, entity.rat, entity.mouse) for i in s.values()]
        for identifier in (*entity.identifiers, *genes):
            assert shapes.fullmatch(identifier), (entity.name, identifier)


def test_genes_of_the_tables_have_an_identifier_in_three_species():
    named = [e for e in LIBRARY.entities.values() if "gene" in e.types and e.human]
    assert len(named) > 40
    lacking = {e.name for e in named if not (e.rat and e.mouse)}
    assert lacking <= {"ZNF121"}


def test_every_mirna_of_a_claim_is_in_mirbase():
    lacking = {
        e.name
        for e in LIBRARY.entities.values()
        if "miRNA" in e.types and not (e.human or e.rat or e.mouse)
    }
    assert lacking == set()
