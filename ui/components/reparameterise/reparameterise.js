// z = mean + sigma * eps for 2,000 fixed draws of eps, as fast as a hand moves. Nothing is sent
// before the hand lets go.

const DRAWS = 2000;
const REACH = 6; // the axis goes from -6 to 6
const BINS = 96;
const TOP = 34; // per cent of the height: the noise stands on this line
const BOTTOM = 97; // and what becomes of it on this one
const NAMES = ["mean", "logvar", "eps"];

const pads = new WeakMap(); // by parent element: the default export runs again on any change

export default function ({ data, parentElement, setStateValue }) {
  let pad = pads.get(parentElement);
  if (!pad) pads.set(parentElement, (pad = new Pad(parentElement, data)));
  pad.tell = (place) => setStateValue("place", place);
  return () => pads.delete(parentElement);
}

/** Standard normal numbers, always the same ones: mulberry32, then Box and Muller. */
function noise(count, seed) {
  const uniform = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return Float64Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  });
}

const across = (z) => (50 * (z + REACH)) / REACH;
const density = (z, mean, sigma) =>
  Math.exp(-0.5 * ((z - mean) / sigma) ** 2) / (sigma * Math.sqrt(2 * Math.PI));

class Pad {
  constructor(root, data) {
    this.root = root;
    this.eps = noise(DRAWS, 1);
    this.inputs = NAMES.map((name) => {
      const input = root.querySelector(`input[name=${name}]`);
      [input.min, input.max] = data.limits[name];
      input.value = data[name];
      input.oninput = () => this.show();
      input.onchange = () => this.tell(this.place());
      return input;
    });
    root.querySelector(".ticks").replaceChildren(
      ...[-4, -2, 0, 2, 4].map((z) => {
        const tick = document.createElement("span");
        tick.textContent = String(z).replace("-", "−");
        tick.style.left = `${across(z)}%`;
        return tick;
      }),
    );
    this.draw(".noise", this.histogram(this.eps, 0.45, TOP - 6, TOP));
    this.draw(".prior", this.curve(0, 1));
    this.show();
    root.querySelector(".trick").dataset.state = "ready";
  }

  place() {
    return Object.fromEntries(NAMES.map((name, k) => [name, Number(this.inputs[k].value)]));
  }

  show() {
    const { mean, logvar, eps } = this.place();
    const sigma = Math.exp(logvar / 2);
    const z = mean + sigma * eps;
    this.draw(".bars", this.histogram(this.eps.map((e) => mean + sigma * e), this.peak(sigma)));
    this.draw(".curve", this.curve(mean, sigma));
    const there = Math.max(-REACH, Math.min(REACH, z));
    this.draw(".thread", `M${across(eps)} ${TOP}L${across(there)} ${BOTTOM}`);
    this.put(".from", eps, TOP);
    this.put(".to", there, BOTTOM);
    this.inputs.forEach((input) => {
      input.parentElement.querySelector("output").textContent = words(Number(input.value));
    });
    this.root.querySelector(".sum").textContent =
      `z = μ + σ ε = ${words(mean)} + ${words(sigma)} × ${words(eps)} = ${words(z)}`;
  }

  /** The density that fills the lower half: that of the narrower of the two curves. */
  peak(sigma) {
    this.scale = Math.max(density(0, 0, 1), density(0, 0, sigma)) * 1.08;
    this.draw(".prior", this.curve(0, 1));
    return this.scale;
  }

  histogram(values, scale, height = BOTTOM - TOP - 9, floor = BOTTOM) {
    const counts = new Float64Array(BINS);
    for (const value of values) {
      const bin = Math.floor((BINS * (value + REACH)) / (2 * REACH));
      if (bin >= 0 && bin < BINS) counts[bin] += 1;
    }
    const width = (2 * REACH) / BINS;
    const up = (count) => floor - (height * count) / (DRAWS * width) / scale;
    return [...counts].reduce((path, count, bin) => {
      const [left, right] = [across(bin * width - REACH), across((bin + 1) * width - REACH)];
      return count ? `${path}M${left} ${floor}V${up(count)}H${right}V${floor}Z` : path;
    }, "");
  }

  curve(mean, sigma) {
    const height = BOTTOM - TOP - 9;
    return Array.from({ length: 241 }, (_, k) => {
      const z = -REACH + (k * REACH) / 120;
      const y = BOTTOM - (height * density(z, mean, sigma)) / (this.scale ?? 0.45);
      return `${k ? "L" : "M"}${across(z).toFixed(2)} ${y.toFixed(2)}`;
    }).join("");
  }

  draw(name, path) {
    this.root.querySelector(`path${name}`).setAttribute("d", path);
  }

  put(name, z, height) {
    const dot = this.root.querySelector(name);
    dot.style.left = `${across(z)}%`;
    dot.style.top = `${height}%`;
  }
}

function words(value) {
  return value.toFixed(2).replace("-", "−");
}
