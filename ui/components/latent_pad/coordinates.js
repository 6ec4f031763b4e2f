// A place in the latent space as text, and the rounding that the text brings about: the same
// format as aecore/coordinates.py, which reads it.

const LARGEST_HALF = 65504;

/** The 16 bits of the float16 nearest to v (ties to even), and back. */
function toHalf(v) {
  const sign = v < 0 || Object.is(v, -0) ? 0x8000 : 0;
  const size = Math.min(Math.abs(v), LARGEST_HALF);
  const exponent = size < 2 ** -14 ? -14 : Math.floor(Math.log2(size));
  const steps = evenRound(size / 2 ** (exponent - 10)); // a step is the last bit's worth
  if (steps >= 2048) return sign | ((exponent + 16) << 10); // rounded up to the next power
  return sign | (size < 2 ** -14 ? steps : ((exponent + 15) << 10) | (steps - 1024));
}

function evenRound(v) {
  const low = Math.floor(v), rest = v - low;
  return rest > 0.5 || (rest === 0.5 && low % 2) ? low + 1 : low;
}

function fromHalf(bits) {
  const exponent = (bits >> 10) & 31, mantissa = bits & 1023;
  const size = exponent ? (1024 + mantissa) * 2 ** (exponent - 25) : mantissa * 2 ** -24;
  return bits & 0x8000 ? -size : size;
}

const fromHalves = (bits) => Float32Array.from(bits, fromHalf);
const roundHalf = (v) => fromHalf(toHalf(v));

function vectorText(z) {
  return "v" + wordsText(Uint16Array.from(z, toHalf));
}

function codesText(cells) {
  return "c" + wordsText(Uint16Array.from(cells));
}

function readVector(text) {
  return fromHalves(textWords(text));
}

function readCodes(text) {
  return Int32Array.from(textWords(text));
}

function wordsText(words) {
  const raw = Array.from(new Uint8Array(words.buffer), (b) => String.fromCharCode(b)).join("");
  return btoa(raw).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function textWords(text) {
  const raw = atob(text.slice(1).replaceAll("-", "+").replaceAll("_", "/"));
  return new Uint16Array(Uint8Array.from(raw, (c) => c.charCodeAt(0)).buffer);
}
