/**
 * The cells in sheaves, one a page of the answer. A sheaf that is out of sight is neither laid out nor painted, so ten
 * thousand pictures scroll as sixty do. Rows are justified across sheaves: each hands its last row on to the next.
 */
const grid = document.getElementById("grid");
const SHEAF_CELLS = 60;
const PAUSE_MS = 150;

let width = grid.clientWidth;
let timer = 0;

export function cells() {
  return [...grid.querySelectorAll(".cell")];
}

/** Put cells behind those that are there. */
export function lay(added) {
  const last = grid.lastElementChild;
  const sheaf = document.createElement("div");
  sheaf.className = "sheaf";
  const focused = document.activeElement;
  sheaf.append(...(last ? lastRowOf(last) : []), ...added);
  if (last) seal(last);
  grid.append(sheaf);
  if (sheaf.contains(focused)) focused.focus({ preventScroll: true });
}

/** Put cells in place of those that are there. */
export function replace(others) {
  grid.replaceChildren();
  for (let from = 0; from < others.length; from += SHEAF_CELLS) lay(others.slice(from, from + SHEAF_CELLS));
}

function lastRowOf(sheaf) {
  const all = [...sheaf.children];
  const top = all.at(-1)?.offsetTop;
  return all.filter((cell) => cell.offsetTop === top);
}

/* Its height is kept, so that nothing moves when it is no longer laid out. */
function seal(sheaf) {
  if (!sheaf.hasChildNodes()) return sheaf.remove();
  sheaf.style.containIntrinsicBlockSize = `auto ${sheaf.offsetHeight}px`;
  return sheaf.classList.add("sealed");
}

/* In another width the rows break elsewhere; what was on top stays there. */
function dealAgain() {
  const all = cells();
  const first = all.find((cell) => cell.getBoundingClientRect().bottom > 0);
  const before = first?.getBoundingClientRect().top;
  replace(all);
  if (window.scrollY > 0 && first) window.scrollBy(0, first.getBoundingClientRect().top - before);
}

new ResizeObserver(() => {
  if (grid.clientWidth === width) return;
  width = grid.clientWidth;
  clearTimeout(timer);
  if (grid.childElementCount > 1) timer = setTimeout(dealAgain, PAUSE_MS);
}).observe(grid);
