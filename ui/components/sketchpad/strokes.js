// Strokes: painted on a canvas, written as text and read back. A stroke is
// {flags, points: [[x, y, pressure], ...]}; the text's format is that of aecore/strokes.py.

const PRESSURE = 1, ERASES = 2, CONTINUES = 4; // the flags

/** A stroke as a smooth path: the uniform cubic B-spline of its points, which ends in its ends. */
function paintStroke(context, { flags, points }, { pen, eraser }) {
  const erases = flags & ERASES;
  const width = (p) => (erases ? eraser : flags & PRESSURE ? pen * (0.5 + p[2] / 255) : pen);
  const at = points.map(([x, y]) => [x + 0.5, y + 0.5]);
  const mix = (a, p, b, q) => [0, 1].map((k) => (a * p[k] + b * q[k]) / (a + b));
  const knot = (i) => mix(4, at[i], 2, mix(1, at[i - 1], 1, at[i + 1]));
  context.globalCompositeOperation = erases ? "destination-out" : "source-over";
  context.beginPath(); // a dot, as a line of no length isn't drawn
  context.arc(...at[0], width(points[0]) / 2, 0, 2 * Math.PI);
  context.fill();
  let from = at[0];
  for (let i = 0; i + 1 < at.length; i++) {
    const next = at[i + 1];
    const to = i + 2 < at.length ? knot(i + 1) : next;
    context.lineWidth = width(points[i + 1]);
    context.beginPath();
    context.moveTo(...from);
    context.bezierCurveTo(...mix(2, at[i], 1, next), ...mix(1, at[i], 2, next), ...to);
    context.stroke();
    from = to;
  }
  context.globalCompositeOperation = "source-over";
}

/** Strokes to text, and back: see aecore/strokes.py. */
function encode(strokes) {
  if (!strokes.length) return "";
  const bytes = [];
  for (const { flags, points } of strokes) {
    bytes.push(flags, points.length, points[0][0], points[0][1]);
    for (let i = 1; i < points.length; i++)
      for (const k of [0, 1]) bytes.push((points[i][k] - points[i - 1][k]) & 255);
    if (flags & PRESSURE) bytes.push(...points.map((p) => p[2]));
  }
  const text = btoa(bytes.map((b) => String.fromCharCode(b)).join(""));
  return "1" + text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function decode(text) {
  const raw = atob((text || "").slice(1).replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(raw, (c) => c.charCodeAt(0));
  const strokes = [];
  for (let at = 0; at < bytes.length; ) {
    const flags = bytes[at], n = bytes[at + 1];
    const steps = new Int8Array(bytes.buffer, at + 4, 2 * (n - 1));
    const points = [[bytes[at + 2], bytes[at + 3], 128]];
    for (let i = 0; i < n - 1; i++) {
      const [x, y] = points[i];
      points.push([x + steps[2 * i], y + steps[2 * i + 1], 128]);
    }
    at += 2 + 2 * n;
    if (flags & PRESSURE) for (const p of points) p[2] = bytes[at++];
    strokes.push({ flags, points });
  }
  return strokes;
}
