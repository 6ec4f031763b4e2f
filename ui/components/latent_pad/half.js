// float16: a number by its 16 bits. For coordinates in links, and for weights that travel so.

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
