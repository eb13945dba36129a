"""Runs: verdicts as data, figures, progress, Ctrl-C, resuming."""

from __future__ import annotations

import copy
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import solvable

CLAIM = "mf/lambda-max-growth"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return solvable.verify(CLAIM, out=tmp_path_factory.mktemp("run"))


def test_claims_are_judged_and_reported(results):
    assert results.confirmed and results.verdicts == {CLAIM: "confirmed"} and results.trials_run > 0
    claim = results[CLAIM]
    component = claim.cases[0].components[0]
    assert component.margin[0] < component.discrepancy.low < component.discrepancy.high < component.margin[1]
    assert claim.cases[0].rivals and all(rival.verdict == "refuted" for rival in claim.cases[0].rivals)
    assert results.path.read_text(encoding="utf-8").startswith("<!")
    assert results.to_json() and json.loads(results.to_json()) == json.loads((results.path.parent / "results.json").read_text())
    assert CLAIM in str(results) and CLAIM in results._repr_html_()


def test_results_are_data_frames_of_any_make(results):
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    arrow = pytest.importorskip("pyarrow")
    rows = sum(len(case.components) + sum(len(r.components) for r in case.rivals) for c in results for case in c.cases)
    frames = results.to_pandas(), results.to_polars(), polars.DataFrame(results), arrow.table(results)
    assert all(len(frame) == rows for frame in frames)
    assert isinstance(frames[0], pandas.DataFrame) and list(frames[0].columns)[:3] == ["id", "part", "case"]
    own = frames[1].filter(polars.col("role") == "claim")
    assert own["measured"].dtype == polars.Float64 and own["trials"].dtype == polars.Int64
    assert own["measured"].to_list() == [c.measured.value for case in results[CLAIM].cases for c in case.components]
    assert frames[0]["measured"].tolist() == frames[1]["measured"].to_list() == frames[3]["measured"].to_pylist()


def test_results_can_be_pickled_and_copied(results):
    for again in [pickle.loads(pickle.dumps(results)), copy.deepcopy(results)]:
        assert again.verdicts == results.verdicts and again.table.columns == results.table.columns
        assert len(again.table) == len(results.table)


def test_stored_trials_are_not_run_again(results):
    out = results.path.parent
    again = solvable.verify(CLAIM, out=out)
    assert (again.trials_run, again.trials_reused) == (0, results.trials_run + results.trials_reused)
    assert again.to_json() == results.to_json() == solvable.report(out=out, only=CLAIM).to_json()
    difference = solvable.diff(results, again)
    assert (difference.compared > 0, difference.matters, difference.changes) == (True, 0, [])
    other = solvable.verify(CLAIM, out=out, seed=1)
    assert solvable.diff(results, other).changes and not solvable.diff(out / "results.json", other).matters
    with pytest.raises(solvable.Incomplete):
        solvable.report(out=out, only="mf/*")


def test_the_same_trials_come_from_any_number_of_threads(results, tmp_path):
    single = solvable.verify(CLAIM, out=tmp_path, jobs=1)
    assert single.to_json() == results.to_json()


def test_a_claim_is_checked_at_a_setting_of_ones_own(tmp_path):
    checked = solvable.check("mf/lambda-max", "tanh L=3", out=tmp_path, trials=20, samples=50, fields={"network.sigma_w2": 2.5})
    assert checked.id == "mf/lambda-max" and checked.trials == [20] and checked.settings[0]["samples"] == 50
    assert checked.settings[0]["network"]["sigma_w2"] == 2.5 and "samples=50" in checked.label
    assert "predicted" in str(checked) and checked.id in checked._repr_html_()
    assert checked.to_pandas()["role"].tolist() == ["claim"] + ["rival"] * len(checked.rivals)
    with pytest.raises(solvable.InvalidSetting) as caught:
        solvable.check("mf/lambda-max", out=tmp_path, samples=-3)
    assert (caught.value.parameter, caught.value.value) == ("samples", -3)
    with pytest.raises(solvable.InvalidSetting) as caught:
        solvable.check("mf/lambda-max", out=tmp_path, sample=3)
    assert caught.value.parameter == "sample" and "`samples`" in caught.value.valid


def test_a_claim_is_mapped(tmp_path):
    chart = solvable.map("mf/lambda-max", "tanh L=3", over={"width": [32, 64, 128], "samples": [20, 40]}, trials=8, out=tmp_path)
    assert len(chart.table) == 6 and chart.table.columns["width"] == [32, 64, 128] * 2 and chart.findings
    assert chart._repr_svg_().startswith("<svg") and all(file.exists() for file in chart.files)
    exact = solvable.map("mf/lambda-max", over={"network.sigma_w2": [1, 2**0.5, 2]}, trials=2, out=tmp_path)
    assert exact.table.columns["network.sigma_w2"] == [1, 2**0.5, 2]
    lists = solvable.map("mf/lambda-max", over={"network.widths": [[20, 20, 2], [30, 30, 2]]}, trials=2, out=tmp_path)
    assert lists.table.columns["network.widths"] == ["[20, 20, 2]", "[30, 30, 2]"]
    assert chart.to_pandas()["samples"].tolist() == [20, 20, 20, 40, 40, 40]


