// The latent pad: drag coordinates (or paint codes) and see the picture change at once, because
// the decoder runs here. Python hears of it on release. The files above this one bring the parts.

const MORPH = 260; // milliseconds that a jump takes
const MOST_DOTS = 300; // draws from the posterior that stay on the chart
const MARGIN = 0.04; // by which a range grows beyond a place that lies outside it

const pads = new WeakMap(); // by parent element: the default export runs again on any change

export default function ({ data, parentElement, setStateValue }) {
  let pad = pads.get(parentElement);
  if (!pad) pads.set(parentElement, (pad = new LatentPad(parentElement)));
  pad.tell = (place) => setStateValue("place", place);
  pad.take(data);
  return () => pad.remove();
}

class LatentPad {
  constructor(root) {
    this.root = root;
    this.lab = root.querySelector(".lab");
    this.paint = painterOf(root.querySelector(".picture"));
    this.dots = [];
    const hands = {
      moved: (...changes) => this.moved(changes),
      released: () => this.release(),
      turned: (axes) => this.turn(axes),
      back: (i) => this.back(i),
      painted: (cell, code) => this.painted(cell, code),
      hovered: (cell) => this.spot(cell),
    };
    this.plane = new Plane(root, hands);
    this.sliders = new Sliders(root, hands);
    this.grid = new Grid(root, hands);
    for (const button of root.querySelectorAll("[data-do]")) {
      button.onclick = () => this[button.dataset.do](button);
    }
    this.watcher = new ResizeObserver(() => this.plane.paint());
    this.watcher.observe(root.querySelector(".map"));
  }

  /** Python's side. A place that it names is taken if its revision is new to us. */
  take(data) {
    const other = data.digest !== this.data?.digest, moved = data.revision !== this.data?.revision;
    this.data = data;
    this.ink = getComputedStyle(this.lab).color;
    this.plane.forgetColours();
    if (!other && !moved && this.decode) return this.frame();
    whenThere(data.digest, (model) => {
      if (data.digest !== this.data.digest) return; // another model was chosen meanwhile
      if (other || !this.decode) this.attach(model);
      this.start();
    });
  }

  attach(model) {
    const { data } = this;
    this.model = model;
    this.decode = load(model.plan, model.weights);
    this.discrete = model.plan.input.kind === "codes";
    this.sent = null;
    this.lab.dataset.kind = this.discrete ? "codes" : "vector";
    if (this.discrete) {
      const counts = Array.from({ length: model.plan.input.codes }, () => 0);
      for (const code of model.grids) counts[code]++;
      this.grid.build(model.plan.input.grid, counts, (canvas, code) => this.portrait(canvas, code));
    } else {
      const points = drawCloud(model.means, model.logvars);
      this.cloud = { points, labels: model.labels, size: model.plan.input.latent_dim };
      this.plane.offer(data.coordinates, data.unit);
      this.sliders.build(data.coordinates, data.unit);
    }
    this.offerClasses(model.plan.input.classes ?? 0);
    const offered = {
      drawing: data.drawing,
      real: model.labels.length,
      prior: data.samples && (!this.discrete || model.drawn.length),
      resample: data.posterior,
    };
    for (const [name, there] of Object.entries(offered)) this.button(name).hidden = !there;
  }

  /** Where Python says we are: the chosen digit, the place, the class, the axes. */
  start() {
    const { data } = this;
    this.dots = [];
    this.chosen = data.real === null ? this.asDrawn() : this.asReal(data.real);
    this.z = this.discrete ? readCodes(data.z) : readVector(data.z);
    this.y = data.y;
    this.axes = data.axes;
    cancelAnimationFrame(this.morphing);
    this.decode(this.z, this.y ?? 0); // the first call is slow: the browser compiles it
    this.frame();
    this.lab.dataset.state = "ready";
  }

  asDrawn() {
    const { drawing } = this.data;
    if (!drawing) return null;
    const mean = this.discrete ? readCodes(drawing.z) : readVector(drawing.z);
    return { name: drawing.name, real: null, mean, sigma: drawing.sigma, y: drawing.y };
  }

