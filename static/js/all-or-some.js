/* <all-or-some> around boxes of which one, of value "*", means all: it is marked while no other is, and the others while it is not. */
customElements.define("all-or-some", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => {
      if (event.target === this.all && this.all.checked) for (const box of this.some) box.checked = false;
      this.follow();
    });
    this.follow();
  }
  get all() { return this.querySelector('input[value="*"]'); }
  get some() { return this.querySelectorAll('input[type=checkbox]:not([value="*"])'); }
  follow() {
    if (this.all) this.all.checked = ![...this.some].some((box) => box.checked);
  }
});
