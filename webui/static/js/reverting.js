/** Takes an edit back: label and tags become what they were, unless somebody has changed them since. */
import { failed, inGroups } from "./together.js";

/** Return, as `{ before, after }`, those of `records` that are no longer what they were among `pictures`. */
export function changesOf(pictures, records) {
  const were = new Map(pictures.map((picture) => [picture.id, picture]));
  const pairs = records.map((after) => ({ before: were.get(after.id), after }));
  return pairs.filter(({ before, after }) => differ(before, after));
}

/** Whether label or tags of two records are not the same. */
export function differ(one, other) {
  return said(one) !== said(other);
}

function said({ label, tags }) {
  return JSON.stringify([label ?? null, tags]);
}

/** Return an outcome each, as `together`, which throws nothing. Those that changed alike change back together. */
export function revert(changes) {
  const groups = [...alike(changes)].map(([says, ids]) => ({ ids, says: JSON.parse(says) }));
  return inGroups("edit", groups).catch((problem) => failed(changes.map(({ after }) => after.id), problem));
}

/* Tags come back in their order, as all are taken away before any is added. */
function alike(changes) {
  const groups = new Map();
  for (const { before, after } of changes) {
    const expect = { label: after.label ?? null, tags: after.tags };
    const was = { label: before.label ?? null, add_tags: before.tags, remove_tags: after.tags };
    const says = JSON.stringify({ ...was, expect });
    if (!groups.has(says)) groups.set(says, []);
    groups.get(says).push(after.id);
  }
  return groups;
}
