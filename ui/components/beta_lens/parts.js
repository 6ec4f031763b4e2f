// Parts of the lens: coordinates as rows, bars for every beta, the matrix of factors, columns.

const ALIVE_NOTE = "its mean varies over the images by more than 0.01";
const SAYS = 0.1; // share of a factor's entropy that a coordinate has to know to be named after it

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** Bars of the coordinates' KL, largest first, on a scale shared by all. */
function klBars(entry, most) {
  const bars = element("span", "kl-bars");
  for (const i of entry.order) {
    const bar = element("i", entry.active[i] ? "on" : "off");
    bar.style.setProperty("--v", entry.kl[i] / most);
    bar.title = `z${i + 1}: ${entry.kl[i].toFixed(2)} nats, ${entry.active[i] ? "alive" : "collapsed"}`;
    bars.append(bar);
  }
  return bars;
}

const aliveCount = (entry) => entry.active.filter(Boolean).length;

/** One row a coordinate: switch, name, KL, the factor it found, its traversal. */
class Units {
  /** changes: {switched(i)} */
  constructor(box, changes) {
    this.box = box;
    this.changes = changes;
  }

  build(entry, factorNames) {
    const most = Math.max(...entry.kl, 0.5);
    this.rows = entry.order.map((i) => {
      const row = element("div", `unit${entry.active[i] ? "" : " dead"}`);
      const button = element("button", "switch");
      button.type = "button";
      button.innerHTML = `z<sub>${i + 1}</sub>`;
      button.title = `Switch coordinate ${i + 1} off: set it to 0, which says nothing`;
      button.onclick = () => this.changes.switched(i);
      const meter = element("span", "meter");
      meter.append(element("i"));
      meter.firstChild.style.setProperty("--v", entry.kl[i] / most);
      const words = element("span", "nats", `${entry.kl[i].toFixed(2)} nats`);
      words.title = entry.active[i] ? `alive: ${ALIVE_NOTE}` : "collapsed: its mean hardly moves";
      const canvas = element("canvas", "sheet strip");
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `traversal of coordinate ${i + 1}`);
      row.append(button, meter, words);
      if (factorNames.length) row.append(element("span", "found", foundBy(entry, i, factorNames)));
      row.append(canvas);
      return { i, row, button, sheet: new Sheet(canvas, STEPS) };
    });
    this.box.dataset.factors = factorNames.length > 0;
    this.box.replaceChildren(...this.rows.map(({ row }) => row));
  }

  showOff(off) {
    for (const { i, row, button } of this.rows) {
      row.classList.toggle("switched-off", off.has(i));
      button.setAttribute("aria-pressed", off.has(i));
    }
  }

  /** Paints the rows whose pictures are drawn; draws the others if asked to. */
  paint(drawn, digit, ink, may = true) {
    for (const { i, sheet } of this.rows) {
      if (may || drawn.rows.has(`${i} ${digit}`)) sheet.paint(drawn.traversal(i, digit), ink);
    }
  }
}

/** The factor that a coordinate knows most of, in words. */
function foundBy(entry, i, names) {
  if (!entry.information || !entry.active[i]) return "";
  const [share, k] = entry.information[i].map((v, k) => [v, k]).sort((a, b) => b[0] - a[0])[0];
  if (share >= SAYS) return `${names[k]} ${Math.round(100 * share)} %`;
  return entry.kl[i] < SAYS ? "" : "a bit of several";
}

/** Bars for each entry, each a button that chooses it. */
class AllBars {
  constructor(box, chosen) {
    this.box = box;
    this.chosen = chosen;
  }

  build(entries) {
    const most = Math.max(...entries.flatMap(({ kl }) => kl), 0.5);
    this.buttons = entries.filter(({ kl }) => kl.length).map((entry) => {
      const button = element("button", "profile");
      button.type = "button";
      button.append(klBars(entry, most), element("b", "", entry.name));
      button.append(element("small", "", `${aliveCount(entry)} of ${entry.kl.length} alive`));
      button.onclick = () => this.chosen(entry.id);
      return { id: entry.id, button };
    });
    this.box.replaceChildren(...this.buttons.map(({ button }) => button));
  }

