/** The page: puts the parts together. Read this first, then asking.js, query.js, results.js and ways.js. */
import * as adding from "./adding.js";
import * as api from "./api.js";
import * as asking from "./asking.js";
import * as grid from "./grid.js";
import { say } from "./notices.js";
import { kindOf } from "./query.js";
import * as results from "./results.js";
import * as status from "./status.js";
import * as subject from "./subject.js";
import * as viewer from "./viewer.js";
import * as ways from "./ways.js";
import { nameOf } from "./words.js";

const byId = (id) => document.getElementById(id);
const mayAdd = byId("add-button") !== null;

async function remove(id, key) {
  try {
    await api.remove(id);
    const putBack = grid.takeOut(id);
    results.forget();
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
    results.forget();
    say(`${nameOf(key)} is back.`);
    status.refresh();
  } catch (error) {
    say(error.message);
  }
}

async function addAsked({ target: button }) {
  const { picture } = asking.present();
  button.disabled = true;
  const there = await (picture.kind === "file" ? adding.add([picture.file]) : adding.add([], picture.url));
  button.disabled = false;
  if (there && asking.present().picture === picture) subject.markAdded();
}

/* Whoever has scrolled, or is among the pictures, looks at something: it must not move under their eyes. */
function libraryChanged(counts) {
  const isBusy = window.scrollY > 0 || counts.pending > 0 || grid.hasFocus();
  results.forget();
  if (kindOf(asking.present()) === "newest" && (grid.isEmpty() || !isBusy)) asking.refresh();
}

function listenToLinks() {
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-go=newest]") || !grid.isPlain(event)) return;
    event.preventDefault();
    asking.forgetAll();
  });
}

ways.chooser(byId("choose-button"), byId("choose-file"), ([file]) => asking.search({ file }));
ways.chooser(byId("camera-button"), byId("camera-file"), ([file]) => asking.search({ file }));
ways.linkField(asking.search, say);
ways.paste(asking.search);
ways.drop(asking.search, adding.add, say);
if (mayAdd) {
  ways.chooser(byId("add-button"), byId("add-files"), (files) => adding.add(files));
  byId("query-add").addEventListener("click", addAsked);
}
adding.listen(() => status.refresh());
grid.listen({ open: viewer.open, search: asking.searchStored, remove });
viewer.listen({
  given: results.pictures,
  left: grid.focus,
  search: asking.searchStored,
  more: (id) => asking.exemplify("more", id),
  less: (id) => asking.exemplify("less", id),
});
listenToLinks();
asking.start();
status.listen(libraryChanged);
