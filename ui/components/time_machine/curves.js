// Loss curves: one small chart a loss, over the steps of the whole training.

const LEFT = 46, BOTTOM = 18, TOP = 8, RIGHT = 6; // pixels around the plot
const OUTLIERS = 0.03; // share of the values that may lie above the chart: the first steps do

/** A chart of one loss; `film` and `step` may change from one `paint` to the next. */
class Curve {
  constructor(name, onScrub) {
    this.name = name;
    this.figure = document.createElement("figure");
    this.figure.innerHTML = `<figcaption><b></b><span class="values"></span></figcaption>
      <canvas></canvas>`;
    this.figure.querySelector("b").textContent = readable(name);
    this.values = this.figure.querySelector(".values");
    this.canvas = this.figure.querySelector("canvas");
    this.canvas.onpointerdown = (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      onScrub(this.stepAt(event));
    };
    this.canvas.onpointermove = (event) => event.buttons && onScrub(this.stepAt(event));
  }

  stepAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
    return Math.max(0, Math.min(share, 1)) * this.steps;
  }

  paint(film, step, colours) {
    this.steps = film.header.steps;
    const rows = film.rows.filter((row) => row.step <= step + 0.5);
    const now = (part) => rows.findLast((row) => row[part]?.[this.name] != null)?.[part][this.name];
    this.values.innerHTML = ["train", "test"]
      .map((part) => [part, now(part)])
      .filter(([, value]) => value !== undefined)
      .map(([part, value]) => `<span class="${part}">${part} ${short(value)}</span>`)
      .join(" ");
    const context = prepared(this.canvas);
    this.width = this.canvas.clientWidth - LEFT - RIGHT;
    this.height = this.canvas.clientHeight - TOP - BOTTOM;
    this.range = rangeOf(film.rows, this.name);
    this.axes(context, film.header, colours);
    this.marks(context, film.header.changes, colours);
    this.line(context, film.rows, "train", colours.quiet, step);
    this.line(context, film.rows, "test", colours.accent, step);
    context.strokeStyle = colours.ink;
    context.globalAlpha = 0.7;
    line(context, [[this.x(step), TOP], [this.x(step), TOP + this.height]], 1);
    context.globalAlpha = 1;
  }

  x(step) {
    return LEFT + (step / this.steps) * this.width;
  }

  y(value) {
    const [low, high] = this.range;
    const share = (Math.min(value, high) - low) / (high - low);
    return TOP + this.height * (1 - share);
  }

  axes(context, header, colours) {
    context.fillStyle = colours.ink;
    context.font = `11px ${colours.font}`;
    context.strokeStyle = colours.line;
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const value of ticks(...this.range)) {
      line(context, [[LEFT, this.y(value)], [LEFT + this.width, this.y(value)]], 1);
      context.fillText(short(value), LEFT - 5, this.y(value));
    }
    const y = TOP + this.height + 10;
    const epochs = Math.round((10 * header.steps) / header.stepsPerEpoch) / 10;
    context.fillText(`${epochs} epochs`, LEFT + this.width, y);
    context.textAlign = "left";
    context.fillText("0", LEFT, y);
  }

  /** The train line bright up to the moment shown, and faint after it. */
  line(context, rows, part, colour, step) {
    const points = rows.filter((row) => row[part]?.[this.name] != null);
    const to = (some) => some.map((row) => [this.x(row.step), this.y(row[part][this.name])]);
    context.strokeStyle = context.fillStyle = colour;
    const split = points.findLastIndex((row) => row.step <= step + 0.5);
    context.globalAlpha = 0.3;
    line(context, to(points.slice(Math.max(split, 0))), 1.5);
    context.globalAlpha = 1;
    line(context, to(points.slice(0, split + 1)), 1.8);
    if (points.length < 2) for (const [x, y] of to(points)) context.fillRect(x - 2, y - 2, 4, 4);
  }

  /** Settings that were changed while it trained, at their steps. */
  marks(context, changes, colours) {
    context.textAlign = "left";
    changes.forEach((change, index) => {
      context.strokeStyle = context.fillStyle = colours.mark;
      context.setLineDash([4, 3]);
      line(context, [[this.x(change.step), TOP], [this.x(change.step), TOP + this.height]], 1.2);
      context.setLineDash([]);
      const words = `${readable(change.name)} ${short(change.value)}`;
      const room = this.x(change.step) + 4 + context.measureText(words).width < LEFT + this.width;
      context.textAlign = room ? "left" : "right";
      context.fillText(words, this.x(change.step) + (room ? 4 : -4), TOP + 7 + 12 * (index % 4));
    });
  }
}

function line(context, points, width) {
  context.lineWidth = width;
  context.lineJoin = "round";
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
}

/** A canvas at the screen's resolution, empty, with a unit of one CSS pixel. */
function prepared(canvas) {
  const scale = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((v) => Math.round(v * scale));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** From the least value to the greatest but for outliers at the top, with a little air. */
function rangeOf(rows, name) {
  const values = rows
    .flatMap((row) => [row.train?.[name], row.test?.[name]])
    .filter((value) => value != null)
    .sort((a, b) => a - b);
  if (!values.length) return [0, 1];
  const low = values[0], high = values[Math.ceil((values.length - 1) * (1 - OUTLIERS))];
  const air = (high - low || Math.abs(high) || 1) * 0.06;
  return [low - air, high + air];
}

/** Two to four round numbers between two values. */
function ticks(low, high) {
  const rough = (high - low) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) found.push(value);
  return found.map((value) => Number(value.toPrecision(6)));
}

/** A number with no more digits than it deserves. */
function short(value) {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 0.001) return value.toExponential(1);
  return String(Number(value.toPrecision(size >= 1000 ? 4 : 3)));
}

function readable(name) {
  const words = name.replaceAll("_", " ").replace(/\bkl\b/, "KL").replace(/\belbo\b/, "ELBO");
  return words.replace(/\bbeta\b/, "β");
}
