"""The parts of a dossier that can be named when it is returned."""

from __future__ import annotations

from campaigns.definition import Definition


def returnable_parts(definition: Definition, track: str) -> dict[str, str]:
    """Code → title, in the order of the dossier: ``form:<field>``, material codes,
    ``case:<section>``, item codes (their evidence) and ``self_assessment``."""
    parts = {f"form:{field.code}": f"申报表：{field.title}" for field in definition.fields(track)}
    parts |= {material.code: material.title for material in definition.materials(track)}
    parts |= {
        f"case:{section.code}": f"案例材料：{section.title}"
        for section in definition.case_sections()
    }
    parts |= {item.code: f"{item.code} {item.title}" for item in definition.items(track)}
    return parts | {"self_assessment": "自评"}
