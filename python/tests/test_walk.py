"""What a stranger does first: the code of the README, the notebook."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "python" / "examples"


@pytest.mark.parametrize("readme", ["README.md", "python/README.md"])
def test_the_code_of_the_readme_runs_word_for_word(readme, tmp_path):
    text = (ROOT / readme).read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert blocks
    script = tmp_path / "readme.py"
    script.write_text("\n".join(blocks), encoding="utf-8")
    subprocess.run([sys.executable, str(script)], check=True, cwd=tmp_path, timeout=300)


def texts(cell):
    """What a cell printed or showed, as text."""
    for output in cell["outputs"]:
        yield output.get("text", "")
        yield from (value for kind, value in output.get("data", {}).items() if kind.startswith("text/"))


def test_the_notebook_runs_and_shows_what_it_says(tmp_path):
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    notebook = nbformat.read(EXAMPLES / "tour.ipynb", as_version=4)
    client = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    cells = {cell["source"]: cell for cell in notebook.cells if cell["cell_type"] == "code"}

    def shown(part):
        (cell,) = [cell for source, cell in cells.items() if part in source]
        return cell, "\n".join(texts(cell))

    assert "<math" in shown('explain("mf/fim-stats")')[1]
    assert "sigma_w2 | -3" in shown("except solvable.InvalidParameter")[1]
    for figure in ["mf/width-scaling", "iso/spectra-orthogonal"]:
        cell, _ = shown(f'figures["{figure}"]')
        assert any("image/svg+xml" in output.get("data", {}) for output in cell["outputs"])
    cell, _ = shown("plot();")
    assert any("image/png" in output.get("data", {}) for output in cell["outputs"])
    assert "confirmed" in shown("to_pandas()")[1] and "refuted" in shown("to_pandas()")[1]
    own = shown("results = solvable.Engine")[1]
    assert "confirmed  example/output-norm" in own and "rival the rectifier forgotten: refuted" in own
    assert "'refuted'" in shown("wrong = claim.replace")[1]
