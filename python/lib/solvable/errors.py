"""What can go wrong, as exceptions.

Every refusal says which parameter it is about, as the caller spelt it, the value given for it, and what would be right.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = [
    "Incomplete",
    "InvalidParameter",
    "InvalidSetting",
    "LossOfPrecision",
    "MissingParameter",
    "NoFixedPoint",
    "NonSmoothActivation",
    "NotConverged",
    "RunError",
    "SolvableError",
    "StoreError",
    "TheoryError",
    "TooCostly",
    "TooLarge",
    "Undefined",
    "UnknownParameter",
    "UnknownPrediction",
]


class SolvableError(Exception):
    """Anything that this package refuses."""

    kind: str = "error"
    """A stable name of the kind of error, that of ``solvable predict --json``."""

    parameter: str | None
    """The parameter that is wrong, as the caller spelt it; ``None`` where it is none in particular."""

    value: Any
    """The value given for it, or, where another was computed, that one in words."""

    valid: str | None
    """What would be right, in words."""

    index: tuple[int, ...] | None
    """The place in the array of entries, where parameters are arrays."""

    def __init__(
        self,
        message: str,
        parameter: str | None = None,
        value: Any = None,
        valid: str | None = None,
        index: tuple[int, ...] | None = None,
    ) -> None:
        super().__init__(message)
        self.parameter = parameter
        self.value = value
        self.valid = valid
        self.index = index

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (*self.args, self.parameter, self.value, self.valid, self.index)


class TheoryError(SolvableError, ValueError):
    """A prediction that cannot be given."""


class InvalidParameter(TheoryError):
    """A parameter lies outside the domain of the formula."""

    kind = "invalid-parameter"


class MissingParameter(TheoryError):
    """A parameter that the prediction needs was not given."""

    kind = "missing-parameter"


class UnknownParameter(TheoryError):
    """A parameter was given that the prediction does not know."""

    kind = "unknown-parameter"


class UnknownPrediction(TheoryError):
    """No prediction has this id."""

    kind = "unknown-prediction"


class NoFixedPoint(TheoryError):
    """The variance map has no finite fixed point."""

    kind = "no-fixed-point"


class Undefined(TheoryError):
    """The quantity does not exist for these parameters."""

    kind = "undefined"


class NotConverged(TheoryError):
    """An iteration or a quadrature stopped at its cap."""

    kind = "not-converged"


class NonSmoothActivation(TheoryError):
    """The quadrature of an activation does not converge as it does for smooth functions."""

    kind = "non-smooth-activation"


class LossOfPrecision(TheoryError):
    """Fewer than three significant digits survive the rounding of the inputs."""

    kind = "loss-of-precision"


class TooCostly(TheoryError):
    """The evaluation would take longer than the limit allows; the parameter ``cost_limit`` raises it."""

    kind = "too-costly"


class TooLarge(TheoryError):
    """The evaluation would need more memory than a single one may take."""

    kind = "too-large"


class RunError(SolvableError):
    """A run that cannot be made: patterns that match nothing, options out of range, files that cannot be read."""

    kind = "usage"


class InvalidSetting(RunError, ValueError):
    """A field of a setting that is not known, or that cannot be what it is set to."""

    kind = "invalid-setting"


class StoreError(RunError, OSError):
    """A store of trials that cannot be read or written, or that another process uses."""

    kind = "store"


class Incomplete(RunError):
    """Trials are missing; run again to go on."""

    kind = "incomplete"


def _kinds(of: type[SolvableError]) -> dict[str, type[SolvableError]]:
    kinds = {of.kind: of}
    for inner in of.__subclasses__():
        kinds.update(_kinds(inner))
    return kinds


_KINDS = _kinds(SolvableError)

_OPTION = re.compile(r"(?<![\w`-])--([a-z]+(?:-[a-z]+)*)")
_REFUSED = re.compile(r"`(\w+)` is (.*?); valid: (.*)", re.DOTALL)


def of_kind(kind: str, message: str, parameter: str | None, value: Any, valid: str | None) -> SolvableError:
    """The exception of that kind."""
    return _KINDS.get(kind, TheoryError)(message, parameter, value, valid)


def of_run(
    kind: str,
    message: str,
    parameter: str | None = None,
    value: Any = None,
    valid: str | None = None,
) -> SolvableError:
    """The exception of a run. The command line's options are keyword arguments here."""
    message = _OPTION.sub(lambda option: f"`{option[1].replace('-', '_')}`", message)
    refused = _REFUSED.fullmatch(message)
    if parameter is None and refused is not None:
        parameter, value, valid = refused.groups()
    return _KINDS.get(kind, RunError)(message, parameter, value, valid)
