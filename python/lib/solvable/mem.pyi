# mypy: disable-error-code="overload-overlap"
"""Predictions: memories and mixing.

Written by generate.py from the catalogue.
"""

from typing import Any, Generic, Literal, TypeVar, overload

from ._call import Spec
from .answer import Number, Numbers, Record, Word
from .typing import Array, Flags, FloatArray, Integer, IntegerList, Integers, Real, RealList, Reals, Rows, WordList, Words

_T = TypeVar("_T")

_COMPLETION: Spec

@overload
def completion(
    *,
    xi: Rows,
    n: Integer,
    observed: IntegerList,
    values: RealList,
    b: RealList | None = ...,
    c: RealList | None = ...,
    sigma2: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def completion(
    *,
    xi: Array,
    n: Integers,
    observed: Array,
    values: Array,
    b: Array | None = ...,
    c: Array | None = ...,
    sigma2: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_COMPLETION_WEIGHTS: Spec

@overload
def completion_weights(
    *,
    xi: Rows,
    n: Integer,
    observed: IntegerList,
    values: RealList,
    b: RealList | None = ...,
    c: RealList | None = ...,
    sigma2: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def completion_weights(
    *,
    xi: Array,
    n: Integers,
    observed: Array,
    values: Array,
    b: Array | None = ...,
    c: Array | None = ...,
    sigma2: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_MARGINAL_LOG_LIKELIHOOD: Spec

@overload
def marginal_log_likelihood(
    *,
    xi: Rows,
    n: Integer,
    observed: IntegerList,
    values: RealList,
    b: RealList | None = ...,
    c: RealList | None = ...,
    sigma2: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def marginal_log_likelihood(
    *,
    xi: Array,
    n: Integers,
    observed: Array,
    values: Array,
    b: Array | None = ...,
    c: Array | None = ...,
    sigma2: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_COMPLETION_SUCCESS: Spec

@overload
def completion_success(
    *,
    m: Integer,
    theta: Real,
    K: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def completion_success(
    *,
    m: Integers,
    theta: Reals,
    K: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class Sharing(Record, Generic[_T]):
    names = ("log_S", "log_likelihood", "a")
    @property
    def log_S(self) -> _T: ...
    @property
    def log_likelihood(self) -> _T: ...
    @property
    def a(self) -> FloatArray: ...

_SHARING: Spec

@overload
def sharing(
    *,
    occupation: IntegerList,
    R2: Real,
    sigma2: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Sharing[float]: ...
@overload
def sharing(
    *,
    occupation: Array,
    R2: Reals,
    sigma2: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Sharing[FloatArray]: ...


class SharingPlateau(Record, Generic[_T]):
    names = ("t", "patterns")
    @property
    def t(self) -> _T: ...
    @property
    def patterns(self) -> _T: ...

_SHARING_PLATEAU: Spec

@overload
def sharing_plateau(
    *,
    N: Integer,
    K: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> SharingPlateau[float]: ...
@overload
def sharing_plateau(
    *,
    N: Integers,
    K: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> SharingPlateau[FloatArray]: ...


class EnergyChange(Record, Generic[_T]):
    names = ("E_A", "E_B", "dE")
    @property
    def E_A(self) -> _T: ...
    @property
    def E_B(self) -> _T: ...
    @property
    def dE(self) -> _T: ...

_ENERGY_CHANGE: Spec

@overload
def energy_change(
    *,
    xi_A: Rows,
    xi_B: Rows,
    v: RealList,
    beta: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> EnergyChange[float]: ...
@overload
def energy_change(
    *,
    xi_A: Array,
    xi_B: Array,
    v: Array,
    beta: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> EnergyChange[FloatArray]: ...

_REPLAY_GAIN: Spec

@overload
def replay_gain(
    *,
    beta: Real,
    dE: Real,
    p: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def replay_gain(
    *,
    beta: Reals,
    dE: Reals,
    p: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_REPLAY_SUBSET: Spec

@overload
def replay_subset(
    *,
    beta: Real,
    R2: Real,
    q: Real,
    r: Real,
    K: Integer,
    m: Integer,
    p: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def replay_subset(
    *,
    beta: Reals,
    R2: Reals,
    q: Reals,
    r: Reals,
    K: Integers,
    m: Integers,
    p: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_OUTLIER_BOUNDARY: Spec

@overload
def outlier_boundary(
    *,
    beta: Real,
    R2: Real,
    q: Real,
    Kc: Integer,
    Ko: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def outlier_boundary(
    *,
    beta: Reals,
    R2: Reals,
    q: Reals,
    Kc: Integers,
    Ko: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_FORGETTING_RANDOM: Spec

@overload
def forgetting_random(
    *,
    N: Integer,
    beta: Real,
    K_A: Integer,
    K_B: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def forgetting_random(
    *,
    N: Integers,
    beta: Reals,
    K_A: Integers,
    K_B: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_FORGETTING_RATE: Spec

@overload
def forgetting_rate(
    *,
    beta: Real,
    alpha_A: Real,
    alpha_B: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def forgetting_rate(
    *,
    beta: Reals,
    alpha_A: Reals,
    alpha_B: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_SURVIVAL_CAPACITY: Spec

@overload
def survival_capacity(
    *,
    beta: Real,
    r: Real,
    rho: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def survival_capacity(
    *,
    beta: Reals,
    r: Reals,
    rho: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_SURVIVAL_WEIGHT: Spec

@overload
def survival_weight(
    *,
    N: Integer,
    beta: Real,
    r: Real,
    rho: Real,
    P: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def survival_weight(
    *,
    N: Integers,
    beta: Reals,
    r: Reals,
    rho: Reals,
    P: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class AttentionStatistics(Record, Generic[_T]):
    names = ("participation", "entropy", "log_Z")
    @property
    def participation(self) -> _T: ...
    @property
    def entropy(self) -> _T: ...
    @property
    def log_Z(self) -> _T: ...

_ATTENTION_STATISTICS: Spec

@overload
def attention_statistics(
    *,
    scores: str,
    n: Integer,
    beta: Real,
    d: Integer | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> AttentionStatistics[float]: ...
@overload
def attention_statistics(
    *,
    scores: Words,
    n: Integers,
    beta: Reals,
    d: Integers | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> AttentionStatistics[FloatArray]: ...

_PARTICIPATION: Spec

@overload
def participation(
    *,
    scores: str,
    n: Integer,
    beta: Real,
    d: Integer | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def participation(
    *,
    scores: Words,
    n: Integers,
    beta: Reals,
    d: Integers | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_CRITICAL_TEMPERATURE: Spec

@overload
def critical_temperature(
    *,
    scores: str,
    n: Integer,
    correlation: Real | None = ...,
    copies: Integer | None = ...,
    d: Integer | None = ...,
    a: Real | None = ...,
    c: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def critical_temperature(
    *,
    scores: Words,
    n: Integers,
    correlation: Reals | None = ...,
    copies: Integers | None = ...,
    d: Integers | None = ...,
    a: Reals | None = ...,
    c: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class ParticipationExponents(Record, Generic[_T]):
    names = ("mean", "typical", "entropy")
    @property
    def mean(self) -> _T: ...
    @property
    def typical(self) -> _T: ...
    @property
    def entropy(self) -> _T: ...

_PARTICIPATION_EXPONENTS: Spec

@overload
def participation_exponents(
    *,
    gamma: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> ParticipationExponents[float]: ...
@overload
def participation_exponents(
    *,
    gamma: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> ParticipationExponents[FloatArray]: ...

_ATTENTION_TEMPERATURE: Spec

@overload
def attention_temperature(
    *,
    scores: str,
    n: Integer,
    d: Integer | None = ...,
    participation: Real | None = ...,
    entropy: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def attention_temperature(
    *,
    scores: Words,
    n: Integers,
    d: Integers | None = ...,
    participation: Reals | None = ...,
    entropy: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class GapBounds(Record, Generic[_T]):
    names = ("p_max", "lower", "upper")
    @property
    def p_max(self) -> _T: ...
    @property
    def lower(self) -> _T: ...
    @property
    def upper(self) -> _T: ...

_GAP_BOUNDS: Spec

@overload
def gap_bounds(
    *,
    values: RealList,
    beta: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> GapBounds[float]: ...
@overload
def gap_bounds(
    *,
    values: Array,
    beta: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> GapBounds[FloatArray]: ...

_TOKEN_MAP: Spec

@overload
def token_map(
    *,
    m: RealList,
    C: Rows,
    beta: Real,
    skip: Real,
    branch: Real,
    A: Rows | None = ...,
    W: Rows | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def token_map(
    *,
    m: Array,
    C: Array,
    beta: Reals,
    skip: Reals,
    branch: Reals,
    A: Array | None = ...,
    W: Array | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_TOKEN_SIMILARITY: Spec

@overload
def token_similarity(
    *,
    rho: Real,
    beta: Real,
    skip: Real,
    branch: Real,
    layers: Integer,
    values: str = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def token_similarity(
    *,
    rho: Reals,
    beta: Reals,
    skip: Reals,
    branch: Reals,
    layers: Integers,
    values: Words = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_COLLAPSE_BOUNDARY: Spec

@overload
def collapse_boundary(
    *,
    T: Integer,
    d: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def collapse_boundary(
    *,
    T: Integers,
    d: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class MixingMoments(Record, Generic[_T]):
    names = ("trace_of_square", "square_of_trace", "ratio")
    @property
    def trace_of_square(self) -> _T: ...
    @property
    def square_of_trace(self) -> _T: ...
    @property
    def ratio(self) -> _T: ...

_MIXING_MOMENTS: Spec

@overload
def mixing_moments(
    *,
    T: Integer,
    g: Real,
    a: Real,
    layers: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> MixingMoments[float]: ...
@overload
def mixing_moments(
    *,
    T: Integers,
    g: Reals,
    a: Reals,
    layers: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> MixingMoments[FloatArray]: ...

_MIXING_EXPONENTS: Spec

@overload
def mixing_exponents(
    *,
    T: Integer,
    a: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def mixing_exponents(
    *,
    T: Integers,
    a: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_MIXING_TOP_EXPONENT: Spec

@overload
def mixing_top_exponent(
    *,
    T: Integer,
    g: Real,
    a: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def mixing_top_exponent(
    *,
    T: Integers,
    g: Reals,
    a: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_KRONECKER_MOMENTS: Spec

@overload
def kronecker_moments(
    *,
    S: Integer,
    C: Integer,
    order: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def kronecker_moments(
    *,
    S: Integers,
    C: Integers,
    order: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_HAM_CRITICAL: Spec

@overload
def ham_critical(
    *,
    W1: Rows,
    W2: Rows,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def ham_critical(
    *,
    W1: Array,
    W2: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_HAM_AMPLITUDE: Spec

@overload
def ham_amplitude(
    *,
    W1: Rows,
    W2: Rows,
    coupling: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def ham_amplitude(
    *,
    W1: Array,
    W2: Array,
    coupling: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


__all__ = [
    "AttentionStatistics",
    "EnergyChange",
    "GapBounds",
    "MixingMoments",
    "ParticipationExponents",
    "Sharing",
    "SharingPlateau",
    "attention_statistics",
    "attention_temperature",
    "collapse_boundary",
    "completion",
    "completion_success",
    "completion_weights",
    "critical_temperature",
    "energy_change",
    "forgetting_random",
    "forgetting_rate",
    "gap_bounds",
    "ham_amplitude",
    "ham_critical",
    "kronecker_moments",
    "marginal_log_likelihood",
    "mixing_exponents",
    "mixing_moments",
    "mixing_top_exponent",
    "outlier_boundary",
    "participation",
    "participation_exponents",
    "replay_gain",
    "replay_subset",
    "sharing",
    "sharing_plateau",
    "survival_capacity",
    "survival_weight",
    "token_map",
    "token_similarity",
]
