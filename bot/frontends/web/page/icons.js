// Signs drawn by the page: glyphs of emoji are empty boxes where no font has them.

const SIGNS = {
  "🔁": "again", "➕": "plus", "➖": "minus", "🎨": "palette", "↩️": "undo", "↩": "undo", "⭐": "star",
  "🌟": "star-full", "✅": "check", "🪞": "mirror", "🙋": "face", "🎚️": "sliders", "🎚": "sliders", "🔒": "lock",
  "🔓": "unlock", "🎲": "dice", "⟲": "reset", "▸": "right", "◂": "left", "‹": "left", "›": "right", "👤": "face",
  "⚖️": "compare", "⚖": "compare", "✏️": "pen", "✏": "pen", "📦": "box", "✨": "spark", "✖️": "close", "✖": "close",
  "📐": "ruler", "🖌️": "brush", "🖌": "brush", "💇": "hair", "🧔": "beard", "👓": "glasses", "🎩": "hat",
  "🚪": "door", "🎂": "cake", "⚙️": "gear", "⚙": "gear", "⬇️": "download", "⬇": "download", "🗑️": "bin", "🗑": "bin",
};
const SIGN = /[\p{Extended_Pictographic}⟲▸◂‹›]\ufe0f?/u;
const AT_START = new RegExp(`^(${SIGN.source})\\s*`, "u");
const AT_END = new RegExp(`\\s*(${SIGN.source})$`, "u");

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.ariaHidden = "true";
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** A label's words, and the names of the signs before and behind them; words alone are kept. */
export function parted(label) {
  const before = label.match(AT_START);
  const rest = before ? label.slice(before[0].length) : label;
  const after = rest.match(AT_END);
  const words = after ? rest.slice(0, after.index) : rest;
  return { words, before: before && SIGNS[before[1]], after: after && SIGNS[after[1]] };
}

/** Fill a button with a label, its signs drawn. */
export function labelled(button, label) {
  const { words, before, after } = parted(label);
  button.replaceChildren(
    ...[before && icon(before), words, after && icon(after)].filter(Boolean),
  );
  return button;
}
