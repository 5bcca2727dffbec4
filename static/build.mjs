// Build static/js and static/css into var/build/static. Run: npm run build  (--watch to keep on)
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, "..", "var", "build", "static");
const options = {
  // app: on every page. charts, uploads, visit: loaded by app.js only where a page needs them.
  entryPoints: [
    { in: path.join(here, "js", "app.js"), out: "app" },
    { in: path.join(here, "js", "charts.js"), out: "charts" },
    { in: path.join(here, "js", "uploads.js"), out: "uploads" },
    { in: path.join(here, "js", "visit.js"), out: "visit" },
    { in: path.join(here, "css", "app.css"), out: "app" },
  ],
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  charset: "utf8",
  legalComments: "none",
  // Government desktops run Chromium 80 and its relatives.
  target: ["es2019", "chrome80", "safari14.1"],
  logLevel: "info",
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
cpSync(path.join(here, "img"), path.join(out, "img"), { recursive: true });

if (process.argv.includes("--watch")) {
  await (await esbuild.context(options)).watch();
} else {
  await esbuild.build(options);
}
