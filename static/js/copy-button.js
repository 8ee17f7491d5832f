/* <copy-button data-value data-source data-done>: copies the value, or the text of the element with id data-source, and says so. */
customElements.define("copy-button", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", () => this.copy());
  }
  async copy() {
    const source = this.dataset.source && document.getElementById(this.dataset.source);
    await this.write(source ? source.textContent : this.dataset.value);
    if (this.querySelector("[role=status]")) return;
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    said.className = "copied";
    this.append(said);
    said.textContent = this.dataset.done;
    setTimeout(() => said.remove(), 1800);
  }
  async write(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      this.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  }
});
