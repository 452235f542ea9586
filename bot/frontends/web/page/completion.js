// What may come next in a command line. Pure: text and vocabulary in, suggestions out.
//
// A suggestion is {line, label, hint, heading}: the whole line once it is taken, what to show, a word
// about it, and what stands above it and its neighbours, if anything.

export function complete(line, vocabulary) {
  if (!line.startsWith("/")) return [];
  const space = line.search(/\s/);
  if (space < 0) return commands(line.slice(1), vocabulary);
  const name = line.slice(1, space).toLowerCase();
  const command = vocabulary.commands.find((entry) => is(entry, name));
  if (!command) return [];
  const cut = line.search(/\S*$/);
  const before = line.slice(0, cut);
  const typed = line.slice(cut).toLowerCase();
  if (command.name === "language") return languages(before, typed, vocabulary);
  return command.settings ? settings(command, before, typed) : [];
}

const HEADINGS = ["menu_make", "menu_choose", "menu_result", "menu_avatar", "menu_chat"];

function commands(typed, vocabulary) {
  const wanted = typed.toLowerCase();
  const begun = vocabulary.commands.filter((entry) => begins(entry, wanted));
  const found = begun.length || wanted.length < 3 ? begun : vocabulary.commands.filter((entry) => near(entry, wanted));
  return found
    .sort((one, other) => HEADINGS.indexOf(one.heading) - HEADINGS.indexOf(other.heading))
    .map((entry) => ({
      line: `/${entry.name}${entry.settings?.length || entry.name === "language" ? " " : ""}`,
      label: `/${entry.name}`,
      hint: entry.about,
      heading: vocabulary.sentences[entry.heading],
    }));
}

/** Whether a name begins about as was typed: one slip in three to five letters, two in more. */
function near({ name, called }, typed) {
  const slips = typed.length < 6 ? 1 : 2;
  return [name, called.toLowerCase()].some((word) =>
    [-1, 0, 1].some((more) => distance(word.slice(0, Math.max(1, typed.length + more)), typed) <= slips),
  );
}

/** How many letters have to be put, taken, changed or swapped to make one word of the other. */
function distance(one, other) {
  let before = [];
  let last = [...Array(other.length + 1).keys()];
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1];
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (swapped) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, last] = [last, row];
  }
  return last[other.length];
}

function languages(before, typed, vocabulary) {
  return vocabulary.languages
    .filter(({ code, name }) => begins({ name: code, called: name }, typed))
    .map(({ code, name }) => ({ line: before + code, label: code, hint: name }));
}

function settings(command, before, typed) {
  const words = before.trim().toLowerCase().split(/\s+/).slice(1);
  const last = command.settings.find((setting) => is(setting, words.at(-1)));
  const wantsAmount = last?.amount && (typed === "" || /^[-.\d]/.test(typed));
  const given = amounts(last, before, wantsAmount ? typed : null);
  const used = command.settings.filter((setting) => said(setting, words, command));
  const chosen = used.some(({ beside }) => !beside);
  if (chosen && !command.several && !command.groups.length) return given;
  if (wantsAmount && typed !== "") return given;
  const group = command.groups.find((each) => is(each, words.at(-1)));
  const left = command.settings.filter(
    (setting) =>
      !used.includes(setting) &&
      (command.several || !chosen || setting.beside) &&
      (!group || setting.name.startsWith(`${group.name}:`)) &&
      begins(setting, typed) &&
      !is(setting, typed),
  );
  const groups = group ? [] : command.groups.filter((each) => begins(each, typed));
  return [
    ...given,
    ...groups.map(({ name, called }) => ({ line: `${before}${name} `, label: name, hint: called })),
    ...left.map(({ name, called, amount }) => ({
      line: `${before}${bare(name)}${amount || command.groups.length ? " " : ""}`,
      label: bare(name),
      hint: called === bare(name) ? "" : called,
    })),
  ];
}

/** Whether a setting stands among these words; a group before its name decides which is meant. */
function said(setting, words, { groups }) {
  return words.some((word, at) => {
    const group = groups.find((each) => is(each, words[at - 1]));
    return is(setting, word) && (!group || setting.name.startsWith(`${group.name}:`));
  });
}

function amounts(setting, before, typed) {
  if (typed === null) return [];
  const { low, high } = setting.amount;
  return [0.25, 0.5, 0.75, 1, low < 0 ? -0.5 : null]
    .filter((amount) => amount !== null && amount >= low && amount <= high)
    .map(String)
    .filter((amount) => amount.startsWith(typed) && amount !== typed)
    .map((amount) => ({ line: before + amount, label: amount, hint: "" }));
}

/** A setting's name without its group: afro for hair:afro. */
function bare(name) {
  return name.slice(name.indexOf(":") + 1);
}

function is({ name, called }, word) {
  return word !== undefined && (bare(name).toLowerCase() === word || called.toLowerCase() === word);
}

function begins({ name, called }, typed) {
  return bare(name).toLowerCase().startsWith(typed) || called.toLowerCase().startsWith(typed);
}
