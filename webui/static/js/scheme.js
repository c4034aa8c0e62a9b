/* Light or dark: as the system has it, or as it was chosen here. No module: a module would run after the first paint. */
"use strict";
{
  const NAME = "lookalike-scheme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const ofSystem = () => (system.matches ? "dark" : "light");

  /* A browser may forbid pages to keep anything: the choice then lasts as long as the page. */
  const kept = () => {
    try {
      return localStorage.getItem(NAME);
    } catch {
      return null;
    }
  };
  const keep = (scheme) => {
    try {
      if (scheme) localStorage.setItem(NAME, scheme);
      else localStorage.removeItem(NAME);
    } catch {
      // Nothing to be done, and nothing lost but the memory of it.
    }
  };

  let chosen = ["light", "dark"].includes(kept()) ? kept() : null;

  const apply = () => {
    const scheme = chosen ?? ofSystem();
    document.documentElement.dataset.bsTheme = scheme;
    document.getElementById("scheme-switch")?.setAttribute("aria-checked", String(scheme === "dark"));
  };

  /* Whoever chooses what the system has follows the system again. */
  const turn = () => {
    const wanted = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    chosen = wanted === ofSystem() ? null : wanted;
    keep(chosen);
    apply();
  };

  system.addEventListener("change", apply);
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key !== NAME) return;
    chosen = newValue;
    apply();
  });
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    document.getElementById("scheme-switch")?.addEventListener("click", turn);
  });
  apply();
}
