// Dragging with mouse, pen or finger. A finger that rests on a sticker lifts it; one that moves at
// once scrolls, as ever.

const FAR = 6; // px that a mouse moves before it drags
const RESTING = 320; // ms
const SHAKY = 10; // px that a resting finger may move
const EDGE = 48; // px from an edge where what is below scrolls

/** Let what `wanted` finds under a pointer be dragged within `root`.
 *
 * `wanted(target)`: what is to be dragged, `{picture, ...}`, or null. `over(dragged, x, y)`: is told
 * where it is, `dropped(dragged, x, y)`: where it was let go, `left(dragged)`: that it was not. */
export function letDrag(root, { wanted, over, dropped, left }) {
  let held = null; // {dragged, pointer, x, y, ghost, timer}

  const lift = () => {
    clearTimeout(held.timer);
    const { picture } = held.dragged;
    const ghost = picture.cloneNode();
    ghost.className = "ghost";
    ghost.alt = "";
    const side = Math.min(picture.getBoundingClientRect().width, 120);
    Object.assign(ghost.style, { width: `${side}px`, height: `${side}px` });
    held.ghost = ghost;
    root.append(ghost); // within the dialog, so above it
    root.classList.add("dragging");
    follow();
  };
  const follow = () => {
    const { ghost, x, y, dragged } = held;
    ghost.style.translate = `${x}px ${y}px`;
    over(dragged, x, y);
  };
  const end = () => {
    clearTimeout(held.timer);
    held.ghost?.remove();
    root.classList.remove("dragging");
    const was = held;
    held = null;
    return was;
  };

  root.addEventListener("pointerdown", (event) => {
    if (held || event.button !== 0 || !event.isPrimary) return;
    const dragged = wanted(event.target);
    if (!dragged) return;
    held = { dragged, pointer: event.pointerId, x: event.clientX, y: event.clientY };
    held.from = { x: held.x, y: held.y };
    if (event.pointerType !== "mouse") held.timer = setTimeout(lift, RESTING);
  });
  addEventListener("pointermove", (event) => {
    if (event.pointerId !== held?.pointer) return;
    const moved = Math.hypot(event.clientX - held.from.x, event.clientY - held.from.y);
    held.x = event.clientX;
    held.y = event.clientY;
    if (held.ghost) {
      follow();
      scrollNear(held.x, held.y);
    } else if (event.pointerType === "mouse") {
      if (moved > FAR) lift();
    } else if (moved > SHAKY) {
      end(); // it scrolls
    }
  });
  addEventListener("pointerup", (event) => {
    if (event.pointerId !== held?.pointer) return;
    const { ghost, dragged, x, y } = end();
    if (!ghost) return;
    dropped(dragged, x, y);
    // the click that follows is none
    const swallow = (click) => click.stopPropagation();
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }));
  });
  addEventListener("pointercancel", (event) => {
    if (event.pointerId === held?.pointer) giveUp();
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !held?.ghost) return;
    event.preventDefault();
    event.stopPropagation(); // the dialog stays
    giveUp();
  }, { capture: true });
  const giveUp = () => {
    const { ghost, dragged } = end();
    if (ghost) left(dragged);
  };
  // what a finger has lifted does not scroll the page, nor open the browser's menu for pictures
  root.addEventListener("touchmove", (event) => held?.ghost && event.preventDefault(), { passive: false });
  root.addEventListener("contextmenu", (event) => held && event.preventDefault());
  root.addEventListener("dragstart", (event) => event.preventDefault());
}

function scrollNear(x, y) {
  const room = document.elementFromPoint(x, y)?.closest("[data-scrolls]");
  if (!room) return;
  const box = room.getBoundingClientRect();
  const towards = (at, low, high) => (at < low + EDGE ? -12 : at > high - EDGE ? 12 : 0);
  room.scrollBy(towards(x, box.left, box.right), towards(y, box.top, box.bottom));
}
