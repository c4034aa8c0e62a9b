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

new IntersectionObserver(([{ isIntersecting }]) => {
  isNear = isIntersecting;
  proceed();
}, { rootMargin: AHEAD }).observe(tail);

again.addEventListener("click", () => {
  trouble("");
  proceed();
});

/** Call `more()`, which returns a promise, whenever the end of the page comes near. */
export function start(more) {
  extend = more;
  trouble("");
  tail.hidden = false;
  // What was appended may not have pushed the end away far enough: the observer tells only of changes.
  requestAnimationFrame(measure);
}

export function stop() {
  extend = null;
  tail.hidden = true;
}

function measure() {
  isNear = !tail.hidden && tail.getBoundingClientRect().top < window.innerHeight * 2;
  proceed();
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
  if (extend) requestAnimationFrame(measure);
}

function trouble(said) {
  words.textContent = said;
  again.hidden = said === "";
  tail.classList.toggle("tail-broken", said !== "");
}
