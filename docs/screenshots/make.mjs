// Makes the pictures of this folder from the sample dump: the page in a browser, in both languages, and its first printed
// page. Needs node with `playwright-core`, a Chromium, and `pdftoppm` (poppler-utils); nothing is downloaded.
//
//   cargo run --release -- scan tests/data/sample -o /tmp/sample.html
//   CHROMIUM=/usr/bin/chromium node docs/screenshots/make.mjs /tmp/sample.html
import { execFileSync } from "node:child_process";
import { mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const BYTES_MAX = 200_000;
const report = process.argv[2];
if (!report) throw new Error("which report? node docs/screenshots/make.mjs REPORT.html");
const here = dirname(fileURLToPath(import.meta.url));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const made = [];
for (const [name, lang, colorScheme] of [["report-en-light", "en", "light"], ["report-zh-dark", "zh", "dark"]]) {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1160, height: 860 } });
  await page.goto(pathToFileURL(resolve(report)).href);
  await page.click(`[data-lang=${lang}]`);
  await page.mouse.move(0, 0);
  const path = join(here, `${name}.png`);
  await page.screenshot({ path });
  made.push(path);
  if (lang === "en") {
    const pdf = join(mkdtempSync(join(tmpdir(), "report-")), "report.pdf");
    await page.pdf({ path: pdf, preferCSSPageSize: true, printBackground: true });
    const print = join(here, "report-print");
    execFileSync("pdftoppm", ["-png", "-r", "80", "-f", "1", "-singlefile", pdf, print]);
    made.push(`${print}.png`);
  }
  await page.close();
}
await browser.close();
for (const path of made) {
  const { size } = statSync(path);
  console.log(path, size);
  if (size > BYTES_MAX) throw new Error(`${path}: ${size} bytes are more than ${BYTES_MAX}`);
}
