// The page's part of the search, loaded when search is first touched or when the address asks for it (?q=, ?h=).
// Material draws the box and the results; this adds what its script lacks.

const input = document.querySelector("[data-md-component=search-query]");
const output = document.querySelector("[data-md-component=search-result]");
const nothing = document.querySelector(".qa-nothing");

// Material listens to keys. Pasting, choosing in an input method, dictation and dragging change the text without one.
const announce = () => input.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
input.addEventListener("input", announce);
input.addEventListener("compositionend", announce);
// Enter opens the best result; where there is none it opens nothing.
input.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || nothing.hidden) return;
  event.preventDefault();
  event.stopPropagation();
});
announce();  // what was pasted before this script came

// What is shown where nothing is found: the closest questions and a link to propose one; both stand in the template.
export function show({ items, closest = [], failed }) {
  const query = input.value.trim();
  output.dataset.qaState = failed ? "failed" : items.length || !query ? "" : "nothing";
  nothing.hidden = !output.dataset.qaState;
  nothing.querySelector(".qa-nothing__failed").hidden = !failed;
  nothing.querySelector(".qa-nothing__closest").hidden = !closest.length;
  nothing.querySelector(".qa-nothing__propose").hidden = Boolean(failed);
  nothing.querySelector("ul").replaceChildren(...closest.map(question));
  propose(nothing.querySelector(".qa-nothing__propose a"), query);
}

// Without an address while it is hidden: Material's arrow keys go to every address among the results.
function propose(link, query) {
  if (nothing.hidden) link?.removeAttribute("href");
  else link?.setAttribute("href", link.dataset.href + encodeURIComponent(query.slice(0, 100).replace(/\p{Surrogate}/gu, "")));
}

function question({ location, title }) {
  const item = nothing.querySelector("template").content.cloneNode(true);
  const link = item.querySelector("a");
  link.href = new URL(location, new URL(nothing.dataset.base, document.baseURI));
  link.querySelector("span").textContent = new DOMParser().parseFromString(title, "text/html").body.textContent;
  return item;
}

// Marks on the page that was opened from a result the words it was found by.
function mark(words) {
  const wanted = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).sort((a, b) => b.length - a.length);
  if (!wanted.length) return;
  const pattern = new RegExp(`(${wanted.join("|")})`, "giu");
  const article = document.querySelector("article");
  const nodes = [];
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, textContent } = walker.currentNode;
    if (!parentElement.closest(".katex, svg, script, style, .headerlink") && textContent.search(pattern) >= 0) nodes.push(walker.currentNode);
  }
  for (const node of nodes) node.replaceWith(...node.textContent.split(pattern).map((part, i) => (i % 2 ? highlight(part) : part)));
}

function highlight(text) {
  const element = document.createElement("mark");
  element.dataset.mdHighlight = "";
  element.textContent = text;
  return element;
}

// From the cache this script comes before the text of the page has been read.
const markSought = () => mark((new URL(location).searchParams.get("h") ?? "").split(/\s+/).filter((word) => word.length > 1).slice(0, 20));
if (document.readyState === "loading") addEventListener("DOMContentLoaded", markSought, { once: true });
else markSought();
