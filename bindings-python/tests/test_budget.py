"""The matrix, the calendar and the budget of a review, as Python sees them."""

import io
import json
import pathlib
import zipfile
from typing import Any

import pytest

import vcto

OFFICE: dict[str, Any] = {
    "format": "vcto.inventory/1",
    "source": {"name": "rmm", "captured_at": "2026-11-20T08:00:00Z"},
    "assets": [
        {
            "id": "pc-1",
            "kind": "workstation",
            "name": "=PC",
            "facts": {"model": "OptiPlex 7060", "purchased": "2022-03-01", "warranty_end": "2026-12-05", "rmm_agent": True},
        },
        {"id": "pc-2", "kind": "workstation", "facts": {"status": "retired"}},
        {"id": "sw-1", "kind": "switch"},
    ],
}
PRICES = b"match,kind,for,term,amount,currency,valid_until,msp_cost\n,workstation,replacement,one_off,950,GBP,2027-03-31,700\n"


def reviewed() -> tuple[vcto.Estate, vcto.Review]:
    estate = vcto.Estate(OFFICE)
    return estate, vcto.review(estate, as_of="2026-11-22")


def test_the_matrix_and_the_calendar_are_those_of_the_document() -> None:
    _, review = reviewed()
    document = json.loads(review.to_json())
    assert review.matrix == document["matrix"] and review.calendar == document["calendar"]
    assert review.matrix.devices.retired == 1
    [pc, _, switch] = review.matrix.rows
    assert (pc.asset, pc.life, pc.warranty) == ("pc-1", "unknown", "covered") and switch.get("name") is None
    assert {column.column: column.total for column in review.matrix.columns}["warranty"] == 2
    [ending] = review.calendar.entries
    assert (ending.asset, ending.date, ending.days, ending.band) == ("pc-1", "2026-12-05", 13, "within_30")
    assert ending.sources[0].source == "rmm" and review.calendar.within_30 == 1


def test_a_budget_is_of_a_price_list_and_never_tells_what_the_provider_pays(tmp_path: pathlib.Path) -> None:
    estate, review = reviewed()
    file = tmp_path / "prices.csv"
    file.write_bytes(PRICES)
    budget = vcto.budget(estate, review, PRICES, fiscal_year_start=4)
    for prices in (file, str(file)):
        assert vcto.budget(estate, review, prices, fiscal_year_start=4).to_json() == budget.to_json()
    assert [year.label for year in budget.fiscal_years] == ["FY2026/27", "FY2027/28", "FY2028/29"]
    [total] = budget.totals
    assert (total.fiscal_year, total.total, total.currency, total.lines) == ("FY2026/27", "950", "GBP", 1)
    [line] = budget.lines
    assert (line.asset, line.item, line.due, line.price.line) == ("pc-1", "replacement", "2027-03-01", 2)
    assert [(item.asset, item.item, item.why) for item in budget.unpriced] == []
    assert [(kind.kind, kind.examples) for kind in budget.undated] == [("switch", ["sw-1"])] and budget.unused == []
    assert (budget.as_of, budget.estate) == ("2026-11-22", estate.digest)
    assert json.loads(budget.to_json())["totals"] == budget.totals
    assert "950" in budget.to_text()
    assert "700" not in budget.to_json() + budget.to_text()
    sheets = zipfile.ZipFile(io.BytesIO(budget.to_xlsx()))
    assert not any(b"700" in sheets.read(name) and b"msp" in sheets.read(name) for name in sheets.namelist())


def test_the_provider_s_own_edition_is_a_type_of_its_own() -> None:
    estate, review = reviewed()
    internal = vcto.internal_budget(estate, review, PRICES)
    assert isinstance(internal, vcto.InternalBudget) and not isinstance(internal, vcto.Budget)
    assert [(cost.cost, cost.margin) for cost in internal.costs] == [("700", "250")]
    assert [(total.cost, total.known, total.total) for total in internal.totals] == [("700", 1, 1)]
    assert internal.client.to_json() == vcto.budget(estate, review, PRICES).to_json()
    assert json.loads(internal.to_json())["edition"] == "internal"
    assert internal.to_xlsx().startswith(b"PK") and internal.to_xlsx() != internal.client.to_xlsx()


def test_a_page_shows_the_budget_in_html_and_on_a_terminal(tmp_path: pathlib.Path) -> None:
    estate, review = reviewed()
    budget = vcto.budget(estate, review, PRICES, fiscal_year_start=4)
    screen = review.to_page_text(estate, client="Halden & Pryce", budget=budget)
    assert "Halden & Pryce" in screen and "950" in screen and "FY2026/27" in screen
    assert "950" not in review.to_page_text(estate, client="Halden & Pryce")
    assert "Halden &amp; Pryce" in review.to_page(estate, client="Halden & Pryce", budget=budget)
    other = vcto.Estate({**OFFICE, "assets": []})
    of_another = vcto.budget(other, vcto.review(other, as_of="2026-11-22"), PRICES)
    for write in (review.to_page, review.to_page_text):
        with pytest.raises(vcto.Conflict):
            write(other)
        with pytest.raises(vcto.Conflict):
            write(estate, budget=of_another)
    tenant = vcto.open(tmp_path / "practice").create_tenant("halden", region="eu")
    recorded = tenant.review(estate, as_of="2026-11-22")
    assert "950" in tenant.page_text(estate, recorded, client="Halden", budget=budget)
    assert tenant.page(estate, recorded, budget=budget) != recorded.to_page(estate, budget=budget)


def test_options_of_a_budget_are_refused_with_their_place() -> None:
    estate, review = reviewed()
    assert vcto.budget(estate, review, PRICES, lifetimes={"workstation": 0}).lines == []
    assert len(vcto.budget(estate, review, PRICES, years=1).fiscal_years) == 1
    options: list[dict[str, Any]] = [{"years": 0}, {"years": -1}, {"years": 2**40}, {"fiscal_year_start": 13}, {"fiscal_year_start": -3}]
    options += [{"lifetimes": {"server": -1}}, {"lifetimes": {"server": 101}}, {"lifetimes": {"server": 1.5}}]
    for wrong in options:
        with pytest.raises(vcto.InvalidInput) as raised:
            vcto.budget(estate, review, PRICES, **wrong)
        assert raised.value.operation == "plan.budget", wrong
    with pytest.raises(vcto.InvalidInput, match="lifetimes/server"):
        vcto.budget(estate, review, PRICES, lifetimes={"server": "old"})
    with pytest.raises(vcto.InvalidInput, match="line 2"):
        vcto.budget(estate, review, b"match,term,amount,currency\nx,once,many,GBP\n")
    with pytest.raises(vcto.NotFound, match="absent.csv"):
        vcto.budget(estate, review, "absent.csv")
    with pytest.raises(vcto.VctoError, match="as bytes"):
        vcto.budget(estate, review, PRICES.decode())
    with pytest.raises(TypeError, match="the path of a price list"):
        vcto.budget(estate, review, 3)  # type: ignore[arg-type]
    other = vcto.Estate({**OFFICE, "assets": []})
    with pytest.raises(vcto.Conflict):
        vcto.budget(other, review, PRICES)
