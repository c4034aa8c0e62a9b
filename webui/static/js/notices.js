/** Short words in the corner, which go by themselves unless somebody is busy with them. */

const corner = document.getElementById("corner");
const shelf = document.getElementById("notices");
const template = document.getElementById("notice-template");
const STAYS_MS = 10_000;

/** Say `words`; with `action`, `{ label, run }`, offer a button for it. */
export function say(words, action) {
  const notice = template.content.firstElementChild.cloneNode(true);
  notice.querySelector(".notice-words").textContent = words;
  const dismiss = leaveLater(notice);
  notice.querySelector(".btn-close").addEventListener("click", dismiss);
  offer(notice.querySelector(".notice-action"), action, dismiss);
  raise(corner);
  shelf.append(notice);
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

for (const turn of ["toggle", "close"]) document.addEventListener(turn, () => raise(corner), true);

function offer(button, action, dismiss) {
  if (!action) return button.remove();
  button.textContent = action.label;
  button.addEventListener("click", () => {
    dismiss();
    action.run();
  });
}

/* WCAG 2.2.1: what goes by itself must wait for whoever reads it or is about to press its button. */
function leaveLater(notice) {
  let timer = 0;
  let from = null;
  const dismiss = () => {
    clearTimeout(timer);
    if (notice.contains(document.activeElement)) goBack(from);
    notice.remove();
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

/* Whoever came into a notice goes on where they came from, as far as that is still there. */
function goBack(from) {
  (from?.isConnected ? from : document.getElementById("results")).focus({ preventScroll: true });
}
