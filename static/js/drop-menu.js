/* <drop-menu> around <details>: closes on Escape, on a click elsewhere and when focus leaves; counts chosen boxes. */
customElements.define("drop-menu", class extends HTMLElement {
  connectedCallback() {
    this.away = (event) => { if (!this.contains(event.target)) this.close(); };
    document.addEventListener("pointerdown", this.away);
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.addEventListener("focusout", (event) => { if (event.relatedTarget && !this.contains(event.relatedTarget)) this.close(); });
    if ("count" in this.dataset) this.addEventListener("change", () => this.count());
  }
  disconnectedCallback() { document.removeEventListener("pointerdown", this.away); }
  get details() { return this.querySelector("details"); }
  close() { if (this.details) this.details.open = false; }
  onKey(event) {
    if (event.key !== "Escape" || !this.details.open) return;
    event.stopPropagation();
    event.preventDefault();
    this.close();
    this.querySelector("summary").focus();
  }
  count() {
    const text = this.querySelector(".select-text");
    const chosen = this.querySelectorAll("input:checked").length;
    text.textContent = chosen ? text.dataset.some.replace("%s", chosen) : text.dataset.none;
  }
});
