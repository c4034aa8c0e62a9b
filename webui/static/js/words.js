/** Numbers and names as a person would say them. */

const plain = new Intl.NumberFormat("en");

export function count(number, one, many = `${one}s`) {
  return `${plain.format(number)} ${number === 1 ? one : many}`;
}

export function percent(score) {
  return `${Math.round(Math.max(0, score) * 100)}%`;
}

/** A service's terse remark as a sentence. A host or a file that it begins with is not called otherwise. */
export function sentence(remark) {
  const words = /^\S+\.\S/.test(remark) ? remark : remark.charAt(0).toUpperCase() + remark.slice(1);
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

export function megabytes(bytes) {
  return `${plain.format(Math.ceil(bytes / 2 ** 20 * 10) / 10)} MB`;
}

/** As people know the sizes of files: in kB or in MB, and never nothing. */
export function fileSize(bytes) {
  return bytes < 2 ** 20 ? `${plain.format(Math.ceil(bytes / 2 ** 10))} kB` : megabytes(bytes);
}

/** The last part of a key: `cars/red-ferrari.jpg` is called `red-ferrari.jpg`. */
export function nameOf(key) {
  return key.slice(key.lastIndexOf("/") + 1);
}

/** A name with its folder, without which many a name says little: `cars/01.jpg` of `2026/cars/01.jpg`. */
export function placeOf(key) {
  return key.split("/").slice(-2).join("/");
}

export function duration(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${plain.format(Math.round(seconds / 360) / 10)} h`;
}

/** What the library is doing: "2,564 pictures", or how far indexing is and how long it will take. */
export function progress({ counts, rate_per_s: rate, time_left_s: left }) {
  if (counts.pending === 0) return settled(counts);
  const words = [`Indexing ${plain.format(counts.indexed)} of ${plain.format(counts.indexed + counts.pending)}`];
  if (rate) words.push(`${plain.format(Math.round(rate))}/s`);
  if (left) words.push(`${duration(left)} left`);
  return words.join(" · ");
}

function settled({ indexed, failed }) {
  const words = count(indexed, "picture");
  return failed === 0 ? words : `${words}, ${plain.format(failed)} unreadable`;
}
