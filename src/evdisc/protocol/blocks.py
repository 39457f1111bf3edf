"""What all blocks of a protocol share: frozen, without unknown keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Spec(BaseModel):
    """Frozen block without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
