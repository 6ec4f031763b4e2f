// What was picked with the lasso: the digits, their classes, their mean decoded, and who is near
// it in the latent space. Python counts and decodes; the pictures are drawn here.

const MOST_SHOWN = 60; // digits of a selection
const SHOWN = 56; // pixels of each

class Panel {
  constructor(root, pictures, act) {
    this.box = root.querySelector(".bn-map-picked");
    this.pictures = pictures;
    this.act = act;
    this.box.querySelector("[data-do=clear]").onclick = () => act.clear();
  }

  /** At once, before Python has answered: how many, and which. */
  begin(mask, view) {
    this.view = view;
    this.rows = mask ? mask.reduce((rows, on, i) => (on && rows.push(i), rows), []) : [];
    this.box.hidden = !mask;
    if (!mask) return;
    const count = this.rows.length;
    const seen = this.pictures.data.original ? "" : ", rebuilt from their codes";
    const digits = `${count.toLocaleString("en")} ${count === 1 ? "digit" : "digits"}`;
    this.say(".count", `${digits} picked${seen}`);
    const rest = count - MOST_SHOWN;
    this.say(".rest", rest > 0 ? `and ${rest.toLocaleString("en")} more` : "");
    this.bars(view);
    setTimeout(() => this.fill(".gallery", this.rows.slice(0, MOST_SHOWN))); // after Python's answer
  }

  say(selector, words) {
    this.box.querySelector(selector).textContent = words;
  }

  /** How many there are of each class. */
  bars({ cloud, classes, theme }) {
    const counts = new Map(cloud.classes.map((label) => [label, 0]));
    for (const i of this.rows) counts.set(cloud.labels[i], counts.get(cloud.labels[i]) + 1);
    const most = Math.max(1, ...counts.values());
    const items = [...counts].map(([label, count]) => {
      const item = document.createElement("li");
      item.style.setProperty("--share", count / most);
      item.style.setProperty("--colour", theme.digits[label % theme.digits.length]);
      item.append(Object.assign(document.createElement("i"), { className: "bar" }));
      item.append(Object.assign(document.createElement("b"), { textContent: count }));
      item.append(classes[label] ?? label);
      return item;
    });
    this.box.querySelector(".counts").replaceChildren(...items);
  }

  /** Python's answer: {mean: 784 bytes or null, near: indices, words}. */
  answer(found) {
    this.found = found;
    const mean = this.box.querySelector(".mean");
    mean.hidden = !found.mean;
    if (found.mean) {
      this.paint ??= painterOf(mean.querySelector("canvas"));
      this.paint(Float32Array.from(found.mean, (v) => v / 255), this.view.theme.ink);
    }
    this.say(".near-words", found.words);
    this.fill(".near", found.near);
    this.box.dataset.answered = found.id;
  }

  /** A canvas for each point; those of the gallery and of the neighbours show where they lie. */
  fill(selector, rows) {
    const place = this.box.querySelector(selector);
    place.replaceChildren(
      ...rows.map((i) => {
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = TILE;
        canvas.style.width = `${SHOWN}px`;
        canvas.dataset.point = i;
        canvas.title = `${this.view.words.digit} ${i + 1}, ${nameOf(this.view, i)}`;
        canvas.onpointerenter = () => this.act.mark(i);
        canvas.onpointerleave = () => this.act.mark(null);
        this.paintOne(canvas);
        return canvas;
      }),
    );
  }

  paintOne(canvas) {
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, TILE, TILE);
    const i = Number(canvas.dataset.point);
    const there = this.pictures.draw(context, i, 0, 0, TILE, this.view.theme.ink);
    canvas.dataset.missing = !there;
    canvas.style.borderBottomColor =
      this.view.theme.digits[this.view.cloud.labels[i] % this.view.theme.digits.length];
  }

  /** Pictures that were missing may have come, or the theme has changed. */
  again(view, all = false) {
    if (this.box.hidden) return;
    this.view = view;
    const wanted = all ? "canvas[data-point]" : "canvas[data-missing=true]";
    for (const canvas of this.box.querySelectorAll(wanted)) this.paintOne(canvas);
  }
}
