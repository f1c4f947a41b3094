// Plays the steps.  What there is to show is in the page: the list of steps, and the drawing as it is in the end.
"use strict";
(() => {
const $ = id => document.getElementById(id);
const stage = $("stage"), drawing = $("drawing"), position = $("position"), marker = $("marker");
const steps = [...$("steps").children].map(item => ({
  item, phase: item.className, node: item.dataset.node,
  sources: words(item.dataset.from), edges: words(item.dataset.edges), writes: words(item.dataset.writes),
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
const first = id => cells.get(id)?.written[0]?.[0];
const nodes = new Map([...drawing.querySelectorAll(".node")].map(part =>
  [part.id, { part, forward: first(part.id + ".value") ?? 0, backward: first(part.id + ".gradient") ?? Infinity }]));
const edges = new Map([...drawing.querySelectorAll(".edge")].map(part =>
  [part.id, { part, forward: 0, backward: first(part.id + ".partial") ?? Infinity }]));
steps.forEach(({ phase, edges: along }, k) => {
  if (phase === "forward") for (const id of along) edges.get(id).forward = k;
});

function show(k) {
  k = Math.max(0, Math.min(LAST, k));
  if (k === now) return;
  const step = steps[k];
  view.reveal([step.node, ...step.sources].filter(Boolean).map(id => nodes.get(id).part));
  if (now >= 0) steps[now].item.classList.remove("now");          // after that: while nothing has to be laid out again
  step.item.classList.add("now");
  drawing.setAttribute("class", step.phase);
  const isBack = step.phase === "backward";
  for (const { text, written } of cells.values()) {
    const [when, number] = written.findLast(([when]) => when <= k) ?? [];
    write(text, number === undefined ? BLANK : number + " ");
    mark(text, { changed: when === k && k > 0 });
  }
  for (const [id, { part, forward, backward }] of nodes) {
    const current = id === step.node, source = step.sources.includes(id);
    mark(part, { current, source, dim: !current && !source && k < (isBack ? backward : forward) });
  }
  for (const [id, { part, forward, backward }] of edges) {
    const current = step.edges.includes(id);
    mark(part, { current, dim: !current && k < (isBack ? backward : forward), closed: k < backward });
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
  if (view.wasMoved()) return;
  const mine = stepsOf(link.parentNode.id);
  const here = mine.indexOf(now), same = mine.find(k => steps[k].phase === steps[now].phase);
  go(here >= 0 ? mine[(here + 1) % mine.length] : same ?? mine.at(steps[now].phase === "update" ? -1 : 0) ?? 0);
});
addEventListener("hashchange", () => go(asked()));
function asked() { return (Number(RegExp(`^#${unit}=(\\d+)$`).exec(location.hash)?.[1]) || 1) - 1; }

// --- begin

document.documentElement.classList.add("js");
for (const link of drawing.querySelectorAll(".edge a")) {                       // a line is too thin to be clicked
  const reach = link.querySelector("path").cloneNode();
  reach.setAttribute("class", "reach");
  link.append(reach);
}
const share = phase => 100 * (steps.findLastIndex(step => step.phase === phase) + 0.5) / LAST;
if (steps.some(step => step.phase === "backward")) {
  const ends = ["start", "forward", "backward"].map(share);
  position.style.setProperty("--phases", `linear-gradient(to right, var(--start-ink) ${ends[0]}%, ` +
    `var(--forward-arrow) ${ends[0]}% ${ends[1]}%, var(--backward-arrow) ${ends[1]}% ${ends[2]}%, ` +
    `var(--update-ink) ${ends[2]}%)`);
}
const view = viewOf(stage, drawing);
view.begin();
view.reveal([...drawing.querySelectorAll(".node.parameter")]);                  // for a step that is about no node
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
  for (const { part } of nodes.values()) part.classList.remove("current");
  view.wide();
});
addEventListener("afterprint", () => {
  now = -1;
  steps[LAST].item.classList.remove("now");
  show(before);
  back();
});
})();
