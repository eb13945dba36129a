"""Types of parameters and values."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Array",
    "Flags",
    "FloatArray",
    "Integer",
    "IntegerList",
    "Integers",
    "Real",
    "RealList",
    "Reals",
    "Rows",
    "SupportsArray",
    "WordList",
    "Words",
]


class SupportsArray(Protocol):
    """What turns itself into an array: columns of data frames, tensors."""

    def __array__(self, *args: Any, **options: Any) -> NDArray[Any]: ...


FloatArray: TypeAlias = NDArray[np.float64]
Array: TypeAlias = NDArray[Any] | SupportsArray | Sequence[Any]
"""An array of any number of axes."""

Real: TypeAlias = float | int | Fraction | Decimal | np.floating[Any] | np.integer[Any]
Integer: TypeAlias = int | float | np.integer[Any]
RealList: TypeAlias = Sequence[Real] | Sequence[float] | Sequence[int] | NDArray[Any] | SupportsArray
IntegerList: TypeAlias = Sequence[int] | NDArray[Any] | SupportsArray
WordList: TypeAlias = Sequence[str] | NDArray[Any]
Rows: TypeAlias = Sequence[Sequence[float]] | Sequence[NDArray[Any]] | NDArray[Any]

Reals: TypeAlias = Real | Array
Integers: TypeAlias = Integer | Array
Flags: TypeAlias = bool | Array
Words: TypeAlias = str | Array
