/* <check-all data-name>: a box that marks every box of that name in the same form or table, and follows them. */
customElements.define("check-all", class extends HTMLElement {
  connectedCallback() {
    this.root = this.closest("form, table") || document;
    this.onChange = (event) => {
      if (this.contains(event.target)) for (const box of this.boxes) box.checked = event.target.checked;
      this.follow();
    };
    this.root.addEventListener("change", this.onChange);
  }
  disconnectedCallback() { this.root.removeEventListener("change", this.onChange); }
  get boxes() { return this.root.querySelectorAll(`input[type=checkbox][name="${CSS.escape(this.dataset.name)}"]`); }
  follow() {
    const all = this.querySelector("input");
    const marked = [...this.boxes].filter((box) => box.checked).length;
    all.checked = marked > 0 && marked === this.boxes.length;
    all.indeterminate = marked > 0 && marked < this.boxes.length;
  }
});
