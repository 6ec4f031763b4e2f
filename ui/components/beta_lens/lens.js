// The lens: one slider over beta, and all that changes with it. The decoders run here, so that
// nothing is asked of the server while the slider moves; on release Python hears where it stands.
// The files above this one bring the parts.

const SLICE = 12; // milliseconds of drawing ahead, then the browser may breathe

const lenses = new WeakMap(); // by parent element: the default export runs again on any change

export default function ({ data, parentElement, setStateValue }) {
  let lens = lenses.get(parentElement);
  if (!lens) lenses.set(parentElement, (lens = new Lens(parentElement)));
  lens.tell = (place) => setStateValue("place", place);
  lens.take(data);
  return () => lens.remove();
}

class Lens {
  constructor(root) {
    this.root = root;
    this.lab = root.querySelector(".lens");
    this.slider = root.querySelector("input");
    this.off = new Set();
    this.seed = 1;
    this.digit = 0;
    this.drawn = new Map();
    const choose = (id) => this.choose(id);
    this.plane = new RatePlane(root.querySelector("[data-chart=plane]"), choose);
    this.units = new Units(root.querySelector(".rows"), { switched: (i) => this.switch(i) });
    this.bars = new AllBars(root.querySelector(".bars"), choose);
    this.scores = new Scores(root.querySelector(".scores"));
    this.columns = new Columns(root, (n, id) => this.pickColumn(n, id));
    this.slider.oninput = () => this.show(this.stops[this.slider.value].id);
    this.slider.onchange = () => this.release();
    root.querySelector(".again").onclick = () => this.otherNoise();
    this.listener = () => this.arrived();
    store.listeners.add(this.listener);
  }

  /** Python's side. Where it says we are is taken if its revision is new to us. */
  take(data) {
    const first = !this.data, other = data.scene !== this.data?.scene;
    const moved = first || other || data.revision !== this.data.revision;
    if (other) this.drawn.clear();
    this.data = data;
    this.ink = getComputedStyle(this.lab).color;
    this.entries = new Map(data.entries.map((entry) => [entry.id, entry]));
    for (const [id, drawn] of this.drawn) {
      const entry = this.entries.get(id);
      if (!entry || entry.stamp !== drawn.entry.stamp) this.drawn.delete(id);
    }
    this.stops = data.entries.filter(({ stop }) => stop);
    if (moved || !this.entries.has(this.at)) this.at = data.at;
    if (moved) this.picked = data.columns.slice();
    this.digit = Math.min(this.digit, data.count - 1);
    this.build();
    this.show(this.at);
    this.later();
  }

