/** The query's own picture, which stays in sight as long as its answer does. */
import { megabytes, nameOf } from "./words.js";

const byId = (id) => document.getElementById(id);
const picture = byId("query-picture");
let preview = "";

/** Show what is asked; a stored picture itself follows with `describe`. */
export function show(query) {
  URL.revokeObjectURL(preview);
  byId("query").hidden = query.kind === "newest";
  document.body.dataset.query = query.kind;
  if (query.kind === "file") showFile(query.file);
  if (query.kind === "link") showLink(query.url);
  if (query.kind === "stored") fill({ kind: "From the library" });
  const add = byId("query-add");
  if (add) add.hidden = query.kind !== "file" && query.kind !== "link";
}

/** Show a stored picture, once its record has come. */
export function describe({ key, width, height, file, thumbnail }) {
  const note = width ? `${width} × ${height} pixels` : "";
  fill({ kind: "From the library", name: nameOf(key), title: key, note, image: thumbnail });
  byId("query-link").href = file;
}

export function markAdded() {
  byId("query-add").hidden = true;
  byId("query-note").textContent = "now in the library";
}

function showFile(file) {
  preview = URL.createObjectURL(file);
  fill({ kind: "Your picture", name: file.name, note: `${megabytes(file.size)}, not kept`, image: preview });
}

/* Another host's picture must not be loaded here: the policy forbids it, and that host would learn of the visit. */
function showLink(url) {
  const { hostname, pathname } = new URL(url);
  const name = nameOf(pathname) || hostname;
  fill({ kind: "Linked picture", name, note: `from ${hostname}, not kept` });
  byId("query-link").href = url;
}

function fill({ kind, name = "", title = name, note = "", image = "" }) {
  byId("query-kind").textContent = kind;
  byId("query-name").textContent = name;
  byId("query-name").title = title;
  byId("query-note").textContent = note;
  byId("query-link").removeAttribute("href");
  byId("query-stand-in").textContent = name;
  picture.alt = name;
  showImage(image);
}

function showImage(address) {
  picture.hidden = !address;
  byId("query-stand-in").hidden = Boolean(address);
  if (address) picture.src = address;
  else picture.removeAttribute("src");
}

/* TIFF and the like can be searched with, but few browsers can show them. */
picture.addEventListener("error", () => {
  if (picture.hasAttribute("src")) showImage("");
});
