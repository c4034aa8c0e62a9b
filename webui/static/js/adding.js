/** Pictures on their way into the library: one request each, two at a time, and what became of them. */
import * as api from "./api.js";
import { tooLarge } from "./limits.js";
import { count, nameOf } from "./words.js";

const byId = (id) => document.getElementById(id);
const LANES = 2;
const WAIT_SECONDS = 5;
/** Phones call every picture `image.jpg`: this often another name is tried before giving up. */
const NAMES_TRIED = 20;

const STAYS_MS = 10_000;

const queue = [];
let tally = fresh();
let running = 0;
let settle = () => {};
let goodbye = 0;

/** Call `done()` whenever the last picture of a batch has found its place. */
export function listen(done) {
  settle = done;
  byId("tray-close")?.addEventListener("click", hide);
}

/** Put files, and a link if there is one, into the library; return, in the end, whether all are there. */
export async function add(files, url = null) {
  const jobs = files.map((file) => ({ name: file.name, send: () => sendFile(file) }));
  if (url) jobs.push({ name: nameOf(url), send: () => api.addLink(url, WAIT_SECONDS) });
  if (running === 0) begin();
  tally.all += jobs.length;
  const placed = jobs.map((job) => new Promise((resolve) => { queue.push({ ...job, resolve }); }));
  draw();
  while (running < LANES && queue.length > 0) runLane();
  return (await Promise.all(placed)).every(Boolean);
}

function fresh() {
  return { all: 0, added: 0, there: 0, refused: 0 };
}

function begin() {
  clearTimeout(goodbye);
  tally = fresh();
  byId("tray-refusals").replaceChildren();
  byId("tray").hidden = false;
}

async function runLane() {
  running += 1;
  while (queue.length > 0) await place(queue.shift());
  running -= 1;
  if (running > 0) return;
  draw();
  if (tally.refused === 0) goodbye = setTimeout(hide, STAYS_MS);
  settle();
}

function hide() {
  byId("tray").hidden = true;
}

async function place({ name, send, resolve }) {
  try {
    const { status } = await send();
    tally[status === 200 ? "there" : "added"] += 1;
    resolve(true);
  } catch (error) {
    tally.refused += 1;
    refuse(name, error.message);
    resolve(false);
  }
  draw();
}

function sendFile(file) {
  const refusal = tooLarge(file);
  if (refusal) throw new api.Problem(refusal);
  return underAFreeName(file, 1);
}

async function underAFreeName(file, attempt) {
  try {
    return await api.addFile(file, attempt === 1 ? null : numbered(file.name, attempt), WAIT_SECONDS);
  } catch (error) {
    if (error.status !== 409 || attempt === NAMES_TRIED) throw error;
    return underAFreeName(file, attempt + 1);
  }
}

/** `image.jpg` becomes `image-2.jpg`. */
function numbered(name, number) {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? `${name.slice(0, dot)}-${number}${name.slice(dot)}` : `${name}-${number}`;
}

function draw() {
  const done = tally.added + tally.there + tally.refused;
  const bar = byId("tray-bar");
  bar.max = tally.all;
  bar.value = done;
  bar.hidden = done === tally.all;
  byId("tray-words").textContent = done < tally.all ? `Adding ${done + 1} of ${tally.all}` : outcome();
}

function outcome() {
  const words = [];
  if (tally.added > 0) words.push(`${count(tally.added, "picture")} added`);
  if (tally.there > 0) words.push(`${tally.there} there already`);
  if (tally.refused > 0) words.push(`${tally.refused} refused`);
  return `${words.join(", ")}.`;
}

function refuse(name, reason) {
  const item = byId("refusal-template").content.firstElementChild.cloneNode(true);
  item.querySelector(".refusal-name").textContent = name;
  item.querySelector(".refusal-reason").textContent = reason;
  byId("tray-refusals").append(item);
}
