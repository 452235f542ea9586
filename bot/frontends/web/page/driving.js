// The camera moves the face on a photo, live. One frame goes out, its answer comes back, then the
// newest one goes: whoever is slow sees fewer. Nothing is kept but what is asked for.

import { sendPose } from "./requests.js";

const WIDTH = 320;
const QUALITY = 0.8;
const TOLD = 2500; // ms that it is said that a pose is kept
const WHY = { 4404: "drive_gone", 4408: "drive_idle", 4409: "drive_busy", 4410: "drive_gone" };

/** Whether there is a camera, as far as can be told without asking for it. */
export async function cameraThere() {
  if (!navigator.mediaDevices) return true; // why it cannot be used is said when it is tried
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.some(({ kind }) => kind === "videoinput");
}

export class Driving {
  #stream = null;
  #socket = null;
  #settings = ""; // what moves the face now
  #told = 0;

  /** `attempt` is given what is asked of the server, and says what went wrong. */
  constructor(words, attempt) {
    this.words = words;
    this.attempt = attempt;
    const find = (part) => document.querySelector(`#drive${part}`);
    this.dialog = find("");
    this.view = find("-view");
    this.face = find("-face");
    this.state = find("-state");
    this.keep = find("-keep");
    this.restart = find("-restart");
    this.frame = document.createElement("canvas");
    this.keep.addEventListener("click", () => this.#keep());
    this.restart.addEventListener("click", () => this.#socket?.send("restart"));
    this.dialog.addEventListener("close", () => this.#stop());
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
    find("-close").addEventListener("click", () => this.dialog.close());
    document.addEventListener("visibilitychange", () => document.hidden && this.dialog.close());
  }

  /** `job`: a result of the photo. */
  async open(job) {
    this.job = job;
    this.#told = 0;
    this.#let("");
    this.restart.disabled = true;
    this.face.getContext("2d").clearRect(0, 0, this.face.width, this.face.height);
    this.#say("drive_opening");
    this.dialog.showModal();
    if (!navigator.mediaDevices) return this.#say("drive_insecure", true);
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 } },
        audio: false,
      });
      this.#stream = stream;
      if (!this.dialog.open) return this.#stop(); // closed while the browser was asking
      this.view.srcObject = stream;
      await this.view.play();
    } catch (problem) {
      if (problem.name === "AbortError") return;
      const missing = problem.name === "NotFoundError" || problem.name === "OverconstrainedError";
      return this.#say(missing ? "drive_none" : "drive_denied", true);
    }
    if (this.dialog.open) this.#connect();
  }

  #connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/drive?job=${this.job}`);
    this.#socket = socket;
    socket.binaryType = "blob";
    let picture = null;
    socket.onopen = () => {
      this.restart.disabled = false;
      this.#next(socket);
    };
    socket.onmessage = async ({ data }) => {
      if (typeof data !== "string") {
        picture = data;
        return;
      }
      const { moment, settings } = JSON.parse(data);
      await this.#show(picture);
      if (this.#socket !== socket) return;
      this.#let(settings);
      if (performance.now() > this.#told) this.#say(`drive_${moment}`);
      this.#next(socket);
    };
    socket.onclose = ({ code }) => {
      if (this.#socket !== socket) return; // it is we who ended it
      this.#stop();
      this.#say(WHY[code] ?? "drive_ended", true);
    };
  }

  async #show(picture) {
    const image = await createImageBitmap(picture);
    const context = this.face.getContext("2d");
    context.clearRect(0, 0, this.face.width, this.face.height);
    context.drawImage(image, 0, 0);
    image.close();
  }

  /** Send the camera's next frame, as in a mirror. */
  #next(socket) {
    this.view.requestVideoFrameCallback(() => {
      if (this.#socket !== socket) return;
      const { videoWidth, videoHeight } = this.view;
      this.frame.width = WIDTH;
      this.frame.height = Math.round((WIDTH * videoHeight) / videoWidth);
      const context = this.frame.getContext("2d");
      context.scale(-1, 1);
      context.drawImage(this.view, -WIDTH, 0, WIDTH, this.frame.height);
      this.frame.toBlob(
        (blob) => blob && socket.readyState === WebSocket.OPEN && socket.send(blob),
        "image/jpeg",
        QUALITY,
      );
    });
  }

  async #keep() {
    this.#told = performance.now() + TOLD;
    await this.attempt(sendPose(this.job, this.#settings)).catch(() => (this.#told = 0));
    if (this.#told) this.#say("drive_kept");
  }

  /** Let what is shown be kept, where there is something to keep. */
  #let(settings) {
    this.#settings = settings;
    this.keep.disabled = !settings;
  }

  #say(key, trouble = false) {
    if (this.state.dataset.key === key) return;
    this.state.dataset.key = key;
    this.state.textContent = this.words[key];
    this.state.classList.toggle("wrong", trouble);
  }

  #stop() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.view.srcObject = null;
    this.#let("");
    this.restart.disabled = true;
  }
}
