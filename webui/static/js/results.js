/** The answer: its title, its grid, and more of it as one scrolls. Only the newest question may fill it. */
import { isAborted } from "./api.js";
import * as endless from "./endless.js";
import * as grid from "./grid.js";
import * as message from "./message.js";
import { ask, askInAnyState, isListing, kindOf } from "./query.js";
import * as rows from "./rows.js";
import { isPassing } from "./refusals.js";
import { learn } from "./vocabulary.js";
import { count } from "./words.js";

const byId = (id) => document.getElementById(id);
const NOTHING_ALIKE = "Nothing in the library looks like this.";
const ONLY_UNRELATED = "Nothing similar here. These are the nearest pictures, but they are not related to yours.";
const NOTHING_LEFT = "No picture meets the filters. Clear them to see more.";
const NONE_SO = {
  indexed: "No picture is indexed yet.",
  pending: "No picture waits to be indexed.",
  failed: "No picture has failed. All that are in the folder can be searched for.",
};
const TITLES = { newest: "Newest in the library", library: "Library" };
const ORDERS = { oldest: "oldest first", largest: "largest first", smallest: "smallest first" };
const NOTHING_YET = byId("add-button") ? "The library is empty. Add pictures to begin." : "The library is empty.";
const NONE_READABLE = "No picture in the library can be read.";
const WAYS_ON = { [NOTHING_LEFT]: "clear", [NOTHING_YET]: byId("add-button") && "add", [NONE_READABLE]: "failed" };

/** An answer that takes longer is waited for with a sketch of it. */
const SLOW_MS = 400;

let waiting = new AbortController();
/** `answers` counts them: what was taken out of one cannot be put back into another. */
let shown = { query: null, pictures: [], next: null, answers: 0 };
let answered = 0;
let list = grid;
let tell = () => {};
/** Answers by query: the way back shows at once what was there, as far as it was scrolled. */
const remembered = new Map();
/** So many of them: each may have been scrolled through for thousands of pictures. */
const REMEMBERED = 50;

/** Call `changed(query)` whenever other pictures are shown. */
export function listen(changed) {
  tell = changed;
}

/** Ask, and show the first page; return true when it is this query's answer that is shown. */
export async function show(query) {
  const { signal } = restart();
  endless.stop();
  const known = remembered.get(query);
  if (known) return present(known);
  if (choose(query)) announce(query);
  else list.fade();
  const slow = setTimeout(sketch, SLOW_MS, query);
  try {
    return present({ query, ...(await ask(query, null, signal)) });
  } catch (error) {
    if (!isAborted(error)) refuse(error);
    return false;
  } finally {
    clearTimeout(slow);
  }
}

/* Under the title that the answer will have: nothing moves when it comes. */
function sketch(query) {
  list.wait();
  message.hide();
  titled(titleOf(query), "looking …");
}

/** What went wrong, where the answer would be. */
function refuse(problem) {
  shown = { query: null, pictures: [], next: null, answers: 0 };
  tell(null);
  list.replace([]);
  titled("That did not work", "");
  message.say(problem.message, "trouble", isPassing(problem) ? "again" : "newest");
  endless.stop();
  if (problem.status === 0) document.dispatchEvent(new Event("gone"));
}

/** The library is another: what was answered before is no longer true, but what is shown stays. */
export function forget() {
  remembered.clear();
}

/** Whether somebody is among the pictures. */
export function hasFocus() {
  return list.hasFocus();
}

export function isEmpty() {
  return list.isEmpty();
}

/** Put the focus on a picture, as far as it is shown. */
export function focus(id) {
  list.focus(id);
}

/** Put the focus on the answer as a whole. */
export function takeFocus() {
  byId("results").focus({ preventScroll: true });
}

/** The pictures that are shown, in their order. */
export function pictures() {
  return shown.pictures;
}

/** Whether there are more than are shown. */
export function hasMore() {
  return shown.next !== null;
}

