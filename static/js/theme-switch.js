/* The theme: applied before the first paint, chosen with <theme-switch> around radio buttons named "theme". */
(() => {
  const root = document.documentElement;
  const read = () => { try { return localStorage.getItem("theme") || ""; } catch { return ""; } };
  const apply = (theme) => { if (theme) root.dataset.theme = theme; else delete root.dataset.theme; };
  root.dataset.scripted = "";
  apply(read());
  addEventListener("storage", (event) => { if (event.key === "theme") apply(event.newValue || ""); });

  customElements.define("theme-switch", class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("change", (event) => {
        try { localStorage.setItem("theme", event.target.value); } catch { /* the choice then lasts for this page */ }
        apply(event.target.value);
      });
      this.addEventListener("toggle", () => this.show());
      queueMicrotask(() => this.show());
      addEventListener("DOMContentLoaded", () => this.show(), { once: true });
    }
    show() {
      for (const input of this.querySelectorAll("input[name=theme]")) input.checked = input.value === read();
    }
  });
})();
