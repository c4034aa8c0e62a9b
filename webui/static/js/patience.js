/** Comes again when the service asks for it: whoever is told to wait makes all others wait as well. */

/** By status, 0 being no answer. A rate by the minute needs more than a minute of patience: two, with doubling waits. */
const TRIES = { 0: 4, 429: 8, 502: 4, 503: 8, 504: 4 };
const LONGEST_S = 60;

let until = 0;
let tell = () => {};

/** Call `waiting(seconds, problem)` when everybody has to wait, and `waiting(0)` when it goes on. */
export function listen(waiting) {
  tell = waiting;
}

/** Return what `act()` returns, tried again while the service is busy or gone. Throws its last Problem, or an abort. */
export async function patiently(act, signal) {
  for (let attempt = 1; ; attempt += 1) {
    await pass(signal);
    try {
      return await act();
    } catch (error) {
      if (attempt >= (TRIES[error.status] ?? 1)) throw error;
      wait(Math.max(error.retryAfterS, 2 ** (attempt - 1)), error);
    }
  }
}

function wait(seconds, problem) {
  until = Math.max(until, Date.now() + Math.min(seconds, LONGEST_S) * 1000);
  tell(Math.ceil((until - Date.now()) / 1000), problem);
}

async function pass(signal) {
  while (Date.now() < until) await sleep(until - Date.now(), signal);
  signal.throwIfAborted();
  tell(0);
}

function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
