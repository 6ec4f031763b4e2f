// What the server sent of each map, kept by its digest for as long as the page is open: places,
// classes, colours, codes and decoders come once. News are small, come often, and have no digest:
// where the drawing stands, and what Python says of a lasso.

const MOST_KEPT = 48;
const shelf = (globalThis[Symbol.for("bottleneck.latent_map")] ??= {
  tables: new Map(),
  waiting: new Set(),
  news: {},
  listeners: new Set(),
});

function keepTable(digest, table) {
  shelf.tables.delete(digest);
  shelf.tables.set(digest, table);
  if (shelf.tables.size > MOST_KEPT) shelf.tables.delete(shelf.tables.keys().next().value);
  for (const look of [...shelf.waiting]) look();
}

const tableOf = (digest) => (digest ? shelf.tables.get(digest) : undefined);

/** Calls `tell` once all of these tables are there; a function that gives up waiting. */
function whenTables(digests, tell) {
  const wanted = digests.filter(Boolean);
  const look = () => {
    if (!wanted.every((digest) => shelf.tables.has(digest))) return;
    shelf.waiting.delete(look);
    tell();
  };
  shelf.waiting.add(look);
  look();
  return () => shelf.waiting.delete(look);
}

/** News of a kind: only the last counts. */
function bringNews(kind, news) {
  shelf.news[kind] = news;
  for (const hear of [...shelf.listeners]) hear();
}

/** Calls `hear` whenever there are news; a function that stops it. */
function onNews(hear) {
  shelf.listeners.add(hear);
  return () => shelf.listeners.delete(hear);
}
