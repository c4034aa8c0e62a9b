/** The library's states and its order: links with how many pictures are in each, and a field. */
import { addressOf, kindOf, SORTS } from "./query.js";

const links = document.querySelectorAll("[data-state-link]");
const sort = document.getElementById("sort");
const plain = new Intl.NumberFormat("en");

/** Call `reorder(sort)` when another order is chosen. */
export function listen(reorder) {
  sort.addEventListener("change", () => reorder(sort.value));
}

/** Show where in the library a query is; the links keep its filters and its order. */
export function show(query) {
  const isLibrary = kindOf(query) === "library";
  document.getElementById("library-link").ariaCurrent = isLibrary ? "page" : null;
  if (!isLibrary) return;
  sort.value = query.sort || SORTS[0];
  for (const link of links) {
    const state = link.dataset.stateLink;
    link.href = addressOf({ ...query, state });
    link.ariaCurrent = state === query.state ? "page" : null;
  }
}

export function count(counts) {
  for (const link of links) {
    const number = counts[link.dataset.stateLink || "total"];
    link.querySelector(".state-count").textContent = plain.format(number);
  }
}
