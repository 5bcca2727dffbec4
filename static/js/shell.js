// Small things of the frame: menus that close, the focus on errors, the running server clock.
export function initShell() {
  const droppers = document.querySelectorAll("[data-dropper]");
  document.addEventListener("click", (event) => {
    droppers.forEach((dropper) => { if (!dropper.contains(event.target)) dropper.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    droppers.forEach((dropper) => {
      if (!dropper.open) return;
      dropper.open = false;
      dropper.querySelector("summary").focus();
    });
  });

  const first = document.querySelector("[data-focus]");
  if (first) first.focus();

  const clock = document.querySelector("[data-server-time]");
  if (clock) {
    const shown = new Date(clock.dateTime).getTime();
    const opened = performance.now();
    const format = new Intl.DateTimeFormat("zh-CN", {
      timeZone: "Asia/Shanghai", year: "numeric", month: "long", day: "numeric",
      hour: "2-digit", minute: "2-digit", hour12: false,
    });
    setInterval(() => {
      clock.textContent = format.format(new Date(shown + performance.now() - opened));
    }, 20000);
  }
}
