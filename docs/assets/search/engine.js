// Ranks questions for what a reader typed. It knows nothing of the browser: tests and benchmark run it by itself.
//
// Ranking is BM25F (Robertson, Zaragoza, Taylor 2004, "Simple BM25 extension to multiple weighted fields"): the fields of
// a page are weighted before saturation, so that a word in the title and again in the text does not count like two
// independent finds. On top of it: what is typed is cut into units; a unit that the glossary knows also counts where its
// synonyms stand, at the best of them and not at their sum.

import { atoms, clean, distance, folder, isHan, jointOf, phraseKey, stem, terms, words } from "./text.js";

export const FORMAT = 2;
export const TUNING = {
  title: 6, alias: 4, titleLength: 0.4,        // weight of a term in the title and in an alias; length normalization of titles
  saturation: 7,                               // BM25's k1, large because weighted frequencies are
  weighty: 2,                                  // the weighted frequency from which on a page counts among those that have a term
  loose: 0.5,                                  // words and pairs of characters that are no phrase: chance pairs are rare, too
  synonym: 0.85, prefix: 0.8, spelling: 0.75, sound: 0.85, alone: 0.35,  // how much a unit counts that is not as typed
  called: 0.2,                                 // its names hold all that was typed, as comparisons do: GAN and VAE
  exact: 1.2, begun: 0.4, named: 0.3, home: 0.45, lonely: 2,  // the whole query names the page; a unit does; the glossary explains it there
  coverage: 0.5, floor: 0.12,                    // power of the share of the query found; results below this part of the best go
};
const LONGEST_PHRASE = 12;

// Words that ask and say nothing of what is asked.
const EMPTY = {
  zh: /请问|请你?|介绍一下|简要|简述|讲一?讲|说一?说|谈一?谈|聊一?聊|解释一?下?|什么叫|是什么意思|什么意思|什么是|是什么|是啥|啥是|什么|为什么|为什麽|为何|为啥|如何|怎么样|怎么办|怎么|怎样|有哪些|有什么|哪些|哪个|哪种|能不能|可不可以|会不会|是不是|一下|一个|我的|可以|应该|需要|时候|由|哪|两|几|[的了吗呢么和与及跟是在有把被让对用会]/gu,
  en: new Set("a an the is are was were be been do does did can could should would will what which why how when where who whom i me my we our you your it its this that these those of in on at to for from by with as and or but if so than then there have has had get got explain describe tell about please between vs versus difference differences mean means meaning define definition work works torch nn tf keras np sklearn self very really just still too also much".split(" ")),
};

export class Engine {
  constructor(names, tuning = TUNING) {
    this.tuning = tuning;
    this.language = names.language;
    this.fold = folder(names.fold);
    this.pages = names.pages.map(([url, title, aliases]) => ({ url, title, aliases }));
    this.texts = new Map();     // term → postings of the running text, as they came
    this.names = new Map();     // term → Map(page → weighted frequency) of titles and aliases
    this.surfaces = new Map();  // a whole word as it is spelled → its stem
    this.phrases = new Map();   // phrase key → {text, synonyms, named: pages called so, home: page that explains it}
    this.aliased = [];          // page → terms of its aliases
    this.cache = new Map();
    this.pages.forEach((page, number) => this.#addPage(page, number));
    names.groups.forEach(([home, synonyms]) => this.#addGroup(home, synonyms));
    this.sounds = names.sounds ?? "";
  }

  // What may come later: the postings of the running text (`terms` separated by spaces, `posts` one string a term), and
  // the aliases of each page that a large site leaves out of the first file.
  addTexts({ terms: vocabulary, posts, aliases = [] }) {
    vocabulary.split(" ").forEach((term, i) => this.texts.set(term, posts[i]));
    aliases.forEach((more, number) => {
      this.pages[number].aliases = [...this.pages[number].aliases, ...more];
      this.#addAliases(more, number);
    });
    this.cache.clear();
    for (const table of ["spoken", "initials", "byCharacter"]) delete this[table];
  }

  #addPage(page, number) {
    const title = this.#name(page.title);
    title.phrase.named.add(number);
    const weight = this.tuning.title / (1 - this.tuning.titleLength + (this.tuning.titleLength * title.terms.length) / 12);
    for (const term of title.terms) this.#count(term, number, isHan(term) && term.length === 1 ? weight / 4 : weight);
    this.aliased.push(new Set());
    this.#addAliases(page.aliases, number);
  }

  // A term counts once for all aliases of a page.
  #addAliases(aliases, number) {
    const seen = this.aliased[number];
    for (const alias of aliases) {
      const name = this.#name(alias);
      name.phrase.named.add(number);
      for (const term of name.terms) {
        if (!seen.has(term)) this.#count(term, number, term.length === 1 ? this.tuning.alias / 4 : this.tuning.alias);
        seen.add(term);
      }
    }
  }

