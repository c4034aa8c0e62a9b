/** What a drop or a paste carries: pictures, or a link to one. */

/** The files; a folder is not a file, though the browser lists it as one. */
export function filesIn(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  return items.filter((item) => !isFolder(item)).map((item) => item.getAsFile()).filter(Boolean);
}

export function hasFolder(transfer) {
  return [...transfer.items].some((item) => item.kind === "file" && isFolder(item));
}

function isFolder(item) {
  return item.webkitGetAsEntry?.()?.isDirectory ?? false;
}

/** The first web address in it, or null. */
export function linkIn(transfer) {
  const lines = (transfer.getData("text/uri-list") || transfer.getData("text/plain")).split(/\s+/);
  return lines.find(isLink) ?? null;
}

export function isLink(text) {
  return /^https?:\/\/\S+$/i.test(text) && URL.canParse(text);
}
