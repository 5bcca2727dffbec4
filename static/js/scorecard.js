// [data-scorecard]: every form[data-score-item] saves itself when its mark or reason changes.
// Its URL answers {saved_at: "14:32", version, total, marked, left}; 409 and 422: {message}.
// Marks that could not be sent are kept in this browser until they are, even over a reload.
// Keys: digits choose a mark, "." adds the half, Enter goes to the next item without a mark.
import { announce, failureText, fieldsOf, isPassing, postJson } from "./page.js";

const RETRY = 8000;
const REASON_DELAY = 1200;

export function initScorecard(root) {
  root.querySelectorAll("[data-scorecard]").forEach((card) => {
    const items = [...card.querySelectorAll("form[data-score-item]")].map((form) => watch(card, form));
    card.addEventListener("keydown", (event) => press(event, items));
    window.addEventListener("online", () => items.forEach((item) => item.retry()));
  });
}

const keptAs = (form) => `jiayuan:mark:${form.action}`;

function keep(form) {
  try {
    localStorage.setItem(keptAs(form), JSON.stringify({ value: markOf(form), reason: form.elements.reason.value }));
  } catch (error) { /* private browsing: the page itself still holds the mark */ }
}

function drop(form) {
  try { localStorage.removeItem(keptAs(form)); } catch (error) { /* as above */ }
}

function restore(form) {
  try {
    const kept = JSON.parse(localStorage.getItem(keptAs(form)) || "null");
    if (!kept) return false;
    form.elements.value.value = kept.value;
    form.elements.reason.value = kept.reason;
    return true;
  } catch (error) {
    return false;
  }
}

const markOf = (form) => (form.elements.value ? form.elements.value.value : "");

function watch(card, form) {
  const state = form.querySelector("[data-score-state]");
  let timer, isWaiting = false, isBusy = false;

  function say(text, kind = "") {
    state.textContent = text;
    state.classList.toggle("is-wrong", kind === "wrong");
    state.classList.toggle("is-saved", kind === "saved");
  }

  function plan(delay) {
    isWaiting = true;
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  }

  async function save() {
    if (markOf(form) === "") { isWaiting = false; return; }
    if (isBusy) return plan(300);
    isBusy = true;
    isWaiting = false;
    keep(form);
    say("正在保存…");
    const { status, data } = await postJson(form.action, fieldsOf(form));
    isBusy = false;
    if (status === 200) {
      if (data.version !== undefined) form.elements.version.value = data.version;
      if (isWaiting) return;
      drop(form);
      form.classList.add("is-marked");
      say(`${markOf(form)} 分，已于 ${data.saved_at} 保存`, "saved");
      showTotal(card, data);
      return;
    }
    say(failureText(status, data), "wrong");
    if (isPassing(status)) plan(RETRY);
    else drop(form);
  }

  form.addEventListener("change", () => plan(0));
  form.addEventListener("input", (event) => {
    if (event.target.name === "reason") plan(REASON_DELAY);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); plan(0); });
  form.dataset.noGuard = "";
  window.addEventListener("beforeunload", (event) => { if (isWaiting || isBusy) event.preventDefault(); });
  if (form.elements.reason && restore(form)) plan(0);
  return { form, retry: () => { if (isWaiting) plan(0); } };
}

function showTotal(card, data) {
  for (const name of ["total", "marked", "left"]) {
    if (data[name] === undefined) continue;
    card.querySelectorAll(`[data-score-${name}]`).forEach((place) => { place.textContent = data[name]; });
  }
  if (data.total !== undefined) announce(`已保存，合计 ${data.total} 分`);
}

function press(event, items) {
  const form = event.target.closest("form[data-score-item]");
  if (!form || event.target.matches("textarea, button, summary, a") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter") {
    event.preventDefault();
    if (event.target.type === "number") form.dispatchEvent(new Event("change"));
    const here = items.findIndex((item) => item.form === form);
    const order = [...items.slice(here + 1), ...items.slice(0, here)];
    const next = order.find((item) => markOf(item.form) === "");
    if (next) enter(next.form);
    else announce("各项都已评分");
    return;
  }
  if (event.target.type !== "radio") return;
  const wish = /^[0-9]$/.test(event.key) ? event.key : event.key === "." ? String(Math.floor(Number(markOf(form))) + 0.5) : null;
  if (wish === null) return;
  const option = form.querySelector(`input[name="value"][value="${wish}"]`);
  if (!option) return;
  event.preventDefault();
  option.checked = true;
  option.focus();
  option.dispatchEvent(new Event("change", { bubbles: true }));
}

function enter(form) {
  const control = form.querySelector('input[name="value"]:checked, input[name="value"]');
  control.focus();
  form.scrollIntoView({ block: "center" });
}
