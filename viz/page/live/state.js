// What can change: the leaves, eta, and what was done.  Everything else follows from them.
let eta = GRAPH.eta, point = pointAt(RECORDED);
let after = null;                                                 // the point after one more update, for the last step
let trail = [], was = NaN, updates = 0;                           // J before each update; J before the last change
const past = [], MOST_UNDONE = 500;

const placeOf = code => Number(code.slice(1));
const numberOf = code => code === "h0" ? eta : point.values[placeOf(code)];
const recordedNumber = code => code === "h0" ? GRAPH.eta : RECORDED[placeOf(code)];
const isAsRecorded = () => eta === GRAPH.eta && GRAPH.given.every(i => point.values[i] === RECORDED[i]);

const snapshot = () => ({ leaves: point.values.slice(), eta, trail: [...trail], was, updates });
function remember() {                                             // before each gesture
  past.push(snapshot());
  if (past.length > MOST_UNDONE) past.shift();
  was = point.values[root];
}
function restore(kept) {
  ({ eta, was, updates } = kept);
  trail = [...kept.trail];
  point = pointAt(kept.leaves);
  changed();
}
function undo() { if (past.length) restore(past.pop()); }
function reset() {
  if (!isAsRecorded() || updates) past.push(snapshot());
  restore({ leaves: RECORDED, eta: GRAPH.eta, trail: [], was: NaN, updates: 0 });
}

// The reason why a new point is refused; "" where it is taken.
function move(leaves) {
  const next = pointAt(leaves), i = fault(next);
  if (i >= 0 && fault(point) < 0) {
    const xs = parents[i].map(j => `${GRAPH.texts[j]} = ${format(next.values[j])}`).join(", ");
    return `${GRAPH.texts[i]} = ${GRAPH.formulas[i]} has no value at ${xs}` +
      (GRAPH.domains[i] ? `: it needs ${GRAPH.domains[i]}` : "");
  }
  point = next;
  return "";
}
function set(code, x) {
  if (!Number.isFinite(x)) return "that is not a finite number";
  if (code === "h0") { eta = x; return ""; }
  const leaves = point.values.slice();
  leaves[placeOf(code)] = x;
  return move(leaves);
}
function update(times) {
  remember();
  let reason = "", done = 0;
  for (; done < times; done++) {
    const before = point.values[root];
    reason = move(updated(point, eta));
    if (reason) break;
    trail.push(before);
    updates++;
    was = before;
  }
  if (times > 1 && done) was = past.at(-1).leaves[root];
  if (!done) restore(past.pop()); else changed();
  say(reason ? `${reason}. The update is taken back.` : "");
}
