// What was typed is not lost when the answer is none: the session has ended, the server refused or
// failed. Before a form is sent its fields are kept for this tab; a page with [data-lost] says that
// they were not taken; the page they came from then offers them again, to the same person only.
// Any other page means that they were taken. Passwords, hidden fields and files are never kept.
//
// What autosave could not save (no network, session ended, browser closed) is kept on this computer
// for a week, for the same person and page, until it is saved or the person signs out.
import { announce } from "./page.js";

const PLACE = "typed";
const UNSAVED = "unsaved ";
const WEEK = 7 * 24 * 3600 * 1000;
const TYPED = "textarea, select, input:not([type=hidden]):not([type=password]):not([type=file])";

export function keep(form) {
  if (form.querySelector("[autocomplete=username], [autocomplete=new-password]")) return;
  const values = typedIn(form).map((control) => [control.name, control.value, !!control.checked]);
  if (values.length) store({ path: location.pathname, person: person(), values, isLost: false });
}

export function initKeep() {
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sign-out]")) forgetAllUnsaved();
  });
  const kept = JSON.parse(sessionStorage.getItem(PLACE) || "null");
  if (!kept) return;
  if (document.querySelector("[data-lost]")) return store({ ...kept, isLost: true });
  if (!person()) return; // on the way through signing in
  const isBack = performance.getEntriesByType("navigation").some((entry) => entry.type === "back_forward");
  if (kept.person !== person() || !(kept.isLost || isBack)) return forget();
  if (kept.path === location.pathname) offerTyped(kept);
}

export function keepUnsaved(form, names) {
  const values = typedIn(form).filter((control) => names.has(control.name))
    .map((control) => [control.name, control.value, !!control.checked]);
  try {
    localStorage.setItem(unsavedPlace(), JSON.stringify({ at: Date.now(), values }));
  } catch (error) {
    return false;
  }
  return true;
}

export function forgetUnsaved() {
  localStorage.removeItem(unsavedPlace());
}

export function offerUnsaved(form) {
  const kept = JSON.parse(localStorage.getItem(unsavedPlace()) || "null");
  if (!kept || Date.now() - kept.at > WEEK) return forgetUnsaved();
  if (!kept.values.some(([name, value, isChecked]) => differs(form, name, value, isChecked))) return forgetUnsaved();
  const at = new Date(kept.at);
  const when = `${at.getMonth() + 1}月${at.getDate()}日 ${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
  offer(form, kept.values, `${when} 填写的内容没有保存成功，还留在这台电脑上。`, forgetUnsaved);
}

function forgetAllUnsaved() {
  Object.keys(localStorage).filter((key) => key.startsWith(UNSAVED)).forEach((key) => localStorage.removeItem(key));
}

const unsavedPlace = () => `${UNSAVED}${person()} ${location.pathname}`;

const person = () => document.body.dataset.person || "";
const forget = () => sessionStorage.removeItem(PLACE);
const typedIn = (form) => [...form.querySelectorAll(TYPED)].filter((control) => control.name);

function store(kept) {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(kept));
  } catch (error) {
    forget(); // no room: rather nothing than something older
  }
}

function offerTyped(kept) {
  const hasAll = (form) => kept.values.every(([name]) => form.elements.namedItem(name));
  const form = [...document.querySelectorAll("form[method=post]")].find(hasAll);
  if (!form) return;
  const words = "刚才填写的内容没有交成，还留在这台电脑上。"
    + (form.querySelector("[type=file]") ? "文件需要重新选择。" : "");
  offer(form, kept.values, words, forget);
}

function offer(form, values, text, forgetThem) {
  const box = document.createElement("div");
  box.className = "notice notice-warn";
  box.setAttribute("role", "status");
  const words = document.createElement("p");
  words.textContent = text;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-outline-primary";
  button.textContent = "恢复刚才填写的内容";
  button.addEventListener("click", () => {
    forgetThem();
    fill(form, values);
    box.remove();
    announce("已恢复刚才填写的内容，请核对后再提交");
  });
  box.append(words, button);
  form.before(box);
}

const isChoice = (control) => control.type === "radio" || control.type === "checkbox";

function controlOf(form, name, value) {
  return typedIn(form).find((one) => one.name === name && !one.disabled && (!isChoice(one) || one.value === value));
}

function differs(form, name, value, isChecked) {
  const control = controlOf(form, name, value);
  return !!control && (isChoice(control) ? control.checked !== isChecked : control.value !== value);
}

function fill(form, values) {
  for (const [name, value, isChecked] of values) {
    if (!differs(form, name, value, isChecked)) continue;
    const control = controlOf(form, name, value);
    if (isChoice(control)) control.checked = isChecked;
    else control.value = value;
    control.dispatchEvent(new Event("input", { bubbles: true }));
    const fold = control.closest("details");
    if (fold) fold.open = true;
  }
}
