// Pictures as buttons. Python says which are chosen; a press is told to Python and does nothing
// more here. ink.js stands above this file.

export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  grid.style.setProperty("--columns", data.columns);
  grid.style.setProperty("--phone-columns", data.phoneColumns);
  grid.ariaLabel = data.label;
  const bytes = data.frames.getChildAt(0).toArray();
  const style = getComputedStyle(grid);
  const inks = [style.color, style.outlineColor, style.columnRuleColor]; // see the style sheet
  while (grid.children.length > data.names.length) grid.lastChild.remove();
  data.names.forEach((name, k) => {
    const cell = grid.children[k] ?? grid.appendChild(newCell());
    cell.title = cell.ariaLabel = name;
    cell.ariaPressed = String(data.chosen.includes(k));
    cell.classList.toggle("off", data.off.includes(k));
    cell.querySelector("small").textContent = data.captions[k] ?? "";
    cell.onclick = () => setTriggerValue("pressed", k);
    const picture = bytes.subarray(k * SIDE * SIDE, (k + 1) * SIDE * SIDE);
    paintSigned(cell.querySelector("canvas"), picture, data.signed, inks);
  });
  grid.dataset.painted = data.names.length;
}

function newCell() {
  const cell = document.createElement("button");
  cell.type = "button";
  cell.append(document.createElement("canvas"), document.createElement("small"));
  return cell;
}

/** Bytes as ink; signed ones in the colour of ink that is added, or of ink that is missing. */
function paintSigned(canvas, bytes, signed, [ink, adds, lacks]) {
  if (!signed) {
    painterOf(canvas)(Float32Array.from(bytes, (v) => v / 255), ink);
    return;
  }
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(SIDE, SIDE);
  const colours = [adds, lacks].map((colour) => rgbOf(colour).slice(0, 3));
  bytes.forEach((byte, i) => {
    const v = (byte - 127.5) / 127.5;
    pixels.data.set(colours[v < 0 ? 1 : 0], 4 * i);
    pixels.data[4 * i + 3] = Math.abs(v) < 0.01 ? 0 : 255 * Math.abs(v);
  });
  context.putImageData(pixels, 0, 0);
}
