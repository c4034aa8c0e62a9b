/** Pictures behind links, fetched by the service: the policy forbids other hosts, and they would learn of the visit. */
import { fetchLink } from "./api.js";
import { nameOf } from "./words.js";

const KEPT = 8;
const fetched = new Map();

/** Return the picture behind a link as a file. Throws a Problem, and asks again the next time. */
export function fileBehind(url) {
  if (!fetched.has(url)) remember(url, load(url));
  return fetched.get(url);
}

function remember(url, loading) {
  fetched.set(url, loading);
  loading.catch(() => fetched.delete(url));
  if (fetched.size > KEPT) fetched.delete(fetched.keys().next().value);
}

async function load(url) {
  const blob = await fetchLink(url);
  return new File([blob], nameInLink(url), { type: blob.type });
}

/** The last part of a link's path, or its host. */
export function nameInLink(url) {
  const { hostname, pathname } = new URL(url);
  return nameOf(pathname) || hostname;
}
