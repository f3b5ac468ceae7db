"""Errors: one class a kind, the same names in every language."""

import subprocess
import sys

import pytest

import vcto
from vcto import _vcto, errors


def test_every_kind_of_core_has_its_class_and_no_class_is_left_over() -> None:
    assert sorted(errors._BY_KIND) == _vcto.error_kinds()
    assert all(getattr(vcto, kind.__name__) is kind for kind in errors._BY_KIND.values())


def test_a_class_is_named_as_its_kind() -> None:
    for kind, cls in errors._BY_KIND.items():
        assert cls.__name__ == "".join(word.title() for word in kind.split("_"))


def test_an_error_tells_its_place_and_is_a_builtin_error_too() -> None:
    with pytest.raises(vcto.InvalidInput) as caught:
        vcto.Estate('{"format": "vcto.inventory/1", "source": {"name": "x"}, "assets": 3}')
    assert isinstance(caught.value, ValueError)
    assert caught.value.kind == "invalid_input"
    assert caught.value.retryable is False


def test_an_unknown_name_is_a_lookup_error() -> None:
    estate = vcto.Estate({"format": "vcto.inventory/1", "source": {"name": "x"}, "assets": []})
    with pytest.raises(LookupError) as caught:
        estate.find("FW-1")
    assert type(caught.value) is vcto.NotFound
    assert caught.value.operation == "estate.find"


def test_the_gates_no_is_told_from_what_went_wrong() -> None:
    refusals = {kind for kind, cls in errors._BY_KIND.items() if cls("x").is_refusal}
    assert refusals == {"consumed", "denied", "expired", "stale"}
    assert not vcto.VctoError("x").is_refusal


def test_near_names_are_named() -> None:
    assets = [{"id": "1", "kind": "database", "name": "SQL A"}, {"id": "2", "kind": "database", "name": "SQL B"}]
    estate = vcto.Estate({"format": "vcto.inventory/1", "source": {"name": "x"}, "assets": assets})
    with pytest.raises(vcto.NotFound) as caught:
        estate.find("SQL")
    assert caught.value.remedy == "did you mean `SQL A` or `SQL B`?"


def test_an_error_survives_a_process_border() -> None:
    code = "import pickle, vcto; e = vcto.errors._from_core('busy', 'x', '{\"place\": \"/a\"}'); f = pickle.loads(pickle.dumps(e)); assert type(f) is vcto.Busy and f.place == '/a'"
    subprocess.run([sys.executable, "-c", code], check=True)
