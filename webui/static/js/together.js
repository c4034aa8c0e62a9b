/** Many pictures changed together, some at a time: whoever waits sees how far it is, and can stop it. */
import * as api from "./api.js";
import { keep } from "./notices.js";
import { isPassing } from "./refusals.js";
import { count } from "./words.js";

/** Few enough that something is seen to move. */
const AT_ONCE = 100;
const DOING = { delete: "Removing", restore: "Bringing back", edit: "Changing", retry: "Trying again" };

/**
 * Return an outcome each, as `api.several`: of all, of those before it was stopped, or with what went wrong then. Throws
 * a Problem where nothing was done at all.
 */
export function together(way, ids, says) {
  return inGroups(way, [{ ids, says }]);
}

/** Do the same where not the same is said of all: `groups` are `{ ids, says }`. */
export async function inGroups(way, groups) {
  const all = groups.flatMap(({ ids }) => ids);
  const outcomes = [];
  let isStopped = false;
  const words = () => `${DOING[way]} ${count(all.length, "picture")}: ${outcomes.length} done.`;
  const stop = { label: "Stop", run: () => { isStopped = true; } };
  const notice = all.length > AT_ONCE ? keep(words(), stop) : null;
  try {
    for (const part of groups.flatMap(parts)) {
      if (isStopped) break;
      outcomes.push(...(await change(way, part, groups.length === 1)));
      notice?.say(words());
    }
  } catch (problem) {
    if (outcomes.length === 0) throw problem;
    outcomes.push(...failed(all.slice(outcomes.length), problem));
  } finally {
    notice?.end();
  }
  return outcomes;
}

function parts({ ids, says }) {
  const length = Math.ceil(ids.length / AT_ONCE);
  return Array.from({ length }, (_, part) => ({ ids: ids.slice(part * AT_ONCE, (part + 1) * AT_ONCE), says }));
}

/* What is wrong with one group alone does not keep others from being changed. */
async function change(way, { ids, says }, isAlone) {
  try {
    return await api.several(way, ids, says);
  } catch (problem) {
    if (isAlone || isPassing(problem)) throw problem;
    return failed(ids, problem);
  }
}

/** Return those of `ids` that are not done with: it was stopped before them, or another try may go another way. */
export function leftOf(ids, outcomes) {
  const done = new Set(outcomes.filter(({ error }) => !error || !isPassing(error)).map(({ id }) => id));
  return new Set(ids.filter((id) => !done.has(id)));
}

/** Return the outcomes of pictures that a Problem kept from being changed. */
export function failed(ids, { status, code, message }) {
  return ids.map((id) => ({ id, status, error: { status, code, detail: message } }));
}