/** Return the pictures that are shown as they are by now, as far as one page goes. */
export function askAgain() {
  return askInAnyState(shown.query);
}

/** Show pictures as they are by now, where they are shown. */
export function renew(records) {
  learn(records);
  const fresh = new Map(records.map((record) => [record.id, record]));
  revise(shown.pictures.map((picture) => (fresh.has(picture.id) ? { ...picture, ...fresh.get(picture.id) } : picture)));
  for (const picture of shown.pictures) if (fresh.has(picture.id)) rows.renew(picture);
}

/** Take pictures out of the answer; return a function that puts those with some ids back, or asks again. */
export function takeOut(ids) {
  const { answers, pictures: before } = shown;
  const putBack = ids.map((id) => [id, list.takeOut(id)]).reverse();
  revise(before.filter(({ id }) => !ids.includes(id)));
  return (backIds) => {
    forget();
    if (shown.answers !== answers) return shown.query && show(shown.query);
    for (const [id, put] of putBack) if (backIds.includes(id)) put();
    const others = shown.pictures.filter((picture) => !before.includes(picture));
    const kept = before.filter((picture) => shown.pictures.includes(picture) || backIds.includes(picture.id));
    return revise([...kept, ...others]);
  };
}

function revise(found) {
  forget();
  if (!shown.query) return;
  shown = { ...shown, pictures: found };
  remember();
  countThem();
}

function remember() {
  remembered.delete(shown.query);
  remembered.set(shown.query, shown);
  if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value);
}

/* The library is shown in rows, everything else in the grid; the other of the two is empty then. Returns if it was. */
function choose(query) {
  const wanted = kindOf(query) === "library" ? rows : grid;
  if (wanted === list) return false;
  list.replace([]);
  list = wanted;
  return true;
}

/* What comes is called by its name before it is there: the other list has gone already. */
function announce(query) {
  list.wait();
  titled(titleOf(query), "");
  message.hide();
}

function titleOf(query) {
  return TITLES[kindOf(query)] ?? "Lookalikes";
}

function restart() {
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
  remember();
  list.append(page.pictures);
  learn(page.pictures);
  follow();
}

function present(answer) {
  answered += 1;
  shown = { ...answer, answers: answered };
  remember();
  choose(answer.query);
  list.replace(answer.pictures);
  learn(answer.pictures);
  explain(answer);
  byId("took").textContent = answer.tookMs ? `answered in ${total(answer.tookMs)} ms` : "";
  follow();
  return true;
}

function explain({ query, pictures: found, isAlike, leftOut }) {
  titled(titleOf(query), "");
  if (found.length === 0) say(nothing(query, leftOut), "empty");
  else if (isAlike === false) say(ONLY_UNRELATED, "empty");
  else message.hide();
}

function nothing(query, leftOut) {
  const { label, tags, least, state } = query;
  if (label || tags || (least > 0 && !isListing(query))) return NOTHING_LEFT;
  if (leftOut > 0) return NONE_READABLE;
  return isListing(query) ? NONE_SO[state] ?? NOTHING_YET : NOTHING_ALIKE;
}

function follow() {
  countThem();
  if (shown.next === null) endless.stop();
  else endless.start(extend);
}

function countThem() {
  const { query, next, pictures: { length } } = shown;
  tell(query);
  const so = next === null ? "" : " so far";
  byId("results-count").textContent = length === 0 ? "" : `${count(length, "picture")}${so}${orderOf(query)}`;
}

/* The title of the newest says it already. */
function orderOf(query) {
  if (kindOf(query) === "newest") return "";
  return isListing(query) ? `, ${ORDERS[query.sort] ?? "newest first"}` : ", best first";
}

function titled(title, words) {
  byId("results-title").textContent = title;
  byId("results-count").textContent = words;
}

function total(tookMs) {
  return Math.round(Object.values(tookMs).reduce((sum, part) => sum + part, 0));
}

function say(words, tone) {
  message.say(words, tone, WAYS_ON[words]);
}
