/**
 * The part of the picture to search with: a box to draw, move and pull, with the pointer or the arrow keys. Whoever
 * cannot or will not drag presses two opposite corners (WCAG 2.5.7).
 */
import { described, isTiny, MIDDLE, moved, pulled, spanned } from "./box.js";

const byId = (id) => document.getElementById(id);
const stage = byId("stage");
const part = byId("part");
const mark = byId("part-mark");
const STEP = 0.02;
const PAUSE_MS = 300;
/** A finger is never quite still: what moves less than this is a press. */
const STILL_PX = 6;
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const HOW = "Drag it, or press two corners.";
const SECOND = "Now press the opposite corner.";
const TOO_SMALL = "That is too small. Press two corners.";

let box = null;
let grip = null;
let corner = null;
let timer = 0;
let tell = () => {};

/** Call `changed(box)` when the box has found its place; null means the whole picture. */
export function listen(changed) {
  tell = changed;
  stage.addEventListener("pointerdown", take);
  stage.addEventListener("pointermove", drag);
  for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, leave);
  part.addEventListener("keydown", press);
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape" && corner) unmark(); });
  byId("part-button").addEventListener("click", toggle);
  byId("part-done").addEventListener("click", () => enlarge(!isEnlarged()));
}

/** Show a query's box; `isPossible` when there is a picture to draw it on. */
export function show(asked, isPossible) {
  clearTimeout(timer);
  grip = null;
  draw(asked);
  unmark();
  byId("part-button").disabled = !isPossible;
  if (!isPossible) enlarge(false);
}

function toggle() {
  const wanted = box ? null : MIDDLE;
  draw(wanted);
  enlarge(Boolean(wanted));
  if (wanted) part.focus({ preventScroll: true });
  tell(wanted);
}

/* On a narrow screen the picture is too small to draw on, unless that is what one is about. */
function enlarge(isDrawing) {
  byId("query").classList.toggle("drawing", isDrawing);
  byId("part-done").textContent = isDrawing ? "Done" : "Change the part";
}

function isEnlarged() {
  return byId("query").classList.contains("drawing");
}

function draw(wanted) {
  box = wanted;
  part.hidden = !box;
  byId("query").classList.toggle("parted", Boolean(box));
  byId("part-button").textContent = box ? "Whole picture" : "Search with a part";
  if (!box) return;
  part.ariaLabel = described(box);
  for (const [index, side] of ["left", "top", "right", "bottom"].entries()) {
    part.style[side] = `${(index < 2 ? box[index] : 1 - box[index]) * 100}%`;
  }
}

function place({ clientX, clientY }) {
  const { left, top, width, height } = stage.getBoundingClientRect();
  return [(clientX - left) / width, (clientY - top) / height];
}

function take(event) {
  if (event.button !== 0 || byId("part-button").disabled) return;
  event.preventDefault();
  stage.setPointerCapture(event.pointerId);
  const edges = event.target.dataset.edges ?? (event.target === part ? "all" : "new");
  grip = { edges, from: place(event), began: event, isPress: true, box };
  if (edges !== "new") part.focus({ preventScroll: true });
}

function drag(event) {
  if (!grip) return;
  const { began, edges, from } = grip;
  grip.isPress &&= Math.hypot(event.clientX - began.clientX, event.clientY - began.clientY) < STILL_PX;
  if (grip.isPress) return;
  const [x, y] = place(event);
  const [dx, dy] = [x - from[0], y - from[1]];
  if (edges === "new") draw(spanned(from, [x, y]));
  else draw(edges === "all" ? moved(grip.box, dx, dy) : pulled(grip.box, edges, dx, dy));
}

function leave(event) {
  if (!grip) return;
  const { from, isPress, box: before } = grip;
  grip = null;
  if (event.type === "pointercancel") return draw(before);
  if (isPress) return choose(from);
  if (isTiny(box)) draw(before);
  return String(box) === String(before) ? null : tell(box);
}

/* The first corner waits for the second; the box that is there waits with it. */
function choose(point) {
  if (!corner) return markAt(point);
  const wanted = spanned(corner, point);
  unmark();
  if (isTiny(wanted)) return hint(TOO_SMALL);
  draw(wanted);
  return tell(wanted);
}

function markAt(point) {
  corner = point;
  mark.hidden = false;
  [mark.style.left, mark.style.top] = point.map((share) => `${share * 100}%`);
  hint(SECOND);
}

function unmark() {
  corner = null;
  mark.hidden = true;
  hint(box ? HOW : "");
}

function hint(words) {
  byId("part-words").textContent = words;
}

function press(event) {
  const step = ARROWS[event.key];
  if (step) draw(event.shiftKey ? pulled(box, "se", ...step) : moved(box, ...step));
  else if (event.key === "Delete" || event.key === "Backspace") {
    draw(null);
    byId("part-button").focus();
  } else return;
  event.preventDefault();
  clearTimeout(timer);
  timer = setTimeout(() => tell(box), PAUSE_MS);
}
