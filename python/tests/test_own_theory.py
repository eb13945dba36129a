"""Theories of one's own: experiments, claims and figures that are functions of Python."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import solvable
from solvable.figure import Axis, Figure, Line, Panel, Points


@solvable.experiment(version=1)
def output_norm(setting, rng):
    """The outputs of a random network with one hidden layer of ReLU, at one Gaussian input."""
    width, dimension = setting["width"], 100
    weight = np.sqrt(setting["sigma_w2"])
    x = rng.normal(size=dimension)
    hidden = np.maximum(weight * rng.normal(size=(width, dimension)) @ x / np.sqrt(dimension), 0)
    outputs = weight * rng.normal(size=(200, width)) @ hidden / np.sqrt(width)
    return {"mean_square": np.mean(outputs**2), "input": np.mean(x**2), "outputs": outputs[:3]}


def variance(setting):
    return 0.5 * setting["sigma_w2"] ** 2


CLAIM = solvable.Claim(
    "example/output-norm",
    "The output variance is q_t",
    output_norm,
    cases=[("M=200", {"width": 200, "sigma_w2": 2.0}, 100), ("M=400", {"width": 400, "sigma_w2": 1}, 100)],
    measure=lambda s, o: o["mean_square"],
    predict=variance,
    margin=0.2,
    rivals={"the hidden layer forgotten": lambda s: s["sigma_w2"] ** 2},
    formula=r"q_t=\sigma_w^4/2",
)


@solvable.experiment(version=1)
def mean_of(setting, rng):
    return {"mean": setting["mean"] + 0.1 * rng.normal()}


def about(name, experiment=mean_of, **changes):
    """A claim on the mean of normal numbers."""
    told = {
        "cases": [("one", {"mean": 1.0}, 40)],
        "measure": lambda s, o: o["mean"],
        "predict": lambda s: s["mean"],
        "margin": 0.1,
        "rivals": {"double": lambda s: 2 * s["mean"]},
        **changes,
    }
    return solvable.Claim(f"toy/{name}", "The mean is the mean", experiment, **told)


def verify(claims, store=None, **options):
    options = {"workers": 2, "progress": False, **options}
    figures = options.pop("figures", ())
    papers = options.pop("papers", ())
    return solvable.Engine(store, **options).verify(claims, figures=figures, papers=papers)


def stored(store):
    """The lines of a store by experiment, setting and number."""
    lines = [json.loads(line) for line in (store / "trials.jsonl").read_text().splitlines()]
    return {(line["experiment"], json.dumps(line["setting"]), line["trial"]): line for line in lines}


def test_the_claim_of_the_readme_is_confirmed_and_its_rival_refuted(tmp_path):
    results = verify([CLAIM], tmp_path / "store")
    assert results.verdicts == {"example/output-norm": "confirmed"}
    for case in results["example/output-norm"].cases:
        assert [rival.verdict for rival in case.rivals] == ["refuted"]
    assert results.trials_run == 200 and results.path.exists()
    page = results.path.read_text()
    assert "The output variance is q" in page and "the hidden layer forgotten" in page
    assert json.loads((tmp_path / "store" / "results.json").read_text())["claims"][0]["verdict"] == "confirmed"
    assert results.to_pandas().shape[0] == 4 if _has("pandas") else True


def _has(module):
    import importlib.util

    return importlib.util.find_spec(module) is not None


def test_a_broken_prediction_is_refuted():
    broken = CLAIM.replace(id="example/broken", predict=lambda s: 1.5 * variance(s), rivals={"truth": variance})
    results = verify([broken])
    assert results.verdicts == {"example/broken": "refuted"}
    assert results["example/broken"].cases[0].rivals[0].verdict == "confirmed"


def test_bits_do_not_depend_on_workers_order_or_what_is_stored(tmp_path):
    claims = [CLAIM, about("mean")]
    found = {}
    for workers in (1, 2, 3):
        store = tmp_path / str(workers)
        verify(claims if workers != 2 else claims[::-1], store, workers=workers)
        found[workers] = ((store / "results.json").read_bytes(), stored(store))
    assert found[1][0] == found[3][0]
    assert found[1][1] == found[2][1] == found[3][1]
    # A part of the trials is there.
    partly = tmp_path / "partly"
    partly.mkdir()
    lines = (tmp_path / "1" / "trials.jsonl").read_text().splitlines(keepends=True)
    (partly / "trials.jsonl").write_text("".join(lines[::3]))
    results = verify(claims, partly)
    assert results.trials_reused == len(lines[::3]) and results.trials_run == len(lines) - len(lines[::3])
    assert (partly / "results.json").read_bytes() == found[1][0]
    assert stored(partly) == found[1][1]
    # Another seed draws other trials.
    verify(claims, tmp_path / "seed", seed=1)
    assert not (set(map(str, stored(tmp_path / "seed").values())) & set(map(str, found[1][1].values())))


def test_a_trial_can_be_drawn_here():
    setting = {"mean": 2.0}
    engine = mean_of.trial(setting, 3, seed=5)
    assert engine == {"mean": 2.0 + 0.1 * mean_of.rng(setting, 3, seed=5).normal()}
    assert mean_of.trial(setting, 4, seed=5) != engine
    assert mean_of(setting, np.random.default_rng(0))["mean"] == 2.0 + 0.1 * np.random.default_rng(0).normal()
    # Computed with BLAKE3 and NumPy alone; stores depend on it.
    assert mean_of.trial({"mean": 0.0})["mean"] == -0.07067202348585969


def test_what_the_engine_draws_is_what_is_drawn_here(tmp_path):
    verify([CLAIM], tmp_path)
    for (_, setting, number), line in list(stored(tmp_path).items())[::37]:
        assert output_norm.trial(json.loads(setting), number) == line["outcome"]


def test_an_exception_fails_its_own_claim_with_a_traceback():
    @solvable.experiment(version=1)
    def fragile(setting, rng):
        return {"mean": 1 / setting["zero"]}

    broken = about("broken", fragile, cases=[("one", {"zero": 0, "mean": 1.0}, 5)])
    results = verify([about("sound"), broken])
    assert results.verdicts == {"toy/sound": "confirmed", "toy/broken": "failed"}
    error = results["toy/broken"].cases[0].error
    assert "trial 0 of fragile@1 failed: ZeroDivisionError: division by zero" in error
    assert "test_own_theory.py" in error and 'return {"mean": 1 / setting["zero"]}' in error
    assert "_worker.py" not in error


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (lambda: os._exit(3), "the worker process died (exit code 3)"),
        (lambda: os.kill(os.getpid(), signal.SIGSEGV), "the worker process died (signal 11)"),
        (lambda: sys.exit("enough"), "SystemExit: enough"),
    ],
)
def test_a_process_that_dies_fails_its_own_trial_alone(tmp_path, end, told):
    @solvable.experiment(version=1)
    def mortal(setting, rng):
        value = rng.normal()
        if setting["mortal"] and value > 1:
            end()
        return {"mean": setting["mean"] + 0.01 * value}

    cases = {mortal_: [(str(mortal_), {"mean": 1.0, "mortal": mortal_}, 30)] for mortal_ in (True, False)}
    claims = [about("dies", mortal, cases=cases[True]), about("lives", mortal, cases=cases[False]), about("other")]
    results = verify(claims, tmp_path)
    assert results.verdicts == {"toy/dies": "failed", "toy/lives": "confirmed", "toy/other": "confirmed"}
    assert told in results["toy/dies"].cases[0].error
    lines = [line for line in stored(tmp_path).values() if line["setting"].get("mortal")]
    failed = [line for line in lines if "error" in line]
    drawn = [mortal.rng(line["setting"], line["trial"]).normal() for line in failed]
    assert len(lines) == 30 and 0 < len(failed) < 30 and min(drawn) > 1


def test_outcomes_that_are_no_numbers_are_refused_by_name():
    def case(outcome):
        @solvable.experiment(version=1)
        def odd(setting, rng):
            return outcome

        return verify([about("odd", odd)])["toy/odd"].cases[0].error

    assert "the quantity `mean` is not finite" in case({"mean": float("nan")})
    assert "the quantity `law` is not finite" in case({"mean": 1.0, "law": np.array([1.0, np.inf])})
    assert "the quantity `mean` is of shape (2, 2)" in case({"mean": np.eye(2)})
    assert "the quantity `mean` is 'long'" in case({"mean": "long"})
    assert "returns a dictionary of what it measured, not None" in case(None)
    assert "an empty dictionary" in case({})


def test_numbers_of_many_kinds_are_outcomes(tmp_path):
    from fractions import Fraction

    @solvable.experiment(version=1)
    def kinds(setting, rng):
        return {
            "mean": np.float32(1.5), "whole": 3, "flag": True, "array": np.arange(3), "fraction": Fraction(1, 4),
            "list": [1, 2.5], "none": [], "zero": -0.0, "huge": 10**20,
        }  # fmt: skip

    seen = []

    def measure(setting, outcome):
        seen.append(outcome)
        return outcome["mean"]

    claim = about("kinds", kinds, measure=measure, predict=lambda s: 1.5, cases=[("one", {}, 3)], rivals={"0": lambda s: 1})
    assert verify([claim], tmp_path).confirmed
    assert stored(tmp_path)[("kinds@1", "{}", 0)]["outcome"] == {
        "mean": 1.5, "whole": 3.0, "flag": 1.0, "array": [0, 1, 2], "fraction": 0.25, "list": [1, 2.5], "none": [], "zero": 0.0,
        "huge": 1e20,
    }  # fmt: skip
    assert isinstance(seen[0]["mean"], float) and isinstance(seen[0]["array"], np.ndarray)
    assert np.signbit(seen[0]["zero"]) and seen[0]["none"].shape == (0,)


def test_errors_of_predictions_name_the_place_and_take_no_other_claim_with_them():
    def theory(setting):
        raise ValueError("no theory here")

    results = verify([about("sound"), about("lost", predict=theory), about("nan", predict=lambda s: float("nan"))])
    assert results.verdicts == {"toy/sound": "confirmed", "toy/lost": "failed", "toy/nan": "failed"}
    error = results["toy/lost"].cases[0].error
    assert error.startswith("ValueError: no theory here") and "in theory" in error
    assert "nan" in results["toy/nan"].cases[0].error.lower()
    square = verify([about("square", measure=lambda s, o: np.eye(2))])["toy/square"].cases[0].error
    assert "the measurement is array([[1., 0.]" in square


def test_predictions_of_the_catalogue_serve_as_theory():
    """They need threads while the engine waits for them."""

    def theory(setting):
        widths = np.full(64, 1.0)
        values = solvable.mf.kappa(activation="relu", sigma_w2=2 * widths, sigma_b2=0.0, alphas=[1, 1, 1])
        assert len(np.atleast_1d(values)) >= 1
        return setting["mean"]

    assert verify([about("own", predict=theory)]).confirmed


def test_everything_that_claims_can_say():
    @solvable.experiment(version=1)
    def sample(setting, rng):
        values = rng.normal(size=setting["size"])
        order = np.sort(values)
        return {"mean": values.mean(), "order": order, "one": values[0], "ends": [order[0], order[-1]]}

    from math import erf, sqrt

    def normal(x):
        return 0.5 * (1 + erf(x / sqrt(2)))

    sizes = [{"size": size} for size in (25, 50, 100)]
    size = {"size": 100}
    levels = (np.arange(100) + 0.5) / 100
    claims = [
        about("slope", sample, cases=[solvable.Case("sizes", sizes, 200)], statistic="rms_log_slope", size=lambda s: s["size"],
              measure=lambda s, o: o["mean"], predict=lambda s: s["size"] ** -0.5, rivals={"1/n": lambda s: 1 / s["size"]}),
        about("log-slope", sample, cases=[("sizes", sizes, 200)], statistic="log_slope", size=lambda s: s["size"],
              measure=lambda s, o: o["mean"] ** 2, predict=lambda s: 1 / s["size"], margin=0.4,
              rivals={"constant": lambda s: 1.0}),
        about("law", sample, cases=[("one", size, 2000)], statistic="law", measure=lambda s, o: o["one"],
              predict=lambda s, o: normal(o["one"]), margin=0.07,
              rivals={"wider": lambda s, o: normal(o["one"] / 2)}),
        about("identity", sample, cases=[("one", size, 10)], statistic="identity", comparison="difference",
              measure=lambda s, o: o["order"].mean(), predict=lambda s, o: o["mean"], margin=1e-12,
              rivals={"the middle": lambda s, o: o["order"][50]}),
        about("median", sample, cases=[("one", size, 200)], statistic="median", comparison="difference",
              predict=lambda s: 0.0, margin=(-0.05, 0.05), rivals={"one": lambda s: 1.0}),
        about("curve", sample, cases=[("one", size, 200)], comparison="difference", components=["least", "most"],
              measure=lambda s, o: o["ends"], predict=lambda s: [-2.508, 2.508], margin=lambda s, profile: 0.2,
              rivals={"three": lambda s: np.array([-3.0, 3.0])}),
        about("distance", sample, cases=[("one", size, 50)], comparison="relative_distance",
              measure=lambda s, o: o["order"], predict=lambda s: _quantiles(levels), margin=0.35,
              rivals={"flat": lambda s: 0 * levels + 0.5}),
        about("farthest", sample, cases=[("one", size, 50)], comparison="largest_difference",
              measure=lambda s, o: [normal(x) for x in o["order"]], predict=lambda s: levels, margin=0.2,
              rivals={"square": lambda s: levels**2}),
        about("nearest", sample, cases=[("one", size, 50)], comparison="mean_difference",
              measure=lambda s, o: o["order"], predict=lambda s: _quantiles(levels), margin=0.3,
              rivals={"flat": lambda s: 0 * levels + 0.5}),
        about("where", sample, cases=[("one", size, 50), ("two", {"size": 400}, 50)], comparison="difference",
              predict=lambda s: 0, margin=0.1,
              rivals={"here": solvable.Rival(lambda s: 1, where=lambda s: s["size"] == 400), "always": lambda s: -1}),
    ]  # fmt: skip
    results = verify(claims)
    assert results.verdicts == {claim.id: "confirmed" for claim in claims}, str(results)
    assert [component.label for component in results["toy/curve"].cases[0].components] == ["least", "most"]
    assert results["toy/slope"].statistic == "log-log slope of the root mean square"
    assert [[rival.name for rival in case.rivals] for case in results["toy/where"].cases] == [["always"], ["here", "always"]]


def _quantiles(levels):
    from statistics import NormalDist

    return np.array([NormalDist().inv_cdf(level) for level in levels])


def test_cases_follow_the_profile():
    def cases(profile):
        return [solvable.Case("one", {"mean": 1.0}, 10 if profile == "quick" else 20)]

    told = {"quick": [("one", {"mean": 1.0}, 10)], "full": [("one", {"mean": 1.0}, 20)]}
    for cases in (cases, told):
        claim = about("sizes", cases=cases, margin=0.3)
        counts = [verify([claim], profile=profile)["toy/sizes"].cases[0].trials for profile in ("quick", "full")]
        assert counts == [[10], [20]]
    assert verify([claim], trials=7)["toy/sizes"].cases[0].trials == [7]


@pytest.mark.parametrize(
    ("changes", "kind", "told"),
    [
        ({"predict": lambda: 1}, TypeError, r"`predict` of the claim toy/bad takes \(\); valid: a function of \(setting\) or"),
        ({"predict": 2.0}, TypeError, "`predict` of the claim toy/bad is 2.0"),
        ({"measure": lambda s: 1}, TypeError, r"`measure` of the claim toy/bad takes \(s\)"),
        ({"rivals": {}}, ValueError, "`rivals` .* at least one"),
        ({"rivals": {"bad": lambda a, b, c: 1}}, TypeError, r"`rivals\['bad'\]`"),
        ({"margin": -1}, ValueError, "`margin` .* is -1"),
        ({"margin": float("nan")}, ValueError, "`margin`"),
        ({"margin": (0.2, 0.1)}, ValueError, "low <= high"),
        ({"margin": "wide"}, TypeError, "`margin`"),
        ({"margin": lambda s: 1}, TypeError, r"`margin` .* \(setting, profile\)"),
        ({"statistic": "mode"}, ValueError, "`statistic` .* median"),
        ({"comparison": "quotient"}, ValueError, "`comparison` .* ratio"),
        ({"statistic": "log_slope"}, TypeError, "`size`"),
        ({"size": lambda s: 1}, TypeError, "`size`"),
        ({"statistic": "law", "comparison": "ratio"}, ValueError, "`comparison`"),
        ({"cases": [("one", {"mean": float("inf")}, 3)]}, ValueError, "`setting.mean` is inf"),
        ({"cases": [("one", {"net": {"mean": [1, object()]}}, 3)]}, TypeError, r"`setting.net.mean\[1\]`"),
        ({"cases": [("one", {1: 2}, 3)]}, TypeError, "key 1"),
        ({"cases": [("one", {"mean": 2**64}, 3)]}, ValueError, "64 bits"),
        ({"cases": [("one", {}, 0)]}, ValueError, "`trials` .* is 0"),
        ({"cases": [("one", [], 3)]}, ValueError, "no setting"),
        ({"cases": {"fast": []}}, ValueError, "quick"),
        ({"experiment": lambda s, r: {}}, TypeError, "solvable.experiment"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_claim_is_told_when_it_is_made(changes, kind, told):
    with pytest.raises(kind, match=told):
        about("bad", **changes)


def test_what_is_wrong_with_a_run_is_told_before_it_begins(tmp_path):
    @solvable.experiment(version=1, id="mean_of")
    def other(setting, rng):
        return {"mean": 0.0}

    with pytest.raises(ValueError, match="two experiments are called mean_of@1"):
        verify([about("one"), about("two", other)])
    with pytest.raises(ValueError, match="two claims have the id 'toy/one'"):
        verify([about("one"), about("one")])
    with pytest.raises(ValueError, match="no claim"):
        verify([])
    with pytest.raises(ValueError, match="`workers` is 0"):
        solvable.Engine(workers=0)
    with pytest.raises(ValueError, match="`profile` is 'slow'"):
        solvable.Engine(profile="slow")
    with pytest.raises(TypeError, match=r"version=1"):
        solvable.experiment(lambda s, r: {})
    with pytest.raises(ValueError, match="`id`"):
        solvable.experiment(version=1)(lambda s, r: {})

    def refuse(setting):
        if setting["mean"] < 0:
            raise ValueError("the mean is negative")

    @solvable.experiment(version=1, check=refuse)
    def checked(setting, rng):
        return {"mean": setting["mean"]}

    with pytest.raises(ValueError, match="the mean is negative"):
        verify([about("checked", checked, cases=[("one", {"mean": -1.0}, 3)])])

    import threading

    held = threading.Lock()

    @solvable.experiment(version=1)
    def locked(setting, rng):
        return {"mean": float(held.locked())}

    with pytest.raises(TypeError, match="the experiment `locked` cannot be sent"):
        verify([about("locked", locked)])


def test_a_changed_experiment_of_the_same_version_is_told(tmp_path):
    def helper(x):
        return x

    def make(factor, version=1):
        def drawn(setting, rng):
            """What it says does not matter."""
            return {"mean": helper(factor(setting["mean"]))}

        return about("drawn", solvable.experiment(version=version, id="drawn")(drawn))

    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            verify([make(lambda x: 1.0 * x)], tmp_path)
    with pytest.warns(UserWarning, match="the code of the experiment drawn@1 has changed .* raise its version"):
        verify([make(lambda x: 1.01 * x)], tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert verify([make(lambda x: 1.01 * x, version=2)], tmp_path).trials_run == 40


def test_settings_are_what_json_says_of_them():
    @solvable.experiment(version=1)
    def types(setting, rng):
        assert setting == {"a": [1, 2.5], "b": {"c": True, "d": None}, "n": 3, "x": 1e30}
        assert [type(setting[name]) for name in "nx"] == [int, float]
        return {"mean": 1.0}

    setting = {"x": np.float64(1e30), "n": np.int64(3), "b": {"d": None, "c": True}, "a": (1, np.float32(2.5))}
    claim = about("types", types, cases=[("one", setting, 3)], predict=lambda s: s["n"] - 2, rivals={"0": lambda s: 0.5})
    results = verify([claim])
    assert results.confirmed, str(results)


def test_randomness_from_elsewhere_is_keyed_too(tmp_path):
    @solvable.experiment(version=1)
    def careless(setting, rng):
        import random

        return {"mean": 1 + 0.01 * random.random() + 0.01 * np.random.rand(), "order": [hash("a") % 97]}

    claim = about("careless", careless, rivals={"double": lambda s: 2})
    for workers in (1, 3):
        verify([claim], tmp_path / str(workers), workers=workers)
    assert stored(tmp_path / "1") == stored(tmp_path / "3")
    assert len({line["outcome"]["mean"] for line in stored(tmp_path / "1").values()}) == 40


def test_a_figure_of_ones_own_is_in_the_report(tmp_path):
    sizes = [0.5, 1.0, 2.0]

    def draw(trials):
        assert trials.profile == "quick" and len(trials.of(mean_of, {"mean": 1.0})) == 25
        y, low, high = zip(*(trials.mean(mean_of, {"mean": size}, lambda o: o["mean"]) for size in sizes))
        line = Line([0, 1, float("nan"), 2], [0, 1, 1.5, 2], label="theory")
        series = [line, Points(sizes, y, low, high, label="simulation")]
        return Figure("toy/means", "Means", "Means with intervals.", [Panel(Axis("mean"), Axis("found"), series)])

    figure = solvable.FigurePlan("toy/means", [(mean_of, {"mean": size}, 25) for size in sizes], draw)
    paper = solvable.Paper("toy", "Toys", "Means are $m$.", [solvable.Source("me2020", "A. Me", "On means", "Journal", 2020)])
    claim = about("means", sources=["me2020"])
    results = verify([claim], tmp_path, figures=[figure], papers=[paper])
    assert results.confirmed and results.trials_run == 40 + 25 + 25
    assert (tmp_path / "figures" / "toy-means.svg").exists() and (tmp_path / "figures" / "toy-means.pdf").exists()
    page = (tmp_path / "index.html").read_text()
    for told in ("Toys", "Means with intervals.", "On means", "The mean is the mean"):
        assert told in page
    drawn = results.figures["toy/means"]
    low, y, high = (np.array(getattr(drawn.panels[0].series[1], name)) for name in ("low", "y", "high"))
    assert np.all(low < y) and np.all(y < high) and np.allclose(y, sizes, atol=0.1)


def test_a_figure_that_cannot_be_drawn_is_a_note(tmp_path):
    plans = [
        solvable.FigurePlan("toy/raises", [(mean_of, {"mean": 1.0}, 5)], lambda trials: 1 / 0),
        solvable.FigurePlan("toy/asks", [], lambda trials: trials.of(mean_of, {"mean": 1.0})),
        solvable.FigurePlan("toy/other", [], lambda trials: Figure("toy/another", "", "", [])),
        solvable.FigurePlan("toy/none", [], lambda trials: None),
    ]
    results = verify([about("mean")], tmp_path, figures=plans)
    assert results.confirmed and results.figures == {}
    notes = "\n".join(results.notes)
    for told in ("toy/raises is not drawn: ZeroDivisionError", "does not ask for trials", "toy/another", "gives None"):
        assert told in notes, notes


def test_assert_confirmed_is_for_test_suites(tmp_path):
    assert solvable.assert_confirmed(about("mean"), workers=2, out=tmp_path).confirmed
    with pytest.raises(AssertionError) as caught:
        solvable.assert_confirmed([about("mean"), about("wrong", predict=lambda s: 3.0)], workers=2, out=tmp_path)
    message = str(caught.value)
    assert "refuted  toy/wrong" in message and "predicted 3, measured 1.0" in message
    assert "confirmed  toy/mean" in message
    with pytest.raises(AssertionError, match="powerless"):
        solvable.assert_confirmed(about("weak", rivals={"like the truth": lambda s: 1.01 * s["mean"]}), workers=2)


PROGRAM = textwrap.dedent(
    """
    import os, sys, time
    import numpy as np
    import solvable

    shift = 0.25

    class Network:
        def __init__(self, width):
            self.width = width
        def draw(self, rng):
            return helper(rng.normal(size=self.width).mean())

    helper = lambda x: x + shift

    @solvable.experiment(version=1)
    def own(setting, rng):
        print("a trial begins")
        seconds = float(open(sys.argv[2]).read()) if len(sys.argv) > 2 else 0
        if seconds > 1:
            open(sys.argv[3], "a").write(f"{os.getpid()}\\n")
        time.sleep(seconds)
        return {"mean": Network(setting["width"]).draw(rng)}

    claims = [
        solvable.Claim(
            f"own/{width}", "A shift", own, cases=[("one", {"width": width}, 60)],
            measure=lambda s, o: o["mean"], predict=lambda s: shift, margin=0.2,
            rivals={"none": lambda s: 2 * shift},
        )
        for width in (400, 800)
    ]
    if __name__ == "__main__":
        results = solvable.Engine(sys.argv[1], workers=2, progress=False).verify(claims)
        print(results.verdicts)
    """
)


def program(tmp_path, *more):
    """The program with what it needs of its arguments as the process's own."""
    script = tmp_path / "program.py"
    script.write_text(PROGRAM.replace("sys.argv[2]", f"{str(tmp_path / 'seconds')!r}").replace("len(sys.argv) > 2", f"{'more' in more}")
                      .replace("sys.argv[3]", f"{str(tmp_path / 'pids')!r}"))  # fmt: skip
    return [sys.executable, str(script)]


