// Plays the frames.  What there is to show is in the page: the list of frames, and the drawing as it is in the end.
"use strict";
(() => {
const $ = id => document.getElementById(id);
const stage = $("stage"), drawing = $("drawing"), position = $("position"), marker = $("marker");
const steps = [...$("steps").children].map(item => ({
  item, phase: item.className, writes: words(item.dataset.writes),
  title: item.querySelector("h2").lastChild.textContent.trim(), says: item.querySelector("p").textContent,
}));
const LAST = steps.length - 1, BLANK = "· ", HASTE = 0.4;          // seconds: what is faster is neither said nor linked
const { unit, seconds } = document.body.dataset, UNIT = unit[0].toUpperCase() + unit.slice(1);
let now = -1, timer = 0;

function words(text) { return text ? text.split(" ") : []; }

// --- what each part of the drawing is at each step

// A cell is a number in the drawing.  In it stands what was written there last: [step, number], in order.
const cells = new Map();
for (const part of drawing.querySelectorAll(".node, .edge"))
  for (const kind of ["value", "gradient", "delta", "partial"]) {
    const text = part.querySelector("." + kind);
    if (text) cells.set(`${part.id}.${kind}`, { text, printed: text.textContent, written: [] });
  }
steps.forEach(({ writes }, k) => {
  for (const [id, number] of writes.map(write => write.split("="))) cells.get(id)?.written.push([k, number]);
});

function show(k) {
  k = Math.max(0, Math.min(LAST, k));
  if (k === now) return;
  const step = steps[k];
  if (now >= 0) steps[now].item.classList.remove("now");
  step.item.classList.add("now");
  for (const { text, written } of cells.values()) {
    const [when, number] = written.findLast(([when]) => when <= k) ?? [];
    write(text, number === undefined ? BLANK : number + " ");
    mark(text, { changed: when === k && k > 0 });
  }
  now = k;
  squeeze(step.item);
  position.value = k + 1;
  position.setAttribute("aria-valuetext", where() + step.title);
  $("count").textContent = `${k + 1} / ${steps.length}`;
  if (marker) {
    const y = marker.dataset.heights.split(",")[k];
    marker.setAttribute("d", y ? `M${100 * k / Math.max(1, LAST)},${y}h0` : "");
  }
  $("first").disabled = $("back").disabled = k === 0;
  $("next").disabled = $("last").disabled = k === LAST;
  if (!timer || pace() >= HASTE) link();
}
const where = () => `${UNIT} ${now + 1} of ${steps.length}, ${steps[now].phase}: `;
const say = () => { if (!timer || pace() >= HASTE) $("live").textContent = where() + steps[now].says; };
function link() {
  try { history.replaceState(null, "", `#${unit}=${now + 1}`); } catch { /* in a notebook's frame there is no address */ }
}

// A long formula is written smaller, so that nothing is cut off.
function squeeze(item) {
  const { style } = item.querySelector("dl");
  if (style.fontSize) style.fontSize = "";
  for (let percent = 90; percent >= 50 && item.scrollWidth > item.clientWidth; percent -= 10)
    style.fontSize = percent + "%";
  if (item.scrollWidth > item.clientWidth || item.scrollHeight > item.clientHeight) item.tabIndex = 0;
}

function write(text, words) {
  if (text.textContent !== words) text.textContent = words;
}

function mark(part, classes) {
  for (const [name, is] of Object.entries(classes))
    if (part.classList.contains(name) !== is) part.classList.toggle(name, is);
}

// --- where to go: buttons, slider, keys, links

const pace = () => seconds / $("speed").value;
function play() {
  if (timer) return stop();
  if (now === LAST) tell(0);
  timer = setInterval(() => now < LAST ? tell(now + 1) : stop(), 1000 * pace());
  $("play").textContent = "Pause";
}
function stop() {
  if (!timer) return;
  clearInterval(timer);
  timer = 0;
  $("play").textContent = "Play";
  link();
  say();
}
function tell(k) { show(k); say(); }
function go(k) { stop(); tell(k); }

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

addEventListener("hashchange", () => go(asked()));
function asked() { return (Number(RegExp(`^#${unit}=(\\d+)$`).exec(location.hash)?.[1]) || 1) - 1; }

// --- begin

document.documentElement.classList.add("js");
const { x, y, width, height } = drawing.viewBox.baseVal, boxes = new Map();
const view = viewOf(stage, {
  whole: { x, y, width, height }, small: 0.7, readable: 0.95, largest: 2, most: 6,
  size: () => drawing.getBoundingClientRect(),
  place(part) {
    drawing.setAttribute("viewBox", [part.x, part.y, part.width, part.height].map(x => x.toFixed(2)).join(" "));
  },
  boxOf(part) {
    if (!boxes.has(part)) {
      const { x, y, width, height } = part.getBBox(), { e, f } = part.parentNode.transform.baseVal.consolidate().matrix;
      boxes.set(part, { left: x + e, top: y + f, right: x + e + width, bottom: y + f + height });
    }
    return boxes.get(part);
  },
  partOf: element => element.closest(".node, .edge"),
  takes: () => true,
});
view.begin();
view.reveal([...drawing.querySelectorAll(".node.parameter")]);                  // what the training moves
show(asked());
new ResizeObserver(() => {
  view.resized();
  squeeze(steps[now].item);
}).observe(stage);
let before, back;
addEventListener("beforeprint", () => {
  stop();
  before = now;
  back = view.keep();
  show(LAST);
  for (const { text, printed } of cells.values()) { write(text, printed); mark(text, { changed: false }); }
  view.wide();
});
addEventListener("afterprint", () => {
  now = -1;
  steps[LAST].item.classList.remove("now");
  show(before);
  back();
});
})();
