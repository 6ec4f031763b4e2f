// Brings a table to the page: typed arrays by name, and plain values. Shows nothing.

export default function ({ data }) {
  if (shelf.tables.has(data.digest)) return;
  const table = {};
  for (const [name, value] of Object.entries(data)) {
    table[name] = value?.getChildAt ? value.getChildAt(0).toArray().slice() : value;
  }
  keepTable(data.digest, table);
}
