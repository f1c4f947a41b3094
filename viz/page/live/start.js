// Buttons and keys, and what follows a change.
function changed() {
  if (isPredicting) hideAll();
  if (chosen === shownNode) render(); else show();
  $("where").textContent = hint();
  link();
  clearTimeout(announcing);
  announcing = setTimeout(() => {
    $("live").textContent = `${GRAPH.texts[root]} = ${format(point.values[root])}`;
  }, DELAY);
}

const commands = {
  update: () => update(1), ten: () => update(10), undo, reset, predict, present, play,
  back: () => go(now - 1), next: () => go(now + 1), all: () => go(LAST),
};
for (const id in commands) $(id).addEventListener("click", commands[id]);
$("update").disabled = $("ten").disabled = !GRAPH.parameters.length;
$("position").addEventListener("input", event => go(event.target.value - 1));
$("speed").addEventListener("change", () => { if (timer) { stop(); play(); } });
canvas.addEventListener("click", event => {
  if (view.wasMoved() || event.target.closest(".leaf, .entry, .asked")) return;
  const on = selector => event.target.closest(selector);
  const code = (on(".num") ?? on(".row")?.querySelector("[data-c]"))?.dataset.c;
  if (on("[data-edge]")) choose(Number(on("[data-edge]").dataset.edge.slice(1).split("_")[0]));
  else if (code) choose(code[0] === "p" ? parent[placeOf(code)] : placeOf(code));
  else if (on(".head")) choose(placeOf(on(".box").id));
});
document.addEventListener("keydown", event => {
  const isOn = selector => event.target.closest?.(selector);
  if ((event.ctrlKey || event.metaKey) && event.key === "z") undo();
  else if (event.ctrlKey || event.metaKey || event.altKey || isOn("select, .entry")) return;
  else if (event.key === "u" || event.key === "U") update(event.key === "U" ? 10 : 1);
  else if (event.key === "p") present();
  else if (event.shiftKey || (isOn("input") && event.key !== "Escape")) return;
  else if (event.key === "ArrowRight") go(now === LAST ? 0 : now + 1);
  else if (event.key === "ArrowLeft") go(now - 1);
  else if (event.key === "Home") go(0);
  else if (event.key === "End" || event.key === "Escape") { tell(); go(LAST); }
  else if (event.key === " " && !isOn("button")) play();
  else return;
  event.preventDefault();
});
addEventListener("hashchange", () => { remember(); arrive(); });

document.documentElement.classList.add("js");
for (const { element } of cells) if (element.classList.contains("leaf")) {
  element.tabIndex = 0;
  element.setAttribute("role", "spinbutton");
  element.setAttribute("aria-label", element.dataset.name);
}
const endOf = phase => 100 * (steps.findLastIndex(step => step.phase === phase) + 0.5) / LAST;
const ends = ["start", "forward", "backward"].map(endOf);
$("position").max = LAST + 1;
$("position").style.setProperty("--phases", `linear-gradient(to right, var(--start-ink) ${ends[0]}%, ` +
  `var(--forward-arrow) ${ends[0]}% ${ends[1]}%, var(--backward-arrow) ${ends[1]}% ${ends[2]}%, ` +
  `var(--update-ink) ${ends[2]}%)`);
view.begin();
arrive();
new ResizeObserver(() => { view.resized(); squeeze(); }).observe(stage);
let beforePrint = LAST;
addEventListener("beforeprint", () => {                           // on paper one point, with all its numbers
  stop();
  beforePrint = now;
  now = LAST;
  show();
  for (const list of inSteps.values()) fill(list);
});
addEventListener("afterprint", () => { now = beforePrint; show(); });
