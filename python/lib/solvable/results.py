"""What runs return: verdicts, tables, figures."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _native
from .figure import Figure

if TYPE_CHECKING:
    import pandas
    import polars

__all__ = ["Change", "CheckResult", "Difference", "MapResult", "Results", "Table"]

_COLOURS = {"confirmed": "#1a7f37", "inconclusive": "#9a6700"}


class Table:
    """Columns of one length, each of one type; data frames of any make read it by Arrow's PyCapsule interface."""

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        self.columns = {name: list(values) for name, values in columns.items()}
        self._native = _native.Table(self.columns)

    @classmethod
    def of_rows(cls, rows: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> Table:
        """A table of rows that have the same keys; ``names`` gives their order, and those of a table without rows."""
        keys = names or (list(rows[0]) if rows else [])
        return cls({name: [row[name] for row in rows] for name in keys})

    def __len__(self) -> int:
        return len(self._native)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.columns,)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._native.__arrow_c_stream__(requested_schema)

    def to_pandas(self) -> pandas.DataFrame:
        """The table as a data frame of pandas."""
        import pandas

        return pandas.DataFrame(self.columns)

    def to_polars(self) -> polars.DataFrame:
        """The table as a data frame of Polars."""
        import polars

        return polars.DataFrame(self)

    def __repr__(self) -> str:
        return f"Table({len(self)} rows: {', '.join(self.columns)})"

    def _repr_html_(self) -> str:
        return _table(list(self.columns), list(zip(*self.columns.values())))


class _Tabular:
    """Something that is a table too."""

    table: Table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.table.__arrow_c_stream__(requested_schema)

    def to_pandas(self) -> pandas.DataFrame:
        """The table as a data frame of pandas."""
        return self.table.to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """The table as a data frame of Polars."""
        return self.table.to_polars()


class Estimate:
    """A value with its confidence interval."""

    def __init__(self, told: Mapping[str, float]) -> None:
        self.value = told["value"]
        self.low = told["low"]
        self.high = told["high"]

    def __repr__(self) -> str:
        return f"{self.value:.4g} [{self.low:.4g}, {self.high:.4g}]"


class Component:
    """One number held against its prediction."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.label: str = told["label"]
        self.predicted: float = told["predicted"]
        self.measured = Estimate(told["measured"])
        self.discrepancy = Estimate(told["discrepancy"])
        self.margin: tuple[float, float] = (told["margin"]["low"], told["margin"]["high"])
        self.verdict: str = told["verdict"]

    def __repr__(self) -> str:
        label = f"{self.label}: " if self.label else ""
        return (
            f"{label}predicted {self.predicted:.4g}, measured {self.measured}, discrepancy {self.discrepancy} "
            f"in [{self.margin[0]:g}, {self.margin[1]:g}]: {self.verdict}"
        )


class Judgement:
    """A prediction, that of the claim or of a rival, held against trials."""

    def __init__(self, name: str, told: Mapping[str, Any]) -> None:
        self.name = name
        self.verdict: str = told["verdict"]
        self.components = [Component(component) for component in told["components"]]

    def __repr__(self) -> str:
        return f"{self.name or 'claim'}: {self.verdict}"


class CaseResult:
    """A claim at one setting, or over one group of sizes."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.label: str = told["label"]
        self.settings: list[Any] = told["settings"]
        self.trials: list[int] = told["trials"]
        self.verdict: str = told["verdict"]
        self.claim = Judgement("", told["claim"])
        self.rivals = [Judgement(rival["name"], rival["judgement"]) for rival in told["rivals"]]
        self.error: str | None = told.get("error")

    @property
    def components(self) -> list[Component]:
        """The numbers that the claim itself predicts."""
        return self.claim.components

    def __str__(self) -> str:
        lines = [f"{self.verdict}  {self.label}  ({' + '.join(map(str, self.trials))} trials)"]
        if self.error is not None:
            lines.append(f"    {self.error}")
        lines += [f"    {component}" for component in self.components]
        lines += [f"    rival {rival}" for rival in self.rivals]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<{self.label}: {self.verdict}>"


