// One step at a time, or all: then the panel shows the steps of the number that is chosen.
const steps = all("#steps > li").map(item => ({
  item, phase: item.className, node: item.dataset.node === undefined ? -1 : Number(item.dataset.node),
  title: item.querySelector("h2").lastChild.textContent.trim() }));
const LAST = steps.length, SECONDS = 1.8;                         // one after the last step all is shown
const stepOf = new Map();                                         // a cell's code: the step that finds its number
steps.forEach(({ phase, node }, k) => stepOf.set({ forward: "a", backward: "g", update: "n" }[phase] + node, k));
const wires = all("#canvas [data-edge]").map(part => {
  const [from, to] = part.dataset.edge.slice(1).split("_").map(Number);
  return { part, from, to };
});
const rows = all("#canvas .row").map(part => {
  const codes = all("[data-c]", part).map(({ dataset }) => dataset.c).filter(code => "agd".includes(code[0]));
  return { part, box: part.closest(".box"), nodes: new Set(codes.map(placeOf)) };
});
const boxes = all(".box");
let now = LAST, chosen = GRAPH.parameters[0] ?? root, shownNode = -1, timer = 0;

function since(code) {
  const place = placeOf(code);
  if (code[0] === "p") return stepOf.get(`g${parent[place]}`) ?? -1;
  return stepOf.get((code[0] === "d" ? "g" : code[0]) + place) ?? -1;
}
function isLate({ kind, code }) {
  const step = steps[now];
  return Boolean(step) && (since(code) > now || (step.phase === "again" && "gd".includes(kind)));
}

function show() {
  while (!steps.some(({ node }) => node === chosen)) chosen = consumer[parent.indexOf(chosen)] ?? root;    // a target
  const step = steps[now], node = step ? step.node : chosen, isForward = step?.phase === "forward";
  for (const { item, node: i, phase } of steps)
    item.classList.toggle("now", step ? item === step.item : i === node && phase !== "again" && phase !== "start");
  for (const cell of drawn) cell.element.classList.toggle("late", isLate(cell));
  for (const { part, from, to } of wires) {
    part.classList.toggle("here", step?.phase !== "update" && (isForward ? to : from) === node);
    part.classList.toggle("late", Boolean(step) && since(`a${to}`) > now);
    part.classList.toggle("shut", Boolean(step) && since(`g${from}`) > now);
  }
  const here = new Set();
  for (const { part, box, nodes } of rows) {
    part.classList.toggle("here", nodes.has(node));
    if (nodes.has(node)) here.add(box);
  }
  for (const box of boxes) box.classList.toggle("here", box.id === `n${node}` || here.has(box));
  shownNode = chosen;
  document.body.dataset.phase = step?.phase ?? "all";
  $("position").value = now + 1;
  $("position").setAttribute("aria-valuetext", where());
  $("where").textContent = hint();
  $("back").disabled = now === 0;
  $("next").disabled = $("all").disabled = now === LAST;
  render();
  squeeze();
  view.reveal(boxes.filter(box => box.id === `n${node}` || here.has(box)));
}
const where = () => now === LAST ? "all numbers" :
  `Step ${now + 1} of ${LAST}, ${steps[now].phase}: ${steps[now].title}`;
const hint = () => now < LAST ? `step ${now + 1} of ${LAST}: ${steps[now].phase}` : isPredicting ? score() :
  "drag an underlined number, or click it and type";

// A long formula is written smaller, so that nothing is cut off; what is longer still is scrolled.
function squeeze() {
  const list = $("steps");
  list.style.fontSize = "";
  for (let percent = 90; percent >= 70 && list.scrollHeight > list.clientHeight + 1; percent -= 10)
    list.style.fontSize = `${percent}%`;
  if (list.scrollHeight > list.clientHeight + 1 || list.scrollWidth > list.clientWidth + 1) list.tabIndex = 0;
  else list.removeAttribute("tabindex");
}

function go(k) {
  stop();
  step(k);
}
function step(k) {
  tell();
  now = Math.max(0, Math.min(LAST, k));
  if (steps[now]?.node >= 0) chosen = steps[now].node;
  show();
  link();
  const words = now < LAST && steps[now].item.querySelector("p").textContent;
  say(words ? `Step ${now + 1} of ${LAST}, ${steps[now].phase}: ${words}` : where());
}
// The steps of a node: that of this phase comes first, and the next click leads to the next.
function choose(node) {
  chosen = node;
  if (now === LAST) return show();
  const mine = steps.flatMap(({ node: i, phase }, k) => i === node && phase !== "again" ? [k] : []);
  const here = mine.indexOf(now);
  const same = mine.find(k => steps[k].phase === steps[now].phase);
  if (mine.length) go(here >= 0 ? mine[(here + 1) % mine.length] : same ?? mine[0]);
}
function play() {
  if (timer) return stop();
  step(now === LAST ? 0 : now + 1);
  timer = setInterval(() => now < LAST ? step(now + 1) : stop(), 1000 * SECONDS / $("speed").value);
  $("play").textContent = "Pause";
}
function stop() {
  clearInterval(timer);
  timer = 0;
  $("play").textContent = "Play";
}
