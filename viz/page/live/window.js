// The window: the drawing's size and place, for a projector without hints.
const stage = $("stage"), canvas = $("canvas");
const view = viewOf(stage, {
  whole: { x: 0, y: 0, ...SIZE }, small: 9.5, readable: 15, largest: 26, most: 60,            // in em; pixels
  size: () => ({ width: stage.clientWidth, height: stage.clientHeight - ($("legend").checkVisibility() ? 26 : 0) }),
  place({ x, y }, scale) {
    canvas.style.fontSize = `${scale}px`;
    canvas.style.transform = `translate(${-x * scale}px, ${-y * scale}px)`;
  },
  boxOf(part) {
    const { left, top, width, height } = part.getBoundingClientRect(), from = canvas.getBoundingClientRect();
    const em = from.width / SIZE.width, x = (left - from.left) / em, y = (top - from.top) / em;
    return { left: x, top: y, right: x + width / em, bottom: y + height / em };
  },
  partOf: element => element.closest(".box"),
  takes: target => !target.closest(".leaf, .entry, .asked"),      // a finger on a number changes the number
});
function present() {
  const is = document.body.classList.toggle("present");
  $("present").setAttribute("aria-pressed", is);
  view.resized();
  squeeze();
}
