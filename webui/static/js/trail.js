/** Back and forward: the browser's history, with each entry's query kept in this tab. Files are kept nowhere else. */
import { addressOf, fromAddress } from "./query.js";

/** A name that no visit before had, also where the clock was set back. */
const visit = Math.random();
const kept = new Map();
let current = null;
let follow = () => {};
let lift = () => {};

/** Call `show(query, scrollY)` for the present address, and for each step back or forward. */
export function start(show) {
  follow = show;
  history.scrollRestoration = "manual";
  window.addEventListener("popstate", ({ state }) => step(state));
  const state = { ...history.state, cover: null };
  history.replaceState(state, "");
  step(state);
}

/** Call `show(what)` when the way leads to an entry with something over the page, and `show(null)` to one without. */
export function uncover(show) {
  lift = show;
}

async function step(state) {
  if (!state?.name || state.name !== current) await turn(state);
  lift(state?.cover ?? null);
}

function turn(state) {
  const query = kept.get(state?.name) ?? fromAddress(location.href);
  current = kept.has(state?.name) ? state.name : keep(query);
  history.replaceState({ ...state, name: current }, "");
  return follow(query, state?.scrollY ?? 0);
}

export function go(query) {
  lift(null);
  leave();
  current = keep(query);
  history.pushState({ name: current }, "", addressOf(query));
  return follow(query, 0);
}

/** As `go`, in place of the present entry where that was made by refining as well: not one entry a letter. */
export function refine(query) {
  const wasRefined = history.state?.isRefined;
  if (!wasRefined) leave();
  current = keep(query);
  history[wasRefined ? "replaceState" : "pushState"]({ name: current, isRefined: true }, "", addressOf(query));
  return follow(query, null);
}

/** Something opens over the page, and the way back closes it. */
export function cover(what) {
  leave();
  history.pushState({ ...history.state, cover: what }, "");
}

/** Something else is over the page now. */
export function recover(what) {
  history.replaceState({ ...history.state, cover: what }, "");
}

function leave() {
  history.replaceState({ ...history.state, scrollY: window.scrollY }, "");
}

/* After a reload the kept queries are gone, and the names that the history still holds fit none of the new ones. */
function keep(query) {
  const name = `${visit}/${kept.size}`;
  kept.set(name, query);
  return name;
}
