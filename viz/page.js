// Plays the steps.  What there is to show is in the page: the list of steps, and the drawing as it is at the last one.
"use strict";
(() => {
const $ = id => document.getElementById(id);
const stage = $("stage"), drawing = $("drawing"), position = $("position");
const steps = [...$("steps").children].map(item => ({
  item, phase: item.className, node: item.dataset.node, shows: item.dataset.shows,
  sources: words(item.dataset.from), edges: words(item.dataset.edges),
  title: item.querySelector("h2").textContent, says: item.querySelector("p").textContent,
}));
const LAST = steps.length - 1, BLANK = "· ", SECONDS = 1.8;
const SMALL = 0.7, READABLE = 0.95;                               // pixels for each unit of the drawing
const still = matchMedia("(prefers-reduced-motion: reduce)");
let now = -1, timer = 0;

function words(text) { return text ? text.split(" ") : []; }

// --- what each part of the drawing is at each step

const nodes = new Map([...drawing.querySelectorAll(".node")].map(part => [part.id, {
  part, forward: 0, backward: [],
  texts: Object.fromEntries(["value", "gradient", "delta"].map(kind => [kind, part.querySelector("." + kind)])),
}]));
const edges = new Map([...drawing.querySelectorAll(".edge")].map(part =>
  [part.id, { part, forward: 0, backward: Infinity }]));
steps.forEach(({ phase, node, shows, edges: along }, k) => {
  if (phase === "forward") nodes.get(node).forward = k;
  if (phase === "backward") nodes.get(node).backward.push({ k, shows });
  if (phase === "forward" || phase === "backward") for (const id of along) edges.get(id)[phase] = k;
});
for (const { texts } of nodes.values())
  for (const text of Object.values(texts)) if (text) text.last = text.textContent;

function show(k, quiet = false) {
  k = Math.max(0, Math.min(LAST, k));
  if (k === now) return;
  const step = steps[k];
  reveal(step);                                                   // first, while nothing has to be laid out again
  if (now >= 0) steps[now].item.classList.remove("now");
  step.item.classList.add("now");
  drawing.setAttribute("class", step.phase);
  const isBack = step.phase === "backward";
  for (const [id, node] of nodes) {
    const so_far = node.backward.filter(arrived => arrived.k <= k).at(-1);
    const all = so_far && so_far === node.backward.at(-1);
    write(node.texts.value, k >= node.forward);
    write(node.texts.gradient, so_far, so_far?.shows);
    write(node.texts.delta, all);
    const current = id === step.node, source = step.sources.includes(id);
    mark(node.part, { current, source, dim: !current && !source && (isBack ? !so_far : k < node.forward) });
  }
  for (const [id, edge] of edges) {
    const current = step.edges.includes(id);
    const dim = !current && k < (isBack ? edge.backward : edge.forward);
    mark(edge.part, { current, dim, closed: k < edge.backward });
  }
  now = k;
  squeeze(step.item);
  const where = `Step ${k + 1} of ${steps.length}, ${step.phase}: `;
  position.value = k + 1;
  position.setAttribute("aria-valuetext", where + step.title.replace(/^\w+ /, ""));
  $("count").textContent = `${k + 1} / ${steps.length}`;
  if (!quiet) $("live").textContent = where + step.says;
  $("first").disabled = $("back").disabled = k === 0;
  $("next").disabled = $("last").disabled = k === LAST;
  try { history.replaceState(null, "", "#step=" + (k + 1)); } catch { /* in a notebook's frame there is no address */ }
}

// A long formula is written smaller, so that nothing is cut off.
function squeeze(item) {
  const { style } = item.querySelector("dl");
  if (style.fontSize) style.fontSize = "";
  for (let percent = 90; percent >= 50 && item.scrollWidth > item.clientWidth; percent -= 10)
    style.fontSize = percent + "%";
  if (item.scrollWidth > item.clientWidth || item.scrollHeight > item.clientHeight) item.tabIndex = 0;
}

function write(text, known, words) {
  if (!text) return;
  const shown = known ? words ? words + " " : text.last : BLANK;
  if (text.textContent !== shown) text.textContent = shown;
}

function mark(part, classes) {
  for (const [name, is] of Object.entries(classes))
    if (part.classList.contains(name) !== is) part.classList.toggle(name, is);
}

// --- where to go: buttons, slider, keys, links

function play() {
  if (timer) return stop();
  if (now === LAST) show(0);
  timer = setInterval(() => now < LAST ? show(now + 1) : stop(), 1000 * SECONDS / $("speed").value);
  $("play").textContent = "Pause";
}
function stop() {
  clearInterval(timer);
  timer = 0;
  $("play").textContent = "Play";
}
function go(k) { stop(); show(k); }

const commands = { first: () => go(0), back: () => go(now - 1), play, next: () => go(now + 1), last: () => go(LAST) };
for (const id in commands) $(id).addEventListener("click", commands[id]);
position.addEventListener("input", () => go(position.value - 1));
$("speed").addEventListener("change", () => { if (timer) { stop(); play(); } });

const KEYS = { ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last", " ": "play" };
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.target.closest("select")) return;
  const isOn = selector => event.target.closest(selector);
  if (!KEYS[event.key] || (event.key === " " ? isOn("button") : isOn("input"))) return;
  event.preventDefault();
  commands[KEYS[event.key]]();
});

