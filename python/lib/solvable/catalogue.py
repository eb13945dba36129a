"""What there is: predictions, claims, figures and maps, listed and explained."""

from __future__ import annotations

import builtins
import difflib
import fnmatch
import html
import json
from collections.abc import Iterator, Sequence
from typing import Any

from . import _native
from .errors import UnknownPrediction
from .results import Table

__all__ = ["Explanation", "Listing", "explain", "list"]


class Listing(Sequence["Explanation"]):
    """Predictions, claims, figures and maps."""

    def __init__(self, entries: Sequence[Explanation]) -> None:
        self._entries = builtins.list(entries)

    def __getitem__(self, index: Any) -> Any:
        return Listing(self._entries[index]) if isinstance(index, slice) else self._entries[index]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Explanation]:
        return iter(self._entries)

    @property
    def ids(self) -> builtins.list[str]:
        """The ids."""
        return [entry.id for entry in self]

    @property
    def table(self) -> Table:
        """Kinds, ids and titles."""
        return Table({name: [getattr(entry, name) for entry in self] for name in ("kind", "id", "title")})

    def __repr__(self) -> str:
        return "\n".join(f"{entry.kind:<11}{entry.id:<32} {entry.title}".rstrip() for entry in self)

    def _repr_html_(self) -> str:
        return self.table._repr_html_()


class Explanation:
    """What a prediction or claim says: formula, parameters, domain, sources. Notebooks show it with its formula."""

    def __init__(self, kind: str, told: dict[str, Any]) -> None:
        self.kind = kind
        """``prediction``, ``claim``, ``figure`` or ``map``."""
        self.id: str = told["id"]
        self.title: str = told["title"]
        self.formula: str = told.get("formula", "")
        """In LaTeX without delimiters."""
        self.parameters: builtins.list[dict[str, Any]] = told.get("parameters", [])
        """Of a prediction, each with ``name``, ``kind``, ``meaning``, ``domain``, ``required``, ``default``."""
        self.outputs: builtins.list[dict[str, Any]] = told.get("outputs", [])
        """What its value holds, each with ``name``, ``holds``, ``always``."""
        self.value: str = told.get("value", "")
        self.validity: str = told.get("validity", "")
        self.rivals: builtins.list[str] = told.get("rivals", [])
        """Of a claim, the wrong predictions that its trials must refute."""
        self.statistic: str = told.get("statistic", "")
        self.comparison: str = told.get("comparison", "")
        self.sources: builtins.list[str] = told["sources"] if "sources" in told else []

    def _sections(self) -> Iterator[tuple[str, builtins.list[str]]]:
        """Headings with their lines."""
        if self.outputs:
            names = ", ".join(output["name"] for output in self.outputs)
            yield "value", [self.value, f"fields: {names}"]
        if self.validity:
            yield "valid", [self.validity]
        if self.statistic:
            yield "judged", [f"{self.statistic} by {self.comparison}"]
        if self.rivals:
            yield "rivals", self.rivals
        if self.sources:
            yield "sources", self.sources

    def __str__(self) -> str:
        lines = [f"{self.kind} {self.id}", self.title, ""]
        if self.formula:
            lines += [f"    {' '.join(self.formula.split())}", ""]
        if self.parameters:
            lines.append("parameters")
            for parameter in self.parameters:
                lines.append(f"    {parameter['name']:<14} {parameter['meaning']} ({parameter['domain']}){_default(parameter)}")
        for heading, told in self._sections():
            lines += [heading, *(f"    {line}" for line in told)]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        parts = [f"<div><b>{html.escape(self.id)}</b> {html.escape(self.title)}</div>"]
        if self.formula:
            parts.append(_native.formula(self.formula))
        if self.parameters:
            rows = "".join(
                f"<tr><td style='text-align:left'><code>{html.escape(parameter['name'])}</code></td>"
                f"<td style='text-align:left'>{html.escape(parameter['meaning'])}</td>"
                f"<td style='text-align:left'>{html.escape(parameter['domain'] + _default(parameter))}</td></tr>"
                for parameter in self.parameters
            )
            heads = "".join(f"<th style='text-align:left'>{name}</th>" for name in ("parameter", "meaning", "valid"))
            parts.append(f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>")
        for heading, told in self._sections():
            parts.append(f"<div><b>{heading}</b>: {'<br>'.join(html.escape(line) for line in told)}</div>")
        return "".join(parts)

    def _repr_markdown_(self) -> str:
        parts = [f"**{self.id}** {_plain(self.title)}"]
        if self.formula:
            parts.append(f"$$\n{self.formula}\n$$")
        if self.parameters:
            rows = [
                f"| `{parameter['name']}` | {_plain(parameter['meaning'])} | {_plain(parameter['domain'] + _default(parameter))} |"
                for parameter in self.parameters
            ]
            parts.append("\n".join(["| parameter | meaning | valid |", "|---|---|---|", *rows]))
        parts += [f"*{heading}*: {'; '.join(map(_plain, told))}" for heading, told in self._sections()]
        return "\n\n".join(parts)


def _default(parameter: dict[str, Any]) -> str:
    return "" if parameter["required"] else f" [default {json.dumps(parameter['default'])}]"


def _plain(text: str) -> str:
    """Text whose marks Markdown does not read."""
    for mark in "\\`*_|$[]<>":
        text = text.replace(mark, f"\\{mark}")
    return text


_ALL: builtins.list[Explanation] = []


def _all() -> builtins.list[Explanation]:
    if not _ALL:
        _ALL.extend(Explanation("prediction", told) for told in _native.predictions())
        _ALL.extend(Explanation(told.pop("kind"), told) for told in _native.claims())
    return _ALL


def list(*patterns: str, kind: str | None = None) -> Listing:
    """Predictions, claims, figures and maps.

    ``patterns`` keep those whose id matches one of them, a part of it or a pattern with ``*``; ``kind`` those of one kind:
    ``"prediction"``, ``"claim"``, ``"figure"`` or ``"map"``.

    >>> import solvable
    >>> solvable.list("mf/kappa", kind="prediction").ids
    ['mf/kappa']
    """
    _check_kind(kind)

    def fits(entry: Explanation) -> bool:
        matches = [fnmatch.fnmatchcase(entry.id, p) if "*" in p else p in entry.id for p in patterns]
        return kind in (None, entry.kind) and (not patterns or any(matches))

    return Listing([entry for entry in _all() if fits(entry)])


def _check_kind(kind: str | None) -> None:
    kinds = ["prediction", "claim", "figure", "map"]
    if kind not in [None, *kinds]:
        raise ValueError(f"`kind` is {kind!r}; valid: {', '.join(map(repr, kinds))}")


def explain(id: str, *, kind: str | None = None) -> Explanation:
    """What the prediction of that id says; the claim, figure or map where no prediction has it, or where ``kind`` asks for it.

    >>> import solvable
    >>> print(solvable.explain("ngd/alpha").value)
    alpha; the loss falls by (1 - eta alpha)^2 a step
    """
    _check_kind(kind)
    for entry in _all():
        if entry.id == id and kind in (None, entry.kind):
            return entry
    near = difflib.get_close_matches(id, [entry.id for entry in _all()], n=1)
    known = f"did you mean `{near[0]}`? " if near else ""
    raise UnknownPrediction(
        f"nothing is called `{id}`; {known}`solvable.list()` shows all", None, id, "an id that `solvable.list()` shows"
    )