  #addGroup(home, synonyms) {
    for (const text of synonyms) {
      const { phrase } = this.#name(text);
      phrase.synonyms.push(...synonyms.filter((other) => other !== text));
      if (home >= 0) phrase.homes.add(home);
    }
  }

  // A title, alias or synonym, read once: its phrase, its terms; the words in it are remembered as they are spelled.
  #name(text) {
    const folded = this.fold(text), found = words(folded), parts = atoms(folded, found);
    for (const atom of parts) if (!atom.han && atom.raw.length > 1) this.surfaces.set(atom.raw, atom.key);
    const key = parts.map((atom) => atom.key).join("");
    let phrase = this.phrases.get(key);
    if (!phrase) this.phrases.set(key, (phrase = { text, synonyms: [], named: new Set(), homes: new Set() }));
    return { phrase, terms: Array.from(terms(folded, true, found), ({ term }) => term) };
  }

  #count(term, number, weight) {
    if (!this.names.has(term)) this.names.set(term, new Map());
    const posting = this.names.get(term);
    posting.set(number, (posting.get(number) ?? 0) + weight);
  }

  known(term) {
    return this.names.has(term) || this.texts.has(term);
  }

  // All pages of a term with their weighted frequencies, and how rare the term is: a page that mentions it in passing is not
  // one of those that are about it, else "layer" and "first" would say nothing where every page is about networks.
  posting(term) {
    if (!this.cache.has(term)) this.cache.set(term, this.#read(term));
    return this.cache.get(term);
  }

  #read(term) {
    const pages = new Map(this.names.get(term));
    const numbers = (this.texts.get(term) ?? "").split(" ").filter(Boolean).map((n) => parseInt(n, 36));
    let page = -1;
    for (let i = 0; i + 1 < numbers.length; i += 2) {
      page += numbers[i] + 1;
      pages.set(page, (pages.get(page) ?? 0) + numbers[i + 1] / 4);
    }
    const found = [...pages.values()].filter((frequency) => frequency >= this.tuning.weighty).length;
    return { pages, rarity: Math.log(1 + (this.pages.length - found + 0.5) / (found + 0.5)) };
  }

  search(text, limit = 20) {
    const query = this.#parse(text);
    const scores = this.#score(query);
    const best = Math.max(0, ...scores.values());
    const lowest = this.tuning.floor * Math.max(0, ...[...scores].map(([page, score]) => (query.named.has(page) ? 0 : score)));
    const hits = [...scores].filter(([, score]) => score > lowest).sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    return {
      hits: hits.slice(0, limit).map(([page, score]) => ({ page, score: Math.min(100 * score / (best || 1), 100) })),
      units: query.units,
      marks: marksOf(query.units),
      suggest: this.#suggest(text),
      closest: hits.length || !query.atoms.length ? [] : this.#closest(text),
    };
  }

  // ── From text to units ─────────────────────────────────────────────────────────────────────────────────────────────

  #parse(text) {
    const folded = this.fold(clean(text));
    const typed = atoms(folded);
    const open = /[\p{L}\p{N}]$/u.test(folded) ? typed.length - 1 : -1;  // the word that is still being typed
    const all = typed.map((atom, i) => this.#corrected(atom, i === open));
    const empty = this.#empty(folded, all);
    const said = all.filter((_, i) => !empty[i]);
    const repaired = this.#repairs(all, open);
    const units = [];
    for (let i = 0; i < all.length; ) {
      const unit = this.#phraseAt(all, i, empty) ?? repaired.get(i);
      if (unit) units.push(unit);
      i = unit ? unit.end : this.#loose(all, i, empty, open, units, repaired);
    }
    units.push(...this.#joints(folded));
    const once = new Map(units.map((unit) => [unit.options.map((option) => option.terms).join("|"), unit]));
    const filled = [...once.values()].map((unit) => this.#weigh(unit)).filter((unit) => unit.mass > 0);
    const whole = [all, said].map((part) => this.phrases.get(part.map((atom) => atom.key).join(""))).filter(Boolean);
    const begun = whole.length ? undefined : this.#begun(all.map((atom, i) => (i === open ? atom.raw : atom.key)).join(""));
    return { atoms: all, units: filled, named: new Set(whole.flatMap((phrase) => [...phrase.named])), begun };
  }

  // The shortest name that begins with what was typed so far: 变分自 begins 变分自编码器.
  #begun(key) {
    if (key.length < 2) return undefined;
    const names = [...this.phrases].filter(([name, { named, homes }]) => name.startsWith(key) && named.size + homes.size);
    return names.sort((a, b) => a[0].length - b[0].length)[0]?.[1];
  }

  // What stands together in code and formulas: max(0, x).
  #joints(folded) {
    const all = [...words(folded)].filter(({ word }) => !EMPTY.en.has(word.toLowerCase()));
    const found = all.slice(1).map((after, i) => jointOf(folded, all[i], after)).filter((term) => term && this.known(term));
    return found.map((term) => ({ options: [{ weight: 1, terms: [term] }] }));
  }

  #empty(folded, all) {
    const hidden = [...folded.matchAll(EMPTY.zh)].map((match) => [match.index, match.index + match[0].length]);
    const empty = all.map((atom) => (atom.han ? hidden.some(([from, to]) => atom.start >= from && atom.end <= to) : EMPTY.en.has(atom.raw)));
    return empty.every(Boolean) ? empty.map(() => false) : empty;
  }

  // The longest phrase of glossary, titles or aliases that starts at atom `i`.
  #phraseAt(all, i, empty) {
    for (let end = Math.min(all.length, i + LONGEST_PHRASE); end > i; end--) {
      const phrase = this.phrases.get(all.slice(i, end).map((atom) => atom.key).join(""));
      if (!phrase || empty.slice(i, end).every(Boolean) || (end === i + 1 && all[i].han)) continue;
      return this.#phraseUnit(phrase, end, 1);
    }
    return undefined;
  }

  #phraseUnit(phrase, end, weight) {
    const options = [phrase.text, ...phrase.synonyms].map((text, n) => ({ weight: n ? weight * this.tuning.synonym : weight, terms: this.#terms(text) }));
    return { end, options, named: phrase.named, homes: phrase.homes, weight };
  }

  #terms(text) {
    return [...new Set([...terms(this.fold(text))].map(({ term }) => term))];
  }

  // A stretch that is no phrase: Chinese characters up to the next phrase, or one word. Returns where it ends.
  #loose(all, i, empty, open, units, repaired) {
    if (empty[i]) return i + 1;
    if (!all[i].han) {
      const options = this.#spellings(all[i], i === open);
      const named = options.flatMap((option) => [...(this.phrases.get(option.terms.join(""))?.named ?? [])]);
      units.push({ end: i + 1, options, named: new Set(named), weight: this.tuning.prefix });
      return i + 1;
    }
    let end = i + 1;
    const joined = (n) => all[n].han && !empty[n] && all[n].start === all[n - 1].end && !repaired.has(n);
    while (end < all.length && joined(end) && !this.#phraseAt(all, end, empty)) end++;
    const run = all.slice(i, end).map((atom) => atom.key).join("");
    for (const { term } of terms(run)) units.push({ end, options: [{ weight: run.length > 1 ? 1 : this.tuning.alone, terms: [term] }] });
    return end;
  }

  #weigh(unit) {
    const options = unit.options.map((option) => ({ ...option, terms: option.terms.filter((term) => this.known(term)) }));
    const masses = options.map((option) => option.weight * this.#mass(option.terms));
    return { ...unit, options, mass: (masses[0] || Math.max(0, ...masses)) * this.#standing(unit, options) };
  }

  #standing(unit, options) {
    const named = options.some(({ terms: sought }) => sought.length === 1 && this.phrases.has(sought[0]));
    return unit.homes || named ? 1 : this.tuning.loose;
  }

  // How much a phrase says: the pairs of characters that overlap in it are not independent finds.
  #mass(sought) {
    const sum = sought.reduce((total, term) => total + this.posting(term).rarity, 0);
    return sought.length ? (sum / sought.length) * (1 + Math.log(sought.length)) : 0;
  }

  // ── Words that are not as the index has them ───────────────────────────────────────────────────────────────────────

  // A misspelled word as the word that it most likely is, so that phrases with it are recognized.
  #corrected(atom, open) {
    if (atom.han || this.known(atom.key) || atom.raw.length < 5 || (open && this.#beginning(atom.raw, atom.key).length)) return atom;
    const [best] = this.#misspelled(atom.raw);
    return best ? { ...atom, key: best.terms[0] } : atom;
  }

  // What one word may stand for: itself, the words it begins, the words it misspells, the two words it joins.
  #spellings({ raw, key }, open) {
    const options = this.known(key) ? [{ weight: 1, terms: [key] }] : [];
    if (open && raw.length > 1) options.push(...this.#beginning(raw, key));
    return options.length ? options : [...this.#joined(raw), ...this.#misspelled(raw), ...this.#pieces(raw)];
  }

  // The known names that stand inside of one such as IndexIVFPQ or BertForTokens.
  #pieces(raw) {
    const inside = [...this.surfaces.keys()].filter((word) => word.length > 2 && raw.includes(word) && raw !== word);
    inside.sort((a, b) => b.length - a.length);
    return inside.slice(0, 2).map((word) => ({ weight: this.tuning.spelling, terms: [this.surfaces.get(word)] }));
  }

  #beginning(raw, key) {
    const found = new Set([...this.surfaces].filter(([word]) => word.startsWith(raw)).map(([, term]) => term));
    if (!found.size) for (const term of this.texts.keys()) if (term.startsWith(raw)) found.add(term);
    found.delete(key);
    const common = [...found].sort((a, b) => this.posting(b).pages.size - this.posting(a).pages.size).slice(0, 12);
    return common.map((term) => ({ weight: this.tuning.prefix, terms: [term] }));
  }

  #joined(raw) {
    for (let cut = raw.length - 3; cut >= 3; cut--) {
      const parts = [stem(raw.slice(0, cut)), stem(raw.slice(cut))];
      if (parts.every((part) => this.known(part))) return [{ weight: this.tuning.spelling, terms: parts }];
    }
    return [];
  }

  #misspelled(raw) {
    const limit = raw.length > 7 ? 2 : raw.length > 3 ? 1 : 0;
    const near = new Map();
    const look = (word, term) => {
      const edits = limit ? distance(raw, word, limit) : 9;
      if (edits <= limit && !(near.get(term) <= edits)) near.set(term, edits);
    };
    this.surfaces.forEach((term, word) => look(word, term));
    if (!near.size) for (const term of this.texts.keys()) if (!isHan(term)) look(term, term);
    const fewest = Math.min(...near.values());
    const terms = [...near].filter(([, edits]) => edits === fewest).map(([term]) => term);
    terms.sort((a, b) => this.posting(b).pages.size - this.posting(a).pages.size).splice(8);
    return terms.map((term) => ({ weight: this.tuning.spelling, terms: [term] }));
  }

  // Stretches that sound like a phrase (pinyin, homophones) or differ from one by a character: first atom → unit.
  #repairs(all, open) {
    const found = new Map();
    for (let i = 0; i < all.length; i++) {
      const unit = all[i].han ? this.#miswritten(all, i) : this.#spoken(all, i, open);
      if (!unit) continue;
      found.set(i, unit);
      i = unit.end - 1;
    }
    return found;
  }

  // Chinese with a wrong, missing or extra character: 剃度消失, 批归化.
  #miswritten(all, i) {
    for (let size = Math.min(8, all.length - i); size >= 2; size--) {
      const part = all.slice(i, i + size);
      const text = part.map((atom) => atom.key).join("");
      if (!part.every((atom) => atom.han) || this.phrases.has(text) || !this.#strange(text)) continue;
      const phrase = this.#sounding(text) ?? (size > 2 ? this.#oneOff(text) : undefined);
      if (phrase) return this.#phraseUnit(phrase, i + size, this.tuning.sound);
    }
    return undefined;
  }

  #strange(text) {
    return [...terms(text)].some(({ term }) => !this.known(term));
  }

  #sounding(text) {
    const spoken = this.#said(text)[0];
    return spoken && this.spoken.get(spoken)?.find((phrase) => [...phraseKey(this.fold(phrase.text))].length === text.length);
  }

  #oneOff(text) {
    const counts = new Map();
    for (const one of new Set(text)) for (const key of this.byCharacter.get(one) ?? []) counts.set(key, (counts.get(key) ?? 0) + 1);
    const near = [...counts].filter(([key, shared]) => key.length > 2 && shared >= key.length - 1 && distance(text, key, 1) === 1);
    return near.length ? this.phrases.get(near[0][0]) : undefined;
  }

  // Latin letters that no index knows, read as pinyin: tidu xiaoshi, tiduxiaoshi, tdxs.
  #spoken(all, i, open) {
    if (!this.sounds || !this.#foreign(all[i])) return undefined;
    let end = i;
    while (end < all.length && this.#foreign(all[end])) end++;
    for (; end > i; end--) {
      const letters = all.slice(i, end).map((atom) => atom.raw).join("");
      const phrases = this.#heard(letters, end - 1 === open);
      if (!phrases.length) continue;
      const options = phrases.map((phrase) => this.#phraseUnit(phrase, end, this.tuning.sound)).flatMap((unit) => unit.options);
      const [first] = phrases;
      return { end, options, named: first.named, homes: first.homes, weight: this.tuning.sound };
    }
    return undefined;
  }

  #foreign(atom) {
    return !atom.han && /^[a-z]+$/.test(atom.raw) && !this.phrases.has(atom.key) && (!this.known(atom.key) || atom.raw.length < 4);
  }

  #heard(letters, open) {
    if (letters.length < 3) return [];
    const same = this.spoken.get(letters) ?? (letters.length < 7 ? this.initials.get(letters) : undefined);
    if (same) return same.slice(0, 4);
    if (letters.length < 4) return [];
    const begun = open ? [...this.spoken.keys()].filter((sound) => sound.startsWith(letters)).slice(0, 4) : [];
    if (begun.length) return begun.map((sound) => this.spoken.get(sound)[0]);
    const parts = this.#syllables(letters);
    return parts ? [{ text: parts.join(""), synonyms: [], named: new Set(), homes: new Set() }] : [];
  }

  // Cut letters into known phrases, the longest first: tiduxiaoshiyuanyin → 梯度消失, 原因.
  #syllables(letters) {
    const parts = [];
    for (let at = 0; at < letters.length; ) {
      let end = letters.length;
      while (end > at && !this.spoken.has(letters.slice(at, end))) end--;
      if (end === at) return letters.length - at < 3 && parts.length ? parts : undefined;
      parts.push(this.spoken.get(letters.slice(at, end))[0].text);
      at = end;
    }
    return parts;
  }

  // How Chinese text sounds, in up to four readings.
  #said(text) {
    let readings = [""];
    for (const one of text) {
      const sounds = this.readings.get(one);
      if (!sounds) return [];
      readings = readings.flatMap((before) => sounds.map((sound) => before + sound)).slice(0, 4);
    }
    return readings;
  }

  get readings() {
    return this.#once("readings", () => {
      const table = new Map();
      for (const line of this.sounds.split("|").filter(Boolean)) {
        const [sound, characters] = line.split(":");
        for (const one of characters) table.set(one, [...(table.get(one) ?? []), sound]);
      }
      return table;
    });
  }

  // Pinyin → phrases: glossary and aliases first, then every pair of characters that stands in a title or an alias.
  get spoken() {
    return this.#once("spoken", () => {
      const table = new Map();
      const add = (phrase, key) => this.#said(key).forEach((sound) => table.set(sound, [...(table.get(sound) ?? []), phrase]));
      for (const [key, phrase] of this.phrases) if (/^\p{Script=Han}+$/u.test(key)) add(phrase, key);
      for (const key of this.names.keys()) {
        if (isHan(key) && key.length === 2 && !this.phrases.has(key)) add({ text: key, synonyms: [], named: new Set(), homes: new Set() }, key);
      }
      return table;
    });
  }

  get initials() {
    return this.#once("initials", () => {
      const table = new Map();
      for (const [key, phrase] of this.phrases) {
        if (!/^\p{Script=Han}{3,}$/u.test(key)) continue;
        const first = [...key].map((one) => this.readings.get(one)?.[0][0] ?? "").join("");
        table.set(first, [...(table.get(first) ?? []), phrase]);
      }
      return table;
    });
  }

  get byCharacter() {
    return this.#once("byCharacter", () => {
      const table = new Map();
      for (const key of this.phrases.keys()) {
        if (/^\p{Script=Han}{3,12}$/u.test(key)) for (const one of new Set(key)) table.set(one, [...(table.get(one) ?? []), key]);
      }
      return table;
    });
  }

  #once(name, make) {
    const value = make();
    Object.defineProperty(this, name, { value, configurable: true });
    return value;
  }

  // ── From units to pages ────────────────────────────────────────────────────────────────────────────────────────────

  #score({ units, named, begun }) {
    const mass = units.reduce((sum, unit) => sum + unit.mass, 0);
    const scores = new Map(), covered = new Map(), called = new Map();
    const count = (table, page, value) => table.set(page, (table.get(page) ?? 0) + value);
    for (const unit of units) {
      for (const [page, { share, present, name }] of this.#shares(unit)) {
        count(scores, page, unit.mass * share);
        count(covered, page, unit.mass * present);
        count(called, page, unit.mass * name);
      }
    }
    for (const [page, score] of scores) {
      const whole = this.tuning.called * mass * (called.get(page) / mass) ** 2;
      scores.set(page, score * (covered.get(page) / mass) ** this.tuning.coverage + whole);
    }
    const add = (page, bonus) => scores.set(page, (scores.get(page) ?? 0) + bonus);
    for (const unit of units) {
      const share = unit.mass * unit.weight * (unit.mass / mass) ** this.tuning.lonely;  // a name says most where little else is said
      for (const page of unit.named ?? []) add(page, this.tuning.named * share);
      for (const page of unit.homes ?? []) add(page, this.tuning.home * share);
    }
    named.forEach((page) => add(page, this.tuning.exact * mass));
    for (const page of new Set([...(begun?.homes ?? []), ...(begun?.named ?? [])])) add(page, this.tuning.begun * mass);
    return scores;
  }

  // How well each page has a unit, 0 to 1, by the best of its options; how much of it stands there, and in its names.
  #shares({ options }) {
    const best = new Map();
    for (const { weight, terms: sought } of options) {
      const whole = sought.reduce((sum, term) => sum + this.posting(term).rarity, 0);
      const sums = new Map();
      for (const term of sought) {
        const { pages, rarity } = this.posting(term), names = this.names.get(term);
        const part = (weight * rarity) / whole;
        for (const [page, frequency] of pages) {
          const { share, present, name } = sums.get(page) ?? { share: 0, present: 0, name: 0 };
          const more = (part * frequency) / (this.tuning.saturation + frequency);
          sums.set(page, { share: share + more, present: present + part, name: name + (names?.has(page) ? part : 0) });
        }
      }
      for (const [page, sum] of sums) if (!(best.get(page)?.share >= sum.share)) best.set(page, sum);
    }
    return best;
  }

  // ── What helps while typing and where nothing is found ─────────────────────────────────────────────────────────────

  // The completion of the last word, beginning with what was typed, letter for letter.
  #suggest(text) {
    const last = text.split(/[\s-]+/).at(-1);
    const folded = this.fold(last).toLowerCase();
    if (folded.length < 2) return [];
    const candidates = [...this.phrases.values()].map((phrase) => phrase.text).concat([...this.surfaces.keys()]);
    const found = candidates.filter((word) => word.length > folded.length && word.length < 24 && word.toLowerCase().startsWith(folded));
    found.sort((a, b) => a.length - b.length);
    return found.length ? [last + found[0].slice(last.length)] : [];
  }

  // Questions whose names share the most pairs of letters or characters with the text.
  #closest(text) {
    const pairs = (string) => new Set([...phraseKey(this.fold(clean(string)))].map((one, i, all) => one + (all[i + 1] ?? "")));
    const sought = pairs(text);
    const alike = (name) => {
      const other = pairs(name);
      return (2 * [...sought].filter((pair) => other.has(pair)).length) / (sought.size + other.size);
    };
    const ranked = this.pages.map((page, number) => [number, Math.max(...[page.title, ...page.aliases].map(alike))]);
    return ranked.filter(([, share]) => share > 0.2).sort((a, b) => b[1] - a[1]).slice(0, 3).map(([number]) => number);
  }

  // ── Where it matched ───────────────────────────────────────────────────────────────────────────────────────────────

  // The section of a page where most of what was sought stands, in its heading best; the first of about equal ones.
  passage(sections, units) {
    const scored = sections.map(([id, title, text]) => ({ id, title, text, score: this.#presence(title, units) + this.#presence(`${title} ${text}`, units) }));
    return scored.reduce((best, one) => (one.score > best.score * 1.2 ? one : best), { score: 0 });
  }

  // How much of the query a text holds, each unit by the best of its options.
  #presence(text, units) {
    const present = new Set([...terms(this.fold(text), true)].map(({ term }) => term));
    const weigh = (list) => list.reduce((sum, term) => sum + this.posting(term).rarity, 0);
    const share = ({ terms: sought, weight }) => (weight * weigh(sought.filter((term) => present.has(term)))) / (weigh(sought) || 1);
    return units.reduce((sum, unit) => sum + unit.mass * Math.max(0, ...unit.options.map(share)), 0);
  }

  // About `size` characters around the densest stretch, as pieces: [text, whether it is marked].
  excerpt(text, marks, size = 150) {
    const spans = this.#spans(text, marks);
    let best = 0, most = 0;
    for (const { start } of spans) {
      const near = new Map(spans.filter((other) => other.start >= start && other.end <= start + size * 0.7).map((other) => [other.key, other.value]));
      const sum = [...near.values()].reduce((a, b) => a + b, 0);
      if (sum > most) [best, most] = [start, sum];
    }
    const from = cut(text, Math.max(0, best - size * 0.25)), to = cut(text, from + size);
    return pieces(text, spans, from, to);
  }

  // Marked stretches of a text: neighbouring terms together, pairs of characters only where enough of the phrase stands.
  #spans(text, marks) {
    const spans = [];
    for (const { term, start, end } of terms(this.fold(text), true)) {
      if (!marks.has(term)) continue;
      const last = spans.at(-1), value = this.posting(term).rarity, shortest = marks.get(term);
      if (last && isHan(term) && start < last.end) Object.assign(last, { end: Math.max(end, last.end), value: last.value + value, shortest: Math.min(shortest, last.shortest) });
      else spans.push({ start, end, value, shortest });
    }
    return spans.filter(({ start, end, shortest }) => end - start >= shortest).map((span) => ({ ...span, key: text.slice(span.start, span.end) }));
  }
}

