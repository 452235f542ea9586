// The ways a photo gets here: dropped anywhere, pasted, chosen. The camera has a file of its own.

const THUMBNAIL = 360;
const REMEMBERED = 8;

/** ``onPhotos(files, caption)``: the caption is that of the zone they were dropped on, if any. */
export function watchForPhotos(onPhotos) {
  const file = document.querySelector("#file");
  const drop = document.querySelector("#drop");
  let depth = 0;

  const cover = (shown) => {
    depth = shown ? depth : 0;
    drop.hidden = !shown;
  };
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

  addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    depth += 1;
    cover(true);
  });
  addEventListener("dragleave", (event) => {
    if (carriesFiles(event) && --depth <= 0) cover(false);
  });
  addEventListener("dragover", (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    cover(false);
    const zone = event.target.closest?.("[data-caption]");
    onPhotos([...event.dataTransfer.files], zone?.dataset.caption);
  });
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    onPhotos(files);
  });
  const chosen = () => {
    onPhotos([...file.files]);
    file.value = "";
  };
  file.addEventListener("change", chosen);
  if (file.files.length) chosen(); // before this was listening
  for (const id of ["attach", "way-file"]) {
    document.querySelector(`#${id}`).addEventListener("click", () => file.click());
  }
}

const here = new Map(); // photos sent from this very page, whole

/** Keep a sent photo in this tab, so that it can be shown in the chat: at once as it is, and as a
 * small copy that outlives a reload. */
export function rememberPhoto(key, blob) {
  here.set(key, URL.createObjectURL(blob));
  keepThumbnail(key, blob).catch(() => {}); // HEIC in most browsers, or storage that is full
}

/** Where a sent photo can be seen, or null. */
export function rememberedPhoto(key) {
  return here.get(key) ?? sessionStorage.getItem(`photo:${key}`);
}

export function forgetPhotos() {
  for (const address of here.values()) URL.revokeObjectURL(address);
  here.clear();
  for (const key of thumbnails()) sessionStorage.removeItem(`photo:${key}`);
  sessionStorage.removeItem("photos");
}

async function keepThumbnail(key, blob) {
  const whole = await createImageBitmap(blob);
  const scale = Math.min(1, THUMBNAIL / Math.max(whole.width, whole.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(whole.width * scale);
  canvas.height = Math.round(whole.height * scale);
  canvas.getContext("2d").drawImage(whole, 0, 0, canvas.width, canvas.height);
  whole.close();
  const kept = [...thumbnails(), key];
  for (const old of kept.splice(0, Math.max(0, kept.length - REMEMBERED))) {
    sessionStorage.removeItem(`photo:${old}`);
  }
  sessionStorage.setItem(`photo:${key}`, canvas.toDataURL("image/jpeg", 0.82));
  sessionStorage.setItem("photos", JSON.stringify(kept));
}

function thumbnails() {
  return JSON.parse(sessionStorage.getItem("photos") ?? "[]");
}
