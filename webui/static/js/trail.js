/** Back and forward: the browser's history, with the queries that have no address kept in this tab. */
import { addressOf, fromAddress } from "./query.js";

const visit = performance.timeOrigin;
const withoutAddress = new Map();
let follow = () => {};

/** Call `show(query, scrollY)` for the present address, and for each step back or forward. */
export function start(show) {
  follow = show;
  history.scrollRestoration = "manual";
  window.addEventListener("popstate", ({ state }) => follow(present(state), state?.scrollY ?? 0));
  follow(present(history.state), history.state?.scrollY ?? 0);
}

export function go(query) {
  history.replaceState({ ...history.state, scrollY: window.scrollY }, "");
  history.pushState({ kept: keep(query) }, "", addressOf(query));
  follow(query, 0);
}

function keep(query) {
  if (query.kind !== "file" && query.kind !== "link") return null;
  const name = `${visit}/${withoutAddress.size}`;
  withoutAddress.set(name, query);
  return name;
}

/* After a reload the kept queries are gone, and the names that the history still holds fit none of the new ones. */
function present(state) {
  return withoutAddress.get(state?.kept) ?? fromAddress(location.href);
}
