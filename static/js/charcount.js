// textarea[data-charcount=500]: counts characters as the server does (code points, one per line
// break) and says how many are left. Too long a text is kept: cutting would lose what was pasted.
// data-count-blanks="no": blanks and line breaks do not count, as the notices count 字.
import { announce } from "./page.js";

export function initCharcount(root) {
  root.querySelectorAll("[data-charcount]").forEach((control) => {
    const limit = Number(control.dataset.charcount);
    const line = document.querySelector(`[data-count-for="${control.id}"]`);
    if (!line) return;
    let wasOver = false;
    function count() {
      const text = control.dataset.countBlanks === "no" ? control.value.replace(/\s/g, "") : control.value;
      const left = limit - [...text].length;
      line.textContent = left >= 0 ? `最多 ${limit} 字，还可输入 ${left} 字` : `最多 ${limit} 字，已超出 ${-left} 字`;
      line.classList.toggle("is-over", left < 0);
      if (left < 0 && !wasOver) announce(`已超出 ${limit} 字`);
      wasOver = left < 0;
    }
    control.addEventListener("input", count);
    count();
  });
}