// An edge leads to its contribution.  A node has a step forward, one backward and perhaps an update: that of this phase
// comes first, and the next click leads to the next.
function stepsOf(id) {
  const mine = new Map(["forward", "backward", "update"].map(phase => [phase, undefined]));
  steps.forEach((step, k) => { if (step.node === id || step.edges.includes(id)) mine.set(step.phase, k); });
  if (edges.has(id)) return [mine.get("backward") ?? mine.get("forward")];
  return [...mine.values()].filter(k => k !== undefined);
}
drawing.addEventListener("click", event => {
  const link = event.target.closest("a");
  if (!link) return;
  event.preventDefault();
  if (moved) return;
  const mine = stepsOf(link.parentNode.id);
  const here = mine.indexOf(now), same = mine.find(k => steps[k].phase === steps[now].phase);
  go(here >= 0 ? mine[(here + 1) % mine.length] : same ?? mine.at(steps[now].phase === "update" ? -1 : 0) ?? 0);
});
addEventListener("hashchange", () => go(asked()));
function asked() { return (Number(/^#step=(\d+)$/.exec(location.hash)?.[1]) || 1) - 1; }

// --- the view: fit, zoom about a point, move, and keep what the step is about in sight

const whole = drawing.viewBox.baseVal, all = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
const view = { x: all.x + all.width / 2, y: all.y + all.height / 2, scale: 0 };         // the middle; pixels a unit
const size = () => drawing.getBoundingClientRect();
const fitting = () => Math.min(size().width / all.width, size().height / all.height, 2);
let fitted = true, moved = false, glide = 0;

function look(x, y, scale) {
  const { width, height } = size(), clamp = (x, low, high) => Math.max(low, Math.min(high, x));
  if (!width || !height) return;                                  // in a frame that is not shown yet
  const hold = (x, start, length, shown) =>
    shown >= length ? start + length / 2 : clamp(x, start + shown / 2, start + length - shown / 2);
  view.scale = clamp(scale, fitting() * 0.6, Math.max(6, fitting()));
  const across = width / view.scale, down = height / view.scale;
  view.x = hold(x, all.x, all.width, across);
  view.y = hold(y, all.y, all.height, down);
  const box = [view.x - across / 2, view.y - down / 2, across, down];
  drawing.setAttribute("viewBox", box.map(x => x.toFixed(2)).join(" "));
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

const boxes = new Map();
function box(part) {
  if (!boxes.has(part)) {
    const { x, y, width, height } = part.getBBox(), { e, f } = part.parentNode.transform.baseVal.consolidate().matrix;
    boxes.set(part, { left: x + e, top: y + f, right: x + e + width, bottom: y + f + height });
  }
  return boxes.get(part);
}
function reveal(step) {
  const parts = [step.node, ...step.sources].filter(Boolean).map(id => box(nodes.get(id).part));
  if (fitted || !parts.length || !view.scale) return;
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

$("larger").addEventListener("click", () => zoom(1.25));
$("smaller").addEventListener("click", () => zoom(0.8));
$("fit").addEventListener("click", fit);
stage.addEventListener("wheel", event => {
  event.preventDefault();
  const { left, top } = stage.getBoundingClientRect();
  const far = Math.max(-60, Math.min(60, event.deltaY * (event.deltaMode ? 16 : 1)));
  zoom(Math.exp(-far / 250), event.clientX - left, event.clientY - top);
}, { passive: false });
stage.addEventListener("keydown", event => {                      // with the drawing in focus
  const by = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] }[event.key];
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (by && (event.shiftKey || by[1])) { fitted = false; move(...by); }
  else if (event.key === "+" || event.key === "=") zoom(1.25);
  else if (event.key === "-") zoom(0.8);
  else if (event.key === "0") fit();
  else return;
  event.preventDefault();
});
drawing.addEventListener("focusin", event => {                    // a part reached by Tab comes into sight
  const part = event.target.closest(".node, .edge");
  if (!part || fitted || !event.target.matches(":focus-visible")) return;
  const { left, right, top, bottom } = box(part);
  glideTo((left + right) / 2, (top + bottom) / 2);
});

const fingers = new Map();
stage.addEventListener("pointerdown", event => {
  if (event.button || event.target.closest("#zoom")) return;
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
drawing.addEventListener("dragstart", event => event.preventDefault());

// --- begin

document.documentElement.classList.add("js");
stage.tabIndex = 0;
for (const { part } of edges.values()) {                                        // a line is too thin to be clicked
  const reach = part.querySelector("path").cloneNode();
  reach.setAttribute("class", "reach");
  part.querySelector("a").append(reach);
}
const share = phase => 100 * (steps.findLastIndex(step => step.phase === phase) + 0.5) / LAST;
const ends = ["start", "forward", "backward"].map(share);
position.style.setProperty("--phases", `linear-gradient(to right, var(--start-ink) ${ends[0]}%, ` +
  `var(--forward-arrow) ${ends[0]}% ${ends[1]}%, var(--backward-arrow) ${ends[1]}% ${ends[2]}%, ` +
  `var(--update-ink) ${ends[2]}%)`);
function begin() {
  fit();
  if (view.scale && view.scale < SMALL) { fitted = false; look(view.x, view.y, READABLE); }
}
begin();
show(asked(), true);
new ResizeObserver(() => {
  if (!view.scale) begin(); else if (fitted) fit(); else look(view.x, view.y, view.scale);
  squeeze(steps[now].item);
}).observe(stage);
let before;
addEventListener("beforeprint", () => {
  stop();
  cancelAnimationFrame(glide);
  before = { now, ...view };
  show(LAST);
  for (const { part } of nodes.values()) part.classList.remove("current");
  drawing.setAttribute("viewBox", Object.values(all).join(" "));
});
addEventListener("afterprint", () => {
  now = -1;
  steps[LAST].item.classList.remove("now");
  show(before.now);
  cancelAnimationFrame(glide);
  look(before.x, before.y, before.scale);
});
})();
