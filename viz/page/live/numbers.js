// Numbers as Python's format_number writes them, and as people type them.

// x >= 0 with that many decimals; of a tie the even digit, as in Python.
function fixed(x, decimals) {
  const nearest = x.toFixed(decimals), exact = x.toFixed(100), cut = exact.length - 100 + decimals;
  if (!/^50*$/.test(exact.slice(cut))) return nearest;
  const down = exact.slice(0, cut).replace(/\.$/, "");
  return "02468".includes(down.at(-1)) ? down : nearest;
}
function exponential(x, digits) {
  const [nearest, exact] = [x.toExponential(digits - 1), x.toExponential(100)].map(text => text.split("e"));
  const cut = digits === 1 ? 2 : digits + 1;
  if (!/^50*$/.test(exact[0].slice(cut))) return nearest;
  const down = exact[0].slice(0, cut).replace(/\.$/, "");
  return "02468".includes(down.at(-1)) ? [down, exact[1]] : nearest;
}
const stripped = text => text.includes(".") ? text.replace(/\.?0+$/, "") : text;

function format(x, digits = GRAPH.digits, keepsZeros = false) {
  const trimmed = keepsZeros ? text => text : stripped;
  if (Number.isNaN(x)) return "NaN";
  const size = Math.abs(x), sign = x < 0 ? "−" : "";
  if (size === Infinity) return sign + "∞";
  if (Number.isInteger(size) && size < 1e6) return sign + size;
  if (size >= 1e-4 && size < 1e6) {
    const exponent = Number(size.toExponential().split("e")[1]);
    return sign + trimmed(fixed(size, Math.max(0, digits - 1 - exponent)));
  }
  const [mantissa, exponent] = exponential(size, digits);
  if (exponent >= -4 && exponent < digits) return sign + trimmed(fixed(size, digits - 1 - exponent));
  return `${sign}${trimmed(mantissa)}e${exponent < 0 ? "−" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

// The number in MathML, in brackets where it binds less tightly than its place asks for: 3 a minus, 5 a product.
function mathml(text, least) {
  const [mantissa, exponent] = text.replace("−", "").split("e"), isNegative = text.startsWith("−");
  let found = `<mn>${mantissa}</mn>`;
  const power = exponent?.replace("+", "").replace(/^(−?)0+/, "$1");
  if (exponent) found += `<mo>·</mo><msup><mn>10</mn><mn>${power}</mn></msup>`;
  if (isNegative) found = `<mo form="prefix">−</mo>${found}`;
  return (isNegative && least > 3) || (exponent && least > 5) ?
    `<mo stretchy="false">(</mo>${found}<mo stretchy="false">)</mo>` : found;
}

// "1/3", "-0,5" and a true minus are numbers too; NaN is no number.
function parse(text) {
  const parts = text.replaceAll("−", "-").replaceAll(",", ".").split("/").map(part => part.trim());
  if (parts.length > 2 || !parts.every(part => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(part))) return NaN;
  return parts.length === 2 ? parts[0] / parts[1] : Number(parts[0]);
}
