/** The grid: pictures whole, in cells that keep their place. Text enters it as text only. */
import * as sheaves from "./sheaves.js";
import { nameOf, percent, placeOf } from "./words.js";

const grid = document.getElementById("grid");
const template = document.getElementById("cell-template");
/** A very long picture is shown whole as well, but its cell is not that long. */
const [NARROWEST, WIDEST] = [0.5, 2.4];
/** More than a screen of cells that wait for their pictures, as the page comes with. */
const WAITING = 60;
let generation = 0;

unspace(template.content);
sheaves.start((picture) => (picture ? cell(picture) : waitingCell()));

/** Show `pictures` instead of what is there. */
export function replace(pictures) {
  generation += 1;
  sheaves.replace(pictures);
  grid.classList.remove("stale");
  grid.ariaBusy = "false";
}

export function append(pictures) {
  sheaves.lay(pictures);
}

/** The old pictures stay, faded, until the new ones come: an empty page would jump. */
export function fade() {
  grid.classList.add("stale");
  grid.ariaBusy = "true";
}

/** Nobody looks at the old pictures while the new ones take their time. */
export function wait() {
  generation += 1;
  sheaves.replace(Array.from({ length: WAITING }, () => null));
  grid.classList.remove("stale");
}

export function isEmpty() {
  return grid.childElementCount === 0;
}

export function hasFocus() {
  return grid.contains(document.activeElement);
}

/** Put the focus on a picture, as far as it is shown. */
export function focus(id) {
  sheaves.find(id)?.querySelector("a").focus();
}

/** Take a picture's cell out; return a function that puts it back, as long as the same answer is shown. */
export function takeOut(id) {
  const gone = sheaves.find(id);
  if (!gone) return () => {};
  const shown = generation;
  const next = sheaves.after(gone);
  if (gone.contains(document.activeElement)) (next ?? sheaves.before(gone))?.querySelector("a").focus();
  sheaves.takeOut(gone);
  return () => {
    if (shown === generation) sheaves.putBack(gone, next?.dataset.id);
  };
}

/** Call `open(id)` for a picture that is clicked, `search(id)` and `remove(id, key)` for one whose button is. */
export function listen({ open, search, remove }) {
  grid.addEventListener("click", (event) => {
    const { id, key } = event.target.closest(".cell")?.dataset ?? {};
    if (!id) return;
    if (event.target.closest(".cell-remove")) once(event, () => remove(id, key));
    else if (event.target.closest(".cell-search")) search(id);
    else if (event.target.closest("a") && isPlain(event)) {
      event.preventDefault();
      open(id);
    }
  });
}

/** The second press of a double click falls on what has moved up meanwhile: `act()` is not called for it. */
export function once({ detail: presses }, act) {
  if (presses < 2) act();
}

/** A click that asks for a new tab or window belongs to the browser. */
export function isPlain(event) {
  return event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
}

function cell(picture) {
  const item = template.content.firstElementChild.cloneNode(true);
  const name = nameOf(picture.key);
  const alike = picture.score === undefined ? "" : percent(picture.score);
  item.dataset.id = picture.id;
  item.dataset.key = picture.key;
  fillPicture(item, picture, alike ? `${name}, ${alike} alike` : name);
  fillCaption(item, picture, alike);
  item.querySelector(".cell-banner").textContent = placeOf(picture.key);
  item.querySelector(".cell-title").textContent = name;
  item.querySelector(".cell-search").setAttribute("aria-label", `Search with ${name}`);
  item.querySelector(".cell-remove")?.setAttribute("aria-label", `Remove ${name}`);
  return item;
}

function waitingCell() {
  const item = template.content.firstElementChild.cloneNode(true);
  item.classList.add("cell-waiting");
  item.ariaHidden = "true";
  for (const part of item.children) part.replaceChildren();
  return item;
}

function fillPicture(item, { id, width, height, thumbnail }, words) {
  const image = item.querySelector("img");
  image.addEventListener("error", () => item.classList.add("cell-broken"));
  image.alt = words;
  image.src = thumbnail;
  item.style.setProperty("--ratio", Math.min(WIDEST, Math.max(NARROWEST, (width || 1) / (height || 1))).toFixed(4));
  item.querySelector("a").href = `?id=${encodeURIComponent(id)}`;
}

function fillCaption(item, { score, verdict }, alike) {
  if (!alike) return;
  item.dataset.score = alike;
  item.dataset.verdict = verdict ?? "";
  item.style.setProperty("--score", Math.max(0, score));
  item.querySelector(".cell-score").textContent = alike;
  item.querySelector(".cell-verdict").textContent = verdict ?? "";
}

/* The spaces between a template's elements would be most of the nodes of ten thousand cells. */
function unspace(parent) {
  for (const node of [...parent.childNodes]) {
    if (node.nodeType === Node.TEXT_NODE && node.data.trim() === "") node.remove();
    else unspace(node);
  }
}
