/* <enter-presses data-button>: Enter in a field inside presses the button with this id, not the one that the form begins with. */
customElements.define("enter-presses", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", (event) => {
      const button = document.getElementById(this.dataset.button);
      if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT" || !button) return;
      event.preventDefault();
      button.click();
    });
  }
});
