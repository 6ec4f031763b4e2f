// Where real digits lie on the plane of two coordinates, each class in its own colour.

const NOISE = Float32Array.from({ length: 4093 }, gaussian);

/** A draw from every real digit's posterior (its code, where there is none): (N, D) row by row. */
function drawCloud(means, logvars) {
  if (!logvars.length) return means;
  return means.map((mean, k) => mean + Math.exp(logvars[k] / 2) * NOISE[(k * 31) % NOISE.length]);
}

/**
 * Paints the cloud {points, labels, size} onto a small canvas, and says where each class stands
 * out most: [x, y] in [0, 1], y upwards, or [null, null] where it never does.
 */
function shadeClasses(canvas, cloud, axes, reach, tints) {
  const counts = countClasses(cloud, axes, reach).map((grid) => blur(blur(grid)));
  const total = counts.reduce((sum, grid) => sum.map((v, i) => v + grid[i]));
  const most = total.reduce((a, b) => Math.max(a, b), 1e-9);
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(BINS, BINS);
  for (let i = 0; i < total.length; i++) {
    if (total[i] <= 0) continue;
    const colour = [0, 0, 0];
    let weights = 0;
    counts.forEach((grid, digit) => {
      const weight = (grid[i] / total[i]) ** 2; // the class that is there most shows most
      weights += weight;
      for (let c = 0; c < 3; c++) colour[c] += weight * tints[digit][c];
    });
    const alpha = 200 * Math.sqrt(total[i] / most);
    pixels.data.set([...colour.map((c) => c / weights), alpha], 4 * i);
  }
  context.putImageData(pixels, 0, 0);
  return counts.map((grid) => standsOut(grid, total, most));
}

function countClasses({ points, labels, size }, [i, j], reach) {
  const counts = Array.from({ length: 10 }, () => new Float32Array(BINS * BINS));
  const bin = (v, [low, high]) => Math.floor(((v - low) / (high - low)) * BINS);
  for (let n = 0; n < labels.length; n++) {
    const x = bin(points[n * size + i], reach[i]);
    const y = BINS - 1 - bin(points[n * size + j], reach[j]);
    if (x >= 0 && x < BINS && y >= 0 && y < BINS) counts[labels[n]][y * BINS + x]++;
  }
  return counts;
}

/** A running mean over five bins, along rows and then along columns. */
function blur(grid) {
  return [1, BINS].reduce((from, step) => {
    const to = new Float32Array(from.length);
    for (let k = 0; k < from.length; k++) {
      const along = step === 1 ? k % BINS : Math.floor(k / BINS);
      let sum = 0;
      for (let d = -2; d <= 2; d++) {
        if (along + d >= 0 && along + d < BINS) sum += from[k + d * step];
      }
      to[k] = sum / 5;
    }
    return to;
  }, grid);
}

function standsOut(grid, total, most) {
  let best = -1, at = -1;
  for (let i = 0; i < grid.length; i++) {
    const score = total[i] > 0.05 * most ? grid[i] ** 2 / total[i] : 0;
    if (score > best && score > 0) [best, at] = [score, i];
  }
  if (at < 0) return [null, null];
  return [((at % BINS) + 0.5) / BINS, 1 - (Math.floor(at / BINS) + 0.5) / BINS];
}

/** How often real digits have each value of coordinate i: bars in [0, 1] over its range. */
function histogram({ points, size, labels }, i, [low, high], bars = 28) {
  const counts = new Float32Array(bars);
  for (let n = 0; n < labels.length; n++) {
    const bar = Math.floor(((points[n * size + i] - low) / (high - low)) * bars);
    if (bar >= 0 && bar < bars) counts[bar]++;
  }
  const most = Math.max(1, ...counts);
  return counts.map((count) => count / most);
}
