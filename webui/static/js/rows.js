/** The library in rows, to work through: the list that `grid.js` is for cells. */
import { fill, template } from "./entry.js";

const list = document.getElementById("rows");
/** A screen of rows that wait, as the page comes with. */
const sketch = [...list.children].map((waiting) => waiting.cloneNode(true));
let generation = 0;

/** Show `pictures` instead of what is there. */
export function replace(pictures) {
  generation += 1;
  list.replaceChildren(...pictures.map(made));
  list.classList.remove("stale");
  list.ariaBusy = "false";
}

export function append(pictures) {
  list.append(...pictures.map(made));
}

/** Show a picture as it is by now. */
export function renew(picture) {
  const item = entryOf(picture.id);
  if (item) fill(item, picture);
}

export function fade() {
  list.classList.add("stale");
  list.ariaBusy = "true";
}

export function wait() {
  generation += 1;
  list.replaceChildren(...sketch.map((waiting) => waiting.cloneNode(true)));
  list.classList.remove("stale");
}

export function isEmpty() {
  return list.childElementCount === 0;
}

export function hasFocus() {
  return list.contains(document.activeElement);
}

/** Put the focus on a picture, as far as it is shown. */
export function focus(id) {
  entryOf(id)?.querySelector("a").focus();
}

/** Take a picture's row out; return a function that puts it back, as long as the same answer is shown. */
export function takeOut(id) {
  const gone = entryOf(id);
  if (!gone) return () => {};
  const shown = generation;
  const next = gone.nextElementSibling;
  if (gone.contains(document.activeElement)) (next ?? gone.previousElementSibling)?.querySelector("a").focus();
  gone.remove();
  return () => {
    if (shown === generation) list.insertBefore(gone, next?.parentNode === list ? next : null);
  };
}

/** Call `open`, `search`, `edit` or `remove` with the id of a picture that is clicked, or whose button is. */
export function listen({ open, isPlain, once, ...acts }) {
  list.addEventListener("click", (event) => {
    const { id } = event.target.closest("[data-id]")?.dataset ?? {};
    const act = acts[event.target.closest("[data-act]")?.dataset.act];
    if (act) once(event, () => act(id));
    else if (event.target.closest("a") && isPlain(event)) {
      event.preventDefault();
      open(id);
    }
  });
}

function made(picture) {
  const item = template.content.firstElementChild.cloneNode(true);
  item.dataset.id = picture.id;
  fill(item, picture);
  return item;
}

function entryOf(id) {
  return list.querySelector(`[data-id="${CSS.escape(id)}"]`);
}
