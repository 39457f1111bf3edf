"""A product given to a member's cells: what its surface and size change in the member's numbers."""

from __future__ import annotations

from evdisc.simulate.member import Member
from evdisc.simulate.values import Values
from evdisc.vesicle.product import Product


def given(member: Member, product: Product | None) -> Member:
    """The member with the numbers of this product in place of those of native vesicles."""
    if product is None:
        return member
    values = member.values
    changed: dict[tuple[str, str], float] = {}
    if product.subtype != "exosome":
        changed["vesicle_diameter", ""] = values.number("vesicle_diameter", product.subtype)
    if product.uptake_gain != 1.0:
        own = values.number("uptake_coefficient")
        changed["uptake_coefficient", ""] = own * product.uptake_gain
    if product.tnf_left is not None:
        changed["uptake_left_under_tnf", ""] = product.tnf_left
    if product.bound_share is not None:
        changed["vesicle_bound_share", ""] = product.bound_share
    if not changed:
        return member
    context, quantile = values.context, values.quantile
    overrides = {**values.overrides, **changed}
    return Member(Values(values.library, context, quantile, overrides, values.used, values.drawn),
                  member.cell_types)  # fmt: skip
