// Builds the search index: documents as JSON on standard input, {file name: content} as JSON on standard output.
//
// It runs while the site is built, with the same `text.js` that the browser uses. Title and aliases go into the small
// file `<language>.json`, from which the first result comes; the postings of the running text into `<language>.text.json`;
// the text itself into one small file a question, fetched when that question is shown as a result.

import { folder, terms, words } from "../docs/assets/search/text.js";
import { FORMAT } from "../docs/assets/search/engine.js";

// BM25F's weights and length normalization of the fields of the running text.
const FIELDS = { short: [2, 0.3], headings: [2.5, 0.2], other: [2.5, 0], text: [0.3, 0.75], asked: [1.5, 0] };

// A large site keeps the terms of a page that weigh most (Carmel et al. 2001, "Static index pruning for information
// retrieval systems"); as long as all postings together are few, it keeps all.
const FEWEST = 260, POSTINGS = 100_000;

// The first result waits for the file of names: a large site keeps so many aliases in it, and the others come with the text.
const ALIASES = 12_000;

function build({ language, fold, sounds, groups, documents }) {
  const same = folder(fold);
  const kept = Math.max(2, Math.floor(ALIASES / documents.length));
  const pages = documents.map((one) => [one.url, one.title, one.aliases.slice(0, kept)]);
  const aliases = documents.some((one) => one.aliases.length > kept) ? documents.map((one) => one.aliases.slice(kept)) : [];
  const files = {
    [`${language}.json`]: { format: FORMAT, language, fold, sounds, groups, pages },
    [`${language}.text.json`]: { format: FORMAT, aliases, ...postings(documents, same) },
  };
  for (const one of documents) files[`${language}/${one.id}.json`] = { short: one.short, sections: one.sections };
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [name, JSON.stringify(content)]));
}

function fieldsOf(one) {
  return {
    short: one.short,
    headings: one.sections.map(([, title]) => title).join("\n"),
    other: one.other.join("\n"),
    text: one.sections.map(([, , text]) => text).join("\n"),
    asked: one.asked.join("\n"),
  };
}

function postings(documents, same) {
  const counted = documents.map((one) => Object.entries(fieldsOf(one)).map(([field, text]) => [field, count(same(text))]));
  const average = Object.fromEntries(Object.keys(FIELDS).map((field, i) => [field, mean(counted.map((fields) => fields[i][1].size)) || 1]));
  const weighted = counted.map((fields) => weigh(fields, average));
  const frequency = new Map();
  for (const page of weighted) for (const term of page.keys()) frequency.set(term, (frequency.get(term) ?? 0) + 1);
  return encode(weighted.map((page) => prune(page, frequency, documents.length)));
}

const mean = (numbers) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

function count(text) {
  const counts = new Map();
  for (const { term } of terms(text)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

function weigh(fields, average) {
  const total = new Map();
  for (const [field, counts] of fields) {
    const [weight, normalization] = FIELDS[field];
    const scale = weight / (1 - normalization + (normalization * counts.size) / average[field]);
    for (const [term, n] of counts) total.set(term, (total.get(term) ?? 0) + n * scale);
  }
  return total;
}

function prune(page, frequency, pages) {
  const value = ([term, weight]) => Math.log(1 + pages / frequency.get(term)) * (weight / (4 + weight));
  return [...page].sort((a, b) => value(b) - value(a)).slice(0, Math.max(FEWEST, Math.floor(POSTINGS / pages)));
}

// One string a term in base 36: pairs of (distance to the last page, weight × 4).
function encode(pages) {
  const lists = new Map();
  pages.forEach((page, number) => {
    for (const [term, weight] of page) {
      if (!lists.has(term)) lists.set(term, []);
      lists.get(term).push([number, Math.min(Math.max(Math.round(weight * 4), 1), 1295)]);
    }
  });
  const vocabulary = [...lists.keys()].sort();
  const posts = vocabulary.map((term) => {
    let last = -1;
    const pairs = lists.get(term).map(([number, weight]) => {
      const step = number - last - 1;
      last = number;
      return `${step.toString(36)} ${weight.toString(36)}`;
    });
    return pairs.join(" ");
  });
  return { terms: vocabulary.join(" "), posts };
}

const chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk)).on("end", () => {
  process.stdout.write(JSON.stringify(build(JSON.parse(Buffer.concat(chunks).toString("utf8")))));
});
