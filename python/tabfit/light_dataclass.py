"""Dataclasses that cost next to nothing to define: the library's decorator, without its imports.

In: a class with annotated fields. Out: what `dataclasses.dataclass` makes of a
frozen one. The library's imports `inspect` and compiles six functions for each
class, which took half the time of a whole `tabfit inspect`. Left out is what
such values do not need: default factories, fields left out of equality, order. Type checkers
read the library's own.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from dataclasses import dataclass, replace
else:

    def dataclass(
        kind: type | None = None,
        *,
        frozen: bool,
        slots: bool = False,
        kw_only: bool = False,
        eq: bool = True,
    ) -> type | Callable[[type], type]:
        """Return a class whose values are equal where their fields are, and never change.

        Without `eq` a value is equal to itself alone.
        """
        if kind is None:
            return lambda kind: dataclass(kind, frozen=frozen, slots=slots, kw_only=kw_only, eq=eq)
        if not frozen:
            raise TypeError(f"{kind.__name__} is not frozen; dataclasses.dataclass makes such")
        return _with_methods(kind, slots=slots, kw_only=kw_only, eq=eq)

    def replace(value: object, /, **changes: object) -> object:
        """Return the value with some fields changed."""
        kind: Any = type(value)
        same = {name: getattr(value, name) for name in field_names(kind)}
        return type(value)(**{**same, **changes})


__all__ = ["dataclass", "field_names", "replace"]


def field_names(kind: type) -> tuple[str, ...]:
    """Return the names of a class's fields, whichever decorator made it."""
    own: tuple[str, ...] | None = getattr(kind, "__fields__", None)
    return tuple(getattr(kind, "__dataclass_fields__", ())) if own is None else own


class _LibraryFields:
    """What `dataclasses.fields` and its like look for, made when they do."""

    def __init__(self, annotations: Mapping[str, object], defaults: Mapping[str, object]) -> None:
        self.annotations, self.defaults = annotations, defaults

    def __get__(self, value: object, kind: type) -> object:
        """Return the fields as the library describes them."""
        import dataclasses  # noqa: PLC0415 - not importing it is what this module is for

        def made(value: object) -> object:  # taken whether or not a default can be hashed
            return dataclasses.field(default_factory=lambda: value)

        made_anew = {name: made(value) for name, value in self.defaults.items()}
        like = type(kind.__name__, (), {"__annotations__": self.annotations, **made_anew})
        of_library: Any = dataclasses.dataclass(kw_only=True)(like)
        return of_library.__dataclass_fields__


def _with_methods(kind: type, *, slots: bool, kw_only: bool, eq: bool) -> type:
    own = dict(vars(kind))
    given = own.get("__annotations__", {})
    before, set_before = getattr(kind, "__light__", ({}, {}))  # those of the class it extends
    annotations = {**before, **given}
    defaults = {**set_before, **{name: own[name] for name in given if name in own}}
    names = tuple(annotations)
    made: Any = _slotted(kind, tuple(given), own) if slots else kind
    for name, method in _methods(made, names).items():
        if own.get(name) is None and (eq or name not in ("__eq__", "__hash__")):
            setattr(made, name, method)
    made.__init__ = _first_use(made, names, defaults, kw_only=kw_only)
    made.__match_args__ = () if kw_only else names  # type: ignore[misc]
    made.__fields__ = names
    made.__light__ = annotations, defaults
    made.__dataclass_fields__ = _LibraryFields(annotations, defaults)
    return made  # type: ignore[no-any-return]


def _slotted(kind: type, names: Sequence[str], own: Mapping[str, Any]) -> type:
    """Return the class again, with room for its fields and nothing else."""
    left_out = {*names, "__dict__", "__weakref__"}
    body = {name: value for name, value in own.items() if name not in left_out}
    return type(kind)(kind.__name__, kind.__bases__, {**body, "__slots__": names})


def _methods(kind: type, names: Sequence[str]) -> dict[str, Callable[..., object]]:
    fields: Callable[[object], object] = attrgetter(*names) if names else lambda _: ()

    def equal(self: object, other: object) -> bool:
        return fields(self) == fields(other) if type(other) is kind else NotImplemented

    def hashed(self: object) -> int:
        return hash(fields(self))

    def shown(self: object) -> str:
        return f"{kind.__name__}({', '.join(f'{n}={getattr(self, n)!r}' for n in names)})"

    def refused(_: object, name: str, *__: object) -> None:
        raise AttributeError(f"{kind.__name__} is frozen: {name} stays as it is")

    return {
        "__eq__": equal,
        "__hash__": hashed,
        "__repr__": shown,
        "__setattr__": refused,
        "__delattr__": refused,
    }


def _first_use(
    kind: type, names: Sequence[str], defaults: Mapping[str, object], *, kw_only: bool
) -> Callable[..., None]:
    """Return a constructor that makes way for a compiled one when it is first called."""

    def first(self: object, *given: object, **named: object) -> None:
        compiled = _constructor(kind, names, defaults, kw_only=kw_only)
        setattr(kind, "__init__", compiled)  # noqa: B010 - mypy allows no other way
        compiled(self, *given, **named)

    return first


def _constructor(
    kind: type, names: Sequence[str], defaults: Mapping[str, object], *, kw_only: bool
) -> Callable[..., None]:
    """Return `__init__` for these fields, compiled: no other way sets them as quickly."""
    star = ["*"] if kw_only and names else []
    taken = [f"{name}=_{name}" if name in defaults else name for name in names]
    lines = [f"def __init__({', '.join(['self', *star, *taken])}):"]
    lines += [f"    __set(self, {name!r}, {name})" for name in names]
    lines.append("    self.__post_init__()" if hasattr(kind, "__post_init__") else "    return")
    space: dict[str, Any] = {f"_{name}": value for name, value in defaults.items()}
    space["__set"] = object.__setattr__
    exec("\n".join(lines), space)  # noqa: S102 - only the names of a class's own fields
    made: Callable[..., None] = space["__init__"]
    return made
