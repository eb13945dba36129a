"""Claims of one's own: a prediction, the experiment that could prove it wrong, a margin, and rivals that the same trials must refute."""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral
from typing import Any

from ._experiment import Experiment, Setting, canonical

__all__ = ["Case", "Claim", "Paper", "Rival", "Source"]

PROFILES = ("quick", "full")

_STATISTICS = ("mean", "median", "identity", "law", "log_slope", "rms_log_slope")
_COMPARISONS = ("ratio", "difference", "distance", "relative_distance", "largest_difference", "mean_difference")

Function = Callable[..., Any]


@dataclass(frozen=True)
class Case:
    """A claim at one setting, or over several sizes, whose slope it is about; each setting is drawn ``trials`` times.

    A case that its trials leave undecided is drawn twice as often, and again, up to eight times ``trials``.
    """

    label: str
    """The setting in short."""
    setting: Setting | Sequence[Setting]
    trials: int

    @property
    def settings(self) -> list[Setting]:
        """The settings: one, or one for each size."""
        return [self.setting] if isinstance(self.setting, Mapping) else list(self.setting)

    def __post_init__(self) -> None:
        if not isinstance(self.setting, Mapping):
            # What can be read once only would be empty the second time.
            object.__setattr__(self, "setting", tuple(self.setting))
        if not isinstance(self.label, str):
            raise TypeError(f"the label of a case is a string, not {self.label!r}")
        if not self.settings:
            raise ValueError(f"the case {self.label!r} has no setting")
        for setting in self.settings:
            canonical(setting)
        if isinstance(self.trials, bool) or not isinstance(self.trials, Integral) or self.trials < 1:
            raise ValueError(f"`trials` of the case {self.label!r} is {self.trials!r}; valid: an integer >= 1")


@dataclass(frozen=True)
class Rival:
    """A wrong prediction, of the settings at which ``where`` holds: where it coincides with the claim it is no rival."""

    predict: Function
    where: Callable[[dict[str, Any]], bool] | None = None


@dataclass(frozen=True)
class Source:
    """A publication."""

    key: str
    """As claims cite it."""
    authors: str
    title: str
    venue: str
    year: int
    arxiv: str = ""


@dataclass(frozen=True)
class Paper:
    """A body of theory: a section of the report, with the claims and figures whose ids begin with ``<id>/``."""

    id: str
    title: str
    summary: str = ""
    """What the theory says: plain text, in which ``$...$`` is a formula and a blank line begins a paragraph."""
    sources: Sequence[Source] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not re.fullmatch(r"[^\s/*]+", self.id):
            raise ValueError(f"`id` of a paper is {self.id!r}; valid: a word, as before the slash of a claim's id")


Cases = Sequence[Case | tuple[str, Any, int]]


