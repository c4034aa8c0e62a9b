/** The large view of one picture, over the page: Escape and the way back close it, arrow keys and swipes walk on. */
import * as api from "./api.js";
import { fill } from "./portrait.js";
import { swiped } from "./swipe.js";
import * as trail from "./trail.js";

const byId = (id) => document.getElementById(id);
const dialog = byId("viewer");

let pictures = () => [];
let shown = null;
let closed = () => {};
let learn = () => {};
let isLeaving = false;

/**
 * `given()` returns the pictures to walk through; `search(id)`, `more(id)` and `less(id)` are the ways on, `edit(id)`,
 * `retry(id)` and `remove(id)` what is done with the picture; `left(id)` is called when the view is closed, and
 * `learned(record)` with what is known of a picture by now.
 */
export function listen({ given, left, learned, edit, retry, remove, ...ways }) {
  pictures = given;
  closed = left;
  learn = learned;
  byId("viewer-edit").addEventListener("click", () => edit(shown.id));
  byId("viewer-retry").addEventListener("click", () => retry(shown.id));
  byId("viewer-remove")?.addEventListener("click", () => {
    leave();
    remove(shown.id);
  });
  for (const [way, act] of Object.entries(ways)) {
    byId(`viewer-${way}`).addEventListener("click", () => {
      dialog.close();
      act(shown.id);
    });
  }
  byId("viewer-before").addEventListener("click", () => walk(-1));
  byId("viewer-after").addEventListener("click", () => walk(1));
  byId("viewer-copy").addEventListener("click", copy);
  byId("viewer-close").addEventListener("click", leave);
  swiped(byId("viewer-image").parentElement, walk);
  dialog.addEventListener("keydown", press);
  dialog.addEventListener("click", ({ target }) => { if (target === dialog) leave(); });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave();
  });
  trail.uncover(follow);
}

/** Show a picture large. */
export function open(id) {
  const picture = find(id);
  if (!picture) return;
  trail.cover(id);
  present(picture);
}

/** The picture that is shown, if it is this one, is another by now. */
export function renew(picture) {
  if (!dialog.open || shown.id !== picture.id) return;
  shown = find(picture.id) ?? picture;
  fill({ ...shown, ...picture });
  byId("viewer-said").textContent = "";
}

function find(id) {
  return pictures().find((picture) => picture.id === id);
}

function place() {
  return pictures().findIndex(({ id }) => id === shown.id);
}

/* Closing steps back, so that the history holds no view that is no longer there: one step, however often it is pressed. */
function leave() {
  if (!isLeaving) history.back();
  isLeaving = true;
}

function follow(id) {
  isLeaving = false;
  const picture = id && find(id);
  if (picture) return present(picture);
  if (!dialog.open) return null;
  dialog.close();
  return closed(shown.id);
}

function present(picture) {
  shown = picture;
  fill(picture);
  byId("viewer-said").textContent = "";
  byId("viewer-before").disabled = place() <= 0;
  byId("viewer-after").disabled = place() === pictures().length - 1;
  if (!dialog.open) dialog.showModal();
  complete(picture);
}

async function complete(picture) {
  try {
    const record = await api.record(picture.id);
    learn(record);
    if (shown === picture) fill({ ...picture, ...record });
  } catch (error) {
    // What the answer said of it is shown already, and may be true no more.
    if (shown === picture) byId("viewer-said").textContent = error.message;
  }
}

function walk(step) {
  const next = pictures()[place() + step];
  if (!next) return;
  trail.recover(next.id);
  present(next);
  // At either end the arrow goes, and must not take the focus with it.
  if (!dialog.contains(document.activeElement) || document.activeElement.disabled) byId("viewer-name").focus();
}

function press(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowLeft") walk(-1);
  if (event.key === "ArrowRight") walk(1);
}

async function copy() {
  const address = new URL(`/?id=${encodeURIComponent(shown.id)}`, location.href).href;
  try {
    await navigator.clipboard.writeText(address);
    byId("viewer-said").textContent = "The link is copied.";
  } catch {
    byId("viewer-said").textContent = address;
  }
}
