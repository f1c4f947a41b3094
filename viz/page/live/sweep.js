// The two phases.  ROWS, written from the table, give values and partials; the sweep back knows no operation.
const { consumer, parent, parents, row, root } = GRAPH;
const NODES = row.length, EDGES = consumer.length;
const RECORDED = Float64Array.from(GRAPH.values, Number), RECORDED_PARTIALS = Float64Array.from(GRAPH.partials, Number);
const firstEdge = new Int32Array(NODES);                          // of a node's edges, which are numbered one by one
for (let k = EDGES - 1; k >= 0; k--) firstEdge[consumer[k]] = k;

// All values and partials that follow from those of the leaves; a node without a row stays as it was recorded.
function forward(leaves) {
  const values = Float64Array.from(leaves), partials = Float64Array.from(RECORDED_PARTIALS);
  for (let i = 0; i < NODES; i++) if (row[i] >= 0) {
    const [value, ...local] = ROWS[row[i]](...parents[i].map(j => values[j]));
    values[i] = value;
    partials.set(local, firstEdge[i]);
  }
  return { values, partials };
}

function backward(partials) {
  const gradients = new Float64Array(NODES);
  gradients[root] = 1;
  for (let k = 0; k < EDGES; k++) gradients[parent[k]] += partials[k] * gradients[consumer[k]];
  return gradients;
}

function pointAt(leaves) {
  const { values, partials } = forward(leaves);
  return { values, partials, gradients: backward(partials) };
}

// w - eta dJ/dw for all parameters at once: the leaves after an update.
function updated({ values, gradients }, rate) {
  const leaves = values.slice();
  for (const w of GRAPH.parameters) leaves[w] -= rate * gradients[w];
  return leaves;
}

// The first node that has no value, or no slope, though its parents are numbers; -1 where there is none.
function fault({ values, partials }) {
  return row.findIndex((r, i) => {
    const xs = parents[i].map(j => values[j]);
    return r >= 0 && xs.every(Number.isFinite) && (!isInside(GRAPH.domains[i], xs) || !Number.isFinite(values[i]) ||
      xs.some((_, slot) => !Number.isFinite(partials[firstEdge[i] + slot])));
  });
}

// Does "x > -1", "y ≠ 0" or "|x| < ∞" hold?  x is the first number; another letter the second, if it is no held one.
function isInside(domain, xs) {
  const [, name, relation, bound] = /^\|?(\w)\|? (\S) (\S+)$/.exec(domain) ?? [];
  const number = name === "x" ? xs[0] : xs[1];
  if (name === undefined || number === undefined) return true;
  return { ">": number > bound, "≥": number >= bound, "≠": number !== Number(bound),
    "<": Number.isFinite(number) }[relation];
}
