// Brings decoders to the page. Shows nothing. store.js stands above this file.

export default function ({ data }) {
  data.plans.forEach((plan, n) => {
    if (store.models.has(plan.digest)) return;
    const weights = data[`weights${n}`].getChildAt(0).toArray().slice();
    storeModel(plan.digest, { plan, weights });
  });
  tellListeners();
}
