/**
 * What is asked: a picture, or none; a part of it; stored pictures to be like and unlike; and filters.
 *   { picture, box, more: [id], less: [id], label, tags, least, view, state, sort }
 * A picture is { kind: "stored", id }, { kind: "file", file } or { kind: "link", url }; a box is [x0, y0, x1, y1] in
 * 0..1. Without pictures and examples the newest are asked for, or with the view "library" all, in some state and order.
 * All are answered alike: by pages of pictures.
 */
import * as api from "./api.js";
import { fileBehind } from "./linked.js";
import { isLink } from "./transfer.js";

/** Divides by two, three, four, five and six, so that most grids end with a full row. */
const PAGE_SIZE = 60;
const LARGEST_PAGE = 500;
/** The service goes no further. */
const LAST_OFFSET = 10_000;
const DIGITS = 3;

const anything = { picture: null, box: null, more: [], less: [], label: "", tags: "", least: 0 };
export const newest = { ...anything, view: "", state: "", sort: "" };
const STATES = ["indexed", "pending", "failed"];
export const SORTS = ["newest", "oldest", "largest", "smallest"];

/**
 * "stored", "file" or "link" by its picture, "examples" where there is none but something to be like or unlike, and
 * else "library" or "newest".
 */
export function kindOf({ picture, more, less, view }) {
  return picture?.kind ?? (more.length + less.length > 0 ? "examples" : view || "newest");
}

/** Whether a query lists what there is, and searches for nothing. */
export function isListing(query) {
  return ["newest", "library"].includes(kindOf(query));
}

/** A question with another picture; filters stay, as they are seen to. */
export function askWith(query, picture) {
  return { ...newest, ...filtersOf(query), picture };
}

export function filtersOf({ label, tags, least }) {
  return { label, tags, least };
}

/** The query that an address stands for. Files have no address: they are not kept. */
export function fromAddress(address) {
  const given = new URL(address).searchParams;
  const [id, url] = [given.get("id"), given.get("link")];
  const picture = id ? { kind: "stored", id } : url && isLink(url) && { kind: "link", url };
  return {
    picture: picture || null,
    box: picture ? boxFrom(given.get("box")) : null,
    more: given.getAll("more"),
    less: given.getAll("less"),
    label: given.get("label") ?? "",
    tags: given.get("tags") ?? "",
    least: Math.min(100, Math.max(0, Number.parseInt(given.get("least"), 10) || 0)),
    view: oneOf(["library"], given.get("view")),
    state: oneOf(STATES, given.get("state")),
    sort: oneOf(SORTS, given.get("sort")),
  };
}

function oneOf(known, said) {
  return known.includes(said) ? said : "";
}

function boxFrom(text) {
  const box = (text ?? "").split(",").map(Number);
  const isBox = box.length === 4 && box.every((part) => part >= 0 && part <= 1) && box[0] < box[2] && box[1] < box[3];
  return isBox ? box : null;
}

export function addressOf(query) {
  const { label, tags, least, view, state, sort } = query;
  const said = new URLSearchParams();
  sayPicture(said, query);
  const rest = kindOf(query) === "library" ? { view, state, sort, label, tags } : { label, tags, least };
  for (const [name, value] of Object.entries(rest)) if (value) said.set(name, value);
  return said.size > 0 ? `/?${said}` : "/";
}

function sayPicture(said, query) {
  const { picture } = query;
  if (picture?.kind === "stored") said.set("id", picture.id);
  if (picture?.kind === "link") said.set("link", picture.url);
  if (picture?.kind !== "file") sayExamples(said, query);
}

function sayExamples(said, { box, more, less }) {
  if (box) said.set("box", rounded(box));
  for (const id of more) said.append("more", id);
  for (const id of less) said.append("less", id);
}

function rounded(box) {
  return box.map((part) => Number(part.toFixed(DIGITS))).join(",");
}

/**
 * Return one page, `{ pictures, next, tookMs, isAlike, leftOut }`; `next` continues it and is null after the last. So
 * many failed ones are `leftOut` of the newest.
 */
export function ask(query, from, signal) {
  return isListing(query) ? listed(query, from, signal) : found(query, from ?? 0, signal);
}

async function listed(query, cursor, signal) {
  const { images, next_cursor: next } = await api.list({ ...listingOf(query), limit: PAGE_SIZE, cursor }, signal);
  const pictures = kindOf(query) === "library" ? images : images.filter((image) => image.state !== "failed");
  if (pictures.length === 0 && next) return listed(query, next, signal);
  return { pictures, next, tookMs: null, isAlike: null, leftOut: images.length - pictures.length };
}

function listingOf({ label, tags, state, sort }) {
  return { label, tags, state, sort };
}

/** Return the first pictures of a listing in whatever state, as many as come at once. */
export async function askInAnyState(query) {
  return (await api.list({ ...listingOf(query), state: "", limit: LARGEST_PAGE })).images;
}

/** Return every picture that a listing has, however many pages that is. */
export async function askForAll(query) {
  const pictures = [];
  let cursor = null;
  do {
    const page = await api.list({ ...listingOf(query), limit: LARGEST_PAGE, cursor });
    pictures.push(...page.images);
    cursor = page.next_cursor;
  } while (cursor);
  return pictures;
}

async function found(query, offset, signal) {
  const question = { ...(await questionOf(query)), limit: PAGE_SIZE, offset };
  const { hits, took_ms: tookMs, anything_similar: isAlike = null } = await api.search(question, signal);
  const next = offset + PAGE_SIZE;
  const isLast = hits.length < PAGE_SIZE || next > LAST_OFFSET;
  return { pictures: hits, next: isLast ? null : next, tookMs, isAlike };
}

async function questionOf({ picture, box, more, less, label, tags, least }) {
  const question = picture ? await pictureOf(picture) : {};
  if (box) question.box = rounded(box).split(",").map(Number);
  if (more.length > 0) question.positive = more;
  if (less.length > 0) question.negative = less;
  if (label) question.label = label;
  if (tags) question.tags = [tags];
  if (least > 0) question.min_score = least / 100;
  return question;
}

/* A link is fetched once: its host need not be asked again for each filter and each page. */
async function pictureOf({ kind, id, file, url }) {
  switch (kind) {
    case "stored": return { id };
    case "file": return { image: file };
    case "link": return { image: await fileBehind(url) };
    default: throw new TypeError(`no such kind of picture: ${kind}`);
  }
}
