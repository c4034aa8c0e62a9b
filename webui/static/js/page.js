/** The page: puts the parts together. Read this first, then query.js, results.js and ways.js. */
import * as adding from "./adding.js";
import * as api from "./api.js";
import * as grid from "./grid.js";
import { tooLarge } from "./limits.js";
import { say } from "./notices.js";
import { newest, stored } from "./query.js";
import * as results from "./results.js";
import * as status from "./status.js";
import * as subject from "./subject.js";
import * as trail from "./trail.js";
import * as ways from "./ways.js";
import { nameOf } from "./words.js";

const byId = (id) => document.getElementById(id);
const mayAdd = byId("add-button") !== null;
let asked = newest;

async function show(query, scrollY) {
  asked = query;
  subject.show(query);
  document.title = "Lookalike";
  if (query.kind === "stored") describe(query);
  const answered = await results.show(query);
  if (answered) window.scrollTo(0, scrollY);
}

async function describe(query) {
  try {
    const record = await api.record(query.id);
    if (asked !== query) return;
    subject.describe(record);
    document.title = `Like ${nameOf(record.key)} · Lookalike`;
  } catch {
    // The search for its lookalikes fails as well, and says so in the page's middle.
  }
}

function search({ file, url }) {
  const refusal = file && tooLarge(file);
  if (refusal) return say(`${file.name}: ${refusal}`);
  return trail.go(file ? { kind: "file", file } : { kind: "link", url });
}

function open(id) {
  trail.go(stored(id));
  byId("results").focus({ preventScroll: true });
}

async function remove(id, key) {
  try {
    await api.remove(id);
    const putBack = grid.takeOut(id);
    say(`${nameOf(key)} is removed.`, { label: "Undo", run: () => restore(id, key, putBack) });
    status.refresh();
  } catch (error) {
    say(error.message);
  }
}

async function restore(id, key, putBack) {
  try {
    await api.restore(id);
    putBack();
    say(`${nameOf(key)} is back.`);
    status.refresh();
  } catch (error) {
    say(error.message);
  }
}

async function addAsked({ target: button }) {
  const query = asked;
  button.disabled = true;
  const there = await (query.kind === "file" ? adding.add([query.file]) : adding.add([], query.url));
  button.disabled = false;
  if (there && asked === query) subject.markAdded();
}

/* Whoever has scrolled, or is among the pictures, looks at something: it must not move under their eyes. */
function libraryChanged(counts) {
  const isBusy = window.scrollY > 0 || counts.pending > 0 || grid.hasFocus();
  if (asked.kind === "newest" && (grid.isEmpty() || !isBusy)) results.show(asked);
}

function listenToLinks() {
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-go=newest]") || !grid.isPlain(event)) return;
    event.preventDefault();
    trail.go(newest);
  });
}

ways.chooser(byId("choose-button"), byId("choose-file"), ([file]) => search({ file }));
ways.linkField(search, say);
ways.paste(search);
ways.drop(search, adding.add, say);
if (mayAdd) {
  ways.chooser(byId("add-button"), byId("add-files"), (files) => adding.add(files));
  byId("query-add").addEventListener("click", addAsked);
}
adding.listen(() => status.refresh());
grid.listen(open, remove);
results.listen();
listenToLinks();
trail.start(show);
status.listen(libraryChanged);
