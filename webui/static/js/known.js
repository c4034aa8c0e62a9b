/** Files that the library has already, told by their SHA-256 so that nothing is sent twice. */
import { check } from "./api.js";

/**
 * Return a Map from those of the files that are there to the id of one picture with the same bytes. It is empty where
 * a browser computes no sums: on a page that came over plain http from another machine.
 */
export async function findKnown(files) {
  if (!crypto.subtle) return new Map();
  const sums = new Map();
  for (const file of files) sums.set(file, await sumOf(file));
  const wanted = [...new Set(sums.values())].filter(Boolean);
  if (wanted.length === 0) return new Map();
  const { known } = await check(wanted);
  return new Map(files.filter((file) => known[sums.get(file)]).map((file) => [file, known[sums.get(file)][0]]));
}

/* What cannot be read is not known: sending it says why. */
async function sumOf(file) {
  try {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  } catch {
    return null;
  }
}
