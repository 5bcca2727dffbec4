// Many rows at once, wordings put into a field, a page that is printed. Without scripts the boxes are
// ticked one by one, a chosen wording is taken by the server, and the browser prints.
export function initChoose(root) {
  root.querySelectorAll("[data-check-all]").forEach(checkAll);
  root.querySelectorAll("select[data-fill]").forEach((select) => {
    const field = document.getElementById(select.dataset.fill);
    select.addEventListener("change", () => {
      if (!select.value || !field) return;
      field.value = select.value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });
  root.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
}

function checkAll(all) {
  const form = all.form;
  const boxes = [...form.querySelectorAll(`input[name="${all.dataset.checkAll}"]`)];
  const count = form.querySelector(`[data-checked-count="${all.dataset.checkAll}"]`);
  all.hidden = false;
  form.querySelector(`label[for="${all.id}"]`).hidden = false;
  const show = () => {
    const checked = boxes.filter((box) => box.checked).length;
    all.checked = checked === boxes.length;
    all.indeterminate = checked > 0 && !all.checked;
    if (count) count.textContent = checked ? ` ${checked} 份` : "";
  };
  all.addEventListener("change", () => {
    boxes.forEach((box) => { box.checked = all.checked; });
    show();
  });
  form.addEventListener("change", show);
  show();
}
