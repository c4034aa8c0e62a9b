/** The filters beside the answer: what is typed is asked for at once, or nearly so. */
import { filtersOf, isListing, newest } from "./query.js";
import { isBeginning } from "./vocabulary.js";

const byId = (id) => document.getElementById(id);
const PAUSE_MS = 250;
const form = byId("filters");
const fields = { label: byId("filter-label"), tags: byId("filter-tags"), least: byId("filter-least") };

let timer = 0;
let asked = filtersOf(newest);

/**
 * Call `refine({ label, tags, least })` a moment after the last letter. Whoever is in the middle of a word that is
 * known is not shown meanwhile that nothing is called by half of it.
 */
export function listen(refine) {
  const settle = () => {
    clearTimeout(timer);
    if (!isAsked()) refine(read());
  };
  form.addEventListener("input", () => {
    mark();
    clearTimeout(timer);
    if (!isBeginning(read())) timer = setTimeout(settle, PAUSE_MS);
  });
  form.addEventListener("change", settle);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    settle();
  });
  byId("filters-clear").addEventListener("click", () => {
    fill(filtersOf(newest));
    fields.label.focus();
    settle();
  });
  byId("filters-button").addEventListener("click", ({ target }) => {
    target.ariaExpanded = form.classList.toggle("open");
  });
}

/** Show what a query filters by; what somebody types at this moment stays. */
export function show(query) {
  clearTimeout(timer);
  const isSearch = !isListing(query);
  byId("filter-least-group").classList.toggle("unwanted", !isSearch);
  fields.least.disabled = !isSearch;
  asked = filtersOf(query);
  if (!isAsked()) fill(asked);
  mark();
}

function isAsked() {
  return JSON.stringify(read()) === JSON.stringify(asked);
}

function read() {
  return { label: fields.label.value.trim(), tags: fields.tags.value.trim(), least: Number(fields.least.value) };
}

function fill(filters) {
  for (const [name, value] of Object.entries(filters)) fields[name].value = value;
  mark();
}

function mark() {
  const { label, tags, least } = read();
  const used = [label, tags, least > 0].filter(Boolean).length;
  byId("filter-least-words").textContent = `${least}%`;
  byId("filters-clear").hidden = used === 0;
  byId("filters-button").textContent = used === 0 ? "Filters" : `Filters (${used})`;
}
