/**
 * A decoder that runs in the browser: coordinates in, picture out, no server asked.
 *
 * `aecore/portable.py` writes a trained decoder down as a plan (JSON: which layers, in which
 * order) and its weights (bytes). This file runs any such plan:
 *
 *     const decode = load(plan, bytes);
 *     const picture = decode(z);            // Float32Array(784), each pixel in [0, 1]
 *     const picture = decode(z, 7);         // a conditional decoder: the class as well
 *     const picture = decode(codes);        // a discrete decoder: one code for each grid cell
 *
 * `decode` writes into buffers made once by `load`, so that dragging allocates nothing. The
 * picture is one of them: the next call overwrites it. Copy it (`picture.slice()`) to keep it.
 *
 * Numbers lie channels last: pixel by pixel, and within a pixel channel by channel. A weight
 * matrix holds one row for each input, so that a layer is «for each input that is not zero, add
 * its row, times the input, to the output»: it walks through memory in order, and after a ReLU
 * it skips about half of the work. half.js has to stand beside this file.
 */

const LAYERS = {
  linear,
  conv_transpose: convTranspose,
  affine,
  relu: () => pointwise((v) => (v > 0 ? v : 0)),
  leaky_relu: ({ slope }) => pointwise((v) => (v > 0 ? v : slope * v)),
  sigmoid: () => pointwise((v) => 1 / (1 + Math.exp(-v))),
  tanh: () => pointwise(Math.tanh),
};
const INPUTS = { vector, "vector+class": vectorAndClass, codes };

/** Weights already received, by the digest of their plan; the least recently used goes first. */
const received = new Map();
const MOST_RECEIVED = 16;

/**
 * Prepare a decoder. `bytes` (any typed array, or an ArrayBuffer) may be left out when a plan with
 * the same digest has been loaded before in this page.
 */
export function load(plan, bytes) {
  const weights = remember(plan, bytes);
  const tensor = ({ offset, length }) => weights.subarray(offset, offset + length);
  const read = INPUTS[plan.input.kind](plan.input, tensor);
  const steps = plan.layers.map((layer) => LAYERS[layer.kind](layer, tensor));
  return function decode(input, y) {
    let x = read(input, y);
    for (const step of steps) x = step(x);
    return x;
  };
}

function remember({ digest, bytes: size, numbers }, bytes) {
  const weights = received.get(digest) ?? parse(bytes, size, numbers);
  received.delete(digest);
  received.set(digest, weights);
  if (received.size > MOST_RECEIVED) received.delete(received.keys().next().value);
  return weights;
}

/** float16 or float32, little-endian as every browser is. A copy, because the bytes of a message
 *  may start anywhere in memory and an array of such numbers may not. */
function parse(bytes, size, numbers) {
  if (bytes?.byteLength !== size) throw new Error(`These weights are not here: ${size} bytes`);
  const { buffer, byteOffset } = ArrayBuffer.isView(bytes) ? bytes : new Uint8Array(bytes);
  const copy = buffer.slice(byteOffset, byteOffset + size);
  return numbers === "float16" ? widened(new Uint16Array(copy)) : new Float32Array(copy);
}

/** float32 of float16, given by its bits: through a table, because there are a million of them. */
function widened(halves) {
  floats ??= Float32Array.from({ length: 65536 }, (_, bits) => fromHalf(bits));
  return Float32Array.from(halves, (bits) => floats[bits]);
}
let floats;

// ---- what goes in -----------------------------------------------------------------------------

function vector({ latent_dim: size }) {
  const x = new Float32Array(size);
  return (z) => {
    expectLength(z, size);
    x.set(z);
    return x;
  };
}

/** z, and after it the class as one-hot: all zeros but for a one at the class. */
function vectorAndClass({ latent_dim: size, classes }) {
  const x = new Float32Array(size + classes);
  return (z, y) => {
    expectLength(z, size);
    expectNumber(y, classes, "class");
    x.set(z);
    x.fill(0, size);
    x[size + y] = 1;
    return x;
  };
}

