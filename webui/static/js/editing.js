/** The form for label and tags, of one picture or of many. */
import * as api from "./api.js";
import { say } from "./notices.js";
import { sorted } from "./refusals.js";
import { differ } from "./reverting.js";
import { together } from "./together.js";
import { count, nameOf } from "./words.js";

const byId = (id) => document.getElementById(id);
const dialog = byId("editor");
const [label, isNone, tags] = [byId("editor-label"), byId("editor-none"), byId("editor-tags")];

let edited = [];
/** Ends the edit that the form is open for. One that is still being saved when the form is closed has its own. */
let settle = () => {};
const saving = new Set();

/**
 * Let somebody edit `pictures`. Return `{ before, records, refusals }`, what they were, what became of them and why not
 * of some, or null when nothing was changed.
 */
export function edit(pictures) {
  edited = pictures;
  byId("editor-refusal").textContent = "";
  if (pictures.length === 1) showOne(pictures[0]);
  else showMany(pictures);
  byId("editor-save").disabled = false;
  dialog.showModal();
  label.select();
  if (pictures.length === 1) catchUp(pictures[0]);
  return new Promise((resolve) => { settle = resolve; });
}

function showOne(picture) {
  dialog.dataset.many = "no";
  byId("editor-title").textContent = nameOf(picture.key);
  byId("editor-tags-words").textContent = "Tags";
  label.value = picture.label ?? "";
  label.placeholder = "";
  label.disabled = false;
  tags.value = picture.tags.join(", ");
}

/* It may have been edited elsewhere since it was shown. What somebody has begun to type stays, for what they saw. */
async function catchUp(picture) {
  try {
    const record = await api.record(picture.id);
    if (edited[0] !== picture) return;
    const typed = show(picture, record).map((name) => [name, picture[name]]);
    edited = [{ ...record, ...Object.fromEntries(typed) }];
  } catch (error) {
    if (edited[0] === picture) byId("editor-refusal").textContent = error.message;
  }
}

/* Return the names of the fields that somebody has typed in. */
function show(picture, record) {
  const [before, now] = [inFields(picture), inFields(record)];
  const fields = Object.entries({ label, tags });
  return fields.filter(([name, field]) => !exchange(field, before[name], now[name])).map(([name]) => name);
}

/* Return what the fields say where nobody has typed anything. */
function inFields(picture) {
  return { label: picture.label ?? "", tags: picture.tags.join(", ") };
}

function exchange(field, before, now) {
  if (field.value !== before) return false;
  if (before === now) return true;
  field.value = now;
  if (field === document.activeElement) field.select();
  return true;
}

function showMany(pictures) {
  dialog.dataset.many = "yes";
  byId("editor-title").textContent = count(pictures.length, "picture");
  byId("editor-tags-words").textContent = "Tags to add";
  label.value = "";
  label.placeholder = labelsOf(pictures);
  label.disabled = false;
  isNone.checked = false;
  tags.value = "";
  offerTags(pictures);
}

/* "cars, buses and 3 more": what stays if nothing is typed. */
function labelsOf(pictures) {
  const labels = [...new Set(pictures.map((picture) => picture.label).filter(Boolean))];
  const rest = labels.length - 2;
  return rest > 0 ? `${labels.slice(0, 2).join(", ")} and ${rest} more` : labels.join(", ");
}

function offerTags(pictures) {
  const known = [...new Set(pictures.flatMap((picture) => picture.tags))].sort();
  byId("editor-drop").hidden = known.length === 0;
  byId("editor-drop-tags").replaceChildren(...known.map(tagBox));
}

function tagBox(tag) {
  const item = byId("tag-template").content.firstElementChild.cloneNode(true);
  Object.assign(item.querySelector("input"), { value: tag, ariaLabel: tag });
  item.querySelector("span").textContent = tag;
  return item;
}

async function save(event) {
  event.preventDefault();
  const end = settle;
  byId("editor-save").disabled = true;
  saving.add(end);
  try {
    end(await (edited.length === 1 ? saveOne(edited[0]) : saveMany()));
    if (end === settle) dialog.close();
  } catch (error) {
    refuse(end, error.message);
  }
  saving.delete(end);
  if (end === settle) byId("editor-save").disabled = false;
}

/* Whoever has closed the form meanwhile is told all the same. */
function refuse(end, words) {
  if (end === settle && dialog.open) byId("editor-refusal").textContent = words;
  else {
    say(words);
    end(null);
  }
}

/* Only what was changed here is said: the rest may be another's. And it is changed only as it was seen here. */
async function saveOne(picture, typed = { label: label.value.trim(), tags: tags.value }) {
  const before = inFields(picture);
  const says = { expect: { label: picture.label ?? null, tags: picture.tags } };
  if (typed.label !== before.label) says.label = typed.label || null;
  if (typed.tags !== before.tags) says.tags = [typed.tags];
  try {
    return { before: [picture], records: [await api.edit(picture.id, says)], refusals: [] };
  } catch (problem) {
    if (problem.code !== "precondition_failed") throw problem;
    const record = await api.record(picture.id);
    if (!differ(picture, record)) throw problem;
    if (edited[0] === picture) {
      show(picture, record);
      edited = [record];
    }
    return saveOne(record, merged(typed, before, inFields(record)));
  }
}

/* Return what is to be said where somebody else has said something meanwhile. Throws where both mean one field. */
function merged(typed, before, now) {
  const theirs = Object.keys(now).filter((name) => now[name] !== before[name] && now[name] !== typed[name]);
  const both = theirs.filter((name) => typed[name] !== before[name]);
  if (both.length === 0) return { ...typed, ...Object.fromEntries(theirs.map((name) => [name, now[name]])) };
  const given = both.map((name) => (now[name] ? `the ${name} \u201c${now[name]}\u201d` : `no ${name}`));
  throw new Error(`Somebody has given it ${given.join(" and ")} meanwhile. Save again to have yours instead.`);
}

async function saveMany() {
  const dropped = [...byId("editor-drop-tags").querySelectorAll("input:checked")].map(({ value }) => value);
  const says = { add_tags: [tags.value], remove_tags: dropped };
  if (isNone.checked) says.label = null;
  else if (label.value.trim()) says.label = label.value.trim();
  return { before: edited, ...sorted(await together("edit", edited.map(({ id }) => id), says)) };
}

byId("editor-form").addEventListener("submit", save);
byId("editor-cancel").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => { if (!saving.has(settle)) settle(null); });
isNone.addEventListener("change", () => { label.disabled = isNone.checked; });
