/** The query's own picture, which stays in sight as long as its answer does. */
import { nameInLink } from "./linked.js";
import * as part from "./part.js";
import { isListing, kindOf } from "./query.js";
import { fileSize, nameOf } from "./words.js";

const byId = (id) => document.getElementById(id);
const picture = byId("query-picture");
let preview = "";
let shown = null;

/** Show what is asked; a stored picture itself follows with `describe`, a linked one with `showLinked`. */
export function show(query) {
  const kind = kindOf(query);
  byId("query").hidden = isListing(query);
  byId("subject").hidden = kind === "examples";
  document.body.dataset.query = kind;
  const add = byId("query-add");
  if (add) add.hidden = kind !== "file" && kind !== "link";
  if (shown !== query.picture) introduce(query.picture);
  shown = query.picture;
  part.show(query.box, Boolean(query.picture) && !picture.hidden);
}

function introduce(asked) {
  URL.revokeObjectURL(preview);
  preview = "";
  if (asked?.kind === "file") showFile(asked.file);
  if (asked?.kind === "link") fill({ kind: "Linked picture", name: nameInLink(asked.url), note: whence(asked.url) });
  if (asked?.kind === "stored") fill({ kind: "From the library" });
}

/** Show a stored picture, once its record has come. */
export function describe({ key, width, height, thumbnail }) {
  const note = width ? `${width} × ${height} pixels` : "";
  fill({ kind: "From the library", name: nameOf(key), title: key, note, image: thumbnail });
}

/** Show a linked picture, once the service has fetched it. */
export function showLinked(url, file) {
  URL.revokeObjectURL(preview);
  preview = URL.createObjectURL(file);
  fill({ kind: "Linked picture", name: nameInLink(url), note: whence(url), image: preview });
}

export function markAdded() {
  byId("query-add").hidden = true;
  byId("query-note").textContent = "now in the library";
}

function showFile(file) {
  preview = URL.createObjectURL(file);
  fill({ kind: "Your picture", name: file.name, note: `${fileSize(file.size)}, not kept`, image: preview });
}

function whence(url) {
  return `from ${new URL(url).hostname}, not kept`;
}

function fill({ kind, name = "", title = name, note = "", image = "" }) {
  byId("query-kind").textContent = kind;
  byId("query-name").textContent = name;
  byId("query-name").title = title;
  byId("query-note").textContent = note;
  byId("query-stand-in").textContent = name;
  picture.alt = name;
  showImage(image);
}

function showImage(address) {
  picture.hidden = !address;
  byId("query-stand-in").hidden = Boolean(address);
  byId("part-button").disabled = !address;
  if (picture.getAttribute("src") === address) return;
  byId("stage").classList.remove("loaded");
  if (address) picture.src = address;
  else picture.removeAttribute("src");
}

picture.addEventListener("load", () => {
  byId("stage").style.setProperty("--ratio", picture.naturalWidth / picture.naturalHeight);
  byId("stage").classList.add("loaded");
});

/* TIFF and the like can be searched with, but few browsers can show them. */
picture.addEventListener("error", () => {
  if (picture.hasAttribute("src")) showImage("");
});
