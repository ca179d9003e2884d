// Material creates its search worker and loads its index on every page view. This hands it a stand-in for the worker:
// the real one starts when search is first touched. The stand-in replaces `Worker` once and puts it back at once.
(() => {
  "use strict";
  const [worker, page] = ["worker", "page"].map((name) => new URL(document.currentScript.dataset[name], document.baseURI).href);
  const Native = window.Worker;
  const query = document.querySelector("[data-md-component=search-query]");
  let real, script;

  class SearchWorker extends EventTarget {
    constructor() {
      super();
      window.Worker = Native;
      for (const event of ["focus", "input"]) query.addEventListener(event, () => this.start());
      if (query.value || document.activeElement === query || /[?&]q=/.test(location.search)) this.start();
    }
    start() {
      script ??= import(page);
      real ??= this.connect(new Native(worker, { type: "module" }));
    }
    connect(started) {
      started.onmessage = ({ data }) => this.receive(data);
      return started;
    }
    // Results are shown by Material, then completed by our script; late passages do not take the focus from a result.
    async receive(data) {
      if (data.type === 3 && data.data.late && document.activeElement?.closest("[data-md-component=search-result]")) return;
      this.dispatchEvent(new MessageEvent("message", { data }));
      if (data.type === 3) (await script).show(data.data);
    }
    postMessage(data) {
      this.start();
      real.postMessage(data);
    }
  }
  window.Worker = SearchWorker;
  // The home page's door to the search box: Material gives the focus only to the header's own.
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.(".qa-search")) return;
    event.preventDefault();
    query.focus();
  });
  if (/[?&]h=/.test(location.search)) script = import(page);
})();
