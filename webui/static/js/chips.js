/** The examples to be like and unlike, each of which can be taken away again. */
import { record } from "./api.js";
import { nameOf } from "./words.js";

const list = document.getElementById("chips");
const template = document.getElementById("chip-template");
const names = new Map();

/** Show a query's examples. */
export function show({ more, less }) {
  const chips = [...more.map((id) => chip(id, "more")), ...less.map((id) => chip(id, "less"))];
  list.hidden = chips.length === 0;
  list.replaceChildren(...chips);
}

/** Call `drop(id)` for an example that is taken away. */
export function listen(drop) {
  list.addEventListener("click", ({ target }) => {
    const { id } = target.closest(".chip-drop")?.closest(".chip")?.dataset ?? {};
    if (id) drop(id);
  });
}

function chip(id, side) {
  const item = template.content.firstElementChild.cloneNode(true);
  item.dataset.id = id;
  item.dataset.side = side;
  item.querySelector("img").addEventListener("error", ({ target }) => { target.style.visibility = "hidden"; });
  item.querySelector("img").src = `/v1/images/${encodeURIComponent(id)}/thumbnail`;
  name(item, id, side);
  return item;
}

async function name(item, id, side) {
  if (!names.has(id)) names.set(id, record(id).then(({ key }) => nameOf(key)).catch(() => "a picture that is gone"));
  const words = await names.get(id);
  item.querySelector(".chip-side").textContent = side === "more" ? "More like" : "Less like";
  item.querySelector(".chip-name").textContent = words;
  item.querySelector(".chip-drop").ariaLabel = `No longer ${side} like ${words}`;
}
