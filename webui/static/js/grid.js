/** The grid: pictures whole, in cells that keep their place. Text enters it as text only. */
import { nameOf, percent } from "./words.js";

const grid = document.getElementById("grid");
const template = document.getElementById("cell-template");
let generation = 0;

/** Show `pictures` instead of what is there. */
export function replace(pictures) {
  generation += 1;
  grid.replaceChildren(...pictures.map(cell));
  grid.classList.remove("stale");
  grid.ariaBusy = "false";
}

export function append(pictures) {
  grid.append(...pictures.map(cell));
}

/** The old pictures stay, faded, until the new ones come: an empty page would jump. */
export function fade() {
  grid.classList.add("stale");
  grid.ariaBusy = "true";
}

export function isEmpty() {
  return grid.childElementCount === 0;
}

export function hasFocus() {
  return grid.contains(document.activeElement);
}

/** Take a picture's cell out; return a function that puts it back, as long as the same answer is shown. */
export function takeOut(id) {
  const gone = grid.querySelector(`[data-id="${CSS.escape(id)}"]`);
  const shown = generation;
  const next = gone.nextElementSibling;
  if (gone.contains(document.activeElement)) (next ?? gone.previousElementSibling)?.querySelector("a").focus();
  gone.remove();
  return () => {
    if (shown === generation) grid.insertBefore(gone, next?.parentNode === grid ? next : null);
  };
}

/** Call `open(id)` for a picture that is clicked, `remove(id, key)` for one whose cross is. */
export function listen(open, remove) {
  grid.addEventListener("click", (event) => {
    const { id, key } = event.target.closest(".cell")?.dataset ?? {};
    if (!id) return;
    if (event.target.closest(".cell-remove")) remove(id, key);
    else if (event.target.closest("a") && isPlain(event)) {
      event.preventDefault();
      open(id);
    }
  });
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
  fillCaption(item, picture, alike, name);
  item.querySelector(".cell-remove")?.setAttribute("aria-label", `Remove ${name}`);
  return item;
}

function fillPicture(item, { id, key, thumbnail }, words) {
  const image = item.querySelector("img");
  image.addEventListener("error", () => item.classList.add("cell-broken"));
  image.alt = words;
  image.src = thumbnail;
  const link = item.querySelector("a");
  link.href = `?id=${encodeURIComponent(id)}`;
  link.title = key;
}

function fillCaption(item, { score }, alike, name) {
  const mark = item.querySelector(".cell-score");
  mark.textContent = alike;
  mark.hidden = !alike;
  if (alike) {
    item.dataset.score = alike;
    item.style.setProperty("--score", Math.max(0, score));
  }
  item.querySelector(".cell-name").textContent = name;
}
