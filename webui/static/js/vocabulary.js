/** Labels and tags that were seen among the pictures, offered wherever one is typed. */

const labels = new Set();
const tags = new Set();
/** Nobody looks through more of them. */
const MOST = 500;

/** Take note of what pictures are called. */
export function learn(pictures) {
  const known = labels.size;
  for (const picture of pictures) {
    if (picture.label) labels.add(picture.label);
    for (const tag of picture.tags) tags.add(tag);
  }
  if (labels.size > known) offer("known-labels", [...labels]);
}

/** Whether `text` is not a label that was seen, but one begins with it, or likewise a tag. */
export function isBeginning({ label, tags: said }) {
  return isBegun(label, labels) || isBegun(said.slice(said.lastIndexOf(",") + 1).trim(), tags);
}

function isBegun(text, known) {
  return text !== "" && !known.has(text) && [...known].some((word) => word.startsWith(text));
}

function offer(list, values) {
  const options = values.sort().slice(0, MOST).map((value) => Object.assign(document.createElement("option"), { value }));
  document.getElementById(list).replaceChildren(...options);
}

/* A list completes all that is in a field: with the tags that are there already. */
function offerTags({ target: { value: said } }) {
  const before = said.slice(0, said.lastIndexOf(",") + 1);
  const there = before.split(",").map((tag) => tag.trim());
  const others = [...tags].filter((tag) => !there.includes(tag));
  offer("known-tags", others.map((tag) => `${before} ${tag}`.trim()));
}

for (const field of document.querySelectorAll("[list=known-tags]")) {
  for (const turn of ["focus", "input"]) field.addEventListener(turn, offerTags);
}
