// The theme's colours, as the browser has them now.

const STILLED = matchMedia("(prefers-reduced-motion: reduce)");

function themeOf(root) {
  const style = getComputedStyle(root);
  const probe = Object.assign(document.createElement("i"), { hidden: true });
  root.append(probe);
  const named = (name) => {
    probe.style.color = "";
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const theme = {
    ink: style.color,
    font: style.fontFamily,
    line: named("--st-border-color"),
    accent: named("--st-primary-color"),
    paper: named("--bn-paper"),
    quiet: named("--bn-map-quiet"),
    digits: style.getPropertyValue("--st-chart-categorical-colors").split(",").map((c) => c.trim()),
  };
  probe.remove();
  return { ...theme, key: Object.values(theme).join() };
}

/** The inverse of `maskText`. */
function maskOf(text, size) {
  const bytes = atob(text), mask = new Uint8Array(size);
  for (let i = 0; i < size; i++) mask[i] = (bytes.charCodeAt(i >> 3) >> (i & 7)) & 1;
  return mask;
}
