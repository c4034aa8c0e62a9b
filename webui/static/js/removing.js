/** Takes pictures out of the library, one or many, and brings them back. */
import * as api from "./api.js";
import { say, settled } from "./notices.js";
import { inWords } from "./refusals.js";
import * as results from "./results.js";
import * as status from "./status.js";
import { count, nameOf } from "./words.js";

/** Remove pictures, `{ id, key }`; offer to undo it. Return those that are gone. */
export async function remove(pictures) {
  const gone = await change("delete", pictures, "removed");
  if (gone.length === 0) return gone;
  const putBack = results.takeOut(gone.map(({ id }) => id));
  say(`${called(gone)} removed.`, { label: "Undo", run: () => restore(gone, putBack) });
  return gone;
}

async function restore(pictures, putBack) {
  const again = { label: "Try again", run: () => restore(pictures, putBack) };
  const back = await change("restore", pictures, "brought back", again);
  if (back.length === 0) return;
  putBack(back.map(({ id }) => id));
  say(`${called(back)} back.`);
}

/* Says what could not be done, and returns the others. */
async function change(way, pictures, done, again) {
  const outcomes = await settled(api.several(way, pictures.map(({ id }) => id)), again);
  const refused = outcomes.filter(({ error }) => error);
  if (refused.length > 0) {
    const [{ error, status: why }] = refused;
    say(`${count(refused.length, "picture")} could not be ${done}. ${inWords(error, why)}`);
  }
  const well = new Set(outcomes.filter(({ error }) => !error).map(({ id }) => id));
  if (well.size > 0) status.refresh();
  return pictures.filter(({ id }) => well.has(id));
}

function called(pictures) {
  return pictures.length === 1 ? `${nameOf(pictures[0].key)} is` : `${count(pictures.length, "picture")} are`;
}
