// What was typed is not lost when the answer is none: the session has ended, the server refused or
// failed. Before a form is sent its fields are kept for this tab; a page with [data-lost] says that
// they were not taken; the page they came from then offers them again, to the same person only.
// Any other page means that they were taken. Passwords, hidden fields and files are never kept.
import { announce } from "./page.js";

const PLACE = "typed";
const TYPED = "textarea, select, input:not([type=hidden]):not([type=password]):not([type=file])";

export function keep(form) {
  if (form.querySelector("[type=password]")) return;
  const values = typedIn(form).map((control) => [control.name, control.value, !!control.checked]);
  if (values.length) store({ path: location.pathname, person: person(), values, isLost: false });
}

export function initKeep() {
  const kept = JSON.parse(sessionStorage.getItem(PLACE) || "null");
  if (!kept) return;
  if (document.querySelector("[data-lost]")) return store({ ...kept, isLost: true });
  if (!person()) return; // on the way through signing in
  const isBack = performance.getEntriesByType("navigation").some((entry) => entry.type === "back_forward");
  if (kept.person !== person() || !(kept.isLost || isBack)) return forget();
  if (kept.path === location.pathname) offer(kept);
}

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

function offer(kept) {
  const hasAll = (form) => kept.values.every(([name]) => form.elements.namedItem(name));
  const form = [...document.querySelectorAll("form[method=post]")].find(hasAll);
  if (!form) return;
  const box = document.createElement("div");
  box.className = "notice notice-warn";
  box.setAttribute("role", "status");
  const words = document.createElement("p");
  words.textContent = "刚才填写的内容没有交成，还留在这台电脑上。"
    + (form.querySelector("[type=file]") ? "文件需要重新选择。" : "");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-outline-primary";
  button.textContent = "恢复刚才填写的内容";
  button.addEventListener("click", () => {
    fill(form, kept.values);
    forget();
    box.remove();
    announce("已恢复刚才填写的内容，请核对后再提交");
  });
  box.append(words, button);
  form.before(box);
}

function fill(form, values) {
  const controls = typedIn(form);
  for (const [name, value, isChecked] of values) {
    const isChoice = (control) => control.type === "radio" || control.type === "checkbox";
    const control = controls.find((one) => one.name === name && (!isChoice(one) || one.value === value));
    if (!control) continue;
    const isSame = isChoice(control) ? control.checked === isChecked : control.value === value;
    if (isSame) continue;
    if (isChoice(control)) control.checked = isChecked;
    else control.value = value;
    control.dispatchEvent(new Event("input", { bubbles: true }));
    const fold = control.closest("details");
    if (fold) fold.open = true;
  }
}
