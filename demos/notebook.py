"""python -m demos.notebook [--check]: build lecture24.ipynb from lecture24.py, or check that it still runs as shown.

lecture24.py is in the percent format, which editors run cell by cell: "# %%" begins code, "# %% [markdown]" text.
"""
import argparse
import re
import sys
from pathlib import Path
from typing import Any

from .lecture_table import table

SOURCE = Path(__file__).with_name("lecture24.py")
NOTEBOOK = SOURCE.with_suffix(".ipynb")
RICH = "text/latex", "text/html"                 # beside these text/plain is the object's repr, with all its digits
CHANGING = re.compile(r"0x[0-9a-f]+|\d(\.\d+)?e-1\d")                   # addresses, and what is rounding


def cells(source: str) -> list[tuple[str, str]]:
    """("markdown" or "code", its text) of every cell of a script in the percent format.

    >>> cells("# %% [markdown]\\n# # Title\\n\\n# %%\\n# %matplotlib inline\\n1 + 1\\n")
    [('markdown', '# Title'), ('code', '%matplotlib inline\\n1 + 1')]
    """
    found = []
    for cell in re.split(r"^# %%", source, flags=re.MULTILINE)[1:]:
        head, _, text = cell.partition("\n")
        if "[markdown]" in head:
            found.append(("markdown", re.sub(r"^# ?", "", text.strip(), flags=re.MULTILINE)))
        else:
            found.append(("code", re.sub(r"^# %", "%", text.strip(), flags=re.MULTILINE)))
    return found


def executed() -> Any:
    """The notebook, all of its cells executed in order.  Raises CellExecutionError where one fails."""
    import nbformat
    from nbclient import NotebookClient

    v4: Any = nbformat.v4
    notebook = v4.new_notebook(metadata={"kernelspec": {
        "name": "python3", "display_name": "Python 3", "language": "python"}})
    make = {"markdown": v4.new_markdown_cell, "code": v4.new_code_cell}
    sources = [*cells(SOURCE.read_text(encoding="utf-8")), ("markdown", table())]
    notebook.cells = [make[kind](text, id=f"cell-{k}") for k, (kind, text) in enumerate(sources)]
    NotebookClient(notebook, timeout=300, kernel_name="python3", record_timing=False, coalesce_streams=True,
                   resources={"metadata": {"path": str(SOURCE.parents[1])}}).execute()
    return notebook


def shown(cell: Any) -> list[Any]:
    """Return a cell's outputs for comparison: their kinds, and their texts without addresses and rounding errors."""
    found = []
    for output in cell.get("outputs", []):
        data = output.get("data", {"text/plain": output.get("text", "")})
        texts = {kind: CHANGING.sub("", "".join(data[kind])) for kind in RICH if kind in data}
        found.append((sorted(data), texts or CHANGING.sub("", "".join(data["text/plain"]))))
    return found


def differences(committed: Any, now: Any) -> list[str]:
    """Return a line for each cell whose source or outputs differ: its number and its first line."""
    if len(committed.cells) != len(now.cells):
        return [f"{len(committed.cells)} cells are committed, {len(now.cells)} are built"]
    return [f"cell {k}: {b.source.splitlines()[0]}" for k, (a, b) in enumerate(zip(committed.cells, now.cells))
            if a.source != b.source or shown(a) != shown(b)]


def main() -> int:
    """Build the notebook, or with --check compare; the exit code is 1 where they differ."""
    commands = argparse.ArgumentParser(prog="python -m demos.notebook", description=(__doc__ or "").splitlines()[0])
    commands.add_argument("--check", action="store_true", help="execute, and compare with the committed notebook")
    arguments = commands.parse_args()
    import nbformat

    notebook = executed()
    if not arguments.check:
        nbformat.write(notebook, NOTEBOOK)
        return 0
    found = differences(nbformat.read(NOTEBOOK, as_version=4), notebook)
    print("\n".join(found) or "the notebook runs as committed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