  build() {
    const { data } = this;
    this.root.querySelector(".scale").hidden = this.stops.length < 2;
    this.slider.max = Math.max(this.stops.length - 1, 1);
    this.root.querySelector(".stops").replaceChildren(
      ...this.stops.map(({ beta }) => element("span", "", String(beta))),
    );
    const bytes = data.images?.getChildAt(0)?.toArray() ?? new Uint8Array();
    const size = SIDE * SIDE;
    this.images = Array.from({ length: data.count }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
    this.sheets = {
      originals: this.sheet("originals", data.count),
      rebuilt: this.sheet("rebuilt", data.count),
      samples: this.sheet("samples", SAMPLES / 2, 2),
    };
    this.sheets.originals.paint(this.images, this.ink);
    this.root.querySelector(".factors").hidden = !data.factors.length;
    this.plane.build(data, this.at);
    // While a run trains data come every second: lists that somebody may have open stay.
    const kept = JSON.stringify([data.scene, this.picked, data.entries.map(({ id, stamp }) => [id, stamp])]);
    if (kept === this.kept) return;
    this.kept = kept;
    this.bars.build(data.entries);
    this.columns.build(data.entries, this.picked);
    this.built = null;
  }

  sheet(name, columns, rows) {
    const canvas = this.root.querySelector(`.sheet.${name}`);
    const sheet = new Sheet(canvas, columns, rows);
    if (name !== "samples") canvas.onclick = (event) => this.walkFrom(sheet.under(event));
    return sheet;
  }

  drawnOf(entry) {
    if (!this.drawn.has(entry.id)) {
      const model = store.models.get(entry.digest);
      if (!model || !entry.codes.length) return null;
      this.drawn.set(entry.id, new Drawn(entry, model));
    }
    return this.drawn.get(entry.id);
  }

  arrived() {
    if (!this.data) return;
    this.show(this.at);
    this.later();
  }

  // ---- by hand ----

  choose(id) {
    this.show(id);
    this.release();
  }

  switch(i) {
    if (!this.off.delete(i)) this.off.add(i);
    this.paintPictures();
    this.units.showOff(this.off);
  }

  otherNoise() {
    this.seed += 1;
    this.paintPictures();
    this.columns.paint((entry) => this.drawnOf(entry), this.seed, this.ink);
    this.later();
  }

  walkFrom(digit) {
    this.digit = Math.max(0, Math.min(digit, this.data.count - 1));
    this.paintRest();
    this.later();
  }

  /** Another entry in column n; one that stands in another column changes places with it. */
  pickColumn(n, id) {
    const other = this.picked.indexOf(id);
    if (other >= 0) this.picked[other] = this.picked[n];
    this.picked[n] = id;
    this.columns.build(this.data.entries, this.picked);
    this.columns.paint((entry) => this.drawnOf(entry), this.seed, this.ink);
    this.release();
  }

  release() {
    const place = { at: this.at, columns: this.picked };
    const sent = JSON.stringify(place);
    if (sent !== this.sent) this.tell(place);
    this.sent = sent;
  }

  // ---- on the screen ----

  /** All that changes with beta: the pictures at once, the rest once they are on the screen. */
  show(id) {
    const entry = this.entries.get(id);
    if (!entry) return;
    if (id !== this.at) this.off.clear();
    this.at = id;
    const stop = this.stops.indexOf(entry);
    if (stop >= 0) this.slider.value = stop;
    this.lab.dataset.own = !entry.stop;
    this.root.querySelector("output").textContent = entry.beta;
    this.slider.setAttribute("aria-valuetext", `β = ${entry.beta}`);
    this.root.querySelector(".figures").textContent = figuresOf(entry);
    [...this.root.querySelector(".stops").children].forEach((mark, n) => mark.classList.toggle("here", n === stop));
    this.paintPictures();
    this.plane.show(id);
    this.bars.show(id);
    cancelAnimationFrame(this.waiting);
    clearTimeout(this.resting);
    this.waiting = requestAnimationFrame(() => (this.resting = setTimeout(() => this.paintRest())));
  }

  paintPictures() {
    const entry = this.entries.get(this.at), drawn = this.drawnOf(entry);
    if (!drawn) return;
    const rebuilt = drawn.rebuilt(this.off);
    this.sheets.rebuilt.paint(rebuilt, this.ink);
    this.sheets.samples.paint(drawn.samples(this.seed), this.ink);
    this.lab.dataset.state = "ready";
    this.sayLoss(drawn, rebuilt);
  }

  sayLoss(drawn, rebuilt) {
    const before = (drawn.cost ??= Drawn.nats(this.images, drawn.rebuilt(new Set())));
    const after = this.off.size ? Drawn.nats(this.images, rebuilt) : before;
    const names = [...this.off].map((i) => `z${i + 1}`).join(", ");
    const words = this.off.size
      ? `without ${names}: ${after.toFixed(0)} nats an image instead of ${before.toFixed(0)}`
      : `as they come back: ${before.toFixed(0)} nats an image`;
    this.root.querySelector(".loss").textContent = words;
  }

  /** Rows of coordinates, the matrix, the scores: after the frame with the pictures. */
  paintRest() {
    const { data } = this, entry = this.entries.get(this.at);
    if (this.built !== this.at) {
      this.built = this.at;
      this.units.build(entry, data.factors);
      if (data.factors.length) {
        paintMatrix(this.root.querySelector(".matrix"), entry, data.factors);
        this.scores.show(data.scores, this.at);
      }
    }
    this.units.showOff(this.off);
    const drawn = this.drawnOf(entry);
    if (!drawn) return;
    this.root.querySelector(".base").textContent = `walking from ${data.names[this.digit]}; click another one above`;
    this.units.paint(drawn, this.digit, this.ink, false);
    this.later();
  }

  /** Draws what will be asked for next, a slice at a time: what is shown first, then the rest. */
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const until = performance.now() + SLICE;
      const now = this.entries.get(this.at);
      const rest = [...this.entries.values()].filter((entry) => entry !== now);
      for (const entry of [now, ...rest]) {
        const drawn = entry && this.drawnOf(entry);
        while (drawn?.ahead(this.seed, this.digit)) {
          if (performance.now() < until) continue;
          if (entry === now && this.built === this.at) this.units.paint(drawn, this.digit, this.ink, false);
          return this.later();
        }
        if (drawn && entry === now && this.built === this.at) this.units.paint(drawn, this.digit, this.ink, false);
      }
      this.columns.paint((entry) => this.drawnOf(entry), this.seed, this.ink);
      this.lab.dataset.ahead = "done";
    });
  }

  remove() {
    clearTimeout(this.timer);
    clearTimeout(this.resting);
    cancelAnimationFrame(this.waiting);
    this.plane.watcher.disconnect();
    store.listeners.delete(this.listener);
    lenses.delete(this.root);
  }
}
