// Small SVG charts: the rate-distortion plane, and scores against beta.

const NAMESPACE = "http://www.w3.org/2000/svg";

function mark(parent, name, attributes = {}, text = "") {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  parent.append(element);
  return element;
}

/** Round numbers between two values. */
function roundNumbers(low, high, count = 5) {
  const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
  const found = [];
  for (let v = Math.ceil(low / step) * step; v <= high; v += step) found.push(Number(v.toPrecision(9)));
  return found;
}

const EDGE = { left: 46, right: 18, top: 26, bottom: 40 };

/** The plane: distortion against rate, a point for each run. */
class RatePlane {
  /** chosen(id) */
  constructor(box, chosen) {
    this.box = box;
    this.chosen = chosen;
    this.watcher = new ResizeObserver(() => this.scene && this.build(this.scene, this.at));
    this.watcher.observe(box);
  }

  build(scene, at) {
    this.scene = scene;
    this.width = this.box.clientWidth;
    this.height = this.box.clientHeight;
    if (!this.width || !this.height) return;
    this.measure(scene.entries);
    const svg = document.createElementNS(NAMESPACE, "svg");
    Object.entries({ width: this.width, height: this.height, role: "group" }).forEach(([k, v]) => svg.setAttribute(k, v));
    svg.setAttribute("aria-label", "Distortion against rate, one point for each run");
    const clip = mark(mark(svg, "defs"), "clipPath", { id: "plot" });
    mark(clip, "rect", { x: EDGE.left, y: EDGE.top, width: this.width - EDGE.left - EDGE.right, height: this.height - EDGE.top - EDGE.bottom });
    this.axes(svg);
    this.equalElbo(svg);
    const inner = mark(svg, "g", { "clip-path": "url(#plot)" });
    this.same = mark(inner, "line", { class: "same" });
    this.tangent = mark(inner, "line", { class: "tangent" });
    this.curve(inner, scene.entries.filter(({ own }) => !own));
    scene.entries.forEach((entry) => this.spread(inner, entry));
    this.points = new Map();
    scene.entries.forEach((entry) => this.point(svg, entry));
    this.box.replaceChildren(svg);
    this.show(at);
  }

  measure(entries) {
    const all = entries.flatMap(({ rate, distortion, seeds }) => [[rate, distortion], ...seeds]);
    entries.forEach(({ track }) => all.push(...track.slice(-1)));
    const range = (values, least) => {
      const low = Math.min(...values), high = Math.max(...values), air = 0.08 * (high - low) || least;
      return [Math.max(0, low - air), high + air];
    };
    this.xs = range(all.map(([rate]) => rate), 1);
    this.ys = range(all.map(([, distortion]) => distortion), 5);
  }

  x(rate) {
    const [low, high] = this.xs;
    return EDGE.left + ((rate - low) / (high - low)) * (this.width - EDGE.left - EDGE.right);
  }

  y(distortion) {
    const [low, high] = this.ys;
    return this.height - EDGE.bottom - ((distortion - low) / (high - low)) * (this.height - EDGE.top - EDGE.bottom);
  }

  axes(svg) {
    const bottom = this.height - EDGE.bottom;
    for (const v of roundNumbers(...this.xs)) mark(svg, "text", { x: this.x(v), y: bottom + 16, class: "tick" }, v);
    for (const v of roundNumbers(...this.ys)) {
      mark(svg, "text", { x: EDGE.left - 6, y: this.y(v) + 4, class: "tick end" }, v);
    }
    mark(svg, "path", { class: "axis", d: `M${EDGE.left} ${EDGE.top}V${bottom}H${this.width - EDGE.right}` });
    mark(svg, "text", { x: this.width - EDGE.right, y: this.height - 6, class: "title end" }, "rate, nats →");
    mark(svg, "text", { x: 0, y: 13, class: "title" }, "↑ distortion, nats");
  }

  /** Lines of slope -1, on which rate + distortion is the same. */
  equalElbo(svg) {
    const [x0, x1] = this.xs, [y0, y1] = this.ys;
    const lines = mark(svg, "g", { "clip-path": "url(#plot)" });
    for (const sum of roundNumbers(x0 + y0, x1 + y1, 12)) {
      mark(lines, "line", { x1: this.x(x0), y1: this.y(sum - x0), x2: this.x(x1), y2: this.y(sum - x1), class: "elbo" });
      const x = Math.min(x1, sum - y0), y = sum - x; // where it leaves at the lower right
      if (y > y1 || x < x0 + 0.1 * (x1 - x0)) continue;
      const low = this.y(y) > this.height - EDGE.bottom - 6;
      const place = { x: this.x(x) - 3, y: this.y(y) - (low ? 4 : -10) };
      if (!this.near(place)) mark(svg, "text", { ...place, class: "elbo-text end" }, sum);
    }
  }

  /** Whether a label there would be in the way of a point's. */
  near({ x, y }) {
    return this.scene.entries.some(
      ({ rate, distortion }) => Math.hypot(this.x(rate) - x, this.y(distortion) - y) < 34,
    );
  }

