/** The status line: how much there is, and how far indexing is. It asks often only while something happens. */
import * as api from "./api.js";
import { progress } from "./words.js";

const byId = (id) => document.getElementById(id);
const BUSY_MS = 1_000;
const GONE_MS = 2_000;
const CALM_MS = 15_000;

let timer = 0;
let before = null;
let isGone = false;
let tell = () => {};
let show = () => {};

/** Call `counted(counts)` with every answer, and `changed(counts)` when pictures have become searchable, or none waits. */
export function listen(changed, counted) {
  tell = changed;
  show = counted;
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") refresh();
  });
  document.addEventListener("entered", refresh);
  document.addEventListener("gone", () => {
    isGone = true;
    refresh();
  });
  return refresh();
}

/** Ask now rather than at the next turn. */
export async function refresh() {
  clearTimeout(timer);
  const pauseMs = await look();
  clearTimeout(timer);
  if (document.visibilityState === "visible") timer = setTimeout(refresh, pauseMs);
}

async function look() {
  try {
    const status = await api.libraryStatus();
    draw(status);
    compare(status.counts);
    welcome();
    return status.counts.pending > 0 ? BUSY_MS : CALM_MS;
  } catch ({ status }) {
    byId("status").dataset.state = "gone";
    byId("status-words").textContent = status === 401 ? "A key is needed" : "The service does not answer";
    byId("status-bar").hidden = true;
    isGone = true;
    return status === 401 ? CALM_MS : GONE_MS;
  }
}

/* The service is there again: what did not work can be tried again. */
function welcome() {
  if (!isGone) return;
  isGone = false;
  document.dispatchEvent(new Event("returned"));
}

function draw(status) {
  const { counts } = status;
  const bar = byId("status-bar");
  byId("status").dataset.state = counts.pending > 0 ? "busy" : "calm";
  byId("status-words").textContent = progress(status);
  bar.hidden = counts.pending === 0;
  bar.max = counts.indexed + counts.pending || 1;
  bar.value = counts.indexed;
  byId("status-words").href = counts.failed > 0 ? "/?view=library&state=failed" : "/?view=library";
  show(counts);
  byId("engine").textContent = `${status.model}, ${status.engine} engine`;
}

function compare(counts) {
  const was = before;
  before = counts;
  if (was && (was.indexed !== counts.indexed || was.pending !== counts.pending || was.failed !== counts.failed)) tell(counts);
}
