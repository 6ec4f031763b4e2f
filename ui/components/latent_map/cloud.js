// The points: where they lie, of which class they are, and which one is near the pointer.

const CELLS = 160; // of the finder's grid, across

class Cloud {
  /** labels: Uint8Array (N,). places: Uint16Array, (frames, dims, N), in steps from `low`. */
  constructor(labels, { places, low, step, dims, frames = 1 }) {
    Object.assign(this, { labels, places, low, step, dims, frames });
    this.size = places.length / dims / frames;
    this.classes = [...new Set(labels)].sort((a, b) => a - b);
    this.rows = new Map(this.classes.map((label) => [label, []]));
    for (let i = 0; i < this.size; i++) this.rows.get(labels[i]).push(i);
    this.go(0);
  }

  /** To a moment of a film of maps: between two frames the points lie between them. */
  go(at) {
    const first = Math.max(0, Math.min(Math.floor(at), this.frames - 1));
    const next = Math.min(first + 1, this.frames - 1), share = at - first;
    const axis = (frame, k) => {
      const start = (frame * this.dims + k) * this.size;
      return this.places.subarray(start, start + this.size);
    };
    this.at = Array.from({ length: this.dims }, (_, k) => {
      const from = axis(first, k), to = axis(next, k), low = this.low[k], step = this.step;
      return Float32Array.from(from, (v, i) => low + step * (v + share * (to[i] - v)));
    });
    this.grid = null;
  }

  /** The places of a class along an axis, as Plotly wants them. */
  along(label, k) {
    const values = this.at[k];
    return Float32Array.from(this.rows.get(label), (i) => values[i]);
  }

  /** Least and greatest along an axis, over all frames. */
  reach(k) {
    let least = Infinity, most = -Infinity;
    for (let frame = 0; frame < this.frames; frame++) {
      const start = (frame * this.dims + k) * this.size;
      for (let i = start; i < start + this.size; i++) {
        if (this.places[i] < least) least = this.places[i];
        if (this.places[i] > most) most = this.places[i];
      }
    }
    return [this.low[k] + this.step * least, this.low[k] + this.step * most];
  }

  /** Points by the cells of a grid over the map. */
  sort() {
    const [x, y] = this.at, [left, right] = this.reach(0), [bottom, top] = this.reach(1);
    const across = (right - left || 1) / CELLS, up = (top - bottom || 1) / CELLS;
    const column = (v) => Math.max(0, Math.min(CELLS - 1, Math.floor((v - left) / across)));
    const row = (v) => Math.max(0, Math.min(CELLS - 1, Math.floor((v - bottom) / up)));
    const cells = new Map();
    for (let i = 0; i < this.size; i++) {
      const cell = row(y[i]) * CELLS + column(x[i]);
      if (cells.has(cell)) cells.get(cell).push(i);
      else cells.set(cell, [i]);
    }
    this.grid = { cells, column, row };
  }

  /** Calls `see` with each point within a rectangle of the map (and with some around it), until
   *  it answers false. */
  within([left, right], [bottom, top], see) {
    if (!this.grid) this.sort();
    const { cells, column, row } = this.grid;
    for (let r = row(bottom); r <= row(top); r++)
      for (let c = column(left); c <= column(right); c++)
        for (const i of cells.get(r * CELLS + c) ?? []) if (see(i) === false) return;
  }

  /** The point nearest to (x, y), at most `far` away along each axis' own scale; or null. */
  nearest(x, y, [farX, farY], seen) {
    let best = null, least = 1;
    this.within([x - farX, x + farX], [y - farY, y + farY], (i) => {
      const distance = ((this.at[0][i] - x) / farX) ** 2 + ((this.at[1][i] - y) / farY) ** 2;
      if (distance <= least && seen(i)) [best, least] = [i, distance];
    });
    return best;
  }

  /** Which points lie within a polygon: Uint8Array (N,) of 0 and 1. */
  inside(xs, ys, seen) {
    const mask = new Uint8Array(this.size), [x, y] = this.at;
    const box = [xs, ys].map((v) => [Math.min(...v), Math.max(...v)]);
    this.within(...box, (i) => {
      mask[i] = seen(i) && contains(xs, ys, x[i], y[i]) ? 1 : 0;
    });
    return mask;
  }
}

/** Whether (x, y) is inside a polygon: a ray from it crosses the outline an odd number of times. */
function contains(xs, ys, x, y) {
  let odd = false;
  for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
    const crosses = ys[i] > y !== ys[j] > y;
    if (crosses && x < ((xs[j] - xs[i]) * (y - ys[i])) / (ys[j] - ys[i]) + xs[i]) odd = !odd;
  }
  return odd;
}

/** A mask of 0 and 1 as text: a bit each, the first one the lowest of its byte. */
function maskText(mask) {
  const bytes = new Uint8Array(Math.ceil(mask.length / 8));
  for (let i = 0; i < mask.length; i++) if (mask[i]) bytes[i >> 3] |= 1 << (i & 7);
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096)
    text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
}
