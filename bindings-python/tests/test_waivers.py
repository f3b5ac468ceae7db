"""Waivers reach the review in every form, and what is wrong with one is said with its place."""

import json
import pathlib
from typing import Any

import pytest
import vcto

INVENTORY: dict[str, Any] = {
    "format": "vcto.inventory/1",
    "source": {"name": "rmm"},
    "assets": [{"id": "7", "kind": "storage", "name": "NAS-01", "facts": {"warranty_end": "2026-10-01", "owner": "IT"}}],
}
WAIVER = {
    "rule": "warranty.in_force",
    "asset": "NAS-01",
    "reason": "Replaced in spring",
    "requested_by": "B. Holt",
    "approved_by": "A. Jones",
    "at": "2026-11-02",
    "until": "2027-04-30",
}
SHEET = ",".join(WAIVER) + "\n" + ",".join(WAIVER.values()) + "\n"


def waived(waivers: Any) -> vcto.Review:
    return vcto.review(vcto.Estate(INVENTORY), as_of="2026-11-22", waivers=waivers)


def test_a_sheet_its_path_and_a_list_of_dictionaries_say_the_same(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "waivers.csv"
    path.write_text(SHEET)
    for given in (SHEET, SHEET.encode(), path, str(path), [WAIVER], (WAIVER,)):
        review = waived(given)
        assert review.waivers is not None
        assert (review.waivers.in_force, review.waivers.entries[0].state) == (1, "in_force")
        marked = [finding for finding in review.findings if finding.waiver]
        assert [(finding.rule, finding.waiver and finding.waiver.approved_by) for finding in marked] == [("warranty.in_force", "A. Jones")]
        assert (review.debt.risk.medium, review.waivers.remaining.risk.medium) == (1, 0)
    assert waived(None).waivers is None
    assert waived(SHEET).to_json() == waived(path).to_json()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"approved_by": "b holt"}, "waivers/0, `approved_by`"),
        ({"until": None}, "waivers/0, `until`"),
        ({"asset": None}, "waivers/0, `asset`"),
        ({"until": "2030-01-01"}, "waivers/0, `until`"),
    ],
)
def test_a_waiver_that_is_none_is_refused_with_its_place_and_a_remedy(change: dict[str, Any], place: str) -> None:
    with pytest.raises(vcto.InvalidInput) as caught:
        waived([{**WAIVER, **change}])
    assert (caught.value.place, caught.value.operation) == (place, "waivers.read")
    assert caught.value.remedy


def test_what_is_no_waiver_at_all_is_refused_in_a_line(tmp_path: pathlib.Path) -> None:
    with pytest.raises(TypeError, match="waivers.csv"):
        waived(3)
    with pytest.raises(vcto.InvalidInput):
        waived([{**WAIVER, "until": {1}}])
    with pytest.raises(vcto.NotFound):
        waived(tmp_path / "nothing.csv")


def test_a_name_that_several_have_is_ambiguous() -> None:
    twins = {**INVENTORY, "assets": [{**INVENTORY["assets"][0], "id": one} for one in "ab"]}
    with pytest.raises(vcto.Ambiguous, match="NAS-01"):
        vcto.review(vcto.Estate(twins), as_of="2026-11-22", waivers=[WAIVER])


def test_a_recorded_review_says_which_waivers_it_took(tmp_path: pathlib.Path) -> None:
    tenant = vcto.open(tmp_path / "practice").create_tenant("halden", region="eu")
    review = tenant.review(vcto.Estate(INVENTORY), as_of="2026-11-22", waivers=SHEET)
    document = json.loads(review.to_json())
    assert review.waivers is not None
    assert document["waivers"]["document"] == review.waivers.document
    assert "Waivers: 1 in force" in review.to_text()
