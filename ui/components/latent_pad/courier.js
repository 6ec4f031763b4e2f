// Brings a model to the page: its decoder, and the codes of real digits. Shows nothing.

const bytesOf = (table) => table?.getChildAt(0)?.toArray().slice() ?? new Uint8Array();

export default function ({ data }) {
  const { digest } = data.plan;
  if (shelf.models.has(digest)) return;
  const half = (table) => fromHalves(new Uint16Array(bytesOf(table).buffer));
  keep(digest, {
    plan: data.plan,
    weights: bytesOf(data.weights),
    means: half(data.means), // (N, D), row by row
    logvars: half(data.logvars),
    labels: bytesOf(data.labels),
    grids: new Uint16Array(bytesOf(data.grids).buffer), // (N, cells) of real digits
    drawn: new Uint16Array(bytesOf(data.drawn).buffer), // (n, cells) that the prior wrote
  });
}
