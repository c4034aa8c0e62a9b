/** The present question: shown in all its parts, and changed by each of them. */
import * as api from "./api.js";
import * as chips from "./chips.js";
import * as filters from "./filters.js";
import { unfit } from "./limits.js";
import { fileBehind } from "./linked.js";
import * as message from "./message.js";
import { say } from "./notices.js";
import * as part from "./part.js";
import { askWith, fromAddress, isListing, kindOf, newest } from "./query.js";
import * as results from "./results.js";
import * as states from "./states.js";
import * as subject from "./subject.js";
import * as trail from "./trail.js";
import { nameOf } from "./words.js";

const TITLES = { newest: "Lookalike", library: "Library · Lookalike", examples: "By examples · Lookalike" };
let asked = newest;

/** What is asked now. */
export function present() {
  return asked;
}

/** Ask with another picture, a file or a link. */
export function search({ file, url }) {
  const refusal = file && unfit(file);
  if (refusal) return say(`${file.name}: ${refusal}`);
  return trail.go(askWith(asked, file ? { kind: "file", file } : { kind: "link", url }));
}

export function searchStored(id) {
  trail.go(askWith(asked, { kind: "stored", id }));
}

/** Ask what an address of this page says. */
export function follow(address) {
  trail.go(fromAddress(address));
}

/** Ask for more, or less, like a stored picture, beside what is asked already. */
export function exemplify(side, id) {
  const without = withoutExample(id);
  trail.go({ ...without, [side]: [...without[side], id] });
}

/** Ask again what is asked, if it is for a list: there may be others by now. */
export function refresh() {
  if (isListing(asked)) results.show(asked);
}

/** Ask again what was not answered. */
export function again() {
  introduce(asked);
  return results.show(asked);
}

export function start() {
  message.listen(again);
  document.addEventListener("returned", () => { if (message.isTrouble()) again(); });
  part.listen((box) => trail.go({ ...asked, box }));
  filters.listen((wanted) => trail.refine({ ...asked, ...wanted }));
  states.listen((sort) => trail.go({ ...asked, sort }));
  chips.listen((id) => trail.go(withoutExample(id)));
  trail.start(show);
}

function withoutExample(id) {
  const others = (ids) => ids.filter((other) => other !== id);
  return { ...asked, more: others(asked.more), less: others(asked.less) };
}

async function show(query, scrollY) {
  const hadFocus = isSeen(document.activeElement);
  const isOther = asked.picture !== query.picture || kindOf(asked) !== kindOf(query);
  asked = query;
  subject.show(query);
  chips.show(query);
  filters.show(query);
  states.show(query);
  if (isOther) introduce(query);
  const answered = await results.show(query);
  if (answered && scrollY !== null) window.scrollTo(0, scrollY);
  if (hadFocus && !isSeen(document.activeElement)) results.takeFocus();
}

/* What had the focus may go with what was asked before: whoever needs no mouse then goes on with the answer. */
function isSeen(element) {
  return element !== document.body && element.checkVisibility();
}

async function introduce(query) {
  document.title = TITLES[kindOf(query)] ?? "Lookalikes · Lookalike";
  try {
    if (query.picture?.kind === "stored") await describe(query.picture);
    if (query.picture?.kind === "link") await showLinked(query.picture);
  } catch {
    // The search with it fails as well, and says so in the page's middle.
  }
}

async function describe(picture) {
  const record = await api.record(picture.id);
  if (asked.picture !== picture) return;
  subject.describe(record);
  document.title = `Like ${nameOf(record.key)} · Lookalike`;
}

async function showLinked(picture) {
  const file = await fileBehind(picture.url);
  if (asked.picture === picture) subject.showLinked(picture.url, file);
}
