// The latent pad: drag coordinates (or paint codes) and see the picture change at once, because
// the decoder runs here. Python hears of it on release. The files above this one bring the parts.

const MORPH = 260; // milliseconds that a jump takes
const MOST_DOTS = 300; // draws from the posterior that stay on the chart
const MARGIN = 0.04; // by which a range grows beyond a place outside it

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
      told: (y) => this.tellClass(y),
    };
    this.plane = new Plane(root, hands);
    this.sliders = new Sliders(root, hands);
    this.grid = new Grid(root, hands);
    this.classes = new Classes(root, hands);
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
    this.grid.repaint(this.ink);
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
    this.lab.dataset.kind = this.discrete ? "codes" : "vector";
    if (this.discrete) this.grid.build(model, this.decode);
    else {
      const points = drawCloud(model.means, model.logvars);
      this.cloud = { points, labels: model.labels, size: model.plan.input.latent_dim };
      this.plane.offer(data.coordinates, data.unit);
      this.sliders.build(data.coordinates, data.unit);
    }
    this.classes.build(model.plan.input.classes ?? 0);
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
    this.sent = null;
    this.chosen = data.real === null ? drawnDigit(data) : realDigit(this.model, data.real);
    this.z = this.discrete ? readCodes(data.z) : readVector(data.z);
    this.y = data.y;
    this.axes = data.axes;
    cancelAnimationFrame(this.morphing);
    this.frame(); // the first picture is slow: the browser compiles the decoder
    this.lab.dataset.state = "ready";
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

  /** One coordinate as the chosen digit has it. */
  back(i) {
    if (this.chosen) this.moved([i, this.chosen.mean[i]]);
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

  drawing = () => this.choose(drawnDigit(this.data));

  real() {
    this.choose(realDigit(this.model, Math.floor(Math.random() * this.model.labels.length)));
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
    this.classes.show(this.y, (y) => this.decode(this.z, y), this.ink);
    if (this.discrete) this.grid.show(this.z);
    else {
      this.sliders.show(this.z, which);
      this.plane.show(this.view());
    }
    this.say();
  }

  say() {
    const away = this.chosen ? awayFrom(this.chosen, this.z) : "";
    const words = [this.chosen?.name, away].filter(Boolean).join(", ");
    const about = this.root.querySelector(".about");
    if (about.textContent !== words) about.textContent = words;
    this.button("reset").disabled = !away;
  }

  button = (name) => this.root.querySelector(`[data-do=${name}]`);

  /** Copies the address, which Python keeps up to date with every release. */
  async share(button) {
    const copied = await copyText(location.href);
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