/** Each cell of the grid gives the number of a code; its vector stands in the codebook. */
function codes({ grid, codes: count, dim, codebook }, tensor) {
  const book = tensor(codebook);
  const cells = grid[0] * grid[1];
  const x = new Float32Array(cells * dim);
  return (numbers) => {
    expectLength(numbers, cells);
    for (let cell = 0; cell < cells; cell++) {
      const code = numbers[cell];
      expectNumber(code, count, "code");
      x.set(book.subarray(code * dim, (code + 1) * dim), cell * dim);
    }
    return x;
  };
}

function expectLength(numbers, size) {
  if (numbers?.length !== size) throw new RangeError(`This decoder takes ${size} numbers`);
}

function expectNumber(n, count, what) {
  if (!(Number.isInteger(n) && n >= 0 && n < count)) {
    throw new RangeError(`A ${what} is a whole number from 0 to ${count - 1}, not ${n}`);
  }
}

// ---- layers: each gives a function from its input to its output -------------------------------

function linear(layer, tensor) {
  const weight = tensor(layer.weight);
  const bias = tensor(layer.bias);
  const out = new Float32Array(layer.outputs);
  const addRows = rowAdder(layer.inputs);
  return (x) => {
    out.set(bias);
    addRows(x, 0, weight, out);
    return out;
  };
}

/** Each input pixel stamps a kernel-sized patch onto the output, `stride` pixels after the stamp
 *  of its neighbour; where stamps overlap they add up, and what falls off the edge is lost. */
function convTranspose(layer, tensor) {
  const { kernel, stride, padding } = layer;
  const [height, width, channelsIn] = layer.input;
  const [heightOut, widthOut, channels] = layer.output;
  const weight = tensor(layer.weight);
  const bias = tensor(layer.bias);
  const patch = new Float32Array(kernel * kernel * channels);
  const out = new Float32Array(heightOut * widthOut * channels);
  const addRows = rowAdder(channelsIn);

  function stamp(top, left) {
    for (let ky = Math.max(0, -top); ky < Math.min(kernel, heightOut - top); ky++) {
      for (let kx = Math.max(0, -left); kx < Math.min(kernel, widthOut - left); kx++) {
        const to = ((top + ky) * widthOut + left + kx) * channels;
        const from = (ky * kernel + kx) * channels;
        for (let c = 0; c < channels; c++) out[to + c] += patch[from + c];
      }
    }
  }

  return (x) => {
    for (let i = 0; i < out.length; i += channels) out.set(bias, i);
    for (let pixel = 0; pixel < height * width; pixel++) {
      patch.fill(0);
      addRows(x, pixel * channelsIn, weight, patch);
      stamp(Math.floor(pixel / width) * stride - padding, (pixel % width) * stride - padding);
    }
    return out;
  };
}

/** A batch normalisation that had no layer before it to be folded into. */
function affine(layer, tensor) {
  const scale = tensor(layer.scale);
  const shift = tensor(layer.shift);
  return (x) => {
    for (let i = 0; i < x.length; i++) {
      const c = i % scale.length;
      x[i] = x[i] * scale[c] + shift[c];
    }
    return x;
  };
}

function pointwise(f) {
  return (x) => {
    for (let i = 0; i < x.length; i++) x[i] = f(x[i]);
    return x;
  };
}

/**
 * out += sum over i of x[start + i] * (row i of weight): where all the time goes. Rows of zeros
 * are skipped, and four rows are added at a time, so that `out` is read and written a quarter as
 * often.
 */
function rowAdder(inputs) {
  const live = new Int32Array(inputs);
  return function addRows(x, start, weight, out) {
    const n = out.length;
    let count = 0;
    for (let i = 0; i < inputs; i++) if (x[start + i] !== 0) live[count++] = i;
    let k = 0;
    for (; k + 4 <= count; k += 4) {
      const a = live[k], b = live[k + 1], c = live[k + 2], d = live[k + 3];
      const xa = x[start + a], xb = x[start + b], xc = x[start + c], xd = x[start + d];
      const ra = a * n, rb = b * n, rc = c * n, rd = d * n;
      for (let j = 0; j < n; j++) {
        const low = xa * weight[ra + j] + xb * weight[rb + j];
        out[j] += low + xc * weight[rc + j] + xd * weight[rd + j];
      }
    }
    for (; k < count; k++) {
      const row = live[k] * n;
      const value = x[start + live[k]];
      for (let j = 0; j < n; j++) out[j] += value * weight[row + j];
    }
  };
}
