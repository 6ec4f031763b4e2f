// Brings news to the map, apart from its own data, so that they are few bytes. Shows nothing.

export default function ({ data }) {
  bringNews(data.kind, data.news);
}