def test_functions_of_the_main_module_travel_by_value(tmp_path):
    done = subprocess.run([*program(tmp_path), str(tmp_path / "store")], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "{'own/400': 'confirmed', 'own/800': 'confirmed'}\n"
    # What trials print is no output of the program.
    assert done.stderr.count("a trial begins") == 120
    # The same without a file, as in a notebook.
    line = [sys.executable, "-", str(tmp_path / "again")]
    text = (tmp_path / "program.py").read_text()
    piped = subprocess.run(line, input=text, capture_output=True, text=True, timeout=120)
    assert piped.returncode == 0, piped.stderr
    results = [(tmp_path / store / "results.json").read_bytes() for store in ("store", "again")]
    assert results[0] == results[1]


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.02)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().split(")")[-1].split()[0] == "Z")


def count_lines(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_ended_goes_on_where_it_stopped(tmp_path, end):
    seconds, store = tmp_path / "seconds", tmp_path / "store"
    seconds.write_text("0.03")
    line = [*program(tmp_path, "more"), str(store)]
    run = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: count_lines(store / "trials.jsonl") > 10)
    # From here on every trial takes for ever.
    seconds.write_text("600")
    wait_for(lambda: count_lines(tmp_path / "pids") == 2)
    begin = time.monotonic()
    run.send_signal(end)
    _, told = run.communicate(timeout=30)
    assert time.monotonic() - begin < 2
    assert run.returncode != 0 and ("KeyboardInterrupt" in told) == (end == signal.SIGINT), told
    workers = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    wait_for(lambda: not any(map(is_alive, workers)), 5)
    before = Counter((json.loads(text)["experiment"], str(json.loads(text)["setting"]), json.loads(text)["trial"])
                     for text in (store / "trials.jsonl").read_text().splitlines())  # fmt: skip
    assert 10 < len(before) < 120 and max(before.values()) == 1

    seconds.write_text("0")
    again = subprocess.run(line, capture_output=True, text=True, timeout=120)
    assert again.returncode == 0, again.stderr
    text = (store / "trials.jsonl").read_text()
    assert '"error"' not in text and len(text.splitlines()) == len(stored(store)) == 120
    assert again.stderr.count("a trial begins") == 120 - len(before)
    whole = tmp_path / "whole"
    subprocess.run([*line[:-1], str(whole)], check=True, capture_output=True, timeout=120)
    assert (whole / "results.json").read_bytes() == (store / "results.json").read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_while_a_prediction_thinks_ends_the_run(tmp_path):
    text = PROGRAM.replace("predict=lambda s: shift", "predict=lambda s: print('thinking', flush=True) or time.sleep(600)")
    line = [sys.executable, "-c", text.replace("len(sys.argv) > 2", "False"), str(tmp_path)]
    run = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "thinking\n"
    begin = time.monotonic()
    run.send_signal(signal.SIGINT)
    _, told = run.communicate(timeout=30)
    assert time.monotonic() - begin < 2 and "KeyboardInterrupt" in told


