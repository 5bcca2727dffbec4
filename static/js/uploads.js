// Loaded by app.js only where a page has form[data-uploads=URL]: files go in pieces (tus), several
// at once, and go on where they stopped after a cut, a pause or a reload. data-left: how many files
// still fit; data-max-seconds: of a video. Without this script the form sends them in one go.
import { Upload } from "tus-js-client";
import { announce, csrfToken, failureText, postJson, renewToken } from "./page.js";

const PIECE = 1 << 20;
const AT_ONCE = 2;
const RETRIES = [0, 1000, 3000, 5000, 10000, 20000];
const megabytes = (size) => size < 1048576 ? `${Math.ceil(size / 1024)} KB` : `${(size / 1048576).toFixed(1)} MB`;

window.jiayuanUploads = (root) => root.querySelectorAll("form[data-uploads]").forEach(start);

function start(form) {
  if (form.dataset.isReady) return;
  form.dataset.isReady = "1";
  const input = form.querySelector("input[data-upload]");
  const tasks = [];
  const list = element("ul", "upload-list transfers");
  list.hidden = true;
  form.append(list);
  form.querySelector(".actions").remove();
  const accepts = input.accept.split(",").map((one) => one.trim().toLowerCase());
  const most = Number(input.dataset.maxMb) * 1048576;
  let left = Number(form.dataset.left);

  const isMoving = (task) => ["new", "waiting", "sending", "cut", "checking"].includes(task.state);
  const next = () => {
    const busy = tasks.filter((task) => task.state === "sending").length;
    tasks.filter((task) => task.state === "waiting").slice(0, AT_ONCE - busy).forEach(send);
  };

  async function add(files) {
    list.hidden = false;
    for (const file of files) {
      const task = row(file);
      tasks.push(task);
      list.append(task.item);
      const wrong = await whatIsWrong(file);
      if (wrong) fail(task, wrong);
      else show(task, "waiting", "等待上传");
    }
    announce(`已选择 ${files.length} 个文件，开始上传`);
    next();
  }

  async function whatIsWrong(file) {
    if (tasks.some((task) => task.file !== file && isSame(task.file, file) && task.state !== "failed")) {
      return "刚才已经选过这个文件，不用再传。";
    }
    if (tasks.filter((task) => isMoving(task)).length > left) {
      return `这里还可以放 ${left} 个文件，请先删除不需要的文件。`;
    }
    if (file.size === 0) return "是空文件（0 字节），请重新选择文件上传。";
    if (most && file.size > most) {
      return `有 ${megabytes(file.size)}，超过上限 ${input.dataset.maxMb} MB，请压缩后再上传。`;
    }
    if (!accepts.some((one) => fits(file, one))) return "这里不收这种文件，请按上面写的类型重新选择。";
    const longest = Number(form.dataset.maxSeconds);
    const seconds = longest && file.type.startsWith("video/") ? await secondsOf(file) : 0;
    if (longest && seconds > longest + 1) {
      return `长 ${clock(seconds)}，超过上限 ${clock(longest)}，请剪短后再上传。`;
    }
    return "";
  }

  function send(task) {
    show(task, "sending", "正在上传");
    if (task.upload) return task.upload.start();
    task.upload = new Upload(task.file, {
      endpoint: form.dataset.uploads,
      chunkSize: PIECE,
      retryDelays: RETRIES,
      removeFingerprintOnSuccess: true,
      metadata: { filename: task.file.name, filetype: task.file.type },
      headers: { Accept: "application/json" },
      onBeforeRequest: (request) => request.setHeader("X-CSRFToken", csrfToken()),
      onAfterResponse: keepPlace,
      onShouldRetry: (error) => navigator.onLine && willPass(error),
      onProgress: (sent, total) => progress(task, sent, total),
      onError: (error) => broken(task, error),
      onSuccess: () => take(task),
    });
    task.upload.findPreviousUploads().then((earlier) => {
      if (earlier.length) task.upload.resumeFromPreviousUpload(earlier[0]);
      if (task.state === "sending") task.upload.start();
    });
  }

  function broken(task, error) {
    const status = statusOf(error);
    const answer = error.originalResponse ? error.originalResponse.getBody() : "";
    if (willPass(error)) {
      const words = navigator.onLine ? "没有传完，可以继续" : "网络中断，联网后自动继续";
      show(task, navigator.onLine ? "stopped" : "cut", `${words}（已传 ${percent(task)}）`);
    } else {
      refused(task, status, json(answer));
    }
    next();
  }

  async function take(task) {
    show(task, "checking", "已传完，正在检查…");
    next();
    const id = task.upload.url.replace(/\/$/, "").split("/").pop();
    const body = new FormData();
    body.append("form_key", id);
    for (const wait of [0, ...RETRIES]) {
      await new Promise((done) => setTimeout(done, wait));
      const { status, data } = await postJson(`${form.dataset.uploads}${id}/`, body);
      if (isPassing(status)) continue;
      if (status !== 200) return refused(task, status, data);
      left -= data.is_known ? 0 : 1;
      show(task, "done", data.is_known ? "与已上传的文件内容相同，没有重复收下" : "已收下");
      return refresh();
    }
    show(task, "unchecked", "文件已经传完，但服务器没有答复");
  }

  // The file list as the server shows it now; rows in which something was typed stay.
  async function refresh() {
    const answer = await fetch(location.pathname, { credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const shown = document.querySelector("[data-files]");
    const fresh = page.querySelector("[data-files]");
    if (!fresh) return;
    fresh.querySelectorAll("[data-file]").forEach((file) => {
      const known = document.getElementById(file.id);
      if (known && isTyped(known)) file.replaceWith(known);
    });
    shown.replaceWith(fresh);
    const room = page.querySelector("[data-room]");
    document.querySelector("[data-room]").textContent = room ? room.textContent : "这里已经放满";
    form.querySelectorAll(".field").forEach((field) => { field.hidden = !room; });
    announce(fresh.querySelector("h2").textContent.trim());
  }

  function row(file) {
    const item = element("li", "transfer");
    const bar = element("progress", "upload-progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", `${file.name} 的上传进度`);
    const words = element("span", "transfer-words");
    const name = element("span", "upload-name", file.name);
    const size = element("span", "soft", megabytes(file.size));
    const acts = element("span", "transfer-acts");
    const task = { file, item, bar, words, acts, state: "new", sent: 0, upload: null };
    item.append(name, size, bar, words, acts);
    return task;
  }

  function show(task, state, words) {
    task.state = state;
    task.words.textContent = words;
    task.item.dataset.state = state;
    task.bar.hidden = state === "failed" || state === "done";
    task.acts.textContent = "";
    const button = (label, act) => {
      const one = element("button", "btn btn-outline-secondary btn-sm", label);
      one.type = "button";
      one.setAttribute("aria-label", `${label} ${task.file.name}`);
      one.addEventListener("click", act);
      task.acts.append(one);
    };
    if (state === "sending") button("暂停", () => pause(task));
    if (["paused", "stopped", "cut", "signed-out"].includes(state)) button("继续", () => again(task));
    if (state === "unchecked") button("再检查", () => take(task));
    if (!["checking", "done"].includes(state)) button(state === "failed" ? "移除" : "取消", () => cancel(task));
  }

  // The session has ended: back from signing in elsewhere it goes on.
  function refused(task, status, data) {
    const words = failureText(status, data);
    if (status !== 401 && status !== 403) return fail(task, words);
    show(task, "signed-out", words);
    announce(words);
  }

  function fail(task, words) {
    show(task, "failed", words);
    announce(`${task.file.name}：${words}`);
  }

  function progress(task, sent, total) {
    task.sent = sent / total;
    task.bar.value = task.sent * 100;
    if (task.state === "sending") task.words.textContent = `${megabytes(sent)} / ${megabytes(total)}`;
  }

  async function pause(task) {
    show(task, "paused", `已暂停（已传 ${percent(task)}）`);
    await task.upload.abort();
    next();
  }

  function again(task) {
    show(task, "waiting", "等待上传");
    next();
  }

  async function cancel(task) {
    const { state } = task;
    tasks.splice(tasks.indexOf(task), 1);
    task.item.remove();
    list.hidden = tasks.length === 0;
    if (task.upload && state !== "failed") await task.upload.abort(true).catch(() => {}); // it expires
    next();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  const takes = (chosen) => chosen.addEventListener("change", () => {
    const files = [...chosen.files];
    chosen.value = "";
    if (files.length) add(files);
  });
  takes(input);
  form.querySelectorAll("input[data-camera]").forEach(takes);
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("is-target"); });
  form.addEventListener("dragleave", () => form.classList.remove("is-target"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("is-target");
    add([...event.dataTransfer.files]);
  });
  window.addEventListener("focus", async () => {
    const waiting = tasks.filter((task) => task.state === "signed-out");
    if (waiting.length && await renewToken()) waiting.forEach(again);
  });
  window.addEventListener("online", () => tasks.filter((task) => task.state === "cut").forEach(again));
  window.addEventListener("beforeunload", (event) => { if (tasks.some(isMoving)) event.preventDefault(); });
}

const isTyped = (file) => [...file.querySelectorAll("input:not([type=hidden]), select")].some((control) => {
  if (!control.options) return control.value !== control.defaultValue;
  const first = [...control.options].findIndex((option) => option.defaultSelected);
  return control.selectedIndex !== Math.max(first, 0);
});

const element = (name, classes, text = "") => {
  const made = document.createElement(name);
  made.className = classes;
  made.textContent = text;
  return made;
};
const isSame = (one, other) =>
  one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
const percent = (task) => `${Math.floor(task.sent * 100)}%`;
const clock = (seconds) => `${Math.floor(seconds / 60)} 分 ${Math.floor(seconds % 60)} 秒`;
const statusOf = (error) => {
  if (error.originalResponse) return error.originalResponse.getStatus();
  return error.causingError && error.causingError.status || 0;
};
const isPassing = (status) => status === 0 || status === 423 || status === 429 || status >= 500 && status !== 507;

// Asked how far it is, a server that is starting anew or wants a sign-in has not lost the upload, as
// the library would take it: what has arrived is kept.
function keepPlace(request, response) {
  const status = response.getStatus();
  if (request.getMethod() === "HEAD" && status >= 400 && status !== 404) {
    throw Object.assign(new Error("the upload stays where it is"), { status });
  }
}

// Also 409 to a piece: the one before it, cut off here, was still arriving there. The server is asked
// how far it has come and the upload goes on from that place.
const willPass = (error) => isPassing(statusOf(error))
  || statusOf(error) === 409 && error.originalRequest.getMethod() === "PATCH";

function fits(file, accepted) {
  if (accepted.startsWith(".")) return file.name.toLowerCase().endsWith(accepted);
  if (!file.type) return true; // the browser does not know; the server looks inside
  return accepted.endsWith("/*") ? file.type.startsWith(accepted.slice(0, -1)) : file.type === accepted;
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    return {};
  }
}

// 0 when the browser cannot tell, or does not in time: then the server does.
function secondsOf(file) {
  return new Promise((done) => {
    const film = document.createElement("video");
    const finish = (seconds) => { URL.revokeObjectURL(film.src); done(seconds); };
    film.preload = "metadata";
    film.onloadedmetadata = () => finish(Number.isFinite(film.duration) ? film.duration : 0);
    film.onerror = () => finish(0);
    setTimeout(() => finish(0), 5000);
    film.src = URL.createObjectURL(file);
  });
}
