"""Tables as text with aligned columns and as HTML, and the format of numbers in their cells."""
from html import escape

Table = list[tuple[str, ...]]


def format_cell(x: float) -> str:
    """A number for the tables: six significant digits; a zero has no sign."""
    return f"{x + 0.0:.6g}" if x == 0 or abs(x) >= 1e-3 else f"{x:.5e}"


def html_table(table: Table) -> str:
    """The rows as an HTML table, the first as its head."""
    head, *rows = table
    lines = [f"<tr>{''.join(f'<th>{escape(cell)}</th>' for cell in head)}</tr>"]
    lines += [f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows]
    return f"<table>{''.join(lines)}</table>"


def aligned(table: Table) -> str:
    """The rows as text in aligned columns: the first left-aligned, the others right-aligned."""
    widths = [max(map(len, column)) for column in zip(*table)]
    return "\n".join("  ".join([row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in
                                                            zip(row[1:], widths[1:])]) for row in table)
