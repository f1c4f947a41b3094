"""One HTML page of everything that the demos wrote and printed."""
import html
from collections.abc import Mapping, Sequence
from pathlib import Path

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>deltagrad: all demos</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 0 auto; padding: 1em; color: #222; }}
img {{ max-width: 100%; display: block; margin: 1em 0; border: 1px solid #ddd; }}
pre {{ overflow-x: auto; background: #f6f6f6; padding: .8em; font-size: 13px; }}
nav a {{ margin-right: .8em; }}
</style>
</head>
<body>
<h1>deltagrad: all demos</h1>
<nav aria-label="demos">{links}</nav>
{sections}
</body>
</html>
"""
SECTION = """<section id="{name}">
<h2>{name}</h2>
<p>{about}</p>
{pictures}
<details><summary>What it printed</summary>
<pre>{printed}</pre>
</details>
</section>"""


def write_index(path: Path, about: Mapping[str, str], printed: Mapping[str, str],
                written: Mapping[str, Sequence[Path]]) -> None:
    """Write the page: for each demo what it is, its pictures, links to its other files, and what it printed."""
    sections = [SECTION.format(name=name, about=html.escape(text), printed=html.escape(printed[name].strip()),
                               pictures="\n".join(shown(written[name]))) for name, text in about.items()]
    links = " ".join([f'<a href="#{name}">{name}</a>' for name in about])
    path.write_text(PAGE.format(links=links, sections="\n".join(sections)), encoding="utf-8")


def shown(files: Sequence[Path]) -> list[str]:
    """An image for each picture, the SVG where there is one, and a line of links to the other files."""
    vectors = {file.stem for file in files if file.suffix == ".svg"}
    images, links = [], []
    for file in files:
        name = html.escape(file.name)
        if file.suffix == ".svg" or (file.suffix == ".png" and file.stem not in vectors):
            words = html.escape(file.stem.replace("_", " "))
            images.append(f'<a href="{name}"><img src="{name}" alt="{words}" loading="lazy"></a>')
        else:
            links.append(f'<a href="{name}">{name}</a>')
    return images + [f"<p>{', '.join(links)}</p>"] * bool(links)
