/** The ways in: choose, link, paste and drop. Each ends in `search({ file | url })` or `add(pictures, { url, leftOut })`. */
import { dropped } from "./folders.js";
import { raise } from "./notices.js";
import { filesIn, hasFolder, isLink, linkIn } from "./transfer.js";
import { count } from "./words.js";

const A_FOLDER = "That is a folder. One picture at a time can be searched with.";
const NO_PICTURE = "There is no picture in that.";

const byId = (id) => document.getElementById(id);

/** Let `button` open the file dialogue of `input`, and hand on what is chosen. */
export function chooser(button, input, choose) {
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = ""; // the same file chosen again must count as a change
    if (files.length > 0) choose(files);
  });
}

/** The field for a picture's address. */
export function linkField(search, refuse) {
  const form = byId("link-form");
  if (!form) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const url = byId("link").value.trim();
    if (isLink(url)) search({ url });
    else refuse("That is not a web address. It should begin with https://");
  });
}

/** A picture is taken wherever it is pasted; words only outside of a field, where they would be typed. */
export function paste(search) {
  document.addEventListener("paste", (event) => {
    const [file] = filesIn(event.clipboardData);
    const url = event.target.closest?.("input, textarea") ? null : linkIn(event.clipboardData);
    if (!file && !url) return;
    event.preventDefault();
    search(file ? { file } : { url });
  });
}

/** A drop is a question wherever it falls, except on the half of the sheet that adds; `add` is null where none may. */
export function drop(search, add, say) {
  const sheet = byId("drop");
  let ours = false; // a picture of this page that is dragged about is not a question
  document.addEventListener("dragstart", () => { ours = true; });
  document.addEventListener("dragend", () => { ours = false; });
  document.addEventListener("dragover", (event) => {
    if (ours || !isWanted(event.dataTransfer)) return;
    event.preventDefault();
    if (sheet.hidden) raise(sheet);
    sheet.hidden = false;
    light(sheet, zoneUnder(event));
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) sheet.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    if (ours || !isWanted(event.dataTransfer)) return;
    event.preventDefault();
    sheet.hidden = true;
    take(event.dataTransfer, zoneUnder(event) === "add", { search, add, say });
  });
}

function isWanted(transfer) {
  return ["Files", "text/uri-list"].some((type) => transfer.types.includes(type));
}

function zoneUnder(event) {
  return event.target.closest?.("[data-drop]")?.dataset.drop ?? "search";
}

function light(sheet, name) {
  for (const zone of sheet.querySelectorAll("[data-drop]")) zone.classList.toggle("lit", zone.dataset.drop === name);
}

/* What it reads of the transfer it reads at once: that is empty as soon as the event is over. */
function take(transfer, adding, { search, add, say }) {
  const files = filesIn(transfer);
  const url = linkIn(transfer);
  const found = dropped(transfer);
  const addAll = async () => {
    const { pictures, leftOut } = await found;
    return add(pictures, { leftOut });
  };
  if (adding && (files.length > 0 || hasFolder(transfer))) return addAll();
  if (adding && url) return add([], { url });
  return ask({ files, url, isFolder: hasFolder(transfer), addAll: add && addAll }, { search, say });
}

/* Whoever drops many wants them added more often than not, but a question destroys and keeps nothing. */
function ask({ files, url, isFolder, addAll }, { search, say }) {
  if (files.length > 0) search({ file: files[0] });
  else if (url) search({ url });
  else return say(isFolder ? A_FOLDER : NO_PICTURE, isFolder && addAll && { label: "Add it", run: addAll });
  if (files.length < 2) return null;
  const words = `Searched with ${files[0].name} alone: one picture at a time can be.`;
  return say(words, addAll && { label: `Add all ${count(files.length, "picture")}`, run: addAll });
}
