"""The engine for theories of one's own: it draws the trials in processes, keeps them, judges the claims, and writes the report."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import _native
from ._claim import Case, Cases, Claim, Judge, Paper, PROFILES, Source, arrays, plan
from ._experiment import Experiment, Setting, canonical
from ._watch import Watch
from .figure import Figure
from .results import Results
from .runs import integer

__all__ = ["Engine", "FigurePlan", "Trials", "assert_confirmed", "mean_interval"]

# A worker has one core; libraries that take all of them would stand in each other's way.
_THREADS = [
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
]

# The modules that this process would find are those that a worker finds.
_BEGIN = "import sys; sys.path[:] = sys.argv[1:]; del sys.argv[1:]; from solvable._worker import main; main()"


class Trials:
    """The stored trials that a figure may look at."""

    def __init__(self, profile: str, found: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]) -> None:
        self.profile = profile
        """The profile drawn for."""
        self._found = found

    def of(self, experiment: Experiment, setting: Setting) -> list[dict[str, Any]]:
        """The outcomes of an experiment at a setting, one that the figure asked for."""
        name, text = _fingerprint(experiment), canonical(setting)
        found = self._found.get((name, text))
        if found is None:
            asked = ", ".join(f"{name} {text}" for name, text in self._found) or "nothing"
            raise KeyError(f"the figure does not ask for trials of {name} at {text}; it asks for {asked}")
        if not found:
            raise ValueError(f"no trials of {name} are stored for {text}")
        return [arrays(outcome) for outcome in found]

    def mean(
        self, experiment: Experiment, setting: Setting, read: Callable[[dict[str, Any]], float]
    ) -> tuple[float, float, float]:
        """Mean and 99 % interval of what ``read`` gives for each of these outcomes, as ``(mean, low, high)``."""
        return mean_interval([float(read(outcome)) for outcome in self.of(experiment, setting)])


def mean_interval(values: Iterable[float]) -> tuple[float, float, float]:
    """The mean of ``values`` with its 99 % interval by Student's law: ``(mean, low, high)``."""
    mean, low, high = _native.mean_interval([float(value) for value in values])
    return mean, low, high


@dataclass(frozen=True, eq=False)
class FigurePlan:
    """A figure to be: the trials it needs, and how it is drawn from them.

    >>> import solvable
    >>> from solvable.figure import Axis, Figure, Panel, Points
    >>> @solvable.experiment(version=1)
    ... def sample(setting, rng):
    ...     return {"square": rng.normal(size=setting["size"]).mean() ** 2}
    >>> sizes = [10, 100]
    >>> def draw(trials):
    ...     means = [trials.mean(sample, {"size": size}, lambda outcome: outcome["square"]) for size in sizes]
    ...     y, low, high = zip(*means)
    ...     panel = Panel(Axis("size", "log"), Axis("square of the mean", "log"), [Points(sizes, y, low, high)])
    ...     return Figure("example/squares", "Squares", "Squares of the means of samples.", [panel])
    >>> plan = solvable.FigurePlan("example/squares", [(sample, {"size": size}, 20) for size in sizes], draw)

    ``Engine.verify(claims, figures=[plan])`` draws it into the report.
    """

    id: str
    """``<part>/<name>``."""
    trials: Any
    """Which trials: a list of ``(experiment, setting, trials)``, or a function of the profile that gives one."""
    draw: Callable[[Trials], Figure]
    """Makes the figure of `Trials`."""

    def at(self, profile: str) -> list[tuple[Experiment, Setting, int]]:
        """The trials needed."""
        trials = self.trials(profile) if callable(self.trials) else self.trials
        return [(experiment, setting, int(count)) for experiment, setting, count in trials]


