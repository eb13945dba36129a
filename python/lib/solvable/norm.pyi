# mypy: disable-error-code="overload-overlap"
"""Predictions: normalization.

Written by generate.py from the catalogue.
"""

from typing import Any, Generic, Literal, TypeVar, overload

from ._call import Spec
from .answer import Number, Numbers, Record, Word
from .typing import Array, Flags, FloatArray, Integer, IntegerList, Integers, Real, RealList, Reals, Rows, WordList, Words

_T = TypeVar("_T")


class LastMeanSubtraction(Record, Generic[_T]):
    names = ("Theta_D", "m_lambda", "s_lambda", "lambda_max", "lambda_max_upper")
    @property
    def Theta_D(self) -> _T: ...
    @property
    def m_lambda(self) -> _T: ...
    @property
    def s_lambda(self) -> _T: ...
    @property
    def lambda_max(self) -> _T: ...
    @property
    def lambda_max_upper(self) -> _T: ...

_LAST_MEAN_SUBTRACTION: Spec

@overload
def last_mean_subtraction(
    *,
    activation: str,
    widths: IntegerList,
    N: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    train_bias: bool = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LastMeanSubtraction[float]: ...
@overload
def last_mean_subtraction(
    *,
    activation: Words,
    widths: Array,
    N: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    train_bias: Flags = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LastMeanSubtraction[FloatArray]: ...


class LastBatchNorm(Record, Generic[_T]):
    names = ("v", "lambda_max", "m_lambda")
    @property
    def v(self) -> _T: ...
    @property
    def lambda_max(self) -> _T: ...
    @property
    def m_lambda(self) -> _T: ...

_LAST_BATCH_NORM: Spec

@overload
def last_batch_norm(
    *,
    activation: str,
    widths: IntegerList,
    N: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    train_bias: bool = ...,
    gamma: Real = ...,
    sigma2: RealList | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LastBatchNorm[float]: ...
@overload
def last_batch_norm(
    *,
    activation: Words,
    widths: Array,
    N: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    train_bias: Flags = ...,
    gamma: Reals = ...,
    sigma2: Array | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LastBatchNorm[FloatArray]: ...


class LastBnAffine(Record, Generic[_T]):
    names = ("eigenvalue", "multiplicity")
    @property
    def eigenvalue(self) -> _T: ...
    @property
    def multiplicity(self) -> _T: ...

_LAST_BN_AFFINE: Spec

@overload
def last_bn_affine(
    *,
    C: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LastBnAffine[float]: ...
@overload
def last_bn_affine(
    *,
    C: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LastBnAffine[FloatArray]: ...


class LastLayerNorm(Record, Generic[_T]):
    names = ("lambda_max_lower", "eigenvalues")
    @property
    def lambda_max_lower(self) -> _T | None: ...
    @property
    def eigenvalues(self) -> FloatArray | None: ...

_LAST_LAYER_NORM: Spec

@overload
def last_layer_norm(
    *,
    activation: str,
    widths: IntegerList,
    sigma_w2: Real,
    sigma_b2: Real,
    train_bias: bool = ...,
    gamma: Real = ...,
    outputs: Rows | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LastLayerNorm[float]: ...
@overload
def last_layer_norm(
    *,
    activation: Words,
    widths: Array,
    sigma_w2: Reals,
    sigma_b2: Reals,
    train_bias: Flags = ...,
    gamma: Reals = ...,
    outputs: Array | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LastLayerNorm[FloatArray]: ...


class LastLnPopulation(Record, Generic[_T]):
    names = ("e_parallel", "e_perp")
    @property
    def e_parallel(self) -> _T: ...
    @property
    def e_perp(self) -> _T: ...

_LAST_LN_POPULATION: Spec

@overload
def last_ln_population(
    *,
    C: Integer,
    lam: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LastLnPopulation[float]: ...
@overload
def last_ln_population(
    *,
    C: Integers,
    lam: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LastLnPopulation[FloatArray]: ...


class HiddenModes(Record, Generic[_T]):
    names = ("Theta_D", "Theta_S")
    @property
    def Theta_D(self) -> _T: ...
    @property
    def Theta_S(self) -> _T: ...

_HIDDEN_MODES: Spec

@overload
def hidden_modes(
    *,
    activation: str,
    widths: IntegerList,
    sigma_w2: Real,
    sigma_b2: Real,
    modes: WordList,
    train_bias: bool = ...,
    gamma: Real = ...,
    beta: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> HiddenModes[float]: ...
@overload
def hidden_modes(
    *,
    activation: Words,
    widths: Array,
    sigma_w2: Reals,
    sigma_b2: Reals,
    modes: Array,
    train_bias: Flags = ...,
    gamma: Reals = ...,
    beta: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> HiddenModes[FloatArray]: ...


class HiddenTopRefined(Record, Generic[_T]):
    names = ("Theta_S", "zeta", "outlier")
    @property
    def Theta_S(self) -> _T: ...
    @property
    def zeta(self) -> _T: ...
    @property
    def outlier(self) -> _T: ...

_HIDDEN_TOP_REFINED: Spec

@overload
def hidden_top_refined(
    *,
    activation: str,
    widths: IntegerList,
    N: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    modes: WordList,
    train_bias: bool = ...,
    gamma: Real = ...,
    beta: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> HiddenTopRefined[float]: ...
@overload
def hidden_top_refined(
    *,
    activation: Words,
    widths: Array,
    N: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    modes: Array,
    train_bias: Flags = ...,
    gamma: Reals = ...,
    beta: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> HiddenTopRefined[FloatArray]: ...

_EDGE_PROPORTIONAL: Spec

@overload
def edge_proportional(
    *,
    activation: str,
    widths: IntegerList,
    N: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    train_bias: bool = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def edge_proportional(
    *,
    activation: Words,
    widths: Array,
    N: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    train_bias: Flags = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_EDGE_STATUS: Spec

@overload
def edge_status(
    *,
    activation: str,
    widths: IntegerList,
    sigma_w2: Real,
    sigma_b2: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Word: ...
@overload
def edge_status(
    *,
    activation: Words,
    widths: Array,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class Trainability(Record, Generic[_T]):
    names = ("eta_c", "eta_T")
    @property
    def eta_c(self) -> _T: ...
    @property
    def eta_T(self) -> _T: ...

_TRAINABILITY: Spec

@overload
def trainability(
    *,
    lambda_max: Real,
    steps: Integer = ...,
    a: Real | None = ...,
    N: Integer | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Trainability[float]: ...
@overload
def trainability(
    *,
    lambda_max: Reals,
    steps: Integers = ...,
    a: Reals | None = ...,
    N: Integers | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Trainability[FloatArray]: ...


class MiniBatch(Record, Generic[_T]):
    names = ("eta_c", "eta_full", "eta_batch")
    @property
    def eta_c(self) -> _T: ...
    @property
    def eta_full(self) -> _T: ...
    @property
    def eta_batch(self) -> _T: ...

_MINI_BATCH: Spec

@overload
def mini_batch(
    *,
    theta_d: Real,
    theta_s: Real,
    N: Integer,
    B: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> MiniBatch[float]: ...
@overload
def mini_batch(
    *,
    theta_d: Reals,
    theta_s: Reals,
    N: Integers,
    B: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> MiniBatch[FloatArray]: ...

_MINI_BATCH_GRAM: Spec

@overload
def mini_batch_gram(
    *,
    gram: Rows,
    B: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def mini_batch_gram(
    *,
    gram: Array,
    B: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


__all__ = [
    "HiddenModes",
    "HiddenTopRefined",
    "LastBatchNorm",
    "LastBnAffine",
    "LastLayerNorm",
    "LastLnPopulation",
    "LastMeanSubtraction",
    "MiniBatch",
    "Trainability",
    "edge_proportional",
    "edge_status",
    "hidden_modes",
    "hidden_top_refined",
    "last_batch_norm",
    "last_bn_affine",
    "last_layer_norm",
    "last_ln_population",
    "last_mean_subtraction",
    "mini_batch",
    "mini_batch_gram",
    "trainability",
]
