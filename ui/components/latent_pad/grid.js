// A grid of codes to paint on, and the codebook as its palette, coloured by usage.

const FIRST_SWATCHES = 60;
const PATCH = 4; // pixels of a code's own picture: one cell, from the middle of a grid full of it

class Grid {
  /** changes: {painted(cell, code), released()} */
  constructor(root, changes) {
    this.root = root;
    this.changes = changes;
    this.cells = root.querySelector(".cells");
    this.swatches = root.querySelector(".swatches");
    this.more = root.querySelector(".palette .more");
    this.about = root.querySelector(".brush");
    this.brush = 0;
    this.pointer = null;
    const { cells } = this;
    cells.onpointerdown = (event) => this.press(event);
    cells.onpointermove = (event) => this.drag(event);
    cells.onpointerleave = () => this.spot(null);
    cells.onpointerup = cells.onpointercancel = (event) => this.lift(event);
    cells.onkeydown = (event) => this.key(event);
    cells.onkeyup = (event) => [" ", "Enter"].includes(event.key) && this.changes.released();
    this.more.onclick = () => this.fold(!this.open);
  }

  /** model: as the courier brought it; decode is for the codes' portraits. */
  build({ plan, grids }, decode) {
    const [height, width] = (this.size = plan.input.grid);
    const counts = Array.from({ length: plan.input.codes }, () => 0);
    for (const code of grids) counts[code]++;
    const portrait = (canvas, code) => painterOf(canvas)(this.portrait(decode, code), this.ink);
    const most = Math.log1p(Math.max(...counts)), sum = counts.reduce((a, b) => a + b, 0) || 1;
    this.share = counts.map((count) => (most ? Math.log1p(count) / most : 0));
    this.percent = counts.map((count) => ((100 * count) / sum).toFixed(count / sum < 0.001 ? 2 : 1));
    this.cells.style.setProperty("--n", width);
    this.cells.replaceChildren(...Array.from({ length: height * width }, (_, i) => this.cell(i)));
    const order = counts.map((_, code) => code).sort((a, b) => counts[b] - counts[a]);
    this.swatches.replaceChildren(...order.map((code) => this.swatch(code, portrait)));
    this.more.hidden = order.length <= FIRST_SWATCHES;
    this.fold(false);
    this.take(order[Math.min(1, order.length - 1)]);
  }

  cell(index) {
    const cell = document.createElement("b");
    cell.setAttribute("role", "gridcell");
    cell.tabIndex = index ? -1 : 0;
    return cell;
  }

  swatch(code, portrait) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.code = code;
    button.style.setProperty("--p", this.share[code]);
    button.title = `code ${code}: ${this.percent[code]} % of the cells of real digits`;
    button.setAttribute("aria-label", button.title);
    const canvas = document.createElement("canvas");
    button.append(canvas);
    button.onclick = () => this.take(code);
    button.portray = () => portrait(canvas, code);
    return button;
  }

  fold(open) {
    this.open = open;
    this.root.querySelector(".palette").dataset.open = open;
    this.more.textContent = open ? "Only the most used" : `All ${this.share.length} codes`;
    this.portray(open ? Infinity : FIRST_SWATCHES);
  }

  /** A code's own picture: the middle of what a grid full of it decodes to, enlarged. */
  portrait(decode, code) {
    const [height, width] = this.size;
    const picture = decode(new Int32Array(height * width).fill(code));
    const start = (SIDE - PATCH) / 2, zoom = SIDE / PATCH;
    return Float32Array.from({ length: SIDE * SIDE }, (_, k) => {
      const row = start + Math.floor(Math.floor(k / SIDE) / zoom);
      return picture[row * SIDE + start + Math.floor((k % SIDE) / zoom)];
    });
  }

  /** Draws the swatches one by one, so that the page stays responsive. */
  portray(upTo) {
    clearTimeout(this.timer);
    const next = [...this.swatches.children].slice(0, upTo).find((each) => !each.drawn);
    if (!next) return;
    const busy = this.pointer !== null; // the hand goes first
    if (!busy) {
      next.drawn = true;
      next.portray();
    }
    this.timer = setTimeout(() => this.portray(upTo), busy ? 200 : 8);
  }

  /** The portraits again, where the theme has another ink. */
  repaint(ink) {
    if (ink === this.ink) return;
    this.ink = ink;
    for (const each of this.swatches.children) each.drawn = false;
    this.portray(this.open ? Infinity : FIRST_SWATCHES);
  }

  take(code) {
    this.brush = code;
    for (const each of this.swatches.children) {
      each.setAttribute("aria-pressed", Number(each.dataset.code) === code);
    }
    this.about.innerHTML = `You paint with code <b>${code}</b>, ${this.percent[code]} % of the
      cells of real digits. <small>Alt and a click on a cell takes its code.</small>`;
  }

  press(event) {
    if (this.pointer !== null || event.button > 0) return;
    event.preventDefault();
    const cell = this.under(event);
    this.cells.children[cell].focus({ preventScroll: true });
    if (event.altKey) return this.take(this.codes[cell]);
    this.pointer = event.pointerId;
    this.cells.setPointerCapture(event.pointerId);
    this.changes.painted(cell, this.brush);
  }

  drag(event) {
    const cell = this.under(event);
    this.spot(cell);
    if (event.pointerId === this.pointer) this.changes.painted(cell, this.brush);
  }

  lift(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.changes.released();
  }

  under(event) {
    const box = this.cells.getBoundingClientRect();
    const [height, width] = this.size;
    const along = (v, size, n) => Math.max(0, Math.min(n - 1, Math.floor((v / size) * n)));
    const row = along(event.clientY - box.top, box.height, height);
    return row * width + along(event.clientX - box.left, box.width, width);
  }

  key(event) {
    const all = [...this.cells.children], at = all.indexOf(event.target), width = this.size[1];
    const way = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -width, ArrowDown: width }[event.key];
    if (way && all[at + way]) {
      event.preventDefault();
      all[at].tabIndex = -1;
      all[at + way].tabIndex = 0;
      all[at + way].focus();
      this.spot(at + way);
    } else if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      this.changes.painted(at, this.brush);
    }
  }

  /** Shows where a cell lies on the picture. */
  spot(cell) {
    const spot = this.root.querySelector(".spot");
    spot.hidden = cell === null;
    if (cell === null) return;
    const [height, width] = this.size;
    Object.assign(spot.style, {
      left: `${(100 * (cell % width)) / width}%`,
      top: `${(100 * Math.floor(cell / width)) / height}%`,
      width: `${100 / width}%`,
      height: `${100 / height}%`,
    });
  }

  show(codes) {
    this.codes = codes;
    [...this.cells.children].forEach((cell, i) => {
      const code = codes[i];
      if (cell.textContent === String(code)) return;
      cell.textContent = code;
      cell.style.setProperty("--p", this.share[code]);
      cell.title = `code ${code}: ${this.percent[code]} % of the cells of real digits`;
    });
  }
}
