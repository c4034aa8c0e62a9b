/** Many pictures changed together, some at a time: whoever waits sees how far it is, and can stop it. */
import * as api from "./api.js";
import { keep } from "./notices.js";
import { count } from "./words.js";

/** Few enough that something is seen to move. */
const AT_ONCE = 100;
const DOING = { delete: "Removing", restore: "Bringing back", edit: "Changing", retry: "Trying again" };

/**
 * Return an outcome each, as `api.several`: of all, of those before it was stopped, or with what went wrong then. Throws
 * a Problem where nothing was done at all.
 */
export async function together(way, ids, says) {
  const outcomes = [];
  let isStopped = false;
  const words = () => `${DOING[way]} ${count(ids.length, "picture")}: ${outcomes.length} done.`;
  const stop = { label: "Stop", run: () => { isStopped = true; } };
  const notice = ids.length > AT_ONCE ? keep(words(), stop) : null;
  try {
    while (outcomes.length < ids.length && !isStopped) {
      const some = ids.slice(outcomes.length, outcomes.length + AT_ONCE);
      outcomes.push(...(await api.several(way, some, says)));
      notice?.say(words());
    }
  } catch (problem) {
    if (outcomes.length === 0) throw problem;
    outcomes.push(...failed(ids.slice(outcomes.length), problem));
  } finally {
    notice?.end();
  }
  return outcomes;
}

/** Return the outcomes of pictures that a Problem kept from being changed. */
export function failed(ids, { status, code, message }) {
  return ids.map((id) => ({ id, status, error: { status, code, detail: message } }));
}
