// Take a selfie: a live, mirrored view and one button.

const QUALITY = 0.93;

export class Camera {
  #stream = null;

  constructor(sentences, onPhoto) {
    this.sentences = sentences;
    this.onPhoto = onPhoto;
    this.dialog = document.querySelector("#camera");
    this.view = document.querySelector("#camera-view");
    this.shutter = document.querySelector("#camera-take");
    this.trouble = document.querySelector("#camera-trouble");
    this.shutter.addEventListener("click", () => this.#take());
    this.dialog.addEventListener("close", () => this.#stop());
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
    document.querySelector("#camera-close").addEventListener("click", () => this.dialog.close());
    for (const id of ["snap", "way-camera"]) {
      document.querySelector(`#${id}`).addEventListener("click", () => this.open());
    }
  }

  async open() {
    this.trouble.hidden = true;
    this.shutter.disabled = true;
    this.dialog.showModal();
    try {
      if (!navigator.mediaDevices) throw new DOMException("", "NotAllowedError");
      this.#stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 960 } },
        audio: false,
      });
      if (!this.dialog.open) {
        this.#stop(); // closed while the browser was asking
        return;
      }
      this.view.srcObject = this.#stream;
      await this.view.play();
      this.shutter.disabled = false;
      this.shutter.focus();
    } catch (problem) {
      if (problem.name === "AbortError") return;
      const missing = problem.name === "NotFoundError" || problem.name === "OverconstrainedError";
      this.trouble.textContent = missing ? this.sentences.camera_none : this.sentences.camera_denied;
      this.trouble.hidden = false;
    }
  }

  #take() {
    const canvas = document.createElement("canvas");
    canvas.width = this.view.videoWidth;
    canvas.height = this.view.videoHeight;
    canvas.getContext("2d").drawImage(this.view, 0, 0);
    canvas.toBlob(
      (blob) => {
        this.dialog.close();
        if (blob) this.onPhoto(blob);
      },
      "image/jpeg",
      QUALITY,
    );
  }

  #stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.view.srcObject = null;
  }
}
