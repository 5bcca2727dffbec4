// Evidence beside the text: on a wide screen a piece opens in the pane of the page instead of a new
// window. Without scripts, on a phone, or with a modifier key, it opens in a new page as ever.
const WIDE = window.matchMedia("(min-width: 1000px)");

export function initViewer(root) {
  const pane = root.querySelector("[data-viewer]");
  if (!pane) return;
  const links = [...root.querySelectorAll("a.gallery-link")];
  const show = (index, withFocus) => {
    const link = links[index];
    links.forEach((one) => one.classList.toggle("is-shown", one === link));
    pane.querySelector("[data-viewer-title]").textContent = `${titleOf(link)}（${index + 1} / ${links.length}）`;
    pane.querySelector("[data-viewer-open]").href = link.href;
    const stage = pane.querySelector("[data-viewer-stage]");
    stage.textContent = "";
    stage.append(elementFor(link));
    pane.dataset.index = index;
    pane.hidden = false;
    if (withFocus) pane.querySelector("h2").focus({ preventScroll: true });
    link.closest("li").scrollIntoView({ block: "nearest" });
  };
  const step = (by) => show((Number(pane.dataset.index) + by + links.length) % links.length, false);
  links.forEach((link, index) => link.addEventListener("click", (event) => {
    if (!WIDE.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(index, true);
  }));
  pane.querySelector("[data-viewer-next]").addEventListener("click", () => step(1));
  pane.querySelector("[data-viewer-previous]").addEventListener("click", () => step(-1));
  pane.querySelector("[data-viewer-close]").addEventListener("click", () => {
    pane.hidden = true;
    pane.querySelector("[data-viewer-stage]").textContent = "";
    links.forEach((one) => one.classList.remove("is-shown"));
    links[Number(pane.dataset.index)].focus();
  });
  pane.addEventListener("keydown", (event) => {
    if (event.target.tagName === "VIDEO") return;
    if (event.key === "ArrowRight") step(1);
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "Escape") pane.querySelector("[data-viewer-close]").click();
  });
}

const titleOf = (link) => link.querySelector(".gallery-title").firstChild.textContent.trim();

function elementFor(link) {
  const kind = link.dataset.kind;
  if (kind === "视频") {
    const video = document.createElement("video");
    video.src = link.href;
    video.controls = true;
    return video;
  }
  if (kind === "PDF 文件") {
    const frame = document.createElement("iframe");
    frame.src = link.href;
    frame.title = titleOf(link);
    return frame;
  }
  const image = document.createElement("img");
  image.src = link.href;
  image.alt = titleOf(link);
  return image;
}
