// From text to terms: what counts as the same word. The index is built with this module, so the two cannot drift apart.
//
// A term is a word stem (Latin letters, digits) or two neighbouring Chinese characters. Chinese has no spaces; pairs of
// characters need no dictionary, find every word of two characters and rank longer ones by how many pairs agree
// (Nie, Gao, Zhang, Zhou 2000, "On the use of words and n-grams for Chinese information retrieval").

const LETTERS = "[\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}\\p{N}]+";
const WORD = new RegExp(`\\p{Script=Han}+|${LETTERS}(?:[_'’-]${LETTERS})*`, "gu");
const ODD = /[^\u0020-\u007e\u3000-\u303f\u4e00-\u9fff]/gu;
const HAN = /^\p{Script=Han}/u;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu;
const CAMEL = /\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{N}+/gu;
const CASE_CHANGES = /\p{Ll}\p{Lu}|\p{L}\p{N}+\p{L}*$/u;

export const isHan = (word) => HAN.test(word);

// Characters as the reader may have typed them → as the index has them, one for one, so that offsets stay.
export function folder(pairs = "") {
  const signs = new Map([["×", "x"], ["✕", "x"], ["’", "'"], ["—", "-"], ["–", "-"], ["‐", "-"], ["−", "-"]]);
  const characters = [...pairs], table = new Map();
  for (let i = 0; i < characters.length; i += 2) table.set(characters[i], characters[i + 1]);
  const traditional = new RegExp(`[${[...table.keys()].join("")}]`, "gu");
  return (text) => {
    const plain = text.replace(ODD, (one) => signs.get(one) ?? sameLength(one));
    return table.size ? plain.replace(traditional, (one) => table.get(one)) : plain;
  };
}

function sameLength(character) {
  const folded = character.normalize("NFKC").normalize("NFD").replace(/\p{M}/gu, "");
  return folded.length === character.length ? folded : character;
}

// What is typed, without what cannot be seen; 200 characters say what is sought.
export const clean = (text) => text.slice(0, 2000).replace(INVISIBLE, (c) => (/\s/.test(c) ? " " : "")).slice(0, 200);

// English inflection, light: vanish = vanishes = vanishing, normalise = normalization, overfitted = overfitting.
// Each step applies its first suffix that fits: [suffix, what is left, shortest word].
const STEPS = [
  [[/'s$/, "", 4], [/ies$/, "y", 5], [/(ss|sh|ch|x)es$/, "$1", 5], [/ases$/, "as", 5], [/((?:[cgnt]p|el|gr|en)u|[^asiu])s$/, "$1", 4]],
  [[/([a-z]{4})ly$/, "$1", 6], [/(?:is|iz)(?:ation|er|ing|ed|e)$/, "iz", 6], [/ati(?:on|ve)$/, "at", 7], [/at(?:ing|ed|e)$/, "at", 6], [/([a-z]{3})ing$/, "$1", 6], [/([a-z]{3})ed$/, "$1", 6]],
  [[/([b-df-hj-km-npqrt-vxz])\1$/, "$1", 4], [/(...)e$/, "$1", 4], [/([^aeiou])y$/, "$1i", 4]],
];
const GREEK = Object.fromEntries(
  "α alpha β beta γ gamma δ delta ε epsilon ϵ epsilon ζ zeta η eta θ theta κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho σ sigma τ tau φ phi χ chi ψ psi ω omega"
    .split(" ").map((word, i, all) => [word, all[i + 1]]).filter((_, i) => i % 2 === 0),
);
const stems = new Map();

export function stem(word) {
  if (!/^[a-z']+$/.test(word) || word.length < 4) return GREEK[word] ?? word;
  if (!stems.has(word)) stems.set(word, STEPS.reduce(step, word));
  return stems.get(word);
}

function step(word, suffixes) {
  const [suffix, left] = suffixes.find(([ending, , shortest]) => word.length >= shortest && ending.test(word)) ?? [];
  return suffix ? word.replace(suffix, left) : word;
}

// The words of a text with their places: {word, start, end, han}.
export function words(text) {
  return Array.from(text.matchAll(WORD), (match) => ({ word: match[0], start: match.index, end: match.index + match[0].length }));
}

// The terms of a text with their places. `singles` adds lone Chinese characters, for titles and names.
export function* terms(text, singles = false, found = words(text)) {
  let last;
  for (const { word, start, end } of found) {
    if (isHan(word)) yield* pairs(word, start, singles);
    else yield* latin(word, start, end);
    const joint = last && jointOf(text, last, { word, start });
    if (joint) yield { term: joint, start: last.start, end };
    last = { word, start, end };
  }
}

// Code and formulas live from what stands together: max(0, x) is also max·0 and 0·x, model.eval is also model·eval.
export function jointOf(text, before, after) {
  const between = text.slice(before.end, after.start);
  if (between.length > 3 || !between.trim() || isHan(before.word) || isHan(after.word)) return undefined;
  const short = Math.min(before.word.length, after.word.length) < 3;
  const glue = short ? /^[ ^*+=<>/|([{)\]}.,_-]+$/ : /^[.(/^=]+$/;
  return glue.test(between) ? [before, after].map(({ word }) => GREEK[word] ?? word.toLowerCase()).join("·") : undefined;
}

function* pairs(run, start, singles) {
  for (let i = 0; i + 1 < run.length; i++) yield { term: run.slice(i, i + 2), start: start + i, end: start + i + 2 };
  if (singles || run.length === 1) for (let i = 0; i < run.length; i++) yield { term: run[i], start: start + i, end: start + i + 1 };
}

// `mini-batch` is also minibatch; `CrossEntropyLoss` is also cross, entropy and loss.
function* latin(word, start, end) {
  const parts = word.split(/[_'’-]/);
  if (parts.length > 1) yield { term: stem(parts.join("").toLowerCase()), start, end };
  let at = start;
  for (const part of parts) {
    yield { term: stem(part.toLowerCase()), start: at, end: at + part.length };
    if (CASE_CHANGES.test(part)) yield* camel(part, at);
    at += part.length + 1;
  }
}

function* camel(word, start) {
  const parts = [...word.matchAll(CAMEL)].filter((part) => part[0].length > 2);
  for (const part of parts) {
    if (part[0].length < word.length) yield { term: stem(part[0].toLowerCase()), start: start + part.index, end: start + part.index + part[0].length };
  }
}

// The smallest units that a phrase can be cut at: a Chinese character, a word.
export function atoms(text, all = words(text)) {
  const found = [];
  for (const { word, start } of all) {
    if (isHan(word)) [...word].forEach((one, i) => found.push({ key: one, raw: one, start: start + i, end: start + i + one.length, han: true }));
    else latinAtoms(word, start, found);
  }
  return found;
}

function latinAtoms(word, start, found) {
  let at = start;
  for (const part of word.split(/[_'’-]/)) {
    const raw = part.toLowerCase();
    found.push({ key: stem(raw), raw, start: at, end: at + part.length, han: false });
    at += part.length + 1;
  }
}

// One key for all spellings of a phrase: Batch Norm, batch-norm, BatchNorm.
export const phraseKey = (text) => atoms(text).map((atom) => atom.key).join("");

// Number of edits (insert, delete, change, swap neighbours) between two words, or `limit + 1` where it is more.
export function distance(a, b, limit) {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before = [], last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    if (Math.min(...row) > limit) return limit + 1;
    [before, last] = [last, row];
  }
  return last[b.length];
}