def test_the_example_holds_a_network_of_jax_against_the_theory(tmp_path):
    pytest.importorskip("jax")
    example = Path(__file__).parents[1] / "examples" / "jax_sharpness.py"
    done = subprocess.run([sys.executable, str(example), str(tmp_path)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "confirmed  own/sharpness" in done.stdout and "4 of 4 rivals refuted" in done.stdout


def test_a_claim_whose_cases_can_be_read_once_only_is_judged():
    cases = [("one", {"width": 400}, 20)]
    wrong = CLAIM.replace(id="own/once", cases=(case for case in cases), predict=lambda s: 1e6)
    with pytest.raises(AssertionError, match="own/once"):
        solvable.assert_confirmed(wrong, workers=1)
    with pytest.raises(AssertionError, match="no cases in the quick profile"):
        solvable.assert_confirmed(CLAIM.replace(cases={"full": cases}), workers=1)
    for empty in [[], (), solvable.Case("one", {"width": 4}, 2), ("one", {"width": 4}, 2)]:
        if isinstance(empty, solvable.Case):
            assert CLAIM.replace(cases=empty).at("quick") == [empty]
        else:
            with pytest.raises((TypeError, ValueError), match="`cases`"):
                CLAIM.replace(cases=empty)


def test_a_prediction_that_is_forgotten_is_told(tmp_path):
    results = solvable.Engine(tmp_path, workers=1).verify(CLAIM.replace(predict=lambda s: None))
    assert "`return` forgotten" in results.claims[0].cases[0].error
    for option, value in [("seed", -1), ("workers", 0), ("trials", 2.5), ("workers", True)]:
        with pytest.raises(solvable.InvalidSetting) as caught:
            solvable.Engine(tmp_path, **{option: value})
        assert caught.value.parameter == option
    assert solvable.Engine(tmp_path, workers=np.int64(2)).workers == 2



def test_what_a_trial_hangs_on_is_in_the_digest_of_its_code():
    def digest(text):
        names = {"functools": functools, "__name__": "own_module"}
        exec(textwrap.dedent(text), names)
        return solvable.experiment(version=1, id="own")(names["draw"]).digest()

    plain = "def draw(s, rng): return {'x': %s}"
    usual = [
        ("def draw(s, rng, by=%s): return {'x': by}", "1.0", "2.0"),
        ("SCALE = %s\ndef draw(s, rng): return {'x': SCALE}", "1.0", "2.0"),
        ("class Net:\n    def f(self): return %s\ndef draw(s, rng): return {'x': Net().f()}", "1.0", "2.0"),
        ("class Net:\n    def f(self, s, rng): return {'x': %s}\ndraw = Net().f", "1.0", "2.0"),
        ("class Net:\n    def __call__(self, s, rng): return {'x': %s}\ndraw = Net()", "1.0", "2.0"),
        ("def by(s, rng, x): return {'x': x + %s}\ndraw = functools.partial(by, x=3)", "1.0", "2.0"),
        ("def by(s, rng, x): return {'x': x}\ndraw = functools.partial(by, x=%s)", "1.0", "2.0"),
        (plain, "1.0", "2.0"),
    ]
    for text, one, other in usual:
        assert digest(text % one) == digest(text % one) != digest(text % other), text
    wrapped = """
        def twice(f):
            @functools.wraps(f)
            def g(s, rng): return {'x': 2 * f(s, rng)['x']}
            return g
        %s
        def draw(s, rng): return {'x': 1.0}
    """
    assert digest(wrapped % "@twice") != digest(wrapped % "")
    assert digest("# said\n" + plain % "1.0") == digest(plain % "1.0")
