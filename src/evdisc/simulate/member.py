"""One ensemble member: its draws, its networks, and what all its arms share."""

from __future__ import annotations

from dataclasses import dataclass, field

from evdisc.cell.network import Network, cell_arrows, compile_network
from evdisc.evidence.library import Library
from evdisc.evidence.weights import Arrow
from evdisc.simulate.values import Quantile, Values


def network_arrows(library: Library) -> list[Arrow]:
    """Arrows a member's network may hold."""
    return cell_arrows(library)


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

    @classmethod
    def draw(
        cls, library: Library, context: dict[str, str], quantile: Quantile,
        overrides: dict[tuple[str, str], float], cell_types: tuple[str, ...],
    ) -> Member:  # fmt: skip
        """Member with its own draws."""
        return cls(Values(library, context, quantile, overrides), cell_types)

    def network(self, believe_all: bool) -> Network:
        """The member's network, with or without the publication-bias discount."""
        if believe_all not in self.networks:
            self.networks[believe_all] = compile_network(
                self.values.library, self.cell_types, self.values.subject_value,
                self.values.chance, believe_all=believe_all,
            )  # fmt: skip
        return self.networks[believe_all]
