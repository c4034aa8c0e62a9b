/** The REST interface: one function a route. Each returns the parsed answer or throws a Problem. */
import { enter } from "./entrance.js";
import { sentence } from "./words.js";

const SERVICE_GONE = "The service does not answer. Check that it is running, then try again.";

/** What went wrong, in words for a person. `status` is 0 when no answer came at all. */
export class Problem extends Error {
  constructor(words, httpStatus = 0) {
    super(words);
    this.name = "Problem";
    this.status = httpStatus;
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

async function parse(response) {
  try {
    return await response.json();
  } catch (error) {
    if (isAborted(error)) throw error;
    return {};
  }
}

function read(response) {
  const isPicture = response.headers.get("Content-Type")?.startsWith("image/");
  return isPicture ? response.blob() : parse(response);
}

const wantsKey = ({ status, body }) => status === 401 || body.code === "write_key_needed";

/* Whoever is asked for a key and gives it has asked again already. */
async function call(path, options = {}, mayAsk = true) {
  const answer = await once(path, options);
  if (answer.ok) return answer;
  if (mayAsk && wantsKey(answer) && (await enter(wordsOf(answer)))) return call(path, options);
  throw new Problem(wordsOf(answer), answer.status);
}

function wordsOf({ status, body }) {
  return sentence(body.detail || body.title || `The service answered with error ${status}.`);
}

async function once(path, options) {
  const response = await send(path, options);
  const body = response.status === 204 ? {} : await read(response);
  return { ok: response.ok, status: response.status, body };
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

/** `status` 201 indexed, 202 waiting to be, 200 there already; `body` the record. */
export function addFile(file, key, waitSeconds) {
  return call(`/v1/images?wait=${waitSeconds}`, form(key ? { image: file, key } : { image: file }));
}

/** As `addFile`, for a picture that the service fetches itself. */
export function addLink(url, waitSeconds) {
  return call(`/v1/images?wait=${waitSeconds}`, json({ url }));
}

export async function remove(id) {
  await call(one(id), { method: "DELETE" });
}

export async function restore(id) {
  return (await call(`${one(id)}/restore`, { method: "POST" })).body;
}

export async function libraryStatus() {
  return (await call("/v1/status", {}, false)).body;
}
