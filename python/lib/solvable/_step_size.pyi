# mypy: disable-error-code="overload-overlap"
"""Predictions: learning rates.

Written by generate.py from the catalogue.
"""

from typing import Any, Generic, Literal, TypeVar, overload

from ._call import Spec
from .answer import Number, Numbers, Record, Word
from .typing import Array, Flags, FloatArray, Integer, IntegerList, Integers, Real, RealList, Reals, Rows, WordList, Words

_T = TypeVar("_T")


class StepSize(Record, Generic[_T]):
    names = ("eta_c", "lambda_max", "formula", "remark", "sigma_w2", "finite_width", "eta_cautious", "alpha", "eta_one_step", "anisotropy", "eta_unit", "factor", "steps_to_one_per_cent", "saturates", "deviation", "caveat")
    @property
    def eta_c(self) -> _T: ...
    @property
    def lambda_max(self) -> _T | None: ...
    @property
    def formula(self) -> str: ...
    @property
    def remark(self) -> str: ...
    @property
    def sigma_w2(self) -> _T | None: ...
    @property
    def finite_width(self) -> _T | None: ...
    @property
    def eta_cautious(self) -> _T | None: ...
    @property
    def alpha(self) -> _T | None: ...
    @property
    def eta_one_step(self) -> _T | None: ...
    @property
    def anisotropy(self) -> _T | None: ...
    @property
    def eta_unit(self) -> _T | None: ...
    @property
    def factor(self) -> _T | None: ...
    @property
    def steps_to_one_per_cent(self) -> _T | None: ...
    @property
    def saturates(self) -> str | None: ...
    @property
    def deviation(self) -> _T | None: ...

_STEP_SIZE: Spec

@overload
def step_size(
    *,
    activation: str | None = ...,
    depth: Integer = ...,
    width: Integer = ...,
    classes: Integer = ...,
    widths: IntegerList | None = ...,
    N: Integer = ...,
    method: str = ...,
    loss: str = ...,
    sigma_w2: Real | None = ...,
    sigma_b2: Real = ...,
    train_bias: bool = ...,
    normalization: Any = ...,
    gamma: Real = ...,
    beta: Real = ...,
    architecture: Any = ...,
    inputs: Rows | None = ...,
    output: str = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> StepSize[float]: ...
@overload
def step_size(
    *,
    activation: Words | None = ...,
    depth: Integers = ...,
    width: Integers = ...,
    classes: Integers = ...,
    widths: Array | None = ...,
    N: Integers = ...,
    method: Words = ...,
    loss: Words = ...,
    sigma_w2: Reals | None = ...,
    sigma_b2: Reals = ...,
    train_bias: Flags = ...,
    normalization: Any = ...,
    gamma: Reals = ...,
    beta: Reals = ...,
    architecture: Any = ...,
    inputs: Array | None = ...,
    output: Words = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> StepSize[FloatArray]: ...


__all__ = [
    "StepSize",
    "step_size",
]
