/** Takes pictures out of the library, one or many, and brings them back. */
import { say, settled } from "./notices.js";
import { inWords } from "./refusals.js";
import * as results from "./results.js";
import * as status from "./status.js";
import { leftOf, together } from "./together.js";
import { count, nameOf } from "./words.js";

/** Ids of those that are on their way out: pressed again, they are not removed twice. */
const leaving = new Set();

/** Remove pictures, `{ id, key }`; offer to undo it. Return those that are gone, also those that were before. */
export async function remove(pictures) {
  const wanted = pictures.filter(({ id }) => !leaving.has(id));
  if (wanted.length === 0) return [];
  for (const { id } of wanted) leaving.add(id);
  const { well, missing } = await change("delete", wanted, "removed");
  for (const { id } of wanted) leaving.delete(id);
  const gone = [...well, ...missing];
  if (gone.length === 0) return gone;
  const putBack = results.takeOut(gone.map(({ id }) => id));
  if (missing.length > 0) say(`${called(missing)} no longer in the library.`);
  if (well.length > 0) say(`${called(well)} removed.`, { label: "Undo", run: () => restore(well, putBack) });
  return gone;
}

async function restore(pictures, putBack) {
  const again = { label: "Try again", run: () => restore(pictures, putBack) };
  const { well: back, missing, left } = await change("restore", pictures, "brought back", again);
  if (missing.length > 0) say(`${called(missing)} no longer in the trash.`);
  if (back.length === 0) return;
  putBack(back.map(({ id }) => id));
  say(`${called(back)} back.`, left.length > 0 && { label: "Go on", run: () => restore(left, putBack) });
}

/* Returns those that it was done with, those that are not there any more, and those left; says why not with others. */
async function change(way, pictures, done, again) {
  const ids = pictures.map(({ id }) => id);
  const outcomes = await settled(together(way, ids), again);
  const missing = idsOf(outcomes.filter(({ error }) => error?.code === "unknown_picture"));
  const refused = outcomes.filter(({ id, error }) => error && !missing.has(id));
  if (refused.length > 0) {
    const [{ error, status: why }] = refused;
    say(`${count(refused.length, "picture")} could not be ${done}. ${inWords(error, why)}`);
  }
  const well = idsOf(outcomes.filter(({ error }) => !error));
  if (well.size + missing.size > 0) status.refresh();
  const among = (some) => pictures.filter(({ id }) => some.has(id));
  return { well: among(well), missing: among(missing), left: among(leftOf(ids, outcomes)) };
}

function idsOf(outcomes) {
  return new Set(outcomes.map(({ id }) => id));
}

function called(pictures) {
  return pictures.length === 1 ? `${nameOf(pictures[0].key)} is` : `${count(pictures.length, "picture")} are`;
}