def test_figures_are_drawn_as_in_the_report_and_by_matplotlib(tmp_path):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    results = solvable.verify("mf/phase-diagram", "spa/hysteresis", "ngd/training", out=tmp_path, progress=False)
    assert results.figures
    for figure in results.figures.values():
        again = solvable.figure.Figure.of_json(figure.to_json())
        assert again._repr_svg_() == figure._repr_svg_() and "</svg>" in figure.svg()
        files = results.path.parent / "figures"
        assert (files / f"{figure.id.replace('/', '-')}.svg").exists()
        axes = figure.plot()
        assert len([axes] if hasattr(axes, "plot") else axes) == len(figure.panels)
        pyplot.close("all")
    one = next(figure for figure in results.figures.values() if len(figure.panels) == 1)
    _, ax = pyplot.subplots()
    assert one.plot(ax) is ax and ax.get_xlabel() == one.panels[0].x.label
    with pytest.raises(ValueError, match="`ax`"):
        one.plot([ax, ax])


def test_what_cannot_be_run_is_named(tmp_path):
    for call, parameter in [
        (lambda: solvable.verify(CLAIM, out=tmp_path, trials=1), "trials"),
        (lambda: solvable.verify(CLAIM, out=tmp_path, profile="slow"), "profile"),
        (lambda: solvable.verify(CLAIM, out=tmp_path, jobs=0), "jobs"),
        (lambda: solvable.verify(CLAIM, out=tmp_path, seed=-1), "seed"),
        (lambda: solvable.verify(CLAIM, out=tmp_path, trials=2.5), "trials"),
        (lambda: solvable.verify("nothing/here", out=tmp_path), None),
        (lambda: solvable.report(tmp_path / "nowhere"), None),
        (lambda: solvable.check("mf/nothing", out=tmp_path, width=3), None),
    ]:
        with pytest.raises((solvable.RunError, ValueError)) as caught:
            call()
        assert getattr(caught.value, "parameter", None) == parameter
        assert parameter is None or f"`{parameter}`" in str(caught.value)
    with pytest.raises(solvable.RunError, match="`solvable list`"):
        solvable.verify("nothing/here", out=tmp_path)


INTERRUPTED = """
import sys, time
import solvable
print("begun", flush=True)
try:
    solvable.verify("mf/*", profile="full", out=sys.argv[1], progress=False)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_ends_a_run_within_a_second_and_it_goes_on(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", INTERRUPTED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "begun\n"
    store = tmp_path / "trials.jsonl"
    while not store.exists() or store.read_bytes().count(b"\n") < 20:
        assert process.poll() is None
        time.sleep(0.02)
    begin = time.perf_counter()
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "interrupted\n"
    assert time.perf_counter() - begin < 1
    process.wait(timeout=60)
    lines = store.read_bytes().split(b"\n")
    stored = [json.loads(line) for line in lines[:-1]]
    assert len(stored) >= 20 and lines[-1] == b"" or process.returncode != 0


def test_an_interrupted_run_goes_on_in_the_same_process(tmp_path):
    class Interrupting:
        def __init__(self, after):
            self.left = after

        def begin(self, reused, pending):
            self.reused = reused

        def trial(self, experiment, ok):
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt

        def note(self, text):
            pass

    from solvable import _native, runs

    options = runs._options("verify", [CLAIM], "quick", 0, None, tmp_path, None)
    with pytest.raises(KeyboardInterrupt):
        _native.verify(options, [CLAIM], None, False, Interrupting(30))
    results = solvable.verify(CLAIM, out=tmp_path)
    assert results.confirmed and results.trials_reused >= 30
    stored = [json.loads(line) for line in (tmp_path / "trials.jsonl").read_text().splitlines()]
    keys = [(line["experiment"], json.dumps(line["setting"]), line["trial"]) for line in stored if "trial" in line]
    assert len(keys) == len(set(keys))


def test_progress_follows_the_trials(tmp_path, capsys):
    solvable.verify(CLAIM, out=tmp_path, progress=True)
    told = capsys.readouterr().err
    assert "trials" in told and "100%" in told
    solvable.verify(CLAIM, out=tmp_path / "silent", progress=False)
    assert capsys.readouterr().err == ""


def test_the_command_line_is_in_the_package(tmp_path):
    for command in [[sys.executable, "-m", "solvable"], [str(Path(sys.executable).parent / "solvable")]]:
        if not Path(command[0]).exists():
            continue
        told = subprocess.run(
            [*command, "predict", "ngd/alpha", "method=bd", "depth=3"], capture_output=True, text=True, cwd=tmp_path
        )
        assert (told.returncode, told.stdout.splitlines()[0]) == (0, "3.0")
        refused = subprocess.run([*command, "predict", "ngd/alpha", "method=bd", "depth=0"], capture_output=True, text=True)
        assert refused.returncode == 2 and "`depth`" in refused.stderr
        assert subprocess.run([*command, "--no-such-option"], capture_output=True).returncode == 2


def test_everything_is_listed_and_explained():
    everything = solvable.list()
    kinds = {entry.kind for entry in everything}
    assert kinds == {"prediction", "claim", "figure", "map"} and len(everything) > 400
    assert solvable.list("mf/kappa", kind="prediction").ids == ["mf/kappa"]
    assert solvable.explain("mf/kappa").kind == "prediction" and solvable.explain("mf/lambda-max", kind="claim").rivals
    assert all(entry.kind == "claim" for entry in solvable.list("norm/*", kind="claim"))
    assert "<table>" in everything[:3]._repr_html_()
    for entry in everything:
        told = solvable.explain(entry.id, kind=entry.kind)
        assert told.title in str(told)
        if told.formula:
            assert "<math" in told._repr_html_() and told.formula in told._repr_markdown_()
        for parameter in told.parameters:
            assert parameter["name"] in told._repr_html_() and parameter["domain"]
    with pytest.raises(solvable.UnknownPrediction, match="mf/kappa"):
        solvable.explain("mf/kapa")
