/** The answer: its title, its grid, and more of it as one scrolls. Only the newest question may fill it. */
import { isAborted } from "./api.js";
import * as endless from "./endless.js";
import * as grid from "./grid.js";
import { ask, kindOf } from "./query.js";
import { count } from "./words.js";

const byId = (id) => document.getElementById(id);
const message = byId("message");
const NOTHING_ALIKE = "Nothing in the library looks like this.";
const ONLY_UNRELATED = "Nothing similar here. These are the nearest pictures, but they are not related to yours.";
const NOTHING_LEFT = "No picture meets the filters. Clear them to see more.";
const NOTHING_YET = byId("add-button") ? "The library is empty. Add pictures to begin." : "The library is empty.";

let waiting = new AbortController();
let shown = { query: null, pictures: [], next: null };
/** Answers by query: the way back shows at once what was there, as far as it was scrolled. */
let remembered = new WeakMap();

/** Ask, and show the first page; return true when it is this query's answer that is shown. */
export async function show(query) {
  const { signal } = renew();
  endless.stop();
  const known = remembered.get(query);
  if (known) return present(known);
  grid.fade();
  try {
    return present({ query, ...(await ask(query, null, signal)) });
  } catch (error) {
    if (!isAborted(error)) refuse(error.message);
    return false;
  }
}

/** What went wrong, where the answer would be. */
export function refuse(words) {
  shown = { query: null, pictures: [], next: null };
  grid.replace([]);
  titled("That did not work", "");
  say(words, "trouble");
  endless.stop();
}

/** The library is another: what was answered before is no longer true, but what is shown stays. */
export function forget() {
  remembered = new WeakMap();
}

/** The pictures that are shown, in their order. */
export function pictures() {
  return shown.pictures;
}

/** Take pictures out of the answer; return a function that puts those with some ids back, if it is still shown. */
export function takeOut(ids) {
  const { query, pictures: before } = shown;
  const putBack = ids.map((id) => [id, grid.takeOut(id)]).reverse();
  revise(before.filter(({ id }) => !ids.includes(id)));
  return (backIds) => {
    forget();
    if (shown.query !== query) return;
    for (const [id, put] of putBack) if (backIds.includes(id)) put();
    const others = shown.pictures.filter((picture) => !before.includes(picture));
    const kept = before.filter((picture) => shown.pictures.includes(picture) || backIds.includes(picture.id));
    revise([...kept, ...others]);
  };
}

function revise(found) {
  forget();
  shown = { ...shown, pictures: found };
  remembered.set(shown.query, shown);
  tell();
}

function renew() {
  waiting.abort();
  waiting = new AbortController();
  return waiting;
}

/* Throws a Problem when no answer comes: the one who asks for more offers another try. */
async function extend() {
  const { query, next } = shown;
  const page = await ask(query, next, waiting.signal);
  if (shown.query !== query) return;
  shown = { ...shown, next: page.next, pictures: [...shown.pictures, ...page.pictures] };
  remembered.set(query, shown);
  grid.append(page.pictures);
  follow();
}

function present(answer) {
  shown = answer;
  remembered.set(answer.query, answer);
  grid.replace(answer.pictures);
  explain(answer);
  byId("took").textContent = answer.tookMs ? `answered in ${total(answer.tookMs)} ms` : "";
  follow();
  return true;
}

function explain({ query, pictures: found, isAlike }) {
  const isNewest = kindOf(query) === "newest";
  titled(isNewest ? "Newest in the library" : "Lookalikes", "");
  if (found.length === 0) say(nothing(query, isNewest), "empty");
  else if (isAlike === false) say(ONLY_UNRELATED, "empty");
  else message.hidden = true;
}

function nothing({ label, tags, least }, isNewest) {
  if (label || tags || (least > 0 && !isNewest)) return NOTHING_LEFT;
  return isNewest ? NOTHING_YET : NOTHING_ALIKE;
}

function follow() {
  tell();
  if (shown.next === null) endless.stop();
  else endless.start(extend);
}

function tell() {
  const { query, next, pictures: { length } } = shown;
  const order = kindOf(query) === "newest" ? "newest first" : "best first";
  const so = next === null ? "" : " so far";
  byId("results-count").textContent = length === 0 ? "" : `${count(length, "picture")}${so}, ${order}`;
}

function titled(title, words) {
  byId("results-title").textContent = title;
  byId("results-count").textContent = words;
}

function total(tookMs) {
  return Math.round(Object.values(tookMs).reduce((sum, part) => sum + part, 0));
}

function say(words, tone) {
  message.textContent = words;
  message.dataset.tone = tone;
  message.hidden = false;
}