  show(at) {
    for (const { id, button } of this.buttons) button.setAttribute("aria-pressed", id === at);
  }
}

/** Mutual information between factors (rows) and coordinates (columns), as shares of each factor. */
function paintMatrix(table, entry, names) {
  if (!entry.information) return table.replaceChildren();
  const head = element("tr");
  head.append(element("th"), ...entry.order.map((i) => {
    const cell = element("th");
    cell.innerHTML = `z<sub>${i + 1}</sub>`;
    return cell;
  }));
  const rows = names.map((name, k) => {
    const row = element("tr");
    row.append(element("th", "", name));
    for (const i of entry.order) {
      const share = entry.information[i][k];
      const cell = element("td", "", share < 0.005 ? "" : Math.round(100 * share));
      cell.style.setProperty("--v", share);
      cell.title = `coordinate ${i + 1} knows ${(100 * share).toFixed(0)} % of ${name}`;
      row.append(cell);
    }
    return row;
  });
  table.replaceChildren(head, ...rows);
}

const SCORES = { mig: "MIG", dci: "DCI", sap: "SAP" };

/** The three scores against beta. */
class Scores {
  constructor(box) {
    this.charts = Object.entries(SCORES).map(([name, title]) => {
      const figure = element("figure");
      const caption = element("figcaption", "", title);
      const chart = element("div", "score");
      figure.append(caption, chart);
      box.append(figure);
      return { name, title, caption, chart };
    });
  }

  show(rows, at) {
    for (const { name, title, caption, chart } of this.charts) {
      const now = scoreChart(chart, title, rows, name, at);
      caption.textContent = now === null ? title : `${title} ${now.toFixed(2)}`;
    }
  }
}

/** Two or three entries in columns, each chosen by a list. */
class Columns {
  constructor(root, changed) {
    this.pick = root.querySelector(".pick");
    this.box = root.querySelector(".beside");
    this.changed = changed;
  }

  build(entries, ids) {
    const most = Math.max(...entries.flatMap(({ kl }) => kl), 0.5);
    const options = entries.filter(({ codes }) => codes.length);
    this.columns = ids.map((id, n) => this.column(options, id, n, most)).filter(Boolean);
    this.box.replaceChildren(...this.columns.map(({ box }) => box));
  }

  column(options, id, n, most) {
    const entry = options.find((each) => each.id === id);
    if (!entry) return null;
    const box = element("div", "column");
    const select = element("select");
    select.setAttribute("aria-label", `column ${n + 1}`);
    for (const { id: value, name } of options) {
      const option = element("option", "", name);
      option.value = value;
      option.selected = value === id;
      select.append(option);
    }
    select.onchange = () => this.changed(n, select.value);
    const sheets = ["rebuilt", "samples"].map((kind) => {
      const canvas = element("canvas", "sheet");
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `${entry.name}, ${kind}`);
      return canvas;
    });
    box.append(select, element("p", "figures", figuresOf(entry)), klBars(entry, most));
    box.append(element("small", "", "rebuilt"), sheets[0], element("small", "", "samples"), sheets[1]);
    return { box, entry, sheets };
  }

  paint(drawnOf, seed, ink) {
    for (const { entry, sheets } of this.columns) {
      const drawn = drawnOf(entry);
      if (!drawn) continue;
      const [rebuilt, samples] = [drawn.rebuilt(new Set()), drawn.samples(seed)];
      new Sheet(sheets[0], rebuilt.length > 8 ? 5 : 4, 2).paint(rebuilt.slice(0, 10), ink);
      new Sheet(sheets[1], 6, 3).paint(samples, ink);
    }
  }
}

function figuresOf({ rate, distortion, active }) {
  const sum = (rate + distortion).toFixed(1), alive = active.filter(Boolean).length;
  return `rate ${rate.toFixed(1)} + distortion ${distortion.toFixed(1)} = −ELBO ${sum} nats` +
    (active.length ? ` · ${alive} of ${active.length} coordinates alive` : "");
}
