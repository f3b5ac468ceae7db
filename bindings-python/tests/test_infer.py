"""Inference, and the sheet on which people decide, as Python sees them."""

import json
import pathlib
from typing import Any

import pytest

import vcto

OFFICE: dict[str, Any] = {
    "format": "vcto.inventory/1",
    "source": {"name": "rmm"},
    "assets": [
        {"id": "pc", "kind": "workstation", "name": "PC", "facts": {"gateways": "10.0.0.1"}},
        {"id": "fw", "kind": "firewall", "name": "FW", "facts": {"addresses": "10.0.0.1"}},
    ],
}


@pytest.fixture
def office(tmp_path: pathlib.Path) -> pathlib.Path:
    file = tmp_path / "rmm.json"
    file.write_text(json.dumps(OFFICE))
    return file


def test_relations_are_inferred_only_where_it_is_asked_for(office: pathlib.Path) -> None:
    plain = vcto.Estate(vcto.read(office))
    assert (plain.relation_count, plain.inferred_relation_count) == (0, 0)
    for given in (office, [office]):
        estate = vcto.Estate(vcto.read(given, infer=True))
        assert (estate.relation_count, estate.inferred_relation_count) == (1, 1)
        assert estate.blast_radius("fw")["degraded"] == ["pc"]


def test_what_was_inferred_and_what_was_not_is_counted(office: pathlib.Path) -> None:
    for records in (vcto.read(office), vcto.Estate(vcto.read(office))):
        inference = vcto.infer(records)
        assert inference["doubts"] == []
        [relation] = inference["relations"]
        assert (relation["from"], relation["to"], relation["strength"]) == ("pc", "fw", "soft")
        assert (relation["inferred_by"], relation["confidence"]) == ("gateway", "medium")
        counts = {count["method"]: count for count in inference["methods"]}
        assert counts["gateway"]["inferred"] == 1
        assert counts["dns"]["without_evidence"] == 1
    with pytest.raises(TypeError, match="an inventory or an estate"):
        vcto.infer("pc")  # type: ignore[arg-type]


def test_a_filled_sheet_decides(office: pathlib.Path, tmp_path: pathlib.Path) -> None:
    sheet = vcto.inferred_csv(vcto.read(office, infer=True))
    head, row = sheet.splitlines()
    assert head == "from,to,kind,method,confidence,why,verdict,author,at"
    assert row.startswith("pc,fw,uses,gateway,medium,") and row.endswith(",,,")
    assert vcto.inferred_csv(vcto.Estate(vcto.read(office, infer=True))) == sheet
    filled = tmp_path / "inferred.csv"
    for verdict, degraded, total in (("confirm", [], 1), ("confirm_soft", ["pc"], 0), ("refuse", [], 0)):
        filled.write_text(f"{head}\n{row[:-3]},{verdict},Jane,2026-11-22\n")
        estate = vcto.Estate(vcto.read([office, filled], infer=True))
        radius = estate.blast_radius("fw")
        assert (radius["degraded"], radius["total"], estate.inferred_relation_count) == (degraded, total, 0), verdict
    filled.write_text(f"{head}\n{row[:-3]},perhaps,,\n")
    with pytest.raises(vcto.InvalidInput, match="perhaps"):
        vcto.read([office, filled], infer=True)
