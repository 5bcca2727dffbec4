// form[data-autosave=URL]: saves a draft while it is being filled in.
// The URL answers {saved_at: "14:32", version?, totals?}; 409 {message}: kept on the page, no more
// saving; 422 {message}: said, and tried again after the next change (what was right is saved and
// the version counts all the same). totals: what [data-total=KEY] of the form shows.
//
// What was not saved is kept on this computer (keep.js) and offered when the page is opened again.
// When the session has ended, [data-autosave-sign-in] is shown; back from there it is tried again.
import { forgetUnsaved, keepUnsaved, offerUnsaved } from "./keep.js";
import { failureText, fieldsOf, isPassing, postJson, renewToken } from "./page.js";

const DELAY = 1500;
const RETRY = 10000;

export function initAutosave(root) {
  root.querySelectorAll("form[data-autosave]").forEach(watch);
}

function showTotals(form, totals) {
  form.querySelectorAll("[data-total]").forEach((place) => {
    const value = totals[place.dataset.total];
    if (value !== undefined) place.textContent = value;
  });
}

function watch(form) {
  const note = form.querySelector("[data-autosave-note]");
  const signIn = form.querySelector("[data-autosave-sign-in]");
  const changed = new Set(); // names of what is not saved yet
  let timer, isDirty = false, isBusy = false, isStopped = false, isSignedOut = false;
  let pressed = null; // the button pressed while a saving was under way

  function say(text, isWrong = false) {
    if (!note) return;
    note.textContent = text;
    note.classList.toggle("is-wrong", isWrong);
  }

  function plan(delay) {
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(save, delay);
  }

  async function save() {
    if (isBusy) return plan(DELAY);
    isBusy = true;
    isDirty = false;
    say("正在保存…");
    const { status, data } = await postJson(form.dataset.autosave, fieldsOf(form));
    isBusy = false;
    if (isStopped) return;
    for (const name of ["version", "seen"]) {
      if (data[name] !== undefined && form.elements[name]) form.elements[name].value = data[name];
    }
    const button = pressed;
    pressed = null;
    if (button && status !== 0) return button.click();
    showTotals(form, data.totals || {});
    isSignedOut = status === 401 || status === 403;
    if (signIn) signIn.hidden = !isSignedOut;
    if (status === 200) {
      if (!isDirty) {
        changed.clear();
        forgetUnsaved();
      }
      if (!isDirty) say(data.saved_at ? `已于 ${data.saved_at} 保存` : "已保存");
      return;
    }
    isDirty = true;
    if (status !== 422 && status !== 409) keepUnsaved(form, changed);
    say(failureText(status, data), true);
    if (status === 409) isStopped = true;
    if (isPassing(status)) plan(RETRY);
  }

  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    changed.add(event.target.name);
    isDirty = true;
    plan(DELAY);
  });
  form.addEventListener("submit", (event) => {
    // Two savings at once would look like two people: the second waits for the first.
    if (!isBusy || !event.submitter) return;
    event.preventDefault();
    pressed = event.submitter;
  });
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    isDirty = false;
    isStopped = true;
    clearTimeout(timer);
  });
  async function comeBack() {
    if (isSignedOut && isDirty && await renewToken()) plan(0);
  }
  offerUnsaved(form);
  window.addEventListener("focus", comeBack);
  window.addEventListener("online", () => { if (isDirty) plan(0); });
  window.addEventListener("offline", () => {
    if (!isDirty) return;
    keepUnsaved(form, changed);
    say(failureText(0, {}), true);
  });
  window.addEventListener("beforeunload", (event) => { if (isDirty && form.isConnected) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") return comeBack();
    if (!isDirty) return;
    keepUnsaved(form, changed); // a phone may end the page without a word
    if (!isBusy) plan(0);
  });
}
