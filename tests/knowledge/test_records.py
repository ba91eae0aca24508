"""Every published record survives its way through JSON."""

from __future__ import annotations

import json
import typing
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import schema
from knowledge.schema import Answer, DocumentDraft, Link, PassageDraft, Record

RECORDS = [kind for kind in vars(schema).values() if isinstance(kind, type) and issubclass(kind, Record)]
RECORDS.remove(Record)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value that a field with this hint may hold."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is dict:
        return st.dictionaries(
            st.text(max_size=5), JSON if args[1] is Any else st.from_type(args[1]), max_size=2
        )
    if origin is tuple:
        return st.lists(values_of(args[0]), max_size=2).map(tuple)
    if origin is typing.Union or type(hint).__name__ == "UnionType":
        return st.one_of(*(values_of(arg) for arg in args))
    if isinstance(hint, type) and issubclass(hint, Record):
        return records(hint)
    return st.floats(allow_nan=False) if hint is float else st.from_type(hint)


def records(kind: type[Record]) -> st.SearchStrategy[Record]:
    """Any record of this kind, every field filled."""
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{f.name: values_of(hints[f.name]) for f in fields(kind)})  # type: ignore[arg-type]


def test_a_record_without_a_required_field_cannot_be_read() -> None:
    with pytest.raises(TypeError, match="text"):
        PassageDraft.from_dict({"page": 3})


def test_a_record_cannot_be_changed() -> None:
    link = Link("https://example.org")
    with pytest.raises(FrozenInstanceError):
        link.url = "https://example.com"  # type: ignore[misc]


@given(data=st.data(), kind=st.sampled_from(RECORDS))
def test_every_record_comes_back_from_json_as_it_was(data: st.DataObject, kind: type[Record]) -> None:
    record = data.draw(records(kind))
    assert kind.from_dict(json.loads(json.dumps(record.to_dict()))) == record


@given(data=st.data(), kind=st.sampled_from(RECORDS))
def test_keys_of_a_newer_version_are_ignored(data: st.DataObject, kind: type[Record]) -> None:
    record = data.draw(records(kind))
    assert kind.from_dict(record.to_dict() | {"of_a_newer_version": [1]}) == record


def test_keys_an_older_version_left_out_take_their_defaults() -> None:
    assert Answer.from_dict({"status": "nothing_found", "language": "en"}) == Answer("nothing_found", "en")


def test_nested_records_come_back_as_records() -> None:
    made = DocumentDraft("s", "t", "guide", "en", (PassageDraft("x", links=(Link("u"),)),), "0")
    back = DocumentDraft.from_dict(made.to_dict())
    assert back.passages[0].links[0] == Link("u")
    assert isinstance(back.passages, tuple)
