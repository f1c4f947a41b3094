// The address holds what is not as recorded, #w11=0.2&eta=0.5, and the step: it can be sent.
const DELAY = 30;                                                 // milliseconds after the last change
let linking = 0;

function link() {
  clearTimeout(linking);
  linking = setTimeout(() => {
    const words = new URLSearchParams();
    for (const i of GRAPH.given) if (point.values[i] !== RECORDED[i]) words.set(GRAPH.names[i], point.values[i]);
    if (eta !== GRAPH.eta) words.set("eta", eta);
    if (now < LAST) words.set("step", now + 1);
    const { pathname, search } = location;
    try {
      history.replaceState(null, "", words.size ? `#${words}` : pathname + search);
    } catch { /* a notebook's frame has no address */ }
  }, DELAY);
}
function arrive() {
  const words = new URLSearchParams(location.hash.slice(1)), leaves = RECORDED.slice();
  const read = (name, otherwise) => {
    const number = parse(words.get(name) ?? "");
    return Number.isFinite(number) ? number : otherwise;
  };
  for (const i of GRAPH.given) leaves[i] = read(GRAPH.names[i], RECORDED[i]);
  point = pointAt(RECORDED);
  const reason = move(leaves);
  eta = read("eta", GRAPH.eta);
  now = words.has("step") ? Math.max(0, Math.min(LAST - 1, Math.trunc(read("step", 1)) - 1)) : LAST;
  if (steps[now]?.node >= 0) chosen = steps[now].node;
  hideAll();
  show();
  link();
  say(reason);
}
