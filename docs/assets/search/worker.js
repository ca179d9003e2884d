// The search worker. It speaks the messages of Material's own: 0 setup, 1 ready, 2 query, 3 result.
//
// It starts when search is first touched. The small file of names (titles, aliases, synonyms) comes first and gives the
// first result; the postings of the running text come beside it; the text of a question comes when that question is
// shown. What has come stays in memory, so that search goes on without network.

const READY = 1, QUERY = 2, RESULT = 3;
const SHOWN = 10;      // results whose passages are fetched
const PATIENCE = 150;  // milliseconds that a result waits for its passages; later ones come with a second message

const base = new URL("../../search/", import.meta.url);
const language = new URL(import.meta.url).searchParams.get("language");
const texts = new Map();  // question → its sections, or the promise of them
let engine, complete, latest = 0;

// Engine and names come side by side: on a slow line every file that waits for another costs a round trip.
const modules = Promise.all([import("./engine.js"), import("./text.js")]);

load().catch(() => {});
postMessage({ type: READY });
addEventListener("message", ({ data }) => data.type === QUERY && answer(data.data, ++latest));

async function answer(query, turn) {
  if (!query.trim()) return reply({ items: [] });
  try {
    await load();
  } catch (error) {
    return turn === latest && reply({ items: [], failed: String(error) });
  }
  if (turn === latest) show(query, turn);
  if (!complete.done) complete.then(() => turn === latest && show(query, turn));
}

async function show(query, turn) {
  const found = engine.search(query);
  const { hits, closest } = found;
  const waiting = hits.slice(0, SHOWN).map(({ page }) => text(page));
  const missing = waiting.filter((one) => one instanceof Promise);
  if (missing.length) await Promise.race([Promise.all(missing), new Promise((done) => setTimeout(done, PATIENCE))]);
  if (turn !== latest) return;
  reply(result(found, closest));
  if (!waiting.some((_, i) => text(hits[i].page) instanceof Promise)) return;
  await Promise.all(missing);
  if (turn === latest) reply({ ...result(found, closest), late: true });
}

const reply = (data) => postMessage({ type: RESULT, data });

async function load() {
  engine ??= Promise.all([modules, fetchJson(`${language}.json`)]).then(([[{ Engine }], names]) => new Engine(names));
  try {
    engine = await engine;
  } catch (error) {
    engine = undefined;  // the next key tries again
    throw error;
  }
  complete ??= loadTexts();
}

async function loadTexts() {
  try {
    engine.addTexts(await fetchJson(`${language}.text.json`));
    complete.done = true;
  } catch {
    complete = undefined;  // names are searched all the same; the next key tries again
  }
}

// The cache of the browser may hold an index of an older version of the site: that one is fetched anew.
async function fetchJson(name) {
  const address = new URL(name, base);
  for (const cache of ["default", "reload"]) {
    const [response, [{ FORMAT }]] = await Promise.all([fetch(address, { cache }), modules]);
    if (!response.ok) throw new Error(`${response.status} ${address.pathname}`);
    const content = await response.json();
    if (content.format === undefined || content.format === FORMAT) return content;
  }
  throw new Error(`${address.pathname} has another format`);
}

// The sections of a question: at once where they are here, else as a promise; nothing where they cannot be had.
function text(page) {
  const name = engine.pages[page].url.replace(/\/$/, "").split("/").slice(-2).join("/");
  if (!texts.has(name)) {
    const coming = fetchJson(`${language}/${name}.json`).then((content) => texts.set(name, content), () => texts.delete(name));
    texts.set(name, coming);
  }
  return texts.get(name);
}

// ── From hits to what Material shows: one group a question, the page first, then the section where it matched ────────

function result({ hits, units, marks, suggest }, closest) {
  const items = hits.map((hit, i) => group(hit, units, marks, i < SHOWN ? text(hit.page) : undefined));
  return { items, suggest, closest: closest.map((page) => ({ location: engine.pages[page].url, title: escape(engine.pages[page].title) })) };
}

function group({ page, score }, units, marks, content) {
  const { url, title } = engine.pages[page];
  const entry = { location: url, title: marked(engine.excerpt(title, marks, 1000)), text: "", score, terms: {} };
  if (!content || content instanceof Promise) return [entry];
  const section = engine.passage(content.sections, units);
  if (!(section.score > 0) || section.id === "short") return [{ ...entry, text: paragraph(content.short, marks), terms: found(content.short, marks) }];
  const terms = found(section.text, marks);
  const place = { location: `${url}#${section.id}`, title: marked(engine.excerpt(section.title, marks, 1000)), text: paragraph(section.text, marks) };
  return [{ ...entry, terms }, { ...place, terms, score: score + 0.01 }];
}

const paragraph = (text, marks) => `<p>${marked(engine.excerpt(text, marks))}</p>`;

// Material hands these words to the page that opens, which marks them there.
function found(text, marks) {
  const pieces = engine.excerpt(text, marks, 400).filter(([, isMarked]) => isMarked).map(([piece]) => piece);
  return Object.fromEntries([...new Set(pieces)].slice(0, 6).map((piece) => [piece, true]));
}

// Material sets titles and texts as markup: everything from the index is escaped here, and only here markup is added.
const marked = (pieces) => pieces.map(([text, isMarked]) => (isMarked ? `<mark>${escape(text)}</mark>` : escape(text))).join("");

function escape(text) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (one) => entities[one]);
}
