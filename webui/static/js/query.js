/**
 * What is asked. A query is one of
 *   { kind: "newest" }, { kind: "stored", id }, { kind: "file", file }, { kind: "link", url }
 * and every kind is answered alike: by pages of pictures.
 */
import * as api from "./api.js";

/** Divides by two, three, four, five and six, so that most grids end with a full row. */
const PAGE_SIZE = 60;
/** The service goes no further. */
const LAST_OFFSET = 10_000;

export const newest = { kind: "newest" };

export function stored(id) {
  return { kind: "stored", id };
}

/** The query that an address stands for. Files and links have no address: they are not kept. */
export function fromAddress(address) {
  const id = new URL(address).searchParams.get("id");
  return id ? stored(id) : newest;
}

export function addressOf(query) {
  return query.kind === "stored" ? `?id=${encodeURIComponent(query.id)}` : "/";
}

/** Return one page, `{ pictures, next, tookMs }`; `next` continues it and is null after the last. */
export function ask(query, from, signal) {
  return query.kind === "newest" ? listed(from, signal) : found(query, from ?? 0, signal);
}

async function listed(cursor, signal) {
  const { images, next_cursor: next } = await api.list(PAGE_SIZE, cursor, signal);
  return { pictures: images.filter((image) => image.state !== "failed"), next, tookMs: null };
}

async function found(query, offset, signal) {
  const { hits, took_ms: tookMs } = await search(query, offset, signal);
  const next = offset + PAGE_SIZE;
  const isLast = hits.length < PAGE_SIZE || next > LAST_OFFSET;
  return { pictures: hits, next: isLast ? null : next, tookMs };
}

function search(query, offset, signal) {
  switch (query.kind) {
    case "stored": return api.similar(query.id, PAGE_SIZE, offset, signal);
    case "file": return api.searchByFile(query.file, PAGE_SIZE, offset, signal);
    case "link": return api.searchByLink(query.url, PAGE_SIZE, offset, signal);
    default: throw new TypeError(`no such kind of query: ${query.kind}`);
  }
}
