// On every page. Each module finds its hooks (data- attributes) in the given root, so that a
// fragment swapped in by htmx is treated like the page it came into. Nothing here is essential.
import { initAutosave } from "./autosave.js";
import { initCharcount } from "./charcount.js";
import { initChoose } from "./choose.js";
import { initDesigner } from "./designer.js";
import { initElder } from "./elder.js";
import { initGuard } from "./guard.js";
import { initHtmx } from "./htmx.js";
import { initKeep } from "./keep.js";
import { initScorecard } from "./scorecard.js";
import { initShell } from "./shell.js";
import { initUpload } from "./upload.js";
import { initViewer } from "./viewer.js";

// Big scripts that few pages need: their address stands in the head.
function load(root, hook, name, start) {
  if (!root.querySelector(hook)) return;
  if (window[start]) return window[start](root);
  const script = document.createElement("script");
  script.src = document.querySelector(`meta[name="${name}-src"]`).content;
  script.onload = () => window[start](document);
  document.head.append(script);
}

function init(root) {
  initCharcount(root);
  initUpload(root);
  initAutosave(root);
  initScorecard(root);
  initDesigner(root);
  initViewer(root);
  initChoose(root);
  load(root, "[data-chart]", "charts", "jiayuanCharts");
  load(root, "form[data-uploads]", "uploads", "jiayuanUploads");
  load(root, "form[data-visit]", "visit", "jiayuanVisit");
}

document.documentElement.classList.add("js");
initElder();
initShell();
initGuard();
initKeep();
initHtmx(init);
init(document);
