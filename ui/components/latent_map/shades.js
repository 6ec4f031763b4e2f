// The colour of each point, from its class or from a value, as the points' layer wants it.

// Viridis (van der Walt & Smith 2015) at nine places: dark to bright, also for colour-blind eyes.
const VIRIDIS = [
  "#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725",
];
const OPACITY = 0.88;
const UNPICKED = 0.12; // opacity of what a selection leaves out

/** Uint8Array (4 N,) of red, green, blue and opacity. */
function shades({ cloud, colour, hidden, picked, theme }) {
  const found = new Uint8Array(4 * cloud.size);
  const rgb = colour ? shadesOf(colour, theme) : null;
  const classes = cloud.classes.reduce((all, label) => {
    all[label] = rgbOf(theme.digits[label % theme.digits.length]);
    return all;
  }, []);
  for (let i = 0; i < cloud.size; i++) {
    const label = cloud.labels[i];
    if (hidden.has(label)) continue;
    const [r, g, b] = rgb ? rgb[colour.values[i]] : classes[label];
    const opacity = picked && !picked[i] ? UNPICKED : OPACITY;
    found.set([r, g, b, Math.round(255 * opacity)], 4 * i);
  }
  return found;
}

/** The colour of each of the 256 values that a byte has. */
function shadesOf({ names, low, step, from, high }, theme) {
  const stops = (names ? theme.digits : VIRIDIS).map((c) => [...rgbOf(c)].slice(0, 3));
  return Array.from({ length: 256 }, (_, value) => {
    if (names) return stops[value % stops.length];
    const share = Math.max(0, Math.min(1, (low + step * value - from) / (high - from || 1)));
    const at = share * (stops.length - 1), i = Math.min(Math.floor(at), stops.length - 2);
    return stops[i].map((v, k) => Math.round(v + (at - i) * (stops[i + 1][k] - v)));
  });
}

/** The same colours for Plotly's colour bar. */
const BAR = VIRIDIS.map((colour, i) => [i / (VIRIDIS.length - 1), colour]);
