/** Sends a form and tells how much of it has gone, which `fetch` cannot. */

/**
 * Return the answer, `{ ok, status, body, retryAfter }`, or null when none came; so is the body of one that is not JSON.
 * Calls `progress(bytes)` meanwhile.
 * Throws an AbortError when the signal says so.
 */
export function sendForm(path, form, { signal, progress }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded }) => progress(loaded));
    request.addEventListener("load", () => resolve(answerOf(request)));
    request.addEventListener("error", () => resolve(null));
    request.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")));
    signal.throwIfAborted();
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

function answerOf(request) {
  const { status, response } = request;
  const isOk = status >= 200 && status < 300;
  return { ok: isOk, status, body: response, retryAfter: request.getResponseHeader("Retry-After") };
}
