// What the decoders draw, kept as bytes of ink: each picture is decoded once, and painted often.
// decoder.js and ink.js stand above this file.

const STEPS = 9; // pictures of a traversal
const SAMPLES = 18;

/** Numbers from N(0, 1) that are the same for every beta, from a seed (mulberry32). */
function noiseFrom(seed, count) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return Array.from({ length: count }, () =>
    Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

const inked = (picture) => Uint8ClampedArray.from(picture, (v) => 255 * v);

/** The pictures of one entry (one beta, or one run). */
class Drawn {
  constructor(entry, model) {
    this.entry = entry;
    this.decode = load(model.plan, model.weights);
    this.size = model.plan.input.latent_dim;
    this.rows = new Map();
  }

  /** The digits as they come back; with coordinates switched off if any are. */
  rebuilt(off) {
    const whole = this.whole ??= this.entry.codes.map((code) => inked(this.decode(code)));
    if (!off.size) return whole;
    return this.entry.codes.map((code) => inked(this.decode(code.map((v, i) => (off.has(i) ? 0 : v)))));
  }

  samples(seed) {
    if (this.seed !== seed) {
      const noise = noiseFrom(seed, SAMPLES * this.size);
      this.fresh = Array.from({ length: SAMPLES }, (_, n) =>
        inked(this.decode(noise.slice(n * this.size, (n + 1) * this.size))),
      );
      this.seed = seed;
    }
    return this.fresh;
  }

  /** One digit with coordinate i set from one end of its reach to the other. */
  traversal(i, digit) {
    const key = `${i} ${digit}`;
    if (!this.rows.has(key)) {
      const [low, high] = this.entry.reach[i];
      const code = this.entry.codes[digit].slice();
      const row = Array.from({ length: STEPS }, (_, k) => {
        code[i] = low + (k / (STEPS - 1)) * (high - low);
        return inked(this.decode(code));
      });
      this.rows.set(key, row);
    }
    return this.rows.get(key);
  }

  /** The next thing not drawn yet, or false: called while nothing else is to be done. */
  ahead(seed, digit) {
    if (!this.whole) this.rebuilt(new Set());
    else if (this.seed !== seed) this.samples(seed);
    else {
      const next = this.entry.order.find((i) => !this.rows.has(`${i} ${digit}`));
      if (next === undefined) return false;
      this.traversal(next, digit);
    }
    return true;
  }

  /** Nats that images (ink, 0 to 255) cost given what was drawn: cross-entropy of grey pixels. */
  static nats(images, pictures) {
    let sum = 0;
    pictures.forEach((picture, n) => {
      for (let i = 0; i < picture.length; i++) {
        const x = images[n][i] / 255;
        const p = Math.min(Math.max(picture[i] / 255, 1e-3), 1 - 1e-3);
        sum -= x * Math.log(p) + (1 - x) * Math.log(1 - p);
      }
    });
    return sum / pictures.length;
  }
}

/** Pictures side by side on one canvas, with a gap of two pixels. */
class Sheet {
  constructor(canvas, columns, rows = 1) {
    this.canvas = canvas;
    this.columns = columns;
    this.pitch = SIDE + 2;
    canvas.width = columns * this.pitch - 2;
    canvas.height = rows * this.pitch - 2;
    this.context = canvas.getContext("2d");
    this.data = this.context.createImageData(canvas.width, canvas.height);
  }

  paint(pictures, ink) {
    const { data, width } = this.data;
    if (ink !== this.ink) {
      this.ink = ink;
      const [r, g, b] = rgbOf(ink);
      for (let i = 0; i < data.length; i += 4) (data[i] = r), (data[i + 1] = g), (data[i + 2] = b);
    }
    pictures.forEach((picture, n) => {
      const left = (n % this.columns) * this.pitch, top = Math.floor(n / this.columns) * this.pitch;
      for (let y = 0, from = 0; y < SIDE; y++) {
        let to = 4 * ((top + y) * width + left) + 3;
        for (let x = 0; x < SIDE; x++, from++, to += 4) data[to] = picture[from];
      }
    });
    this.context.putImageData(this.data, 0, 0);
  }

  /** Which picture lies under a pointer. */
  under(event) {
    const box = this.canvas.getBoundingClientRect();
    return Math.floor(((event.clientX - box.left) / box.width) * this.columns);
  }
}
