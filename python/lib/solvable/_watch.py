"""Progress of runs, after the conventions of tqdm."""

from __future__ import annotations

import sys
from typing import Any


class Watch:
    """Is told how far a run is, and shows it: in a terminal or a notebook where ``progress`` is ``None``, always or never where it is a
    flag. Remarks are kept."""

    def __init__(self, progress: bool | None) -> None:
        self.notes: list[str] = []
        self._progress = progress
        self._bar: Any = None
        self._failed = 0

    def begin(self, reused: int, pending: int) -> None:
        """So many trials are stored, and so many are about to run."""
        if self._bar is None and pending > 0 and self._is_shown():
            from tqdm.auto import tqdm

            self._bar = tqdm(total=0, unit=" trials", disable=False)
        if self._bar is not None:
            self._bar.total += pending
            self._bar.refresh()

    def trial(self, experiment: str, ok: bool) -> None:
        """A trial is done."""
        self._failed += not ok
        if self._bar is not None:
            failed = f", {self._failed} failed" if self._failed else ""
            self._bar.set_description_str(experiment + failed, refresh=False)
            self._bar.update()

    def note(self, text: str) -> None:
        """A remark."""
        self.notes.append(text)

    def end(self) -> None:
        """The run is over."""
        if self._bar is not None:
            self._bar.close()

    def _is_shown(self) -> bool:
        if self._progress is not None:
            return self._progress
        return sys.stderr.isatty() or _in_notebook()

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"
