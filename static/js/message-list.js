/* <message-list>: lets a message be dismissed. */
customElements.define("message-list", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".notice").remove());
  }
});
