// The decoders that the server sent, by the digest of their plans: for all parts of the page. They
// travel apart from everything that changes, so that they cross the network once.

const MOST_STORED = 32;
const store = (globalThis[Symbol.for("bottleneck.beta_lens")] ??= {
  models: new Map(),
  listeners: new Set(),
});

function storeModel(digest, model) {
  store.models.delete(digest);
  store.models.set(digest, model);
  if (store.models.size > MOST_STORED) store.models.delete(store.models.keys().next().value);
}

function tellListeners() {
  for (const tell of store.listeners) tell();
}
