"""The colours of a drawing: Okabe and Ito's palette, safe for colour-blindness, pale as fills, darker as ink."""
from typing import NamedTuple


class BoxStyle(NamedTuple):
    """The style of a box: its fill and its border."""
    fill: str
    border: str
    style: str
    width: float
    lines: int = 1                              # of the border


BOX_STYLES = {
    "input":     BoxStyle("#DCEEFA", "#0072B2", "solid", 1.4),
    "parameter": BoxStyle("#D9F2E6", "#007A59", "rounded", 2.4),
    "constant":  BoxStyle("#F0F0F0", "#6B6B6B", "dashed", 1.2),
    "operation": BoxStyle("#FFFFFF", "#444444", "rounded", 1.2),
    "root":      BoxStyle("#FFF3CC", "#8A6100", "solid", 1.6, 2),
}
PAPER, INK = "#FFFFFF", "#000000"
FORWARD_INK, BACKWARD_INK = "#005A8C", "#A03F00"        # of values and of gradients
FORWARD, BACKWARD = "#0072B2", "#D55E00"                # of their arrows
FAINT = "#A08C80"                                       # of an arrow with a small gradient
LAYER = "#8A8A8A"                                       # the frame around a layer

# Beside a highlighted path: as much contrast as text needs, and none of the colours.
DIM_INK, DIM_LINE = "#6B6B6B", "#BDBDBD"

ARROWS = {"LR": "→←", "RL": "←→", "TB": "↓↑", "BT": "↑↓"}          # forward and back, in each direction of drawing
