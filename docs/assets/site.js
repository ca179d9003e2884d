// Changing the language keeps the reader's place: the heading above the top of the window, which has the same id in
// every language, and the number of blocks from it. Without this script the toggle leads to the top of the page.
(() => {
  "use strict";
  const KEY = "qa-place";
  const BLOCKS = "p, li, pre, table, figure, .qa-display, details, .admonition, h1, h2, h3, h4";

  const blocks = () => [...document.querySelectorAll("article " + BLOCKS.split(", ").join(", article "))];
  const top = () => (document.querySelector(".md-header")?.getBoundingClientRect().bottom ?? 0) + 8;

  // Where the reader is: the id of the last heading passed, the index of the block at the top, its offset in pixels.
  function place() {
    const all = blocks();
    const at = all.findIndex((block) => block.getBoundingClientRect().bottom > top());
    if (window.scrollY < 50 || at < 0) return null;
    const head = all.slice(0, at + 1).findLastIndex((block) => /^H\d$/.test(block.tagName) && block.id);
    const box = all[at].getBoundingClientRect();
    return { id: head < 0 ? "" : all[head].id, index: at - Math.max(head, 0), share: (top() - box.top) / (box.height || 1) };
  }

  function restore() {
    const saved = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    if (!saved) return;
    const { id, index, share, path } = JSON.parse(saved);
    if (path !== location.pathname) return;
    const all = blocks();
    const head = id ? all.findIndex((block) => block.id === id) : 0;
    const block = all[Math.min(Math.max(head, 0) + index, all.length - 1)];
    if (!block) return;
    const box = block.getBoundingClientRect();
    window.scrollTo({ top: window.scrollY + box.top - top() + Math.min(Math.max(share, 0), 1) * box.height, behavior: "instant" });
  }

  addEventListener("click", (event) => {
    const link = event.target.closest?.("a.qa-toggle");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const where = place();
    link.hash = location.hash;
    if (where) sessionStorage.setItem(KEY, JSON.stringify({ ...where, path: new URL(link.href).pathname }));
  });
  restore();

  // The theme wraps every copy button in a landmark without a name, which helps nobody to find it.
  const unname = (root) => root.querySelectorAll("nav.md-code__nav").forEach((nav) => nav.setAttribute("role", "none"));
  new MutationObserver(() => unname(document)).observe(document.body, { childList: true, subtree: true });
  unname(document);

  // A host serves /404.html for every unknown address: pass readers of /en/ on to the English page.
  const english = document.querySelector("[data-qa-404]");
  if (english && location.pathname.startsWith(new URL(english.href).pathname.replace("404.html", ""))) location.replace(english.href);
})();
