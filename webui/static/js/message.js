/** What is said where the answer would be, and what one can do about it. */

const byId = (id) => document.getElementById(id);
const box = byId("message");
const button = byId("message-way");
/** Ways on, each with its words and what it presses or calls. */
const WAYS = {
  again: ["Try again", () => retry()],
  clear: ["Clear the filters", () => byId("filters-clear").click()],
  add: ["Add pictures", () => byId("add-button").click()],
  newest: ["See what there is", () => document.querySelector(".home").click()],
  failed: ["See why", () => document.querySelector("[data-state-link=failed]").click()],
};
let retry = () => {};

/** Call `again()` when somebody wants what did not work to be tried again. */
export function listen(again) {
  retry = again;
  button.addEventListener("click", () => WAYS[button.dataset.way][1]());
}

/** Say `words`; `tone` is "empty" or "trouble", `way` one of the ways on, if there is any. */
export function say(words, tone, way) {
  box.dataset.tone = tone;
  box.hidden = false;
  byId("message-words").textContent = words;
  button.hidden = !way;
  if (!way) return;
  button.dataset.way = way;
  [button.textContent] = WAYS[way];
}

export function hide() {
  box.hidden = true;
}

/** Whether something went wrong, and has not been mended yet. */
export function isTrouble() {
  return !box.hidden && box.dataset.tone === "trouble";
}
