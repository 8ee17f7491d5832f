/* A form that one button sends twice at once, as a double click does, is sent once: else the answer that is shown is the
   one to the second sending, such as that the name is taken. */
{
  const DOUBLE = 750; // milliseconds; a double click takes 500 at most
  const sent = new WeakMap();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method")?.toLowerCase() !== "post") return;
    const last = sent.get(form);
    if (last && last.button === event.submitter && event.timeStamp - last.at < DOUBLE) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    sent.set(form, { button: event.submitter, at: event.timeStamp });
  }, true);
}
