// Two coordinates at once: a chart with the density of real digits behind a handle.

const BINS = 72;
const INSET = 10; // pixels between the chart's edge and the end of a coordinate's range
const HANDLE = 10; // pixels, its radius: a ring, so that what lies below stays in sight
const KEY_STEP = 0.02; // of the range, for an arrow key; five times that with Shift

class Plane {
  /** changes: {moved(i, x, j, y), released(), turned(axes)} */
  constructor(root, changes) {
    this.canvas = root.querySelector(".map");
    this.selects = [...root.querySelectorAll("[data-axis]")];
    this.probe = root.querySelector(".about");
    this.changes = changes;
    this.shade = document.createElement("canvas");
    this.shade.width = this.shade.height = BINS;
    this.pointer = null;
    this.forgetColours();
    const { canvas } = this;
    canvas.onpointerdown = (event) => this.press(event);
    canvas.onpointermove = (event) => event.pointerId === this.pointer && this.drag(event);
    canvas.onpointerup = canvas.onpointercancel = (event) => this.lift(event);
    canvas.onkeydown = (event) => this.key(event);
    canvas.onkeyup = (event) => event.key.startsWith("Arrow") && this.changes.released();
    for (const select of this.selects) select.onchange = () => this.choose();
  }

  /** view: {axes, reach, z, chosen, dots, cloud} as the pad has them; cloud is of real digits. */
  offer(coordinates, unit) {
    for (const select of this.selects) {
      const names = coordinates.map(({ index, use }) => [index, `z${index + 1} · ${use} ${unit}`]);
      select.replaceChildren(...names.map(([value, name]) => new Option(name, value)));
    }
  }

  show(view) {
    const stale = this.seen !== [view.axes, view.axes.map((i) => view.reach[i])].join();
    this.view = view;
    view.axes.forEach((axis, k) => (this.selects[k].value = axis));
    if (stale) this.reshade();
    this.paint();
  }

  reshade() {
    const { axes, reach, cloud } = this.view;
    this.seen = [axes, axes.map((i) => reach[i])].join();
    const tints = Array.from({ length: 10 }, (_, digit) => this.colour(`--bn-digit-${digit}`));
    this.labels = shadeClasses(this.shade, cloud, axes, reach, tints.map(rgbOf));
    this.tints = tints;
  }

  /** A colour of the theme, as the browser resolves it; remembered until the theme may change. */
  colour(name) {
    if (!this.colours.has(name)) {
      this.probe.style.color = `var(${name})`;
      this.colours.set(name, getComputedStyle(this.probe).color);
      this.probe.style.color = "";
    }
    return this.colours.get(name);
  }

  forgetColours() {
    this.colours = new Map();
    this.seen = null;
  }

  choose() {
    const axes = this.selects.map((select) => Number(select.value));
    if (axes[0] === axes[1]) axes.splice(0, 2, this.view.axes[1], this.view.axes[0]);
    this.changes.turned(axes);
  }

  // ---- by hand ----

  press(event) {
    if (this.pointer !== null || event.button > 0 || !this.view) return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    this.drag(event);
  }

  drag(event) {
    const box = this.canvas.getBoundingClientRect();
    const share = (v, size) => Math.max(0, Math.min(1, (v - INSET) / (size - 2 * INSET)));
    const across = share(event.clientX - box.left, box.width);
    const up = 1 - share(event.clientY - box.top, box.height);
    this.to([across, up].map((t, k) => this.at(k, t)));
  }

  lift(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.changes.released();
  }

