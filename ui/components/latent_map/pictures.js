// The digits behind the points: cut out of sheets of the original images where the data set is
// here, and rebuilt by the model's decoder, which runs in the browser.

const TILE = 28;
const MOST_SHEETS = 12; // that are held decoded
const MOST_REBUILT = 3000;
const BUDGET = 6; // milliseconds a frame for rebuilding

class Pictures {
  /** changed: called when a picture that was asked for has come. */
  constructor(changed) {
    this.changed = changed;
    this.sheets = new Map();
    this.rebuilt = new Map();
    this.queue = [];
  }

  /** data: {original: {urls, across, each} or null, decoder, codes: digests, told}. */
  take(data, labels) {
    const key = JSON.stringify([data.original, data.decoder, data.codes]);
    if (key !== this.key) {
      this.sheets.clear();
      this.rebuilt.clear();
      this.waiting?.();
      this.decode = this.waiting = null;
      this.queue = [];
      this.key = key;
    }
    Object.assign(this, { data, labels });
  }

  /** The decoder and the codes, once the couriers have brought them. */
  ready() {
    if (this.decode) return true;
    const decoder = tableOf(this.data.decoder), codes = tableOf(this.data.codes);
    if (!decoder || !codes) return false;
    this.codes = codes;
    this.width = codes.codes.length / this.labels.length;
    this.decode = load(decoder.plan, decoder.weights);
    return true;
  }

  code(i) {
    const { codes, low, step } = this.codes, at = i * this.width;
    const whole = codes.subarray(at, at + this.width);
    return step ? Float32Array.from(whole, (v, k) => low[k] + step[k] * v) : whole;
  }

  /** What the model makes of point i: Float32Array (784,), or null until the decoder is here. */
  rebuild(i) {
    if (!this.rebuilt.has(i)) {
      if (!this.ready()) return null;
      const picture = this.decode(this.code(i), this.data.told ? this.labels[i] : 0).slice();
      this.rebuilt.set(i, picture);
      if (this.rebuilt.size > MOST_REBUILT) this.rebuilt.delete(this.rebuilt.keys().next().value);
    }
    return this.rebuilt.get(i);
  }

  /** The sheet that holds image i, its ink in a colour: {canvas, x, y}, or null for now. */
  original(i, ink) {
    const { original } = this.data;
    if (!original) return null;
    const number = Math.floor(i / original.each), at = i % original.each;
    const sheet = this.sheet(number, ink);
    if (!sheet.canvas) return null;
    const across = original.across;
    return { canvas: sheet.canvas, x: TILE * (at % across), y: TILE * Math.floor(at / across) };
  }

  sheet(number, ink) {
    let sheet = this.sheets.get(number);
    if (!sheet) {
      sheet = { image: new Image() };
      sheet.image.onload = () => {
        sheet.there = true;
        this.changed();
      };
      sheet.image.src = new URL(this.data.original.urls[number], document.baseURI).href;
    }
    this.sheets.delete(number);
    this.sheets.set(number, sheet); // the latest one goes last
    if (this.sheets.size > MOST_SHEETS) this.sheets.delete(this.sheets.keys().next().value);
    if (sheet.there && sheet.ink !== ink) pour(sheet, ink);
    return sheet;
  }

  /** Draws point i as a picture of `side` pixels; false where it isn't there yet. */
  draw(context, i, x, y, side, ink) {
    const found = this.original(i, ink);
    context.imageSmoothingEnabled = false;
    if (found) {
      context.drawImage(found.canvas, found.x, found.y, TILE, TILE, x, y, side, side);
      return true;
    }
    if (this.data.original || !this.rebuilt.has(i)) {
      if (!this.data.original) this.later(i);
      return false;
    }
    context.drawImage(this.inked(this.rebuilt.get(i), ink), x, y, side, side);
    return true;
  }

  inked(picture, ink) {
    this.spare ??= document.createElement("canvas");
    this.paint ??= painterOf(this.spare);
    this.paint(picture, ink);
    return this.spare;
  }

  /** Rebuilds pictures in the pauses between frames, once the decoder is there. */
  later(i) {
    const { decoder, codes } = this.data;
    if (!this.ready()) {
      if (decoder && !this.waiting) this.waiting = whenTables([decoder, codes], () => this.come());
      return;
    }
    this.queue.push(i);
    if (this.queue.length > 1) return;
    const work = () => {
      const end = performance.now() + BUDGET;
      while (this.queue.length && performance.now() < end) this.rebuild(this.queue.pop());
      this.changed();
      if (this.queue.length) requestAnimationFrame(work);
    };
    requestAnimationFrame(work);
  }

  come() {
    this.waiting = null;
    this.changed();
  }
}

/** A sheet's ink, which is its alpha, in a colour. */
function pour(sheet, ink) {
  sheet.canvas ??= document.createElement("canvas");
  sheet.canvas.width = sheet.image.width;
  sheet.canvas.height = sheet.image.height;
  const context = sheet.canvas.getContext("2d");
  context.drawImage(sheet.image, 0, 0);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = ink;
  context.fillRect(0, 0, sheet.canvas.width, sheet.canvas.height);
  sheet.ink = ink;
}