class Engine:
    """A store of trials and the processes that fill it.

    >>> import solvable
    >>> @solvable.experiment(version=1)
    ... def sample(setting, rng):
    ...     return {"square": rng.normal(size=setting["size"]).mean() ** 2}
    >>> claim = solvable.Claim(
    ...     "example/means", "Means scatter by 1/n", sample, cases=[("n=100", {"size": 100}, 2000)],
    ...     measure=lambda s, o: o["square"], predict=lambda s: 1 / s["size"], margin=0.2,
    ...     rivals={"by the root": lambda s: s["size"] ** -0.5})
    >>> solvable.Engine(workers=2).verify([claim]).verdicts
    {'example/means': 'confirmed'}

    Trials are kept in the folder ``store`` as they finish; what is there is not drawn again, so that a run that was interrupted
    (Ctrl-C, or a power cut) goes on where it stopped. The report is written there too: ``index.html``, ``figures``, ``results.json``.
    Results are the same to the bit for any number of workers, and whatever was stored before.

    Parameters
    ----------
    store:
        The folder; where it is left out, trials are forgotten when the results are there, and no report remains.
    workers:
        Processes, each of which draws one trial at a time; one for each core by default.
    profile:
        ``"quick"`` or ``"full"``: what functions of the profile are given.
    seed:
        Changes all random streams.
    trials:
        Replaces every declared number of trials.
    progress:
        Whether to show a progress bar; by default in terminals and notebooks.
    """

    def __init__(
        self,
        store: str | os.PathLike[str] | None = None,
        *,
        workers: int | None = None,
        profile: str = "quick",
        seed: int = 0,
        trials: int | None = None,
        progress: bool | None = None,
    ) -> None:
        workers = None if workers is None else integer("workers", workers, 1, 2**16)
        if profile not in PROFILES:
            raise ValueError(f"`profile` is {profile!r}; valid: {' or '.join(map(repr, PROFILES))}")
        # A function that changes the folder of the process takes no store with it.
        self.store = None if store is None else Path(store).absolute()
        self.workers = _cores() if workers is None else workers
        self.profile = profile
        self.seed = integer("seed", seed, 0, 2**64 - 1)
        self.trials = None if trials is None else integer("trials", trials, 0, 2**32)
        self.progress = progress

    def verify(
        self,
        claims: Claim | Iterable[Claim],
        *,
        figures: Iterable[FigurePlan] = (),
        papers: Iterable[Paper] = (),
    ) -> Results:
        """Draws the trials that claims and figures need and that are not stored, judges the claims, and writes the report.

        Functions of claims and figures are called in this thread. A trial that raises an exception, or whose process dies, fails the
        claims that need it and nothing else; it is tried again by the next run.
        """
        if self.store is not None:
            return self._verify(self.store, claims, figures, papers)
        with tempfile.TemporaryDirectory(prefix="solvable-") as folder:
            return self._verify(Path(folder), claims, figures, papers)

    def _verify(
        self, out: Path, told: Claim | Iterable[Claim], figures: Iterable[FigurePlan], papers: Iterable[Paper]
    ) -> Results:
        claims = [told] if isinstance(told, Claim) else list(told)
        plans = list(figures)
        if not claims:
            raise ValueError("there is no claim to verify")
        _all_different([claim.id for claim in claims], "claims")
        _all_different([figure.id for figure in plans], "figures")
        papers = list(papers)
        _all_different([paper.id for paper in papers], "papers")
        requests = {figure.id: figure.at(self.profile) for figure in plans}
        experiments = _experiments(
            [*(claim.experiment for claim in claims), *(one for asked in requests.values() for one, _, _ in asked)]
        )
        planned = [plan(claim, experiments, self.profile) for claim in claims]
        theory = {
            "experiments": [
                {"id": one.id, "version": one.version, "code": one.packed()} for one in experiments
            ],
            "claims": planned,
            "figures": [
                {
                    "id": figure.id,
                    "trials": [
                        {"experiment": experiments.index(one), "setting": canonical(setting), "trials": trials}
                        for one, setting, trials in requests[figure.id]
                    ],
                }
                for figure in plans
            ],
            "papers": [_paper(paper) for paper in papers],
            "sources": [_source(source) for claim in claims for source in claim.sources if isinstance(source, Source)],
        }
        theory["costs"] = _costs(theory, experiments)
        options = {
            "profile": self.profile,
            "seed": self.seed,
            "trials": self.trials,
            "out": os.fspath(out),
            "jobs": self.workers,
            "command": f"Engine(workers={self.workers}, profile={self.profile!r}, seed={self.seed}).verify",
        }
        _warn_of_changes(out, experiments)
        judge = _Judge(claims, plans, requests, self.profile)
        with Watch(self.progress) as watch:
            told_back = _native.verify_own(options, theory, _worker(), judge, watch)
        empty = [claim.id for claim, told in zip(claims, planned, strict=True) if not told["cases"]]
        notes = [f"{id} has no cases in the {self.profile} profile and is not judged" for id in empty]
        return Results(told_back, out, [*watch.notes, *notes])


