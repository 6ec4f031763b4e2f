// Pictures: rows of digits, and the map of the test images.

const SIDE = 28, GAP = 2;
const DOT = 2.6; // pixels
const SETTLES = 0.18; // share of the way to its new place that the map goes at a frame

/** Digits (count, 28, 28) in rows of `across`, ink as alpha, one canvas pixel a pixel. */
function paintDigits(canvas, bytes, across, rgb) {
  const count = bytes.length / PIXELS, down = Math.ceil(count / across);
  const width = across * (SIDE + GAP) - GAP, height = down * (SIDE + GAP) - GAP;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const picture = new ImageData(width, height);
  for (let n = 0; n < count; n++) {
    const left = (n % across) * (SIDE + GAP), top = Math.floor(n / across) * (SIDE + GAP);
    for (let i = 0; i < PIXELS; i++) {
      const at = 4 * ((top + Math.floor(i / SIDE)) * width + left + (i % SIDE));
      picture.data.set(rgb, at);
      picture.data[at + 3] = bytes[n * PIXELS + i];
    }
  }
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

/** The map: where the test images lie, in the colours of their classes. */
class Cloud {
  constructor(canvas) {
    this.canvas = canvas;
  }

  /** The square around all points but the outermost, moved there by degrees unless `atOnce`. */
  look(places, atOnce) {
    const wanted = [0, 1].flatMap((axis) => spread(places, axis));
    const size = Math.max(wanted[1] - wanted[0], wanted[3] - wanted[2], 1e-6) * 1.12;
    const goal = [(wanted[0] + wanted[1]) / 2, (wanted[2] + wanted[3]) / 2, size];
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

  paint(labels, colours) {
    const { places } = this;
    const context = prepared(this.canvas);
    const side = this.canvas.clientWidth;
    const [x, y, size] = this.view;
    for (let i = 0; i < labels.length; i++) {
      context.fillStyle = colours.digits[labels[i] % colours.digits.length];
      context.beginPath();
      const left = side * (0.5 + (places[2 * i] - x) / size);
      const top = side * (0.5 - (places[2 * i + 1] - y) / size);
      context.arc(left, top, DOT, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

/** Between which values nearly all points lie on an axis. */
function spread(places, axis) {
  const values = places.filter((_, i) => i % 2 === axis).sort();
  const at = (share) => values[Math.round((values.length - 1) * share)];
  const [low, high] = [at(0.01), at(0.99)];
  const air = (high - low) * 0.08;
  return [low - air, high + air];
}

/** "#rrggbb" or "rgb(r, g, b)" as three bytes. */
function rgbOf(colour) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = colour;
  probe.fillRect(0, 0, 1, 1);
  return probe.getImageData(0, 0, 1, 1).data.slice(0, 3);
}
