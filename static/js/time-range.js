/* <time-range> around a select and two moments: choosing one way of saying when lets go of the other. */
customElements.define("time-range", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => {
      const preset = this.querySelector("select");
      const moments = this.querySelectorAll("input");
      if (event.target !== preset) preset.value = "";
      else if (preset.value) for (const moment of moments) moment.value = "";
    });
  }
});
