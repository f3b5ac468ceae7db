"""Inventories and estates."""

import copy
import datetime
import json
import os
import pathlib
import pickle
import threading

import pytest

import vcto

SMALL = {"format": "vcto.inventory/1", "source": {"name": "test"}}


def test_text_bytes_dictionary_and_file_give_the_same_estate(examples: pathlib.Path) -> None:
    file = examples / "erp.json"
    text = file.read_text()
    digests = {
        vcto.Estate(given).digest
        for given in (text, text.encode(), json.loads(text), vcto.read(file), vcto.read(str(file)), vcto.read([file]))
    }
    assert len(digests) == 1


def test_the_document_reads_back_to_the_same_estate(examples: pathlib.Path) -> None:
    estate = vcto.Estate(vcto.read(examples / "erp.json"))
    assert vcto.Estate(estate.to_json()).to_json() == estate.to_json()
    assert (estate.asset_count, estate.relation_count) == (5, 5)


def test_ids_come_back_verbatim() -> None:
    odd = "a\u202e <b>&\n \U0001f600"
    estate = vcto.Estate({**SMALL, "assets": [{"id": odd, "kind": "server", "name": "X"}]})
    assert estate.find("X") == odd


def test_a_named_format_is_kept_to(examples: pathlib.Path) -> None:
    with pytest.raises(vcto.VctoError):
        vcto.read(examples / "erp.json", format="relations")
    with pytest.raises(vcto.InvalidInput):
        vcto.read(examples / "erp.json", format="no such format")


def test_a_folder_of_several_clients_is_read_for_the_one_that_is_chosen(tmp_path: pathlib.Path) -> None:
    devices = [{"id": at, "organizationId": at, "nodeClass": "MAC"} for at in (5, 6)]
    (tmp_path / "devices.json").write_text(json.dumps(devices))
    with pytest.raises(vcto.Ambiguous, match="2 organizations"):
        vcto.read(tmp_path)
    assert vcto.Estate(vcto.read(tmp_path, scope="6")).asset_count == 1
    with pytest.raises(vcto.NotFound):
        vcto.read(tmp_path, "ninjaone", scope="Halden")


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"", vcto.InvalidInput), (b'{"format": "vcto.inventory/1"', vcto.InvalidInput), ("{}".encode("utf-16"), vcto.InvalidInput)],
)
def test_a_bad_file_is_refused_by_name(tmp_path: pathlib.Path, content: bytes, kind: type[Exception]) -> None:
    file = tmp_path / "client.json"
    file.write_bytes(content)
    with pytest.raises(kind, match="client.json"):
        vcto.read(file)


def test_absence_and_access_are_told_apart(tmp_path: pathlib.Path) -> None:
    with pytest.raises(vcto.NotFound):
        vcto.read(tmp_path / "absent.json")
    if os.geteuid() != 0:
        (tmp_path / "closed.json").touch(mode=0)
        with pytest.raises(PermissionError):
            vcto.read(tmp_path / "closed.json")


def test_a_notebook_shows_what_core_writes_with_names_escaped() -> None:
    evil = "<script>alert(1)</script>\u202e'\"&"
    asset = {"id": "a", "kind": "server", "name": evil, "criticality": "critical", "facts": {"os_name": "Windows Server 2012"}}
    estate = vcto.Estate({**SMALL, "source": {"name": evil}, "assets": [asset]})
    review = vcto.review(estate, as_of="2026-11-22")
    assert any(evil in finding.get("name", "") for finding in review.findings)
    assert review._repr_html_() == review.to_html() and estate._repr_html_() == estate.to_html()
    for shown in (estate.to_html(), review.to_html()):
        assert "<script" not in shown and "\u202e" not in shown
        assert "&lt;script&gt;" in shown and "\\u{202e}" in shown and "&quot;&amp;" in shown
    assert "\u202e" not in review.to_text() and "Architecture review" in review.to_text()


def test_an_estate_is_shared_by_threads(examples: pathlib.Path) -> None:
    estate = vcto.Estate(vcto.read(examples / "erp.json"))
    seen: list[str] = []
    threads = [threading.Thread(target=lambda: seen.append(estate.digest)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 16 and set(seen) == {estate.digest}


def test_a_review_is_a_document_and_its_parts_are_objects(examples: pathlib.Path) -> None:
    estate = vcto.Estate(vcto.read(examples / "erp.json"))
    review = vcto.review(estate, as_of="2026-11-22")
    document = json.loads(review.to_json())
    assert document["format"] == "vcto.review/1"
    assert review.findings == document["findings"]
    assert review.recommendations == document["recommendations"]
    assert review.findings is review.findings
    assert review.coverage.assets == review.coverage["assets"] == 5
    assert review.debt.ratio is None or review.debt.ratio.grade in "ABCDE"
    assert review.estate == estate.digest


def test_a_day_is_text_or_a_date(examples: pathlib.Path) -> None:
    estate = vcto.Estate(vcto.read(examples / "erp.json"))
    text, date = (vcto.review(estate, as_of=day) for day in ("2026-11-22", datetime.date(2026, 11, 22)))
    assert text.to_json() == date.to_json()
    with pytest.raises(vcto.InvalidInput) as caught:
        vcto.review(estate, as_of="22.11.2026")
    assert caught.value.place == "as_of"


def test_an_estate_crosses_a_process_border(examples: pathlib.Path) -> None:
    estate = vcto.Estate(vcto.read(examples / "erp.json"))
    for again in (copy.copy(estate), copy.deepcopy(estate), pickle.loads(pickle.dumps(estate))):
        assert type(again) is vcto.Estate and again.to_json() == estate.to_json()


def test_the_questions_of_a_review_are_a_sheet_that_is_read_back_when_it_is_filled(tmp_path: pathlib.Path) -> None:
    rmm, sheet = tmp_path / "rmm.json", tmp_path / "questions.csv"
    rmm.write_text(json.dumps({**SMALL, "assets": [{"id": "p", "kind": "printer", "name": "MFP"}]}))
    review = vcto.review(vcto.Estate(vcto.read(rmm)), "2026-11-22")
    owner = next(question for question in review.questions() if question.fact == "owner")
    assert (owner.ask, owner.assets, owner.unlocks, owner.together_with) == ("owner", ["p"], 1, [])
    sheet.write_text(review.questions_csv().replace(",owner,1,,,", ",owner,1,IT,A. Jones,2026-11-20"))
    answered = vcto.Estate(vcto.read([rmm, sheet]))
    again = vcto.review(answered, "2026-11-22")
    assert not any(question.fact == "owner" for question in again.questions())
    assert again.coverage.known == review.coverage.known + 1
    assert answered.facts_template() == "asset,fact,value,author,at\n"
