// Making elements, and keeping them: what stands where it should is not touched.

export function make(tag, names = "", text = "") {
  const element = document.createElement(tag);
  element.className = names;
  element.textContent = text;
  return element;
}

/** Bring children into this order, moving only those that stand elsewhere. */
export function place(parent, wanted) {
  let next = parent.firstElementChild;
  for (const element of wanted) {
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  }
  while (next) {
    const after = next.nextElementSibling;
    next.remove();
    next = after;
  }
}
