/** The page: puts the parts together. Read this first, then asking.js, query.js, results.js and ways.js. */
import * as adding from "./adding.js";
import * as asking from "./asking.js";
import { chosen, loose } from "./folders.js";
import * as grid from "./grid.js";
import { say } from "./notices.js";
import { kindOf } from "./query.js";
import { remove } from "./removing.js";
import * as results from "./results.js";
import * as status from "./status.js";
import * as subject from "./subject.js";
import * as viewer from "./viewer.js";
import * as ways from "./ways.js";

const byId = (id) => document.getElementById(id);
const mayAdd = byId("add-button") !== null;

async function addAsked({ target: button }) {
  const { picture } = asking.present();
  button.disabled = true;
  const isFile = picture.kind === "file";
  const there = await adding.add(isFile ? loose([picture.file]) : [], { url: picture.url });
  button.disabled = false;
  if (there && asking.present().picture === picture) subject.markAdded();
}

function addFolder(files) {
  const { pictures, leftOut } = chosen(files);
  return adding.add(pictures, { leftOut });
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
ways.drop(asking.search, mayAdd ? adding.add : null, say);
if (mayAdd) {
  ways.chooser(byId("add-button"), byId("add-files"), (files) => adding.add(loose(files)));
  ways.chooser(byId("add-folder-button"), byId("add-folder"), addFolder);
  byId("query-add").addEventListener("click", addAsked);
}
adding.listen(() => status.refresh());
grid.listen({ open: viewer.open, search: asking.searchStored, remove: (id, key) => remove([{ id, key }]) });
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
