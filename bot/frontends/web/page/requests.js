// What the page tells the server. Each update carries a key of its own, so that sending it again
// after a broken connection does nothing twice.

const PAUSES = [400, 1200, 3000];

export class Refused extends Error {
  constructor(status) {
    super(`refused: ${status}`);
    this.status = status;
  }
}

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function sendPhoto(key, blob, caption) {
  const query = new URLSearchParams({ key, caption });
  return post(`/photo?${query}`, blob, "application/octet-stream");
}

export function sendCommand(text, replaces) {
  return postFields("/command", { key: newKey(), text, replaces });
}

export function sendChoice(value, message) {
  return postFields("/choice", { key: newKey(), value, message });
}

/** `job`: a result of the photo; `settings`: what moved its face live. */
export function sendPose(job, settings) {
  return postFields("/pose", { key: newKey(), job, settings });
}

/** `change`: a verb, and what it is about: pack, sticker, job, position, words. */
export function sendChange(change) {
  return postFields("/gallery", { key: newKey(), ...change });
}

function postFields(path, fields) {
  return post(path, JSON.stringify(fields), "application/json");
}

async function post(path, body, type) {
  for (const pause of [...PAUSES, null]) {
    try {
      const answer = await fetch(path, { method: "POST", body, headers: { "content-type": type } });
      if (answer.status === 429 && pause !== null) {
        await rest(1000 * Number(answer.headers.get("retry-after")));
        continue;
      }
      if (!answer.ok) throw new Refused(answer.status);
      return answer.status === 202 ? await answer.json() : {};
    } catch (problem) {
      if (problem instanceof Refused || pause === null) throw problem;
      await rest(pause);
    }
  }
}

function rest(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
