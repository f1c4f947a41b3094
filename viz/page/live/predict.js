// Predict first: gradients and deltas are hidden until they are found, and a wrong number is answered.
let isPredicting = false;
const found = new Set(), tries = new Map();                       // codes; how often each was tried
const asked = drawn.filter(({ kind, place }) => "gd".includes(kind) && place !== root);

// What a hidden number shows, or would give away: the change and the new value of a parameter too.
function hides({ kind, place, code, item }) {
  if (!isPredicting || place === root) return false;
  if ("gd".includes(kind)) return !found.has(code);
  return item !== null && "cn".includes(kind) && !found.has(`g${place}`);
}
function score() {
  const count = asked.filter(({ code }) => found.has(code)).length;
  const total = [...tries.values()].reduce((sum, n) => sum + n, 0);
  return `${count} of ${asked.length} found, in ${total} ${total === 1 ? "try" : "tries"}`;
}
function hideAll() {
  found.clear();
  tries.clear();
  markHidden();
}
function markHidden() {
  for (const cell of asked) {
    const { element } = cell, isHidden = hides(cell);
    element.classList.toggle("asked", isHidden);
    if (isHidden) {
      element.setAttribute("role", "button");
      element.setAttribute("aria-label", `${element.dataset.label} ?`);
      element.tabIndex = 0;
    } else for (const name of ["role", "aria-label", "tabindex"]) element.removeAttribute(name);
  }
}
function predict() {
  isPredicting = !isPredicting;
  $("predict").setAttribute("aria-pressed", isPredicting);
  hideAll();
  tell();
  show();
  if (isPredicting) say(score());
}

// How far a written number may be from the right one: a unit of its last digit, and never more than 5 %.
function toleranceOf(text, truth) {
  const [, decimals = "", exponent = "0"] = /^[^.,e]*(?:[.,](\d*))?(?:e([+-−]?\d+))?$/i.exec(text.trim()) ?? [];
  const unit = text.includes("/") ? 0 : 10 ** (Number(exponent.replace("−", "-")) - decimals.length);
  return Math.min(unit, 0.05 * Math.abs(truth)) + 1e-12 * Math.abs(truth);
}
function guess({ element, kind, place, code }) {
  choose(place);
  const name = element.dataset.label, sign = kind === "d" ? -1 : 1, truth = sign * point.gradients[place];
  ask(element, name, "", (text, input) => {
    const x = parse(text);
    if (!text.trim()) return;
    if (Number.isNaN(x)) { tell(input, `“${text}” is not a number`); return false; }
    tries.set(code, (tries.get(code) ?? 0) + 1);
    const tolerance = toleranceOf(text, truth);
    if (Math.abs(x - truth) <= tolerance) {
      found.add(code);
      element.hidden = false;
      markHidden();
      show();
      tell(element, `Right: ${name} = ${format(truth)}. ${score()}`, "right");
      return;
    }
    const mistake = mistakeIn(x, toleranceOf(text, x), place, sign);
    const rule = kind === "d" ? GRAPH.deltaRules[place] : GRAPH.rules[place];
    tell(input, mistake ? SENTENCES[mistake] : tries.get(code) < 3 ? "not yet" : `not yet: ${rule}`);
    $("where").textContent = hint();
    input.select();
    return false;
  });
}
document.addEventListener("click", event => {
  const cell = asked.find(({ element }) => element === event.target.closest?.(".asked"));
  if (cell) guess(cell);
});
document.addEventListener("keydown", event => {
  const cell = asked.find(({ element }) => element === event.target);
  if (!cell?.element.classList.contains("asked") || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  guess(cell);
});
