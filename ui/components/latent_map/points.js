// The points of a flat map, in a layer of our own under Plotly's tools. They are written into the
// pixels of a canvas, a small disc each: without a graphics card that is several times as fast as
// Plotly's WebGL (benchmarks/latent_map.py), and it can draw points on their way to another map.

const FAINT = 100; // of 255: points below this opacity are drawn first, the others over them
const EDGE = 0.45; // opacity of a disc's edge, which smooths it

class Points {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { willReadFrequently: true });
  }

  /** Where the points lie: [x, y], each (N,). While they move, where they came from as well. */
  place(to, from = to) {
    Object.assign(this, { to, from });
  }

  /** Uint8Array (4 N,): red, green, blue and opacity of each; 0 hides it. */
  paint(colours) {
    this.full = new Uint32Array(colours.buffer);
    const edges = colours.slice();
    for (let i = 3; i < edges.length; i += 4) edges[i] = EDGE * edges[i];
    this.edge = new Uint32Array(edges.buffer);
    this.faint = colours.some((v, i) => i % 4 === 3 && v > 0 && v < FAINT);
  }

  resize(width, height) {
    this.ratio = devicePixelRatio || 1;
    this.canvas.width = Math.round(width * this.ratio);
    this.canvas.height = Math.round(height * this.ratio);
    this.image = this.context.createImageData(this.canvas.width, this.canvas.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /** measured: {box, range, scale} of the plot's axes. share: how far the points have moved, whose
   *  places are pixels then; null where they are at rest, in the map's own units. */
  draw({ box, range, scale }, share, diameter) {
    const { ratio } = this, [left, top, across, down] = box;
    const moves = share !== null;
    const k = moves ? [1, 1] : [scale[0], -scale[1]];
    const o = moves ? [0, 0] : [left - range[0][0] * scale[0], top + down + range[1][0] * scale[1]];
    const disc = discOf(diameter * ratio);
    const view = {
      kx: k[0] * ratio,
      ky: k[1] * ratio,
      ox: o[0] * ratio,
      oy: o[1] * ratio,
      share: moves ? share : 1,
      least: [left * ratio + disc.radius, top * ratio + disc.radius],
      most: [(left + across) * ratio - disc.radius, (top + down) * ratio - disc.radius],
    };
    this.pixels.fill(0);
    if (this.faint) this.stamp(view, disc, (opacity) => opacity < FAINT);
    this.stamp(view, disc, this.faint ? (opacity) => opacity >= FAINT : () => true);
    this.context.putImageData(this.image, 0, 0);
  }

  stamp({ kx, ky, ox, oy, share, least, most }, disc, wanted) {
    const { pixels, full, edge } = this, { width } = this.canvas;
    const [x0, y0] = this.from, [x1, y1] = this.to;
    const inner = disc.inner.map(([x, y]) => y * width + x);
    const rim = disc.rim.map(([x, y]) => y * width + x);
    for (let i = 0; i < x1.length; i++) {
      const opacity = full[i] >>> 24;
      if (!opacity || !wanted(opacity)) continue;
      const x = Math.round((x0[i] + share * (x1[i] - x0[i])) * kx + ox);
      const y = Math.round((y0[i] + share * (y1[i] - y0[i])) * ky + oy);
      if (x < least[0] || y < least[1] || x > most[0] || y > most[1]) continue;
      const middle = y * width + x, faded = edge[i], least32 = faded >>> 24;
      for (let n = 0; n < inner.length; n++) pixels[middle + inner[n]] = full[i];
      for (let n = 0; n < rim.length; n++) {
        const at = middle + rim[n];
        if (pixels[at] >>> 24 < least32) pixels[at] = faded;
      }
    }
  }

  clear() {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }
}

/** The pixels of a disc about its middle: those within it, and those on its rim. */
function discOf(diameter) {
  const radius = Math.ceil(diameter / 2), inner = [], rim = [];
  for (let y = -radius; y <= radius; y++)
    for (let x = -radius; x <= radius; x++) {
      const beyond = Math.hypot(x, y) - diameter / 2;
      if (beyond <= -0.25) inner.push([x, y]);
      else if (beyond < 0.5) rim.push([x, y]);
    }
  return { radius, inner, rim };
}