@dataclass(frozen=True, eq=False)
class Claim:
    """A prediction with the experiment that could prove it wrong.

    Parameters
    ----------
    id:
        ``<part>/<name>``.
    title:
        One line: what is claimed.
    experiment:
        What is drawn, made by `solvable.experiment`.
    cases:
        At which settings, and how often: a list of `Case` or of ``(label, setting, trials)``; a dictionary of such lists by profile; or a
        function of the profile.
    measure:
        What is read off a trial: a function of the setting and the outcome, which gives a number, or several for a curve. Of the
        outcome, numbers are floats and lists are arrays.
    predict:
        What the theory says: a function of the setting, or of the setting and the outcome where it is conditional on other quantities that the
        trial measured.
    margin:
        The discrepancies that still count as agreement: a number for both sides, a pair ``(low, high)``, or a function of the setting
        and the profile that gives either.
    rivals:
        Wrong predictions by what they assert, at least one: functions like ``predict``, or `Rival`.
    statistic:
        What is judged over the trials: ``"mean"``, ``"median"`` (for heavy tails), ``"identity"`` (the worst single trial), ``"law"`` (Kolmogorov's
        distance of the measured number's law from the predicted one; the prediction is the distribution function at the measured
        number), ``"log_slope"`` or ``"rms_log_slope"`` (the slope of the logarithm of the mean, or of the root mean square, on that of
        ``size``; the prediction is then a number for each size, of whose logarithms the slope is taken). Distances are judged by their root mean square where nothing is said.
    comparison:
        How a measurement is set against its prediction: ``"ratio"`` (measured / predicted - 1), ``"difference"``, or all components at once by
        ``"distance"``, ``"relative_distance"``, ``"largest_difference"``, ``"mean_difference"``.
    size:
        The size of a setting, for slopes.
    components:
        Names of the components of a curve.
    formula:
        The formula in LaTeX.
    sources:
        Where the claim comes from: keys of publications, or `Source`.
    """

    id: str
    title: str
    experiment: Experiment
    cases: Cases | Mapping[str, Cases] | Callable[[str], Cases] = field(kw_only=True)
    measure: Function = field(kw_only=True)
    predict: Function = field(kw_only=True)
    margin: float | tuple[float, float] | Function = field(kw_only=True)
    rivals: Mapping[str, Function | Rival] = field(kw_only=True)
    statistic: str | None = field(default=None, kw_only=True)
    comparison: str | None = field(default=None, kw_only=True)
    size: Callable[[dict[str, Any]], float] | None = field(default=None, kw_only=True)
    components: Sequence[str] = field(default=(), kw_only=True)
    formula: str = field(default="", kw_only=True)
    sources: Sequence[str | Source] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not re.fullmatch(r"[^\s/*]+/[^\s*]+", self.id):
            raise ValueError(f"`id` of a claim is {self.id!r}; valid: <part>/<name>, such as 'example/output-norm'")
        if not isinstance(self.experiment, Experiment):
            raise self._wrong("experiment", "made by @solvable.experiment(version=...)", self.experiment)
        arguments(self.measure, "measure", self.id, [2])
        arguments(self.predict, "predict", self.id, [1, 2])
        if callable(self.margin):
            arguments(self.margin, "margin", self.id, [2], ("setting", "profile"))
        else:
            interval(self.margin, self.id)
        if not isinstance(self.rivals, Mapping) or not self.rivals:
            raise self._wrong("rivals", "a dictionary with at least one wrong prediction, which the trials must refute", self.rivals)
        for name, rival in self.rivals.items():
            arguments(rival_of(rival).predict, f"rivals[{name!r}]", self.id, [1, 2])
        self._check_statistic()
        # What can be read once only would be empty the second time.
        if isinstance(self.cases, Mapping):
            object.__setattr__(self, "cases", {profile: tuple(cases) for profile, cases in self.cases.items()})
        elif not callable(self.cases):
            object.__setattr__(self, "cases", tuple(self.cases) if isinstance(self.cases, Iterable) else (self.cases,))
        if callable(self.cases):
            arguments(self.cases, "cases", self.id, [1], ("profile",))
        elif isinstance(self.cases, Mapping):
            for profile in self.cases:
                if profile not in PROFILES:
                    raise self._wrong("cases", f"lists by profile, {' and '.join(map(repr, PROFILES))}", self.cases)
            for profile in self.cases:
                self.at(profile)
        elif not self.at(PROFILES[0]):
            raise ValueError(f"`cases` of the claim {self.id} is empty; valid: at least one (label, setting, trials)")

    def _check_statistic(self) -> None:
        for name, value, known in [
            ("statistic", self.statistic, _STATISTICS),
            ("comparison", self.comparison, _COMPARISONS),
        ]:
            if value is not None and value not in known:
                raise self._wrong(name, ", ".join(known), value)
        slope = self.statistic in ("log_slope", "rms_log_slope")
        if (slope or self.statistic == "law") and self.comparison not in (None, "difference"):
            raise self._wrong("comparison", f"left out with the statistic {self.statistic!r}, whose own is the difference", self.comparison)
        if slope and self.size is None:
            raise self._wrong("size", f"a function of the setting, with the statistic {self.statistic!r}", self.size)
        if not slope and self.size is not None:
            raise self._wrong("size", "left out but for slopes", self.size)
        if self.size is not None:
            arguments(self.size, "size", self.id, [1])

    def _wrong(self, name: str, valid: str, value: Any) -> ValueError | TypeError:
        kind = ValueError if isinstance(value, str | Mapping) else TypeError
        return kind(f"`{name}` of the claim {self.id} is {value!r}; valid: {valid}")

    def at(self, profile: str) -> list[Case]:
        """The cases of a profile; none where the claim says nothing in it."""
        cases: Any = self.cases
        if callable(cases):
            cases = cases(profile)
        elif isinstance(cases, Mapping):
            cases = cases.get(profile, [])
        for case in cases:
            if not isinstance(case, Case) and not (isinstance(case, tuple | list) and len(case) == 3):
                raise self._wrong("cases", "a list of solvable.Case or of (label, setting, trials)", cases)
        return [case if isinstance(case, Case) else Case(*case) for case in cases]

    def replace(self, **changes: Any) -> Claim:
        """The claim with other pieces, say another prediction: ``claim.replace(predict=lambda s: 2 * theory(s))``."""
        return dataclasses.replace(self, **changes)

    def __repr__(self) -> str:
        return f"<claim {self.id}: {self.title}>"


def rival_of(rival: Function | Rival) -> Rival:
    """A rival, also where only its prediction is told."""
    return rival if isinstance(rival, Rival) else Rival(rival)


