"""Items of reporting guidelines a measurement answers by itself (MISEV2023, Welsh 2024).

Keys are the items as this project numbers them; what the files do not say is left out, never
filled in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evdisc.vesicle.importing import ParticleImport

#: settings of an instrument worth reporting -> words
SETTINGS = {
    "Camera Type": "camera", "Laser Type": "laser", "Camera Level": "camera level",
    "Slider Shutter": "shutter", "Slider Gain": "gain", "Frame rate/fps": "frames per second",
    "Syringe Pump Speed/AU": "syringe pump speed", "Detection Threshold": "detection threshold",
    "Max Jump Mode": "jump mode", "Blur": "blur", "Min Track Length": "least track length",
    "Total frames analysed": "frames analysed", "Viscosity/cP": "viscosity, cP",
    "Diluent": "diluent", "Software Version": "software", "Laser": "laser", "Shutter": "shutter",
    "Sensitivity": "sensitivity", "Frame Rate": "frames per second",
}  # fmt: skip


def misev_items(done: ParticleImport) -> dict[str, str]:
    """Item -> answer."""
    out: dict[str, str] = {}
    if len(done.runs):
        out["F2 single-particle method that is no image"] = ", ".join(dict.fromkeys(done.formats))
        out["G1 settings of the particle tracking"] = _settings(done.settings)
        folds = sorted({float(x) for x in done.runs["dilution"]})
        out["G1 dilution"] = ", ".join(f"{x:g}-fold" for x in folds)
        out["G1 runs"] = f"{len(done.runs)} runs in {len(set(done.runs['file']))} file(s)"
        found = done.concentration
        if found["mean"] == found["mean"]:
            out["D2 particles per volume of preparation"] = (
                f"{found['mean']:.3g} per mL (standard deviation {found['sd']:.2g}, "
                f"{found['runs']:.0f} runs)"
            )
    if done.protein is not None:
        out["D2 protein per volume of preparation"] = (
            f"{done.protein.ug_per_ml:.3g} ug/mL (90 % {done.protein.low:.3g} to "
            f"{done.protein.high:.3g}), BCA"
        )
    if done.particles_per_ug:
        out["D3 purity: particles per ug of protein"] = f"{done.particles_per_ug['median']:.3g}"
    if len(done.runs):
        out["D4 blank"] = (
            f"{float(done.runs['blank_per_ml'].iloc[0]):.3g} per mL, subtracted"
            if done.blank else "not measured"
        )  # fmt: skip
    if done.flow:
        out["G2 flow cytometry channels"] = "; ".join(
            ", ".join(
                f"{name} ({stain})" if stain else str(name)
                for name, stain in zip(f.channels["pnn"], f.channels["pns"], strict=True)
            )
            for f in done.flow
        )
    return {k: v for k, v in out.items() if v}


def _settings(settings: dict[str, str]) -> str:
    return ", ".join(f"{w} {settings[k]}" for k, w in SETTINGS.items() if settings.get(k))
