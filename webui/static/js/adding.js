/** Pictures on their way into the library: looked for there first, then sent, a few at a time. */
import * as api from "./api.js";
import { findKnown } from "./known.js";
import { unfit } from "./limits.js";
import { patiently } from "./patience.js";
import { isPassing } from "./refusals.js";
import * as tray from "./tray.js";
import { nameOf } from "./words.js";

const LANES = 3;
/** So many files, of so many bytes together, are looked for in the library at once. */
const LOOKED_FOR = 50;
const LOOKED_FOR_BYTES = 64 * 2 ** 20;
/** A few pictures are waited for until they can be found; many would wait for each other. */
const FEW = 4;
const WAIT_SECONDS = 5;
/** Phones call every picture `image.jpg`: this often another name is tried before giving up. */
const NAMES_TRIED = 20;
const UNREADABLE = "It cannot be read any more. Was it moved or changed? Add it again.";

const unknown = [];
const ready = [];
let jobs = [];
let running = 0;
let isLooking = false;
let settle = () => {};

/** Call `done()` whenever the last picture of a batch has found its place. */
export function listen(done) {
  settle = done;
  tray.listen({ cancel, retry });
  window.addEventListener("beforeunload", (event) => { if (isBusy()) event.preventDefault(); });
}

/**
 * Put pictures, `{ file, path }`, and a link if there is one, into the library; `leftOut` files beside them were none.
 * Return, in the end, whether all are there.
 */
export async function add(pictures, { url = null, leftOut = 0 } = {}) {
  if (!isBusy()) jobs = [];
  const more = pictures.map(jobOf);
  if (url) more.push(linkJob(url));
  jobs.push(...more);
  tray.begin(jobs, leftOut);
  unknown.push(...more);
  start();
  return (await Promise.all(more.map(({ outcome }) => outcome.promise))).every(Boolean);
}

function jobOf({ file, path }) {
  return { name: file.name, path, file, size: file.size, ...fresh() };
}

function linkJob(url) {
  return { name: nameOf(url), url, size: 0, ...fresh() };
}

function fresh() {
  return { state: "waiting", sent: 0, problem: null, id: null, aborter: new AbortController(), outcome: deferred() };
}

function deferred() {
  let resolve = null;
  const promise = new Promise((settled) => { resolve = settled; });
  return { promise, resolve };
}

function isBusy() {
  return running > 0 || isLooking;
}

function start() {
  look();
  while (running < LANES && ready.length > 0) runLane();
}

/* While some are sent the next are looked for: most of a folder that is dropped again need not be sent at all. */
async function look() {
  if (isLooking) return;
  isLooking = true;
  while (unknown.length > 0) {
    const some = unknown.splice(0, portion());
    const known = await knownAmong(some);
    for (const job of some.filter(({ state }) => state === "waiting")) {
      if (known.has(job.file)) finish(job, "there", known.get(job.file));
      else ready.push(job);
    }
    while (running < LANES && ready.length > 0) runLane();
  }
  isLooking = false;
  rest();
}

function portion() {
  let bytes = 0;
  const first = unknown.slice(0, LOOKED_FOR).findIndex(({ size }) => (bytes += size) > LOOKED_FOR_BYTES);
  return first < 0 ? LOOKED_FOR : first + 1;
}

/* It spares work and is nothing more: whatever goes wrong here is said when a picture is sent. */
async function knownAmong(some) {
  const files = some.map(({ file }) => file).filter((file) => file && !unfit(file));
  try {
    return await findKnown(files);
  } catch {
    return new Map();
  }
}

async function runLane() {
  running += 1;
  while (ready.length > 0) await place(ready.shift());
  running -= 1;
  rest();
}

function rest() {
  if (isBusy()) return;
  tray.end();
  settle();
}

async function place(job) {
  if (job.state !== "waiting") return;
  job.state = "sending";
  tray.draw();
  try {
    const { status, body } = await patiently(() => send(job), job.aborter.signal);
    finish(job, status === 200 ? "there" : "added", body.id);
  } catch (error) {
    refuse(job, error);
  }
}

function send(job) {
  const wait = jobs.length <= FEW ? WAIT_SECONDS : 0;
  if (job.url) return api.addLink(job.url, wait, job.aborter.signal);
  const refusal = unfit(job.file);
  if (refusal) throw new api.Problem(refusal, { status: 413 });
  return underAFreeName(job, wait, 1);
}

async function underAFreeName(job, wait, attempt) {
  const key = keyOf(job, attempt);
  const options = { signal: job.aborter.signal, progress: (bytes) => advance(job, bytes) };
  try {
    return await api.addFile(job.file, key ? { key } : {}, wait, options);
  } catch (error) {
    if (error.code === "key_taken" && attempt < NAMES_TRIED) return underAFreeName(job, wait, attempt + 1);
    throw error.status === 0 && !(await isReadable(job.file)) ? new api.Problem(UNREADABLE, { status: 400 }) : error;
  }
}

async function isReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/* Without a folder the service makes a key of the name. `image.jpg` becomes `image-2.jpg` where that is taken. */
function keyOf({ name, path }, attempt) {
  if (attempt === 1) return path;
  const whole = path || name;
  const dot = whole.lastIndexOf(".");
  const stem = dot > whole.lastIndexOf("/") + 1 ? dot : whole.length;
  return `${whole.slice(0, stem)}-${attempt}${whole.slice(stem)}`;
}

function advance(job, bytes) {
  job.sent = Math.min(bytes, job.size);
  tray.draw();
}

function finish(job, state, id = null) {
  Object.assign(job, { state, id, sent: job.size });
  job.outcome.resolve(state === "added" || state === "there");
  tray.draw();
}

/* A service that is gone for one is gone for all. */
function refuse(job, error) {
  if (api.isAborted(error)) return finish(job, "cancelled");
  job.problem = error;
  finish(job, "refused");
  if (error.status !== 0) return null;
  for (const other of [...ready.splice(0), ...unknown.splice(0)].filter(({ state }) => state === "waiting")) {
    other.problem = error;
    finish(other, "refused");
  }
  return null;
}

/** Stop one that is on its way, or all. */
function cancel(only = null) {
  for (const job of only ? [only] : jobs) {
    if (job.state === "waiting") finish(job, "cancelled");
    else if (job.state === "sending") job.aborter.abort();
  }
}

/** Try again what was refused for a reason that may have passed. */
function retry() {
  const again = jobs.filter(({ state, problem }) => state === "refused" && isPassing(problem));
  for (const job of again) Object.assign(job, fresh());
  tray.begin(jobs, 0);
  ready.push(...again);
  start();
}
