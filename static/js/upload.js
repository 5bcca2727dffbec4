// input[data-upload]: lists what was chosen, with a preview, and stops files that are too big
// (data-max-mb) before they are sent.
import { announce, showMessage } from "./page.js";

export function initUpload(root) {
  // form[data-uploads] sends in pieces and shows its files itself (uploads.js).
  root.querySelectorAll("input[data-upload]").forEach((input) => input.closest("form[data-uploads]") || preview(input));
}

const megabytes = (size) => `${(size / 1048576).toFixed(1)} MB`;

function preview(input) {
  const limit = Number(input.dataset.maxMb || 0) * 1048576;
  const list = document.createElement("ul");
  list.className = "upload-list";
  list.hidden = true;
  input.after(list);
  input.addEventListener("change", () => {
    list.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
    list.textContent = "";
    const files = [...input.files];
    files.forEach((file) => list.append(line(file, limit)));
    list.hidden = files.length === 0;
    const tooBig = files.filter((file) => limit && file.size > limit);
    announce(tooBig.length ? `有 ${tooBig.length} 个文件太大` : `已选择 ${files.length} 个文件`);
  });
  if (!input.form || !limit) return;
  input.form.addEventListener("submit", (event) => {
    const tooBig = [...input.files].find((file) => file.size > limit);
    if (!tooBig) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    showMessage(`“${tooBig.name}”有 ${megabytes(tooBig.size)}，超过 ${input.dataset.maxMb} MB，请压缩后重新选择。`);
    input.focus();
  }, true);
}

function line(file, limit) {
  const item = document.createElement("li");
  if (/^image\/(jpeg|png|gif|webp)$/.test(file.type)) {
    const image = document.createElement("img");
    image.src = URL.createObjectURL(file);
    image.alt = "";
    item.append(image);
  }
  const name = document.createElement("span");
  name.className = "upload-name";
  name.textContent = file.name;
  const size = document.createElement("span");
  const isTooBig = limit && file.size > limit;
  size.textContent = isTooBig ? `${megabytes(file.size)}，太大` : megabytes(file.size);
  size.classList.toggle("is-wrong", Boolean(isTooBig));
  item.append(name, size);
  return item;
}