  curve(svg, entries) {
    const along = [...entries].sort((a, b) => a.rate - b.rate);
    const d = along.map(({ rate, distortion }, n) => `${n ? "L" : "M"}${this.x(rate)} ${this.y(distortion)}`).join("");
    mark(svg, "path", { class: "curve", d });
  }

  /** The seeds of a point as small dots, and the track of a run as it trained. */
  spread(svg, { seeds, track, own, running }) {
    for (const [rate, distortion] of seeds) mark(svg, "circle", { cx: this.x(rate), cy: this.y(distortion), r: 2, class: "seed" });
    if (!own || track.length < 2) return;
    const d = track.map(([rate, distortion], n) => `${n ? "L" : "M"}${this.x(rate)} ${this.y(distortion)}`).join("");
    mark(svg, "path", { class: running ? "track live" : "track", d });
  }

  point(svg, { id, name, rate, distortion, own, running, beta }) {
    const group = mark(svg, "g", {
      class: `point${own ? " own" : ""}${running ? " running" : ""}`,
      transform: `translate(${this.x(rate)} ${this.y(distortion)})`,
      tabindex: 0,
      role: "button",
      "aria-label": `${name}: rate ${rate.toFixed(1)}, distortion ${distortion.toFixed(1)} nats`,
    });
    mark(group, "circle", { r: 14, class: "reach" });
    if (own) mark(group, "rect", { x: -5, y: -5, width: 10, height: 10, transform: "rotate(45)", class: "dot" });
    else mark(group, "circle", { r: 5.5, class: "dot" });
    const right = this.x(rate) > this.width - 90; // no room to the right of it
    const side = right && own ? { x: -9, y: -9, class: "name end" } : { x: right ? -12 : 9, y: right ? -11 : -7, class: "name" };
    mark(group, "text", side, own ? name : `β ${beta}`);
    mark(group, "title", {}, `${name}\nrate ${rate.toFixed(1)} + distortion ${distortion.toFixed(1)} = −ELBO ${(rate + distortion).toFixed(1)} nats`);
    group.onclick = () => this.chosen(id);
    group.onkeydown = ({ key }) => (key === "Enter" || key === " ") && this.chosen(id);
    this.points.set(id, group);
  }

  /** Marks a point, and lays the tangent through it: its slope is -beta. */
  show(at) {
    this.at = at;
    if (!this.points) return;
    for (const [id, point] of this.points) point.classList.toggle("here", id === at);
    const entry = this.scene.entries.find(({ id }) => id === at);
    if (!entry) return;
    const { rate, distortion, beta } = entry;
    this.lay(this.tangent, rate, distortion, beta);
    this.lay(this.same, rate, distortion, 1);
  }

  /** Lays a line through a point, falling by `slope` nats of distortion for each of rate. */
  lay(line, rate, distortion, slope) {
    const far = this.xs[1] - this.xs[0];
    const [[x1, y1], [x2, y2]] = [-far, far].map((by) => [this.x(rate + by), this.y(distortion - slope * by)]);
    Object.entries({ x1, y1, x2, y2 }).forEach(([key, value]) => line.setAttribute(key, value));
  }
}

/** Scores against beta, from 0 to 1: the mean as a line, each seed as a dot. */
function scoreChart(box, title, rows, name, at) {
  const width = box.clientWidth || 240, height = 120, left = 28, bottom = 18;
  const svg = document.createElementNS(NAMESPACE, "svg");
  Object.entries({ width, height, role: "img" }).forEach(([k, v]) => svg.setAttribute(k, v));
  const most = Math.max(0.1, ...rows.flatMap((row) => row[name])) * 1.1;
  const x = (n) => left + ((n + 0.5) / rows.length) * (width - left);
  const y = (v) => height - bottom - (v / most) * (height - bottom - 6);
  for (const v of roundNumbers(0, most, 5)) {
    mark(svg, "line", { x1: left, x2: width, y1: y(v), y2: y(v), class: "elbo" });
    mark(svg, "text", { x: left - 4, y: y(v) + 4, class: "tick end" }, v);
  }
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  mark(svg, "path", { class: "curve", d: rows.map((row, n) => `${n ? "L" : "M"}${x(n)} ${y(mean(row[name]))}`).join("") });
  rows.forEach((row, n) => {
    for (const v of row[name]) mark(svg, "circle", { cx: x(n), cy: y(v), r: 2, class: "seed" });
    const here = row.id === at;
    mark(svg, "circle", { cx: x(n), cy: y(mean(row[name])), r: here ? 5.5 : 3.5, class: here ? "mean here" : "mean" });
    mark(svg, "text", { x: x(n), y: height - 4, class: "tick" }, row.beta);
  });
  const now = rows.find(({ id }) => id === at);
  svg.setAttribute("aria-label", `${title} against β: ${rows.map((row) => `${row.beta}: ${mean(row[name]).toFixed(2)}`).join(", ")}`);
  box.replaceChildren(svg);
  return now ? mean(now[name]) : null;
}
