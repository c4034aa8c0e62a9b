/** The pictures that are selected, and what can be done with all of them together. */
import { settled } from "./notices.js";
import * as results from "./results.js";
import { askForAll } from "./query.js";
import { count } from "./words.js";

const byId = (id) => document.getElementById(id);
const list = byId("rows");
const all = byId("chosen-all");
/** Pictures by id: one that is selected may not be shown, where everything is. */
const chosen = new Map();
let last = null;
let asked = null;

/** Call each of `acts`, `edit(pictures)` and so on, with what is selected. */
export function listen(acts) {
  for (const [name, act] of Object.entries(acts)) {
    byId(`chosen-${name}`)?.addEventListener("click", () => act([...chosen.values()]));
  }
  list.addEventListener("click", press);
  all.addEventListener("change", () => (all.checked ? choose(results.pictures()) : clear()));
  byId("chosen-none").addEventListener("click", () => {
    clear();
    all.focus();
  });
  byId("chosen-everything").addEventListener("click", chooseEverything);
}

/** Another answer is shown, or more of it: a selection is kept as long as the query is. */
export function show(query) {
  if (query !== asked) chosen.clear();
  asked = query;
  draw();
}

/** Pictures are gone, or others by now. */
export function revise(pictures, goneIds = []) {
  for (const picture of pictures) if (chosen.has(picture.id)) chosen.set(picture.id, picture);
  for (const id of goneIds) chosen.delete(id);
  draw();
}

export function clear() {
  chosen.clear();
  draw();
}

export function isEmpty() {
  return chosen.size === 0;
}

function choose(pictures) {
  for (const picture of pictures) chosen.set(picture.id, picture);
  draw();
}

function press(event) {
  const box = event.target.closest(".entry-choose input");
  if (!box) return;
  const shown = results.pictures();
  const place = shown.findIndex(({ id }) => id === box.closest("[data-id]").dataset.id);
  const from = event.shiftKey && last !== null ? last : place;
  for (const picture of shown.slice(Math.min(from, place), Math.max(from, place) + 1)) {
    if (box.checked) chosen.set(picture.id, picture);
    else chosen.delete(picture.id);
  }
  last = place;
  draw();
}

/* What is not shown yet is asked for. */
async function chooseEverything() {
  const query = asked;
  byId("chosen-everything").disabled = true;
  const pictures = await settled(askForAll(query));
  byId("chosen-everything").disabled = false;
  if (query === asked) choose(pictures);
}

function draw() {
  const held = byId("chosen").contains(document.activeElement) && document.activeElement;
  drawAll(results.pictures());
  if (held && !held.checkVisibility({ visibilityProperty: true })) all.focus();
}

function drawAll(shown) {
  for (const box of list.querySelectorAll(".entry-choose input")) {
    box.checked = chosen.has(box.closest("[data-id]").dataset.id);
  }
  const isWhole = shown.length > 0 && shown.every(({ id }) => chosen.has(id));
  all.checked = isWhole;
  all.indeterminate = !isWhole && chosen.size > 0;
  all.disabled = shown.length === 0;
  byId("chosen").classList.toggle("some", chosen.size > 0);
  byId("chosen-words").textContent = chosen.size > 0 ? `${count(chosen.size, "picture")} selected` : "Select all";
  byId("chosen-everything").hidden = !(isWhole && results.hasMore() && chosen.size === shown.length);
  byId("chosen-retry").hidden = ![...chosen.values()].some(({ state }) => state === "failed");
}
