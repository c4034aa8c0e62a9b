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
  raise();
  shelf.append(notice);
}

/* What is under a dialog can be neither seen nor pressed: the corner goes into the uppermost, and comes back out. */
function raise() {
  const over = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (corner.parentNode !== over) over.append(corner);
}

for (const turn of ["toggle", "close"]) document.addEventListener(turn, raise, true);

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
  const dismiss = () => {
    clearTimeout(timer);
    notice.remove();
  };
  const hold = () => clearTimeout(timer);
  const release = () => {
    hold();
    timer = setTimeout(dismiss, STAYS_MS);
  };
  for (const busy of ["pointerenter", "focusin"]) notice.addEventListener(busy, hold);
  for (const idle of ["pointerleave", "focusout"]) notice.addEventListener(idle, release);
  release();
  return dismiss;
}