def arguments(
    function: Any, name: str, claim: str, allowed: Sequence[int], names: Sequence[str] = ("setting", "outcome")
) -> int:
    """With how many of ``names`` a function is called: the first number of those allowed that it takes."""
    valid = " or ".join(f"({', '.join(names[:count])})" for count in allowed)
    if not callable(function):
        raise TypeError(f"`{name}` of the claim {claim} is {function!r}; valid: a function of {valid}")
    try:
        signature = inspect.signature(function)
    except ValueError:
        raise TypeError(
            f"`{name}` of the claim {claim} is {function!r}, which does not tell its arguments; valid: a function of {valid}, "
            "such as a lambda around it"
        ) from None
    for count in allowed:
        try:
            signature.bind(*[None] * count)
        except TypeError:
            continue
        return count
    raise TypeError(f"`{name}` of the claim {claim} takes {signature}; valid: a function of {valid}")


def interval(margin: Any, claim: str) -> tuple[float, float]:
    """A margin as the smallest and the largest discrepancy that agree."""
    ends = tuple(margin) if isinstance(margin, Iterable) and not isinstance(margin, str | bytes) else (margin,)
    wrong = f"`margin` of the claim {claim} is {margin!r}; valid: a number >= 0, or a pair (low, high) with low <= high"
    try:
        numbers = [float(end) for end in ends]
    except (TypeError, ValueError):
        raise TypeError(wrong) from None
    if len(numbers) == 1:
        numbers = [-numbers[0], numbers[0]]
    if len(numbers) != 2 or not all(map(math.isfinite, numbers)) or numbers[0] > numbers[1]:
        raise ValueError(wrong)
    return numbers[0], numbers[1]


def components(value: Any, what: str) -> list[float]:
    """A number, or several, as a list."""
    import numpy

    if value is None:
        raise TypeError(f"{what} is None; valid: a number, or several (is a `return` forgotten?)")
    array = numpy.asarray(value)
    if array.dtype.kind == "O":
        array = array.astype(float)
    if array.dtype.kind not in "biuf" or array.ndim > 1:
        raise TypeError(f"{what} is {value!r:.80}; valid: a number, or a list or one-dimensional array of numbers")
    numbers: list[float] = numpy.atleast_1d(array).astype(float).tolist()
    return numbers


class Judge:
    """What a run asks of claims while it judges: predictions and measurements, by the number of the claim."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._claims = claims
        self._predicted: dict[tuple[int, int, str], list[float]] = {}

    def measure(self, claim: int, setting: str, outcome: Mapping[str, Any]) -> list[float]:
        """What a claim reads off an outcome."""
        own = self._claims[claim]
        return components(own.measure(json.loads(setting), arrays(outcome)), "the measurement")

    def predict(self, claim: int, rival: int | None, setting: str) -> list[float]:
        """What a claim or one of its rivals says of a setting. It is asked once for each."""
        key = (claim, -1 if rival is None else rival, setting)
        if key not in self._predicted:
            self._predicted[key] = components(self._of(claim, rival)(json.loads(setting)), "the prediction")
        return self._predicted[key]

    def predict_given(self, claim: int, rival: int | None, setting: str, outcome: Mapping[str, Any]) -> list[float]:
        """What a claim or one of its rivals says of a trial."""
        return components(self._of(claim, rival)(json.loads(setting), arrays(outcome)), "the prediction")

    def _of(self, claim: int, rival: int | None) -> Function:
        own = self._claims[claim]
        return own.predict if rival is None else rival_of(list(own.rivals.values())[rival]).predict


def arrays(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """An outcome with its lists as arrays."""
    import numpy

    return {name: numpy.array(value) if isinstance(value, list) else value for name, value in outcome.items()}


def plan(claim: Claim, experiments: Sequence[Experiment], profile: str) -> dict[str, Any]:
    """A claim as the engine is told it."""
    cases: list[dict[str, Any]] = []
    for case in claim.at(profile):
        for setting in case.settings:
            claim.experiment.check(setting)
        settings = [canonical(setting) for setting in case.settings]
        plain = [json.loads(setting) for setting in settings]
        margin = claim.margin(plain[0], profile) if callable(claim.margin) else claim.margin
        sizes = [1.0 if claim.size is None else float(claim.size(setting)) for setting in plain]
        cases.append(
            {
                "label": case.label,
                "settings": settings,
                "trials": int(case.trials),
                "margin": interval(margin, claim.id),
                "sizes": sizes,
            }
        )
    all_settings = list(dict.fromkeys(setting for case in cases for setting in case["settings"]))
    rivals = []
    for name, told in claim.rivals.items():
        rival = rival_of(told)
        where = rival.where
        rivals.append(
            {
                "name": name,
                "given": arguments(rival.predict, f"rivals[{name!r}]", claim.id, [1, 2]) == 2,
                "at": [text for text in all_settings if where is None or where(json.loads(text))],
            }
        )
    return {
        "id": claim.id,
        "title": claim.title,
        "formula": claim.formula,
        "sources": [source.key if isinstance(source, Source) else source for source in claim.sources],
        "experiment": experiments.index(claim.experiment),
        "statistic": claim.statistic,
        "comparison": claim.comparison,
        "components": list(claim.components),
        "given": arguments(claim.predict, "predict", claim.id, [1, 2]) == 2,
        "rivals": rivals,
        "cases": cases,
    }