// Terms to mark, each with the length that a marked stretch must have: a pair of characters that is part of a longer
// phrase says little alone.
function marksOf(units) {
  const marks = new Map();
  for (const { terms: all } of units.flatMap((unit) => unit.options)) {
    const sought = all.filter((term) => !EMPTY.en.has(term));
    const shortest = sought.filter(isHan).length > 1 ? 3 : 1;
    for (const term of sought) marks.set(term, Math.min(isHan(term) ? shortest : 1, marks.get(term) ?? 3));
  }
  return marks;
}

// A place near `at` where no word is cut.
function cut(text, at) {
  if (at <= 0) return 0;
  if (at >= text.length) return text.length;
  for (let i = Math.floor(at); i > at - 20 && i > 0; i--) if (/[\s，。；：、,.;:]/u.test(text[i - 1])) return i;
  return Math.floor(at);
}

function pieces(text, spans, from, to) {
  const found = from > 0 ? [["… ", false]] : [];
  let at = from;
  for (const { start, end } of spans.filter((span) => span.start >= from && span.end <= to)) {
    if (start < at) continue;
    found.push([text.slice(at, start), false], [text.slice(start, end), true]);
    at = end;
  }
  found.push([text.slice(at, to) + (to < text.length ? " …" : ""), false]);
  return found.filter(([piece]) => piece);
}
