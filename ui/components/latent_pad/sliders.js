// One slider for each coordinate, the most used first; the rest behind one click.

const FIRST_SHOWN = 8;
const STEPS = 400; // over the range of a slider

class Sliders {
  /** changes: {moved(i, value), released(), back(i)} */
  constructor(root, changes) {
    this.box = root.querySelector(".sliders");
    this.list = this.box.querySelector(".rows");
    this.more = this.box.querySelector(".more");
    this.changes = changes;
    this.rows = new Map();
    this.more.onclick = () => this.fold(!this.open);
  }

  /** coordinates: [{index, use}], the most used first. */
  build(coordinates, unit) {
    this.rows.clear();
    this.list.replaceChildren(...coordinates.map((each) => this.row(each, unit)));
    this.more.hidden = coordinates.length <= FIRST_SHOWN;
    this.fold(false);
  }

  row({ index, use }, unit) {
    const row = document.createElement("label");
    row.className = "row";
    row.innerHTML = `<span class="name"><b>z<sub>${index + 1}</sub></b><small>${use} ${unit}</small></span>
      <span class="track"><svg viewBox="0 0 28 1" preserveAspectRatio="none"><path /></svg>
      <i class="reach"><i class="sigma"></i><i class="mean"></i></i>
      <input type="range" aria-label="coordinate ${index + 1}, ${use} ${unit}" /></span>
      <output></output>`;
    const input = row.querySelector("input");
    input.oninput = () => this.changes.moved(index, Number(input.value));
    // A key that is held changes the slider again and again: it is let go once.
    input.onkeydown = (event) => (this.keyed = /^(Arrow|Page|Home|End)/.test(event.key));
    input.onkeyup = () => {
      if (this.keyed) this.changes.released();
      this.keyed = false;
    };
    input.onblur = () => (this.keyed = false);
    input.onchange = () => this.keyed || this.changes.released();
    input.ondblclick = () => this.changes.back(index);
    const part = (name) => row.querySelector(name);
    this.rows.set(index, {
      input, output: part("output"), bars: part("path"), sigma: part(".sigma"), mean: part(".mean"),
    });
    return row;
  }

  fold(open) {
    this.open = open;
    this.box.dataset.open = open;
    this.more.setAttribute("aria-expanded", open);
    this.more.textContent = open
      ? "Only the most used"
      : `All ${this.list.children.length} coordinates`;
  }

  /** Ranges, real digits and posterior: what changes when another digit is chosen. */
  frame({ reach, chosen, cloud }) {
    for (const [i, row] of this.rows) {
      const [low, high] = reach[i];
      if (row.input.min !== String(low) || row.input.max !== String(high)) {
        Object.assign(row.input, { min: low, max: high, step: (high - low) / STEPS });
        row.bars.setAttribute("d", outline(histogram(cloud, i, reach[i])));
      }
      const share = (v) => `${100 * Math.max(0, Math.min(1, (v - low) / (high - low)))}%`;
      const mean = chosen?.mean?.[i], sigma = chosen?.sigma?.[i];
      row.mean.hidden = mean === undefined;
      row.sigma.hidden = sigma === undefined;
      if (mean !== undefined) row.mean.style.left = share(mean);
      if (sigma !== undefined) {
        row.sigma.style.left = share(mean - sigma);
        row.sigma.style.right = `calc(100% - ${share(mean + sigma)})`;
      }
    }
  }

  /** Where the sliders stand; only those named in `which`, if it is given. */
  show(z, which = this.rows.keys()) {
    for (const i of which) {
      const row = this.rows.get(i);
      if (row.input.value !== String(z[i])) row.input.value = z[i];
      row.output.textContent = signed(z[i]);
    }
  }
}

/** Bars in [0, 1] as the closed path of a little landscape, 28 wide and 1 high. */
function outline(bars) {
  const tops = Array.from(bars, (v, i) => `L${i + 0.5} ${(1 - 0.92 * v).toFixed(2)}`);
  return `M0 1 ${tops.join(" ")} L${bars.length} 1 Z`;
}
