// The designer of a definition: sums of the rubric while typing, and rows moved by dragging. Both
// only help: the server computes the sums again, and every row has buttons to move it.
import { announce } from "./page.js";

// Points with up to four decimals as whole numbers of a ten-thousandth, so that sums are exact.
function read(input) {
  const text = input.value.trim();
  return /^\d{1,9}(\.\d{1,4})?$/.test(text) ? Math.round(Number(text) * 10000) : null;
}

function words(number) {
  return String(number / 10000);
}

function state(box, closes) {
  const tag = box.querySelector(".tag");
  tag.textContent = closes ? "相符" : "不符";
  tag.className = `tag ${closes ? "tag-ok" : "tag-bad"}`;
}

function initSums(table) {
  const total = table.querySelector("[data-sum-total]");
  const printed = table.querySelector("[data-printed-total]");
  function add() {
    let all = 0;
    table.querySelectorAll("[data-section]").forEach((section) => {
      let sum = 0;
      section.querySelectorAll('tr:not([data-bonus]) [data-points="item"]').forEach((input) => { sum += read(input) || 0; });
      section.querySelector("[data-sum]").textContent = words(sum);
      const own = section.querySelector('[data-points="section"]');
      if (own) state(section.querySelector("[data-state]"), read(own) === sum);
      all += sum;
    });
    total.textContent = words(all);
    state(table.querySelector("[data-total-state]"), words(all) === printed.textContent.trim());
  }
  table.addEventListener("input", (event) => { if (event.target.matches("[data-points]")) add(); });
}

// Rows are dragged by their own ground, not by the inputs in them; the form is then sent.
function initSorting(form) {
  let dragged = null;
  form.querySelectorAll("[data-sort-row]").forEach((row) => { row.draggable = true; });
  form.addEventListener("mousedown", (event) => {
    const row = event.target.closest("[data-sort-row]");
    if (row) row.draggable = !event.target.closest("input, button, a, select, textarea");
  });
  form.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-sort-row]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    dragged.classList.add("is-dragged");
  });
  const mark = (row) => {
    form.querySelectorAll(".is-target").forEach((other) => other.classList.remove("is-target"));
    if (row) row.classList.add("is-target");
  };
  form.addEventListener("dragover", (event) => {
    if (!dragged) return;
    const row = event.target.closest("[data-sort-row], [data-section]");
    if (!row) return;
    event.preventDefault();
    mark(row.matches("[data-sort-row]") ? row : null);
  });
  form.addEventListener("drop", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const row = event.target.closest("[data-sort-row]");
    const section = event.target.closest("[data-section]");
    if (row && row !== dragged) {
      const rows = [...form.querySelectorAll("[data-sort-row]")];
      const below = rows.indexOf(dragged) < rows.indexOf(row) && row.parentNode === dragged.parentNode;
      row.parentNode.insertBefore(dragged, below ? row.nextSibling : row);
    } else if (!row && section) {
      section.querySelector("[data-sort-into]").append(dragged);
    } else return;
    announce("已移动，正在保存。");
    form.requestSubmit();
  });
  form.addEventListener("dragend", () => {
    if (dragged) dragged.classList.remove("is-dragged");
    dragged = null;
    mark(null);
  });
}

export function initDesigner(root) {
  root.querySelectorAll("[data-rubric]").forEach((table) => {
    if (table.querySelector("[data-section]")) initSums(table);
  });
  root.querySelectorAll("form[data-sortable]").forEach(initSorting);
}
