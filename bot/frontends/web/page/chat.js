// The page: wires the stream, the log, the line, photos and camera together.

import { Camera } from "./camera.js";
import { Composer } from "./composer.js";
import { cameraThere, Driving } from "./driving.js";
import { Gallery } from "./gallery.js";
import { Ideas } from "./ideas.js";
import { linked, Log } from "./messages.js";
import { Outbox } from "./outbox.js";
import { forgetPhotos, rememberPhoto, watchForPhotos } from "./photos.js";
import { sendChoice, sendCommand, sendPhoto } from "./requests.js";
import { Stream } from "./stream.js";

const NEAR_THE_END = 160;
const FOLLOWING = 1500; // ms that a scroll to the end may take
const AT_WORK = 3; // results still to come from which on the next photo waits
const IN_PLACE = ["again", "more", "less", "undo"]; // verbs of buttons that change their sticker

const vocabulary = await (await fetch("/vocabulary")).json();
const words = vocabulary.sentences;
const find = (id) => document.querySelector(`#${id}`);
const main = document.querySelector("main");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let online = false;
let chosen = false; // a button was pressed and has not been answered

// --- saying things -------------------------------------------------------------------------------

const trouble = find("trouble");
let troubleTimer = null;

function complain(sentence) {
  trouble.textContent = sentence;
  trouble.hidden = false;
  clearTimeout(troubleTimer);
  troubleTimer = setTimeout(() => (trouble.hidden = true), 9000);
}

async function attempt(request) {
  trouble.hidden = true;
  try {
    const answer = await request;
    if (answer.reworded) location.reload();
  } catch (problem) {
    if (problem.status === 401) location.reload();
    const told = { 429: words.too_much };
    complain(problem.status ? (told[problem.status] ?? words.failed) : words.unreachable);
    throw problem;
  }
}

const quietly = (promise) => promise.catch(() => {}); // the person has been told

// Photos go one after the other, each when those before are nearly made; they wait in the browser's
// own storage, so that neither a reload nor a broken connection loses one.
const outbox = new Outbox({
  async send({ key, photo, caption }) {
    rememberPhoto(key, photo);
    const answer = await sendPhoto(key, photo, caption);
    if (answer.reworded) location.reload();
  },
  ready: () => online && log.unfinished <= AT_WORK,
  refused(problem) {
    const told = { 413: words.photo_too_large, 429: words.too_much };
    complain(told[problem.status] ?? words.failed);
  },
  changed: () => showState(),
});

async function give(photos, said) {
  const caption = said ?? (photos.length === 1 ? composer.takeLine() : "");
  for (const photo of photos) {
    if (photo.size > vocabulary.limits.photo_bytes) complain(words.photo_too_large);
    else await outbox.put(photo, caption);
  }
}

const say = (line) => attempt(sendCommand(line)).catch(() => composer.giveBack(line));
const composer = new Composer(vocabulary, say);
const ideas = new Ideas(vocabulary, say);
const log = new Log(find("log"), vocabulary, {
  changed: () => {
    showState();
    outbox.flush();
  },
  choose: (value, message) => {
    chosen = true;
    if (IN_PLACE.includes(value.split(":")[0])) log.pend(message);
    quietly(attempt(sendChoice(value, message)));
  },
  pick: (command, message) => quietly(attempt(sendCommand(command, message))),
  slide: (command, message) => attempt(sendCommand(command, message)),
  propose: (line) => composer.propose(line),
  drive: (job) => driving.open(job),
});

const promise = find("promise");
promise.replaceChildren(
  ...linked(promise.textContent, vocabulary.commands, (line) => composer.propose(line)),
);

watchForPhotos(give);
new Camera(words, (photo) => give([photo]));
const driving = new Driving(words, attempt);
async function lookForCamera() {
  document.body.classList.toggle("camera-there", await cameraThere());
}
navigator.mediaDevices?.addEventListener("devicechange", lookForCamera);
lookForCamera();
find("way-sample").addEventListener("click", async () => {
  give([await (await fetch("/assets/sample.webp")).blob()]);
});
find("way-random").addEventListener("click", () => say("/random"));

