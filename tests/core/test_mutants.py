"""What `make mutate` changes, and by which tests: none of it has gone with a file that moved."""

from __future__ import annotations

from tools import mutate_constants


def test_rooms_have_their_tests() -> None:
    """Each place of tests is there, and each room begins with a table of worked examples."""
    for room, folders in mutate_constants.ROOMS.items():
        assert all((mutate_constants.ROOT / each).exists() for each in folders), room
        assert mutate_constants.BOUNDARIES[room], room


def test_every_room_has_constants() -> None:
    """Each room is searched, and in each there are constants to change."""
    assert {*mutate_constants.OF_PYTHON, "catalog"} == set(mutate_constants.ROOMS)
    paths = list(mutate_constants.modules())
    for room in mutate_constants.OF_PYTHON:
        mine = (path for path in paths if path.is_relative_to(mutate_constants.CORE / room))
        assert any(next(mutate_constants.of_module(path), None) for path in mine), room
    assert next(mutate_constants.of_runtime_rows())
    assert next(mutate_constants.of_feature_rows())