class ClaimResult:
    """A claim, judged at all its settings."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.id: str = told["id"]
        self.title: str = told["title"]
        self.formula: str = told["formula"]
        self.sources: list[str] = told["sources"]
        self.statistic: str = told["statistic"]
        self.comparison: str = told["comparison"]
        self.verdict: str = told["verdict"]
        self.cases = [CaseResult(case) for case in told["cases"]]

    def __str__(self) -> str:
        cases = "\n".join(f"  {line}" for case in self.cases for line in str(case).splitlines())
        return f"{self.verdict}  {self.id}  {self.title}\n{cases}"

    def __repr__(self) -> str:
        return f"<{self.id}: {self.verdict}, {len(self.cases)} cases>"


class Results(_Tabular):
    """What a run found: verdicts by claim, a tidy table, figures, and where the report is."""

    def __init__(self, told: Mapping[str, Any], out: Path, notes: Sequence[str] = ()) -> None:
        self._told = told["results"]
        self.claims = [ClaimResult(claim) for claim in self._told["claims"]]
        """One for each claim, in the order of the report."""
        self.profile: str = self._told["profile"]
        self.seed: int = self._told["seed"]
        self.confidence: float = self._told["confidence"]
        """The level of all intervals."""
        self.figures = {figure["id"]: Figure.of_json(figure) for figure in told["figures"]}
        """The figures of the report by id."""
        self.path = out / "index.html"
        """The report."""
        self.trials_run: int = told["run"]["trials_run"]
        self.trials_reused: int = told["run"]["trials_reused"]
        self.seconds: float = told["run"]["seconds"]
        self.notes = list(dict.fromkeys([*told["run"]["notes"], *notes]))
        """Warnings and remarks."""
        self.incomplete: str | None = told.get("incomplete")
        """Which trials of a later look are missing; ``None`` where none are."""
        self.table = Table.of_rows(told["rows"], told["columns"])
        """One row for each claim, case, component and rival, with settings as JSON."""

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict of each claim."""
        return {claim.id: claim.verdict for claim in self.claims}

    @property
    def confirmed(self) -> bool:
        """Whether every claim is confirmed, and there is one."""
        return bool(self.claims) and all(claim.verdict == "confirmed" for claim in self.claims)

    def __getitem__(self, id: str) -> ClaimResult:
        for claim in self.claims:
            if claim.id == id:
                return claim
        raise KeyError(id)

    def __iter__(self) -> Iterator[ClaimResult]:
        return iter(self.claims)

    def __len__(self) -> int:
        return len(self.claims)

    def to_json(self) -> str:
        """The text of the report's ``results.json``, lossless."""
        return json.dumps(self._told)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.claims), self._summary()])

    def __repr__(self) -> str:
        return f"<Results: {self._summary()}>"

    def _summary(self) -> str:
        verdicts = list(self.verdicts.values())
        counts = [f"{verdicts.count(verdict)} {verdict}" for verdict in dict.fromkeys(verdicts)]
        rivals = [rival.verdict for claim in self.claims for case in claim.cases for rival in case.rivals]
        return (
            f"{len(self.claims)} claims: {', '.join(counts)}; {rivals.count('refuted')} of {len(rivals)} rivals refuted"
            f" ({self.profile} profile, seed {self.seed})"
        )

    def _repr_html_(self) -> str:
        rows = []
        for claim in self.claims:
            for case in claim.cases:
                worst = max(case.components, key=_severity, default=None)
                refuted = sum(rival.verdict == "refuted" for rival in case.rivals)
                rows.append(
                    [
                        _verdict(case.verdict),
                        html.escape(claim.id),
                        html.escape(case.label),
                        *(
                            [f"{worst.predicted:.4g}", html.escape(str(worst.measured)), html.escape(str(worst.discrepancy))]
                            if worst is not None
                            else [html.escape(case.error or ""), "", ""]
                        ),
                        f"{refuted}/{len(case.rivals)}",
                    ]
                )
        heads = ["verdict", "claim", "case", "predicted", "measured", "discrepancy", "rivals refuted"]
        notes = "".join(f"<div><small>{html.escape(note)}</small></div>" for note in self.notes)
        return f"{_table(heads, rows, escaped=True)}<div>{html.escape(self._summary())}</div>{notes}"


class CheckResult(CaseResult, _Tabular):
    """A claim, judged at a setting of your own."""

    def __init__(self, told: Mapping[str, Any], notes: Sequence[str] = ()) -> None:
        super().__init__(told["case"])
        self.id: str = told["id"]
        self.narrow: bool = told["narrow"]
        """Whether every interval is narrower than a third of its margin; more trials narrow it."""
        self.missing: int = told["missing"]
        self.statistic: str = told["statistic"]
        self.comparison: str = told["comparison"]
        self.notes = list(notes)
        rows = []
        for judgement in [self.claim, *self.rivals]:
            for component in judgement.components:
                rows.append(
                    {
                        "role": "rival" if judgement.name else "claim",
                        "name": judgement.name,
                        "component": component.label,
                        "predicted": component.predicted,
                        "measured": component.measured.value,
                        "measured_low": component.measured.low,
                        "measured_high": component.measured.high,
                        "discrepancy": component.discrepancy.value,
                        "discrepancy_low": component.discrepancy.low,
                        "discrepancy_high": component.discrepancy.high,
                        "margin_low": component.margin[0],
                        "margin_high": component.margin[1],
                        "verdict": component.verdict,
                    }
                )
        self.table = Table.of_rows(rows, ["role", "name", "component", "verdict"] if not rows else ())
        """One row for each component, of the claim and of its rivals."""

    @property
    def confirmed(self) -> bool:
        """Whether the claim holds there and its rivals do not."""
        return self.verdict == "confirmed"

    def __repr__(self) -> str:
        return f"<{self.id} at {self.label}: {self.verdict}>"

    def _repr_html_(self) -> str:
        rows = []
        for judgement in [self.claim, *self.rivals]:
            for component in judgement.components:
                rows.append(
                    [
                        _verdict(component.verdict),
                        html.escape(judgement.name or "claim"),
                        html.escape(component.label),
                        f"{component.predicted:.4g}",
                        html.escape(str(component.measured)),
                        html.escape(str(component.discrepancy)),
                        f"[{component.margin[0]:g}, {component.margin[1]:g}]",
                    ]
                )
        heads = ["verdict", "prediction", "component", "predicted", "measured", "discrepancy", "margin"]
        title = f"<div>{_verdict(self.verdict)} {html.escape(self.id)} at {html.escape(self.label)}</div>"
        error = f"<pre>{html.escape(self.error)}</pre>" if self.error else ""
        return title + error + _table(heads, rows, escaped=True)


