/** Folders that are dropped or chosen, walked to their pictures: `{ pictures: [{ file, path }], leftOut }`. */

/** Not every system knows the type of each of these. */
const PICTURE_NAME = /\.(avif|bmp|gif|jfif|jpe|jpe?g|pbm|pgm|png|pnm|ppm|tiff?|webp)$/i;

/* What a NAS, a system or an archiver keeps for itself among pictures; the service would refuse it. */
const OF_SYSTEMS = new Set([
  "@eadir", "@tmp", "@sharebin", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", "@__thumb", "~snapshot",
  "$recycle.bin", "system volume information", "__macosx", "network trash folder", "temporary items", "lost+found",
]);

const byName = new Intl.Collator("en", { numeric: true });

/** Files that lie in no folder: each is wanted, and its path is its name. */
export function loose(files) {
  return files.map((file) => ({ file, path: "" }));
}

/** What is dropped. It is taken out of the transfer at once: that is empty as soon as the event is over. */
export function dropped(transfer) {
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  return walkAll(items.map((item) => ({ entry: item.webkitGetAsEntry?.(), file: item.getAsFile() })));
}

/** What a chooser of folders gave. */
export function chosen(files) {
  const seen = files.filter((file) => !isHidden(file.webkitRelativePath));
  const pictures = seen.filter(isPicture).map((file) => ({ file, path: file.webkitRelativePath }));
  return { pictures, leftOut: seen.length - pictures.length };
}

async function walkAll(items) {
  const found = { pictures: [], leftOut: 0 };
  for (const { entry, file } of items) {
    if (entry?.isDirectory) await walk(entry, found);
    else if (file) found.pictures.push({ file, path: "" });
  }
  found.pictures.sort((one, other) => byName.compare(one.path, other.path));
  return found;
}

async function walk(folder, found) {
  const reader = folder.createReader();
  for (let batch = await listed(reader); batch.length > 0; batch = await listed(reader)) {
    for (const entry of batch.filter(({ name }) => !isHidden(name))) {
      if (entry.isDirectory) await walk(entry, found);
      else await take(entry, found);
    }
  }
}

async function take(entry, found) {
  const file = await opened(entry);
  if (file && isPicture(file)) found.pictures.push({ file, path: entry.fullPath.slice(1) });
  else found.leftOut += 1;
}

/* A browser gives a folder's entries a hundred at a time; one that may not be read has none. */
function listed(reader) {
  return new Promise((resolve) => { reader.readEntries(resolve, () => resolve([])); });
}

function opened(entry) {
  return new Promise((resolve) => { entry.file(resolve, () => resolve(null)); });
}

function isPicture({ type, name }) {
  return type.startsWith("image/") || PICTURE_NAME.test(name);
}

function isHidden(path) {
  return path.split("/").some((part) => part.startsWith(".") || OF_SYSTEMS.has(part.toLowerCase()));
}
