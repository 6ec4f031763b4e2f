// What the server sent of each model, kept for all parts of the page by the plan's digest. The
// weights travel apart from everything that changes, so that they cross the network once.

const MOST_KEPT = 16;
const shelf = (globalThis[Symbol.for("bottleneck.latent_pad")] ??= {
  models: new Map(),
  waiting: new Map(),
});

/** Puts a model where `whenThere` finds it; the one that came first goes first. */
function keep(digest, model) {
  shelf.models.delete(digest);
  shelf.models.set(digest, model);
  if (shelf.models.size > MOST_KEPT) shelf.models.delete(shelf.models.keys().next().value);
  for (const tell of shelf.waiting.get(digest) ?? []) tell(model);
  shelf.waiting.delete(digest);
}

/** Calls `tell` with the model: at once, or when it arrives. */
function whenThere(digest, tell) {
  const model = shelf.models.get(digest);
  if (model) return tell(model);
  shelf.waiting.set(digest, [...(shelf.waiting.get(digest) ?? []), tell]);
}
