// The view of the drawing: fit, zoom about a point, move, and keep what a step is about in sight.
"use strict";
// The sheet that is looked at: `whole` is its rectangle, place(rectangle, scale) shows a part of it at `scale` pixels a
// unit, boxOf(part) is where a part of it is, partOf(element) the part that an element belongs to.  A scale less than
// `small` is not begun with, but `readable`; fitting stops at `largest`, zooming at `most`.  size() is the room there is,
// takes(target) says whether a pointer on the target moves the view.
function viewOf(stage, sheet) {
const still = matchMedia("(prefers-reduced-motion: reduce)");
const { whole: all, size, boxOf: box } = sheet;
const view = { x: all.x + all.width / 2, y: all.y + all.height / 2, scale: 0 };         // the middle; pixels a unit
const fitting = () => Math.min(size().width / all.width, size().height / all.height, sheet.largest);
let fitted = true, moved = false, glide = 0;

function look(x, y, scale) {
  const { width, height } = size(), clamp = (x, low, high) => Math.max(low, Math.min(high, x));
  if (!width || !height) return;                                  // in a frame that is not shown yet
  const hold = (x, start, length, shown) =>
    shown >= length ? start + length / 2 : clamp(x, start + shown / 2, start + length - shown / 2);
  view.scale = clamp(scale, fitting() * 0.6, Math.max(sheet.most, fitting()));
  const across = width / view.scale, down = height / view.scale;
  view.x = hold(x, all.x, all.width, across);
  view.y = hold(y, all.y, all.height, down);
  sheet.place({ x: view.x - across / 2, y: view.y - down / 2, width: across, height: down }, view.scale);
}
// In a notebook's frame all of it is in sight, small as it may be.
function begin() {
  fit();
  if (self === top && view.scale && view.scale < sheet.small) { fitted = false; look(view.x, view.y, sheet.readable); }
}
function resized() {
  if (!view.scale) begin(); else if (fitted) fit(); else look(view.x, view.y, view.scale);
}
function fit() { cancelAnimationFrame(glide); fitted = true; look(0, 0, fitting()); }
function zoom(factor, x = size().width / 2, y = size().height / 2) {
  cancelAnimationFrame(glide);
  fitted = false;
  const dx = x - size().width / 2, dy = y - size().height / 2, before = view.scale;
  view.scale *= factor;
  look(view.x + dx / before - dx / view.scale, view.y + dy / before - dy / view.scale, view.scale);
}
function move(dx, dy) {
  cancelAnimationFrame(glide);
  look(view.x + dx / view.scale, view.y + dy / view.scale, view.scale);
}

// Bring these parts into sight, or where there is no room for all of them the first.
function reveal(shown) {
  if (fitted || !shown.length || !view.scale) return;
  const parts = shown.map(box);
  const width = size().width / view.scale, height = size().height / view.scale, margin = 12 / view.scale;
  const around = parts.reduce((a, b) => ({ left: Math.min(a.left, b.left), top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right), bottom: Math.max(a.bottom, b.bottom) }));
  const target = { ...around };
  const [{ left, right, top, bottom }] = parts;
  if (around.right - around.left + 2 * margin > width) Object.assign(target, { left, right });
  if (around.bottom - around.top + 2 * margin > height) Object.assign(target, { top, bottom });
  const inside = target.left - margin >= view.x - width / 2 && target.right + margin <= view.x + width / 2 &&
    target.top - margin >= view.y - height / 2 && target.bottom + margin <= view.y + height / 2;
  if (!inside) glideTo((target.left + target.right) / 2, (target.top + target.bottom) / 2);
}
function glideTo(x, y) {
  cancelAnimationFrame(glide);
  if (still.matches) return look(x, y, view.scale);
  const from = { x: view.x, y: view.y }, start = performance.now();
  const frame = time => {
    const t = Math.min(1, Math.max(0, time - start) / 300), part = t * (2 - t);
    look(from.x + (x - from.x) * part, from.y + (y - from.y) * part, view.scale);
    if (t < 1) glide = requestAnimationFrame(frame);
  };
  glide = requestAnimationFrame(frame);
}
// For print: show all of it.  What keep returns brings back what was seen then.
function wide() {
  cancelAnimationFrame(glide);
  sheet.place(all, view.scale);
}
function keep() {
  const { x, y, scale } = view;
  return () => { cancelAnimationFrame(glide); look(x, y, scale); };
}

const buttons = { larger: () => zoom(1.25), smaller: () => zoom(0.8), fit };
for (const id in buttons) document.getElementById(id).addEventListener("click", () => buttons[id]());
stage.addEventListener("wheel", event => {
  event.preventDefault();
  const { left, top } = stage.getBoundingClientRect();
  const far = Math.max(-60, Math.min(60, event.deltaY * (event.deltaMode ? 16 : 1)));
  zoom(Math.exp(-far / 250), event.clientX - left, event.clientY - top);
}, { passive: false });
stage.addEventListener("keydown", event => {                      // with the drawing in focus
  const by = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] }[event.key];
  if (event.ctrlKey || event.metaKey || event.altKey || !sheet.takes(event.target)) return;
  if (by && (event.shiftKey || by[1])) { fitted = false; move(...by); }
  else if (event.key === "+" || event.key === "=") zoom(1.25);
  else if (event.key === "-") zoom(0.8);
  else if (event.key === "0") fit();
  else return;
  event.preventDefault();
});
stage.addEventListener("focusin", event => {                      // a part reached by Tab comes into sight
  const part = sheet.partOf(event.target);
  if (!part || fitted || !event.target.matches(":focus-visible")) return;
  const { left, right, top, bottom } = box(part);
  glideTo((left + right) / 2, (top + bottom) / 2);
});

const fingers = new Map();
stage.addEventListener("pointerdown", event => {
  if (event.button || event.target.closest("#zoom") || !sheet.takes(event.target)) return;
  if (!fingers.size) moved = false;
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
});
addEventListener("pointermove", event => {
  const finger = fingers.get(event.pointerId);
  if (!finger) return;
  const dx = event.clientX - finger.x, dy = event.clientY - finger.y;
  if (!moved && Math.hypot(dx, dy) < 4) return;
  moved = true;
  stage.classList.add("moving");
  const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, other]) => other);
  fitted = false;
  if (others.length) {
    const { x, y } = others[0], { left, top } = stage.getBoundingClientRect();
    const apart = Math.max(1, Math.hypot(finger.x - x, finger.y - y));
    zoom(Math.hypot(event.clientX - x, event.clientY - y) / apart, x - left, y - top);
  } else move(-dx, -dy);
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
});
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, event => {
  fingers.delete(event.pointerId);
  if (!fingers.size) stage.classList.remove("moving");
});
stage.addEventListener("dragstart", event => event.preventDefault());

stage.tabIndex = 0;
return { begin, resized, reveal, keep, wide, wasMoved: () => moved };
}
