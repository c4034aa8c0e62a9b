/** The tray: how far the pictures are that are being added, each and all together, and which were refused and why. */
import { isPassing } from "./refusals.js";
import { listen as listenToPatience } from "./patience.js";
import { count } from "./words.js";

const byId = (id) => document.getElementById(id);
const tray = byId("tray");
const STAYS_MS = 10_000;
/** A folder of texts is a folder of refusals; nobody reads more of them. */
const REFUSALS_SHOWN = 100;
const GONE = "The service does not answer.";
const BUSY = "The service has much to do.";
/** The items that are shown of jobs, in each list. */
const shown = { "tray-jobs": new Map(), "tray-refusals": new Map() };

let jobs = [];
let leftOut = 0;
let pause = "";
let goodbye = 0;
let frame = 0;
let cancelOne = () => {};

/** Call `cancel(job)` or, for all of them, `cancel()`; and `retry()` for those that were refused. */
export function listen({ cancel, retry }) {
  cancelOne = cancel;
  byId("tray-close").addEventListener("click", hide);
  byId("tray-cancel").addEventListener("click", () => cancel());
  byId("tray-retry").addEventListener("click", retry);
  listenToPatience((seconds, problem) => {
    pause = seconds > 0 ? `${problem.status === 0 ? GONE : BUSY} Trying again in ${seconds} s.` : "";
    draw();
  });
}

/** Show these jobs from now on; so many files beside them were no pictures. */
export function begin(all, others) {
  clearTimeout(goodbye);
  if (jobs !== all) leftOut = 0;
  leftOut += others;
  jobs = all;
  tray.hidden = false;
  say(`Adding ${count(jobs.length, "picture")}.`);
  drawNow();
}

/** All have found their place. Good news goes by itself. */
export function end() {
  drawNow();
  say(outcome());
  if (!jobs.some(({ state }) => state === "refused")) goodbye = setTimeout(hide, STAYS_MS);
  else tray.hidden = false;
}

/** Show what has changed, with the next frame: news comes many times in one. */
export function draw() {
  frame ||= requestAnimationFrame(drawNow);
}

function drawNow() {
  const hadFocus = hasFocus();
  cancelAnimationFrame(frame);
  frame = 0;
  const left = jobs.filter(isOnItsWay);
  const isDone = left.length === 0;
  drawAll(left, isDone);
  drawEach(jobs.filter(({ state }) => state === "sending"));
  drawRefusals(jobs.filter(({ state }) => state === "refused"), isDone);
  if (hadFocus && !hasFocus()) byId("tray-close").focus();
}

/* A button that goes must not take the focus with it. */
function hasFocus() {
  return tray.contains(document.activeElement) && document.activeElement.checkVisibility();
}

function isOnItsWay({ state }) {
  return state === "waiting" || state === "sending";
}

function drawAll(left, isDone) {
  const done = jobs.length - left.length;
  byId("tray-words").textContent = isDone ? outcome() : `Adding ${done + 1} of ${jobs.length}`;
  byId("tray-pause").textContent = isDone ? "" : pause;
  byId("tray-bar").hidden = isDone;
  byId("tray-bar").value = part();
  byId("tray-cancel").hidden = isDone;
}

/* By bytes, and a little for each picture: what is there already takes time as well. */
function part() {
  const weight = ({ size }) => size + 1000;
  const all = jobs.reduce((sum, job) => sum + weight(job), 0);
  const sent = jobs.reduce((sum, job) => sum + (isOnItsWay(job) ? job.sent : weight(job)), 0);
  return all > 0 ? sent / all : 1;
}

function drawEach(sending) {
  show("tray-jobs", sending, row);
  for (const [job, item] of shown["tray-jobs"]) {
    item.querySelector("progress").value = job.size ? job.sent / job.size : 0;
  }
}

function drawRefusals(refused, isDone) {
  show("tray-refusals", refused.slice(0, REFUSALS_SHOWN), refusal);
  byId("tray-more").textContent = refused.length > REFUSALS_SHOWN ? `And ${refused.length - REFUSALS_SHOWN} more.` : "";
  const again = refused.filter(({ problem }) => isPassing(problem)).length;
  byId("tray-retry").hidden = !isDone || again === 0;
  byId("tray-retry").textContent = again === 1 ? "Try it again" : `Try ${again} again`;
}

/* Items that stay are not touched: somebody may have the focus in one. */
function show(list, wanted, make) {
  const items = shown[list];
  for (const [job, item] of items) {
    if (wanted.includes(job)) continue;
    item.remove();
    items.delete(job);
  }
  for (const job of wanted) {
    if (!items.has(job)) items.set(job, byId(list).appendChild(make(job)));
  }
}

function row(job) {
  const item = copy("job-template");
  item.querySelector(".job-name").textContent = job.path || job.name;
  item.querySelector("progress").ariaLabel = `${job.name}, sent`;
  const button = item.querySelector(".job-cancel");
  button.ariaLabel = `Do not add ${job.name}`;
  button.addEventListener("click", () => cancelOne(job));
  return item;
}

function refusal({ name, path, problem }) {
  const item = copy("refusal-template");
  item.querySelector(".refusal-name").textContent = path || name;
  item.querySelector(".refusal-reason").textContent = problem.message;
  return item;
}

function copy(template) {
  return byId(template).content.firstElementChild.cloneNode(true);
}

function outcome() {
  const number = (wanted) => jobs.filter(({ state }) => state === wanted).length;
  const [added, there, refused, cancelled] = ["added", "there", "refused", "cancelled"].map(number);
  const words = [];
  if (added > 0) words.push(`${count(added, "picture")} added`);
  if (there > 0) words.push(`${there} there already`);
  if (refused > 0) words.push(`${refused} refused`);
  if (cancelled > 0) words.push(`${cancelled} cancelled`);
  if (leftOut > 0) words.push(`${count(leftOut, "other file")} left out`);
  return words.length > 0 ? `${words.join(", ")}.` : "There was no picture in it.";
}

function say(words) {
  byId("tray-said").textContent = words;
}

function hide() {
  const hadFocus = hasFocus();
  tray.hidden = true;
  if (hadFocus) byId("results").focus({ preventScroll: true });
}
