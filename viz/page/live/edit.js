// Changing a number in its place: dragged sideways, by arrow keys, or typed.
const PIXELS = 3, KEYS = { ArrowUp: 1, ArrowRight: 1, PageUp: 10, ArrowDown: -1, ArrowLeft: -1, PageDown: -10 };
const anchors = new Map();                                        // code: { from, units, number }
let drag = null, closeEntry = null;

// One step is a tenth of the recorded number's leading place; there and back again is the same number.
function nudge(code, steps, event) {
  const leading = Number((Math.abs(recordedNumber(code)) || 1).toExponential().split("e")[1]);
  const units = steps * (event.shiftKey ? 100 : event.altKey ? 1 : 10);     // of a hundredth of the leading place
  let anchor = anchors.get(code);
  if (anchor?.number !== numberOf(code)) anchor = { from: numberOf(code), units: 0 };
  anchor.units += units;
  const moved = anchor.from + Number(`${anchor.units}e${leading - 2}`);
  anchor.number = anchor.units ? Number(moved.toPrecision(15)) : anchor.from;
  const reason = set(code, anchor.number);
  if (reason) { anchor.units -= units; anchor.number = numberOf(code); }
  anchors.set(code, anchor);
  return reason;
}
function change(element, take) {                                  // take() gives the reason why not, or ""
  const code = element.dataset.c, before = numberOf(code), reason = take(code);
  if (reason) return tell(element, `${reason}: taken back`);
  tell();
  if (numberOf(code) === before) return;
  if (code !== "h0") chosen = placeOf(code);
  changed();
}
function forget(element, from) {                                  // a gesture that changed nothing
  if (numberOf(element.dataset.c) !== from) return;
  past.pop();
  render();
}
function back(element) {
  if (numberOf(element.dataset.c) === recordedNumber(element.dataset.c)) return;
  remember();
  change(element, code => set(code, recordedNumber(code)));
}

document.addEventListener("pointerdown", event => {
  const element = event.target.closest?.(".leaf");
  if (!element || event.button) return;
  event.preventDefault();
  closeEntry?.(true);
  element.focus();
  element.setPointerCapture(event.pointerId);
  drag = { element, x: event.clientX, hasMoved: false, from: numberOf(element.dataset.c) };
});
document.addEventListener("pointermove", event => {
  const count = drag ? Math.trunc((event.clientX - drag.x) / PIXELS) : 0;
  if (!count) return;
  if (!drag.hasMoved) { remember(); drag.hasMoved = true; document.body.classList.add("dragging"); }
  drag.x += PIXELS * count;
  change(drag.element, code => nudge(code, count, event));
});
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => {
  if (!drag) return;
  if (!drag.hasMoved && end === "pointerup") type(drag.element);
  else if (drag.hasMoved) { forget(drag.element, drag.from); squeeze(); }
  drag = null;
  document.body.classList.remove("dragging");
});
document.addEventListener("dblclick", event => {                 // the first click has put a textbox there
  const element = event.target.closest(".leaf") ?? event.target.closest(".entry")?.previousElementSibling;
  if (!element?.classList.contains("leaf")) return;
  closeEntry?.(false);
  back(element);
});
document.addEventListener("keydown", event => {
  const element = event.target.closest?.(".leaf");
  if (!element || event.ctrlKey || event.metaKey) return;
  if (KEYS[event.key]) {
    const from = numberOf(element.dataset.c);
    if (!event.repeat) remember();
    change(element, code => nudge(code, KEYS[event.key], event));
    if (!event.repeat) forget(element, from);
  } else if (event.key === "Enter") type(element);
  else if (/^[-−+.,\d]$/.test(event.key)) type(element, event.key);
  else if (event.key === "Delete" || event.key === "Backspace") back(element);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
});

// A textbox in the place of an element; take(text) gives false where it is to stay open.
function ask(element, name, start, take) {
  closeEntry?.(true);
  const input = document.createElement("input");
  Object.assign(input, { className: "entry", type: "text", value: start, autocomplete: "off" });
  input.setAttribute("aria-label", name);
  element.hidden = true;
  element.after(input);
  input.focus();
  const close = closeEntry = isTaken => {
    if (closeEntry !== close) return;
    closeEntry = null;
    if (isTaken && take(input.value, input) === false) { closeEntry = close; return; }
    const hadFocus = document.activeElement === input;
    element.hidden = false;
    input.remove();
    if (hadFocus) element.focus();
  };
  input.addEventListener("keydown", event => {
    event.stopPropagation();
    if (event.key === "Enter") close(true);
    if (event.key === "Escape") { tell(); close(false); }
  });
  input.addEventListener("blur", () => close(start !== ""));       // a guess is made with Enter alone
  return input;
}
function type(element, start = null) {
  const code = element.dataset.c;
  if (code !== "h0") choose(placeOf(code));
  const before = String(numberOf(code));
  const input = ask(element, element.dataset.name, start ?? before, text => {
    if (text.trim() === before || !text.trim()) return;
    const x = parse(text);
    const reason = Number.isNaN(x) ? `“${text}” is not a number` :
      Number.isFinite(x) ? "" : `${text} is not a finite number`;
    if (reason) return void tell(element, `${reason}: taken back`);
    if (x === numberOf(code)) return;
    remember();
    element.hidden = false;
    change(element, () => { const why = set(code, x); if (why) past.pop(); return why; });
  });
  if (start === null) input.select();
}

// Words beside an element, and for those who hear the page.
function tell(element, words = "", look = "") {
  const bubble = $("bubble");
  bubble.hidden = !words;
  if (!words) return;
  bubble.textContent = words;
  bubble.className = look;
  say(words);
  const { left, right, bottom, top } = (element.hidden ? element.parentNode : element).getBoundingClientRect();
  const { width, height } = bubble.getBoundingClientRect();
  bubble.style.left = `${Math.max(8, Math.min((left + right - width) / 2, innerWidth - width - 8))}px`;
  bubble.style.top = `${top - height - 10 > 0 ? top - height - 10 : bottom + 10}px`;
}
let announcing = 0;
function say(words) {
  if (!words) return;
  clearTimeout(announcing);
  $("live").textContent = words;
}
