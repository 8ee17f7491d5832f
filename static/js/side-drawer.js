/* <side-drawer data-url data-back>: opens its dialog as a modal panel under its own address; Escape, Back and the cross close it. */
(() => {
  let opened = null;
  addEventListener("popstate", (event) => {
    const was = opened;
    if (was) {
      event.stopImmediatePropagation();
      was.leave();
    } else if (event.state && event.state.drawer) {
      event.stopImmediatePropagation();
      location.reload();
    }
  }, { capture: true });

  customElements.define("side-drawer", class extends HTMLElement {
    connectedCallback() {
      if (this.dialog) return;
      this.dialog = this.querySelector("dialog");
      if (!this.dialog) return;
      this.before = opened ? opened.before : location.href;
      this.remember();
      opened = this;
      this.dialog.addEventListener("close", () => this.back());
      this.dialog.addEventListener("click", (event) => {
        if (event.target === this.dialog || event.target.closest("[data-close]")) this.dialog.close();
      });
      this.dialog.showModal();
      this.querySelector("#drawer-title")?.focus();
    }
    remember() {
      if (new URL(this.dataset.url, location.href).href === location.href) return;
      const state = { drawer: true };
      if (history.state && history.state.drawer) history.replaceState(state, "", this.dataset.url);
      else history.pushState(state, "", this.dataset.url);
      this.pushed = true;
    }
    back() {
      if (opened !== this || !this.isConnected) return;
      if (history.state && history.state.drawer) history.back();
      else if (this.dataset.back) location.assign(this.dataset.back);
    }
    leave() {
      opened = null;
      if (this.dialog.open) this.dialog.close();
      this.remove();
    }
    disconnectedCallback() { if (opened === this) opened = null; }
  });
})();
