/**
 * Light or dark: as the system has it, or as it was chosen here. A choice is kept in a cookie, by which the service
 * writes it into its pages: none is painted in the other scheme first, and none waits for a script.
 */
const NAME = "lookalike-scheme";
const LASTS_S = 365 * 24 * 3600;
const root = document.documentElement;
const toggle = document.getElementById("scheme-switch");
const system = window.matchMedia("(prefers-color-scheme: dark)");
const others = new BroadcastChannel(NAME);

function ofSystem() {
  return system.matches ? "dark" : "light";
}

function worn() {
  return root.dataset.bsTheme ?? ofSystem();
}

function show() {
  toggle?.setAttribute("aria-checked", String(worn() === "dark"));
}

function wear(chosen) {
  if (chosen) root.dataset.bsTheme = chosen;
  else delete root.dataset.bsTheme;
  show();
}

/* A browser may refuse to keep anything: the choice then lasts as long as the page. */
function keep(chosen) {
  document.cookie = `${NAME}=${chosen ?? ""}; path=/; max-age=${chosen ? LASTS_S : 0}; samesite=lax`;
}

/* Whoever chooses what the system has follows the system again. */
function turn() {
  const wanted = worn() === "dark" ? "light" : "dark";
  const chosen = wanted === ofSystem() ? null : wanted;
  wear(chosen);
  keep(chosen);
  others.postMessage(chosen);
}

system.addEventListener("change", show);
others.addEventListener("message", ({ data }) => wear(data));
toggle?.addEventListener("click", turn);
show();
