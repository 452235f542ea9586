// The page: wires the stream, the log, the line, photos and camera together.

import { Camera } from "./camera.js";
import { Composer } from "./composer.js";
import { Ideas } from "./ideas.js";
import { linked, Log } from "./messages.js";
import { forgetPhotos, rememberPhoto, watchForPhotos } from "./photos.js";
import { newKey, sendChoice, sendCommand, sendPhoto } from "./requests.js";
import { Stream } from "./stream.js";

const NEAR_THE_END = 160;
const FOLLOWING = 1500; // ms that a scroll to the end may take
const ALBUM = 10;

const vocabulary = await (await fetch("/vocabulary")).json();
const words = vocabulary.sentences;
const find = (id) => document.querySelector(`#${id}`);
const main = document.querySelector("main");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let online = false;
let sending = 0;
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

async function give(photos, said) {
  const caption = said ?? (photos.length === 1 ? composer.takeLine() : "");
  for (const photo of photos.slice(0, ALBUM)) {
    if (photo.size > vocabulary.limits.photo_bytes) {
      complain(words.photo_too_large);
      continue;
    }
    const key = newKey();
    rememberPhoto(key, photo);
    sending += 1;
    showState();
    await quietly(attempt(sendPhoto(key, photo, caption)));
    sending -= 1;
    showState();
  }
}

const say = (line) => attempt(sendCommand(line)).catch(() => composer.giveBack(line));
const composer = new Composer(vocabulary, say);
const ideas = new Ideas(vocabulary, say);
const log = new Log(find("log"), vocabulary, {
  choose: (value, message) => {
    chosen = true;
    quietly(attempt(sendChoice(value, message)));
  },
  pick: (command, message) => quietly(attempt(sendCommand(command, message))),
  slide: (command, message) => attempt(sendCommand(command, message)),
  propose: (line) => composer.propose(line),
});

const promise = find("promise");
promise.replaceChildren(
  ...linked(promise.textContent, vocabulary.commands, (line) => composer.propose(line)),
);

watchForPhotos(give);
new Camera(words, (photo) => give([photo]));
find("way-sample").addEventListener("click", async () => {
  give([await (await fetch("/assets/sample.webp")).blob()]);
});
find("way-random").addEventListener("click", () => say("/random"));

// --- hearing things ------------------------------------------------------------------------------

function showState() {
  const state = !online ? "reconnecting" : log.busy || sending ? "working" : "online";
  const element = find("state");
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
  const left = main.scrollHeight - main.scrollTop - main.clientHeight;
  return left < NEAR_THE_END || performance.now() - followed < FOLLOWING;
}

function toTheEnd() {
  followed = performance.now();
  main.scrollTo({ top: main.scrollHeight, behavior: calm.matches ? "auto" : "smooth" });
}

let first = true;
const stream = new Stream({
  onState(state) {
    online = state === "online";
    showState();
  },
  onUpdate({ fresh, messages }) {
    if (fresh && !first) {
      log.clear();
      if (!messages.some(({ author }) => author === "person")) forgetPhotos();
    }
    const near = nearTheEnd();
    const mine = messages.some(({ author }) => author === "person");
    const before = log.size;
    const news = log.update(messages);
    document.body.classList.toggle("begun", log.size > 0);
    ideas.show(log.hasSticker);
    find("drop-paint").hidden = !log.hasSticker;
    if (!first) announce(news);
    if (first) main.scrollTop = main.scrollHeight;
    else if (mine || (chosen && log.size > before) || (near && log.size >= before)) requestAnimationFrame(toTheEnd);
    if (log.size > before) chosen = false;
    first = false;
    showState();
  },
});
main.addEventListener("wheel", () => (followed = -FOLLOWING), { passive: true });
main.addEventListener("touchmove", () => (followed = -FOLLOWING), { passive: true });
new ResizeObserver(() => {
  if (nearTheEnd()) toTheEnd();
}).observe(find("log"));
stream.connect();

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
document.body.classList.add("ready");
