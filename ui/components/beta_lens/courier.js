// Brings decoders to the page. Shows nothing. store.js stands above this file.

/** The float32 of every float16, by its bits: a table, because millions are looked up. */
const floats = (() => {
  const all = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const exponent = (bits >> 10) & 31, mantissa = bits & 1023;
    const size = exponent ? (1024 + mantissa) * 2 ** (exponent - 25) : mantissa * 2 ** -24;
    all[bits] = bits & 0x8000 ? -size : size;
  }
  return all;
})();

/** float16 bytes as float32 bytes. */
function widened(bytes) {
  const bits = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  const wide = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) wide[i] = floats[bits[i]];
  return new Uint8Array(wide.buffer);
}

export default function ({ data }) {
  data.plans.forEach((plan, n) => {
    if (store.models.has(plan.digest)) return;
    const bytes = data[`weights${n}`].getChildAt(0).toArray().slice();
    storeModel(plan.digest, { plan, weights: data.halves[n] ? widened(bytes) : bytes });
  });
  tellListeners();
}
