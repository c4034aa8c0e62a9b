/** More of the answer, before one comes to its end. */
import { isAborted } from "./api.js";

const tail = document.getElementById("tail");
const again = document.getElementById("more");
const words = document.getElementById("more-words");
/** How far ahead to ask: a screen. */
const AHEAD = "0px 0px 100% 0px";

let extend = null;
let isNear = false;
let isBusy = false;

const observer = new IntersectionObserver((entries) => {
  isNear = entries.at(-1).isIntersecting;
  proceed();
}, { rootMargin: AHEAD });

document.addEventListener("returned", () => { if (!again.hidden) again.click(); });
again.addEventListener("click", () => {
  trouble("");
  proceed();
});

/** Call `more()`, which returns a promise, whenever the end of the page comes near. */
export function start(more) {
  extend = more;
  trouble("");
  tail.hidden = false;
  look();
}

export function stop() {
  extend = null;
  tail.hidden = true;
}

/* What was appended may not have pushed the end away: the observer tells only of changes, but always how it begins. */
function look() {
  observer.unobserve(tail);
  observer.observe(tail);
}

async function proceed() {
  if (!isNear || isBusy || !extend || !again.hidden) return;
  isBusy = true;
  try {
    await extend();
  } catch (error) {
    if (!isAborted(error)) trouble(error.message);
  }
  isBusy = false;
  if (extend) look();
}

function trouble(said) {
  words.textContent = said;
  again.hidden = said === "";
  tail.classList.toggle("tail-broken", said !== "");
}
