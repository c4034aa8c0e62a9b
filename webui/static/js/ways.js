/** The ways in: choose, link, paste and drop. Each ends in `search({ file | url })` or `add(files)`. */
import { filesIn, hasFolder, isLink, linkIn } from "./transfer.js";

const A_FOLDER = "That is a folder. Drop the pictures in it instead.";
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

/** A drop is a question wherever it falls, except on the half of the sheet that adds. */
export function drop(search, add, refuse) {
  const sheet = byId("drop");
  let ours = false; // a picture of this page that is dragged about is not a question
  document.addEventListener("dragstart", () => { ours = true; });
  document.addEventListener("dragend", () => { ours = false; });
  document.addEventListener("dragover", (event) => {
    if (ours || !isWanted(event.dataTransfer)) return;
    event.preventDefault();
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
    take(event.dataTransfer, zoneUnder(event) === "add", { search, add, refuse });
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

function take(transfer, adding, { search, add, refuse }) {
  const files = filesIn(transfer);
  const url = linkIn(transfer);
  if (files.length > 0) return adding ? add(files) : search({ file: files[0] });
  if (url) return adding ? add([], url) : search({ url });
  return refuse(hasFolder(transfer) ? A_FOLDER : NO_PICTURE);
}