class _Judge(Judge):
    """Also draws."""

    def __init__(
        self,
        claims: Sequence[Claim],
        figures: Sequence[FigurePlan],
        requests: Mapping[str, Sequence[tuple[Experiment, Setting, int]]],
        profile: str,
    ) -> None:
        super().__init__(claims)
        self._figures = figures
        self._requests = requests
        self._profile = profile

    def draw(self, figure: int, outcomes: Sequence[Sequence[Mapping[str, Any]]]) -> str:
        """A figure, as JSON."""
        own = self._figures[figure]
        keys = [(_fingerprint(one), canonical(setting)) for one, setting, _ in self._requests[own.id]]
        drawn = own.draw(Trials(self._profile, dict(zip(keys, outcomes, strict=True))))
        if not isinstance(drawn, Figure):
            raise TypeError(f"`draw` of the figure {own.id} gives {drawn!r}; valid: a solvable.figure.Figure")
        if drawn.id != own.id:
            raise ValueError(f"the figure {own.id} is drawn with the id {drawn.id!r}")
        return json.dumps(drawn.to_json(), allow_nan=False)


def assert_confirmed(
    claims: Claim | Iterable[Claim],
    *,
    workers: int | None = None,
    profile: str = "quick",
    seed: int = 0,
    trials: int | None = None,
    out: str | os.PathLike[str] | None = None,
) -> Results:
    """Raises an `AssertionError` unless every claim is confirmed and its rivals are refuted: for test suites.

    Trials are kept in the folder ``out``, where one is given; the others are those of `Engine`.
    """
    engine = Engine(out, workers=workers, profile=profile, seed=seed, trials=trials, progress=False)
    asked = [claims] if isinstance(claims, Claim) else list(claims)
    results = engine.verify(asked)
    if not results.confirmed or any(claim.id not in results.verdicts for claim in asked):
        raise AssertionError("\n".join([str(results), *results.notes]))
    return results


def _experiments(all_of: Iterable[Experiment]) -> list[Experiment]:
    """Each once; two of one name would be one in the store."""
    named: dict[str, Experiment] = {}
    for experiment in all_of:
        if named.setdefault(_fingerprint(experiment), experiment) is not experiment:
            raise ValueError(
                f"two experiments are called {_fingerprint(experiment)}; give one another `id`, or use one and the same object"
            )
    return list(named.values())


def _warn_of_changes(store: Path, experiments: Sequence[Experiment]) -> None:
    """Says where trials may be stored of an experiment that has been another one."""
    file = store / "experiments.json"
    known: dict[str, str] = {}
    try:
        if file.exists():
            known = dict(json.loads(file.read_text(encoding="utf-8")))
    except ValueError:
        warnings.warn(f"{file} is torn and is written anew; changes of code before are not noticed", stacklevel=4)
    told = dict(known)
    for experiment in experiments:
        name, digest = _fingerprint(experiment), experiment.digest()
        before = told.setdefault(name, digest)
        # Another version of Python compiles another code.
        if before != digest and before.partition(":")[0] == digest.partition(":")[0]:
            warnings.warn(
                f"the code of the experiment {name} has changed since trials of it were stored in {store}, which are judged as they are; "
                f"raise its version (or delete {file}, if trials come out as before)",
                stacklevel=4,
            )
    if told != known:
        store.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f".experiments.{os.getpid()}.tmp")
        beside.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        os.replace(beside, file)


def _costs(theory: Mapping[str, Any], experiments: Sequence[Experiment]) -> list[tuple[int, str, float]]:
    settings = {
        (claim["experiment"], setting) for claim in theory["claims"] for case in claim["cases"] for setting in case["settings"]
    }
    settings |= {(asked["experiment"], asked["setting"]) for figure in theory["figures"] for asked in figure["trials"]}
    return [(index, text, experiments[index].cost(json.loads(text))) for index, text in sorted(settings)]


def _fingerprint(experiment: Experiment) -> str:
    return f"{experiment.id}@{experiment.version}"


def _all_different(names: Sequence[str], what: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two {what} have the id {name!r}")


def _paper(paper: Paper) -> dict[str, Any]:
    sources = [_source(source) for source in paper.sources]
    return {"id": paper.id, "title": paper.title, "summary": paper.summary, "sources": sources}


def _source(source: Source) -> tuple[str, str, str, str, int, str]:
    return source.key, source.authors, source.title, source.venue, source.year, source.arxiv


def _worker() -> dict[str, Any]:
    """How a worker process is begun."""
    if not sys.executable:
        raise RuntimeError("there is no Python program to run trials with: sys.executable is empty")
    settings = {name: "1" for name in _THREADS if name not in os.environ}
    if "PYTHONHASHSEED" not in os.environ:
        # The order of sets is a part of what a trial may depend on.
        settings["PYTHONHASHSEED"] = "0"
    paths = [path for path in sys.path if isinstance(path, str)]
    return {"line": [sys.executable, "-c", _BEGIN, *paths], "environment": sorted(settings.items())}


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
