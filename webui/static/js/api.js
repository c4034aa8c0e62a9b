/** The REST interface: one function a route. Each returns the parsed answer or throws a Problem. */
import { enter } from "./entrance.js";
import { inWords } from "./refusals.js";
import { sendForm } from "./sending.js";

const SERVICE_GONE = "The service does not answer. Check that it is running, then try again.";

/**
 * What went wrong, in words for a person. `status` is 0 when no answer came at all; `code` is the service's, or empty;
 * `retryAfterS` says when to come again, or is 0.
 */
export class Problem extends Error {
  constructor(words, { status = 0, code = "", retryAfterS = 0 } = {}) {
    super(words);
    Object.assign(this, { name: "Problem", status, code, retryAfterS });
  }
}

/** True for what a newer question leaves behind: nobody waits for that answer any more. */
export function isAborted(error) {
  return error.name === "AbortError";
}

async function send(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    throw isAborted(error) ? error : new Problem(SERVICE_GONE);
  }
}

/* Null for what was cut short, or is not what the service writes. */
async function read(response) {
  const isPicture = response.headers.get("Content-Type")?.startsWith("image/");
  try {
    return await (isPicture ? response.blob() : response.json());
  } catch (error) {
    if (isAborted(error)) throw error;
    return null;
  }
}

const wantsKey = ({ status }, { code }) => status === 401 || code === "write_key_needed";

/* Whoever is asked for a key and gives it has asked again already. */
async function call(path, options = {}, mayAsk = true) {
  const answer = await (options.progress ? upload(path, options) : once(path, options));
  if (answer.ok) return whole(answer);
  const refusal = answer.body ?? {};
  const words = inWords(refusal, answer.status);
  if (mayAsk && wantsKey(answer, refusal) && (await enter(words))) return call(path, options);
  throw new Problem(words, { status: answer.status, code: refusal.code, retryAfterS: Number(answer.retryAfter) });
}

function whole(answer) {
  if (!answer.body) throw new Problem(SERVICE_GONE);
  return answer;
}

async function once(path, options) {
  const response = await send(path, options);
  const body = response.status === 204 ? {} : await read(response);
  return { ok: response.ok, status: response.status, body, retryAfter: response.headers.get("Retry-After") };
}

async function upload(path, options) {
  const answer = await sendForm(path, options.body, options);
  if (!answer) throw new Problem(SERVICE_GONE);
  return answer;
}

function json(body, signal) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal };
}

function form(fields, signal) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return { method: "POST", body, signal };
}

const one = (id) => `/v1/images/${encodeURIComponent(id)}`;

/** `question` as `POST /v1/search` takes it; with `image`, a file, it travels as a form. */
export async function search(question, signal) {
  return (await call("/v1/search", (question.image ? form : json)(question, signal))).body;
}

/** `listing` as `GET /v1/images` takes it; what is empty is not said. */
export async function list(listing, signal) {
  const said = new URLSearchParams(Object.entries(listing).filter(([, value]) => value));
  return (await call(`/v1/images?${said}`, { signal })).body;
}

/** The picture behind a link, as a Blob. */
export async function fetchLink(url) {
  return (await call("/v1/fetch", json({ url }))).body;
}

export async function record(id, signal) {
  return (await call(one(id), { signal })).body;
}

/**
 * `status` 201 indexed, 202 waiting to be, 200 there already; `body` the record. `says` may have a key; `options` are
 * a signal and `progress(bytes)`.
 */
export function addFile(image, says, waitSeconds, options) {
  return call(`/v1/images?wait=${waitSeconds}`, { ...form({ image, ...says }), ...options });
}

/** As `addFile`, for a picture that the service fetches itself. */
export function addLink(url, waitSeconds, signal) {
  return call(`/v1/images?wait=${waitSeconds}`, json({ url }, signal));
}

/** Ids by SHA-256, of those sums that pictures of the library have. */
export async function check(sha256) {
  return (await call("/v1/images/check", json({ sha256 }))).body;
}

/** `changes` has `label`, `tags` and what to `expect` of both; what is not named stays. Returns the record. */
export async function edit(id, changes) {
  return (await call(one(id), { ...json(changes), method: "PATCH" })).body;
}

/**
 * Do something with at most 500: "edit" with `label`, `add_tags` and `remove_tags`, "delete", "restore" or "retry".
 * Returns an outcome each, `{ id, status, image, error }`, in their order.
 */
export async function several(way, ids, says = {}) {
  return (await call(`/v1/images/${way}`, json({ ids, ...says }))).body.results;
}

export async function libraryStatus() {
  return (await call("/v1/status", {}, false)).body;
}
