// A place in the latent space as text, and the rounding that the text brings about: the same
// format as aecore/coordinates.py, which reads it. half.js stands
// beside it.

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
