// What the hand points at: the point under the pointer, one that was searched for, and one whose
// picture is pointed at below the map.

const PICK = 14; // pixels: how near the pointer has to be to a point

class Pointer {
  constructor(map) {
    this.map = map;
    this.hovered = this.sought = this.marked = null;
    map.stage.onpointermove = map.stage.onpointerdown = (event) => this.move(event);
    map.stage.onpointerleave = () => this.leave();
  }

  get points() {
    return [this.hovered, this.sought, this.marked].filter((i) => i !== null);
  }

  forget() {
    this.hovered = this.sought = this.marked = null;
    this.map.card.hide();
  }

  move(event) {
    const { map } = this, box = map.stage.getBoundingClientRect();
    this.at = [event.clientX - box.left, event.clientY - box.top];
    if (map.cloud?.dims !== 2 || map.moving || !map.plotted) return;
    if (event.buttons && event.type === "pointermove") return this.leave(); // a drag is Plotly's
    map.overlay.measure(map.plot);
    const far = map.overlay.scale.map((scale) => PICK / scale);
    const i = map.cloud.nearest(...map.overlay.back(...this.at), far, map.seen);
    if (i === null) return this.leave();
    const [x, y] = map.where(i);
    this.show(i, map.overlay.x(x), map.overlay.y(y));
  }

  /** In 3-D it is Plotly that finds the point. */
  hover3d({ points }) {
    const { cloud } = this.map;
    if (cloud.dims !== 3) return;
    const i = cloud.rows.get(cloud.classes[points[0].curveNumber])?.[points[0].pointNumber];
    if (i !== undefined) this.show(i, ...this.at);
  }

  show(i, x, y) {
    this.map.card.soon(i, x, y, this.map.view);
    if (i === this.hovered) return;
    this.hovered = i;
    this.map.root.dataset.hovered = i;
    this.map.paint();
  }

  leave() {
    this.map.card.hide();
    if (this.hovered === null) return;
    this.hovered = null;
    delete this.map.root.dataset.hovered;
    this.map.paint();
  }

  mark(i) {
    this.marked = i;
    this.map.paint();
  }

  /** A point that was asked for by its number, brought into sight. */
  seek(i) {
    const { map } = this, { overlay } = map;
    this.sought = i;
    map.root.dataset.sought = i ?? "";
    if (i === null || map.cloud.dims !== 2) return map.paint();
    overlay.measure(map.plot);
    const place = map.where(i), { range } = overlay;
    if (range.some(([low, high], k) => place[k] < low || place[k] > high)) {
      const about = range.map(([low, high], k) =>
        [-1, 1].map((side) => place[k] + (side * (high - low)) / 2),
      );
      map.Plotly.relayout(map.plot, { "xaxis.range": about[0], "yaxis.range": about[1] });
      overlay.measure(map.plot);
    }
    map.card.soon(i, overlay.x(place[0]), overlay.y(place[1]), map.view);
    map.paint();
  }
}
