// The figure as plotly.js wants it. In 3-D a trace for each class; a flat map's points are drawn by
// points.js, and Plotly has its axes, its tools and its colour bar.

const MANY = 20_000; // points, from which on dots are smaller

/** The diameter of a point on a flat map, in pixels. */
const diameterOf = ({ size }) => (size > MANY ? 3 : size > 2000 ? 4.2 : 7);

/** view: {cloud, colour, hidden, picked, theme, drawing, scene, axes}. */
function traces(view) {
  const { cloud, hidden } = view;
  if (cloud.dims === 2) return [frame(view)];
  const clouds = cloud.classes.map((label) => ({
    type: "scatter3d",
    mode: "markers",
    name: String(label),
    x: cloud.along(label, 0),
    y: cloud.along(label, 1),
    z: cloud.along(label, 2),
    marker: marker(view, label),
    visible: !hidden.has(label),
    hoverinfo: "none", // Plotly finds the point, and we show it
  }));
  return [...clouds, ...(view.drawing ? drawn(view) : [])];
}

/** Two corners that nobody sees: they give the axes their reach, and the colour bar its colours. */
function frame({ cloud, colour }) {
  const [x, y] = [cloud.reach(0), cloud.reach(1)];
  const color = colour ? { color: [colour.from, colour.high], coloraxis: "coloraxis" } : {};
  const marker = { size: 12, opacity: 0, ...color };
  const rest = { marker: { opacity: 0 } };
  return { type: "scatter", mode: "markers", x, y, marker, hoverinfo: "skip", unselected: rest, selected: rest };
}

function marker({ cloud, colour, theme }, label) {
  const base = { size: cloud.size > MANY ? 1.5 : 2.2, opacity: 0.75, line: { width: 0 } };
  if (!colour) return { ...base, color: theme.digits[label % theme.digits.length] };
  const { low, step } = colour;
  const color = Float32Array.from(cloud.rows.get(label), (i) => low + step * colour.values[i]);
  return { ...base, color, coloraxis: "coloraxis" };
}

/** The drawing in 3-D, tied to its neighbours. */
function drawn({ cloud, drawing, theme }) {
  const ends = [0, 1, 2].map((k) =>
    drawing.near.flatMap((i) => [drawing.place[k], cloud.at[k][i], null]),
  );
  const lines = { type: "scatter3d", mode: "lines", x: ends[0], y: ends[1], z: ends[2] };
  const [x, y, z] = drawing.place;
  const point = { type: "scatter3d", mode: "markers", x: [x], y: [y], z: [z] };
  return [
    { ...lines, line: { color: theme.accent, width: 2 }, hoverinfo: "skip" },
    {
      ...point,
      marker: { size: 7, color: theme.accent, symbol: "diamond", line: { width: 0 } },
      hoverinfo: "skip",
    },
  ];
}

function layout(view) {
  const { cloud, colour, theme, axes } = view;
  const ticks = axes.length > 0;
  const axis = (k) => ({
    title: { text: axes[k] ?? "" },
    showticklabels: ticks,
    ticks: "",
    showgrid: ticks,
    zeroline: false,
    gridcolor: theme.line,
    showspikes: false,
    ...(cloud.frames > 1 ? { range: wide(cloud.reach(k)) } : {}),
  });
  return {
    uirevision: view.scene,
    margin: ticks ? { l: 46, r: 12, t: 12, b: 42 } : { l: 12, r: 12, t: 12, b: 12 },
    font: { family: theme.font, color: theme.ink, size: 12 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    dragmode: cloud.dims === 2 ? "pan" : "orbit",
    hovermode: cloud.dims === 2 ? false : "closest",
    showlegend: false,
    newselection: { line: { color: theme.accent, width: 1.5, dash: "solid" } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: theme.quiet, activecolor: theme.accent },
    ...(cloud.dims === 2
      ? { xaxis: axis(0), yaxis: { ...axis(1), scaleanchor: "x" } }
      : { scene: { ...scene(axis), uirevision: view.scene } }),
    ...(colour ? { coloraxis: colourAxis(colour, theme) } : {}),
  };
}

function scene(axis) {
  const [x, y, z] = [0, 1, 2].map((k) => ({ ...axis(k), showbackground: false }));
  const near = x.showticklabels ? 1 : 0.62; // without numbers at the axes there is more room
  const camera = { eye: { x: 1.55 * near, y: 1.55 * near, z: 1.15 * near } };
  return { xaxis: x, yaxis: y, zaxis: z, aspectmode: "data", dragmode: "orbit", camera };
}

const wide = ([low, high]) => [low - 0.04 * (high - low), high + 0.04 * (high - low)];

function colourAxis({ title, names, from, high }, theme) {
  const bar = { thickness: 10, len: 0.7, outlinewidth: 0, title: { text: title, side: "right" } };
  if (!names) return { colorscale: BAR, cmin: from, cmax: high, colorbar: bar };
  const colours = names.map((_, i) => theme.digits[i % theme.digits.length]);
  const steps = colours.flatMap((c, i) => [
    [i / names.length, c],
    [(i + 1) / names.length, c],
  ]);
  const ticks = { tickmode: "array", tickvals: names.map((_, i) => i), ticktext: names };
  return {
    colorscale: steps,
    cmin: -0.5,
    cmax: names.length - 0.5,
    colorbar: { ...bar, ...ticks },
  };
}

const CONFIG = {
  displaylogo: false,
  displayModeBar: true,
  scrollZoom: true,
  doubleClick: "reset",
  editSelection: false, // a lasso is drawn anew
  responsive: false, // a ResizeObserver of ours sees the component alone
};
const BUTTONS = {
  2: [["pan2d", "zoom2d"], ["lasso2d", "select2d"], ["zoomIn2d", "zoomOut2d", "resetScale2d"]],
  3: [["orbitRotation", "tableRotation", "pan3d", "zoom3d"], ["resetCameraDefault3d"]],
};

const CONFIGS = Object.fromEntries(
  [2, 3].map((dims) => [dims, { ...CONFIG, modeBarButtons: BUTTONS[dims] }]),
);
