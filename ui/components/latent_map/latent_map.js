// The latent map: Plotly's axes and tools, a layer of points, and over it digits, rings, links and
// the drawing.
// Python sends what the page is about; the tables it names come by courier. Nothing is sent back
// before a lasso is closed or a point is pressed. The files above this one bring the parts.

const MORPH = 1100; // milliseconds
const maps = new WeakMap(); // by parent element: the default export runs again on any change

export default function ({ data, parentElement, setStateValue }) {
  let map = maps.get(parentElement);
  if (!map) maps.set(parentElement, (map = new LatentMap(parentElement)));
  map.tell = setStateValue;
  map.take(data);
  return () => map.remove();
}

class LatentMap {
  constructor(parent) {
    this.parent = parent;
    this.root = parent.querySelector(".bn-map");
    this.root.latentMap = this; // for whoever looks at the page from outside: tests, benchmarks
    this.stage = this.$(".bn-map-stage");
    this.plot = this.$(".bn-map-plot");
    this.hidden = new Set();
    this.points = new Points(this.$(".bn-map-points"));
    this.overlay = new Overlay(this.$(".bn-map-over"));
    this.pictures = new Pictures(() => this.arrived());
    this.card = new Card(this.root, this.pictures);
    this.legend = new Legend(this.root, {
      hide: (labels) => this.hide(labels),
      seek: (i) => this.pointer.seek(i),
    });
    this.reel = new Reel(this.root, { go: (at) => this.goTo(at) });
    this.panel = new Panel(this.root, this.pictures, {
      clear: () => this.picking.pick(null),
      mark: (i) => this.pointer.mark(i),
    });
    this.pointer = new Pointer(this);
    this.picking = new Picking(this);
    this.stopHearing = onNews(() => this.hear());
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(this.stage);
  }

  $ = (selector) => this.root.querySelector(selector);

  // ---- what Python says ----

  take(data) {
    this.data = data;
    this.theme = themeOf(this.root);
    this.stopWaiting?.();
    this.stopWaiting = whenTables([data.points, data.places, data.colour?.digest], () =>
      loadPlotly(data.plotly).then(
        (Plotly) => data === this.data && this.ready(Plotly),
        (error) => (this.$(".bn-map-wait").textContent = `${error.message}.`),
      ),
    );
  }

  ready(Plotly) {
    const { data } = this, before = this.cloud, points = tableOf(data.points);
    this.Plotly = Plotly;
    const others = data.points !== this.pointsId, moved = others || data.places !== this.placesId;
    if (others) this.forget();
    if (moved) this.cloud = new Cloud(points.labels, tableOf(data.places));
    [this.pointsId, this.placesId] = [data.points, data.places];
    const colour = data.colour && tableOf(data.colour.digest);
    this.colour = colour ? { ...data.colour, values: colour.values } : null;
    this.pictures.take(data, points.labels);
    this.reel.take(data.moments, data.scene);
    if (moved && this.cloud.frames > 1) this.cloud.go(this.reel.at);
    this.picking.restore();
    this.draw(moved && !others && before);
    this.panel.again(this.view, true);
    this.root.dataset.state = "ready";
    this.hear();
    Object.assign(this.root.dataset, { scene: data.scene, points: this.cloud.size });
  }

  /** The drawing stands elsewhere, or Python has answered to a lasso. */
  hear() {
    if (this.root.dataset.state !== "ready") return;
    if (this.cloud.dims === 2) this.paint();
    else this.draw();
    this.picking.hear();
  }

  /** Where the drawing stands on this very map. */
  get drawing() {
    const { drawing } = shelf.news;
    return drawing?.map === this.data.places ? drawing : null;
  }

  /** Other points: what was known of the last ones is of no use. */
  forget() {
    this.hidden = new Set();
    this.pointer.forget();
    this.picking.pick(null);
  }

  get view() {
    const { cloud, colour, hidden, picking, theme, data, drawing } = this;
    const { scene, axes, classes, words } = data;
    return { cloud, colour, hidden, picked: picking.mask, theme, scene, axes, drawing, classes, words };
  }

  // ---- the figure ----