  asReal(n) {
    const { model } = this, label = model.labels[n];
    const name = `training digit ${n + 1}, a ${label}`;
    const y = this.data.conditional ? label : null;
    if (this.discrete) {
      const cells = model.plan.input.grid[0] * model.plan.input.grid[1];
      const mean = Int32Array.from(model.grids.subarray(n * cells, (n + 1) * cells));
      return { name, real: n, mean, y };
    }
    const { size } = this.cloud, part = (all) => all.subarray(n * size, (n + 1) * size);
    const sigma = model.logvars.length ? part(model.logvars).map((v) => Math.exp(v / 2)) : null;
    return { name, real: n, mean: part(model.means).slice(), sigma, y };
  }

  // ---- by hand: nothing is sent until the release ----

  moved(changes) {
    cancelAnimationFrame(this.morphing);
    const which = [];
    for (let k = 0; k < changes.length; k += 2) {
      this.z[changes[k]] = roundHalf(changes[k + 1]);
      which.push(changes[k]);
    }
    this.draw(which);
  }

  painted(cell, code) {
    if (this.z[cell] === code) return;
    this.z[cell] = code;
    this.draw();
  }

  /** One coordinate back to where the chosen digit has it. */
  back(i) {
    if (!this.chosen) return;
    this.moved([i, this.chosen.mean[i]]);
    this.release();
  }

  turn(axes) {
    this.axes = axes;
    this.plane.show(this.view());
    this.release();
  }

  tellClass(y) {
    this.y = y;
    this.draw();
    this.release();
  }

  release() {
    const { z, y, axes, discrete, chosen } = this;
    const text = discrete ? codesText(z) : vectorText(z);
    const place = { z: text, y, axes, real: chosen?.real ?? null, digest: this.data.digest };
    const sent = JSON.stringify(place);
    if (sent !== this.sent) this.tell(place);
    this.sent = sent;
  }

  // ---- jumps ----

  reset() {
    if (this.chosen) this.jump(this.chosen.mean, this.chosen.y);
  }

  drawing() {
    this.choose(this.asDrawn());
  }

  real() {
    this.choose(this.asReal(Math.floor(Math.random() * this.model.labels.length)));
  }

  prior() {
    if (!this.discrete) return this.jump(this.z.map(gaussian), this.y);
    const cells = this.z.length, n = Math.floor((Math.random() * this.model.drawn.length) / cells);
    this.jump(Int32Array.from(this.model.drawn.subarray(n * cells, (n + 1) * cells)), this.y);
  }

  resample() {
    if (!this.chosen?.sigma) return;
    const drawn = this.chosen.mean.map((mean, i) => mean + this.chosen.sigma[i] * gaussian());
    this.dots = [...this.dots, drawn].slice(-MOST_DOTS);
    this.jump(drawn, this.chosen.y);
  }

  choose(chosen) {
    this.chosen = chosen;
    this.dots = [];
    this.jump(chosen.mean, chosen.y);
  }

  /** Glides to a place, so that one sees what changes on the way. */
  jump(target, y) {
    cancelAnimationFrame(this.morphing);
    if (y !== null && y !== undefined) this.y = y;
    const from = this.z.slice(), to = this.discrete ? target : target.map(roundHalf);
    const still = this.discrete || matchMedia("(prefers-reduced-motion: reduce)").matches;
    const started = performance.now();
    const step = (now) => {
      const t = still ? 1 : Math.min(1, Math.max(0, now - started) / MORPH);
      const eased = t * t * (3 - 2 * t);
      this.z = t < 1 ? from.map((v, i) => v + eased * (to[i] - v)) : to.slice();
      if (t < 1) this.morphing = requestAnimationFrame(step);
      this.draw();
      if (t === 1) this.frame();
    };
    this.z = to.slice();
    this.frame(); // ranges that hold the target, before anything moves
    this.release();
    this.z = from;
    step(started);
  }

  // ---- on the screen ----