  key(event) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const way = step[event.key];
    if (!way || !this.view) return;
    event.preventDefault();
    const { axes, reach, z } = this.view;
    const size = KEY_STEP * (event.shiftKey ? 5 : 1);
    this.to(axes.map((i, k) => z[i] + way[k] * size * (reach[i][1] - reach[i][0])));
  }

  to([x, y]) {
    const [i, j] = this.view.axes;
    this.changes.moved(i, this.within(i, x), j, this.within(j, y));
  }

  within(i, v) {
    const [low, high] = this.view.reach[i];
    return Math.max(low, Math.min(high, v));
  }

  at(k, share) {
    const [low, high] = this.view.reach[this.view.axes[k]];
    return low + share * (high - low);
  }

  // ---- on the canvas ----

  paint() {
    const { canvas } = this;
    const dense = window.devicePixelRatio || 1;
    const size = Math.round(canvas.clientWidth * dense);
    if (!size || !this.view) return;
    if (canvas.width !== size) canvas.width = canvas.height = size;
    const context = canvas.getContext("2d");
    context.setTransform(dense, 0, 0, dense, 0, 0);
    this.side = canvas.clientWidth;
    context.clearRect(0, 0, this.side, this.side);
    context.imageSmoothingEnabled = true;
    const inner = this.side - 2 * INSET;
    context.drawImage(this.shade, INSET, INSET, inner, inner);
    this.paintZeros(context);
    this.paintLabels(context);
    this.paintPosterior(context);
    this.paintHandle(context);
  }

  place(k, v) {
    const [low, high] = this.view.reach[this.view.axes[k]];
    const share = Math.max(-0.02, Math.min(1.02, (v - low) / (high - low)));
    const along = INSET + share * (this.side - 2 * INSET);
    return k ? this.side - along : along;
  }

  paintZeros(context) {
    context.strokeStyle = this.colour("--st-border-color");
    context.lineWidth = 1;
    context.beginPath();
    const x = this.place(0, 0), y = this.place(1, 0);
    context.moveTo(x, 0);
    context.lineTo(x, this.side);
    context.moveTo(0, y);
    context.lineTo(this.side, y);
    context.stroke();
  }

  paintLabels(context) {
    context.font = "600 13px " + getComputedStyle(this.canvas).fontFamily;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.strokeStyle = this.colour("--bn-paper");
    context.lineWidth = 3;
    const inner = this.side - 2 * INSET;
    this.labels.forEach(([x, y], digit) => {
      if (x === null) return;
      const at = [INSET + x * inner, this.side - INSET - y * inner];
      context.strokeText(digit, ...at);
      context.fillStyle = this.tints[digit];
      context.fillText(digit, ...at);
    });
  }

  /** The posterior in data units: one and two sigma, and what was drawn from it so far. */
  paintPosterior(context) {
    const { chosen, axes, dots, reach } = this.view;
    if (!chosen?.mean) return;
    const ink = this.colour("--st-text-color");
    const centre = axes.map((i, k) => this.place(k, chosen.mean[i]));
    context.fillStyle = context.strokeStyle = ink;
    context.globalAlpha = 0.6;
    for (const dot of dots) {
      context.fillRect(...axes.map((i, k) => this.place(k, dot[i]) - 1.5), 3, 3);
    }
    context.globalAlpha = 1;
    const scale = axes.map((i) => (this.side - 2 * INSET) / (reach[i][1] - reach[i][0]));
    for (const times of chosen.sigma ? [1, 2] : []) {
      const radii = axes.map((i, k) => times * chosen.sigma[i] * scale[k]);
      context.lineWidth = times === 1 ? 1.5 : 1;
      context.setLineDash(times === 1 ? [] : [4, 3]);
      context.beginPath();
      context.ellipse(...centre, ...radii, 0, 0, 2 * Math.PI);
      context.stroke();
    }
    context.setLineDash([]);
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(centre[0] - 4, centre[1]);
    context.lineTo(centre[0] + 4, centre[1]);
    context.moveTo(centre[0], centre[1] - 4);
    context.lineTo(centre[0], centre[1] + 4);
    context.stroke();
  }

  paintHandle(context) {
    const { axes, z } = this.view;
    const at = axes.map((i, k) => this.place(k, z[i]));
    context.beginPath();
    context.arc(...at, HANDLE, 0, 2 * Math.PI);
    context.lineWidth = 6;
    context.strokeStyle = this.colour("--bn-paper");
    context.stroke();
    context.lineWidth = 3;
    context.strokeStyle = this.colour("--st-primary-color");
    context.stroke();
  }
}
