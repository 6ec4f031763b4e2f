// Draw with a mouse, a finger or a pen. What is sent to Python is the strokes as text and whether
// the hand rests: while drawing at most every EVERY ms, on release, and when the hand has been
// still for REST ms. strokes.js and pace.js stand above.

const EVERY = 80;
const REST = 400;
const SPACING = 3; // grid units between two points of a stroke
const HISTORY = 100; // steps that undo remembers

const pads = new WeakMap(); // by parent element: the default export runs again on any change

export default function ({ data, parentElement, setStateValue }) {
  let pad = pads.get(parentElement);
  if (!pad) pads.set(parentElement, (pad = new Pad(parentElement)));
  pad.emit = (strokes, resting) => setStateValue("drawing", { strokes, resting });
  pad.take(data);
  return () => pad.remove();
}

class Pad {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.strokes = [];
    this.past = [];
    this.erasing = false;
    this.pointer = null;
    this.pace = new Pace(EVERY, (resting) => this.send(resting));
    this.sent = { text: null, resting: true };
    this.listen();
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(this.canvas);
  }

  /** Python's side: settings, and a drawing that replaces ours if its revision is new to us. */
  take(data) {
    this.settings = data;
    if (data.revision !== this.revision && this.pointer === null) {
      this.revision = data.revision;
      this.strokes = decode(data.drawing);
      this.past = [];
      this.isExample = data.example;
      this.sent = { text: data.drawing, resting: true };
      if (!data.example) this.keepInAddress(data.drawing);
    }
    this.resize(); // also the moment to take on a changed theme
    this.show();
  }

  listen() {
    const { canvas, root } = this;
    canvas.onpointerdown = (event) => this.start(event);
    canvas.onpointermove = (event) => this.move(event);
    canvas.onpointerup = canvas.onpointercancel = (event) => this.finish(event);
    canvas.onpointerleave = () => this.moveRing(null);
    const on = (name, action) => (root.querySelector(`[data-do=${name}]`).onclick = action);
    on("pen", () => this.chooseTool(false));
    on("eraser", () => this.chooseTool(true));
    on("undo", () => this.undo());
    on("clear", () => this.clear());
    root.querySelector(".pad").onkeydown = (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
        event.preventDefault();
        this.undo();
      }
    };
  }

  start(event) {
    if (this.pointer !== null || event.button > 0) return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.remember();
    if (this.isExample) this.strokes = [];
    this.isExample = false;
    this.pressed = event.pointerType === "pen" && event.pressure > 0;
    this.begin(this.point(event), 0);
    this.changed();
  }

  begin(point, flags) {
    const kind = (this.pressed ? PRESSURE : 0) | (this.erasing ? ERASES : 0) | flags;
    this.strokes.push({ flags: kind, points: [point] });
  }

  move(event) {
    this.moveRing(event);
    if (event.pointerId !== this.pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) this.extend(this.point(each), SPACING);
    this.changed();
  }

  finish(event) {
    if (event.pointerId !== this.pointer) return;
    this.extend(this.point(event), 1);
    this.pointer = null;
    this.changed(true);
  }

  /** Adds a point at least `spacing` from the last, and a new stroke where one is full. */
  extend(point, spacing) {
    const last = this.strokes.at(-1).points.at(-1);
    const distance = Math.hypot(point[0] - last[0], point[1] - last[1]);
    if (distance < spacing) return;
    const pieces = Math.ceil(distance / 120); // a step has to fit into a signed byte
    for (let i = 1; i <= pieces; i++) {
      const between = last.map((v, k) => Math.round(v + ((point[k] - v) * i) / pieces));
      const points = this.strokes.at(-1).points;
      if (points.length === 255) this.begin(points.at(-1), CONTINUES);
      this.strokes.at(-1).points.push(between);
    }
  }

  /** Where an event is on the grid, and how hard it presses: [x, y, 0 to 255]. */
  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const grid = this.settings.side;
    const on = (v, size) => Math.max(0, Math.min(grid - 1, Math.floor((v / size) * grid)));
    const x = on(event.clientX - box.left, box.width), y = on(event.clientY - box.top, box.height);
    return [x, y, Math.round((event.pressure || 0.5) * 255)];
  }

  chooseTool(erasing) {
    this.erasing = erasing;
    this.show();
  }

  remember() {
    this.past.push(this.strokes.map((s) => ({ ...s, points: [...s.points] })));
    if (this.past.length > HISTORY) this.past.shift();
  }

  undo() {
    if (!this.past.length || this.pointer !== null) return;
    this.strokes = this.past.pop();
    this.changed(true);
  }

  clear() {
    if (!this.strokes.length || this.pointer !== null) return;
    this.remember();
    this.strokes = [];
    this.isExample = false;
    this.chooseTool(false);
    this.changed(true);
  }

  /** Redraws, and tells Python: at once at the end of a stroke, else when EVERY ms are over. */
  changed(atOnce = false) {
    this.show();
    this.pace.changed(atOnce);
    clearTimeout(this.rest);
    if (!atOnce) this.rest = setTimeout(() => this.send(true), REST);
  }

  send(resting) {
    const text = encode(this.strokes);
    if (text !== this.sent.text || resting !== this.sent.resting) this.emit(text, resting);
    this.sent = { text, resting };
    if (this.pointer === null) this.keepInAddress(text);
  }

  /** The drawing in the page's address, so that a reload or a link brings it back. */
  keepInAddress(text) {
    const url = new URL(location.href);
    if (text && text.length <= this.settings.limit) url.searchParams.set("drawing", text);
    else url.searchParams.delete("drawing");
    if (url.href !== location.href) history.replaceState(history.state, "", url);
  }

  /** The eraser's outline follows the pointer. */
  moveRing(event) {
    const ring = this.root.querySelector(".ring");
    ring.hidden = !this.erasing || !event || event.pointerType === "touch";
    if (ring.hidden) return;
    const box = this.canvas.getBoundingClientRect();
    ring.style.left = `${event.clientX - box.left}px`;
    ring.style.top = `${event.clientY - box.top}px`;
    ring.style.width = `${(this.settings.eraser / this.settings.side) * box.width}px`;
  }

  resize() {
    const size = Math.round(this.canvas.clientWidth * (window.devicePixelRatio || 1));
    if (size && size !== this.canvas.width) this.canvas.width = this.canvas.height = size;
    this.paint();
  }

  show() {
    const empty = !this.strokes.length;
    const set = (name, value) => this.root.querySelector(".pad").setAttribute(name, value);
    set("data-state", empty ? "empty" : this.isExample ? "example" : "drawn");
    set("data-tool", this.erasing ? "eraser" : "pen");
    this.root.querySelector("[data-do=pen]").ariaPressed = String(!this.erasing);
    this.root.querySelector("[data-do=eraser]").ariaPressed = String(this.erasing);
    this.root.querySelector("[data-do=undo]").disabled = !this.past.length;
    this.root.querySelector("[data-do=clear]").disabled = empty;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paint());
  }

  paint() {
    const context = this.canvas.getContext("2d");
    const scale = this.canvas.width / this.settings.side;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, this.settings.side, this.settings.side);
    const ink = getComputedStyle(this.canvas).color;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = context.fillStyle = ink;
    for (const stroke of this.strokes) paintStroke(context, stroke, this.settings);
  }

  remove() {
    this.pace.stop();
    clearTimeout(this.rest);
    cancelAnimationFrame(this.frame);
    this.watcher.disconnect();
    pads.delete(this.root);
  }
}
