// Picking points with a lasso or a box: which they are, telling Python, and its answer.

const LEAST = 12; // pixels: a lasso that is smaller was a click
const PATIENCE = 250; // milliseconds that a selection waits for Python before it is shown

class Picking {
  constructor(map) {
    this.map = map;
    this.mask = this.id = null; // a 0 or 1 for each point; what the selection is called
    map.stage.addEventListener("pointerdown", (event) => this.follow(event), true);
  }

  /** The way of a lasso. Plotly draws it as well, but tells of it 100 ms late. */
  follow(event) {
    const { map } = this;
    const wanted = map.plotted === 2 && map.plot._fullLayout.dragmode === "lasso";
    if (!wanted || event.button || !event.isPrimary || !event.target.matches(".nsewdrag")) return;
    const box = map.stage.getBoundingClientRect(), xs = [], ys = [];
    const over = new AbortController(), options = { capture: true, signal: over.signal };
    const note = ({ clientX, clientY }) => {
      xs.push(clientX - box.left);
      ys.push(clientY - box.top);
    };
    const end = (last) => {
      over.abort();
      note(last);
      const reach = Math.max(...[xs, ys].map((v) => Math.max(...v) - Math.min(...v)));
      if (last.type === "pointerup" && reach >= LEAST) this.lassoed(xs, ys);
    };
    note(event);
    // On the window: while it drags, Plotly lays a sheet over the whole page.
    addEventListener("pointermove", note, options);
    addEventListener("pointerup", end, options);
    addEventListener("pointercancel", end, options);
  }

  /** An outline in pixels of the stage. */
  lassoed(xs, ys) {
    const { overlay, plot } = this.map;
    overlay.measure(plot);
    const corners = xs.map((x, i) => overlay.back(x, ys[i]));
    this.within(corners.map(([x]) => x), corners.map(([, y]) => y));
  }

  /** Plotly's box; of a lasso we have heard already. */
  boxed(event) {
    if (!event?.range || this.map.cloud.dims !== 2) return;
    const [left, right] = event.range.x, [bottom, top] = event.range.y;
    this.within([left, right, right, left], [bottom, bottom, top, top]);
  }

  within(xs, ys) {
    const mask = this.map.cloud.inside(xs, ys, this.map.seen);
    this.pick(mask.includes(1) ? mask : null);
  }

  /** Python hears of it at once; the page shows it with the answer, or soon if that takes long:
   *  drawing costs the browser more than the answer costs Python, and would hold it up. */
  pick(mask) {
    if (!mask && !this.mask) return;
    const { map } = this;
    this.touched = true;
    this.mask = mask;
    this.id = mask ? Math.random().toString(36).slice(2) : null;
    map.tell("picked", mask && { id: this.id, mask: maskText(mask), points: map.pointsId });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.show(), mask ? PATIENCE : 0);
    if (!mask) map.Plotly.relayout(map.plot, { selections: [] });
  }

  show() {
    const { map } = this;
    if (this.shown === this.id) return;
    this.shown = this.id;
    map.panel.begin(this.mask, map.view);
    map.points.paint(shades(map.view));
    map.paint();
  }

  /** What Python said last of a selection of these very points. */
  get answer() {
    const { answer } = shelf.news;
    return answer?.points === this.map.data.points ? answer : null;
  }

  hear() {
    this.restore();
    const { answer } = this;
    if (!answer || answer.id !== this.id) return;
    this.show();
    this.map.panel.answer(answer);
  }

  /** A selection made before the page was left for another, and come back to. */
  restore() {
    const { answer, map } = this;
    if (this.touched || !answer || this.mask) return;
    this.mask = maskOf(answer.mask, map.cloud.size);
    this.id = answer.id;
    this.show();
  }

  remove() {
    clearTimeout(this.timer);
  }
}
