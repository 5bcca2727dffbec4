// htmx: token, what it says when a request fails, and our modules in swapped-in fragments.
import { announce, csrfToken, showMessage } from "./page.js";

export function initHtmx(init) {
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    // 422: the form with its errors; 286: the last answer of a poll.
    if (event.detail.xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    const said = page.querySelector("[data-refusal]");
    showMessage(said ? said.textContent.trim() : "操作没有完成，请刷新页面后重试。");
  });
  document.addEventListener("htmx:sendError", () => showMessage("网络不通，请检查网络后重试。", "warn"));
  document.addEventListener("htmx:load", (event) => {
    const added = event.detail.elt;
    if (added === document.body) return;
    init(added.parentElement || added);
    const job = added.matches("[data-job]") ? added : added.querySelector("[data-job]");
    if (job && !["queued", "running"].includes(job.dataset.job)) {
      announce(job.textContent.trim().replace(/\s+/g, " "));
    }
    const said = added.querySelector("[data-announce]");
    if (said) announce(said.textContent.trim());
  });
}
