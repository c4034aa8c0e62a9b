/** The part of the picture to search with: a box to draw, move and pull, with the pointer or the arrow keys. */
import { described, isTiny, MIDDLE, moved, pulled, spanned } from "./box.js";

const byId = (id) => document.getElementById(id);
const stage = byId("stage");
const part = byId("part");
const STEP = 0.02;
const PAUSE_MS = 300;
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

let box = null;
let grip = null;
let timer = 0;
let tell = () => {};

/** Call `changed(box)` when the box has found its place; null means the whole picture. */
export function listen(changed) {
  tell = changed;
  stage.addEventListener("pointerdown", take);
  stage.addEventListener("pointermove", drag);
  for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, leave);
  part.addEventListener("keydown", press);
  byId("part-button").addEventListener("click", toggle);
  byId("part-done").addEventListener("click", () => enlarge(false));
}

/** Show a query's box; `isPossible` when there is a picture to draw it on. */
export function show(asked, isPossible) {
  clearTimeout(timer);
  grip = null;
  draw(asked);
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
}

function draw(wanted) {
  box = wanted;
  part.hidden = !box;
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
  grip = { edges, from: place(event), box };
  if (edges !== "new") part.focus({ preventScroll: true });
}

function drag(event) {
  if (!grip) return;
  const [x, y] = place(event);
  const [dx, dy] = [x - grip.from[0], y - grip.from[1]];
  if (grip.edges === "new") draw(spanned(grip.from, [x, y]));
  else draw(grip.edges === "all" ? moved(grip.box, dx, dy) : pulled(grip.box, grip.edges, dx, dy));
}

/* A mere click draws nothing. */
function leave(event) {
  if (!grip) return;
  const before = grip.box;
  grip = null;
  if (event.type === "pointercancel" || (box && isTiny(box))) draw(before);
  if (String(box) !== String(before)) tell(box);
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
