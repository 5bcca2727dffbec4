// [data-elder]: large type, kept in a cookie that the server reads for the next page.
export function initElder() {
  const page = document.documentElement;
  const buttons = document.querySelectorAll("[data-elder]");
  const show = () => buttons.forEach((button) => {
    button.setAttribute("aria-pressed", String(page.classList.contains("elder")));
  });
  buttons.forEach((button) => button.addEventListener("click", () => {
    const isOn = page.classList.toggle("elder");
    document.cookie = `elder=${isOn ? 1 : 0}; path=/; max-age=31536000; SameSite=Lax`;
    show();
    window.dispatchEvent(new Event("resize"));
  }));
  show();
}
