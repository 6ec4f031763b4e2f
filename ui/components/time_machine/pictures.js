// Pictures: rows of digits, and the map of the test images.

const GAP = 2;
const DOT = 5.2; // pixels across
const SETTLES = 0.33; // share of the way to its new place that the map goes at a frame

/** Digits (count, 28, 28) in rows of `across`, ink as alpha, one canvas pixel a pixel. */
function paintDigits(canvas, bytes, across, rgb) {
  const count = bytes.length / PIXELS, down = Math.ceil(count / across);
  const width = across * (SIDE + GAP) - GAP, height = down * (SIDE + GAP) - GAP;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const picture = new ImageData(width, height);
  const pixels = new Uint32Array(picture.data.buffer); // alpha, blue, green, red
  const ink = rgb[0] | (rgb[1] << 8) | (rgb[2] << 16);
  for (let n = 0; n < count; n++) {
    const left = (n % across) * (SIDE + GAP), top = Math.floor(n / across) * (SIDE + GAP);
    for (let i = 0; i < PIXELS; i++) {
      const at = (top + Math.floor(i / SIDE)) * width + left + (i % SIDE);
      pixels[at] = ink | (bytes[n * PIXELS + i] << 24);
    }
  }
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

/** The map: where the test images lie, in the colours of their classes. */
class Cloud {
  constructor(canvas) {
    this.canvas = canvas;
    this.points = new Points(canvas);
  }

  /** The square around all points but the outermost, moved there by degrees unless `atOnce`. */
  look(places, atOnce) {
    if (places !== this.lookedAt) this.goal = around(places);
    this.lookedAt = places;
    const { goal } = this, size = goal[2];
    const before = atOnce || !this.view ? goal : this.view;
    this.view = before.map((v, i) => v + (goal[i] - v) * SETTLES);
    return Math.max(...goal.map((v, i) => Math.abs(v - this.view[i]))) < size * 0.01;
  }

  /** Moves the points towards their new places, at the end of a film that grows; whether there. */
  follow(places, atOnce) {
    const from = this.places;
    if (atOnce || from?.length !== places.length) this.places = places;
    else this.places = places.map((v, i) => from[i] + (v - from[i]) * SETTLES);
    const size = this.view?.[2] ?? 1;
    const arrived = this.places.every((v, i) => Math.abs(v - places[i]) < 0.002 * size);
    if (arrived) this.places = places;
    return arrived;
  }

  /** The points' colours, [red, green, blue] of each class: for as long as no others are given. */
  colour(labels, rgb) {
    const of = (i) => rgb[labels[i >> 2] % rgb.length];
    const colours = { length: 4 * labels.length };
    this.points.paint(Uint8Array.from(colours, (_, i) => (i % 4 === 3 ? 255 : of(i)[i % 4])));
  }

  paint() {
    const { points, places, canvas } = this, side = canvas.clientWidth;
    const [x, y, size] = this.view, reach = size / 2, scale = side / size;
    if (canvas.width !== Math.round(side * (devicePixelRatio || 1))) points.resize(side, side);
    points.place([0, 1].map((axis) => places.filter((_, i) => i % 2 === axis)));
    const range = [[x - reach, x + reach], [y - reach, y + reach]];
    points.draw({ box: [0, 0, side, side], range, scale: [scale, scale] }, null, DOT);
  }
}

/** The middle and the size of a square that holds nearly all points, with a margin. */
function around(places) {
  const [left, right, bottom, top] = [0, 1].flatMap((axis) => spread(places, axis));
  const size = Math.max(right - left, top - bottom, 1e-6) * 1.12;
  return [(left + right) / 2, (bottom + top) / 2, size];
}

/** Between which values nearly all points lie on an axis. */
function spread(places, axis) {
  const values = places.filter((_, i) => i % 2 === axis).sort();
  const at = (share) => values[Math.round((values.length - 1) * share)];
  const [low, high] = [at(0.01), at(0.99)];
  const air = (high - low) * 0.08;
  return [low - air, high + air];
}
