// The card beside a point: the digit, its reconstruction, and what is known of it.

const REST = 125; // milliseconds on a point before its card comes; the ring comes at once
const GAP = 16; // pixels between the point and its card

class Card {
  constructor(root, pictures) {
    this.box = root.querySelector(".bn-map-card");
    this.stage = root.querySelector(".bn-map-stage");
    this.pictures = pictures;
    this.canvases = Object.fromEntries(
      ["original", "rebuilt"].map((name) => [name, this.box.querySelector(`.${name}`)]),
    );
    this.paint = painterOf(this.canvases.rebuilt.querySelector("canvas"));
    const canvas = this.canvases.original.querySelector("canvas");
    canvas.width = canvas.height = TILE;
    this.context = canvas.getContext("2d");
  }

  /** Soon, unless the pointer goes on: point i at (x, y) on the stage. */
  soon(i, x, y, view) {
    if (this.at !== i) this.hide();
    this.at = i;
    this.spot = [x, y];
    this.view = view;
    this.timer ??= setTimeout(() => this.show(), REST);
  }

  show() {
    this.timer = undefined;
    if (this.at === null || this.at === undefined) return;
    this.fill();
    this.box.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const [x, y] = this.spot, room = this.stage.clientWidth;
    const left = x + GAP + width < room ? x + GAP : Math.max(0, x - GAP - width);
    const top = Math.max(0, Math.min(y - height / 2, this.stage.clientHeight - height));
    this.box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  fill() {
    const { at: i, view, pictures } = this, { theme } = view;
    const has = { original: Boolean(pictures.data.original), rebuilt: Boolean(pictures.data.decoder) };
    for (const [name, there] of Object.entries(has)) this.canvases[name].hidden = !there;
    this.context.clearRect(0, 0, TILE, TILE);
    if (has.original) pictures.draw(this.context, i, 0, 0, TILE, theme.ink);
    const rebuilt = has.rebuilt && pictures.rebuild(i);
    if (rebuilt) this.paint(rebuilt, theme.ink);
    this.box.dataset.point = i;
    const words = [`${view.words.digit} ${(i + 1).toLocaleString("en")}`, nameOf(view, i)];
    this.box.querySelector("b").textContent = words.join(", ");
    this.box.querySelector("p").textContent = figureOf(view, i);
  }

  /** A picture that was missing has come. */
  again() {
    if (!this.box.hidden) this.fill();
  }

  hide() {
    clearTimeout(this.timer);
    this.timer = this.at = undefined;
    this.box.hidden = true;
  }
}

const nameOf = ({ cloud, classes }, i) => `a ${classes[cloud.labels[i]] ?? cloud.labels[i]}`;

/** What the points are coloured by, of this one. */
function figureOf({ colour }, i) {
  if (!colour) return "";
  const value = colour.low + colour.step * colour.values[i];
  if (colour.names) return `${colour.title}: ${colour.names[Math.round(value)]}`;
  return `${colour.title}: ${value.toFixed(colour.digits)}`;
}
