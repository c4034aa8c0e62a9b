/** What is done with pictures of the library, one or many: edited, tried again, removed; and shown as they are then. */
import * as editing from "./editing.js";
import { say, settled } from "./notices.js";
import { sorted } from "./refusals.js";
import * as removing from "./removing.js";
import * as results from "./results.js";
import { changesOf, differ, revert } from "./reverting.js";
import * as selection from "./selection.js";
import * as status from "./status.js";
import { leftOf, together } from "./together.js";
import * as viewer from "./viewer.js";
import { count } from "./words.js";

export async function edit(pictures) {
  const outcome = await editing.edit(pictures);
  if (!outcome) return;
  const changes = changesOf(outcome.before, outcome.records);
  renew(outcome.records);
  const undo = changes.length > 0 && { label: "Undo", run: () => takeBack(changes) };
  report("changed", changes, outcome.refusals, undo);
}

async function takeBack(changes) {
  const outcomes = await revert(changes);
  const { records, refusals } = sorted(outcomes);
  renew(records);
  const ids = leftOf(changes.map(({ after }) => after.id), outcomes);
  const left = changes.filter(({ after }) => ids.has(after.id));
  const label = refusals.length > 0 ? "Try again" : "Go on";
  report("changed back", records, refusals, left.length > 0 && { label, run: () => takeBack(left) });
}

/** Index again those that failed. */
export async function retry(pictures) {
  const failed = pictures.filter(({ state }) => state === "failed");
  const { records, refusals } = sorted(await settled(together("retry", failed.map(({ id }) => id))));
  renew(records);
  report("tried again", records, refusals);
  status.refresh();
}

export async function remove(pictures) {
  const gone = await removing.remove(pictures);
  selection.revise([], gone.map(({ id }) => id));
}

/** Those that are shown as waiting may be indexed by now, or have failed. */
export async function catchUp() {
  const waiting = new Set(results.pictures().filter(({ state }) => state === "pending").map(({ id }) => id));
  if (waiting.size === 0) return;
  const records = await settled(results.askAgain());
  renew(records.filter(({ id, state }) => waiting.has(id) && state !== "pending"));
}

/** Show what a picture is called by now, where it was edited elsewhere. */
export function learn(record) {
  const shown = results.pictures().find(({ id }) => id === record.id);
  if (shown && differ(shown, record)) renew([record]);
}

function renew(records) {
  results.renew(records);
  selection.revise(records);
  for (const record of records) viewer.renew(record);
}

function report(done, records, refusals, action) {
  const words = [];
  if (records.length > 0) words.push(`${count(records.length, "picture")} ${done}.`);
  if (refusals.length > 0) words.push(`${count(refusals.length, "picture")} could not be. ${refusals[0]}`);
  if (words.length > 0) say(words.join(" "), action);
}
