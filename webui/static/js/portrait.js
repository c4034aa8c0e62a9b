/** What the large view says of a picture. */
import { fileSize, nameOf, percent, sentence } from "./words.js";

const byId = (id) => document.getElementById(id);
const image = byId("viewer-image");
const day = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

/** Show a picture and as much of its record as is known. */
export function fill(picture) {
  const { key, width, height, file, score, verdict } = picture;
  const words = score === undefined ? "" : [`${percent(score)} alike`, verdict].filter(Boolean).join(", ");
  byId("viewer-name").textContent = nameOf(key);
  byId("viewer-score").textContent = words;
  byId("viewer-score").hidden = !words;
  byId("viewer-download").href = file;
  byId("viewer-download").download = nameOf(key);
  showWays(picture);
  byId("viewer-record").replaceChildren(...facts(picture).flatMap(entry));
  if (image.getAttribute("src") === file) return;
  image.alt = nameOf(key);
  image.style.setProperty("--ratio", (width || 1) / (height || 1));
  image.style.backgroundImage = `url("${picture.thumbnail}")`;
  byId("viewer-broken").hidden = picture.state !== "failed";
  image.src = file;
  image.dataset.thumbnail = picture.thumbnail;
}

/* What a search found is indexed, and says nothing of its state. */
function showWays({ state = "indexed" }) {
  for (const way of ["search", "more", "less"]) byId(`viewer-${way}`).hidden = state !== "indexed";
  byId("viewer-retry").hidden = state !== "failed";
}

function facts({ key, label, tags, width, height, size, format, state, error, added_at: added }) {
  return [
    ["State", state === "pending" && "Waiting to be indexed"],
    ["Failed", state === "failed" && sentence(error ?? "nobody knows why")],
    ["Label", label],
    ["Tags", tags?.join(", ")],
    ["Pixels", width && `${width} × ${height}`],
    ["File", size && [format, fileSize(size)].filter(Boolean).join(", ")],
    ["Added", added && day.format(new Date(added))],
    ["Path", key],
  ].filter(([, value]) => value);
}

function entry([name, value]) {
  const [term, words] = [document.createElement("dt"), document.createElement("dd")];
  term.textContent = name;
  words.dir = "auto";
  words.textContent = value;
  return [term, words];
}

/* What is transparent in the picture must not show its thumbnail. */
image.addEventListener("load", () => { image.style.backgroundImage = ""; });

/* Browsers cannot show each format that the service takes, but its thumbnail always. */
image.addEventListener("error", () => {
  const { thumbnail } = image.dataset;
  byId("viewer-broken").hidden = false;
  if (image.getAttribute("src") !== thumbnail) image.src = thumbnail;
});
