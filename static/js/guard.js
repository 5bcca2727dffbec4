// A form is sent once: the second press does nothing. The server guards itself as well (form_key).
import { keep } from "./keep.js";
import { announce } from "./page.js";

export function initGuard() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || "noGuard" in form.dataset) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    keep(form);
    announce("正在提交");
    // After the browser has collected the fields, for the pressed button is one of them.
    setTimeout(() => buttonsOf(form).forEach((button) => button.setAttribute("aria-disabled", "true")), 0);
  });
  // Back to a page kept in memory, or the sending failed: the form may be used again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.matches("form[data-sent]")) release(event.target);
  });
}

const buttonsOf = (form) => [...form.elements].filter((element) => element.type === "submit");

export function release(form) {
  delete form.dataset.sent;
  buttonsOf(form).forEach((button) => button.removeAttribute("aria-disabled"));
}
