/** One row of the library: a picture, what is known of it, and what went wrong. Text enters it as text only. */
import { fileSize, nameOf, sentence } from "./words.js";

export const template = document.getElementById("entry-template");
const STATES = { pending: "Waiting", failed: "Failed" };
const day = new Intl.DateTimeFormat("en", { dateStyle: "medium" });

/** Show a picture in a row. */
export function fill(item, picture) {
  const { id, key, state, error, thumbnail } = picture;
  const name = nameOf(key);
  const part = (kind) => item.querySelector(`.entry-${kind}`);
  item.dataset.state = state;
  part("link").href = `?id=${encodeURIComponent(id)}`;
  showPicture(part("picture"), state === "failed" ? "" : thumbnail);
  part("name").textContent = name;
  part("folder").textContent = folderOf(picture, name);
  part("why").textContent = error ? sentence(error) : "";
  part("state").textContent = STATES[state] ?? "";
  fillFacts(part, picture);
  nameButtons(item, name);
}

/* Most pictures are called by their folder already. */
function folderOf({ key, label }, name) {
  const folder = key.slice(0, -name.length - 1);
  return folder === label ? "" : folder;
}

function fillFacts(part, { label, tags, width, height, size, added_at: added }) {
  part("label").textContent = label ?? "";
  part("tags").textContent = tags.join(", ");
  part("pixels").textContent = width ? `${width} × ${height}` : "";
  part("size").textContent = fileSize(size);
  part("added").textContent = day.format(new Date(added));
  part("added").dateTime = added;
}

/* What cannot be decoded has no thumbnail: asking for it would be asking for an error. */
function showPicture(image, address) {
  image.hidden = !address;
  if (address && image.getAttribute("src") !== address) image.src = address;
}

function nameButtons(item, name) {
  item.querySelector(".entry-choose input").ariaLabel = `Select ${name}`;
  for (const button of item.querySelectorAll("[data-act]")) button.ariaLabel = `${button.dataset.says} ${name}`;
}
