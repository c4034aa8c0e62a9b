/** Short words in the corner, which go by themselves unless somebody is busy with them. */

const corner = document.getElementById("corner");
const shelf = document.getElementById("notices");
const template = document.getElementById("notice-template");
const STAYS_MS = 10_000;
const TYPED_IN = "input:not([type=checkbox], [type=range]), textarea";

/** Say `words`; with `action`, `{ label, run }`, offer a button for it. */
export function say(words, action) {
  const notice = made(words);
  const dismiss = leaveLater(notice);
  notice.querySelector(".btn-close").addEventListener("click", dismiss);
  offer(notice.querySelector(".notice-action"), action, dismiss);
}

/** Say `words` until the end; return `{ say(words), end() }`. The button of `action` can be pressed once. */
export function keep(words, action) {
  const notice = made(words);
  notice.querySelector(".btn-close").remove();
  const button = notice.querySelector(".notice-action");
  offer(button, action, () => { button.disabled = true; });
  return { say: (others) => write(notice, others), end: () => leave(notice, null) };
}

function made(words) {
  const notice = template.content.firstElementChild.cloneNode(true);
  write(notice, words);
  raise(corner);
  shelf.append(notice);
  return notice;
}

function write(notice, words) {
  notice.querySelector(".notice-words").textContent = words;
}

/* Whoever came into a notice goes on where they came from, as far as that is still there. */
function leave(notice, from) {
  const next = from?.isConnected ? from : document.getElementById("results");
  if (notice.contains(document.activeElement)) next.focus({ preventScroll: true });
  notice.remove();
}

/** Return what `asked`, a promise of a list, brings; nothing where it fails, and say why, with `action`. */
export async function settled(asked, action) {
  try {
    return await asked;
  } catch (error) {
    say(error.message, action);
    return [];
  }
}

/** What is under a dialog can be neither seen nor pressed: put `overlay` into the uppermost, or back onto the page. */
export function raise(overlay) {
  const over = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (overlay.parentNode !== over) over.append(overlay);
}

/* What is last can be undone from wherever one is, except where that means what was typed. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  const undo = [...shelf.querySelectorAll("[aria-keyshortcuts]")].at(-1);
  if (!undo || event.target.matches(TYPED_IN)) return;
  event.preventDefault();
  undo.click();
});

for (const turn of ["toggle", "close"]) document.addEventListener(turn, () => raise(corner), true);

function offer(button, action, pressed) {
  if (!action) return button.remove();
  button.textContent = action.label;
  if (action.label === "Undo") Object.assign(button, { title: "Ctrl+Z", ariaKeyShortcuts: "Control+Z Meta+Z" });
  button.addEventListener("click", () => {
    pressed();
    action.run();
  });
}

/* WCAG 2.2.1: what goes by itself must wait for whoever reads it or is about to press its button. */
function leaveLater(notice) {
  let timer = 0;
  let from = null;
  const dismiss = () => {
    clearTimeout(timer);
    leave(notice, from);
  };
  const hold = () => clearTimeout(timer);
  const release = () => {
    hold();
    timer = setTimeout(dismiss, STAYS_MS);
  };
  notice.addEventListener("focusin", ({ relatedTarget }) => {
    if (!notice.contains(relatedTarget)) from = relatedTarget;
  });
  for (const busy of ["pointerenter", "focusin"]) notice.addEventListener(busy, hold);
  for (const idle of ["pointerleave", "focusout"]) notice.addEventListener(idle, release);
  release();
  return dismiss;
}