  /** What changes with a chosen digit or the theme, and then all the rest. */
  frame() {
    if (!this.discrete) {
      this.reach = this.data.coordinates.reduce((reach, { index, low, high }) => {
        const all = [this.z[index], ...(this.chosen ? [this.chosen.mean[index]] : [])];
        const edge = MARGIN * (high - low);
        const least = Math.min(...all), most = Math.max(...all);
        reach[index] = [least < low ? least - edge : low, most > high ? most + edge : high];
        return reach;
      }, []);
      this.sliders.frame(this.view());
    }
    this.draw();
  }

  view() {
    const { axes, reach, z, chosen, dots, cloud } = this;
    return { axes, reach, z, chosen, dots, cloud };
  }

  draw(which) {
    this.paint(this.decode(this.z, this.y ?? 0), this.ink);
    this.strip?.forEach(({ paint, button }, y) => {
      paint(this.decode(this.z, y), this.ink);
      button.setAttribute("aria-checked", y === this.y);
    });
    if (this.discrete) this.grid.show(this.z);
    else {
      this.sliders.show(this.z, which);
      this.plane.show(this.view());
    }
    this.say();
  }

  say() {
    const { chosen, z } = this;
    const far = !chosen ? 0 : this.discrete
      ? z.reduce((n, code, i) => n + (code !== chosen.mean[i]), 0)
      : Math.hypot(...z.map((v, i) => v - chosen.mean[i]));
    const away = this.discrete ? `${far} of ${z.length} codes changed` : `moved by ${far.toFixed(2)}`;
    const near = this.discrete ? far === 0 : far < 0.005;
    const words = chosen ? `${chosen.name}${near ? "" : `, ${away}`}` : "";
    const about = this.root.querySelector(".about");
    if (about.textContent !== words) about.textContent = words;
    this.button("reset").disabled = !chosen || near;
  }

  /** The ten classes as buttons, each with what the same coordinates give under it. */
  offerClasses(count) {
    const box = this.root.querySelector(".classes");
    this.strip = Array.from({ length: count }, (_, y) => {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("role", "radio");
      button.setAttribute("aria-label", `told that it is a ${y}`);
      button.onclick = () => this.tellClass(y);
      const canvas = document.createElement("canvas");
      button.append(canvas, String(y));
      return { button, paint: painterOf(canvas) };
    });
    box.replaceChildren(...this.strip.map(({ button }) => button));
    box.hidden = !count;
  }

  /** A code's own picture: the middle of what a grid full of it decodes to. */
  portrait(canvas, code) {
    const [height, width] = this.model.plan.input.grid;
    const picture = this.decode(new Int32Array(height * width).fill(code));
    const patch = new Float32Array(SIDE * SIDE), start = (SIDE - PATCH) / 2;
    const zoom = SIDE / PATCH;
    for (let k = 0; k < patch.length; k++) {
      const row = start + Math.floor(Math.floor(k / SIDE) / zoom);
      patch[k] = picture[row * SIDE + start + Math.floor((k % SIDE) / zoom)];
    }
    painterOf(canvas)(patch, this.ink);
  }

  /** Where a cell of the grid lies on the picture. */
  spot(cell) {
    const spot = this.root.querySelector(".spot");
    spot.hidden = cell === null;
    if (cell === null) return;
    const [height, width] = this.model.plan.input.grid;
    Object.assign(spot.style, {
      left: `${(100 * (cell % width)) / width}%`,
      top: `${(100 * Math.floor(cell / width)) / height}%`,
      width: `${100 / width}%`,
      height: `${100 / height}%`,
    });
  }

  button(name) {
    return this.root.querySelector(`[data-do=${name}]`);
  }

  /** Copies the address, which Python keeps up to date with every release. */
  async share(button) {
    const copied = await copy(location.href);
    button.textContent = copied ? "Copied" : "Copy the address bar";
    setTimeout(() => (button.textContent = "Copy link"), 1600);
  }

  remove() {
    cancelAnimationFrame(this.morphing);
    clearTimeout(this.grid.timer);
    this.watcher.disconnect();
    pads.delete(this.root);
  }
}

/** Puts a text on the clipboard; the old way too, for pages that aren't served over https. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
