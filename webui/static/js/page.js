/** The page: puts the parts together. Read this first, then asking.js, query.js, results.js and ways.js. */
import * as adding from "./adding.js";
import * as asking from "./asking.js";
import { chosen, loose } from "./folders.js";
import * as grid from "./grid.js";
import { say } from "./notices.js";
import * as keeping from "./keeping.js";
import { isListing, kindOf } from "./query.js";
import * as results from "./results.js";
import * as rows from "./rows.js";
import * as selection from "./selection.js";
import * as states from "./states.js";
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

/* Whoever has scrolled, selected, or is among the pictures, is about something: it must not move under their eyes. */
function libraryChanged(counts) {
  const isBusy = window.scrollY > 0 || counts.pending > 0 || results.hasFocus() || !selection.isEmpty();
  results.forget();
  if (isListing(asking.present()) && (results.isEmpty() || !isBusy)) asking.refresh();
  else if (kindOf(asking.present()) === "library") keeping.catchUp();
}

function listenToLinks() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-go]");
    if (!link || !grid.isPlain(event)) return;
    event.preventDefault();
    asking.follow(link.href);
  });
}

/* What buttons of one picture do with it, by its id. */
const withOne = (act) => (id) => act(results.pictures().filter((picture) => picture.id === id));

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
byId("stuck").remove();
adding.listen(() => status.refresh());
const [edit, retry, remove] = [keeping.edit, keeping.retry, keeping.remove].map(withOne);
grid.listen({ open: viewer.open, search: asking.searchStored, remove });
rows.listen({ open: viewer.open, isPlain: grid.isPlain, once: grid.once, search: asking.searchStored, edit, remove });
viewer.listen({
  given: results.pictures,
  left: results.focus,
  learned: keeping.learn,
  edit,
  retry,
  remove,
  search: asking.searchStored,
  more: (id) => asking.exemplify("more", id),
  less: (id) => asking.exemplify("less", id),
});
results.listen(selection.show);
selection.listen({ edit: keeping.edit, retry: keeping.retry, remove: keeping.remove });
listenToLinks();
asking.start();
status.listen(libraryChanged, states.count);
