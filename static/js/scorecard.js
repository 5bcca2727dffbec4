// [data-scorecard]: every [data-score-item] (a fieldset) saves itself when one of its inputs changes.
// data-url answers {saved_at: "14:32", points, state, total, marked, left, sections: {code: {points,
// left}}}; 400, 409 and 422: {message}. Marks that could not be sent are kept in this browser until
// they are, even over a reload.
// Keys: digits choose a mark (or the first, second … choice), "." adds the half, Enter goes to the
// next item without a mark.
import { announce, failureText, isPassing, postJson } from "./page.js";

const RETRY = 8000;
const TEXT_DELAY = 1200;

export function initScorecard(root) {
  root.querySelectorAll("[data-scorecard]").forEach((card) => {
    const items = [...card.querySelectorAll("[data-score-item]:not([disabled])")].map((box) => watch(card, box));
    card.addEventListener("keydown", (event) => press(event, items));
    card.querySelectorAll("form").forEach((form) => {
      form.dataset.noGuard = "";
      form.addEventListener("submit", (event) => event.preventDefault());
    });
    window.addEventListener("online", () => items.forEach((item) => item.retry()));
    window.addEventListener("beforeunload", (event) => { if (items.some((item) => item.isOpen())) event.preventDefault(); });
  });
}

const controlsOf = (box) => [...box.querySelectorAll("input, textarea")];

/** What is entered: {name: value}. A group of buttons without a choice gives "". */
function valuesOf(box) {
  const values = {};
  for (const control of controlsOf(box)) {
    if (control.type !== "radio") values[control.name] = control.value;
    else if (control.checked) values[control.name] = control.value;
    else values[control.name] = values[control.name] || "";
  }
  return values;
}

/** Whether every group and number of the item has a mark; texts may stay empty. */
function isMarked(box) {
  const values = valuesOf(box);
  const asked = controlsOf(box).filter((control) => !("scoreText" in control.dataset));
  return asked.length > 0 && asked.every((control) => values[control.name] !== "");
}

const keptAs = (box) => `jiayuan:mark:${box.dataset.url}`;

function keep(box) {
  try {
    localStorage.setItem(keptAs(box), JSON.stringify(valuesOf(box)));
  } catch (error) { /* private browsing: the page itself still holds the mark */ }
}

function drop(box) {
  try { localStorage.removeItem(keptAs(box)); } catch (error) { /* as above */ }
}

function restore(box) {
  try {
    const kept = JSON.parse(localStorage.getItem(keptAs(box)) || "null");
    if (!kept) return false;
    for (const control of controlsOf(box)) {
      if (!(control.name in kept)) continue;
      if (control.type === "radio") control.checked = control.value === kept[control.name];
      else control.value = kept[control.name];
    }
    return true;
  } catch (error) {
    return false;
  }
}

function watch(card, box) {
  const state = box.querySelector("[data-score-state]");
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
    if (!isMarked(box)) { isWaiting = false; return; }
    if (isBusy) return plan(300);
    isBusy = true;
    isWaiting = false;
    keep(box);
    say("正在保存…");
    const body = new FormData();
    for (const [name, value] of Object.entries(valuesOf(box))) body.append(name, value);
    const { status, data } = await postJson(box.dataset.url, body);
    isBusy = false;
    if (status === 200) {
      if (isWaiting) return;
      drop(box);
      box.classList.add("is-marked");
      say(`${data.state} 已于 ${data.saved_at} 保存`, "saved");
      showTotal(card, data);
      return;
    }
    say(failureText(status, data), "wrong");
    if (isPassing(status)) plan(RETRY);
    else drop(box);
  }

  box.addEventListener("change", () => plan(0));
  box.addEventListener("input", (event) => {
    if ("scoreText" in event.target.dataset) plan(TEXT_DELAY);
  });
  if (restore(box)) plan(0);
  return { box, retry: () => { if (isWaiting) plan(0); }, isOpen: () => isWaiting || isBusy };
}

function showTotal(card, data) {
  for (const name of ["total", "marked", "left"]) {
    card.querySelectorAll(`[data-score-${name}]`).forEach((place) => { place.textContent = data[name]; });
  }
  card.querySelectorAll("[data-score-open]").forEach((place) => { place.hidden = data.left === 0; });
  for (const [code, section] of Object.entries(data.sections)) {
    const head = card.querySelector(`[data-score-section="${code}"]`);
    if (!head) continue;
    head.querySelector("[data-section-points]").textContent = section.points;
    head.querySelector("[data-section-open]").hidden = section.left === 0;
  }
  announce(`已保存，合计 ${data.total} 分`);
}

function press(event, items) {
  const box = event.target.closest("[data-score-item]");
  if (!box || event.target.matches("textarea, button, summary, a") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter") {
    event.preventDefault();
    if (event.target.type === "number") box.dispatchEvent(new Event("change"));
    const here = items.findIndex((item) => item.box === box);
    const order = [...items.slice(here + 1), ...items.slice(0, here)];
    const next = order.find((item) => !isMarked(item.box));
    if (next) enter(next.box);
    else announce("各项都已评分");
    return;
  }
  if (event.target.type !== "radio") return;
  const option = optionFor(box, event.target.name, event.key);
  if (!option) return;
  event.preventDefault();
  option.checked = true;
  option.focus();
  option.dispatchEvent(new Event("change", { bubbles: true }));
}

function optionFor(box, name, key) {
  const options = controlsOf(box).filter((control) => control.name === name);
  const chosen = options.find((option) => option.checked);
  if (key === ".") {
    const half = String(Math.floor(Number(chosen ? chosen.value : 0)) + 0.5);
    return options.find((option) => option.value === half);
  }
  if (!/^[0-9]$/.test(key)) return undefined;
  if (options.some((option) => /^[0-9]/.test(option.value))) return options.find((option) => option.value === key);
  return options[Number(key) - 1];
}

function enter(box) {
  const controls = controlsOf(box);
  (controls.find((control) => control.checked) || controls[0]).focus();
  box.scrollIntoView({ block: "center" });
}
