# mypy: disable-error-code="overload-overlap"
"""Predictions: networks of any architecture.

Written by generate.py from the catalogue.
"""

from typing import Any, Generic, Literal, TypeVar, overload

from ._call import Spec
from .answer import Number, Numbers, Record, Word
from .typing import Array, Flags, FloatArray, Integer, IntegerList, Integers, Real, RealList, Reals, Rows, WordList, Words

_T = TypeVar("_T")


class Kernels(Record, Generic[_T]):
    names = ("gp", "tangent")
    @property
    def gp(self) -> Any: ...
    @property
    def tangent(self) -> Any: ...

_KERNELS: Spec

@overload
def kernels(
    *,
    architecture: Any,
    inputs: Rows,
    parametrization: str = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Kernels[float]: ...
@overload
def kernels(
    *,
    architecture: Any,
    inputs: Array,
    parametrization: Words = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Kernels[FloatArray]: ...


class FimStats(Record, Generic[_T]):
    names = ("theta_t", "theta_st", "m_lambda", "s_lambda", "lambda_max", "eta_c")
    @property
    def theta_t(self) -> _T: ...
    @property
    def theta_st(self) -> _T: ...
    @property
    def m_lambda(self) -> _T: ...
    @property
    def s_lambda(self) -> _T: ...
    @property
    def lambda_max(self) -> _T: ...
    @property
    def eta_c(self) -> _T: ...

_FIM_STATS: Spec

@overload
def fim_stats(
    *,
    architecture: Any,
    N: Integer,
    same: Rows | None = ...,
    cross: Rows | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FimStats[float]: ...
@overload
def fim_stats(
    *,
    architecture: Any,
    N: Integers,
    same: Array | None = ...,
    cross: Array | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FimStats[FloatArray]: ...


class DataStats(Record, Generic[_T]):
    names = ("m_lambda", "s_lambda", "lambda_max", "eta_c", "lambda_ms", "eta_ms")
    @property
    def m_lambda(self) -> _T: ...
    @property
    def s_lambda(self) -> _T: ...
    @property
    def lambda_max(self) -> _T: ...
    @property
    def eta_c(self) -> _T: ...
    @property
    def lambda_ms(self) -> _T: ...
    @property
    def eta_ms(self) -> _T: ...

_DATA_STATS: Spec

@overload
def data_stats(
    *,
    architecture: Any,
    inputs: Rows,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> DataStats[float]: ...
@overload
def data_stats(
    *,
    architecture: Any,
    inputs: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> DataStats[FloatArray]: ...


class StepSize(Record, Generic[_T]):
    names = ("lambda_max", "eta_c")
    @property
    def lambda_max(self) -> _T: ...
    @property
    def eta_c(self) -> _T: ...

_STEP_SIZE: Spec

@overload
def step_size(
    *,
    architecture: Any,
    N: Integer | None = ...,
    inputs: Rows | None = ...,
    output: str = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> StepSize[float]: ...
@overload
def step_size(
    *,
    architecture: Any,
    N: Integers | None = ...,
    inputs: Array | None = ...,
    output: Words = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> StepSize[FloatArray]: ...


class MsEdge(Record, Generic[_T]):
    names = ("kappa", "bulk", "lambda_ms")
    @property
    def kappa(self) -> _T: ...
    @property
    def bulk(self) -> _T: ...
    @property
    def lambda_ms(self) -> _T: ...

_MS_EDGE: Spec

@overload
def ms_edge(
    *,
    architecture: Any,
    N: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> MsEdge[float]: ...
@overload
def ms_edge(
    *,
    architecture: Any,
    N: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> MsEdge[FloatArray]: ...


class DepthGrowth(Record, Generic[_T]):
    names = ("theta_t", "theta_st", "lambda_max", "eta_c")
    @property
    def theta_t(self) -> _T: ...
    @property
    def theta_st(self) -> _T: ...
    @property
    def lambda_max(self) -> _T: ...
    @property
    def eta_c(self) -> _T: ...

_DEPTH_GROWTH: Spec

@overload
def depth_growth(
    *,
    kind: str,
    blocks: Integer,
    fan_ins: RealList,
    sigma_w2: Real,
    positions: Integer,
    pooled: bool,
    N: Integer,
    scale: Real = ...,
    slope: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> DepthGrowth[float]: ...
@overload
def depth_growth(
    *,
    kind: Words,
    blocks: Integers,
    fan_ins: Array,
    sigma_w2: Reals,
    positions: Integers,
    pooled: Flags,
    N: Integers,
    scale: Reals = ...,
    slope: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> DepthGrowth[FloatArray]: ...

_MAX_DEPTH: Spec

@overload
def max_depth(
    *,
    kind: str,
    eta: Real,
    fan_ins: RealList,
    sigma_w2: Real,
    positions: Integer,
    pooled: bool,
    N: Integer,
    scale: Real = ...,
    slope: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def max_depth(
    *,
    kind: Words,
    eta: Reals,
    fan_ins: Array,
    sigma_w2: Reals,
    positions: Integers,
    pooled: Flags,
    N: Integers,
    scale: Reals = ...,
    slope: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_SPATIAL_MODES: Spec

@overload
def spatial_modes(
    *,
    grid: IntegerList,
    filter: IntegerList,
    chi: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def spatial_modes(
    *,
    grid: Array,
    filter: Array,
    chi: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class Contraction(Record, Generic[_T]):
    names = ("per_sample", "pair", "choice")
    @property
    def per_sample(self) -> _T: ...
    @property
    def pair(self) -> _T: ...
    @property
    def choice(self) -> str: ...

_CONTRACTION: Spec

@overload
def contraction(
    *,
    C: Integer,
    N: Integer,
    S: Integer,
    S_in: Integer,
    c_in: Integer,
    c_out: Integer,
    f: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Contraction[float]: ...
@overload
def contraction(
    *,
    C: Integers,
    N: Integers,
    S: Integers,
    S_in: Integers,
    c_in: Integers,
    c_out: Integers,
    f: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Contraction[FloatArray]: ...


class Shape(Record, Generic[_T]):
    names = ("shapes", "parameters")
    @property
    def shapes(self) -> Any: ...
    @property
    def parameters(self) -> _T: ...

_SHAPE: Spec

def shape(
    *,
    architecture: Any,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Shape[float]: ...


__all__ = [
    "Contraction",
    "DataStats",
    "DepthGrowth",
    "FimStats",
    "Kernels",
    "MsEdge",
    "Shape",
    "StepSize",
    "contraction",
    "data_stats",
    "depth_growth",
    "fim_stats",
    "kernels",
    "max_depth",
    "ms_edge",
    "shape",
    "spatial_modes",
    "step_size",
]
