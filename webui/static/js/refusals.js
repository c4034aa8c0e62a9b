/** What went wrong, in plain words that say what to do next; by the service's stable codes. */
import { sentence } from "./words.js";

const WORDS = {
  unsupported_format: "It is in no format that can be read. JPEG, PNG, WebP, AVIF, GIF, BMP, TIFF and PPM can.",
  undecodable: "It is damaged and cannot be opened. If you have another copy, try that.",
  invalid_key: "Its name, or a folder's on the way to it, cannot be used. Rename it, then add it again.",
  key_taken: "There are other pictures of this name. Rename it, then add it again.",
  too_many_requests: "The service is asked too often. Try again in a moment.",
  busy: "The service has too much to do. Try again in a moment.",
  engine_unavailable: "The catalogue does not answer. Try again in a moment.",
  no_room: "The disk of the service is full. Make room there, then try again.",
  read_only: "The library cannot be written to.",
  unknown_picture: "It is no longer in the library.",
  precondition_failed: "What was changed elsewhere since stays as it is.",
  file_gone: "Its file is no longer in the library.",
};
const OURS = "Something broke in the service. Try again; if it stays so, its log says more.";
/** What may go another way the next time, though nothing is changed. */
const PASSING = ["key_needed", "write_key_needed", "request_timeout", "url_failed", "url_timeout"];

/** Return a problem (RFC 9457) in words. */
export function inWords({ code, detail, title, request_id: requestId }, httpStatus) {
  if (WORDS[code]) return WORDS[code];
  if (code === "internal_error" || code === "engine_error") return requestId ? `${OURS} (${requestId})` : OURS;
  return sentence(detail || title || `The service answered with error ${httpStatus}`);
}

/** Return `{ records, refusals }`: what became of many, by an outcome each, and in words why not of some. */
export function sorted(outcomes) {
  return {
    records: outcomes.map(({ image }) => image).filter(Boolean),
    refusals: outcomes.filter(({ error }) => error).map(({ error, status }) => inWords(error, status)),
  };
}

/** Whether it makes sense to try the very same again. */
export function isPassing({ status, code }) {
  return status === 0 || status === 429 || status >= 500 || PASSING.includes(code);
}