class MapResult(_Tabular):
    """A claim over one or two fields of its setting."""

    def __init__(self, told: Mapping[str, Any], notes: Sequence[str] = ()) -> None:
        self._told = told["map"]
        self.id: str = self._told["id"]
        self.claim: str = self._told["claim"]
        self.figure = Figure.of_json(told["figure"])
        self.findings: list[str] = told["findings"]
        """What the map says, in words."""
        self.files = [Path(file) for file in told["files"]]
        """SVG, PDF, CSV and JSON of the map."""
        self.notes = list(notes)
        fields = [sweep["field"] for sweep in self._told["sweeps"]]
        rows = []
        for cell in self._told["cells"]:
            found = cell.get("found")
            # Columns are of one type: lists are told in JSON.
            row = {
                field: json.dumps(value) if isinstance(value, list | dict) else value for field, value in zip(fields, cell["at"])
            }
            for name in ("measured", "discrepancy"):
                for end in ("value", "low", "high"):
                    key = name if end == "value" else f"{name}_{end}"
                    row[key] = found[name][end] if found else None
            row["predicted"] = found["predicted"] if found else None
            row["verdict"] = found["verdict"] if found else "failed"
            row["standing"] = "; ".join(found["standing"]) if found else ""
            row["error"] = cell.get("error")
            rows.append(row)
        self.table = Table.of_rows(rows)
        """One row for each cell."""

    def _repr_svg_(self) -> str:
        return self.figure._repr_svg_()

    def plot(self, ax: Any = None) -> Any:
        """Draws the map with matplotlib."""
        return self.figure.plot(ax)

    def to_json(self) -> str:
        """The map, lossless."""
        return json.dumps(self._told)

    def __str__(self) -> str:
        return "\n".join([self.id, *self.findings])

    def __repr__(self) -> str:
        return f"<MapResult {self.id}: {len(self.table)} cells>"


class Change:
    """A component that is not what it was."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.claim: str = told["claim"]
        self.case: str = told["case"]
        self.component: str = told["component"]
        self.kind: str = told["kind"]
        """``gone``, ``changed`` or ``new``."""
        self.matters: bool = told["matters"]
        """Whether it is more than chance allows."""
        self.text: str = told["text"]

    def __repr__(self) -> str:
        word = "MATTERS" if self.matters else self.kind
        return f"{word} {self.claim} [{self.case}] {self.component}: {self.text}"


class Difference(_Tabular):
    """How two results differ."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.compared: int = told["compared"]
        """How many components were compared."""
        self.matters: int = told["matters"]
        """How many changes matter."""
        self.changes = [Change(change) for change in told["differences"]]
        names = ["claim", "case", "component", "kind", "matters", "text"]
        self.table = Table.of_rows([{name: change[name] for name in names} for change in told["differences"]], names)

    def __str__(self) -> str:
        return "\n".join([*map(repr, self.changes), repr(self)])

    def __repr__(self) -> str:
        return f"<Difference: {self.compared} compared, {len(self.changes)} changed, {self.matters} matter>"

    def _repr_html_(self) -> str:
        return f"{self.table._repr_html_()}<div>{html.escape(repr(self))}</div>"


def _severity(component: Component) -> float:
    """How far a discrepancy lies out, in units of its margin."""
    low, high = component.margin
    off = abs(component.discrepancy.value - 0.5 * (low + high))
    return off / (high - low) if high > low else off


def _verdict(verdict: str) -> str:
    return f"<b style='color:{_COLOURS.get(verdict, '#cf222e')}'>{html.escape(verdict)}</b>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]], escaped: bool = False) -> str:
    def cell(value: Any) -> str:
        if escaped:
            return str(value)
        if value is None:
            return ""
        return html.escape(f"{value:.6g}" if isinstance(value, float) else str(value))

    head = "".join(f"<th style='text-align:left'>{html.escape(name)}</th>" for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td style='text-align:left'>{cell(value)}</td>" for value in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
