// The time machine: a film (film.js) scrubbed and played here, without a word to the server.
// film.js, curves.js, pictures.js, and two parts of others, ink.js and points.js, stand above.

const STILLS_A_SECOND = 4; // played at speed 1
const ACROSS = 10; // digits in a row
const GLIDES = 30; // milliseconds a frame of the map's gliding: the training needs the processor
const machines = new WeakMap(); // by parent element: the default export runs again on any change

export default function ({ data, parentElement, setTriggerValue }) {
  let machine = machines.get(parentElement);
  if (!machine) machines.set(parentElement, (machine = new Machine(parentElement)));
  machine.ask = (id) => setTriggerValue("missing", id);
  machine.take(data);
  return () => machine.remove();
}

class Machine {
  constructor(root) {
    this.root = root.querySelector(".machine");
    this.curves = new Map();
    this.at = this.end = 0; // where we are and where the film ends, in stills
    this.playing = false;
    this.cloud = new Cloud(this.$(".map"));
    this.range = this.$("input");
    this.range.oninput = () => this.goTo(Number(this.range.value));
    this.$("[data-do=play]").onclick = () => this.play(!this.playing);
    this.root.onkeydown = (event) => this.press(event);
    this.watcher = new ResizeObserver(() => this.draw());
    this.watcher.observe(this.root);
  }

  $(selector) {
    return this.root.querySelector(selector);
  }

  /** A message of Python's. */
  take(bytes) {
    const film = takeMessage(bytes);
    if (film.gap) return this.ask(film.header.id);
    const another = film.header.scene !== this.film?.header.scene;
    const atEnd = this.at >= this.end - 0.01; // of the film as it was before this message
    this.film = film;
    this.end = this.last;
    if (another) this.begin();
    else if (atEnd && !this.playing) this.at = this.last;
    this.at = Math.min(this.at, this.last);
    this.prepare();
    this.draw();
  }

  get last() {
    return Math.max(this.film.stills.length - 1, 0);
  }

  /** Another training on the stage: at its end, where it trains or has trained to. */
  begin() {
    this.play(false);
    this.at = this.last;
    this.cloud.view = this.cloud.places = null;
    this.curves.clear();
    this.$(".curves").replaceChildren();
  }

  /** Everything that a new message may change but the moment shown. */
  prepare() {
    const { header } = this.film;
    this.root.dataset.stills = this.film.stills.length ? "some" : "none";
    Object.assign(this.root.dataset, { scene: header.scene, rows: this.film.rows.length });
    this.range.max = this.last;
    this.$(".drawn").hidden = !header.samples;
    this.$(".about-map").textContent = `Map of ${header.points} test images' codes`;
    for (const name of header.names) {
      if (this.curves.has(name)) continue;
      const scrub = (step) => this.film.stills.length && this.goTo(placeOfStep(this.film, step));
      this.curves.set(name, new Curve(name, scrub));
    }
    const figures = header.names.map((name) => this.curves.get(name).figure);
    if (figures.some((figure, i) => figure !== this.$(".curves").children[i]))
      this.$(".curves").replaceChildren(...figures);
    this.colours = this.theme();
    if (this.film.labels) this.cloud.colour(this.film.labels, this.colours.digits.map(rgbOf));
    const seen = [...new Set(this.film.labels)].sort((a, b) => a - b);
    const legend = seen.map((label) => {
      const item = document.createElement("span");
      item.textContent = header.classes[label] ?? label;
      item.style.setProperty("--colour", this.colours.digits[label]);
      return item;
    });
    this.$(".legend").replaceChildren(...legend, header.mapping);
    if (this.film.probes)
      paintDigits(this.$(".originals"), this.film.probes, ACROSS, this.colours.rgb);
  }

  theme() {
    const style = getComputedStyle(this.root);
    const named = (name) => style.getPropertyValue(name).trim();
    return {
      ink: style.color,
      rgb: rgbOf(style.color),
      font: style.fontFamily,
      line: named("--st-border-color"),
      accent: named("--st-primary-color"),
      quiet: `color-mix(in srgb, ${style.color} 55%, transparent)`,
      mark: named("--st-orange-text-color") || style.color,
      digits: named("--st-chart-categorical-colors").split(","),
    };
  }

  goTo(at) {
    this.play(false);
    this.at = Math.max(0, Math.min(at, this.last));
    this.draw();
  }

  play(on) {
    if (on && this.at >= this.last) this.at = 0;
    this.playing = on;
    this.root.dataset.playing = on;
    this.$("[data-do=play]").setAttribute("aria-label", on ? "Pause" : "Play");
    this.before = performance.now();
    if (on) this.draw();
  }

  press(event) {
    const keys = {
      " ": () => this.play(!this.playing),
      ArrowLeft: () => this.goTo(Math.ceil(this.at) - 1),
      ArrowRight: () => this.goTo(Math.floor(this.at) + 1),
      Home: () => this.goTo(0),
      End: () => this.goTo(this.last),
    };
    const onButton = event.key === " " && event.target.closest("button, select");
    if (!keys[event.key] || onButton || event.target.closest("select")) return;
    event.preventDefault();
    keys[event.key]();
  }

  draw() {
    this.fresh = true;
    this.next();
  }

  next() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame((time) => this.paint(time));
  }

  /** All of it, or only the map where nothing else has changed since the last frame. */
  paint(time) {
    if (!this.film || !this.root.clientWidth) return;
    if (this.playing) this.advance(time);
    else if (!this.fresh && time - this.painted < GLIDES) return this.next();
    this.painted = time;
    if (this.fresh) this.paintAll();
    else this.paintMap(moment(this.film, this.at).places);
    this.fresh = false;
    if (this.playing || this.gliding) this.next();
  }

  advance(time) {
    const speed = STILLS_A_SECOND * Number(this.$("select").value);
    this.at = Math.min(this.at + ((time - this.before) / 1000) * speed, this.last);
    this.at = Math.max(this.at, 0);
    this.before = time;
    this.fresh = true;
    if (this.at >= this.last) this.play(false);
  }

  paintAll() {
    const shown = this.film.stills.length ? this.paintMoment() : { step: this.film.header.steps };
    for (const curve of this.curves.values()) curve.paint(this.film, shown.step, this.colours);
  }

  paintMoment() {
    const { header } = this.film;
    const shown = moment(this.film, this.at);
    const paint = (name) => paintDigits(this.$(`.${name}`), shown[name], ACROSS, this.colours.rgb);
    paint("reconstructions");
    if (header.samples) paint("samples");
    this.paintMap(shown.places);
    this.range.value = this.at;
    const epochs = (shown.step / header.stepsPerEpoch).toFixed(2);
    const step = Math.round(shown.step).toLocaleString("en");
    this.$("output").textContent = `epoch ${epochs} · step ${step}`;
    this.range.setAttribute("aria-valuetext", `epoch ${epochs}`);
    this.root.dataset.step = Math.round(shown.step);
    return shown;
  }

  /** The map glides: to where the points are now, and to a view that holds them. */
  paintMap(places) {
    const atOnce = STILLED.matches || this.playing || this.at < this.last;
    const arrived = this.cloud.follow(places, atOnce);
    this.gliding = !this.cloud.look(places, STILLED.matches) || !arrived;
    this.cloud.paint();
  }

  remove() {
    cancelAnimationFrame(this.frame);
    this.watcher.disconnect();
    machines.delete(this.root.parentElement);
  }
}

const STILLED = matchMedia("(prefers-reduced-motion: reduce)");