  /** Has Plotly draw what has changed; from where the points were, if they have only moved. */
  draw(before) {
    const { data, cloud, hidden } = this, flat = cloud.dims === 2;
    const in3d = flat ? null : this.drawing;
    const picked = flat && this.picking.id;
    const look = [data.places, data.colour, this.theme.key, [...hidden], picked, in3d];
    const key = JSON.stringify(look);
    if (key === this.drawnAs) return this.paint();
    this.drawnAs = key;
    const morphs = before?.dims === 2 && flat && before.size === cloud.size && !STILLED.matches;
    const from = morphs && cloud.frames === before.frames ? this.overlay.pixels(before) : null;
    const figure = [traces(this.view), layout(this.view), CONFIGS[cloud.dims]];
    if (this.plotted === cloud.dims) this.Plotly.react(this.plot, ...figure);
    else this.begin(figure);
    this.legend.show(this.view);
    if (flat) {
      this.points.paint(shades(this.view));
      if (from) this.morph(from);
      else if (!this.moving) this.points.place(cloud.at);
    }
    this.paint();
  }

  begin(figure) {
    if (this.plotted) this.Plotly.purge(this.plot);
    this.Plotly.newPlot(this.plot, ...figure);
    this.plotted = this.cloud.dims;
    this.stage.dataset.dims = this.plotted;
    this.resize();
    const on = (name, action) => this.plot.on(`plotly_${name}`, action);
    for (const name of ["relayouting", "relayout", "afterplot"]) on(name, () => this.paint());
    on("selected", (event) => this.picking.boxed(event));
    on("deselect", () => this.picking.pick(null));
    on("hover", (event) => this.pointer.hover3d(event));
    on("unhover", () => this.pointer.leave());
  }

  /** The points go to their new places, from where they were on the screen. */
  morph(from) {
    cancelAnimationFrame(this.morphing);
    this.overlay.measure(this.plot);
    this.points.place(this.overlay.pixels(this.cloud), from);
    const started = performance.now();
    const step = (now) => {
      const t = Math.min(1, Math.max(0, now - started) / MORPH);
      this.moving = t < 1 ? { share: t * t * (3 - 2 * t) } : null;
      if (t === 1) this.points.place(this.cloud.at);
      else this.morphing = requestAnimationFrame(step);
      this.paintNow();
    };
    step(started);
  }

  /** A moment of a film of maps. */
  goTo(at) {
    this.cloud.go(at);
    this.points.place(this.cloud.at);
    this.paint();
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!this.plotted || !width) return;
    this.Plotly.relayout(this.plot, { width, height });
    this.overlay.resize(width, height);
    this.points.resize(width, height);
    this.paint();
  }

  // ---- over the figure ----

  paint() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paintNow());
  }

  paintNow() {
    const { overlay, cloud, view, theme, data, drawing } = this;
    if (!this.plotted || !this.stage.clientWidth || !overlay.size) return;
    if (cloud.dims !== 2) {
      this.points.clear();
      return overlay.context.clearRect(0, 0, ...overlay.size);
    }
    overlay.measure(this.plot);
    this.points.draw(overlay, this.moving ? this.moving.share : null, diameterOf(cloud));
    overlay.begin();
    if (!this.moving) {
      this.root.dataset.thumbnails = overlay.thumbnails(view, this.pictures);
      if (data.linked) overlay.links(this.where(data.linked.point), data.linked.near, cloud, theme, theme.ink);
      if (drawing) overlay.drawing(drawing, cloud, theme);
      for (const i of this.pointer.points) overlay.ring(...this.where(i), theme);
    }
    overlay.end();
    this.root.dataset.drawn = drawing ? drawing.id : "";
  }

  where = (i) => this.cloud.at.map((values) => values[i]);

  seen = (i) => !this.hidden.has(this.cloud.labels[i]);

  arrived() {
    this.card.again();
    this.panel.again(this.view);
    this.paint();
  }

  // ---- the hand (see pointer.js for what it points at) ----

  hide(labels) {
    this.hidden = labels;
    this.draw();
  }

  remove() {
    cancelAnimationFrame(this.frame);
    cancelAnimationFrame(this.morphing);
    this.picking.remove();
    this.stopWaiting?.();
    this.stopHearing();
    this.reel.pause();
    this.card.hide();
    this.watcher.disconnect();
    if (this.plotted) this.Plotly.purge(this.plot);
    maps.delete(this.parent);
  }
}
