// The digit that the pad is about: its name, its code (mean), sigma where it has a posterior, the
// class it is told, and which training digit it is (real), if it is one.

/** The visitor's drawing, as Python read it; null where there is none. */
function drawnDigit({ drawing }) {
  if (!drawing) return null;
  const mean = drawing.z[0] === "c" ? readCodes(drawing.z) : readVector(drawing.z);
  return { name: drawing.name, real: null, mean, sigma: drawing.sigma, y: drawing.y };
}

/** Training digit n, as the courier brought it. */
function realDigit({ plan, labels, grids, means, logvars }, n) {
  const { kind, grid, latent_dim: size, classes } = plan.input;
  const digit = { name: `Training digit ${n + 1}, a ${labels[n]}`, real: n };
  if (kind === "codes") {
    const cells = grid[0] * grid[1];
    return { ...digit, mean: Int32Array.from(grids.subarray(n * cells, (n + 1) * cells)) };
  }
  const part = (all) => all.slice(n * size, (n + 1) * size);
  const sigma = logvars.length ? part(logvars).map((v) => Math.exp(v / 2)) : null;
  return { ...digit, mean: part(means), sigma, y: classes ? labels[n] : null };
}

/** How far a place is from a digit, in words; "" where it is there. */
function awayFrom(digit, z) {
  if (z instanceof Int32Array) {
    const changed = z.reduce((n, code, i) => n + (code !== digit.mean[i]), 0);
    return changed ? `${changed} of ${z.length} codes changed` : "";
  }
  const far = Math.hypot(...z.map((v, i) => v - digit.mean[i]));
  return far < 0.005 ? "" : `moved by ${far.toFixed(2)}`;
}

/** Puts a text on the clipboard; the old way too, for pages that aren't served over https. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
