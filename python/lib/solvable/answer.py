"""What predictions return: numbers with the digits that survive in them, and records of named values."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .errors import TheoryError

__all__ = ["Number", "Numbers", "Record", "Word"]

_MOST_DIGITS = 15
# Of the values of a record, to be taken in at a glance.
_FEW_DIGITS = 6


def shown(value: Any, digits: int | None = None) -> str:
    """A value with no more digits than survive in it."""
    if isinstance(value, float):
        return f"{value:.{digits or _MOST_DIGITS}g}" if math.isfinite(value) else str(float(value))
    if isinstance(value, str):
        return repr(value)
    if hasattr(value, "shape"):
        import numpy as np

        with np.printoptions(precision=min(digits or _FEW_DIGITS, _FEW_DIGITS), threshold=20, edgeitems=3):
            return np.array2string(np.asarray(value), separator=", ")
    return repr(value)


class Answer:
    """What every value that a prediction returns knows beside itself."""

    digits: Any = None
    """The fewest significant digits that survive in a number of it; an array where parameters were arrays (0 where there is an
    error); ``None`` where they were not asked for."""

    vanishing: tuple[str, ...] = ()
    """Where in the value numbers are zero to rounding."""

    boundary: str | None = None
    """What changes when the parameters move in their last place, if anything jumps."""

    caveat: str | None = None
    """What a reader of the value should know: parameters outside of what it is valid for."""

    errors: Sequence[TheoryError] = ()
    """The refusals of the entries that have none, each with its ``index``; their values are NaN."""

    @property
    def notes(self) -> list[str]:
        """All remarks in words."""
        notes = [] if self.caveat is None else [self.caveat]
        if self.vanishing:
            notes.append("zero to rounding: " + ", ".join(self.vanishing))
        if self.boundary is not None:
            notes.append("on a boundary: " + self.boundary)
        notes.extend(f"{error.index}: {error}" for error in self.errors)
        return notes


class Number(Answer, float):
    """A predicted number: a float that knows its digits."""

    _name: str = "value"

    def __new__(cls, value: float, name: str = "value") -> Number:
        number = super().__new__(cls, value)
        number._name = name
        return number

    @property
    def value(self) -> float:
        """The number as a plain float."""
        return float(self)

    def __getattr__(self, name: str) -> float:
        if name == self._name:
            return float(self)
        raise AttributeError(f"{type(self).__name__} has no {name!r}; it is called {self._name!r}")

    def __repr__(self) -> str:
        return shown(float(self), self.digits)

    def _repr_html_(self) -> str:
        return _table([(self._name, shown(float(self), self.digits))], self)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (float(self), self._name), self.__dict__.copy()


class Word(Answer, str):
    """A predicted word: a string."""

    @property
    def value(self) -> str:
        """The word as a plain string."""
        return str(self)


class Numbers(Answer):
    """Predicted numbers, one for each entry of parameters that are arrays: works wherever an array does."""

    def __init__(self, value: NDArray[Any], name: str = "value") -> None:
        self.value = value
        self._name = name

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        import numpy as np

        array = np.asarray(self.value, dtype=dtype)
        return array.copy() if copy and array is self.value else array

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        plain = [item.value if isinstance(item, Numbers) else item for item in inputs]
        return getattr(ufunc, method)(*plain, **options)

    def __getattr__(self, name: str) -> Any:
        # An object that is being unpickled has nothing yet.
        if "value" not in self.__dict__ or name.startswith("__"):
            raise AttributeError(name)
        return self.value if name == self._name else getattr(self.value, name)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.value, self._name), self.__dict__.copy()

    def __getitem__(self, index: Any) -> Any:
        return self.value[index]

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.value)

    def __repr__(self) -> str:
        return f"Numbers({shown(self.value, _least(self.digits))})"

    def _repr_html_(self) -> str:
        return _table([(self._name, shown(self.value, _least(self.digits)))], self)


def _operators() -> None:
    """Gives `Numbers` the operators of arrays; each answers with a plain array."""

    def forward(name: str) -> Any:
        def operator(self: Numbers, *others: Any) -> Any:
            plain = [other.value if isinstance(other, Numbers) else other for other in others]
            return getattr(self.value, name)(*plain)

        operator.__name__ = name
        return operator

    binary = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow"]
    names = [f"__{side}{name}__" for name in binary for side in ("", "r")]
    names += ["__neg__", "__pos__", "__abs__", "__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"]
    for name in names:
        setattr(Numbers, name, forward(name))
    setattr(Numbers, "__hash__", None)


_operators()


class Record(Answer, tuple):  # type: ignore[type-arg]
    """Predicted values by name, in the order of the formula: fields, and a tuple that can be unpacked.

    Every prediction of several values has a class of its own. A field that hangs on the parameters is ``None`` where it is not there.
    """

    names: ClassVar[tuple[str, ...]] = ()
    """The names that values of this prediction can have."""

    _fields: tuple[str, ...]
    """The names that this one has, in the order of the tuple."""

    def __new__(cls, parts: Mapping[str, Any]) -> Record:
        record = super().__new__(cls, parts.values())
        record._fields = tuple(parts)
        if "caveat" in parts:
            record.caveat = parts["caveat"]
        return record

    def _asdict(self) -> dict[str, Any]:
        """The values by name."""
        return dict(zip(self._fields, self))

    def __repr__(self) -> str:
        parts = [f"{name}={text}" for name, text in self._shown()]
        return f"{type(self).__name__}({', '.join(parts)})"

    def _repr_html_(self) -> str:
        return _table(self._shown(), self)

    def _shown(self) -> list[tuple[str, str]]:
        digits = min(_least(self.digits) or _FEW_DIGITS, _FEW_DIGITS)
        return [(name, shown(value, digits)) for name, value in zip(self._fields, self)]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._asdict(),), self.__dict__.copy()


def field(name: str) -> property:
    """A field of records."""

    def value(record: Record) -> Any:
        return record[record._fields.index(name)] if name in record._fields else None

    return property(value)


def _least(digits: Any) -> int | None:
    if digits is None or isinstance(digits, int):
        return digits
    known = digits[digits > 0]
    return int(known.min()) if known.size else None


def _table(rows: Sequence[tuple[str, str]], answer: Answer) -> str:
    cells = [
        f"<tr><th style='text-align:left'>{html.escape(name)}</th><td style='text-align:left'>"
        f"<code>{html.escape(value)}</code></td></tr>"
        for name, value in rows
    ]
    digits = _least(answer.digits)
    notes = [] if digits is None else [f"{digits} significant digits survive"]
    notes += answer.notes[:3]
    told = "".join(f"<div><small>{html.escape(note)}</small></div>" for note in notes)
    return f"<table>{''.join(cells)}</table>{told}"
