// Films: what Python sent of a training, put together piece by piece. See __init__.py for the form
// of a message: a length, a JSON header, then the bytes that the header counts.

const PIXELS = 28 * 28;
const KEPT = 6; // films that are remembered while the page is open
const films = new Map(); // by id

/** A message added to its film; a film with `gap` set lacks what came before the message. */
function takeMessage(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const film = films.get(header.id) ?? { rows: [], stills: [] };
  films.delete(header.id);
  films.set(header.id, film); // the latest one goes last
  if (films.size > KEPT) films.delete(films.keys().next().value);
  film.header = header;
  film.gap = header.rowsFrom > film.rows.length || header.stillsFrom > film.stills.length;
  if (!film.gap) append(film, header, new Reader(bytes.subarray(4 + length)));
  return film;
}

function append(film, header, reader) {
  if (header.whole) {
    film.probes = reader.bytes(header.probes * PIXELS);
    film.probeLabels = reader.bytes(header.probes);
    film.labels = reader.bytes(header.points);
  }
  film.rows.splice(header.rowsFrom, Infinity, ...header.rows);
  const stills = header.stillSteps.map((step) => ({
    step,
    reconstructions: reader.bytes(header.probes * PIXELS),
    samples: reader.bytes(header.samples * PIXELS),
    places: reader.floats(header.points * 2),
  }));
  film.stills.splice(header.stillsFrom, Infinity, ...stills);
}

class Reader {
  constructor(bytes) {
    this.rest = bytes;
  }

  bytes(count) {
    const taken = this.rest.slice(0, count); // a copy: the message itself can go
    this.rest = this.rest.subarray(count);
    return taken;
  }

  floats(count) {
    return new Float32Array(this.bytes(4 * count).buffer);
  }
}

/** The film at a moment between two stills: `at` is 0 for the first and 1 for the second. */
function moment(film, at) {
  const last = film.stills.length - 1;
  const index = Math.max(0, Math.min(Math.floor(at), last));
  const from = film.stills[index], to = film.stills[Math.min(index + 1, last)];
  const share = Math.max(0, Math.min(at - index, 1));
  const mixed = (name) => mix(from[name], to[name], share);
  return {
    step: from.step + (to.step - from.step) * share,
    reconstructions: mixed("reconstructions"),
    samples: mixed("samples"),
    places: mixed("places"),
  };
}

function mix(from, to, share) {
  if (share === 0 || from === to) return from;
  return from.map((value, i) => value + (to[i] - value) * share);
}

/** Where between two stills a step lies: the inverse of `moment(...).step`. */
function placeOfStep(film, step) {
  const stills = film.stills;
  const next = stills.findIndex((still) => still.step > step);
  if (next < 0) return stills.length - 1;
  if (next === 0) return 0;
  const [from, to] = [stills[next - 1].step, stills[next].step];
  return next - 1 + (step - from) / (to - from);
}
