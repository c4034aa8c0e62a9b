/** Asks for a key where the service wants one, and trades it for a cookie. */

const byId = (id) => document.getElementById(id);
const dialog = byId("entrance");
const field = byId("entrance-key");
const refusal = byId("entrance-refusal");

let asking = null;
let settle = () => {};

/** Ask, saying why; return true once a key was taken. Whoever comes while a question is open shares its answer. */
export function enter(words) {
  asking ??= new Promise((resolve) => {
    settle = resolve;
    byId("entrance-words").textContent = words;
    refusal.textContent = "";
    dialog.showModal();
  });
  return asking;
}

function leave(taken) {
  asking = null;
  field.value = "";
  settle(taken);
  if (taken) document.dispatchEvent(new Event("entered"));
}

async function offer(event) {
  event.preventDefault();
  const taken = await trade(field.value.trim());
  if (!taken) return field.select();
  dialog.returnValue = "taken";
  return dialog.close();
}

async function trade(key) {
  try {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch("/v1/session", { method: "POST", headers, body: JSON.stringify({ key }) });
    refusal.textContent = response.ok ? "" : "This is not a key of this service.";
    return response.ok;
  } catch {
    refusal.textContent = "The service does not answer.";
    return false;
  }
}

byId("entrance-form").addEventListener("submit", offer);
byId("entrance-cancel").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => {
  leave(dialog.returnValue === "taken");
  dialog.returnValue = "";
});
