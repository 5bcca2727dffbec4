// input[data-upload]: lists what was chosen, with a preview, and stops files that are too big
// (data-max-mb) before they are sent. form[data-upload-form]: shows how much has been sent.
import { announce, showMessage } from "./page.js";
import { release } from "./guard.js";

export function initUpload(root) {
  root.querySelectorAll("input[data-upload]").forEach(preview);
  root.querySelectorAll("form[data-upload-form]").forEach(showProgress);
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

function showProgress(form) {
  form.addEventListener("submit", (event) => {
    const hasFiles = [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
    if (event.defaultPrevented || !hasFiles || form.dataset.sent) return;
    event.preventDefault();
    form.dataset.sent = "1";
    send(form, new FormData(form, event.submitter || undefined));
  });
}

function send(form, data) {
  const bar = document.createElement("progress");
  bar.className = "upload-progress";
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", "上传进度");
  const words = document.createElement("p");
  words.className = "autosave-note";
  form.append(bar, words);
  announce("正在上传");

  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.onprogress = (event) => {
    if (!event.lengthComputable) return;
    bar.value = (event.loaded / event.total) * 100;
    words.textContent = event.loaded < event.total
      ? `已上传 ${megabytes(event.loaded)} / ${megabytes(event.total)}，请不要关闭页面`
      : "已传完，正在检查文件…";
  };
  request.onload = () => {
    // The answer is the next page (after the redirect), or this page with its errors.
    history.replaceState(null, "", request.responseURL || form.action);
    document.open();
    document.write(request.responseText);
    document.close();
  };
  request.onerror = () => {
    bar.remove();
    words.remove();
    release(form);
    showMessage("网络中断，文件没有传完。所选文件仍在，请再按一次上传。");
  };
  request.send(data);
}
