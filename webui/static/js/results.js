/** The answer: its title, its grid, and more of it. Only the newest question may fill it. */
import { isAborted } from "./api.js";
import * as grid from "./grid.js";
import { ask } from "./query.js";
import { count } from "./words.js";

const byId = (id) => document.getElementById(id);
const message = byId("message");
const more = byId("more");
const NOTHING_ALIKE = "Nothing in the library looks like this.";
const NOTHING_YET = byId("add-button") ? "The library is empty. Add pictures to begin." : "The library is empty.";

let waiting = new AbortController();
let shown = { query: null, next: null };

/** Ask, and show the first page; return true when it is this query's answer that is shown. */
export async function show(query) {
  const { signal } = renew();
  grid.fade();
  try {
    const page = await ask(query, null, signal);
    grid.replace(page.pictures);
    present(query, page);
    return true;
  } catch (error) {
    if (!isAborted(error)) refuse(error.message);
    return false;
  }
}

/** What went wrong, where the answer would be. */
export function refuse(words) {
  grid.replace([]);
  titled("That did not work", "");
  say(words, "trouble");
  more.hidden = true;
}

export function listen() {
  more.addEventListener("click", async () => {
    more.disabled = true;
    await extend();
    more.disabled = false;
  });
}

function renew() {
  waiting.abort();
  waiting = new AbortController();
  return waiting;
}

async function extend() {
  const { signal } = waiting;
  try {
    const page = await ask(shown.query, shown.next, signal);
    grid.append(page.pictures);
    follow(shown.query, page);
  } catch (error) {
    if (!isAborted(error)) say(error.message, "trouble");
  }
}

function present(query, page) {
  const isSearch = query.kind !== "newest";
  const { pictures, tookMs } = page;
  titled(isSearch ? "Lookalikes" : "Newest in the library", isSearch ? best(pictures) : "");
  if (pictures.length > 0) message.hidden = true;
  else say(isSearch ? NOTHING_ALIKE : NOTHING_YET, "empty");
  byId("took").textContent = tookMs ? `answered in ${total(tookMs)} ms` : "";
  follow(query, page);
}

function follow(query, { next }) {
  shown = { query, next };
  more.hidden = next === null;
}

function titled(title, words) {
  byId("results-title").textContent = title;
  byId("results-count").textContent = words;
}

function best(pictures) {
  return pictures.length === 0 ? "" : `${count(pictures.length, "picture")}, best first`;
}

function total(tookMs) {
  return Math.round(Object.values(tookMs).reduce((sum, part) => sum + part, 0));
}

function say(words, tone) {
  message.textContent = words;
  message.dataset.tone = tone;
  message.hidden = false;
}
