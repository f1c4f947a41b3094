// A student's mistake is the sweep over other edges: some partials are replaced, whatever the graph's operations.
function* mistakes() {
  const { partials, values } = point, replaced = (ks, number) => {
    const wrong = partials.slice();
    for (const k of ks) wrong[k] = number(k);
    return wrong;
  };
  function* eachAndAll(name, table, number) {
    const ks = Object.keys(table).map(Number);
    for (const k of ks) yield [name, replaced([k], number)];
    yield [name, replaced(ks, number)];
  }
  yield* eachAndAll("phi_prime_left_out", GRAPH.activations, () => 1);
  yield* eachAndAll("phi_for_phi_prime", GRAPH.activations, k => values[consumer[k]]);
  for (let i = 0; i < NODES; i++) {
    const paths = parent.flatMap((j, k) => j === i ? [k] : []);
    if (paths.length > 1) for (const one of paths) yield ["one_path", replaced(paths.filter(k => k !== one), () => 0)];
  }
  yield* eachAndAll("weight_left_out", GRAPH.weights, () => 1);
  const leaves = updated(point, eta);                             // the values stay, as they were before the update
  yield ["updated_weights", Float64Array.from(partials, (_, k) =>
    row[consumer[k]] < 0 ? partials[k] :
      ROWS[row[consumer[k]]](...parents[consumer[k]].map(j => leaves[j]))[1 + k - firstEdge[consumer[k]]])];
}

// The name of the first mistake that gives a student's number; "" where none does.
function mistakeIn(x, tolerance, place, sign) {
  const truth = sign * point.gradients[place], isNear = (number, goal) => Math.abs(number - goal) <= tolerance;
  if (!isNear(-truth, truth) && isNear(x, -truth)) return "sign";
  for (const [name, partials] of mistakes()) {
    const wrong = sign * backward(partials)[place];
    if (!isNear(wrong, truth) && isNear(x, wrong)) return name;
  }
  return "";
}
