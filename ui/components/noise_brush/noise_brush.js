// A brush over 28 x 28 pixels: where it has been, the noisy picture shows in place of the clean
// one. What is sent is the mask as text, while rubbing at most every EVERY ms, and on release.
// The latent pad's ink.js and the sketchpad's pace.js stand above this file.

const EVERY = 120;
const RADIUS = 2.4; // pixels of the picture

const brushes = new WeakMap(); // by parent element: the default export runs again on any change

export default function ({ data, parentElement, setStateValue }) {
  let brush = brushes.get(parentElement);
  if (!brush) brushes.set(parentElement, (brush = new Brush(parentElement)));
  brush.tell = (mask, done) => setStateValue("rubbed", { mask, done });
  brush.take(data);
  return () => brush.remove();
}

class Brush {
  constructor(root) {
    this.root = root;
    this.box = root.querySelector(".brush");
    this.canvas = root.querySelector("canvas");
    this.paint = painterOf(this.canvas);
    this.mask = new Uint8Array(SIDE * SIDE);
    this.picture = new Float32Array(SIDE * SIDE);
    this.pace = new Pace(EVERY, (done) => this.send(done));
    this.canvas.onpointerdown = (event) => this.start(event);
    this.canvas.onpointermove = (event) => this.move(event);
    this.canvas.onpointerup = this.canvas.onpointercancel = () => this.finish();
    const on = (name, action) => (root.querySelector(`[data-do=${name}]`).onclick = action);
    on("noise", () => this.choose("noise"));
    on("clean", () => this.choose("clean"));
    on("clear", () => this.clear());
    this.choose("noise");
  }

  take(data) {
    this.frames = data.frames.getChildAt(0).toArray();
    if (data.revision !== this.revision && !this.rubbing) {
      this.revision = data.revision;
      this.mask = readMask(data.mask);
      this.sent = data.mask;
    }
    this.show();
  }

  choose(tool) {
    this.box.dataset.tool = tool;
    for (const name of ["noise", "clean"])
      this.root.querySelector(`[data-do=${name}]`).ariaPressed = String(name === tool);
  }

  start(event) {
    if (event.button > 0) return;
    event.preventDefault();
    this.rubbing = true;
    this.canvas.setPointerCapture(event.pointerId);
    this.last = this.at(event);
    this.rub(this.last);
  }

  move(event) {
    if (!this.rubbing) return;
    const to = this.at(event), from = this.last;
    const steps = Math.max(1, Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1])));
    for (let i = 1; i <= steps; i++)
      this.rub(from.map((v, k) => v + ((to[k] - v) * i) / steps));
    this.last = to;
  }

  finish() {
    if (!this.rubbing) return;
    this.rubbing = false;
    this.changed(true);
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const on = (v, size) => (v / size) * SIDE;
    return [on(event.clientX - box.left, box.width), on(event.clientY - box.top, box.height)];
  }

  rub([x, y]) {
    const value = this.box.dataset.tool === "noise" ? 1 : 0;
    for (let row = 0; row < SIDE; row++)
      for (let column = 0; column < SIDE; column++)
        if (Math.hypot(column + 0.5 - x, row + 0.5 - y) <= RADIUS)
          this.mask[row * SIDE + column] = value;
    this.changed();
  }

  clear() {
    this.mask.fill(0);
    this.choose("noise");
    this.changed(true);
  }

  changed(atOnce = false) {
    this.show();
    this.pace.changed(atOnce);
  }

  send(done) {
    const text = writeMask(this.mask);
    if (text !== this.sent || done) this.tell((this.sent = text), done);
  }

  show() {
    const size = SIDE * SIDE;
    for (let i = 0; i < size; i++)
      this.picture[i] = this.frames[this.mask[i] ? size + i : i] / 255;
    this.paint(this.picture, getComputedStyle(this.canvas).color);
    this.box.dataset.state = this.mask.some((v) => v) ? "rubbed" : "clean";
  }

  remove() {
    this.pace.stop();
    brushes.delete(this.root);
  }
}

/** 784 bits as base64url without padding, and back; "" for none: see aecore/brush.py. */
function writeMask(mask) {
  if (!mask.some((v) => v)) return "";
  const bytes = new Uint8Array(mask.length / 8);
  mask.forEach((bit, i) => (bytes[i >> 3] |= bit << (7 - (i & 7))));
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function readMask(text) {
  const raw = atob((text || "").replaceAll("-", "+").replaceAll("_", "/"));
  const bit = (_, i) => (raw ? (raw.charCodeAt(i >> 3) >> (7 - (i & 7))) & 1 : 0);
  return Uint8Array.from({ length: SIDE * SIDE }, bit);
}
