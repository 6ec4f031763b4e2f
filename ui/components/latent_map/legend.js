// The classes as buttons: a press leaves that class alone on the map, with Shift it comes or goes.
// Beside them, the search: a class, or a digit by its number.

class Legend {
  /** act: {hide(labels), seek(i)} */
  constructor(root, act) {
    this.box = root.querySelector(".bn-map-legend");
    this.field = root.querySelector(".bn-map-search input");
    this.word = root.querySelector(".bn-map-search output");
    this.act = act;
    this.field.onkeydown = (event) => event.key === "Enter" && this.search();
    this.field.oninput = () => (this.word.textContent = "");
    this.field.onsearch = () => this.search();
  }

  show({ cloud, hidden, classes, theme }) {
    this.view = { cloud, hidden, classes };
    const buttons = cloud.classes.map((label) => {
      const button = document.createElement("button");
      const count = cloud.rows.get(label).length.toLocaleString("en");
      button.type = "button";
      button.dataset.label = label;
      button.setAttribute("aria-pressed", !hidden.has(label));
      button.title = `${count} of class ${classes[label] ?? label}. Press: only these. Shift: on or off.`;
      button.style.setProperty("--colour", theme.digits[label % theme.digits.length]);
      button.textContent = classes[label] ?? label;
      button.onclick = (event) => this.press(label, event.shiftKey);
      return button;
    });
    this.box.replaceChildren(...buttons);
  }

  press(label, adds) {
    const { cloud, hidden } = this.view;
    const all = cloud.classes, alone = hidden.size === all.length - 1 && !hidden.has(label);
    let next = new Set(hidden);
    if (adds) {
      if (!next.delete(label)) next.add(label);
      if (next.size === all.length) next.clear();
    } else next = new Set(alone ? [] : all.filter((each) => each !== label));
    this.act.hide(next);
  }

  /** "4" is the class, "#1234" (or a number that is no class) a digit. */
  search() {
    const text = this.field.value.trim(), { cloud, classes } = this.view;
    this.word.textContent = "";
    if (!text) return this.act.seek(null), this.act.hide(new Set());
    const named = cloud.classes.find((label) =>
      [String(label), (classes[label] ?? "").toLowerCase()].includes(text.toLowerCase()),
    );
    if (named !== undefined) {
      this.act.seek(null);
      return this.act.hide(new Set(cloud.classes.filter((label) => label !== named)));
    }
    const number = Number(text.replace(/^#/, "").replaceAll(",", ""));
    if (Number.isInteger(number) && number >= 1 && number <= cloud.size) {
      return this.act.seek(number - 1);
    }
    this.word.textContent = `No such class, and no digit of this number (1 to ${cloud.size}).`;
  }
}