const gallery = new Gallery(vocabulary, attempt);

// --- hearing things ------------------------------------------------------------------------------

function showState() {
  const state = !online ? "reconnecting" : log?.busy || outbox.count ? "working" : "online";
  const element = find("state");
  const waits = find("outbox");
  waits.hidden = outbox.count === 0;
  waits.textContent = words[online ? "outbox" : "outbox_offline"].replace("{count}", outbox.count);
  if (element.dataset.state === state) return;
  element.dataset.state = state;
  element.textContent = words[state];
}

function announce(messages) {
  const spoken = messages.map(({ text, sticker }) =>
    sticker ? words.sticker_ready.replace("{name}", text) : text,
  );
  if (spoken.length) find("news").textContent = spoken.join(" ");
}

let followed = -FOLLOWING; // when the chat was last sent to its end

function nearTheEnd() {
  if (!log.begun) return false; // a first visit is read from the top
  const left = main.scrollHeight - main.scrollTop - main.clientHeight;
  return left < NEAR_THE_END || performance.now() - followed < FOLLOWING;
}

/** Scroll to the end, or to the head of the last message where that is higher than what can be seen. */
function toTheEnd() {
  followed = performance.now();
  const last = find("log").lastElementChild;
  const head = last?.matches(".wardrobe, .board") ? last.offsetTop - main.offsetTop - 4 : Infinity;
  const top = Math.min(main.scrollHeight - main.clientHeight, head);
  main.scrollTo({ top, behavior: calm.matches ? "auto" : "smooth" });
}

let first = true;
const stream = new Stream({
  onState(state) {
    online = state === "online";
    showState();
  },
  onUpdate({ fresh, messages, warm, live }) {
    const begun = log.begun;
    log.warm = warm;
    document.body.classList.toggle("live", live);
    if (fresh && !first) {
      log.clear();
      if (!messages.some(({ author }) => author === "person")) forgetPhotos();
    }
    const near = nearTheEnd();
    const mine = messages.some(({ author }) => author === "person");
    const before = log.size;
    const news = log.update(messages);
    document.body.classList.toggle("begun", log.begun);
    document.body.classList.toggle("told", log.size > 0);
    ideas.show(log.hasSticker);
    find("drop-paint").hidden = !log.hasSticker;
    if (!first) {
      announce(news);
      gallery.heard(news);
    }
    if (!log.begun) {
      if (begun) main.scrollTop = 0; // all was forgotten; whoever reads the welcome is left where they are
    } else if (first) main.scrollTop = main.scrollHeight;
    else if (mine || (chosen && log.size > before) || (near && log.size >= before)) requestAnimationFrame(toTheEnd);
    if (log.size > before) chosen = false;
    first = false;
    showState();
    outbox.flush();
  },
});
main.addEventListener("wheel", () => (followed = -FOLLOWING), { passive: true });
main.addEventListener("touchmove", () => (followed = -FOLLOWING), { passive: true });
new ResizeObserver(() => {
  if (nearTheEnd()) toTheEnd();
}).observe(find("log"));
stream.connect();

// somebody followed a link into a room: its pack is shown
const room = location.hash.match(/^#room=([\w-]+)$/);
if (room) {
  history.replaceState(null, "", location.pathname);
  say(`/pack group ${room[1]}`);
}

// --- tools ---------------------------------------------------------------------------------------

find("theme").addEventListener("click", () => {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
});

const checker = find("checker");
function showChecker(shown) {
  checker.ariaPressed = String(shown);
  document.body.classList.toggle("checkered", shown);
}
checker.addEventListener("click", () => {
  const shown = checker.ariaPressed !== "true";
  localStorage.setItem("checker", String(shown));
  showChecker(shown);
});
showChecker(localStorage.getItem("checker") === "true");

const language = find("language");
language.append(...vocabulary.languages.map(({ code, name }) => new Option(name, code)));
language.value = vocabulary.language;
language.addEventListener("change", () => say(`/language ${language.value}`));
// the browser remembers it by itself, so that it outlives /forget
document.cookie = `language=${vocabulary.language}; path=/; max-age=31536000; samesite=strict`;
document.body.classList.add("ready");
