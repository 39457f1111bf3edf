"""One ensemble member: its draws, its networks, and what all its arms share."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.autocrine import gains
from evdisc.cell.blueprint import blueprint
from evdisc.cell.network import Network, compile_network
from evdisc.evidence.library import Library
from evdisc.evidence.posterior import SEED, posterior_members
from evdisc.evidence.weights import Arrow
from evdisc.protocol.therapy_specs import VesicleSpec
from evdisc.simulate.draws import MemberDraws
from evdisc.simulate.values import Median, Quantile, Values
from evdisc.vesicle.build import build_product
from evdisc.vesicle.product import Product

Floats = NDArray[np.float64]


def network_arrows(library: Library) -> list[Arrow]:
    """Arrows a member's network may hold."""
    return list(blueprint(library).arrows)


@dataclass
class Member:
    """Draws and networks of one member; arms, hypotheses and discs of it share them.

    Attributes:
        values: resolved parameters in the context of this disc or dish.
        cell_types: recipient cell of each region or compartment.
    """

    values: Values
    cell_types: tuple[str, ...]
    networks: dict[bool, Network] = field(default_factory=dict)
    release: dict[bool, list[Floats]] = field(default_factory=dict)
    products: dict[VesicleSpec, Product] = field(default_factory=dict)

    @classmethod
    def draw(
        cls, library: Library, context: dict[str, str], quantile: Quantile,
        overrides: dict[tuple[str, str], float], cell_types: tuple[str, ...],
    ) -> Member:  # fmt: skip
        """Member with its own draws."""
        return cls(Values(library, context, quantile, overrides), cell_types)

    def product(self, vesicle: VesicleSpec) -> Product:
        """A protocol's vesicle with this member's copies."""
        if vesicle not in self.products:
            values = self.values
            self.products[vesicle] = build_product(vesicle, values.library, values.subject_value)
        return self.products[vesicle]

    def network(self, believe_all: bool) -> Network:
        """The member's network, with or without the publication-bias discount.

        It is that of a cell the published experiments left standing, drawn for this member.
        """
        if believe_all not in self.networks:
            self.networks[believe_all] = compile_network(
                self.values.library, self.cell_types, self._cell(), believe_all=believe_all
            )
        return self.networks[believe_all]

    def release_gains(self, believe_all: bool) -> list[Floats]:
        """How far each cell type's release of cytokines feeds on itself when healthy."""
        if believe_all not in self.release:
            network = self.network(believe_all)
            self.release[believe_all] = [gains(network, c) for c in range(len(self.cell_types))]
        return self.release[believe_all]

    def network_without(self, left_out: NDArray[np.bool_], believe_all: bool = True) -> Network:
        """The member's network with arrows (arrows,) of the plan deleted."""
        return compile_network(
            self.values.library, self.cell_types, self._cell(), believe_all=believe_all,
            left_out=left_out,
        )  # fmt: skip

    def without(self, left_out: NDArray[np.bool_]) -> Member:
        """The same member with arrows (arrows,) of the plan deleted, claims discounted."""
        network = self.network_without(left_out, believe_all=False)
        return Member(self.values, self.cell_types, {False: network})

    def prior_network(self, believe_all: bool) -> Network:
        """A network of this member's own draws, before any experiment had its say."""
        return compile_network(
            self.values.library, self.cell_types, self.values, believe_all=believe_all
        )

    def _cell(self) -> Values:
        if isinstance(self.values.quantile, Median):
            return self.values
        standing = posterior_members()
        number = standing[int(self.values.quantile("cell of the posterior") * len(standing))]
        cell = Values(self.values.library, self.values.context, MemberDraws(SEED, number))
        cell.used = self.values.used
        return cell
