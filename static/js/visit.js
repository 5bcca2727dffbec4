// Loaded by app.js only where a page has form[data-visit]: defects are noted without leaving the
// page and without network. Each is kept in the browser (IndexedDB, with its photo) until the server
// has taken it; its key is the form's key, so that what was sent twice is recorded once.
// Without this script [data-visit-add] leads to a page of its own.
import { forgetUnsaved, keepUnsaved, offerUnsaved } from "./keep.js";
import { announce, failureText, isPassing, postJson, renewToken, showMessage } from "./page.js";

const RETRY = 15000;
const STORE = "findings";

window.jiayuanVisit = (root) => root.querySelectorAll("form[data-visit]").forEach(start);

function start(form) {
  if (form.dataset.isReady) return;
  form.dataset.isReady = "1";
  const page = document.querySelector("[data-visit-page]");
  const state = page.querySelector("[data-visit-state]");
  const place = `${document.body.dataset.person} ${location.pathname}`;
  let kept = []; // {key, place, fields: {item, place, description}, photo, message}
  let timer, isBusy = false, wasSignedOut = false;

  form.closest("[data-visit-form]").hidden = false;
  page.addEventListener("click", (event) => {
    const add = event.target.closest("[data-visit-add]");
    if (add) {
      event.preventDefault();
      begin(add.dataset.visitAdd);
    }
    if (event.target.closest("[data-visit-close]") && kept.length) {
      event.preventDefault();
      showMessage(`还有 ${kept.length} 处问题没有发送，联网发送后再结束核查。`, "warn");
    }
  });
  const typed = new Set();
  offerUnsaved(form);
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    typed.add(event.target.name);
    keepUnsaved(form, typed); // a phone may end the page without a word
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    await note();
  }, true);
  window.addEventListener("online", () => send());
  window.addEventListener("offline", () => show());
  window.addEventListener("focus", () => send());
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") send(); });
  all(place).then((rows) => {
    kept = rows;
    show();
    send();
  });

  function begin(item) {
    const choice = form.querySelector(`[name=item][value="${item}"]`);
    if (choice) choice.checked = true;
    form.scrollIntoView({ block: "start" });
    form.elements.place.focus();
  }

  async function note() {
    const fields = {};
    // namedItem, for elements.item is a method.
    ["item", "place", "description"].forEach((name) => { fields[name] = form.elements.namedItem(name).value.trim(); });
    const missing = Object.entries(fields).find(([, value]) => !value);
    if (missing) {
      const control = form.elements.namedItem(missing[0]);
      (control[0] || control).focus();
      return say("请选择指标，写明位置和问题。", true);
    }
    const photo = form.elements.photo.files[0] || null;
    const most = Number(form.dataset.maxMb) * 1048576;
    if (photo && photo.size > most) return say(`照片超过 ${form.dataset.maxMb} MB，请重新拍摄。`, true);
    const row = { key: newKey(), place, fields, photo, message: "" };
    try {
      await put(row);
    } catch (error) {
      return say("这台手机没有地方保存，请清理空间后再记。填写的内容还在。", true);
    }
    kept.push(row);
    typed.clear();
    forgetUnsaved();
    const item = fields.item;
    form.reset();
    const choice = form.querySelector(`[name=item][value="${item}"]`);
    if (choice) choice.checked = true;
    say("已记在这台手机上。", false);
    announce("已记下一处");
    show();
    send();
  }

  async function send() {
    clearTimeout(timer);
    if (isBusy || !kept.some((row) => !row.message)) return;
    isBusy = true;
    if (wasSignedOut && await renewToken()) wasSignedOut = false;
    let sent = 0;
    for (const row of kept.filter((one) => !one.message)) {
      const body = new FormData();
      body.append("form_key", row.key);
      Object.entries(row.fields).forEach(([name, value]) => body.append(name, value));
      if (row.photo) body.append("photo", row.photo, row.photo.name || "photo.jpg");
      const { status, data } = await postJson(form.action, body);
      if (status === 200) {
        await drop(row.key);
        kept = kept.filter((one) => one !== row);
        sent += 1;
      } else if (isPassing(status) || status === 401 || status === 403) {
        wasSignedOut = status === 401 || status === 403;
        state.dataset.trouble = wasSignedOut ? "登录已失效，请在新窗口登录，回到本页后会自动发送。" : "";
        break;
      } else {
        row.message = [failureText(status, data), ...Object.values(data.errors || {})].join("");
        await put(row);
      }
    }
    isBusy = false;
    if (sent) await refresh();
    show();
    if (kept.some((row) => !row.message)) timer = setTimeout(send, RETRY);
  }

  // What is recorded now, colleagues' findings included, as the server draws it.
  async function refresh() {
    let response;
    try {
      response = await fetch(location.pathname, { credentials: "same-origin", redirect: "manual" });
    } catch (error) {
      return;
    }
    if (!response.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    page.querySelectorAll("[data-visit-item]").forEach((box) => {
      const now = fresh.getElementById(box.id);
      if (now) box.replaceWith(document.importNode(now, true));
    });
  }

  function show() {
    page.querySelectorAll("[data-visit-kept]").forEach((line) => line.remove());
    page.querySelectorAll("[data-visit-item]").forEach((box) => {
      const rows = kept.filter((row) => row.fields.item === box.dataset.visitItem);
      const count = box.querySelector("[data-visit-count]");
      count.textContent = `${Number(count.dataset.visitCount) + rows.length} 处`;
      rows.forEach((row) => box.querySelector("[data-visit-list]").append(line(row)));
    });
    const waiting = kept.filter((row) => !row.message).length;
    const refused = kept.length - waiting;
    const words = [];
    if (waiting) words.push(`${waiting} 处记在这台手机上，${navigator.onLine ? "正在发送" : "联网后自动发送"}。`);
    if (refused) words.push(`${refused} 处没有被接受，请改正。`);
    if (waiting && state.dataset.trouble) words.push(state.dataset.trouble);
    if (!words.length) words.push(navigator.onLine ? "记录的问题都已发送。" : "现在没有网络，可以照常记录。");
    state.textContent = words.join("");
    state.classList.toggle("is-waiting", kept.length > 0 || !navigator.onLine);
  }

  function line(row) {
    const item = element("li", "is-kept");
    item.dataset.visitKept = "";
    if (row.photo) {
      const image = element("img");
      image.src = URL.createObjectURL(row.photo);
      image.alt = `${row.fields.place}的照片`;
      image.width = 120;
      image.height = 90;
      image.onload = () => URL.revokeObjectURL(image.src);
      item.append(image);
    }
    const box = element("div");
    const words = element("p");
    words.append(element("strong", "", row.fields.place), `：${row.fields.description}`);
    const tag = element("p");
    tag.append(element("span", row.message ? "tag tag-bad" : "tag tag-wait", row.message ? "没有被接受" : "待发送"), ` ${row.message}`);
    const remove = element("button", "btn btn-outline-secondary btn-sm", row.message ? "改正" : "删除");
    remove.type = "button";
    remove.addEventListener("click", () => takeBack(row));
    box.append(words, tag, remove);
    item.append(box);
    return item;
  }

  // Not sent yet: out of the list, its words back in the form.
  async function takeBack(row) {
    if (isBusy && !row.message) return say("正在发送，请稍候。", true);
    await drop(row.key);
    kept = kept.filter((one) => one !== row);
    form.elements.place.value = row.fields.place;
    form.elements.description.value = row.fields.description;
    begin(row.fields.item);
    say(row.photo ? "已取回，照片需要重新选择。" : "已取回到下面的表单。", false);
    show();
  }

  function say(text, isWrong) {
    const note = form.querySelector("[data-visit-note]");
    note.textContent = text;
    note.classList.toggle("is-wrong", isWrong);
  }
}

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

// crypto.randomUUID is younger than the phones.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// ---- the browser's own store ----

let opened;

function database() {
  opened = opened || new Promise((resolve, reject) => {
    const request = indexedDB.open("jiayuan", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function act(mode, ask) {
  const transaction = (await database()).transaction(STORE, mode);
  const request = ask(transaction.objectStore(STORE));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

const put = (row) => act("readwrite", (store) => store.put(row));
const drop = (key) => act("readwrite", (store) => store.delete(key));
const all = async (place) => (await act("readonly", (store) => store.getAll())).filter((row) => row.place === place);
