# mypy: disable-error-code="overload-overlap"
"""Predictions: dense associative memories.

Written by generate.py from the catalogue.
"""

from typing import Any, Generic, Literal, TypeVar, overload

from ._call import Spec
from .answer import Number, Numbers, Record, Word
from .typing import Array, Flags, FloatArray, Integer, IntegerList, Integers, Real, RealList, Reals, Rows, WordList, Words

_T = TypeVar("_T")

_LOG_Z_QUADRATIC: Spec

@overload
def log_z_quadratic(
    *,
    xi: Rows,
    sigma2: Real = ...,
    power: Integer = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def log_z_quadratic(
    *,
    xi: Array,
    sigma2: Reals = ...,
    power: Integers = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_LOG_Z_ISING_ONE_PATTERN: Spec

@overload
def log_z_ising_one_pattern(
    *,
    d: Integer,
    w: Real,
    power: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def log_z_ising_one_pattern(
    *,
    d: Integers,
    w: Reals,
    power: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


__all__ = [
    "log_z_ising_one_pattern",
    "log_z_quadratic",
]
