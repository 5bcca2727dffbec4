// What several modules say to the reader and ask of the server.

/** Say `text` to screen readers without moving the focus. */
export function announce(text) {
  const box = document.getElementById("announcer");
  box.textContent = "";
  setTimeout(() => { box.textContent = text; }, 50);
}

/** Show `text` above the content and say it. Tones: info, ok, warn, bad. */
export function showMessage(text, tone = "bad") {
  const main = document.getElementById("main");
  const box = document.createElement("div");
  box.className = `notice notice-${tone}`;
  box.setAttribute("role", tone === "bad" ? "alert" : "status");
  const line = document.createElement("p");
  line.textContent = text;
  box.append(line);
  main.prepend(box);
  box.scrollIntoView({ block: "nearest" });
}

export function csrfToken() {
  const meta = document.querySelector('meta[name="csrf-token"]');
  return meta ? meta.content : "";
}

/** A form's fields without files and without the key of its final sending. */
export function fieldsOf(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data.entries()]) {
    if (value instanceof File) data.delete(name);
  }
  data.delete("form_key");
  return data;
}

/**
 * POST and return {status, data}. Status 0: the server was not reached.
 * Data is the JSON answered, or {} when it was none.
 */
export async function postJson(url, body) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      body,
      credentials: "same-origin",
      redirect: "manual",
      headers: { "X-CSRFToken": csrfToken(), "X-Autosave": "1", Accept: "application/json" },
    });
  } catch (error) {
    return { status: 0, data: {} };
  }
  const isJson = (response.headers.get("Content-Type") || "").includes("json");
  // A redirect means that the session has ended.
  if (response.type === "opaqueredirect") return { status: 401, data: {} };
  return { status: response.status, data: isJson ? await response.json() : {} };
}

/** After signing in again elsewhere: take the new token into this page. False: not signed in yet. */
export async function renewToken() {
  let response;
  try {
    response = await fetch(location.href, { credentials: "same-origin", redirect: "manual" });
  } catch (error) {
    return false;
  }
  if (!response.ok) return false;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const meta = page.querySelector('meta[name="csrf-token"]');
  if (!meta || page.body.dataset.person !== document.body.dataset.person) return false;
  document.querySelector('meta[name="csrf-token"]').content = meta.content;
  document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = meta.content; });
  return true;
}

/** What to tell the reader when something was not saved. */
export function failureText(status, data) {
  if (data.message) return data.message;
  if (status === 0) return "网络不通，尚未保存。联网后会自动再试，请先不要关闭页面。";
  if (status === 401 || status === 403) return "登录已失效，尚未保存。请在新窗口登录，回到本页后会自动再试。";
  if (status === 409) return "内容已被他人修改，您填写的文字仍在页面上。请复制后刷新页面再填。";
  if (status === 429) return "操作太频繁，稍后会自动再试。";
  if (status >= 500) return "服务器暂时不能保存，稍后会自动再试，请先不要关闭页面。";
  return "内容有问题，尚未保存。";
}

/** Whether the same request may succeed later without the reader doing anything. */
export const isPassing = (status) => status === 0 || status === 429 || status >= 500;
