/**
 * The cells in sheaves, one a page of the answer. Rows are justified across sheaves: each hands its last row on to the
 * next. One that is out of sight is neither laid out nor painted, and one that is far away is folded: of its cells
 * nothing is left but their names, for whoever searches the page, each about where its picture would be.
 */
import { nameOf } from "./words.js";

const grid = document.getElementById("grid");
const SHEAF_CELLS = 60;
const PAUSE_MS = 150;
/** In screens: sheaves that are so near are there when one comes to them. */
const REACH = 2;

const pictureOf = new WeakMap();
const folded = new WeakMap();
let width = grid.clientWidth;
let timer = 0;
let make = null;

/** Show pictures as the cells that `cell(picture)` returns for them; it is called again for those that come back. */
export function start(cell) {
  make = cell;
  for (const moved of ["scroll", "resize"]) window.addEventListener(moved, tidy, { passive: true });
}

/** Put pictures behind those that are there. */
export function lay(pictures) {
  const last = grid.lastElementChild;
  const sheaf = document.createElement("div");
  sheaf.className = "sheaf";
  const focused = document.activeElement;
  sheaf.append(...(last ? lastRowOf(last) : []), ...pictures.map(made));
  grid.append(sheaf);
  if (last) seal(last);
  if (sheaf.contains(focused)) focused.focus({ preventScroll: true });
}

/** Put pictures in place of those that are there. */
export function replace(pictures) {
  grid.replaceChildren();
  for (let from = 0; from < pictures.length; from += SHEAF_CELLS) lay(pictures.slice(from, from + SHEAF_CELLS));
}

/** Return the cell of a picture, wherever it is. */
export function find(id) {
  const sheaf = [...grid.children].find((each) => folded.get(each)?.some((picture) => picture.id === id));
  if (sheaf) unfold(sheaf);
  return grid.querySelector(`[data-id="${CSS.escape(id)}"]`);
}

export function after(cell) {
  return cell.nextElementSibling ?? edgeOf(cell.parentElement.nextElementSibling, "firstElementChild");
}

export function before(cell) {
  return cell.previousElementSibling ?? edgeOf(cell.parentElement.previousElementSibling, "lastElementChild");
}

export function takeOut(cell) {
  const sheaf = cell.parentElement;
  cell.remove();
  if (!sheaf.hasChildNodes()) sheaf.remove();
}

/** Put a cell that was taken out before that of the picture `nextId`, or behind all. */
export function putBack(cell, nextId) {
  const next = nextId && find(nextId);
  if (next) next.before(cell);
  else lay([pictureOf.get(cell)]);
}

function made(picture) {
  const cell = make(picture);
  pictureOf.set(cell, picture);
  return cell;
}

function edgeOf(sheaf, edge) {
  if (sheaf) unfold(sheaf);
  return sheaf?.[edge];
}

function lastRowOf(sheaf) {
  const all = [...sheaf.children];
  const top = all.at(-1)?.offsetTop;
  return all.filter((cell) => cell.offsetTop === top);
}

/* Its height is kept, so that nothing moves when it is no longer laid out. */
function seal(sheaf) {
  if (!sheaf.hasChildNodes()) return sheaf.remove();
  const { top, bottom, height } = sheaf.getBoundingClientRect();
  sheaf.style.containIntrinsicBlockSize = `auto ${height}px`;
  sheaf.classList.add("sealed");
  return isNear(top, bottom) ? null : fold(sheaf, height);
}

/* When it has been scrolled, but before that is painted: whoever jumps finds the pictures there. */
function tidy() {
  const sealed = [...grid.querySelectorAll(".sealed")].map((sheaf) => [sheaf, sheaf.getBoundingClientRect()]);
  for (const [sheaf, { top, bottom, height }] of sealed) {
    if (isNear(top, bottom)) unfold(sheaf);
    else fold(sheaf, height);
  }
}

function isNear(top, bottom) {
  const reach = REACH * window.innerHeight;
  return bottom > -reach && top < window.innerHeight + reach;
}

/* A line of text takes the part of the height that a cell takes of the pictures. */
function fold(sheaf, height) {
  if (folded.has(sheaf) || isHeld(sheaf)) return;
  const pictures = picturesIn(sheaf);
  folded.set(sheaf, pictures);
  sheaf.style.blockSize = `${height}px`;
  sheaf.style.lineHeight = `${height / pictures.length}px`;
  sheaf.textContent = pictures.map(({ key }) => nameOf(key)).join("\n");
  sheaf.classList.add("folded");
  sheaf.ariaHidden = "true";
}

function unfold(sheaf) {
  const pictures = folded.get(sheaf);
  if (!pictures) return;
  folded.delete(sheaf);
  sheaf.replaceChildren(...pictures.map(made));
  sheaf.style.blockSize = sheaf.style.lineHeight = "";
  sheaf.classList.remove("folded");
  sheaf.ariaHidden = null;
}

/* Whoever has the focus there, or has selected something, finds it again; and Tab leads on from there, either way. */
function isHeld(sheaf) {
  const near = [sheaf.previousElementSibling, sheaf, sheaf.nextElementSibling];
  return near.some((each) => each?.contains(document.activeElement)) || getSelection().containsNode(sheaf, true);
}

function picturesIn(sheaf) {
  return folded.get(sheaf) ?? [...sheaf.children].map((cell) => pictureOf.get(cell));
}

/* In another width the rows break elsewhere; what was on top stays there, and the focus where it was. */
function dealAgain() {
  const all = [...grid.children].flatMap(picturesIn);
  const top = [...grid.querySelectorAll(".cell")].find((cell) => cell.getBoundingClientRect().bottom > 0);
  const topBefore = top?.getBoundingClientRect().top;
  const focused = document.activeElement.closest(".cell");
  replace(all);
  const again = (cell) => cell?.dataset.id && find(cell.dataset.id);
  const topAgain = again(top)?.getBoundingClientRect().top;
  if (window.scrollY > 0 && topAgain) window.scrollBy(0, topAgain - topBefore);
  again(focused)?.querySelector("a").focus({ preventScroll: true });
}

new ResizeObserver(() => {
  if (grid.clientWidth === width) return;
  width = grid.clientWidth;
  clearTimeout(timer);
  if (grid.childElementCount > 1) timer = setTimeout(dealAgain, PAUSE_MS);
}).observe(grid);
