# mypy: disable-error-code="overload-overlap"
"""Predictions: pathological spectra of the Fisher information.

Written by generate.py from the catalogue.
"""

from typing import Any, Generic, Literal, TypeVar, overload

from ._call import Spec
from .answer import Number, Numbers, Record, Word
from .typing import Array, Flags, FloatArray, Integer, IntegerList, Integers, Real, RealList, Reals, Rows, WordList, Words

_T = TypeVar("_T")


class OrderParameters(Record, Generic[_T]):
    names = ("q_t", "q_st", "qhat_t", "qhat_st", "qtilde_t", "qtilde_st")
    @property
    def q_t(self) -> FloatArray: ...
    @property
    def q_st(self) -> FloatArray: ...
    @property
    def qhat_t(self) -> FloatArray: ...
    @property
    def qhat_st(self) -> FloatArray: ...
    @property
    def qtilde_t(self) -> FloatArray: ...
    @property
    def qtilde_st(self) -> FloatArray: ...

_ORDER_PARAMETERS: Spec

@overload
def order_parameters(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> OrderParameters[float]: ...
@overload
def order_parameters(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> OrderParameters[FloatArray]: ...


class Kappa(Record, Generic[_T]):
    names = ("alpha", "kappa_1", "kappa_2")
    @property
    def alpha(self) -> _T: ...
    @property
    def kappa_1(self) -> _T: ...
    @property
    def kappa_2(self) -> _T: ...

_KAPPA: Spec

@overload
def kappa(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    alphas: RealList,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Kappa[float]: ...
@overload
def kappa(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    alphas: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Kappa[FloatArray]: ...


class FimMse(Record, Generic[_T]):
    names = ("m_lambda", "s_lambda", "lambda_max")
    @property
    def m_lambda(self) -> _T: ...
    @property
    def s_lambda(self) -> _T: ...
    @property
    def lambda_max(self) -> _T: ...

_FIM_MSE: Spec

@overload
def fim_mse(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    alphas: RealList,
    M: Real,
    N: Integer,
    C: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FimMse[float]: ...
@overload
def fim_mse(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    alphas: Array,
    M: Reals,
    N: Integers,
    C: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FimMse[FloatArray]: ...


class Ntk(Record, Generic[_T]):
    names = ("Theta_t", "Theta_st", "mean", "second_moment", "lambda_max", "bulk", "lambda_ms")
    @property
    def Theta_t(self) -> _T: ...
    @property
    def Theta_st(self) -> _T: ...
    @property
    def mean(self) -> _T: ...
    @property
    def second_moment(self) -> _T: ...
    @property
    def lambda_max(self) -> _T: ...
    @property
    def bulk(self) -> _T: ...
    @property
    def lambda_ms(self) -> _T: ...

_NTK: Spec

@overload
def ntk(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    widths: IntegerList,
    N: Integer,
    C: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Ntk[float]: ...
@overload
def ntk(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    widths: Array,
    N: Integers,
    C: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Ntk[FloatArray]: ...


class OutlierVectors(Record, Generic[_T]):
    names = ("same_class", "other_class", "remainder")
    @property
    def same_class(self) -> _T: ...
    @property
    def other_class(self) -> _T: ...
    @property
    def remainder(self) -> _T: ...

_OUTLIER_VECTORS: Spec

@overload
def outlier_vectors(
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
) -> OutlierVectors[float]: ...
@overload
def outlier_vectors(
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
) -> OutlierVectors[FloatArray]: ...


class FimBlocks(Record, Generic[_T]):
    names = ("mean", "second_moment", "lambda_max")
    @property
    def mean(self) -> FloatArray: ...
    @property
    def second_moment(self) -> FloatArray: ...
    @property
    def lambda_max(self) -> FloatArray: ...

_FIM_BLOCKS: Spec

@overload
def fim_blocks(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    widths: IntegerList,
    N: Integer,
    C: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FimBlocks[float]: ...
@overload
def fim_blocks(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    widths: Array,
    N: Integers,
    C: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FimBlocks[FloatArray]: ...


class InputMetric(Record, Generic[_T]):
    names = ("mean", "second_moment", "lambda_max", "outlier_share", "max_over_mean")
    @property
    def mean(self) -> FloatArray: ...
    @property
    def second_moment(self) -> FloatArray: ...
    @property
    def lambda_max(self) -> FloatArray: ...
    @property
    def outlier_share(self) -> FloatArray: ...
    @property
    def max_over_mean(self) -> FloatArray: ...

_INPUT_METRIC: Spec

@overload
def input_metric(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    widths: IntegerList,
    N: Integer,
    C: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> InputMetric[float]: ...
@overload
def input_metric(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    widths: Array,
    N: Integers,
    C: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> InputMetric[FloatArray]: ...

_INPUT_METRIC_CORRECTED: Spec

@overload
def input_metric_corrected(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    widths: IntegerList,
    N: Integer,
    C: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def input_metric_corrected(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    widths: Array,
    N: Integers,
    C: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class SoftmaxMoments(Record, Generic[_T]):
    names = ("beta_1", "beta_2", "beta_3", "beta_0", "lower", "upper")
    @property
    def beta_1(self) -> _T: ...
    @property
    def beta_2(self) -> _T: ...
    @property
    def beta_3(self) -> _T: ...
    @property
    def beta_0(self) -> _T: ...
    @property
    def lower(self) -> _T: ...
    @property
    def upper(self) -> _T: ...

_SOFTMAX_MOMENTS: Spec

@overload
def softmax_moments(
    *,
    C: Integer,
    q_t: Real,
    q_st: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> SoftmaxMoments[float]: ...
@overload
def softmax_moments(
    *,
    C: Integers,
    q_t: Reals,
    q_st: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> SoftmaxMoments[FloatArray]: ...


class CeMoments(Record, Generic[_T]):
    names = ("m_lambda", "s_lambda", "beta_1", "beta_2", "beta_3")
    @property
    def m_lambda(self) -> _T: ...
    @property
    def s_lambda(self) -> _T: ...
    @property
    def beta_1(self) -> _T: ...
    @property
    def beta_2(self) -> _T: ...
    @property
    def beta_3(self) -> _T: ...

_CE_MOMENTS: Spec

@overload
def ce_moments(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    alphas: RealList,
    M: Real,
    N: Integer,
    C: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> CeMoments[float]: ...
@overload
def ce_moments(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    alphas: Array,
    M: Reals,
    N: Integers,
    C: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> CeMoments[FloatArray]: ...

_QBAR_CONDITIONAL: Spec

@overload
def qbar_conditional(
    *,
    y: RealList,
    q_t: Real,
    q_st: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def qbar_conditional(
    *,
    y: Array,
    q_t: Reals,
    q_st: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_CE_OUTLIER_QUANTILE_C2: Spec

@overload
def ce_outlier_quantile_c2(
    *,
    p: Real,
    q_t: Real,
    q_st: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def ce_outlier_quantile_c2(
    *,
    p: Reals,
    q_t: Reals,
    q_st: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_CE_BULK_DENSITY_C2: Spec

@overload
def ce_bulk_density_c2(
    *,
    lambda_: Real,
    q_t: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def ce_bulk_density_c2(
    *,
    lambda_: Reals,
    q_t: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_CE_DUAL: Spec

@overload
def ce_dual(
    *,
    logits: Rows,
    Theta_t: Real,
    Theta_st: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def ce_dual(
    *,
    logits: Array,
    Theta_t: Reals,
    Theta_st: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_CE_OUTLIERS: Spec

@overload
def ce_outliers(
    *,
    logits: Rows,
    Theta_t: Real,
    Theta_st: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def ce_outliers(
    *,
    logits: Array,
    Theta_t: Reals,
    Theta_st: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_CE_KERNEL_MAP: Spec

@overload
def ce_kernel_map(
    *,
    logits: Rows,
    labels: IntegerList,
    Theta_t: Real,
    Theta_st: Real,
    eta: Real,
    steps: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def ce_kernel_map(
    *,
    logits: Array,
    labels: Array,
    Theta_t: Reals,
    Theta_st: Reals,
    eta: Reals,
    steps: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class CriticalStep(Record, Generic[_T]):
    names = ("eta_c", "eta_c_CE", "beta_0")
    @property
    def eta_c(self) -> _T: ...
    @property
    def eta_c_CE(self) -> _T: ...
    @property
    def beta_0(self) -> _T: ...

_CRITICAL_STEP: Spec

@overload
def critical_step(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    alphas: RealList,
    M: Real,
    N: Integer,
    C: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> CriticalStep[float]: ...
@overload
def critical_step(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    alphas: Array,
    M: Reals,
    N: Integers,
    C: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> CriticalStep[FloatArray]: ...


class ClassifierStep(Record, Generic[_T]):
    names = ("squared_error", "cross_entropy", "beta_0", "sensitive_share", "sensitivity")
    @property
    def squared_error(self) -> _T: ...
    @property
    def cross_entropy(self) -> _T: ...
    @property
    def beta_0(self) -> _T: ...
    @property
    def sensitive_share(self) -> _T: ...
    @property
    def sensitivity(self) -> _T: ...

_CLASSIFIER_STEP: Spec

@overload
def classifier_step(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    widths: IntegerList,
    N: Integer,
    C: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> ClassifierStep[float]: ...
@overload
def classifier_step(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    widths: Array,
    N: Integers,
    C: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> ClassifierStep[FloatArray]: ...

_CE_TWO_CYCLE_C2: Spec

@overload
def ce_two_cycle_c2(
    *,
    r: Real,
    q_t_minus_q_st: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def ce_two_cycle_c2(
    *,
    r: Reals,
    q_t_minus_q_st: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


__all__ = [
    "CeMoments",
    "ClassifierStep",
    "CriticalStep",
    "FimBlocks",
    "FimMse",
    "InputMetric",
    "Kappa",
    "Ntk",
    "OrderParameters",
    "OutlierVectors",
    "SoftmaxMoments",
    "ce_bulk_density_c2",
    "ce_dual",
    "ce_kernel_map",
    "ce_moments",
    "ce_outlier_quantile_c2",
    "ce_outliers",
    "ce_two_cycle_c2",
    "classifier_step",
    "critical_step",
    "fim_blocks",
    "fim_mse",
    "input_metric",
    "input_metric_corrected",
    "kappa",
    "ntk",
    "order_parameters",
    "outlier_vectors",
    "qbar_conditional",
    "softmax_moments",
]
