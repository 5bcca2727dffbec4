// On every page. Each module finds its hooks (data- attributes) in the given root, so that a
// fragment swapped in by htmx is treated like the page it came into. Nothing here is essential.
import { initAutosave } from "./autosave.js";
import { initCharcount } from "./charcount.js";
import { initDesigner } from "./designer.js";
import { initElder } from "./elder.js";
import { initGuard } from "./guard.js";
import { initHtmx } from "./htmx.js";
import { initKeep } from "./keep.js";
import { initScorecard } from "./scorecard.js";
import { initShell } from "./shell.js";
import { initUpload } from "./upload.js";

function initCharts(root) {
  if (!root.querySelector("[data-chart]")) return;
  if (window.jiayuanCharts) return window.jiayuanCharts(root);
  const script = document.createElement("script");
  script.src = document.querySelector('meta[name="charts-src"]').content;
  script.onload = () => window.jiayuanCharts(document);
  document.head.append(script);
}

function init(root) {
  initCharcount(root);
  initUpload(root);
  initAutosave(root);
  initScorecard(root);
  initDesigner(root);
  initCharts(root);
}

document.documentElement.classList.add("js");
initElder();
initShell();
initGuard();
initKeep();
initHtmx(init);
init(document);
