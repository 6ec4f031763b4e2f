// The class as ten buttons, each with what the same coordinates give under it.

class Classes {
  /** changes: {told(y)} */
  constructor(root, changes) {
    this.box = root.querySelector(".classes");
    this.changes = changes;
    this.box.onkeydown = (event) => this.key(event);
  }

  build(count) {
    this.strip = Array.from({ length: count }, (_, y) => {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("role", "radio");
      button.setAttribute("aria-label", `told that it is a ${y}`);
      button.onclick = () => this.changes.told(y);
      const canvas = document.createElement("canvas");
      button.append(canvas, String(y));
      return { button, paint: painterOf(canvas) };
    });
    this.box.replaceChildren(...this.strip.map(({ button }) => button));
    this.box.hidden = !count;
  }

  show(told, pictureOf, ink) {
    this.strip.forEach(({ paint, button }, y) => {
      paint(pictureOf(y), ink);
      button.setAttribute("aria-checked", y === told);
      button.tabIndex = y === told ? 0 : -1;
    });
  }

  /** Arrow keys go through the classes, as radio buttons have it. */
  key(event) {
    const way = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    const at = this.strip.findIndex(({ button }) => button === event.target);
    if (!way || at < 0) return;
    event.preventDefault();
    const next = (at + way + this.strip.length) % this.strip.length;
    this.changes.told(next);
    this.strip[next].button.focus();
  }
}
