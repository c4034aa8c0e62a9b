/** What the service would refuse after a long upload is refused here at once. */
import { megabytes } from "./words.js";

const maxMb = Number(document.documentElement.dataset.maxUploadMb);
/** The limit counts the whole request: this much of it is not the picture. */
const FORM_BYTES = 4096;

/** Return why a file need not be sent, or null. */
export function unfit(file) {
  if (file.size === 0) return "It is empty: there is nothing in the file.";
  if (file.size + FORM_BYTES <= maxMb * 2 ** 20) return null;
  return `It is ${megabytes(file.size)} large; at most ${maxMb} MB are taken.`;
}
