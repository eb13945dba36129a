"""The commands of the command line: claims judged, mapped, reported, compared."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from pathlib import Path
from typing import Any

from . import _native
from ._watch import Watch
from .errors import InvalidSetting
from .results import CheckResult, Difference, MapResult, Results

__all__ = ["check", "diff", "map", "report", "verify"]

Path_ = str | os.PathLike[str]


def verify(
    *patterns: str,
    profile: str = "quick",
    seed: int = 0,
    trials: int | None = None,
    out: Path_ = "reports",
    jobs: int | None = None,
    fresh: bool = False,
    data: Path_ | None = None,
    progress: bool | None = None,
) -> Results:
    """Runs the simulations that claims need, judges the claims, and writes the report.

    Parameters
    ----------
    *patterns:
        Only claims and figures whose id matches one of these: a part of it, or a pattern with ``*`` such as ``"norm/*"``.
    profile:
        ``"quick"``, or ``"full"`` for sizes as in the papers.
    seed:
        Changes all random streams.
    trials:
        Replaces every declared number of trials.
    out:
        Folder of the report and of the trials. What is stored there is not run again, so that an interrupted run (Ctrl-C)
        goes on where it stopped.
    jobs:
        Threads; all cores by default.
    fresh:
        Set stored trials aside and begin anew.
    data:
        A file with your own inputs (an N x d matrix as .csv, .csv.gz or .npy); without patterns only the claims on them run.
    progress:
        Whether to show a progress bar; by default in terminals and notebooks.

    Raises
    ------
    RunError
        Patterns that match nothing, options out of range, folders that cannot be used (`StoreError`).
    """
    options = _options("verify", patterns, profile, seed, trials, out, jobs)
    with Watch(progress) as watch:
        told = _native.verify(options, list(patterns), _path(data), fresh, watch)
    return Results(told, Path(out), watch.notes)


def report(
    *stores: Path_,
    only: str | Iterable[str] = (),
    profile: str = "quick",
    seed: int = 0,
    trials: int | None = None,
    out: Path_ = "reports",
    partial: bool = False,
    data: Path_ | None = None,
) -> Results:
    """Judges stored trials again and redraws the report; several stores are joined.

    Parameters
    ----------
    *stores:
        Folders that hold trials, or such files; the folder ``out`` by default.
    only:
        Patterns of claims and figures.
    partial:
        Judge what there is although trials are missing.

    The others are those of `verify`.

    Raises
    ------
    Incomplete
        Trials that were asked for are missing.
    """
    options = _options("report", stores, profile, seed, trials, out, None)
    only = [only] if isinstance(only, str) else list(only)
    with Watch(False) as watch:
        told = _native.report(options, [os.fspath(store) for store in stores], only, partial, _path(data), watch)
    return Results(told, Path(out), watch.notes)


def check(
    claim: str,
    case: str | None = None,
    /,
    *,
    fields: Mapping[str, Any] | None = None,
    profile: str = "quick",
    seed: int = 0,
    trials: int | None = None,
    seconds: float = 60,
    out: Path_ = "reports",
    jobs: int | None = None,
    progress: bool | None = None,
    **more: Any,
) -> CheckResult:
    """Judges a claim at a setting of your own.

    Parameters
    ----------
    claim:
        The claim, as listed.
    case:
        The case to start from: its label, or a part of it; the first one by default.
    fields:
        Fields of its setting, by their paths: ``{"network.widths": [784, 512, 512, 10]}``.
    trials:
        How many; without it they are drawn until the interval is narrower than a third of the margin, or ``seconds`` are over.
    **more:
        More fields, those whose names are identifiers: ``samples=200``, ``width=512``.

    The others are those of `verify`.

    Raises
    ------
    InvalidSetting
        A field that is not known, or that cannot be what it is set to.
    """
    rest = _rest(case, fields, more)
    options = _options("check", [claim, *rest], profile, seed, trials, out, jobs)
    with Watch(progress) as watch:
        try:
            told = _native.check(options, claim, rest, seconds, watch)
        except InvalidSetting as error:
            if error.value is None:
                error.value = {**(fields or {}), **more}.get(error.parameter or "")
            raise
    return CheckResult(told, watch.notes)


def map(
    claim: str,
    case: str | None = None,
    /,
    *,
    over: Mapping[str, str | Sequence[Any]] | None = None,
    fields: Mapping[str, Any] | None = None,
    component: str | None = None,
    profile: str = "quick",
    seed: int = 0,
    trials: int | None = None,
    out: Path_ = "reports",
    jobs: int | None = None,
    progress: bool | None = None,
    **more: Any,
) -> MapResult:
    """Charts where a claim holds, over one or two fields of its setting.

    Parameters
    ----------
    claim:
        The claim, or a map as listed.
    case:
        The case to start from.
    over:
        The fields that are swept, one or two, the first of them the size of the finite-size law: a list of values, or a range in words,
        ``{"width": "32..1024:log", "depth": [2, 4, 8]}``.
    fields, **more:
        Fields that are set, as in `check`.
    component:
        The component to map, by its label; the first one by default.

    The others are those of `verify`.
    """
    swept = [f"{field}={_sweep(values)}" for field, values in (over or {}).items()]
    rest = [*_rest(case, None, {}), *swept, *_rest(None, fields, more)]
    options = _options("map", [claim, *rest], profile, seed, trials, out, jobs)
    with Watch(progress) as watch:
        told = _native.map(options, claim, rest, component, watch)
    return MapResult(told, watch.notes)


def diff(before: Results | Path_, after: Results | Path_) -> Difference:
    """Compares two results, or files ``results.json``: what changed, and whether it matters statistically."""

    def text(results: Results | Path_) -> str:
        return results.to_json() if isinstance(results, Results) else Path(results).read_text(encoding="utf-8")

    return Difference(_native.diff(text(before), text(after)))


def _options(
    command: str,
    words: Iterable[Any],
    profile: str,
    seed: int,
    trials: int | None,
    out: Path_,
    jobs: int | None,
) -> dict[str, Any]:
    seed = integer("seed", seed, 0, 2**64 - 1)
    trials = None if trials is None else integer("trials", trials, 0, 2**32)
    jobs = None if jobs is None else integer("jobs", jobs, 1, 2**16)
    told = [command, *(str(word) for word in words), f"--profile {profile}", f"--seed {seed}"]
    if trials is not None:
        told.append(f"--trials {trials}")
    return {
        "profile": profile,
        "seed": seed,
        "trials": trials,
        "out": os.fspath(out),
        "jobs": jobs,
        "command": " ".join(told),
    }


def integer(name: str, value: Any, low: int, high: int) -> int:
    """An option that is an integer."""
    if isinstance(value, bool) or not isinstance(value, Integral) or not low <= int(value) <= high:
        valid = f"an integer from {low} to {high}"
        raise InvalidSetting(f"`{name}` is {value!r}; valid: {valid}", name, value, valid)
    return int(value)


def _path(path: Path_ | None) -> str | None:
    return None if path is None else os.fspath(path)


def _rest(case: str | None, fields: Mapping[str, Any] | None, more: Mapping[str, Any]) -> list[str]:
    """A case and fields as the command line spells them."""
    given = {**(fields or {}), **more}
    return ([] if case is None else [case]) + [f"{name}={_json(value)}" for name, value in given.items()]


def _json(value: Any) -> str:
    def plain(value: Any) -> Any:
        for name in ("tolist", "to_list"):
            if hasattr(value, name):
                return getattr(value, name)()
        return float(value)

    return value if isinstance(value, str) else json.dumps(value, default=plain)


def _sweep(values: str | Sequence[Any]) -> str:
    """A range in words; integers that a range by factors gives, as sizes are, make such a range."""
    if isinstance(values, str):
        return values
    values = list(values)
    steps = len(values) - 1
    if steps > 1 and all(isinstance(value, Integral) and int(value) > 0 for value in values) and values[-1] > values[0]:
        first, ratio = int(values[0]), int(values[-1]) / int(values[0])
        if values == [round(first * ratio ** (step / steps)) for step in range(steps + 1)]:
            return f"{first}..{int(values[-1])}:log:{len(values)}"
    return "|".join(_json(value) for value in values)
