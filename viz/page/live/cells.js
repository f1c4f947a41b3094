// The numbers on the page: every element with data-c shows one, and one that changes glows.
const $ = id => document.getElementById(id), all = (css, within = document) => [...within.querySelectorAll(css)];
const cells = all("[data-c]").map(element => ({
  element, code: element.dataset.c, kind: element.dataset.c[0], place: placeOf(element.dataset.c),
  isMaths: element.localName === "mrow", least: element.dataset.least ?? 0, item: element.closest("#steps > li"),
  number: null, text: null }));
const drawn = cells.filter(({ item }) => !item), inSteps = new Map();
for (const cell of cells) if (cell.item) inSteps.set(cell.item, [...inSteps.get(cell.item) ?? [], cell]);
let fading = 0, glowing = [];

const READ = {
  a: i => point.values[i], g: i => point.gradients[i], d: i => 0 - point.gradients[i], p: k => point.partials[k],
  h: () => eta, b: i => point.values[i], c: i => 0 - eta * point.gradients[i],
  n: i => point.values[i] - eta * point.gradients[i], o: i => point.values[i],
  z: i => (after ??= pointAt(updated(point, eta))).values[i],
};
// A parameter before and after an update is written with as many decimals as the change has.
function decimalsOf(change) {
  if (!Number.isFinite(change) || !change || Math.abs(change) >= 10 ** GRAPH.digits) return null;
  return Math.min(GRAPH.digits - 1 - Number(change.toExponential().split("e")[1]), 10);
}
function textOf(cell, x) {
  const decimals = "bn".includes(cell.kind) ? decimalsOf(READ.c(cell.place)) : null;
  if (decimals === null) return format(x, GRAPH.digits, "oz".includes(cell.kind));
  return format(Number((x < 0 ? "-" : "") + fixed(Math.abs(x), decimals)), 15);
}

function fill(list) {
  for (const cell of list) {
    const { element, kind, place, isMaths, least } = cell, isHidden = hides(cell);
    const x = cell.item ? READ[kind](place) : drawnNumber(cell);
    if (Object.is(x, cell.number) && isHidden === (cell.text === "?") && !"bn".includes(kind)) continue;
    const text = isHidden ? "?" : textOf(cell, x);
    cell.number = x;
    if (element.dataset.value !== undefined || element.dataset.of || element.dataset.deltaOf) {
      if (isHidden) delete element.dataset.value; else element.dataset.value = x;
    }
    if (element.classList.contains("leaf")) {
      element.setAttribute("aria-valuenow", x);
      element.setAttribute("aria-valuetext", text);
      element.classList.toggle("moved", x !== recordedNumber(cell.code));
      element.title = x === recordedNumber(cell.code) ? "" :
        `recorded: ${format(recordedNumber(cell.code), 6)}; double click goes back`;
    }
    if (cell.text === text) continue;
    if (isMaths) element.innerHTML = mathml(text, Number(least)); else element.textContent = text;
    if (!isHidden && cell.text !== "?" && cell.text !== null) {
      element.classList.add("glow");
      glowing.push(element);
    }
    element.classList.toggle("bad", x !== x);
    cell.text = text;
  }
}

// What the drawing shows of a cell: in the update the new parameters, forward again all that follows from them.
function drawnNumber({ kind, place }) {
  const step = steps[now];
  if (kind === "a" && step?.phase === "update" && stepOf.get(`n${place}`) <= now &&
    !(isPredicting && !found.has(`g${place}`))) return READ.n(place);
  if (step?.phase === "again" && (kind === "a" || kind === "p")) {
    const { values, partials } = after ??= pointAt(updated(point, eta));
    return kind === "a" ? values[place] : partials[place];
  }
  return READ[kind](place);
}

function render() {
  after = null;
  fade();
  fill(drawn);
  for (const { item } of steps) if (item.classList.contains("now")) fill(inSteps.get(item) ?? []);
  const isAgain = steps[now]?.phase === "again", J = isAgain ? READ.z(root) : point.values[root];
  const withZeros = (x, digits = GRAPH.digits) => format(x, digits, true);
  const then = isAgain ? point.values[root] : was, text = withZeros(J);
  $("J").dataset.value = J;
  if ($("J").textContent !== text) {
    $("J").textContent = text;
    $("J").classList.add("glow");
    glowing.push($("J"));
  }
  const digits = withZeros(then) === text ? 7 : GRAPH.digits;        // enough to see a difference
  $("was").textContent = then === then && then !== J ? `was ${withZeros(then, digits)}` : "";
  $("count").textContent = updates ? `${updates} update${updates > 1 ? "s" : ""}` : "";
  $("undo").disabled = !past.length;
  $("reset").disabled = isAsRecorded() && !updates;
  drawCurve();
  clearTimeout(fading);
  fading = setTimeout(fade, 600);
}
function fade() {
  for (const element of glowing) element.classList.remove("glow");
  glowing = [];
}

// J over the updates, on a scale that holds 0.
function drawCurve() {
  const heights = [...trail, point.values[root]].filter(Number.isFinite), last = heights.length - 1;
  const low = Math.min(0, ...heights), high = Math.max(0, ...heights), room = high - low || 1;
  const across = i => (100 * i / Math.max(1, last)).toFixed(2), down = J => (100 * (high - J) / room).toFixed(2);
  const path = "M" + heights.map((J, i) => `${across(i)},${down(J)}`).join("L");
  const [area, line] = $("curve").children;
  line.setAttribute("d", last > 0 ? path : "");
  area.setAttribute("d", last > 0 ? `${path}V100H0Z` : "");
  $("curve").setAttribute("aria-label", last > 0 ?
    `${format(heights[0])} before, ${format(heights[last])} after ${updates} updates` : "no updates yet");
}
